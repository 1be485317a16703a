"""The exercises of lesson 09: right answers pass however written, each slip hears its own name."""

import math
import statistics

import numpy as np
import pytest

import minigrad as mg
from minigrad.check import finding as lesson


def test_a_number_left_open_says_what_to_do():
    assert lesson.count(...).message.startswith("Replace the three dots")


@pytest.mark.parametrize(
    "exercise", [lesson.log_grid, lesson.best_rate, lesson.steepest, lesson.halving]
)
def test_a_function_left_open_says_what_to_do(exercise):
    assert exercise(lambda *_: ...).message.startswith("Replace the three dots")


@pytest.mark.parametrize("answer", [9, 9.0, np.int64(9), mg.tensor(9), 2 * 4 + 1])
def test_count_accepts(answer):
    assert lesson.count(answer)


@pytest.mark.parametrize(
    ("answer", "hears"),
    [
        (8, "one post more"),
        (4, "decades"),
        (5, "two a decade"),
        (10, "eight steps and one"),
        (10_000, "how far apart"),
        (7, "not three"),
        (3162, "take logarithms"),
        ("nine", "How many factors"),
    ],
)
def test_count_turns_down(answer, hears):
    verdict = lesson.count(answer)
    assert not verdict and hears in verdict.message


def grid_in_a_loop(low, high, n):
    factor = (high / low) ** (1 / (n - 1))
    rates = [low]
    while len(rates) < n:
        rates.append(rates[-1] * factor)
    return rates


@pytest.mark.parametrize(
    "answer",
    [
        grid_in_a_loop,
        np.geomspace,
        lambda low, high, n: np.logspace(math.log10(low), math.log10(high), n),
        lambda low, high, n: np.exp(np.linspace(np.log(low), np.log(high), n)),
    ],
)
def test_log_grid_accepts(answer):
    assert lesson.log_grid(answer)


@pytest.mark.parametrize(
    ("answer", "hears"),
    [
        (np.linspace, "equal amounts"),
        (lambda a, b, n: np.linspace(np.log10(a), np.log10(b), n), "Raise 10"),
        (lambda a, b, n: np.linspace(np.log(a), np.log(b), n), "np.exp"),
        (np.logspace, "wants exponents"),
        (lambda a, b, n: np.exp(np.linspace(np.log10(a), np.log10(b), n)), "powers of another"),
        (lambda a, b, n: np.logspace(np.log(a), np.log(b), n), "powers of 10"),
        (lambda a, b, n: np.geomspace(a, b, n, endpoint=False), "not `high`"),
        (lambda a, b, n: [a * (b / a) ** (i / n) for i in range(n)], "n - 1 factors"),
        (lambda a, b, n: np.geomspace(a, b, n + 1), "one rate too many"),
        (lambda a, b, n: np.geomspace(b, a, n), "down to"),
        (lambda a, b, n: [a * 2**i for i in range(n)], "doubles each time"),
        (lambda a, b, n: np.zeros(n), "1, 10, 100"),
    ],
)
def test_log_grid_turns_down(answer, hears):
    verdict = lesson.log_grid(answer)
    assert not verdict and hears in verdict.message


def best_rate_in_a_loop(rates, losses):
    best, lowest = None, math.inf
    for rate, row in zip(rates, losses, strict=True):
        middle = statistics.median(v if math.isfinite(v) else math.inf for v in row)
        if middle < lowest:
            best, lowest = rate, middle
    return best


def no_nan(losses):
    return np.nan_to_num(losses, nan=np.inf)


