"""Optimizers that no peer has, or has in another form, against their paper's recurrence in NumPy.

All parameters are one vector here, as they are in the papers.
"""

import math

import numpy as np
import pytest

import minigrad as mg
from minigrad import optim

SHAPES = [(3, 4), (4,), ()]
STEPS = 100
RATES = [0.1 * (1 + t) / 20 if t < 20 else (0.1 if t < 60 else 0.01) for t in range(STEPS)]
DECAY = 0.03


def start():
    return np.random.default_rng(0).normal(size=17)


def gradient(t):
    """Return a gradient that agrees with the others a little."""
    return np.random.default_rng([1, t]).normal(0.3, 1.0, 17)


def split(vector):
    ends = np.cumsum([math.prod(shape) for shape in SHAPES])[:-1]
    return [x.reshape(s) for x, s in zip(np.split(vector, ends), SHAPES, strict=True)]


def ours(make):
    """Return the optimizer, the parameters after 100 steps, and the rates it came to."""
    params = [mg.tensor(x, requires_grad=True) for x in split(start())]
    opt = make(params)
    rates = []
    for t in range(STEPS):
        for p, g in zip(params, split(gradient(t)), strict=True):
            p.grad = mg.tensor(g)
        opt.step()
        rates += getattr(opt, "adapted_lr", [])
    return opt, np.concatenate([np.ravel(p.numpy()) for p in params]), np.array(rates)


def assert_same(a, b):
    assert np.max(np.abs(a - b)) <= 1e-12 * np.max(np.abs(b))


def test_sgd_hd_is_that_of_baydin_et_al_2018():
    theta, rate, before = start(), 0.05, np.zeros(17)
    rates = []
    for t in range(STEPS):
        g = gradient(t) + DECAY * theta
        rate += 1e-3 * (g @ before)
        theta, before = theta - rate * g, g
        rates.append(rate)
    _, after, used = ours(lambda p: optim.SGDHD(p, 0.05, 1e-3, weight_decay=DECAY))
    assert_same(after, theta)
    assert_same(used, np.array(rates))


def test_adam_hd_is_that_of_baydin_et_al_2018():
    theta, rate, m, v, u = start(), 0.05, np.zeros(17), np.zeros(17), np.zeros(17)
    rates = []
    for t in range(STEPS):
        g = gradient(t)
        rate += 1e-3 * (g @ u)
        m, v = 0.8 * m + 0.2 * g, 0.95 * v + 0.05 * g * g
        u = m / (1 - 0.8 ** (t + 1)) / (np.sqrt(v / (1 - 0.95 ** (t + 1))) + 1e-3)
        theta = theta - rate * u
        rates.append(rate)
    _, after, used = ours(lambda p: optim.AdamHD(p, 0.05, 1e-3, (0.8, 0.95), 1e-3))
    assert_same(after, theta)
    assert_same(used, np.array(rates))


def test_what_hypergradients_learn_is_added_to_a_schedule():
    theta, learned, before = start(), 0.0, np.zeros(17)
    for t in range(STEPS):
        g = gradient(t)
        learned += 1e-3 * (g @ before)
        theta, before = theta - (RATES[t] + learned) * g, g
    opt, after, _ = ours(lambda p: optim.SGDHD(p, RATES.__getitem__, 1e-3))
    assert_same(after, theta)
    assert opt.last_lr == [RATES[-1]] and opt.adapted_lr == pytest.approx([RATES[-1] + learned])


@pytest.mark.parametrize("momentum", [0.0, 0.9])
def test_d_adapted_sgd_is_that_of_defazio_and_mishchenko_2023(momentum):
    theta = first = start()
    d, total, s, g0 = 1e-3, 0.0, np.zeros(17), None
    for t in range(STEPS):
        g = gradient(t) + DECAY * theta
        g0 = g0 or np.linalg.norm(g)
        rate = d * 10 * RATES[t] / g0
        total += rate * (g @ s)
        s = s + rate * g
        d = max(d, 2 * total / np.linalg.norm(s))
        theta = momentum * theta + (1 - momentum) * (first - s)
    opt, after, _ = ours(
        lambda p: optim.DAdaptSGD(p, lambda t: 10 * RATES[t], momentum, DECAY, d0=1e-3)
    )
    assert_same(after, theta)
    assert opt.d == pytest.approx(d, rel=1e-12) and d > 0.1


def test_d_adapted_adamw_without_bias_correction_is_that_of_defazio_and_mishchenko_2023():
    theta, d, r = start(), 1e-3, 0.0
    m, v, s = np.zeros(17), np.zeros(17), np.zeros(17)
    beta3 = math.sqrt(0.95)
    for t in range(STEPS):
        g, rate = gradient(t), 10 * d * RATES[t]
        r = beta3 * r + (1 - beta3) * rate * (g @ (s / (np.sqrt(v) + 1e-8)))
        m, v = 0.8 * m + 0.2 * rate * g, 0.95 * v + 0.05 * g * g
        s = beta3 * s + (1 - beta3) * rate * g
        d = max(d, r / ((1 - beta3) * np.abs(s).sum()))
        theta = (1 - rate * DECAY) * theta - m / (np.sqrt(v) + 1e-8)
    opt, after, _ = ours(
        lambda p: optim.DAdaptAdamW(
            p, lambda t: 10 * RATES[t], (0.8, 0.95), weight_decay=DECAY, d0=1e-3
        )
    )
    assert_same(after, theta)
    assert opt.d == pytest.approx(d, rel=1e-12) and d > 0.01


