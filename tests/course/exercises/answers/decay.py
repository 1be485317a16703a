"""Answers to the exercises of lesson 07: right ones written otherwise, and wrong ones."""

import math
from functools import partial

import numpy as np

import minigrad as mg

RIGHT, WRONG = {}, {}

RIGHT["stair"] = [0.1, 0.8 * 0.5**3, np.float32(0.1), mg.tensor(0.1)]


WRONG["stair"] = [
    (0.2, "update 299"),
    (0.05, "One drop too many"),
    (0.8 * 0.5**300, "counts stairs"),
    (0.4, "one drop"),
    (0.8 - 1.5, "take 0.5 away"),
    (0.8 * 0.5 * 3, "a power"),
    (0.8 / 3, "Dividing by 3"),
    (0.5**3, "What does it multiply"),
    (7, "How often"),
    ("low", "without quotes"),
]


def cosine_of_one_update(t, start, steps, end):
    if t >= steps:
        return end
    return end + (start - end) * math.cos(math.pi * t / (2 * steps)) ** 2


RIGHT["cosine"] = [
    lambda t, start, steps, end: mg.schedules.cosine(start, steps, end)(t),
    lambda t, a, n, b: (a + b) / 2 + (a - b) / 2 * np.cos(np.pi * np.clip(t / n, 0, 1)),
]


def half(t, a, n, b, *, wave=np.cos, low=None, turn=np.pi, hold=True, scale=0.5, one=1.0):
    """Fall along a cosine, with the slips that a reader may make."""
    u = np.minimum(t / n, 1) if hold else t / n
    low = b if low is None else low
    return low + (a - low) * scale * (one + wave(turn * u))


WRONG["cosine"] = [
    (partial(half, **slip), hears)
    for slip, hears in [
        ({"hold": False}, "rises again"),
        ({"low": 0.0}, "Where does `end` come in"),
        ({"low": 0.0, "hold": False}, "ends at 0, and after"),
        ({"turn": 2 * np.pi}, "half a wave"),
        ({"wave": lambda u: -np.cos(u)}, "Which sign"),
        ({"scale": 1.0}, "wants halving"),
        ({"scale": 1.0, "one": 0.0}, "stops in the middle"),
        ({"turn": 1}, "π is missing"),
        ({"turn": 180}, "radians"),
        ({"wave": lambda u: 1 - 2 * u, "turn": 1}, "straight line"),
        ({"wave": np.sin}, "Print these three"),
    ]
]


WRONG["cosine"] += [
    (
        lambda t, a, n, b: b + a * (1 + np.cos(np.pi * np.minimum(t / n, 1))) / 2,
        "start + end",
    ),
    (cosine_of_one_update, "raised ValueError"),
]


def linear(t, start, steps):
    return start * np.maximum(1 - t / steps, 0)


def exponential(t, start, steps):
    return start * 0.01 ** (t / steps)


def linear_step_by_step(t, start, steps):
    return max(start - t * start / steps, 0)


def exponential_with_e(t, start, steps):
    return start * np.exp(-math.log(100) / steps * t)


def staircase_in_a_loop(start, factor, every, updates):
    rates, rate = [], start
    for t in range(updates):
        if t > 0 and t % every == 0:
            rate *= factor
        rates.append(rate)
    return rates


