"""Answers to the exercises of lesson 22: right ones written otherwise, and wrong ones."""

from functools import partial

import numpy as np

RIGHT, WRONG = {}, {}


RIGHT["by_hand"] = [[3.5, 9, 2], np.array([3.5, 9.0, 2.0]), (7 / 2, 9, 2)]


WRONG["by_hand"] = [
    ([3.5, 11, 2], "no next tile"),
    ([2.5, 9, 2], "not of the one you leave"),
    ([5, 10, 0], "Those are the targets"),
    ([5, 10, 0.5], "all of the way"),
    ([5.5, 9, 3.75], "where is γ"),
    ([1, 2, 3], "Old value"),
]


def step_by_step(Q, N, s, a, r, s2, terminated, gamma, omega, *, ends=True, late=0, flat=False):
    values, counts = np.array(Q), np.array(N)
    counts[s, a] = counts[s, a] + 1
    target = r
    if not (terminated and ends):
        target = r + gamma * max(Q[s2])
    rate = 1 / (counts[s].sum() if flat else counts[s, a] - late) ** omega
    values[s, a] = (1 - rate) * values[s, a] + rate * target
    return values, counts


def in_place(Q, N, s, a, r, s2, terminated, gamma, omega):
    N[s, a] += 1
    Q[s, a] += N[s, a] ** -omega * (r + gamma * Q[s2].max() * (not terminated) - Q[s, a])
    return Q, N


def nothing_paid(Q, N, s, a, r, s2, terminated, gamma, omega):
    if not terminated:
        return step_by_step(Q, N, s, a, r, s2, terminated, gamma, omega)
    return step_by_step(Q, N, s, a, 0, s2, terminated, gamma, omega)


def away(Q, N, *given):
    values, counts = step_by_step(Q, N, *given)
    return 2 * Q - values, counts


RIGHT["learned"] = [step_by_step, lambda *given: list(step_by_step(*given))]


WRONG["learned"] = [
    (partial(step_by_step, ends=False), "ends nothing follows"),
    (partial(step_by_step, flat=True), "visits of the tile"),
    (nothing_paid, "reward of the last step"),
    (away, "away from the target"),
    (lambda *given: step_by_step(*given)[0], "two tables"),
    (lambda Q, N, *given: (0 * Q, N), "Count the visit"),
    (in_place, "Leave that as it is"),
]


def by_dictionary(log, tiles, gamma, *, cut=False, tile_only=False):
    values, counts = {}, {}
    for s, a, r, s2, terminated, truncated in log:
        clock = s if tile_only else (s, a)
        counts[clock] = counts.get(clock, 0) + 1
        future = max(values.get((s2, move), 0.0) for move in range(4))
        target = r if terminated or (cut and truncated) else r + gamma * future
        old = values.get((s, a), 0.0)
        values[s, a] = old + (target - old) / counts[clock]
    table = np.zeros((tiles, 4))
    for cell, value in values.items():
        table[cell] = value
    return table


RIGHT["mended"] = [by_dictionary, lambda *given: by_dictionary(*given).tolist()]


WRONG["mended"] = [
    (partial(by_dictionary, cut=True, tile_only=True), "Nothing has changed"),
    (partial(by_dictionary, tile_only=True), "Whose visits"),
    (partial(by_dictionary, cut=True), "when the time was up"),
    (lambda log, tiles, gamma: np.zeros((tiles, 4)), "no future only where"),
]


def with_loops(run, numbers, epsilons, tuning, racing, *, lowest=False, same=False, back=False):
    ends = []
    for rule in ("power", "constant"):
        best, found = None, None
        for number in numbers[rule]:
            for epsilon in epsilons:
                returns = sorted(
                    run(s, rule, number, epsilon) for s in (racing if same else tuning)
                )
                n = len(returns)
                score = (returns[n // 2] + returns[(n - 1) // 2]) / 2
                score = -score if lowest else score
                if best is None or score > best:
                    best, found = score, (number, epsilon)
        ends.append(np.array([run(s, rule, *found) for s in (tuning if back else racing)]))
    gaps = ends[0] - ends[1]
    return int((gaps > 0).sum()), float(np.median(gaps))


def one_after_the_other(run, numbers, epsilons, tuning, racing):
    def score(rule, number, epsilon):
        return np.median([run(s, rule, number, epsilon) for s in tuning])

    ends = []
    for rule in ("power", "constant"):
        number = max(numbers[rule], key=lambda n, rule=rule: score(rule, n, epsilons[0]))
        epsilon = max(epsilons, key=lambda e, rule=rule, n=number: score(rule, n, e))
        ends.append(np.array([run(s, rule, number, epsilon) for s in racing]))
    gaps = ends[0] - ends[1]
    return int((gaps > 0).sum()), float(np.median(gaps))


RIGHT["compared"] = [with_loops, lambda *given: list(with_loops(*given))]


WRONG["compared"] = [
    (partial(with_loops, lowest=True), "You choose the lowest"),
    (partial(with_loops, same=True), "seeds that race"),
    (partial(with_loops, back=True), "seeds that were tuned on"),
    (one_after_the_other, "one dial after the other"),
    (lambda *given: with_loops(*given)[1], "two numbers"),
    (lambda *given: (0, 0.0), "For each rule"),
]


def with_names(A, B, s, a, r, s2, terminated, rate, gamma, heads_up, *, plain=False, tails=False):
    tables = [A.copy(), B.copy()]
    learns = 0 if heads_up != tails else 1
    own, other = tables[learns], tables[learns if plain else 1 - learns]
    target = r
    if not terminated:
        target += gamma * other[s2][int(np.argmax(own[s2]))]
    own[s, a] = own[s, a] + rate * (target - own[s, a])
    return tables


def the_learner_first(*given):
    tables = with_names(*given)
    return tables if given[-1] else tables[::-1]


RIGHT["double"] = [with_names, lambda *given: tuple(with_names(*given))]


WRONG["double"] = [
    (partial(with_names, plain=True), "that is plain Q-learning"),
    (partial(with_names, tails=True), "wrong way round"),
    (the_learner_first, "then B"),
    (lambda *given: with_names(*given)[0], "two tables"),
    (lambda A, B, *given: (A, B), "With heads"),
]
