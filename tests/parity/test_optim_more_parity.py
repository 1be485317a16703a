"""Layerwise, self-tuning and schedule-free optimizers, wrappers and averages against their peers.

The parameters after 100 random gradients, under a changing rate where the peer takes one: equal to
1e-12 in float64 and to 2e-6 in float32, relative to a tensor's largest element.
"""

from __future__ import annotations

import os

import numpy as np
import pytest

import minigrad as mg
from minigrad import optim

STEPS = 100
SHAPES = [(3, 4), (4,), ()]
MATRICES = [(3, 4), (5, 2), (1, 6)]
RATES = [0.02 * (1 + t) / 20 if t < 20 else (0.02 if t < 60 else 0.002) for t in range(STEPS)]

AROUND_ONE = [50 * r for r in RATES]  # for those that find the scale themselves


def start(shapes=SHAPES, dtype=np.float64):
    rng = np.random.default_rng(0)
    return [np.asarray(rng.normal(size=shape), dtype) for shape in shapes]


def gradients(t, shapes=SHAPES, drift=0.0):
    """Return random gradients of different sizes; with ``drift``, ones that agree."""
    rng = np.random.default_rng([1, t])
    sizes = [10.0 ** rng.uniform(-2, 1, shape) for shape in shapes]
    return [np.asarray(size * rng.normal(drift, 1, size.shape)) for size in sizes]


def set_gradients(params, grads):
    for p, g in zip(params, grads, strict=True):
        p.grad = mg.tensor(g, dtype=p.dtype)


def ours_after(make, shapes=SHAPES, drift=0.0, steps=STEPS, dtype=np.float64):
    """Return the optimizer and the parameters that it leaves."""
    params = [mg.tensor(x, requires_grad=True) for x in start(shapes, dtype)]
    opt = make(params)
    for t in range(steps):
        set_gradients(params, gradients(t, shapes, drift))
        opt.step()
    return opt, [p.numpy() for p in params]


def assert_same(ours, theirs, tolerance=1e-12, shapes=SHAPES, dtype=np.float64):
    for a, b, before in zip(ours, theirs, start(shapes), strict=True):
        b = np.asarray(b)
        assert a.dtype == b.dtype == dtype
        assert np.isfinite(b).all() and not np.array_equal(b, before)
        error = np.max(np.abs(a - b)) / max(np.max(np.abs(b)), np.max(np.abs(before)))
        assert error <= tolerance, f"{error:.1e}"


def rate(t):
    """Return the rate of update t, for an int or a traced one."""
    import jax.numpy as jnp

    return jnp.asarray(RATES)[t]


def around_one(t):
    import jax.numpy as jnp

    return jnp.asarray(AROUND_ONE)[t]


# optax


@pytest.fixture
def jax():
    jax = pytest.importorskip("jax")
    before = jax.config.jax_enable_x64
    jax.config.update("jax_enable_x64", True)
    yield jax
    jax.config.update("jax_enable_x64", before)


@pytest.fixture
def optax(jax):
    return pytest.importorskip("optax")


def optax_after(jax, optax, transform, shapes=SHAPES, drift=0.0, steps=STEPS, **extra):
    """Return the state and the parameters; ``extra`` are functions of the step, for ``update``."""
    params = [jax.numpy.asarray(x) for x in start(shapes)]
    state = transform.init(params)

    @jax.jit
    def step(params, state, grads, extra):
        updates, state = transform.update(grads, state, params, **extra)
        return optax.apply_updates(params, updates), state

    for t in range(steps):
        grads = [jax.numpy.asarray(g) for g in gradients(t, shapes, drift)]
        params, state = step(params, state, grads, {k: f(t) for k, f in extra.items()})
    return state, params


