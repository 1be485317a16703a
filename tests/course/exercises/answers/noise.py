"""Answers to the exercises of lesson 18: right ones written otherwise, and wrong ones."""

from functools import partial

import numpy as np

import minigrad as mg

RIGHT, WRONG = {}, {}

AS_IS = [2, -1, 0, 5]


RIGHT["outputs"] = [
    [[5, 0, 0, 12.5], AS_IS],
    np.array([[5, 0, 0, 12.5], AS_IS]),
    (np.array([2, 0, 0, 5]) / 0.4, np.array(AS_IS)),
]


WRONG["outputs"] = [
    ([[2, 0, 0, 5], AS_IS], "By how much"),
    ([np.array([2, 0, 0, 5]) / 0.6, AS_IS], "divide by p"),
    ([[0.8, 0, 0, 2], AS_IS], "should grow"),
    ([[2, 0, 0, 5], [0.8, -0.4, 0, 2]], "older form"),
    ([[5, 0, 0, 12.5], [0.8, -0.4, 0, 2]], "scale down"),
    ([[5, 0, 0, 12.5], [5, -2.5, 0, 12.5]], "need a factor"),
    ([AS_IS, [5, 0, 0, 12.5]], "swapped"),
    ([[1, 2, 3, 4], AS_IS], "0 where it is dropped"),
]


def by_the_engine(x, g, u, p, training):
    units = mg.tensor(x, requires_grad=True)
    out = units
    if training:
        mask = mg.tensor((u >= p).astype(float))
        out = units * mask * (1 / (1 - p) if p < 1 else 0.0)
    mg.sum(out * mg.tensor(g)).backward()
    return out.numpy(), units.grad.numpy()


def by_where(x, g, u, p, training, *, scale=True, back=True, guard=True, always=False):
    if not training and not always:
        return [x, g]
    if guard and p == 1:
        return np.zeros_like(x), np.zeros_like(g)
    with np.errstate(all="ignore"):
        out = np.where(u < p, 0.0, x / (1 - p) if scale else x)
        return out, np.where(u < p, 0.0, g / (1 - p) if scale and back else g)


def in_place(x, g, u, p, training):
    if training:
        x[u < p] = 0
    return x, g


RIGHT["dropout"] = [by_the_engine, by_where]


WRONG["dropout"] = [
    (partial(by_where, scale=False), "not scaled"),
    (partial(by_where, back=False), "same factor"),
    (lambda x, g, u, p, training: by_where(x, g, 1 - u, 1 - p, training), "u >= p"),
    (lambda x, g, u, p, training: (by_where(x, g, u, p, training)[0], g), "as if nothing"),
    (lambda *given: by_where(*given)[0], "two arrays"),
    (in_place, "Leave that as it is"),
]


def weighted(places, beta, start, *, first=0, newest=None, count=None):
    kept = np.array(places[start + first :])
    share = 1 - beta if newest is None else newest(beta)
    weights = share * (1 - share) ** np.arange(len(kept))[::-1]
    below = weights.sum() if count is None else 1 - beta ** count(len(places), start)
    return (weights[:, None] * kept).sum(axis=0) / below


def by_ema(places, beta, start):
    theta = mg.tensor(np.array(places[0], dtype=float), requires_grad=True)
    ema = mg.optim.EMA([theta], decay=beta, debias=True)
    for place in places[start:]:
        theta.data[...] = place
        ema.update()
    return ema.values()[0]


RIGHT["mended"] = [weighted, by_ema]


WRONG["mended"] = [
    (partial(weighted, newest=lambda beta: beta, count=lambda n, start: n), "Nothing has changed"),
    (partial(weighted, count=lambda n, start: n), "How many places"),
    (partial(weighted, newest=lambda beta: beta, count=lambda n, start: n - start), "0.99"),
    (partial(weighted, first=1, count=lambda n, start: n - start), "One place too few"),
    (partial(weighted, count=lambda n, start: np.inf), "zero at the beginning"),
    (lambda places, beta, start: sum(places[start:]) / len(places[start:]), "SWA"),
    (lambda places, beta, start: 0 * places[0], "a division by"),
]


def with_loops(run, without, having, tries, seeds, *, cut=True, same=False, turned=False):
    n = min(len(without), len(having)) if cut else 99
    results = []
    for settings in (without, having):
        lowest, best = float("inf"), None
        for k in settings[:n]:
            score = sum(run(s, True, **k) for s in (seeds if same else tries))
            if score < lowest:
                lowest, best = score, k
        results.append([run(s, turned, **best) for s in seeds])
    gaps = [b - a for a, b in zip(*results, strict=True)]
    return sum(gap < 0 for gap in gaps), sorted(gaps)[len(gaps) // 2]


RIGHT["fair"] = [with_loops, lambda *given: list(with_loops(*given))]


WRONG["fair"] = [
    (partial(with_loops, cut=False), "Cut the longer"),
    (partial(with_loops, same=True), "seeds that race"),
    (partial(with_loops, turned=True), "half that was tuned on"),
    (lambda *given: with_loops(*given)[::-1], "other order"),
    (lambda *given: with_loops(*given)[0], "two numbers"),
    (lambda *given: (0, 0.0), "pair by pair"),
]


def row_by_row(x, labels, share, partner, classes, *, soft=True, own=True, swapped=False):
    rows, targets = [], np.zeros((len(x), classes))
    for i, j in enumerate(partner):
        weight = 1 - share[i] if swapped else share[i]
        rows.append(weight * x[i] + (1 - weight) * x[j])
        targets[i, labels[i]] += weight if soft else 1
        if soft:
            targets[i, labels[j] if own else labels[i]] += 1 - weight
    return np.array(rows), targets


RIGHT["mixup"] = [row_by_row, lambda *given: list(row_by_row(*given))]


WRONG["mixup"] = [
    (partial(row_by_row, soft=False), "the labels are not"),
    (partial(row_by_row, own=False), "the labels are not"),
    (partial(row_by_row, swapped=True), "weights are swapped"),
    (lambda *given: row_by_row(*given)[::-1], "other order"),
    (lambda *given: row_by_row(*given)[0], "two arrays"),
    (lambda x, labels, *rest: (0 * x, np.eye(rest[-1])[labels]), "once for the images"),
]