def with_the_bug(start, factor, every, updates):
    rates, rate = [], start
    for t in range(updates):
        if t < every:
            rate = start * factor ** (t // every)
        rates.append(rate)
    return rates


def compounded(start, factor, every, updates):
    rates, rate = [], start
    for t in range(updates):
        rate *= factor ** (t // every)
        rates.append(rate)
    return rates


RIGHT["circulating"] = [
    (linear, exponential, staircase_in_a_loop),
    (
        linear_step_by_step,
        exponential_with_e,
        lambda a, g, s, n: mg.schedules.step_decay(a, g, s)(np.arange(n)),
    ),
    (linear, exponential, lambda a, g, s, n: [a * g ** (t // s) for t in range(n)]),
]


def third(stairs, hears):
    return (linear, exponential, stairs), hears


WRONG["circulating"] = [
    ((*two, with_the_bug), hears)
    for two, hears in [
        ((exponential, lambda t, a, n: a * np.maximum(1 - t / n, 0) ** 2), "same factor"),
        ((lambda t, a, n: a * (1 - t / n), exponential), "below zero"),
        ((lambda t, a, n: a * np.maximum(1 - t / n, 0) ** 2, exponential), "bent"),
        (
            (lambda t, a, n: a * (1 - 0.99 * np.minimum(t / n, 1)), exponential),
            "It should end at 0",
        ),
        ((lambda t, a, n: a * np.minimum(t / n, 1), exponential), "rises"),
        ((lambda t, a, n: linear(t, a, n - 1), exponential), "too soon"),
        ((lambda t, a, n: 0 * t, exponential), "the same amount"),
        ((linear, lambda t, a, n: a * np.maximum(1 - t / n, 0) ** 2), "still a power"),
        ((linear, linear), "straight line now"),
        ((linear, lambda t, a, n: a * 0.01 ** np.minimum(t / n, 1)), "no last step"),
        ((linear, lambda t, a, n: a * 0.01**t), "at every update"),
        ((linear, lambda t, a, n: a * np.exp(-t / n)), "1/e"),
        ((linear, lambda t, a, n: a * np.exp(-100 * t / n)), "with what k"),
        ((linear, lambda t, a, n: 0 * t), "a tenth of it"),
    ]
]


WRONG["circulating"] += [
    third(with_the_bug, "still never moves"),
    third(lambda a, g, s, n: [a * g ** (t / s) for t in range(n)], "whole stairs"),
    third(lambda a, g, s, n: [a * g ** ((t + 1) // s) for t in range(n)], "too soon"),
    third(lambda a, g, s, n: [a * g ** (max(t - 1, 0) // s) for t in range(n)], "too late"),
    third(compounded, "Start from `start`"),
    third(lambda a, g, s, n: [a * g * (t // s) for t in range(n)], "raised to it"),
    third(lambda a, g, s, n: [a if t < s else a * g for t in range(n)], "moves once"),
    third(lambda a, g, s, n: [a * g ** (t // s) for t in range(s, n)], "lacks the updates before"),
    third(lambda a, g, s, n: [0.0] * n, "one rate for each update"),
]


def by_search(m, curvature, variance):
    """Find the lowest next mean square by narrowing an interval, without the formula."""
    low, high = 0.0, 1 / curvature
    for _ in range(200):
        left, right = low + (high - low) / 3, high - (high - low) / 3
        after = [(1 - r * curvature) ** 2 * m + r**2 * variance for r in (left, right)]
        low, high = (low, right) if after[0] < after[1] else (left, high)
    return (low + high) / 2


RIGHT["best_rate"] = [
    by_search,
    lambda m, c, v: 1 / (c + v / (c * m)),
    lambda m, c, v: m * c / (m * c * c + v),
]


WRONG["best_rate"] = [
    (lambda m, c, v: m / (m + v), "right for curvature 1"),
    (lambda m, c, v: c * m / (c * m + v), "so it is squared"),
    (lambda m, c, v: m / (c**2 * m + v), "chain rule"),
    (lambda m, c, v: 1 / c, "without noise"),
    (lambda m, c, v: c * m / (c**2 * m + v**2), "squared already"),
    (lambda m, c, v: c * m**2 / (c**2 * m**2 + v), "do not square it again"),
    (lambda m, c, v: 2 * c * m / (c**2 * m + v), "Twice the best"),
    (lambda m, c, v: c * m / (c**2 * m + v) / 2, "Half of it"),
    (lambda m, c, v: m * v / (c**2 * m + v), "after the best step"),
    (lambda m, c, v: c + v / (c * m), "fraction over"),
    (lambda m, c, v: 0.1, "set its slope"),
]


def with_a_table(train, rates, tuning, fresh):
    """Compare by tables of losses, a row for each rate."""
    names, chosen = ("A", "B"), []
    for name in names:
        table = np.array([[train(name, rate, seed) for seed in tuning] for rate in rates])
        chosen.append(rates[np.argmin(np.median(table, axis=1))])
    ends = [[train(n, r, seed) for seed in fresh] for n, r in zip(names, chosen, strict=True)]
    with np.errstate(invalid="ignore"):
        apart = np.subtract(*ends)
    return [*chosen, (np.array(ends[0]) < ends[1]).sum(), np.median(apart)]


RIGHT["compare"] = [with_a_table]


def careless(train, rates, tuning, fresh, *, middle=np.median, one_rate=False, last=None):
    def best(name, seeds):
        return min(rates, key=lambda r: middle([train(name, r, s) for s in seeds]))

    a, b = best("A", tuning), best("B", tuning)
    b = a if one_rate else b
    ends = [np.array([train(*who, s) for s in fresh]) for who in (("A", a), ("B", b))]
    with np.errstate(invalid="ignore"):
        return a, b, (ends[0] < ends[1]).sum(), (last or (lambda a, b: np.median(a - b)))(*ends)


WRONG["compare"] = [
    (partial(careless, one_rate=True), "B runs at the rate of A"),
    (partial(careless, middle=np.mean), "by the mean"),
    (partial(careless, middle=min), "luckiest"),
    (partial(careless, last=lambda a, b: np.median(a) - np.median(b)), "difference of the medians"),
    (partial(careless, last=lambda a, b: np.median(b - a)), "negative where A is lower"),
    (lambda train, rates, tuning, fresh: with_a_table(train, rates, fresh, fresh), "The luck"),
    (lambda train, rates, tuning, fresh: with_a_table(train, rates, tuning, tuning), "You judge"),
    (lambda train, rates, tuning, fresh: with_a_table(train, rates, tuning, fresh)[2:], "a rate"),
]
