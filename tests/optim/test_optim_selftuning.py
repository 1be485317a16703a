"""Rates that set themselves: from the loss, from the distance, from the gradient of the rate."""

import itertools

import numpy as np
import pytest
from bowls import TARGET, bowl, descend, zeros

import minigrad as mg
from minigrad import optim


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


@pytest.mark.parametrize(
    "loss", [float("nan"), float("inf"), mg.tensor([1.0, 2.0]), "1.0", None, True, [1.0]]
)
def test_polyaks_step_wants_one_finite_loss(loss):
    p = zeros()
    p.grad = mg.tensor(np.ones(4))
    with pytest.raises((TypeError, ValueError), match=r"PolyakSGD.step\(\): the loss is"):
        optim.PolyakSGD([p]).step(loss)
    assert not p.numpy().any()


@pytest.mark.parametrize("distance", [0.01, 1.0, 100.0])
@pytest.mark.parametrize("cls", [optim.DAdaptSGD, optim.DAdaptAdamW, optim.Prodigy])
def test_the_estimate_grows_to_the_scale_of_the_distance(cls, distance):
    p = zeros(1)
    opt = cls([p], lr=mg.schedules.linear(1.0, steps=1000), d0=1e-6)
    losses = descend(opt, lambda: mg.abs(p - distance).sum(), 1000)
    assert distance / 10 < opt.d < 5 * distance
    assert losses[0] == distance and losses[-1] < 0.01 * distance


@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float64, 1e-12), (np.float32, 1e-5)])
@pytest.mark.parametrize("cls", [optim.DAdaptSGD, optim.DAdaptAdamW, optim.Prodigy])
def test_one_estimate_serves_all_groups_and_all_dtypes(cls, dtype, tolerance):
    together, apart = zeros(4), [zeros(2), zeros(2, dtype)]
    one, two = cls([together]), cls([{"params": [p]} for p in apart])
    descend(one, lambda: mg.abs(together - TARGET).sum(), 50)
    halves = list(zip(apart, np.split(TARGET, 2), strict=True))
    descend(two, lambda: sum(mg.abs(p - target).sum() for p, target in halves), 50)
    assert two.d == pytest.approx(one.d, rel=tolerance)
    after = np.concatenate([p.numpy() for p in apart])
    np.testing.assert_allclose(after, together.numpy(), rtol=max(1e-7, tolerance))


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
