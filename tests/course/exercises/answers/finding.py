"""Answers to the exercises of lesson 09: right ones written otherwise, and wrong ones."""

import math
import statistics
from functools import partial

import numpy as np

import minigrad as mg

RIGHT, WRONG = {}, {}

RIGHT["count"] = [9, 9.0, np.int64(9), mg.tensor(9), 2 * 4 + 1]


WRONG["count"] = [
    (8, "one post more"),
    (4, "decades"),
    (5, "two a decade"),
    (10, "eight steps and one"),
    (10_000, "how far apart"),
    (7, "not three"),
    (3162, "take logarithms"),
    ("nine", "without quotes"),
]


def grid_in_a_loop(low, high, n):
    factor = (high / low) ** (1 / (n - 1))
    rates = [low]
    while len(rates) < n:
        rates.append(rates[-1] * factor)
    return rates


RIGHT["log_grid"] = [
    grid_in_a_loop,
    np.geomspace,
    lambda low, high, n: np.logspace(math.log10(low), math.log10(high), n),
    lambda low, high, n: np.exp(np.linspace(np.log(low), np.log(high), n)),
]


WRONG["log_grid"] = [
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
]


def best_rate_in_a_loop(rates, losses):
    best, lowest = None, math.inf
    for rate, row in zip(rates, losses, strict=True):
        middle = statistics.median(v if math.isfinite(v) else math.inf for v in row)
        if middle < lowest:
            best, lowest = rate, middle
    return best


def no_nan(losses):
    return np.nan_to_num(losses, nan=np.inf)


RIGHT["best_rate"] = [
    best_rate_in_a_loop,
    lambda r, table: r[np.median(no_nan(table), axis=1).argmin()],
]


WRONG["best_rate"] = [
    (lambda r, t: r[np.argsort(np.sort(t, axis=1)[:, t.shape[1] // 2])[0]], "even number of seeds"),
    (lambda r, t: r[np.argmin(np.median(t, axis=1))], "median, mean or minimum"),
    (lambda r, t: r[np.argmin(np.mean(t, axis=1))], "median, mean or minimum"),
    (lambda r, t: r[np.argmin(np.min(t, axis=1))], "median, mean or minimum"),
    (lambda r, t: r[np.argmin(t) // t.shape[1]], "median, mean or minimum"),
    (lambda r, t: r[np.argmin(np.nanmedian(t, axis=1))], "that were lucky"),
    (lambda r, t: r[np.argmin(np.min(no_nan(t), axis=1))], "took the best run"),
    (lambda r, t: r[np.argmin(np.mean(no_nan(t), axis=1))], "That is the mean"),
    (lambda r, t: np.argmin(np.median(no_nan(t), axis=1)), "place in the table"),
    (lambda r, t: np.min(np.median(no_nan(t), axis=1)), "its loss"),
    (lambda r, t: r[np.argmin(np.max(no_nan(t), axis=1))], "judged by the worst run"),
    (lambda r, t: r[np.argmax(np.median(no_nan(t), axis=1))], "the worst rate"),
    (lambda r, t: r[np.argmin(np.median(np.nan_to_num(t), axis=1))], "`nan` became 0"),
    (lambda r, t: 0.0, "along the row"),
]


def steepest_by_hand(rates, smoothed):
    lowest = min(range(len(smoothed)), key=lambda t: smoothed[t])
    falls = {t: smoothed[t - 1] - smoothed[t + 1] for t in range(1, lowest)}
    return rates[max(falls, key=falls.get)]


RIGHT["steepest"] = [
    steepest_by_hand,
    lambda r, s: r[np.gradient(s[: np.argmin(s) + 1]).argmin()],
    lambda r, s: r[np.gradient(s[: np.argmin(s) + 1], np.log(r[: np.argmin(s) + 1])).argmin()],
]


def before(smoothed):
    return smoothed[: np.argmin(smoothed) + 1]


WRONG["steepest"] = [
    (lambda r, s: r[np.gradient(s).argmin()], "whole curve"),
    (lambda r, s: r[np.argmin(s)], "not the steepest"),
    (lambda r, s: r[np.gradient(s).argmax()], "rises fastest"),
    (lambda r, s: r[np.abs(np.gradient(before(s))).argmin()], "nearest to zero"),
    (lambda r, s: r[np.gradient(before(s), r[: len(before(s))]).argmin()], "equal in log(rate)"),
    (lambda r, s: np.gradient(before(s)).argmin(), "place among the updates"),
    (lambda r, s: np.gradient(before(s)).min(), "slope itself"),
    (lambda r, s: r[np.gradient(s[:-5]).argmin()], "At which places"),
    (lambda r, s: r[np.gradient(s[:11]).argmin()], "comes sooner"),
    (lambda r, s: 5.0, "is the third"),
]


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


RIGHT["halving"] = [halving, halving_with_arrays]


WRONG["halving"] = [
    (partial(halving, **slip), hears)
    for slip, hears in [
        ({"charge": "all"}, "every run that is alive"),
        ({"charge": "again"}, "whole past again"),
        ({"charge": "rungs"}, "not updates"),
        ({"name": False}, "numbers of the runs"),
        ({"worse": True}, "the worse half"),
        ({"rank": -1}, "not reached yet"),
    ]
]


WRONG["halving"] += [
    (lambda c, r: (c[:, -1].argmin(), c.size), "best run of the full table"),
    (lambda c, r: halving(c, r)[0], "Only the winner"),
    (lambda c, r: halving(c, r)[::-1], "wrong way round"),
    (lambda c, r: (7, 7), "the updates paid"),
    (lambda c, r: halving(c, r, charge="kept"), "only those that survive"),
    (lambda c, r: halving(c, [r.pop(0) for _ in r[:]]), "changed the rungs"),
    (lambda c, r: set(halving(c, r)), "set"),
]
