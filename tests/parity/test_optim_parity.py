"""Optimizers against PyTorch, Keras and optax: the same parameters after 100 random gradients.

The same means to 1e-12 in float64 and to 2e-6 in float32, relative to a tensor's largest element.
"""

from __future__ import annotations

import functools
import itertools
import math
import os

import numpy as np
import pytest

import minigrad as mg
from minigrad import optim

STEPS = 100
SHAPES = [(3, 4), (4,), ()]
TOLERANCE = {np.float32: 2e-6, np.float64: 1e-12}
both_dtypes = pytest.mark.parametrize("dtype", [np.float32, np.float64])


def combinations(**options):
    """Return every combination of the values of the options, as dicts."""
    return [
        dict(zip(options, values, strict=True)) for values in itertools.product(*options.values())
    ]


def start(dtype):
    rng = np.random.default_rng(0)
    return [np.asarray(rng.normal(size=shape), dtype) for shape in SHAPES]


@functools.cache
def gradients(t, dtype):
    """Return random gradients of widely different sizes; one in five is zero."""
    rng = np.random.default_rng([1, t])
    sizes = [10.0 ** rng.uniform(-3, 2, s) * (rng.random(s) > 0.2) for s in SHAPES]
    return [np.asarray(size * rng.normal(size=size.shape), dtype) for size in sizes]


def ours_after(make, dtype, rates=None, grads=gradients):
    params = [mg.tensor(x, requires_grad=True) for x in start(dtype)]
    opt = make(params)
    for t in range(STEPS):
        if rates is not None:
            opt.lr = rates[t]
        for p, g in zip(params, grads(t, dtype), strict=True):
            p.grad = mg.tensor(g)
        opt.step()
    return [p.numpy() for p in params]


def assert_same(ours, theirs, dtype, slack=0.0):
    for a, b, before in zip(ours, theirs, start(dtype), strict=True):
        b = np.asarray(b)
        assert a.dtype == b.dtype == dtype
        assert np.isfinite(b).all()
        error = np.max(np.abs(a - b)) / max(np.max(np.abs(b)), np.max(np.abs(before)))
        assert error <= TOLERANCE[dtype] + slack, f"{error:.1e}"


def decay_slack(options, dtype):
    """Return how far decoupled decay may drift from optax in STEPS updates.

    PyTorch and minigrad multiply by 1 - lr * weight_decay, which has been rounded: by up to half a
    unit in the last place, the same way each time. optax subtracts lr * weight_decay * theta.
    """
    return STEPS * np.finfo(dtype).eps / 2 if options.get("weight_decay") else 0.0


# A rate that changes: up, down and at once.
RATES = [0.02 * (1 + t) / 20 if t < 20 else (0.02 if t < 60 else 0.002) for t in range(STEPS)]


# PyTorch


@pytest.fixture
def torch():
    torch = pytest.importorskip("torch")
    before = torch.get_default_dtype()
    torch.set_num_threads(1)
    yield torch
    torch.set_default_dtype(before)


def torch_after(torch, make, dtype, rates=None, grads=gradients):
    # NAdam keeps its product in the default dtype, whatever the parameters are.
    torch.set_default_dtype(torch.float64 if dtype == np.float64 else torch.float32)
    params = [torch.tensor(x, requires_grad=True) for x in start(dtype)]
    opt = make(params)
    for t in range(STEPS):
        for group in opt.param_groups if rates is not None else ():
            group["lr"] = rates[t]
        for p, g in zip(params, grads(t, dtype), strict=True):
            p.grad = torch.tensor(g)
        opt.step()
    return [p.detach().numpy() for p in params]


DECAYS = [0.0, 0.1]
BETAS = [(0.9, 0.999), (0.5, 0.9), (0.0, 0.99)]
BOTH = [False, True]

