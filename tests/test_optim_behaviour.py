"""What the further optimizers are for, on problems whose answer is known."""

import copy
import itertools

import numpy as np
import pytest
from optimizers import CASES, SPECIAL, name_of, shapes_for, take_step

import minigrad as mg
from minigrad import optim
from minigrad.optim.muon import orthogonalize

CURVATURE = np.array([0.1, 0.5, 1.0, 4.0])
TARGET = np.array([3.0, -2.0, 1.0, 0.5])


def bowl(p):
    """A quadratic with minimum 3 at TARGET."""
    return 0.5 * (CURVATURE * (p - TARGET) * (p - TARGET)).sum() + 3.0


def descend(opt, loss, steps):
    """Take steps on ``loss()``, and return its values."""

    def closure():
        opt.zero_grad()
        value = loss()
        value.backward()
        return value

    return [opt.step_with(closure).item() for _ in range(steps)]


def zeros(n=4, dtype=np.float64):
    return mg.tensor(np.zeros(n, dtype), requires_grad=True)


# Polyak's step


def test_polyaks_step_comes_closer_to_the_minimum_each_time_and_reaches_it():
    p = zeros()
    opt = optim.PolyakSGD([p], lr=float("inf"), f_min=3.0)
    distances = [np.linalg.norm(TARGET)]
    for _ in range(300):
        descend(opt, lambda: bowl(p), 1)
        distances.append(np.linalg.norm(p.numpy() - TARGET))
    assert all(b <= a for a, b in itertools.pairwise(distances))
    assert distances[-1] < 1e-6


def test_polyaks_step_is_half_the_best_rate_on_a_round_bowl_and_stops_at_the_minimum():
    p = mg.tensor(np.array([4.0]), requires_grad=True)
    opt = optim.PolyakSGD([p], lr=10.0)
    descend(opt, lambda: (p * p).sum(), 1)
    assert opt.adapted_lr == [0.25] and p.numpy() == 2.0
    p.grad = mg.tensor(np.zeros(1))
    opt.step(0.0)
    assert opt.adapted_lr == [0.0] and p.numpy() == 2.0


def test_a_loss_below_its_bound_moves_nothing():
    p = zeros()
    p.grad = mg.tensor(np.ones(4))
    opt = optim.PolyakSGD([p], f_min=1.0)
    opt.step(0.5)
    assert not p.numpy().any()


@pytest.mark.parametrize("loss", [float("nan"), float("inf"), mg.tensor([1.0, 2.0])])
def test_polyaks_step_wants_one_finite_loss(loss):
    p = zeros()
    p.grad = mg.tensor(np.ones(4))
    with pytest.raises(ValueError, match="wants the loss, a finite number"):
        optim.PolyakSGD([p]).step(loss)
    assert not p.numpy().any()


# Rates that are learned


@pytest.mark.parametrize("distance", [0.01, 1.0, 100.0])
@pytest.mark.parametrize("cls", [optim.DAdaptSGD, optim.DAdaptAdamW, optim.Prodigy])
def test_the_estimate_grows_to_the_scale_of_the_distance(cls, distance):
    p = zeros(1)
    opt = cls([p], lr=mg.schedules.linear(1.0, steps=1000), d0=1e-6)
    losses = descend(opt, lambda: mg.abs(p - distance).sum(), 1000)
    assert distance / 10 < opt.d < 5 * distance
    assert losses[0] == distance and losses[-1] < 0.01 * distance


@pytest.mark.parametrize("cls", [optim.DAdaptSGD, optim.DAdaptAdamW, optim.Prodigy])
def test_one_estimate_serves_all_groups_and_all_dtypes(cls):
    together, apart = zeros(4), [zeros(2), zeros(2)]
    one, two = cls([together]), cls([{"params": [p]} for p in apart])
    descend(one, lambda: mg.abs(together - TARGET).sum(), 50)
    halves = list(zip(apart, np.split(TARGET, 2), strict=True))
    descend(two, lambda: sum(mg.abs(p - target).sum() for p, target in halves), 50)
    assert two.d == pytest.approx(one.d, rel=1e-12)
    np.testing.assert_allclose(np.concatenate([p.numpy() for p in apart]), together.numpy())


def test_an_estimate_for_all_groups_wants_the_same_betas_in_all():
    a, b = zeros(), zeros()
    a.grad = b.grad = mg.tensor(np.ones(4))
    opt = optim.Prodigy([{"params": [a]}, {"params": [b], "betas": (0.8, 0.9)}])
    with pytest.raises(ValueError, match="betas must be the same in all groups"):
        opt.step()