OPTAX = {
    "LARS": (
        lambda p: optim.LARS(
            *(p, RATES.__getitem__, 0.8, 0.1),
            trust_coefficient=0.3,
            eps=0.01,
            norm="joint",
        ),
        lambda o: o.lars(rate, 0.1, trust_coefficient=0.3, eps=0.01, momentum=0.8),
    ),
    "LARS with some layers left out": (
        lambda p: optim.LARS(
            [{"params": p[:1]}, {"params": p[1:], "layerwise": False}],
            *(0.01, 0.9, 0.1),
            norm="joint",
        ),
        lambda o: o.lars(0.01, 0.1, trust_ratio_mask=[True, False, False]),
    ),
    "LAMB": (
        lambda p: optim.LAMB(p, RATES.__getitem__, (0.8, 0.95), 1e-3, weight_decay=0.1),
        lambda o: o.lamb(rate, 0.8, 0.95, 1e-3, weight_decay=0.1),
    ),
    "DAdaptAdamW": (
        lambda p: optim.DAdaptAdamW(
            *(p, AROUND_ONE.__getitem__, (0.8, 0.95), 1e-3),
            weight_decay=0.1,
            d0=0.01,
            bias_correction=True,
        ),
        lambda o: o.contrib.dadapt_adamw(
            around_one, (0.8, 0.95), 1e-3, estim_lr0=0.01, weight_decay=0.1
        ),
    ),
    "Prodigy": (
        lambda p: optim.Prodigy(
            *(p, AROUND_ONE.__getitem__, (0.8, 0.95), 1e-3),
            weight_decay=0.1,
            d0=0.01,
            d_coef=2.0,
            bias_correction=True,
        ),
        lambda o: o.contrib.prodigy(
            *(around_one, (0.8, 0.95)),
            eps=1e-3,
            estim_lr0=0.01,
            estim_lr_coef=2.0,
            weight_decay=0.1,
        ),
    ),
    "Prodigy with its safeguard": (
        lambda p: optim.Prodigy(
            p, AROUND_ONE.__getitem__, d0=0.01, bias_correction=True, safeguard_warmup=True
        ),
        lambda o: o.contrib.prodigy(around_one, estim_lr0=0.01, safeguard_warmup=True),
    ),
    "ScheduleFreeSGD": (
        lambda p: optim.ScheduleFreeSGD(p, 0.02, beta=0.8, weight_decay=0.1),
        lambda o: o.contrib.schedule_free_sgd(0.02, b1=0.8, weight_decay=0.1),
    ),
    "ScheduleFreeAdamW": (
        lambda p: optim.ScheduleFreeAdamW(p, 0.02, (0.8, 0.95), 1e-3, weight_decay=0.1),
        lambda o: o.contrib.schedule_free_adamw(0.02, b1=0.8, b2=0.95, eps=1e-3, weight_decay=0.1),
    ),
}


@pytest.mark.parametrize("name", OPTAX)
def test_an_update_is_that_of_optax(jax, optax, name):
    make, theirs = OPTAX[name]
    drift = 0.5  # so that estimates of a distance have something to find
    opt, ours = ours_after(make, drift=drift)
    assert_same(ours, optax_after(jax, optax, theirs(optax), drift=drift)[1])
    assert getattr(opt, "d", 1.0) > 0.01


@pytest.mark.parametrize("adjust_lr_fn", ["original", "match_rms_adamw"])
def test_muon_without_nesterov_is_that_of_optax(jax, optax, adjust_lr_fn):
    _, ours = ours_after(
        lambda p: optim.Muon(
            *(p, RATES.__getitem__),
            nesterov=False,
            eps=0.0,
            adjust_lr_fn=adjust_lr_fn,
        ),
        MATRICES,
    )
    theirs = optax.contrib.muon(
        rate,
        weight_decay=0.1,
        nesterov=False,
        eps=0.0,
        consistent_rms=None if adjust_lr_fn == "original" else 0.2,
    )
    assert_same(ours, optax_after(jax, optax, theirs, MATRICES)[1], shapes=MATRICES)


@pytest.mark.parametrize("make", ["ScheduleFreeSGD", "ScheduleFreeAdamW"])
def test_eval_gives_the_average_of_optax_and_train_the_way_back(jax, optax, make):
    ours, theirs = OPTAX[make]
    opt, training = ours_after(ours)
    training = [p.copy() for p in training]
    state, params = optax_after(jax, optax, theirs(optax))
    opt.eval()
    average = [p.numpy() for p in opt.param_groups[0]["params"]]
    assert_same(average, optax.contrib.schedule_free_eval_params(state, params))
    opt.train()
    assert all(np.array_equal(a, b) for a, b in zip(average, training, strict=True))


