"""What is true of every optimizer."""

import copy
import functools
import pickle
import subprocess
import sys

import numpy as np
import pytest
from optimizers import CASES, SEPARATE, SPECIAL, name_of, shapes_for, take_step

import minigrad as mg
from minigrad.memory import memory_of
from minigrad.optim.flat import Flat

SHAPES = shapes_for(CASES[0])
every_optimizer = pytest.mark.parametrize("case", CASES + SPECIAL, ids=name_of)
every_separate_optimizer = pytest.mark.parametrize("case", SEPARATE, ids=name_of)


def parameters(dtype=np.float64, seed=0, shapes=SHAPES):
    rng = np.random.default_rng(seed)
    return [mg.tensor(np.asarray(rng.normal(size=s), dtype), requires_grad=True) for s in shapes]


def gradients(params, t):
    """Give every parameter a gradient that depends on its place and the step; return a loss."""
    for i, p in enumerate(params):
        g = np.random.default_rng([t, i]).normal(size=p.shape)
        p.grad = mg.tensor(np.asarray(g, p.dtype))
    return 1.0 / (t + 1)


def train(opt, params, steps, first=0):
    """Take the steps from ``first`` up to ``steps``."""
    for t in range(first, steps):
        take_step(opt, functools.partial(gradients, params, t))
    return [p.numpy().copy() for p in params]


def same_bits(a, b):
    return all(x.dtype == y.dtype and x.tobytes() == y.tobytes() for x, y in zip(a, b, strict=True))


rates = mg.schedules
SCHEDULES = [
    rates.constant(0.01),
    rates.step_decay(0.1, 0.5, 3),
    rates.piecewise_constant([0.1, 0.01], [5]),
    rates.piecewise_interpolated([0.01, 0.1, 0.0], [4, 8]),
    rates.linear(0.1, steps=8),
    rates.exponential(0.1, 0.9),
    rates.polynomial(0.1, steps=8, power=2.0),
    rates.inverse_time(0.1, 0.5),
    rates.inverse_sqrt(0.1, warmup=3),
    rates.cosine(0.1, steps=8, warmup=3),
    rates.cosine_restarts(0.1, 3, growth=2),
    rates.triangular(0.01, 0.1, 3),
    rates.triangular2(0.01, 0.1, 3),
    rates.exp_range(0.01, 0.1, 3, factor=0.9),
    rates.one_cycle(0.1, 8),
    rates.warmup_stable_decay(0.1, 10, 2, 3),
    rates.warmup(rates.inverse_sqrt(0.1, 1), 4),
    rates.join([rates.constant(0.1), rates.linear(0.1, 5)], [4]),
    rates.scale(rates.linear(0.1, 8), 0.5),
    rates.clamp(rates.exponential(0.1, 0.8), 0.02, 0.08),
]


def test_the_schedules_above_are_all_there_are():
    makers = {name for name in rates.__all__ if name.islower()} - {"one_cycle_momentum"}
    assert {schedule.make.__name__ for schedule in SCHEDULES} == makers


@every_optimizer
def test_the_rate_of_every_update_is_the_one_that_plotting_shows(case):
    cls, options = case
    for schedule in SCHEDULES:
        plotted = schedule(np.arange(12))
        params = parameters(shapes=shapes_for(case))
        opt = cls(params, lr=schedule, **options)
        by_hand = parameters(shapes=shapes_for(case))
        twin = cls(by_hand, lr=plotted[0], **options)
        for t, rate in enumerate(plotted):
            assert opt.lr == rate and opt.steps == t
            train(opt, params, t + 1, first=t)
            assert opt.last_lr == [rate]
            twin.lr = rate
            train(twin, by_hand, t + 1, first=t)
        assert same_bits([p._data for p in params], [p._data for p in by_hand]), schedule


