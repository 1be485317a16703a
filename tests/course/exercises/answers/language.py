"""Answers to the exercises of lesson 20: right ones written otherwise, and wrong ones."""

from functools import partial
from itertools import pairwise

import numpy as np

RIGHT, WRONG = {}, {}


RIGHT["perplexity"] = [
    np.exp(np.log([2, 8, 4, 16]).mean()),
    1024**0.25,
    5.657,
]


WRONG["perplexity"] = [
    (1.733, "in nats"),
    (2.5, "in bits"),
    (np.mean([2, 8, 4, 16]), "mean of 1/p"),
    (1 / np.mean([0.5, 0.125, 0.25, 0.0625]), "1 over the mean probability"),
    (1024, "fourth root"),
    (0.1768, "1 over it"),
    (4.0, "Take the logarithm"),
]


def walking(scores, temperature, u, *, inverse=False, early=False):
    if temperature == 0:
        return list(scores).index(max(scores))
    z = [(s - max(scores)) * (temperature if inverse else 1 / temperature) for s in scores]
    weights = [np.exp(each) for each in z]
    left = u * sum(weights)
    for i, weight in enumerate(weights):
        left -= weight
        if left < 0:
            return max(i - 1, 0) if early else i


def searching(scores, temperature, u, *, normed=True):
    if not temperature:
        return int(scores.argmax())
    p = np.exp((scores - scores.max()) / temperature)
    return np.searchsorted(np.cumsum(p / p.sum() if normed else p), u, side="right")


def no_care(scores, temperature, u):
    with np.errstate(all="ignore"):
        p = np.exp(scores / temperature)
        return np.argmax(np.cumsum(p / p.sum()) > u)


def one_temperature(scores, temperature, u):
    return walking(scores, temperature and 1.0, u)


RIGHT["sample"] = [walking, searching]


WRONG["sample"] = [
    (partial(walking, inverse=True), "multiply"),
    (partial(walking, early=True), "too early"),
    (one_temperature, "changes nothing"),
    (lambda scores, temperature, u: scores.argmax(), "most likely"),
    (no_care, "divides by 0"),
    (partial(searching, normed=False), "do not sum to 1"),
    (lambda scores, temperature, u: u, "Softmax of"),
]


def by_average(losses, sizes):
    return np.exp(np.average(losses, weights=sizes))


def by_loop(losses, sizes):
    logs = [loss for loss, n in zip(losses, sizes, strict=True) for _ in range(n)]
    return float(np.prod(np.exp(logs)) ** (1 / len(logs)))


RIGHT["mended"] = [by_average, by_loop]


WRONG["mended"] = [
    (lambda losses, sizes: np.mean(np.exp(losses)), "Nothing has changed"),
    (lambda losses, sizes: np.exp(np.mean(losses)), "short batch"),
    (lambda losses, sizes: np.average(np.exp(losses), weights=sizes), "before the mean"),
    (lambda losses, sizes: np.average(losses, weights=sizes), "mean loss"),
    (lambda losses, sizes: by_average(losses[:-1], sizes[:-1]), "leave the short batch out"),
    (lambda losses, sizes: np.exp(sum(losses * sizes) / len(losses)), "number of batches"),
    (lambda losses, sizes: 2.0, "The sum of"),
]


def with_loops(run, rates, tuning, fresh, *, anew=True, left=False, turned=False, seen=False):
    best = {}
    for name in rates:
        for decayed in (False, True):
            scores = {}
            for lr in rates[name]:
                ends = sorted(
                    run(name, decayed and anew, lr, s) for s in (fresh if seen else tuning)
                )
                scores[lr] = ends[len(ends) // 2]
            best[name, decayed] = min(scores, key=scores.get)
    leads = []
    for decayed in (False, True):
        one, two = (
            [run(name, decayed, best[name, decayed], s) for s in fresh] for name in ("SGD", "Adam")
        )
        gaps = np.array(one) - np.array(two)
        leads.append(np.median(-gaps if turned else gaps))
    share = leads[1] / leads[0]
    return [*leads, share if left else 1 - share]


RIGHT["lead"] = [with_loops, lambda *given: tuple(with_loops(*given))]


WRONG["lead"] = [
    (partial(with_loops, anew=False), "tuned anew"),
    (partial(with_loops, left=True), "share that is left"),
    (partial(with_loops, turned=True), "other way round"),
    (lambda *given: np.array(with_loops(*given))[[1, 0, 2]], "wrong order"),
    (lambda *given: np.array(with_loops(*given)) * [1, 1, 100], "in percent"),
    (lambda *given: with_loops(*given)[:2], "three numbers"),
    (lambda run, *rest: run("adam", True, 0.5, 1), "There is no optimizer"),
    (lambda *given: (1.0, 1.0, 0.0), "For each optimizer"),
]


def pair_by_pair(train, test, kinds, alpha, *, smooth=True, turned=False):
    counts = {}
    for a, b in pairwise(train):
        pair = (b, a) if turned else (a, b)
        counts[pair] = counts.get(pair, 0) + 1
    logs = []
    for a, b in pairwise(test):
        row = [counts.get((a, k), 0) + alpha * smooth for k in range(kinds)]
        logs.append(np.log(row[b] / sum(row)))
    return np.exp(-np.mean(logs))


def at_once(train, test, kinds, alpha, *, every=True, kept=False):
    table = np.full((kinds, kinds), float(alpha))
    if every:
        np.add.at(table, (train[:-1], train[1:]), 1)
    else:
        table[train[:-1], train[1:]] += 1
    p = table / table.sum(axis=1, keepdims=kept)
    return np.exp(-np.log(p[test[:-1], test[1:]]).mean())


RIGHT["bigram"] = [pair_by_pair, lambda *given: float(pair_by_pair(*given))]


WRONG["bigram"] = [
    (partial(pair_by_pair, turned=True), "wrong way round"),
    (at_once, "keepdims=True"),
    (partial(at_once, every=False, kept=True), "however often"),
    (lambda *given: np.log(pair_by_pair(*given)), "mean loss"),
    (lambda *given: 1 / pair_by_pair(*given), "below 1"),
    (lambda train, test, kinds, alpha: pair_by_pair(train, test, kinds, 1), "You add 1"),
    (lambda train, test, kinds, alpha: float(kinds), "Begin with alpha"),
]