@pytest.mark.parametrize("safeguard", [False, True])
def test_prodigy_without_bias_correction_is_that_of_mishchenko_and_defazio_2024(safeguard):
    theta = first = start()
    d, r = 1e-3, 0.0
    m, v, s = np.zeros(17), np.zeros(17), np.zeros(17)
    beta3 = math.sqrt(0.95)
    for t in range(STEPS):
        g, rate = gradient(t), 10 * d * RATES[t]
        r = beta3 * r + d / 1e-3 * rate * (g @ (first - theta))
        m, v = 0.8 * m + 0.2 * d * g, 0.95 * v + 0.05 * d * d * g * g
        s = beta3 * s + d / 1e-3 * (d if safeguard else rate) * g
        following = max(d, 2 * r / np.abs(s).sum())
        step = rate * m / (np.sqrt(v) + following * 1e-8)
        theta, d = (1 - rate * DECAY) * theta - step, following
    opt, after, _ = ours(
        lambda p: optim.Prodigy(
            *(p, lambda t: 10 * RATES[t], (0.8, 0.95)),
            weight_decay=DECAY,
            d0=1e-3,
            d_coef=2.0,
            safeguard_warmup=safeguard,
        )
    )
    assert_same(after, theta)
    assert opt.d == pytest.approx(d, rel=1e-12) and d > 0.01


@pytest.mark.parametrize("adaptive", [False, True])
def test_schedule_free_with_a_warmup_is_that_of_defazio_et_al_2024(adaptive):
    y = z = x = start()
    v, largest, total = np.zeros(17), 0.0, 0.0
    for t in range(STEPS):
        rate = 0.05 * min(1, (t + 1) / 20)  # warmup_steps=20 in the authors' code
        g = gradient(t)
        v = 0.95 * v + 0.05 * g * g
        if adaptive:
            g = g / (np.sqrt(v / (1 - 0.95 ** (t + 1))) + 1e-8)
        largest = max(largest, rate)
        total += largest**2
        share = largest**2 / total
        z = z - rate * (g + DECAY * y)
        x = (1 - share) * x + share * z
        y = 0.2 * z + 0.8 * x
    lr = mg.schedules.warmup(mg.schedules.constant(0.05), steps=19, start=0.05 / 20)
    assert [lr(t) for t in (0, 9, 19, 99)] == pytest.approx([0.0025, 0.025, 0.05, 0.05])
    opt, after, _ = ours(
        lambda p: (
            optim.ScheduleFreeAdamW(p, lr, (0.8, 0.95), weight_decay=DECAY)
            if adaptive
            else optim.ScheduleFreeSGD(p, lr, 0.8, weight_decay=DECAY)
        )
    )
    assert_same(after, y)
    opt.eval()
    average = [np.ravel(p.numpy()) for p in opt.param_groups[0]["params"]]
    assert_same(np.concatenate(average), x)


def test_lars_is_algorithm_1_of_you_et_al_2017():
    thetas, velocities = split(start()), split(np.zeros(17))
    for t in range(STEPS):
        for i, g in enumerate(split(gradient(t))):
            size = np.linalg.norm(thetas[i])
            ratio = 0.1 * size / (np.linalg.norm(g) + DECAY * size)
            velocities[i] = 0.9 * velocities[i] + RATES[t] * ratio * (g + DECAY * thetas[i])
            thetas[i] = thetas[i] - velocities[i]
    _, after, _ = ours(
        lambda p: optim.LARS(p, RATES.__getitem__, 0.9, DECAY, trust_coefficient=0.1)
    )
    assert_same(after, np.concatenate([np.ravel(theta) for theta in thetas]))


def test_sam_is_algorithm_1_of_foret_et_al_2021():
    """On a quadratic, whose gradient is known everywhere."""
    curvature = np.random.default_rng(5).uniform(0.1, 3.0, 17)
    theta = start()
    p = mg.tensor(theta, requires_grad=True)
    opt = optim.SAM(optim.SGD([p], lr=0.1), rho=0.3)

    def closure():
        opt.zero_grad()
        loss = 0.5 * (curvature * p * p).sum()
        loss.backward()
        return loss

    for _ in range(STEPS):
        g = curvature * theta
        loss = opt.step(closure)
        assert loss.item() == pytest.approx(0.5 * theta @ g, rel=1e-9)
        theta = theta - 0.1 * curvature * (theta + 0.3 * g / np.linalg.norm(g))
    assert_same(p.numpy(), theta)


def test_averages_are_weighted_sums_of_all_that_they_saw():
    p = mg.tensor(start(), requires_grad=True)
    plain, debiased, equal = optim.EMA([p], 0.9), optim.EMA([p], 0.9, debias=True), optim.SWA([p])
    seen = []
    for t in range(30):
        p.data = gradient(t)
        seen.append(gradient(t))
        for average in (plain, debiased, equal):
            average.update()
    weights = 0.9 ** np.arange(29, -1, -1)
    assert_same(debiased.values()[0], weights @ seen / weights.sum())
    weights[1:] *= 0.1
    assert_same(plain.values()[0], weights @ seen)
    assert_same(equal.values()[0], np.mean(seen, axis=0))