@pytest.mark.parametrize("cap", [1e-3, 1e3])
def test_polyaks_step_is_that_of_optax_whose_scaling_is_in_the_norm_and_the_cap(jax, optax, cap):
    losses = np.exp(-np.arange(STEPS) / 30)
    params = [mg.tensor(x, requires_grad=True) for x in start()]
    opt = optim.PolyakSGD(params, lr=0.5 * cap, f_min=0.1, c=0.5)
    used = []
    for t in range(STEPS):
        set_gradients(params, gradients(t))
        opt.step(losses[t])
        used += opt.adapted_lr
    theirs = optax.polyak_sgd(cap, scaling=0.5, f_min=0.1, variant="sps+")
    _, after = optax_after(jax, optax, theirs, value=losses.__getitem__)
    assert_same([p.numpy() for p in params], after)
    assert used[-1] == 0 and 0 < min(u for u in used if u) < 0.5 * cap
    assert (max(used) == 0.5 * cap) == (cap == 1e-3)


def test_sam_is_that_of_optax_which_counts_the_climb_as_a_step(jax, optax):
    params = [mg.tensor(x, requires_grad=True) for x in start()]
    opt = optim.SAM(optim.Adam(params, 0.01), rho=0.3)
    turn = iter(range(STEPS))

    def closure():
        set_gradients(params, gradients(next(turn)))
        return mg.tensor(1.0)

    for _ in range(STEPS // 2):
        opt.step(closure)
    climb = optax.chain(optax.contrib.normalize(), optax.sgd(0.3))
    theirs = optax.contrib.sam(optax.adam(0.01), climb, sync_period=2)
    assert_same([p.numpy() for p in params], optax_after(jax, optax, theirs)[1])


def test_lookahead_is_that_of_optax(jax, optax):
    _, ours = ours_after(
        lambda p: optim.Lookahead(optim.Adam(p, RATES.__getitem__), 7, slow_step_size=0.3)
    )
    fast = [jax.numpy.asarray(x) for x in start()]
    params = optax.LookaheadParams.init_synced(fast)
    transform = optax.lookahead(optax.adam(rate), sync_period=7, slow_step_size=0.3)
    state = transform.init(params)
    for t in range(STEPS):
        grads = [jax.numpy.asarray(g) for g in gradients(t)]
        updates, state = transform.update(grads, state, params)
        params = optax.apply_updates(params, updates)
    assert_same(ours, params.fast)


def averages_of(average, params):
    """Return the averages after each of 100 random changes of the parameters."""
    values = []
    for t in range(STEPS):
        for p, x in zip(params, gradients(t), strict=True):
            p.data = x
        average.update()
        values.append(average.values())
    return values


def parameters():
    return [mg.tensor(x, requires_grad=True) for x in start()]


def test_an_average_without_bias_is_that_of_optax(jax, optax):
    params = parameters()
    ours = averages_of(optim.EMA(params, 0.9, debias=True), params)
    transform = optax.ema(0.9, debias=True)
    state = transform.init([jax.numpy.asarray(x) for x in start()])
    for t in range(STEPS):
        theirs, state = transform.update([jax.numpy.asarray(g) for g in gradients(t)], state)
        assert_same(ours[t], theirs)


# PyTorch


@pytest.fixture
def torch():
    torch = pytest.importorskip("torch")
    torch.set_num_threads(1)
    return torch


@pytest.mark.parametrize("kind", ["EMA", "SWA"])
def test_averages_are_those_of_pytorch(torch, kind):
    params = parameters()
    ours = averages_of(optim.EMA(params, 0.9) if kind == "EMA" else optim.SWA(params), params)
    tools = torch.optim.swa_utils
    model = torch.nn.ParameterList([torch.tensor(x) for x in start()])
    average = tools.AveragedModel(
        model, multi_avg_fn=tools.get_ema_multi_avg_fn(0.9) if kind == "EMA" else None
    )
    for t in range(STEPS):
        with torch.no_grad():
            for p, x in zip(model, gradients(t), strict=True):
                p.copy_(torch.tensor(x))
        average.update_parameters(model)
        assert_same(ours[t], [p.detach().numpy() for p in average.module])


@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float64, 1e-12), (np.float32, 2e-6)])
@pytest.mark.parametrize("nesterov", [True, False])
@pytest.mark.parametrize("adjust_lr_fn", ["original", "match_rms_adamw"])
@pytest.mark.parametrize("weight_decay", [0.0, 0.1])
def test_muon_is_that_of_pytorch_for_the_transposed_matrix_if_it_does_not_round_to_bfloat16(
    torch, monkeypatch, nesterov, adjust_lr_fn, weight_decay, dtype, tolerance
):
    options = {"nesterov": nesterov, "adjust_lr_fn": adjust_lr_fn, "weight_decay": weight_decay}
    monkeypatch.setattr(torch.Tensor, "bfloat16", torch.Tensor.clone)
    theirs = torch_muon(torch, dtype, **options)
    _, ours = ours_after(
        lambda p: optim.Muon(p, RATES.__getitem__, **options), MATRICES, dtype=dtype
    )
    assert_same(ours, theirs, tolerance, MATRICES, dtype)