@pytest.mark.parametrize(
    "answer",
    [
        best_rate_in_a_loop,
        lambda r, table: r[np.median(no_nan(table), axis=1).argmin()],
        lambda r, table: r[np.argsort(np.sort(table, axis=1)[:, table.shape[1] // 2])[0]],
    ],
)
def test_best_rate_accepts(answer):
    assert lesson.best_rate(answer)


@pytest.mark.parametrize(
    ("answer", "hears"),
    [
        (lambda r, t: r[np.argmin(np.median(t, axis=1))], "median, mean or minimum"),
        (lambda r, t: r[np.argmin(np.mean(t, axis=1))], "median, mean or minimum"),
        (lambda r, t: r[np.argmin(np.min(t, axis=1))], "median, mean or minimum"),
        (lambda r, t: r[np.argmin(t) // t.shape[1]], "median, mean or minimum"),
        (lambda r, t: r[np.argmin(np.nanmedian(t, axis=1))], "judged a rate by those"),
        (lambda r, t: r[np.argmin(np.min(no_nan(t), axis=1))], "took the best run"),
        (lambda r, t: r[np.argmin(np.mean(no_nan(t), axis=1))], "That is the mean"),
        (lambda r, t: np.argmin(np.median(no_nan(t), axis=1)), "place in the table"),
        (lambda r, t: np.min(np.median(no_nan(t), axis=1)), "its loss"),
        (lambda r, t: r[np.argmin(np.max(no_nan(t), axis=1))], "judged by the worst run"),
        (lambda r, t: r[np.argmax(np.median(no_nan(t), axis=1))], "the worst rate"),
        (lambda r, t: r[np.argmin(np.median(np.nan_to_num(t), axis=1))], "`nan` become 0"),
        (lambda r, t: 0.0, "along the row"),
    ],
)
def test_best_rate_turns_down(answer, hears):
    verdict = lesson.best_rate(answer)
    assert not verdict and hears in verdict.message


def steepest_by_hand(rates, smoothed):
    lowest = min(range(len(smoothed)), key=lambda t: smoothed[t])
    falls = {t: smoothed[t - 1] - smoothed[t + 1] for t in range(1, lowest)}
    return rates[max(falls, key=falls.get)]


@pytest.mark.parametrize(
    "answer",
    [
        steepest_by_hand,
        lambda r, s: r[np.gradient(s[: np.argmin(s) + 1]).argmin()],
        lambda r, s: r[np.gradient(s[: np.argmin(s) + 1], np.log(r[: np.argmin(s) + 1])).argmin()],
    ],
)
def test_steepest_accepts(answer):
    assert lesson.steepest(answer)


@pytest.mark.parametrize(
    ("answer", "hears"),
    [
        (lambda r, s: r[np.gradient(s).argmin()], "whole curve"),
        (lambda r, s: r[np.argmin(s)], "not the steepest"),
        (lambda r, s: r[np.gradient(s).argmax()], "rises fastest"),
        (lambda r, s: r[np.abs(np.gradient(s[:11])).argmin()], "nearest to zero"),
        (lambda r, s: r[np.gradient(s[:11], r[:11]).argmin()], "equal in log(rate)"),
        (lambda r, s: np.gradient(s[:11]).argmin(), "place among the updates"),
        (lambda r, s: np.gradient(s[:11]).min(), "slope itself"),
        (lambda r, s: r[np.gradient(s[:-5]).argmin()], "comes sooner"),
        (lambda r, s: r[np.gradient(s[:11]).argmin()], "comes sooner"),
        (lambda r, s: 5.0, "is the third"),
    ],
)
def test_steepest_turns_down(answer, hears):
    verdict = lesson.steepest(answer)
    assert not verdict and hears in verdict.message


def halving(curves, rungs, *, rank=None, worse=False, charge=None, name=True):
    """Halve the field at each rung, with the slips that a reader may make."""
    alive, paid, before = list(range(len(curves))), 0, 0
    for number, rung in enumerate(rungs):
        kept = alive
        if rung != rungs[-1]:
            at = rung - 1 if rank is None else rank
            order = sorted(alive, key=lambda run: curves[run][at], reverse=worse)
            kept = order[: len(alive) // 2]
        price = {
            None: len(alive) * (rung - before),
            "all": len(curves) * (rung - before),
            "again": len(alive) * rung,
            "kept": len(kept) * (rung - before),
            "rungs": len(alive),
        }
        paid += price[charge]
        alive, before = kept, rungs[number]
    return (alive[0] if name else 0), paid


def halving_with_arrays(curves, rungs):
    alive = np.arange(len(curves))
    trained = np.zeros(len(curves), dtype=int)
    for rung in rungs:
        trained[alive] = rung
        ranked = alive[curves[alive, rung - 1].argsort()]
        alive = ranked[: max(1, len(ranked) // 2)]
    return np.array([alive[0], trained.sum()])


@pytest.mark.parametrize("answer", [halving, halving_with_arrays])
def test_halving_accepts(answer):
    assert lesson.halving(answer)


@pytest.mark.parametrize(
    ("slip", "hears"),
    [
        ({"charge": "all"}, "every run that is alive"),
        ({"charge": "again"}, "whole past again"),
        ({"charge": "rungs"}, "not updates"),
        ({"name": False}, "numbers of the runs"),
        ({"worse": True}, "the worse half"),
        ({"rank": 7}, "not reached yet"),
    ],
)
def test_halving_turns_down(slip, hears):
    verdict = lesson.halving(lambda curves, rungs: halving(curves, rungs, **slip))
    assert not verdict and hears in verdict.message


@pytest.mark.parametrize(
    ("answer", "hears"),
    [
        (lambda c, r: (c[:, -1].argmin(), c.size), "best run of the full table"),
        (lambda c, r: halving(c, r)[0], "Only the winner"),
        (lambda c, r: halving(c, r)[::-1], "wrong way round"),
        (lambda c, r: (7, 7), "the updates paid"),
        (lambda c, r: halving(c, r, charge="kept"), "only those that survive"),
    ],
)
def test_halving_turns_down_other_answers(answer, hears):
    verdict = lesson.halving(answer)
    assert not verdict and hears in verdict.message