@every_optimizer
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_resumed_run_gives_the_bits_of_one_that_never_stopped(case, dtype, tmp_path):
    cls, options = case
    schedule = mg.schedules.cosine(0.05, steps=9)
    straight = parameters(dtype, shapes=shapes_for(case))
    whole = train(cls(straight, lr=schedule, **options), straight, 10)
    params = parameters(dtype, shapes=shapes_for(case))
    opt = cls(params, lr=schedule, **options)
    halfway = train(opt, params, 4)
    mg.save(opt.state_dict(), tmp_path / "opt.npz")
    later = [mg.tensor(p, requires_grad=True) for p in halfway]
    resumed = cls(later, lr=schedule, **options)
    resumed.load_state_dict(mg.load(tmp_path / "opt.npz"))
    assert resumed.steps == 4 and resumed.lr == opt.lr
    assert same_bits(train(resumed, later, 10, first=4), whole)


@every_optimizer
def test_saving_changes_nothing_and_later_steps_do_not_change_what_was_saved(case):
    cls, options = case
    params = parameters(shapes=shapes_for(case))
    opt = cls(params, lr=0.01, **options)
    train(opt, params, 3)
    saved, kept = opt.state_dict(), copy.deepcopy(opt.state_dict())
    train(opt, params, 6, first=3)
    saved, kept = saved.get("inside", saved), kept.get("inside", kept)
    for memory, before in zip(saved["memory"], kept["memory"], strict=True):
        assert memory["numbers"] == before["numbers"]
        assert list(memory["states"]) == list(before["states"])
        for name, parts in memory["states"].items():
            assert same_bits(parts, before["states"][name])


@every_optimizer
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_compiled_loop_and_numpy_agree_to_the_last_bit(case, dtype, monkeypatch):
    cls, options = case
    compiled = parameters(dtype, shapes=shapes_for(case))
    a = train(cls(compiled, lr=0.05, **options), compiled, 20)
    apply = Flat.apply

    def in_numpy(self, rule, *arguments):
        assert rule.py_func is not None
        return apply(self, rule.py_func, *arguments)

    monkeypatch.setattr(Flat, "apply", in_numpy)
    plain = parameters(dtype, shapes=shapes_for(case))
    assert same_bits(a, train(cls(plain, lr=0.05, **options), plain, 20))


@every_optimizer
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_parameters_and_states_keep_their_dtype(case, dtype):
    cls, options = case
    params = parameters(dtype, shapes=shapes_for(case))
    opt = cls(params, lr=0.05, **options)
    assert {x.dtype for x in train(opt, params, 2)} == {np.dtype(dtype)}
    state = opt.state_dict()
    for memory in state.get("inside", state)["memory"]:
        for parts in memory["states"].values():
            assert {part.dtype for part in parts} == {np.dtype(dtype)}


@every_optimizer
def test_a_rate_of_zero_moves_nothing(case):
    cls, options = case
    if "hypergrad_lr" in options:  # the rate of the rate
        options = {**options, "hypergrad_lr": 0.0}
    params = parameters(shapes=shapes_for(case))
    before = [p.numpy().copy() for p in params]
    after = train(cls(params, lr=0.0, **options), params, 3)
    assert all(np.array_equal(a, b) for a, b in zip(after, before, strict=True))


@every_separate_optimizer
def test_float32_and_float64_parameters_share_a_group(case):
    cls, options = case
    shapes = shapes_for(case)
    single, double = parameters(np.float32, shapes=shapes), parameters(np.float64, shapes=shapes)
    mixed = [p for pair in zip(single, double, strict=True) for p in pair]
    opt = cls(mixed, lr=0.05, **options)
    for t in range(5):
        gradients(single, t)
        gradients(double, t)
        opt.step()
    for together in (single, double):
        alone = parameters(together[0].dtype, shapes=shapes)
        after = train(cls(alone, lr=0.05, **options), alone, 5)
        assert same_bits(after, [p.numpy() for p in together])


@every_separate_optimizer
def test_groups_have_rates_and_options_of_their_own(case):
    cls, options = case
    a, b = (parameters(seed=seed, shapes=shapes_for(case)) for seed in (2, 3))
    opt = cls([{"params": a, "lr": 0.1}, {"params": b, **options}], lr=0.01)
    for t in range(5):
        gradients(a, t)
        gradients(b, t)
        opt.step()
    assert opt.last_lr == [0.1, 0.01]
    alone_a, alone_b = (parameters(seed=seed, shapes=shapes_for(case)) for seed in (2, 3))
    assert same_bits([p.numpy() for p in a], train(cls(alone_a, lr=0.1), alone_a, 5))
    assert same_bits([p.numpy() for p in b], train(cls(alone_b, lr=0.01, **options), alone_b, 5))