@pytest.mark.parametrize("seed", range(5))
def test_half_the_estimate_of_d_adapted_sgd_is_never_above_the_distance(seed):
    rng = np.random.default_rng(seed)
    solution, slope = rng.normal(size=4), rng.uniform(0.1, 10.0, 4)
    p = zeros()
    opt = optim.DAdaptSGD([p])
    for _ in range(300):
        descend(opt, lambda: mg.abs(slope * (p - solution)).sum(), 1)
        assert opt.d <= 2 * np.linalg.norm(solution)
    assert opt.d > 0.05 * np.linalg.norm(solution)


def test_an_estimate_of_nothing_stays():
    for cls in (optim.DAdaptSGD, optim.DAdaptAdamW, optim.Prodigy):
        p = zeros()
        opt = cls([p])
        descend(opt, lambda p=p: (p * 0.0).sum(), 3)
        assert opt.d == 1e-6 and not p.numpy().any()


@pytest.mark.parametrize("lr", [1e-4, 1e-3, 1e-2])
def test_a_rate_with_a_hypergradient_matters_less(lr):
    p, q = zeros(), zeros()
    plain = descend(optim.SGD([p], lr=lr), lambda: bowl(p), 200)[-1]
    opt = optim.SGDHD([q], lr=lr, hypergrad_lr=3e-3)
    learned = descend(opt, lambda: bowl(q), 200)[-1]
    assert opt.adapted_lr[0] > 0.1 and opt.lr == lr
    assert learned - 3.0 < 0.05 < plain - 3.0


# Layers


def test_a_step_of_lamb_is_a_part_of_the_length_of_each_layer():
    rng = np.random.default_rng(0)
    layers = [mg.tensor(scale * rng.normal(size=(3, 4)), requires_grad=True) for scale in (1, 100)]
    before = [p.numpy().copy() for p in layers]
    for p in layers:
        p.grad = mg.tensor(rng.normal(size=p.shape))
    optim.LAMB(layers, lr=0.01).step()
    for p, old in zip(layers, before, strict=True):
        assert np.linalg.norm(p.numpy() - old) == pytest.approx(0.01 * np.linalg.norm(old))


def test_a_step_of_lars_does_not_depend_on_the_scale_of_the_gradients():
    a, b = mg.tensor(TARGET, requires_grad=True), mg.tensor(TARGET, requires_grad=True)
    a.grad, b.grad = mg.tensor(CURVATURE), mg.tensor(1000 * CURVATURE)
    optim.LARS([a], lr=1.0).step()
    optim.LARS([b], lr=1.0).step()
    np.testing.assert_allclose(a.numpy(), b.numpy(), rtol=1e-12)
    assert np.linalg.norm(a.numpy() - TARGET) == pytest.approx(0.001 * np.linalg.norm(TARGET))


@pytest.mark.parametrize("shape", [(3, 7), (7, 3), (5, 5), (1, 4)])
def test_orthogonalize_keeps_the_singular_vectors_and_brings_the_values_near_one(shape):
    matrix = np.random.default_rng(0).normal(size=shape)
    u, _, v = np.linalg.svd(matrix, full_matrices=False)
    inside = u.T @ orthogonalize(matrix) @ v.T
    values = np.diag(inside)
    np.testing.assert_allclose(inside, np.diag(values), atol=1e-12)
    assert ((values > 0.6) & (values < 1.3)).all()
    assert not orthogonalize(np.zeros(shape)).any()


def test_muon_refuses_what_is_not_a_matrix_by_name():
    with pytest.raises(ValueError, match=r"parameter 'bias' has shape \(4,\).*such as AdamW"):
        optim.Muon([("weight", mg.tensor(np.ones((2, 2)), requires_grad=True)), ("bias", zeros())])


# All


@pytest.mark.parametrize("case", CASES + SPECIAL, ids=name_of)
def test_a_missing_gradient_is_named_and_nothing_has_moved(case):
    cls, options = case
    params = [mg.tensor(np.ones(s), requires_grad=True) for s in shapes_for(case)]
    opt = cls(params, lr=0.1, **options)
    for p in params[:-1]:
        p.grad = mg.tensor(np.ones(p.shape))
    with pytest.raises(RuntimeError, match=r"parameter \d of shape .* has no gradient"):
        take_step(opt, lambda: 1.0)
    assert opt.steps == 0 and all((p.numpy() == 1).all() for p in params)


# Wrappers


def test_sam_walks_along_a_valley_to_where_it_is_flat():
    """All points with x = 0 are minima, of curvature 0.1 + y² across the valley."""
    ends = []
    for rho in (0.0, 0.2):
        x, y = (mg.tensor(np.array(1.0), requires_grad=True) for _ in range(2))
        opt = optim.SAM(optim.SGD([x, y], lr=0.1), rho=rho)
        losses = descend(opt, lambda x=x, y=y: 0.5 * (0.1 + y * y) * x * x, 2000)
        ends.append(abs(y.item()))
        assert losses[-1] < 1e-3
    assert ends[0] > 0.3 and ends[1] < 0.05