TORCH = {
    "SGD": [
        options
        for options in combinations(
            momentum=[0.0, 0.9], dampening=[0.0, 0.3], weight_decay=DECAYS, nesterov=BOTH
        )
        if not (options["nesterov"] and (options["momentum"] == 0 or options["dampening"] != 0))
    ],
    "Adagrad": combinations(
        lr_decay=[0.0, 0.1],
        weight_decay=DECAYS,
        initial_accumulator_value=[0.0, 0.1],
        eps=[1e-10, 1e-3],
    ),
    "RMSprop": combinations(
        alpha=[0.99, 0.5],
        eps=[1e-8, 1e-3],
        weight_decay=DECAYS,
        momentum=[0.0, 0.9],
        centered=BOTH,
    ),
    "Adadelta": combinations(rho=[0.9, 0.5], eps=[1e-6, 1e-3], weight_decay=DECAYS),
    "Adam": combinations(betas=BETAS, eps=[1e-8, 1e-3], weight_decay=DECAYS, amsgrad=BOTH),
    "AdamW": combinations(betas=BETAS, eps=[1e-8, 1e-3], weight_decay=DECAYS, amsgrad=BOTH),
    "Adamax": combinations(betas=BETAS, eps=[1e-8, 1e-3], weight_decay=DECAYS),
    "NAdam": combinations(
        betas=BETAS,
        eps=[1e-8, 1e-3],
        weight_decay=DECAYS,
        momentum_decay=[0.004, 0.1],
        decoupled_weight_decay=BOTH,
    ),
    "RAdam": combinations(
        betas=BETAS, eps=[1e-8, 1e-3], weight_decay=DECAYS, decoupled_weight_decay=BOTH
    ),
}


@both_dtypes
@pytest.mark.parametrize(
    ("name", "options"),
    [(name, options) for name, all_options in TORCH.items() for options in all_options],
    ids=str,
)
def test_the_update_is_that_of_pytorch(torch, name, options, dtype):
    ours, theirs = getattr(optim, name), getattr(torch.optim, name)
    assert_same(
        ours_after(lambda p: ours(p, lr=0.01, **options), dtype),
        torch_after(torch, lambda p: theirs(p, lr=0.01, **options), dtype),
        dtype,
    )


@both_dtypes
@pytest.mark.parametrize("name", TORCH)
def test_the_update_is_that_of_pytorch_under_a_changing_rate(torch, name, dtype):
    options = TORCH[name][-1]
    ours, theirs = getattr(optim, name), getattr(torch.optim, name)
    assert_same(
        ours_after(lambda p: ours(p, lr=RATES.__getitem__, **options), dtype),
        torch_after(torch, lambda p: theirs(p, lr=0.01, **options), dtype, RATES),
        dtype,
    )


@both_dtypes
@pytest.mark.parametrize("name", TORCH)
def test_groups_of_different_rates_and_decays_are_those_of_pytorch(torch, name, dtype):
    options = TORCH[name][-1]
    ours, theirs = getattr(optim, name), getattr(torch.optim, name)

    def groups(p):
        return [
            {"params": p[:1], "lr": 0.05, "weight_decay": 0.01},
            {"params": p[1:2], "weight_decay": 0.0},
            {"params": p[2:]},
        ]

    assert_same(
        ours_after(lambda p: ours(groups(p), lr=0.01, **options), dtype),
        torch_after(torch, lambda p: theirs(groups(p), lr=0.01, **options), dtype),
        dtype,
    )


@both_dtypes
@pytest.mark.parametrize("name", TORCH)
def test_zero_gradients_do_what_they_do_in_pytorch(torch, name, dtype):
    options = TORCH[name][-1]

    def zeros(t, dtype):
        return [np.zeros(shape, dtype) for shape in SHAPES]

    ours, theirs = getattr(optim, name), getattr(torch.optim, name)
    assert_same(
        ours_after(lambda p: ours(p, lr=0.01, **options), dtype, grads=zeros),
        torch_after(torch, lambda p: theirs(p, lr=0.01, **options), dtype, grads=zeros),
        dtype,
    )


@pytest.mark.parametrize("name", TORCH)
def test_the_defaults_are_those_of_pytorch(torch, name):
    ours = getattr(optim, name)([mg.tensor([1.0], requires_grad=True)], lr=0.01)
    theirs = getattr(torch.optim, name)([torch.zeros(1)], lr=0.01)
    group = ours.param_groups[0]
    shared = [key for key in theirs.defaults if key in group]
    assert "weight_decay" in shared
    assert [group[key] for key in shared] == [theirs.defaults[key] for key in shared]


# optax


@pytest.fixture(scope="module")
def jax():
    jax = pytest.importorskip("jax")
    before = jax.config.jax_enable_x64
    jax.config.update("jax_enable_x64", True)
    yield jax
    jax.config.update("jax_enable_x64", before)


@pytest.fixture(scope="module")
def optax(jax):
    return pytest.importorskip("optax")


def optax_after(jax, transformation, dtype):
    import optax

    @jax.jit
    def step(params, state, grads):
        updates, state = transformation.update(grads, state, params)
        return optax.apply_updates(params, updates), state

    params = [jax.numpy.asarray(x) for x in start(dtype)]
    state = transformation.init(params)
    for t in range(STEPS):
        params, state = step(params, state, gradients(t, dtype))
    return params