# The base class, on gradient descent


def quadratic(p):
    return (p * p).sum()


def test_without_numba_the_same_steps_are_taken():
    program = """
import sys
if sys.argv[1] == "without":
    sys.modules["numba"] = None  # importing it fails, as if it were not installed
import numpy as np
import minigrad as mg
p = mg.tensor(np.linspace(-1, 1, 7), requires_grad=True)
opt = mg.optim.Adam([p], lr=0.1)
for _ in range(5):
    opt.zero_grad()
    (p * p).sum().backward()
    opt.step()
print(p.numpy().tobytes().hex())
"""
    runs = [
        subprocess.run([sys.executable, "-c", program, how], capture_output=True, text=True)
        for how in ("with", "without")
    ]
    assert [r.stderr for r in runs] == ["", ""]
    assert runs[0].stdout == runs[1].stdout != ""


def run(make, steps=30):
    params = parameters()
    return train(make(params), params, steps)


def close(a, b):
    return all(np.allclose(x, y, rtol=1e-12, atol=1e-12) for x, y in zip(a, b, strict=True))


@pytest.mark.parametrize("nesterov", [False, True])
def test_the_forms_of_momentum_convert_at_a_rate_that_never_changes(nesterov):
    def form(name, lr):
        return run(lambda p: mg.optim.SGD(p, lr, momentum=0.9, nesterov=nesterov, form=name))

    assert close(form("rate_inside", 0.1), form("heavy_ball", 0.1))
    assert close(form("average", 0.1), form("heavy_ball", 0.1 * (1 - 0.9)))


def test_when_the_rate_drops_to_zero_only_a_rate_inside_the_velocity_goes_on():
    def moved(form):
        lr = mg.schedules.piecewise_constant([0.1, 0.0], [10])
        before, after = (
            run(lambda p: mg.optim.SGD(p, lr, momentum=0.9, form=form), steps) for steps in (10, 20)
        )
        return not close(before, after)

    assert [moved(f) for f in ("heavy_ball", "average", "rate_inside")] == [False, False, True]


def test_decoupled_decay_and_l2_are_the_same_without_momentum_and_differ_with_it():
    def decayed(cls, momentum):
        return run(lambda p: cls(p, 0.1, momentum=momentum, weight_decay=0.1))

    assert close(decayed(mg.optim.SGD, 0.0), decayed(mg.optim.SGDW, 0.0))
    assert not close(decayed(mg.optim.SGD, 0.9), decayed(mg.optim.SGDW, 0.9))


def test_adamw_without_a_gradient_shrinks_by_the_rate_times_the_decay():
    p = mg.tensor(np.ones(3), requires_grad=True)
    opt = mg.optim.AdamW([p], lr=mg.schedules.linear(0.1, steps=4), weight_decay=0.5)
    for _ in range(3):
        p.grad = mg.tensor(np.zeros(3))
        opt.step()
    shrunk = (1 - 0.1 * 0.5) * (1 - 0.075 * 0.5) * (1 - 0.05 * 0.5)
    assert np.allclose(p.numpy(), shrunk, rtol=1e-14)


def test_the_first_step_of_adam_is_the_rate_whatever_the_gradient():
    p = mg.tensor(np.zeros(4), requires_grad=True)
    p.grad = mg.tensor(np.array([1e-3, -1.0, 1e3, 0.0]))
    mg.optim.Adam([p], lr=0.1).step()
    assert np.allclose(p.numpy(), [-0.1, 0.1, -0.1, 0.0], rtol=1e-4)


def test_an_empty_parameter_is_carried_along():
    empty, a = mg.tensor(np.zeros((0, 3)), requires_grad=True), parameters()[0]
    opt = mg.optim.Adam([empty, a], lr=0.1)
    (empty.sum() + quadratic(a)).backward()
    opt.step()
    assert empty.shape == (0, 3) and opt.steps == 1


