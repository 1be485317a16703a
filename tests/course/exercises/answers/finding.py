"""Answers to the exercises of lesson 09: right ones written otherwise, and wrong ones."""

import math
import statistics
from functools import partial

import numpy as np

import minigrad as mg

RIGHT, WRONG = {}, {}

RIGHT["count"] = [13, 13.0, np.int64(13), mg.tensor(13), 4 * 3 + 1]


WRONG["count"] = [
    (12, "one post more"),
    (3, "decades"),
    (4, "One rate a decade"),
    (7, "Two rates a decade"),
    (14, "twelve steps and one"),
    (1_000, "how far apart"),
    (17, "not four"),
    (562, "take logarithms"),
    ("thirteen", "without quotes"),
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


def smooth_in_a_loop(losses, window):
    reach, means = window // 2, []
    for t in range(len(losses)):
        near = [loss for i, loss in enumerate(losses) if abs(i - t) <= reach]
        means.append(sum(near) / len(near))
    return means


def divided_by_how_many(losses, window):
    weights = np.ones(window)
    there = np.convolve(np.ones_like(losses), weights, mode="same")
    return np.convolve(losses, weights, mode="same") / there


def with_nan_beyond(losses, window):
    longer = np.pad(losses, window // 2, constant_values=np.nan)
    return np.nanmean(np.lib.stride_tricks.sliding_window_view(longer, window), axis=1)


RIGHT["smooth"] = [smooth_in_a_loop, divided_by_how_many, with_nan_beyond]


def padded(how):
    def smooth(losses, window):
        longer = np.pad(losses, window // 2, mode=how)
        return np.convolve(longer, np.ones(window) / window, mode="valid")

    return smooth


def decaying(losses, window):
    mean, means = losses[0], []
    for loss in losses:
        mean += (loss - mean) * 2 / (window + 1)
        means.append(mean)
    return means


WRONG["smooth"] = [
    (lambda v, w: np.convolve(v, np.ones(w) / w, mode="same"), "Nothing has changed"),
    (lambda v, w: np.convolve(v, np.ones(w) / w, mode="valid"), "shorter"),
    (padded("edge"), "more than once"),
    (padded("reflect"), "those that there are"),
    (padded("symmetric"), "those that are there"),
    (lambda v, w: np.convolve(v, np.ones(w), mode="same"), "the sum"),
    (lambda v, w: [np.mean(v[max(0, t + 1 - w) : t + 1]) for t in range(len(v))], "look back"),
    (lambda v, w: divided_by_how_many(v, 2 * w + 1)[: len(v)], "1.5, 3, 4"),
    (lambda v, w: smooth_in_a_loop(v, 2 * w), "`window` losses to each side"),
    (decaying, "1.5, 3, 4"),
    (lambda v, w: v, "1.5, 3, 4"),
]


def fair_by_hand(first, second, n):
    def judged(table):
        best = min(table, key=lambda row: statistics.median(row[:n]))
        return best[n:]

    return sum(one < two for one, two in zip(judged(first), judged(second), strict=True))


def at_own_rates(first, second, chosen=slice(None), judged=slice(None), score=np.median):
    one, two = (t[score(t[:, chosen], axis=1).argmin(), judged] for t in (first, second))
    return (one < two).sum()


RIGHT["fair"] = [
    fair_by_hand,
    lambda a, b, n: at_own_rates(a, b, slice(n), slice(n, None)),
    lambda a, b, n: float(at_own_rates(a, b, slice(n), slice(n, None))),
]


WRONG["fair"] = [
    (lambda a, b, n: at_own_rates(a, b, slice(n), slice(n)), "brings its luck"),
    (lambda a, b, n: at_own_rates(a, b, slice(n)), "judge by all seeds"),
    (lambda a, b, n: at_own_rates(a, b, judged=slice(n, None)), "choose by all seeds, and so"),
    (lambda a, b, n: at_own_rates(a, b), "nothing is left"),
    (lambda a, b, n: at_own_rates(a, b, slice(n, None), slice(n, None)), "seen before"),
    (lambda a, b, n: at_own_rates(a, b, slice(n), slice(n, None), np.mean), "by the mean"),
    (lambda a, b, n: at_own_rates(a, b, slice(n), slice(n, None), np.min), "luckiest run"),
    (lambda a, b, n: fair_by_hand(b, a, n), "where the second is lower"),
    (lambda a, b, n: fair_by_hand(a, b, n) / (a.shape[1] - n), "share of the seeds"),
    (lambda a, b, n: (a[:, n:] < b[:, n:]).sum(), "Choose a row for each method"),
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
