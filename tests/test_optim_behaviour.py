"""What rates that set themselves, rates by layer and SciPy's methods are for."""

import itertools

import numpy as np
import pytest
from bowls import CURVATURE, TARGET, bowl, descend, zeros
from optimizers import CASES, SPECIAL, name_of, shapes_for, take_step

import minigrad as mg
from minigrad import optim
from minigrad.optim.muon import orthogonalize

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


# Numbers too small to matter


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(
    "make",
    [
        lambda p: optim.SGD(p, lr=0.1, momentum=0.5),
        lambda p: optim.SGD(p, lr=0.1, momentum=0.5, nesterov=True),
        lambda p: optim.Adam(p, lr=0.1, betas=(0.5, 0.9)),
        lambda p: optim.RMSprop(p, lr=0.1, momentum=0.5),
        lambda p: optim.NAdam(p, lr=0.1, betas=(0.5, 0.9)),
    ],
    ids=["SGD", "Nesterov", "Adam", "RMSprop", "NAdam"],
)
def test_the_momentum_of_a_dead_unit_comes_to_rest(make, dtype):
    """Rounding alone would keep it for ever at the least number above 0."""
    p = mg.tensor(np.array([1.0, -1.0], dtype), requires_grad=True)
    opt = make([p])
    p.grad = mg.tensor(np.array([0.3, -0.7], dtype))
    opt.step()
    p.grad = mg.tensor(np.zeros(2, dtype))
    for _ in range(1100):
        opt.step()
    states = opt.state_dict()["memory"][0]["states"]
    momentum = states["velocity"] if "velocity" in states else states["m"]
    assert not np.any(momentum)


# What an optimizer remembers of one step for the next


def test_two_optimizers_take_turns_on_one_parameter():
    p = mg.tensor(np.array([1.0, 2.0]), requires_grad=True)
    opts = [optim.SGD([p], lr=0.5), optim.SGD([p], lr=0.25)]
    expected = p.numpy().copy()
    for i in range(6):
        opts[i % 2].zero_grad()
        (p * p).sum().backward()
        opts[i % 2].step()
        expected -= opts[i % 2].lr * 2 * expected
        np.testing.assert_allclose(p.numpy(), expected)


def test_gradients_are_used_wherever_they_are_put():
    p = mg.tensor(np.array([1.0, 2.0]), requires_grad=True)
    opt = optim.SGD([p], lr=1.0)
    p.sum().backward()
    opt.step()
    opt.step()  # the same gradient again
    np.testing.assert_array_equal(p.numpy(), [-1.0, 0.0])
    p.grad = mg.tensor(np.array([10.0, 20.0]))
    opt.step()
    p.grad.data[0] = 0.0
    opt.step()
    np.testing.assert_array_equal(p.numpy(), [-11.0, -40.0])
    kept = p.grad
    opt.zero_grad()
    p.sum().backward()
    opt.step()
    np.testing.assert_array_equal(p.numpy(), [-12.0, -41.0])
    np.testing.assert_array_equal(kept.numpy(), [0.0, 20.0])


def test_an_option_that_is_set_between_steps_is_read_and_checked():
    p = mg.tensor(np.array([1.0]), requires_grad=True)
    opt = optim.SGD([p], lr=1.0, momentum=0.0)
    p.grad = mg.tensor(np.array([1.0]))
    for _ in range(2):
        opt.step()
    opt.param_groups[0]["lr"] = 0.25
    opt.step()
    assert p.item() == -1.25
    opt.param_groups[0]["lr"] = -1.0
    with pytest.raises(ValueError, match="lr must be zero or positive"):
        opt.step()
    opt.param_groups[0]["lr"] = lambda t: 0.5 * t
    opt.step()
    assert p.item() == -1.25 - 0.5 * 3