def test_sam_with_a_failing_closure_leaves_the_parameters_where_they_were():
    p = zeros()
    opt = optim.SAM(optim.SGD([p], lr=0.1))
    calls = []

    def closure():
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        p.grad = mg.tensor(np.ones(4))

    with pytest.raises(KeyboardInterrupt):
        opt.step(closure)
    assert not p.numpy().any() and opt.steps == 0


def test_sam_without_a_closure_says_what_it_wants():
    with pytest.raises(TypeError, match=r"two gradients.*loss.backward\(\)"):
        optim.SAM(optim.SGD([zeros()], lr=0.1)).step(None)


def test_lookahead_goes_a_part_of_the_way_after_every_k_steps():
    p = zeros()
    opt = optim.Lookahead(optim.SGD([p], lr=1.0), sync_period=3, slow_step_size=0.25)
    seen = []
    for _ in range(6):
        p.grad = mg.tensor(-np.ones(4))
        opt.step()
        seen.append(p.numpy()[0])
    assert seen == [1.0, 2.0, 0.75, 1.75, 2.75, 1.5]


def test_wrappers_nest_and_resume():
    def make():
        p = zeros()
        inner = optim.SAM(optim.SGD([p], lr=0.1, momentum=0.9), rho=0.1)
        return p, optim.Lookahead(inner, sync_period=3)

    p, opt = make()
    descend(opt, lambda: bowl(p), 10)
    q, first = make()
    descend(first, lambda: bowl(q), 5)
    r, second = make()
    r.data = q.numpy()
    second.load_state_dict(copy.deepcopy(first.state_dict()))
    descend(second, lambda: bowl(r), 5)
    assert np.array_equal(p.numpy(), r.numpy()) and second.steps == 10


def test_a_wrapper_has_the_rate_and_the_groups_of_the_optimizer_inside():
    inner = optim.SGD([zeros()], lr=mg.schedules.linear(1.0, steps=10))
    opt = optim.Lookahead(inner)
    assert opt.lr == 1.0 and opt.param_groups is inner.param_groups
    opt.lr = 0.3
    assert inner.lr == 0.3


def test_wrappers_refuse_what_they_cannot_wrap_or_load():
    opt = optim.Lookahead(optim.SGD([zeros()], lr=0.1))
    with pytest.raises(TypeError, match="goes around an optimizer"):
        optim.Lookahead([zeros()])
    with pytest.raises(ValueError, match="sync_period is an int from 1 on"):
        optim.Lookahead(optim.SGD([zeros()], lr=0.1), sync_period=0)
    with pytest.raises(ValueError, match="the state of SGD, and not of Lookahead"):
        opt.load_state_dict(opt.optimizer.state_dict())


# Schedule-free


def noisy(seed):
    rng = np.random.default_rng(seed)
    return lambda p: bowl(p) + (rng.normal(size=4) * p).sum()


@pytest.mark.parametrize("seed", range(3))
def test_the_average_of_schedule_free_is_better_than_where_its_gradients_are_taken(seed):
    p, q = zeros(), zeros()
    opt, loss, same = optim.ScheduleFreeSGD([p], lr=0.3), noisy(seed), noisy(seed)
    descend(opt, lambda: loss(p), 2000)
    descend(optim.SGD([q], lr=0.3), lambda: same(q), 2000)
    opt.eval()
    assert bowl(p).item() - 3.0 < 0.2 * (bowl(q).item() - 3.0)


def test_schedule_free_does_not_step_from_the_average():
    p = zeros()
    opt = optim.ScheduleFreeSGD([p], lr=0.1)
    descend(opt, lambda: bowl(p), 3)
    opt.eval()
    p.grad = mg.tensor(np.ones(4))
    with pytest.raises(RuntimeError, match=r"call train\(\) on the optimizer first"):
        opt.step()
    opt.train()
    opt.step()
    assert opt.steps == 4


def test_schedule_free_resumes_from_what_was_saved_while_evaluating():
    p, q = zeros(), zeros()
    opt = optim.ScheduleFreeAdamW([p], lr=0.1)
    descend(opt, lambda: bowl(p), 5)
    opt.eval()
    opt.eval()  # changes nothing
    q.data = p.numpy()
    resumed = optim.ScheduleFreeAdamW([q], lr=0.1)
    resumed.load_state_dict(opt.state_dict())
    for optimizer, x in ((opt, p), (resumed, q)):
        optimizer.train()
        descend(optimizer, lambda x=x: bowl(x), 5)
    straight = zeros()
    descend(optim.ScheduleFreeAdamW([straight], lr=0.1), lambda: bowl(straight), 10)
    assert np.array_equal(p.numpy(), q.numpy()) and np.array_equal(p.numpy(), straight.numpy())


# Averages


