"""Answers to the exercises of lesson 23: right ones written otherwise, and wrong ones."""

from functools import partial

import numpy as np

import minigrad as mg

RIGHT, WRONG = {}, {}

BARE, LESS = [-1, -1, 2], [-0.75, -0.75, 1.5]


RIGHT["estimates"] = [
    [BARE, LESS],
    np.array([BARE, LESS]),
    [4 * (np.array([0, 0, 1]) - [0.25, 0.25, 0.5]), 3 * (np.array([0, 0, 1]) - [0.25, 0.25, 0.5])],
]


WRONG["estimates"] = [
    (-np.array([BARE, LESS]), "turned"),
    ([LESS, BARE], "swapped"),
    (np.array([BARE, LESS]) / 2, "logarithm"),
    ([[0, 0, 2], [0, 0, 1.5]], "Only the drawn arm"),
    ([BARE, BARE], "taken off the reward"),
    ([[-1, -1, 4], [-0.75, -0.75, 3]], "One minus the probability"),
    ([[1, 2, 3], [4, 5, 6]], "for the drawn arm"),
]


def step_by_step(rewards, alive, *, own=False, living=True, mask=True):
    steps, n = rewards.shape
    weight = np.zeros((steps, n))
    togo = np.zeros(n)
    for t in reversed(range(steps)):
        togo = togo + np.where(alive[t], rewards[t], 0)
        for i in range(n):
            others = [togo[j] for j in range(n) if (own or j != i) and (alive[t, j] or not living)]
            if alive[t, i] or not mask:
                weight[t, i] = togo[i] - (np.mean(others) if others else 0)
    return weight


def in_place(rewards, alive):
    rewards[~alive] = 0
    return step_by_step(rewards, alive)


def corrected(rewards, alive):
    """Take the page's mean, and lengthen what it made shorter."""
    to_go = np.cumsum((rewards * alive)[::-1], axis=0)[::-1] * alive
    n = np.maximum(alive.sum(axis=1, keepdims=True), 1)
    less = to_go - to_go.sum(axis=1, keepdims=True) / n
    return np.where(n > 1, less * n / np.maximum(n - 1, 1), to_go) * alive


RIGHT["left_out"] = [step_by_step, corrected, lambda *given: step_by_step(*given).tolist()]


def less_whole_returns(rewards, alive):
    whole = (rewards * alive).sum(axis=0)
    others = (whole.sum() - whole) / (len(whole) - 1)
    to_go = np.cumsum((rewards * alive)[::-1], axis=0)[::-1]
    return (to_go - others) * alive


WRONG["left_out"] = [
    (partial(step_by_step, own=True), "Leave it out"),
    (partial(step_by_step, living=False), "still alive count"),
    (partial(step_by_step, mask=False), "weight 0"),
    (lambda rewards, alive: step_by_step(rewards[::-1], alive), "less the mean"),
    (less_whole_returns, "what is still to come"),
    (in_place, "Leave that as it is"),
]


def by_the_engine(scores, drawn, weight, episodes, *, sign=1.0, log=True):
    z = mg.tensor(scores, requires_grad=True)
    p = mg.softmax(z, axis=1)[np.arange(len(drawn)), drawn]
    told = mg.log(p) if log else p
    loss = mg.sum(mg.tensor(weight) * told) * (-sign / episodes)
    loss.backward()
    return z.grad.numpy()


def by_cross_entropy(scores, drawn, weight, episodes):
    z = mg.tensor(scores, requires_grad=True)
    losses = mg.nn.cross_entropy(z, drawn, reduction="none")
    return mg.grad(mg.sum(mg.tensor(weight / episodes) * losses), z).numpy()


RIGHT["mended"] = [by_the_engine, by_cross_entropy]


WRONG["mended"] = [
    (partial(by_the_engine, sign=-1.0, log=False), "Nothing has changed"),
    (partial(by_the_engine, log=False), "hardly counts"),
    (partial(by_the_engine, sign=-1.0), "makes what paid rarer"),
    (lambda s, d, w, e: by_the_engine(s, d, w, len(s)), "steps now"),
    (lambda s, d, w, e: by_the_engine(s, d, w, 1), "by nothing"),
    (lambda s, d, w, e: 0 * s, "row by row"),
]


def with_loops(run, rates, tries, fresh, *, best=False, low=False, own=True, same=False):
    def score(method, rate, seed):
        returns = list(run(method, rate, seed))
        return max(returns) if best else sum(returns[-5:]) / 5

    chosen = {}
    for method in ("A", "B"):
        middles = {}
        for rate in rates[method]:
            scores = sorted(score(method, rate, s) for s in (fresh if same else tries))
            half = len(scores) // 2
            middles[rate] = scores[half]
        chosen[method] = (min if low else max)(middles, key=middles.get)
    if not own:
        chosen["B"] = chosen["A"]
    gaps = [score("A", chosen["A"], s) - score("B", chosen["B"], s) for s in fresh]
    return chosen["A"], chosen["B"], sum(gap > 0 for gap in gaps), sorted(gaps)[len(gaps) // 2]


def share_of_pairs(run, rates, tries, fresh):
    a, b, higher, gap = with_loops(run, rates, tries, fresh)
    return a, b, higher / len(fresh), gap


RIGHT["fair"] = [with_loops, lambda *given: list(with_loops(*given))]


WRONG["fair"] = [
    (partial(with_loops, best=True), "by its best update"),
    (partial(with_loops, low=True), "no loss"),
    (partial(with_loops, own=False), "Each has its own"),
    (partial(with_loops, same=True), "for the judgement"),
    (share_of_pairs, "Give their number"),
    (lambda *given: with_loops(*given)[:2], "four numbers"),
    (lambda *given: (0.1, 0.1, 0, 0.0), "last five returns"),
]
