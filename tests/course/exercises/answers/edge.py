"""Answers to the exercises of lesson 15: right ones written otherwise, and wrong ones."""

from functools import partial

import numpy as np

RIGHT, WRONG = {}, {}

RIGHT["hovers"] = [[80, 50], (2 * 1.6 / 0.04, 2 / 0.04), np.array([80.0, 50.0])]


WRONG["hovers"] = [
    ([50, 80], "other order"),
    ([50, 50], "Momentum moves"),
    ([80, 80], "Nothing holds it"),
    ([125, 50], "how much longer the steps"),
    ([200, 50], "Adam's form"),
    ([40, 25], "factor of 2 in both"),
    ([20, 50], "1 + μ"),
    ([3.2, 2], "Divide by η"),
    ([7, 7], "with μ = 0.6"),
]


def by_a_bound(product, u, rounds=120, *, back=True):
    length = 1.0
    for _ in range(rounds):
        u = product(u / np.linalg.norm(u))
        length = np.linalg.norm(u)
    for _ in range(3 * rounds):
        u = u / np.linalg.norm(u)
        u = product(u) + length * u
    return np.linalg.norm(u) - (length if back else 0)


def by_all_columns(product, u, *, which=-1):
    return np.linalg.eigvalsh(np.array([product(e) for e in np.eye(len(u))]))[which]


def a_length(product, u, rounds=120):
    for _ in range(rounds):
        u = product(u / np.linalg.norm(u))
    return np.linalg.norm(u)


def a_quotient(product, u, rounds=120, *, shorten=True):
    for _ in range(rounds):
        u = product(u)
        u = u / np.linalg.norm(u) if shorten else u
    return u @ product(u) if shorten else np.linalg.norm(u)


RIGHT["largest"] = [by_a_bound, by_all_columns]


WRONG["largest"] = [
    (a_length, "A length has no sign"),
    (a_quotient, "another is asked for"),
    (partial(a_quotient, rounds=60, shorten=False), "never shortened"),
    (partial(by_all_columns, which=0), "smallest"),
    (lambda product, u: u @ product(u) / (u @ u), "one product alone"),
    (lambda product, u: 1.0, "add λ"),
]


def planted(gradient, theta, u, batches, rounds, h, *, here=1, each=False):
    def mean_gradient(theta, batches):
        return np.mean([gradient(theta, b) for b in batches], axis=0)

    u = u / np.linalg.norm(u)
    for _ in range(rounds):
        if each:
            u = u / np.linalg.norm(u)
        u = (mean_gradient(theta + h * u, batches) - mean_gradient(theta, batches[:here])) / h
    return np.linalg.norm(u)


def batch_by_batch(gradient, theta, u, batches, rounds, h):
    for _ in range(rounds):
        u = u / np.linalg.norm(u)
        total = 0 * u
        for b in batches:
            total = total + (gradient(theta + h * u, b) - gradient(theta, b)) / h
        u = total / len(batches)
    return (u @ u) ** 0.5


def to_both_sides(gradient, theta, u, batches, rounds, h):
    for _ in range(rounds):
        u = u / np.linalg.norm(u)
        there, back = (
            np.mean([gradient(place, b) for b in batches], axis=0)
            for place in (theta + h * u, theta - h * u)
        )
        u = (there - back) / (2 * h)
    return np.linalg.norm(u)


RIGHT["mended"] = [batch_by_batch, partial(planted, here=None, each=True)]


WRONG["mended"] = [
    (planted, "Nothing has changed"),
    (partial(planted, here=None), "What does the length measure"),
    (partial(planted, each=True), "difference between two losses"),
    (lambda *given: len(given[3]) * batch_by_batch(*given), "The loss is their mean"),
    (lambda *given: given[5] * batch_by_batch(*given), "not divided by h"),
    (to_both_sides, "central difference, to both sides"),
    (lambda *given: 2 * to_both_sides(*given), "over 2h"),
    (lambda *given: 0.0, "Set rounds to 1, then to 2"),
    (lambda *given: 1.0, "always 1"),
]


def by_tables(run, sizes, rates, tuning, racing, *, what=0, judged=1, own=True, flip=False):
    table = np.array([[[run(s, b, r)[what] for s in tuning] for r in rates] for b in sizes])
    best = np.median(table, axis=2).argmin(axis=1)
    if not own:
        best[1] = best[0]
    first, second = (
        np.array([run(s, b, rates[i])[judged] for s in racing])
        for b, i in zip(sizes, best, strict=True)
    )
    by = second - first if flip else first - second
    return sum(by < 0), np.median(by)


RIGHT["flatter"] = [by_tables]


WRONG["flatter"] = [
    (partial(by_tables, what=1), "tune by the sharpness"),
    (partial(by_tables, judged=0), "race by the loss"),
    (partial(by_tables, own=False), "its own best"),
    (partial(by_tables, flip=True), "other way round"),
    (lambda *given: by_tables(*given)[::-1], "other order"),
    (lambda *given: by_tables(*given)[0], "two numbers"),
    (lambda *given: (0, 0), "lowest median loss"),
]


def by_projection(product, u, m, *, which=-1, more=0):
    q = [u / np.linalg.norm(u)]
    for _ in range(m + more - 1):
        w = product(q[-1])
        for old in [*q, *q]:
            w = w - (w @ old) * old
        q.append(w / np.linalg.norm(w))
    basis = np.array(q)
    return np.linalg.eigvalsh(basis @ np.array([product(v) for v in q]).T)[which]


RIGHT["lanczos"] = [by_projection]


WRONG["lanczos"] = [
    (partial(by_projection, which=0), "smallest"),
    (partial(by_projection, more=1), "too many"),
    (partial(by_projection, more=-1), "too few"),
    (lambda product, u, m: by_projection(product, u, m, which=slice(None)), "one number"),
    (lambda product, u, m: 0.0, "small matrix"),
]