def test_centred_rmsprop_survives_a_gradient_that_never_changes():
    p = mg.tensor([1.0], requires_grad=True)
    opt = mg.optim.RMSprop([p], lr=1e-6, alpha=0.5, centered=True)
    for _ in range(50):
        p.grad = mg.tensor([0.3])  # whose square rounds down
        opt.step()
    assert np.isfinite(p.numpy()).all()


def test_one_cycle_moves_rate_and_momentum_together():
    params, twins = parameters(), parameters()
    rate, momentum = mg.schedules.one_cycle(0.1, 8), mg.schedules.one_cycle_momentum(8)
    opt = mg.optim.SGD(params, lr=rate, momentum=momentum)
    twin = mg.optim.SGD(twins, lr=0.0, momentum=0.9)
    for t in range(8):
        twin.param_groups[0].update(lr=rate(t), momentum=momentum(t))
        train(twin, twins, t + 1, first=t)
    assert same_bits(train(opt, params, 8), [p.numpy() for p in twins])


def test_parameters_become_views_of_one_array_and_each_watches_itself():
    a, b = parameters()[:2]
    opt = mg.optim.SGD([a, b], lr=0.1)
    flat = opt._flats[0][0].theta
    assert np.shares_memory(a._data, flat) and np.shares_memory(b._data, flat)
    assert memory_of(a) is not memory_of(b)
    assert not np.shares_memory(memory_of(a).array, memory_of(b).array)


def test_backward_writes_the_gradient_into_the_flat_array():
    a, b = parameters()[:2]
    opt = mg.optim.SGD([a, b], lr=0.1)
    (quadratic(a) + quadratic(b)).backward()
    flat = opt._flats[0][0]
    assert np.array_equal(flat.grad, 2 * flat.theta)
    (quadratic(a) + quadratic(b)).backward()
    assert np.array_equal(flat.grad, 4 * flat.theta)


@pytest.mark.parametrize(
    "keep",
    [lambda g: g, lambda g: g.numpy(), lambda g: g.numpy()[1:], lambda g: g.detach()],
    ids=["tensor", "array", "view", "detached"],
)
def test_a_gradient_that_somebody_keeps_keeps_its_numbers(keep):
    a = parameters()[0]
    opt = mg.optim.SGD([a], lr=0.1)
    quadratic(a).backward()
    kept = keep(a.grad)
    before = np.array(kept)
    for _ in range(3):
        opt.step()
        opt.zero_grad()
        quadratic(a).backward()
        assert np.array_equal(a.grad.numpy(), 2 * a.numpy())
    assert np.array_equal(kept, before)


def test_gradients_return_to_the_flat_array_when_nobody_keeps_one():
    a = parameters()[0]
    opt = mg.optim.SGD([a], lr=0.1)
    quadratic(a).backward()
    kept = a.grad
    opt.zero_grad()
    quadratic(a).backward()
    flat = opt._flats[0][0].grad
    assert not np.shares_memory(a.grad._data, flat)
    del kept
    opt.zero_grad()
    quadratic(a).backward()
    assert np.shares_memory(a.grad._data, flat)


def test_a_step_between_forward_and_backward_is_noticed():
    a = parameters()[0]
    opt = mg.optim.SGD([a], lr=0.1)
    quadratic(a).backward()
    loss = quadratic(a)
    opt.step()
    with pytest.raises(RuntimeError, match="changed in place"):
        loss.backward()


def test_making_an_optimizer_between_forward_and_backward_changes_nothing():
    a = parameters()[0]
    loss = quadratic(a)
    mg.optim.SGD([a], lr=0.1)
    loss.backward()
    assert np.array_equal(a.grad.numpy(), 2 * a.numpy())


def test_a_write_before_the_optimizer_was_made_is_still_noticed():
    a = parameters()[0]
    loss = quadratic(a)
    a.data[0] = 7.0
    mg.optim.SGD([a], lr=0.1)
    with pytest.raises(RuntimeError, match="changed in place"):
        loss.backward()