def test_muon_is_that_of_pytorch_to_the_digits_of_its_bfloat16(torch):
    _, ours = ours_after(lambda p: optim.Muon(p, RATES.__getitem__), MATRICES)
    assert_same(ours, torch_muon(torch), tolerance=0.05, shapes=MATRICES)


def torch_muon(torch, dtype=np.float64, **options):
    params = [torch.tensor(x.T.copy(), requires_grad=True) for x in start(MATRICES, dtype)]
    opt = torch.optim.Muon(params, **options)
    for t in range(STEPS):
        opt.param_groups[0]["lr"] = RATES[t]
        for p, g in zip(params, gradients(t, MATRICES), strict=True):
            p.grad = torch.tensor(g.T.astype(dtype))
        opt.step()
    return [p.detach().numpy().T for p in params]


# Keras

# On PyTorch it reads its variables by a way that NumPy 2 deprecates.
deprecated = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


@pytest.fixture
def keras():
    os.environ.setdefault("KERAS_BACKEND", "torch")
    pytest.importorskip("torch")
    keras = pytest.importorskip("keras")
    before = keras.config.floatx()
    keras.config.set_floatx("float64")
    yield keras
    keras.config.set_floatx(before)


def keras_after(keras, opt, shapes=SHAPES):
    params = [keras.Variable(x, dtype="float64") for x in start(shapes)]
    opt.build(params)
    for t in range(STEPS):
        opt.apply([keras.ops.convert_to_tensor(g) for g in gradients(t, shapes)], params)
    return [keras.ops.convert_to_numpy(p) for p in params]


@deprecated
def test_an_exponential_average_is_that_of_keras(keras):
    params = parameters()
    opt, average = optim.SGD(params, lr=0.01), optim.EMA(params, 0.9)
    for t in range(STEPS):
        set_gradients(params, gradients(t))
        opt.step()
        average.update()
    theirs = keras.optimizers.SGD(0.01, use_ema=True, ema_momentum=0.9)
    keras_after(keras, theirs)
    assert_same(
        average.values(),
        [keras.ops.convert_to_numpy(v) for v in theirs._model_variables_moving_average],
    )


@deprecated
def test_lamb_without_decay_is_that_of_keras(keras):
    _, ours = ours_after(lambda p: optim.LAMB(p, 0.01, eps=1e-4))
    theirs = keras.optimizers.Lamb(0.01, epsilon=1e-4)
    assert_same(ours, keras_after(keras, theirs))


@deprecated
def test_muon_is_that_of_keras_up_to_what_it_adds_to_the_norm(keras):
    _, ours = ours_after(
        lambda p: optim.Muon(p, 0.01, weight_decay=0.0, adjust_lr_fn="match_rms_adamw"), MATRICES
    )
    theirs = keras.optimizers.Muon(0.01, exclude_embeddings=False, weight_decay=None)
    assert_same(ours, keras_after(keras, theirs, MATRICES), tolerance=1e-8, shapes=MATRICES)