# (our class, options, optax's transformation under a rate that it is given)
OPTAX = {
    "sgd": (optim.SGD, {}, lambda o, lr: o.sgd(lr)),
    "heavy ball": (optim.SGD, {"momentum": 0.9}, lambda o, lr: o.sgd(lr, momentum=0.9)),
    "Nesterov": (
        optim.SGD,
        {"momentum": 0.9, "nesterov": True},
        lambda o, lr: o.sgd(lr, momentum=0.9, nesterov=True),
    ),
    "exponential average": (
        optim.SGD,
        {"momentum": 0.9, "form": "average"},
        lambda o, lr: o.chain(o.ema(0.9, debias=False), o.scale_by_learning_rate(lr)),
    ),
    "rate inside": (
        optim.SGD,
        {"momentum": 0.9, "form": "rate_inside"},
        lambda o, lr: o.chain(o.scale_by_learning_rate(lr), o.trace(0.9)),
    ),
    "rate inside, Nesterov": (
        optim.SGD,
        {"momentum": 0.9, "form": "rate_inside", "nesterov": True},
        lambda o, lr: o.chain(o.scale_by_learning_rate(lr), o.trace(0.9, nesterov=True)),
    ),
    "SGDW": (
        optim.SGDW,
        {"momentum": 0.9, "weight_decay": 0.1},
        lambda o, lr: o.chain(
            o.trace(0.9), o.add_decayed_weights(0.1), o.scale_by_learning_rate(lr)
        ),
    ),
    "adagrad": (
        optim.Adagrad,
        {"initial_accumulator_value": 0.1, "eps": 1e-7, "eps_form": "inside"},
        lambda o, lr: o.adagrad(lr),
    ),
    "adadelta": (
        optim.Adadelta,
        {"rho": 0.9, "eps": 1e-6, "weight_decay": 0.1, "decoupled_weight_decay": True},
        lambda o, lr: o.chain(
            o.scale_by_adadelta(0.9, 1e-6),
            o.add_decayed_weights(0.1),
            o.scale_by_learning_rate(lr),
        ),
    ),
    "rmsprop": (
        optim.RMSprop,
        {"alpha": 0.9, "eps_form": "inside"},
        lambda o, lr: o.rmsprop(lr),
    ),
    "rmsprop, eps outside": (
        optim.RMSprop,
        {"alpha": 0.9, "eps": 1e-3},
        lambda o, lr: o.rmsprop(lr, eps=1e-3, eps_in_sqrt=False),
    ),
    "rmsprop, centred, with momentum": (
        optim.RMSprop,
        {
            "alpha": 0.9,
            "eps": 1e-3,
            "eps_form": "inside",
            "centered": True,
            "momentum": 0.8,
            "form": "rate_inside",
        },
        lambda o, lr: o.rmsprop(lr, eps=1e-3, centered=True, momentum=0.8),
    ),
    "adam": (optim.Adam, {}, lambda o, lr: o.adam(lr)),
    "adam, eps under the root": (
        optim.Adam,
        {"eps": 1e-3, "eps_form": "inside"},
        lambda o, lr: o.adam(lr, eps=0.0, eps_root=1e-3),
    ),
    "amsgrad": (
        optim.Adam,
        {"amsgrad": True, "amsgrad_max": "corrected"},
        lambda o, lr: o.amsgrad(lr),
    ),
    "adamw": (
        optim.AdamW,
        {"weight_decay": 0.1},
        lambda o, lr: o.adamw(lr, weight_decay=0.1),
    ),
    "adamax": (optim.Adamax, {}, lambda o, lr: o.adamax(lr)),
    "nadam": (optim.NAdam, {"momentum_decay": math.inf}, lambda o, lr: o.nadam(lr)),
    "radam": (optim.RAdam, {"eps_form": "outside"}, lambda o, lr: o.radam(lr)),
    "radam, eps under the root": (
        optim.RAdam,
        {"eps": 1e-3, "eps_form": "inside"},
        lambda o, lr: o.radam(lr, eps=0.0, eps_root=1e-3),
    ),
    "sign_sgd": (optim.SignSGD, {}, lambda o, lr: o.sign_sgd(lr)),
    "signum": (
        optim.SignSGD,
        {"momentum": 0.9, "weight_decay": 0.1},
        lambda o, lr: o.chain(
            o.ema(0.9, debias=False),
            o.scale_by_sign(),
            o.add_decayed_weights(0.1),
            o.scale_by_learning_rate(lr),
        ),
    ),
    "lion": (optim.Lion, {"weight_decay": 0.1}, lambda o, lr: o.lion(lr, weight_decay=0.1)),
}