@pytest.mark.parametrize("make", [optim.EMA, lambda p: optim.EMA(p, debias=True), optim.SWA])
def test_the_average_of_what_does_not_change_is_the_same(make):
    p = mg.tensor(TARGET, requires_grad=True)
    average = make([p])
    for _ in range(5):
        average.update()
        np.testing.assert_allclose(average.values()[0], TARGET, rtol=1e-12)


def test_an_average_is_applied_for_a_block_and_the_parameters_come_back():
    p = zeros(4, np.float32)
    opt, average = optim.SGD([p], lr=0.5), optim.SWA([p])
    for _ in range(4):
        descend(opt, lambda: (p - 1.0).sum(), 1)
        average.update()
    before = p.numpy().copy()
    with pytest.raises(ZeroDivisionError), average.applied():
        assert p.numpy().tolist() == [-1.25] * 4 and p.dtype == np.float32
        raise ZeroDivisionError
    assert np.array_equal(p.numpy(), before)


def test_an_average_resumes_exactly(tmp_path):
    p = zeros()
    one, two = optim.EMA([p], 0.9, debias=True), optim.EMA([p], 0.9, debias=True)
    for t in range(6):
        p.data = np.full(4, float(t))
        one.update()
        if t == 2:
            mg.save(one.state_dict(), tmp_path / "average.npz")
            two.load_state_dict(mg.load(tmp_path / "average.npz"))
        elif t > 2:
            two.update()
    assert np.array_equal(one.values()[0], two.values()[0])
    with pytest.raises(ValueError, match="the saved average has shapes"):
        optim.EMA([zeros(3)]).load_state_dict(one.state_dict())


def test_there_is_no_average_before_the_first_update():
    with pytest.raises(RuntimeError, match=r"no average before update\(\)"):
        optim.EMA([zeros()]).values()
    with pytest.raises(ValueError, match="below 1"):
        optim.EMA([zeros()], decay=1.0)


# SciPy's methods

METHODS = ["L-BFGS-B", "BFGS", "CG", "TNC", "SLSQP", "Newton-CG", "trust-ncg", "trust-krylov"]


@pytest.mark.parametrize("method", METHODS)
def test_every_method_finds_the_bottom_of_rosenbrocks_valley(method):
    x, y = (mg.tensor(np.array(v), requires_grad=True) for v in (-1.2, 1.0))

    def valley():
        return (1 - x) ** 2 + 100 * (y - x * x) ** 2

    result = optim.minimize(valley, [x, y], method)
    np.testing.assert_allclose([x.item(), y.item()], 1, atol=2e-3)
    assert result.fun < 1e-5 and valley().item() == result.fun
    assert x.grad is None


def test_least_squares_is_solved_in_the_dtype_of_the_parameters():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(50, 3)).astype(np.float32), rng.normal(size=(50, 1)).astype(np.float32)
    model = mg.nn.Linear(3, 1, rng=rng)
    with mg.no_grad():
        optim.minimize(lambda: mg.nn.mse_loss(model(x), y), model.named_parameters(), "Newton-CG")
    best = np.linalg.lstsq(np.c_[x, np.ones(50)], y, rcond=None)[0]
    np.testing.assert_allclose(model.weight.numpy(), best[:3], atol=1e-4)
    assert model.weight.dtype == np.float32


def test_minimize_refuses_methods_without_gradients():
    with pytest.raises(ValueError, match=r"method is one of CG, BFGS.*got 'Nelder-Mead'"):
        optim.minimize(lambda: None, [zeros()], "Nelder-Mead")


# Compiled steps

WAYS = {
    "SAM": lambda p: optim.SAM(optim.SGD(p, 0.01, momentum=0.9), rho=0.1),
    "Lookahead": lambda p: optim.Lookahead(optim.Adam(p, 0.01), sync_period=2),
    "PolyakSGD": lambda p: optim.PolyakSGD(p, 0.1),
    "Prodigy": lambda p: optim.Prodigy(p, d0=1e-2),
    "SGDHD": lambda p: optim.SGDHD(p, 0.01),
    "ScheduleFreeAdamW": lambda p: optim.ScheduleFreeAdamW(p, 0.01),
}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("name", WAYS)
def test_a_compiled_step_repeats_the_optimizer_and_the_average(name):
    def trained(wrap):
        p = zeros()
        opt, average = WAYS[name]([p]), optim.EMA([p], 0.5)

        def step(x):
            def closure():
                opt.zero_grad()
                loss = bowl(p * x)
                loss.backward()
                return loss

            loss = opt.step_with(closure)
            average.update()
            return loss

        step = wrap(step)
        rng = np.random.default_rng(0)
        losses = [step(rng.uniform(0.5, 1.5, 4)).item() for _ in range(8)]
        return [*losses, *p.numpy(), *average.values()[0]]

    assert trained(mg.compile) == trained(lambda step: step)
