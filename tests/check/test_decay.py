"""The exercises of lesson 07: right answers pass however written, each slip hears its own name."""

import math
from itertools import pairwise

import numpy as np
import pytest

import minigrad as mg
from minigrad.check import decay as lesson


def test_a_number_left_open_says_what_to_do():
    assert lesson.stair(...).message.startswith("Replace the three dots")


@pytest.mark.parametrize(
    "exercise",
    [
        lesson.cosine,
        lesson.staircase,
        lesson.best_rate,
        lambda f: lesson.names(f, f),
        lambda f: lesson.names(linear, f),
    ],
)
def test_a_function_left_open_says_what_to_do(exercise):
    assert exercise(lambda *_: ...).message.startswith("Replace the three dots")


@pytest.mark.parametrize("answer", [0.1, 0.8 * 0.5**3, np.float32(0.1), mg.tensor(0.1)])
def test_stair_accepts(answer):
    assert lesson.stair(answer)


@pytest.mark.parametrize(
    ("answer", "hears"),
    [
        (0.2, "update 299"),
        (0.05, "One drop too many"),
        (0.8 * 0.5**300, "counts stairs"),
        (0.4, "one drop"),
        (0.8 - 1.5, "take 0.5 away"),
        (0.8 * 0.5 * 3, "a power"),
        (0.8 / 3, "Dividing by 3"),
        (0.5**3, "What does it multiply"),
        (7, "How often"),
        ("low", "How often"),
    ],
)
def test_stair_turns_down(answer, hears):
    verdict = lesson.stair(answer)
    assert not verdict and hears in verdict.message


def cosine_of_one_update(t, start, steps, end):
    if t >= steps:
        return end
    return end + (start - end) * math.cos(math.pi * t / (2 * steps)) ** 2


@pytest.mark.parametrize(
    "answer",
    [
        cosine_of_one_update,
        lambda t, start, steps, end: mg.schedules.cosine(start, steps, end)(t),
        lambda t, a, n, b: (a + b) / 2 + (a - b) / 2 * np.cos(np.pi * np.clip(t / n, 0, 1)),
    ],
)
def test_cosine_accepts(answer):
    assert lesson.cosine(answer)


def half(t, a, n, b, *, wave=np.cos, low=None, turn=np.pi, hold=True, scale=0.5, one=1.0):
    """Fall along a cosine, with the slips that a reader may make."""
    u = np.minimum(t / n, 1) if hold else t / n
    low = b if low is None else low
    return low + (a - low) * scale * (one + wave(turn * u))


@pytest.mark.parametrize(
    ("slip", "hears"),
    [
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
    ],
)
def test_cosine_turns_down(slip, hears):
    verdict = lesson.cosine(lambda *arguments: half(*arguments, **slip))
    assert not verdict and hears in verdict.message


def test_cosine_turns_down_a_sum_with_the_end():
    verdict = lesson.cosine(
        lambda t, a, n, b: b + a * (1 + np.cos(np.pi * np.minimum(t / n, 1))) / 2
    )
    assert not verdict and "start + end" in verdict.message


def linear(t, start, steps):
    return start * np.maximum(1 - t / steps, 0)


def exponential(t, start, steps):
    return start * 0.01 ** (t / steps)


def linear_step_by_step(t, start, steps):
    return max(start - t * start / steps, 0)


def exponential_with_e(t, start, steps):
    return start * np.exp(-math.log(100) / steps * t)


@pytest.mark.parametrize(
    "answers", [(linear, exponential), (linear_step_by_step, exponential_with_e)]
)
def test_names_accepts(answers):
    assert lesson.names(*answers)


@pytest.mark.parametrize(
    ("answers", "hears"),
    [
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
    ],
)
def test_names_turns_down(answers, hears):
    verdict = lesson.names(*answers)
    assert not verdict and hears in verdict.message


def staircase_in_a_loop(start, factor, every, updates):
    rates, rate = [], start
    for t in range(updates):
        if t > 0 and t % every == 0:
            rate *= factor
        rates.append(rate)
    return rates


@pytest.mark.parametrize(
    "answer",
    [
        staircase_in_a_loop,
        lambda a, g, s, n: mg.schedules.step_decay(a, g, s)(np.arange(n)),
        lambda a, g, s, n: [a * g ** (t // s) for t in range(n)],
    ],
)
def test_staircase_accepts(answer):
    assert lesson.staircase(answer)


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


@pytest.mark.parametrize(
    ("answer", "hears"),
    [
        (with_the_bug, "still never moves"),
        (lambda a, g, s, n: [a * g ** (t / s) for t in range(n)], "whole stairs"),
        (lambda a, g, s, n: [a * g ** ((t + 1) // s) for t in range(n)], "too soon"),
        (lambda a, g, s, n: [a * g ** (max(t - 1, 0) // s) for t in range(n)], "too late"),
        (compounded, "Start from `start`"),
        (lambda a, g, s, n: [a * g * (t // s) for t in range(n)], "raised to it"),
        (lambda a, g, s, n: [a if t < s else a * g for t in range(n)], "moves once"),
        (lambda a, g, s, n: [a * g ** (t // s) for t in range(s, n)], "lacks the updates before"),
        (lambda a, g, s, n: [0.0] * n, "one rate for each update"),
    ],
)
def test_staircase_turns_down(answer, hears):
    verdict = lesson.staircase(answer)
    assert not verdict and hears in verdict.message


def by_search(m, curvature, variance):
    """Find the lowest next mean square by narrowing an interval, without the formula."""
    low, high = 0.0, 1 / curvature
    for _ in range(200):
        left, right = low + (high - low) / 3, high - (high - low) / 3
        after = [(1 - r * curvature) ** 2 * m + r**2 * variance for r in (left, right)]
        low, high = (low, right) if after[0] < after[1] else (left, high)
    return (low + high) / 2


@pytest.mark.parametrize(
    "answer",
    [by_search, lambda m, c, v: 1 / (c + v / (c * m)), lambda m, c, v: m * c / (m * c * c + v)],
)
def test_best_rate_accepts(answer):
    assert lesson.best_rate(answer)


@pytest.mark.parametrize(
    ("answer", "hears"),
    [
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
    ],
)
def test_best_rate_turns_down(answer, hears):
    verdict = lesson.best_rate(answer)
    assert not verdict and hears in verdict.message


def test_following_the_best_rate_is_inverse_time_decay():
    curvature, variance, m = 2.5, 1.5, 0.2
    rates = []
    for _ in range(50):
        rates.append(curvature * m / (curvature**2 * m + variance))
        m = (1 - rates[-1] * curvature) ** 2 * m + rates[-1] ** 2 * variance
    schedule = mg.schedules.inverse_time(rates[0], decay=curvature * rates[0])
    assert np.allclose(rates, schedule(np.arange(50)), rtol=1e-12)
    assert all(after < before for before, after in pairwise(rates))