@both_dtypes
@pytest.mark.parametrize("name", OPTAX)
def test_the_update_is_that_of_optax_under_a_changing_rate(jax, optax, name, dtype):
    cls, options, transformation = OPTAX[name]
    rates = jax.numpy.asarray(RATES)
    assert_same(
        ours_after(lambda p: cls(p, lr=RATES.__getitem__, **options), dtype),
        optax_after(jax, transformation(optax, lambda count: rates[count]), dtype),
        dtype,
        decay_slack(options, dtype),
    )


# Keras


@pytest.fixture(scope="module")
def keras():
    os.environ.setdefault("KERAS_BACKEND", "torch")
    pytest.importorskip("torch")
    return pytest.importorskip("keras")


def keras_after(keras, make, dtype):
    before = keras.config.floatx()
    keras.config.set_floatx(np.dtype(dtype).name)
    try:
        opt = make(keras.optimizers)
        params = [keras.Variable(x, dtype=np.dtype(dtype).name) for x in start(dtype)]
        opt.build(params)
        for t in range(STEPS):
            opt.learning_rate = RATES[t]
            opt.apply([keras.ops.convert_to_tensor(g) for g in gradients(t, dtype)], params)
        return [keras.ops.convert_to_numpy(p.value) for p in params]
    finally:
        keras.config.set_floatx(before)


KERAS = {
    "SGD": [
        ({"form": "rate_inside", "momentum": 0.9}, {"momentum": 0.9}),
        (
            {"form": "rate_inside", "momentum": 0.9, "nesterov": True},
            {"momentum": 0.9, "nesterov": True},
        ),
    ],
    "SGDW": [
        (
            {"form": "rate_inside", "momentum": 0.9, "weight_decay": 0.1},
            {"momentum": 0.9, "weight_decay": 0.1},
        ),
    ],
    "Adagrad": [
        (
            {"initial_accumulator_value": 0.1, "eps": 1e-7, "eps_form": "inside"},
            {},
        ),
    ],
    "Adadelta": [({"rho": 0.95, "eps": 1e-7}, {})],
    "RMSprop": [
        ({"alpha": 0.9, "eps": 1e-7, "eps_form": "inside"}, {}),
        (
            {
                "alpha": 0.9,
                "eps": 1e-3,
                "eps_form": "inside",
                "form": "rate_inside",
                "momentum": 0.8,
                "centered": True,
            },
            {"epsilon": 1e-3, "momentum": 0.8, "centered": True},
        ),
    ],
    "Adam": [
        ({"eps": 1e-7, "eps_form": "uncorrected"}, {}),
        (
            {"eps": 1e-3, "eps_form": "uncorrected", "amsgrad": True},
            {"epsilon": 1e-3, "amsgrad": True},
        ),
    ],
    "AdamW": [
        (
            {"eps": 1e-7, "eps_form": "uncorrected", "weight_decay": 0.1},
            {"weight_decay": 0.1},
        ),
    ],
    "Adamax": [({"eps": 1e-3, "eps_form": "outside"}, {"epsilon": 1e-3})],
    "NAdam": [({"eps": 1e-7, "momentum_decay": 1.0}, {})],
    "Lion": [({"weight_decay": 0.1}, {"weight_decay": 0.1})],
}
NAMES_IN_KERAS = {"SGDW": "SGD", "NAdam": "Nadam"}

# In Keras any optimizer decays, and decoupled.
for _name in ("Adagrad", "Adadelta", "RMSprop", "Adamax", "NAdam"):
    _ours, _theirs = KERAS[_name][0]
    KERAS[_name].append(
        (
            {**_ours, "weight_decay": 0.1, "decoupled_weight_decay": True},
            {**_theirs, "weight_decay": 0.1},
        )
    )


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # Keras's own
@both_dtypes
@pytest.mark.parametrize(
    ("name", "options", "theirs"),
    [(name, *pair) for name in KERAS for pair in KERAS[name]],
    ids=str,
)
def test_the_update_is_that_of_keras_under_a_changing_rate(keras, name, options, theirs, dtype):
    ours = getattr(optim, name)
    assert_same(
        ours_after(lambda p: ours(p, lr=RATES.__getitem__, **options), dtype),
        keras_after(
            keras,
            lambda o: getattr(o, NAMES_IN_KERAS.get(name, name))(learning_rate=0.01, **theirs),
            dtype,
        ),
        dtype,
    )
