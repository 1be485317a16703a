"""Answers to the exercises of lesson 08: right ones written otherwise, and wrong ones."""

import math
from functools import partial

import numpy as np

import minigrad as mg
from minigrad.course import paired

RIGHT, WRONG = {}, {}

RIGHT["jumps"] = [
    {50, 200, 650},
    [50, 200, 650],
    (50, 200, 650),
    np.cumsum([50, 150, 450]),
    [50.0, 200.0, 650.0],
]


WRONG["jumps"] = [
    ([50, 150, 450], "lengths of the periods"),
    ([50, 100, 150], "never grows"),
    ([50, 200, 450], "then 450, not 250"),
    ([50, 150, 350], "twice the one before"),
    ([49, 199, 649], "last of their periods"),
    ([51, 201, 651], "updates 0 to 49"),
    ([0, 50, 200], "nothing has jumped"),
    ([150, 600, 1950], "has not grown yet"),
    ([1, 2, 3], "add them up"),
    (50, "add them up"),
]


def triangle_of_one_update(t, low, high, up):
    place = t % (2 * up)
    part = place / up if place <= up else (2 * up - place) / up
    return low + part * (high - low)


RIGHT["triangle"] = [
    lambda t, low, high, up: mg.schedules.triangular(low, high, up)(t),
    lambda t, low, high, up: np.interp(t % (2 * up), [0, up, 2 * up], [low, high, low]),
]


WRONG["triangle"] = [
    (triangle_of_one_update, "raised ValueError"),
    (lambda t, a, b, u: a + (b - a) * abs(t % (2 * u) - u) / u, "upside down"),
    (lambda t, a, b, u: a + (b - a) * (t % u) / u, "cliff at its peak"),
    (lambda t, a, b, u: a + (b - a) * (t % (2 * u)) / (2 * u), "2 · up updates"),
    (lambda t, a, b, u: a + (b - a) * (1 - abs(t - u) / u), "up and down once. The place"),
    (
        lambda t, a, b, u: a + (b - a) * np.maximum(1 - abs(t - u) / u, 0),
        "stays at `low`",
    ),
    (lambda t, a, b, u: a + b * (1 - abs(t % (2 * u) - u) / u), "low + high"),
    (lambda t, a, b, u: b * (1 - abs(t % (2 * u) - u) / u), "Where does `low`"),
    (lambda t, a, b, u: a + (b - a) * (1 - abs(t % (2 * u) - u) / u) / 2, "half of the way"),
    (lambda t, a, b, u: a + (b - a) * (1 - abs(2 * (t % u) / u - 1)), "twice as fast"),
    (
        lambda t, a, b, u: a + (b - a) * (1 - abs((t + 1) % (2 * u) - u) / u),
        "one update ahead",
    ),
    (lambda t, a, b, u: a, "Print these four"),
]


def cuts(
    losses, lr, factor, patience, *, last=False, keep=False, early=False, total=False, first=0
):
    """Return the rates, with the slips that a reader may make."""
    best, bad, used = math.inf, 0, []
    for loss in losses:
        if loss < best:
            bad = bad if total else 0
        else:
            bad += 1
        best = loss if last else min(best, loss)
        if bad >= patience + (not early):
            lr *= factor
            bad = bad if keep else first
        used.append(lr)
    return used


def cuts_by_the_engine(losses, lr, factor, patience):
    plateau = mg.schedules.ReduceOnPlateau(lr, factor=factor, patience=patience, threshold=0)
    used = []
    for loss in losses:
        plateau.observe(loss)
        used.append(plateau.lr)
    return used


RIGHT["cuts"] = [
    cuts,
    cuts_by_the_engine,
    lambda *arguments: np.array(cuts(*arguments)),
]


WRONG["cuts"] = [
    (partial(cuts, last=True, keep=True), "Both faults"),
    (partial(cuts, last=True), "the one before"),
    (partial(cuts, keep=True), "every further"),
    (partial(cuts, early=True), "one loss too soon"),
    (partial(cuts, total=True), "in a row"),
    (partial(cuts, first=1), "not at 1"),
    (lambda losses, lr, factor, patience: [lr] * len(losses), "never cut"),
    (lambda *arguments: cuts(*arguments)[-1], "Print yours"),
    (lambda losses, lr, factor, patience: [lr * factor] * len(losses), "Print yours"),
]


