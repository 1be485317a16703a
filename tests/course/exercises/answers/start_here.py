"""Answers to the exercises of lesson 00: right ones written otherwise, and wrong ones."""

from functools import partial

import numpy as np

import minigrad as mg

RIGHT, WRONG = {}, {}

RIGHT["landing"] = [0.6, np.float32(0.6), 3 - 0.4 * 6, mg.tensor(0.6)]
WRONG["landing"] = [
    (5.4, "uphill"),
    (2.4, "length of the step"),
    (2.6, "multiplies the slope"),
    (1.8, "not θ"),
    (-3, "slope alone"),
    (0, "What is the slope"),
    ("0.6", "without quotes"),
]


def limit_by_search(a, b):
    """Walk with more and more, and see where it begins to grow."""
    low, high = 0.0, 100.0
    for _ in range(80):
        middle = (low + high) / 2
        grows = max(abs(1 - 2 * a * middle), abs(1 - 2 * b * middle)) > 1
        low, high = (low, middle) if grows else (middle, high)
    return low


RIGHT["limit"] = [
    lambda a, b: min(1 / a, 1 / b),
    lambda a, b: 2 / (2 * a if a > b else 2 * b),
    lambda a, b: np.float32(1) / np.maximum(a, b),
    limit_by_search,
]
WRONG["limit"] = [
    (lambda a, b: 2 / max(a, b), "Twice too large"),
    (lambda a, b: 2 / b, "factor of each coordinate"),
    (lambda a, b: 1 / min(a, b), "long flown off"),
    (lambda a, b: 1 / b, "while b is the larger"),
    (lambda a, b: 1 / a, "while a is the larger"),
    (lambda a, b: 1 / (a + b), "equally long"),
    (lambda a, b: 0.5 / max(a, b), "in one update"),
    (lambda a, b: 0.5, "factor of each coordinate"),
    (lambda a, b: 1 / max(a, c), "raised NameError"),  # noqa: F821
    (lambda a, b: None, "return"),
    (0.5, "without calling it"),
]


def aslant(lr, updates, *, sign=-1, rate=True, start=True):
    """Walk through the aslant valley by the engine, with slips."""
    theta = mg.tensor([-9.0, 1.0], requires_grad=True, dtype=mg.float64)
    path = [theta.numpy().copy()] if start else []
    for _ in range(updates):
        theta.grad = None
        (0.1 * (theta[0] + theta[1]) ** 2 + 2 * theta[1] ** 2).backward()
        with mg.no_grad():
            theta += sign * (lr if rate else 1) * theta.grad
        path.append(theta.numpy().copy())
    return np.array(path)


def by_matrix(lr, updates):
    once = np.eye(2) - lr * np.array([[0.2, 0.2], [0.2, 4.2]])
    return [np.linalg.matrix_power(once, t) @ [-9.0, 1.0] for t in range(updates + 1)]


def one_after_the_other(lr, updates, *, swapped=False):
    x1, x2 = -9.0, 1.0
    path = [(x1, x2)]
    for _ in range(updates):
        if swapped:
            x2 -= lr * (0.2 * (x1 + x2) + 4 * x2)
            x1 -= lr * 0.2 * (x1 + x2)
        else:
            x1 -= lr * 0.2 * (x1 + x2)
            x2 -= lr * (0.2 * (x1 + x2) + 4 * x2)
        path.append((x1, x2))
    return path


def never_copied(lr, updates):
    place = np.array([-9.0, 1.0])
    path = [place]
    for _ in range(updates):
        place -= lr * np.array([[0.2, 0.2], [0.2, 4.2]]) @ place
        path.append(place)
    return np.array(path)


RIGHT["descend"] = [aslant, by_matrix]
WRONG["descend"] = [
    (one_after_the_other, "What is x1 when"),
    (partial(one_after_the_other, swapped=True), "too late"),
    (partial(aslant, sign=1), "climbs"),
    (partial(aslant, rate=False), "rate is not used"),
    (partial(aslant, start=False), "lacks its start"),
    (never_copied, "Append a copy"),
    (lambda lr, updates: aslant(lr, updates)[-1], "last place alone"),
    (lambda lr, updates: aslant(0.1, updates), "do not follow"),
]

RIGHT["rate"] = [0.41, 0.45, 2 / 4.2, np.float32(0.48)]
WRONG["rate"] = [
    (0.4, "Too small"),
    (0.01, "Too small"),
    (0.49, "Close"),
    (0.51, "Too big"),
    (0.0, "stand still or climb"),
    (-0.4, "stand still or climb"),
    ("0.45", "without quotes"),
    ([0.45, 0.46], "one number"),
    (float("nan"), "one number"),
]


def in_pairs(first, second):
    pairs = list(zip(first, second, strict=True))
    return sum(a < b for a, b in pairs), sorted(a - b for a, b in pairs)


def by_hand(first, second):
    lower, apart = in_pairs(first, second)
    middle = len(apart) // 2
    return lower, apart[middle] if len(apart) % 2 else (apart[middle - 1] + apart[middle]) / 2


def difference(first, second):
    return np.array(first) - np.array(second)


RIGHT["compare"] = [
    by_hand,
    lambda first, second: [
        (difference(first, second) < 0).sum(),
        np.quantile(difference(first, second), 0.5),
    ],
]
WRONG["compare"] = [
    (lambda f, s: ((difference(f, s) > 0).sum(), np.median(difference(f, s))), "is higher"),
    (lambda f, s: (by_hand(f, s)[0], np.median(f) - np.median(s)), "paired with whom"),
    (lambda f, s: (by_hand(f, s)[0], np.mean(f) - np.mean(s)), "mean of the differences"),
    (lambda f, s: (by_hand(f, s)[0], -by_hand(f, s)[1]), "first minus second"),
    (lambda f, s: (by_hand(f, s)[0] / len(f), by_hand(f, s)[1]), "not a part of them"),
    (lambda f, s: by_hand(f, s)[::-1], "First the count"),
    (lambda f, s: in_pairs(f, s)[0], "two numbers"),
    (lambda f, s: f < s, "two numbers"),
    (lambda f, s: (by_hand(f, s)[0], np.median(f - s)), "raised TypeError"),
]