def test_two_optimizers_may_take_turns_on_the_same_parameters():
    a, b = parameters(), parameters()
    one, two = mg.optim.SGD(a, lr=0.1), mg.optim.SGD(a, lr=0.01)
    reference = mg.optim.SGD(b, lr=0.1)
    for t in range(4):
        opt = (one, two)[t % 2]
        reference.lr = (0.1, 0.01)[t % 2]
        loss, twin = sum(map(quadratic, a)), sum(map(quadratic, b))
        opt.zero_grad()
        reference.zero_grad()
        loss.backward()
        twin.backward()
        opt.step()
        reference.step()
    assert same_bits([p.numpy() for p in a], [p.numpy() for p in b])


@pytest.mark.parametrize(
    "clone", [copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))], ids=["deepcopy", "pickle"]
)
def test_a_copy_of_parameters_and_optimizer_trains_on_its_own(clone):
    params = parameters()
    opt = mg.optim.SGD(params, lr=0.1, momentum=0.9)
    train(opt, params, 3)
    their_params, their_opt = clone((params, opt))
    before = [p.numpy().copy() for p in params]
    theirs = train(their_opt, their_params, 6, first=3)
    assert same_bits([p.numpy() for p in params], before)
    assert same_bits(train(opt, params, 6, first=3), theirs)


def test_zero_grad_forgets_the_gradients():
    params = parameters()
    opt = mg.optim.SGD(params, lr=0.1)
    gradients(params, 0)
    opt.zero_grad()
    assert all(p.grad is None for p in params)


def test_any_number_may_be_a_function_of_the_step():
    params = parameters()
    momentum = mg.schedules.linear(0.9, steps=5)
    opt = mg.optim.SGD(params, lr=0.1, momentum=momentum, weight_decay=lambda t: 0.1 / (t + 1))
    twins = parameters()
    twin = mg.optim.SGD(twins, lr=0.1, momentum=0.9)
    for t in range(5):
        twin.param_groups[0].update(momentum=momentum(t), weight_decay=0.1 / (t + 1))
        train(twin, twins, t + 1, first=t)
    assert same_bits(train(opt, params, 5), [p.numpy() for p in twins])


def test_setting_the_rate_sets_it_for_every_group_and_param_groups_can_be_changed():
    a, b = parameters()[:2]
    opt = mg.optim.SGD([{"params": [a], "lr": 1.0}, {"params": [b]}], lr=2.0)
    assert opt.lr == 1.0 and [g["lr"] for g in opt.param_groups] == [1.0, 2.0]
    opt.lr = 0.5
    assert [g["lr"] for g in opt.param_groups] == [0.5, 0.5]
    opt.param_groups[1]["lr"] = 0.0
    before = b.numpy().copy()
    train(opt, [a, b], 1)
    assert opt.last_lr == [0.5, 0.0] and np.array_equal(b.numpy(), before)