def length(grads):
    return math.sqrt(sum(float(np.sum(g**2)) for g in grads))


def in_place(grads, max_norm):
    total = length(grads)
    for g in grads:
        if total > max_norm:
            g *= max_norm / total
    return grads


def with_the_engine(grads, max_norm):
    tensors = [mg.tensor(np.zeros_like(g), requires_grad=True) for g in grads]
    mg.sum(sum(mg.sum(p * g) for p, g in zip(tensors, grads, strict=True))).backward()
    mg.nn.clip_grad_norm_(tensors, max_norm)
    return [p.grad.numpy() for p in tensors]


RIGHT["clipping"] = [
    with_the_engine,
    lambda gs, c: tuple(g / max(1, length(gs) / c) for g in gs),
]


def never_clips(grads, max_norm):
    total = length(grads)
    for g in grads:
        if total > max_norm:
            g = g * max_norm / total
    return grads


def forgets_to_return(grads, max_norm):
    in_place(grads, max_norm)


WRONG["clipping"] = [
    (in_place, "changed the grads"),
    (never_clips, "Nothing is clipped"),
    (forgets_to_return, "Return the list"),
    (lambda gs, c: [np.clip(g, -c, c) for g in gs], "by value"),
    (lambda gs, c: [g * min(1, c / np.linalg.norm(g)) for g in gs], "its own length"),
    (lambda gs, c: [g * c / length(gs) for g in gs], "made longer"),
    (
        lambda gs, c: [g * (length(gs) / c if length(gs) > c else 1) for g in gs],
        "upside down",
    ),
    (
        lambda gs, c: [g * (c / length(gs) ** 2 if length(gs) ** 2 > c else 1) for g in gs],
        "root is missing",
    ),
    (
        lambda gs, c: [g * (1 / length(gs) if length(gs) > c else 1) for g in gs],
        "the length is 1",
    ),
    (
        lambda gs, c: [g * min(1, c / sum(np.linalg.norm(h) for h in gs)) for g in gs],
        "norms of the arrays are added",
    ),
    (
        lambda gs, c: [g * min(1, c / sum(np.abs(h).sum() for h in gs)) for g in gs],
        "absolute values",
    ),
    (lambda gs, c: [0 * g for g in gs], "common norm"),
    (lambda gs, c: 3, "common norm"),
]


def judge(tuning_a, tuning_b, fresh_a, fresh_b, *, choose=np.median, own=True):
    a = np.argmin(choose(tuning_a, axis=1))
    b = np.argmin(choose(tuning_b, axis=1)) if own else a
    return fresh_a[a], fresh_b[b]


def with_pairs(*tables):
    pairs = paired(*judge(*tables))
    return [pairs.lower, pairs.by]


def in_loops(tuning_a, tuning_b, fresh_a, fresh_b):
    rows = []
    for tuning, fresh in [(tuning_a, fresh_a), (tuning_b, fresh_b)]:
        middles = [sorted(losses)[len(losses) // 2] for losses in tuning]
        rows.append(fresh[middles.index(min(middles))])
    differences = sorted(a - b for a, b in zip(*rows, strict=True))
    return sum(d < 0 for d in differences), differences[len(differences) // 2]


def result(a, b):
    return np.sum(a < b), np.median(a - b)


RIGHT["fair"] = [with_pairs, in_loops]


WRONG["fair"] = [
    (lambda ta, tb, fa, fb: result(*judge(fa, fb, fa, fb)), "ones that race"),
    (lambda *tables: result(*judge(*tables, own=False)), "B runs at the rate of A"),
    (lambda *tables: result(*judge(*tables, choose=np.mean)), "by the mean"),
    (lambda *tables: result(*judge(*tables, choose=np.min)), "luckiest"),
    (lambda *tables: result(*judge(*tables, choose=np.max)), "worst run"),
    (lambda *tables: result(*judge(*tables)[::-1]), "seed by seed"),
    (lambda *tables: (paired(*judge(*tables)).higher, paired(*judge(*tables)).by), "above B"),
    (lambda *tables: (paired(*judge(*tables)).lower, -paired(*judge(*tables)).by), "A − B"),
    (lambda *tables: 3, "seed by seed"),
]