def test_feedback_is_a_rate_and_resumes():
    params = parameters()
    plateau = mg.schedules.ReduceOnPlateau(0.5, factor=0.5, patience=0)
    opt = mg.optim.SGD(params, lr=plateau)
    plateau.observe(1.0)
    plateau.observe(1.0)
    assert opt.lr == 0.25
    fresh = mg.schedules.ReduceOnPlateau(0.5, factor=0.5, patience=0)
    resumed = mg.optim.SGD(parameters(), lr=fresh)
    resumed.load_state_dict(opt.state_dict())
    assert resumed.lr == 0.25 and fresh.best == 1.0


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda p: mg.optim.SGD([], lr=0.1), "no parameters"),
        (lambda p: mg.optim.SGD([{"params": []}], lr=0.1), "a group has no parameters"),
        (lambda p: mg.optim.SGD(p, lr=0.1), "iterable of tensors"),
        (lambda p: mg.optim.SGD([p.numpy()], lr=0.1), "is a ndarray, not a Tensor"),
        (lambda p: mg.optim.SGD([mg.tensor([1.0])], lr=0.1), "does not require a gradient"),
        (lambda p: mg.optim.SGD([p * 2], lr=0.1), "result of an operation"),
        (lambda p: mg.optim.SGD([p, p], lr=0.1), r"parameter 1 of shape \(3, 4\).*twice"),
        (lambda p: mg.optim.SGD([("w", p), ("w2", p)], lr=0.1), "parameter 'w2'.*twice"),
        (lambda p: mg.optim.SGD([p], lr=-0.1), "lr must be zero or positive, and finite"),
        (lambda p: mg.optim.SGD([p], lr=float("nan")), "lr must be"),
        (lambda p: mg.optim.SGD([p], lr="0.1"), "lr must be a number"),
        (lambda p: mg.optim.SGD([p], lr=lambda t: -1.0), "lr must be zero or positive"),
        (lambda p: mg.optim.SGD([p], lr=0.1, momentum=1.0), "momentum must be .* below 1"),
        (lambda p: mg.optim.Adam([p], betas=0.9), "betas is a pair of numbers"),
        (lambda p: mg.optim.Adam([p], betas=(0.9, 1.0)), "betas must be .* below 1"),
        (lambda p: mg.optim.NAdam([p], momentum_decay=-1.0), "momentum_decay must not be neg"),
        (lambda p: mg.optim.SGD([p], lr=0.1, form="fast"), "form is one of 'heavy_ball'"),
        (lambda p: mg.optim.SGD([p], lr=0.1, nesterov=True), "nesterov needs a momentum"),
        (
            lambda p: mg.optim.SGD([p], 0.1, momentum=0.5, dampening=0.1, form="average"),
            "belongs to form='heavy_ball'",
        ),
        (lambda p: mg.optim.SGD([{"params": [p], "rate": 1}], lr=0.1), "no option rate"),
        (lambda p: mg.optim.SGD([{"lr": 1}], lr=0.1), "a dict with 'params'"),
        (lambda p: mg.optim.SGD([{"params": [p]}, p], lr=0.1), "every group is a dict"),
    ],
)
def test_what_cannot_be_optimized_is_refused_with_the_reason(make, message):
    with pytest.raises((ValueError, TypeError), match=message):
        make(parameters()[0])


def test_a_missing_gradient_names_the_parameter_and_nothing_is_updated():
    a, b = parameters()[:2]
    before = a.numpy().copy()
    for given, name in (([a, b], "parameter 1"), ([("w", a), ("b", b)], "parameter 'b'")):
        opt = mg.optim.SGD(given, lr=0.1)
        a.grad = mg.tensor(np.ones(a.shape))
        with pytest.raises(RuntimeError, match=rf"{name} of shape \(4,\) has no gradient"):
            opt.step()
        assert np.array_equal(a.numpy(), before) and opt.steps == 0


def test_a_gradient_of_another_shape_is_refused():
    a = parameters()[0]
    opt = mg.optim.SGD([a], lr=0.1)
    a.grad = mg.tensor(np.ones(4))
    with pytest.raises(ValueError, match=r"shape \(3, 4\) and a gradient of shape \(4,\)"):
        opt.step()


def test_a_state_that_does_not_fit_is_refused_and_nothing_changes():
    params = parameters()
    opt = mg.optim.SGD(params, lr=0.1, momentum=0.9)
    train(opt, params, 2)
    state = opt.state_dict()

    def refuse(other, message):
        before = copy.deepcopy(other.state_dict())
        with pytest.raises(ValueError, match=message):
            other.load_state_dict(state)
        assert repr(other.state_dict()) == repr(before)

    refuse(mg.optim.SGDW(parameters(), lr=0.1), "the state of SGD, and not of SGDW")
    refuse(mg.optim.SGD(parameters()[:2], lr=0.1), "of 4 parameters, this group has 2")
    refuse(mg.optim.SGD(parameters()[1:], lr=0.1), r"velocity of parameter 0 has shape \(3, 4\)")
    a, b = parameters()[:2]
    refuse(mg.optim.SGD([{"params": [a]}, {"params": [b]}], lr=0.1), "has 1 groups")
    scheduled = mg.optim.SGD(parameters(), lr=mg.schedules.linear(0.1, steps=5))
    state = scheduled.state_dict()
    refuse(mg.optim.SGD(parameters(), lr=0.1), "saved under a schedule for lr")
