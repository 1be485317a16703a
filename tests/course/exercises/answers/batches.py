"""Answers to the exercises of lesson 05: right ones written otherwise, and wrong ones."""

from functools import partial

import numpy as np

import minigrad as mg

RIGHT, WRONG = {}, {}

RIGHT["updates"] = [150, 10 * -(-1437 // 100), np.int64(150), mg.tensor(150.0)]


WRONG["updates"] = [
    (140, "short one"),
    (15, "one epoch"),
    (14.37, "fraction"),
    (143.7, "fraction"),
    (144, "Round up once"),
    (14370, "examples the run looks at"),
    (1437, "one example"),
    (1000, "nothing about"),
    (7, "deal out"),
    ("many", "without quotes"),
]


RIGHT["distance"] = [0.3, 0.9 / np.sqrt(36 / 4), np.float32(0.3)]


WRONG["distance"] = [
    (0.1, "square root"),
    (0.9, "do change"),
    (2.7, "not worse"),
    (8.1, "make the estimate better"),
    (0.9**0.5, "root of the error"),
    (0.15, "ratio"),
    (0.09, "not its root"),
    (5, "ninefold"),
]


def by_popping(n, batch_size, rng):
    """Deal from a shuffled list, as a generator of lists."""
    deck = list(range(n))
    rng.shuffle(deck)
    while deck:
        yield [deck.pop() for _ in range(min(batch_size, len(deck)))]


def by_splitting(n, batch_size, rng):
    return np.split(rng.permutation(n), range(batch_size, n, batch_size))


def by_sorting(n, batch_size, rng):
    order = np.argsort(rng.random(n))
    return [order[i : i + batch_size] for i in range(0, n, batch_size)]


RIGHT["minibatches"] = [by_popping, by_splitting, by_sorting]


def deal(order, batch_size):
    return [order[i : i + batch_size] for i in range(0, len(order), batch_size)]


def whole_batches_shuffled(n, batch_size, rng):
    *whole, last = deal(np.arange(n), batch_size)
    return [*(whole[i] for i in rng.permutation(len(whole))), last]


WRONG["minibatches"] = [
    (lambda n, b, rng: deal(np.arange(n), b), "Shuffle them"),
    (lambda n, b, rng: deal(rng.integers(0, n, n), b), "like cards"),
    (lambda n, b, rng: deal(rng.permutation(n), b)[: n // b], "may be short"),
    (lambda n, b, rng: np.array_split(rng.permutation(n), b), "not the number of batches"),
    (lambda n, b, rng: [*deal(rng.permutation(n), b), []], "empty batch"),
    (lambda n, b, rng: deal(rng.permutation(n) + 1, b), "from 0"),
    (lambda n, b, rng: deal(rng.permutation(n - 1), b), "never dealt"),
    (lambda n, b, rng: deal(rng.permutation(n), b + 1), "Every batch but the last"),
    (whole_batches_shuffled, "shuffle the examples"),
    (lambda n, b, rng: deal(np.random.default_rng(0).permutation(n), b), "same order"),
    (lambda n, b, rng: deal(np.random.default_rng().permutation(n), b), "same seed"),
    (lambda n, b, rng: rng.permutation(n), "Return a list"),
    (lambda n, b, rng: 3, "Return a list"),
]


def in_one_go(gradient, theta, pieces):
    return gradient(theta, np.concatenate(pieces))


def one_by_one(gradient, theta, pieces):
    examples = [i for piece in pieces for i in piece]
    return [sum(slopes) / len(examples) for slopes in zip(
        *(gradient(theta, np.array([i])) for i in examples), strict=True
    )]  # fmt: skip


def by_average(gradient, theta, pieces):
    means = [gradient(theta, piece) for piece in pieces]
    return np.average(means, axis=0, weights=[len(piece) for piece in pieces])


RIGHT["accumulate"] = [one_by_one, by_average]


def added(weight, of="g"):
    """Add the pieces' gradients up with weights that a reader may take."""

    def accumulate(gradient, theta, pieces):
        result, names = 0, {"total": sum(map(len, pieces)), "count": len(pieces)}
        for piece in pieces:
            names |= {"length": len(piece), "g": gradient(theta, piece)}
            result = result + eval(weight, {}, names) * eval(of, {}, names)
        return result

    return accumulate


def stepping_between(gradient, theta, pieces):
    for piece in pieces:
        theta = theta - gradient(theta, piece)
    return theta


WRONG["accumulate"] = [
    (in_one_go, "do not fit into the memory"),
    (added("1"), "sum of the means"),
    (added("1 / count"), "mean of the means"),
    (added("length"), "sum over all examples"),
    (added("length / count"), "number of pieces"),
    (added("1 / total"), "not weighted"),
    (added("1 / length"), "once more"),
    (added("total / length"), "turned over"),
    (lambda g, t, pieces: g(t, pieces[-1]), "last piece"),
    (lambda g, t, pieces: g(t, pieces[0]), "first piece"),
    (added("-length / total"), "downhill"),
    (added("length / total", "g.mean()"), "over the parameters"),
    (stepping_between, "divide once"),
    (lambda g, t, pieces: g(t, pieces), "raised ValueError"),
]


def train(
    gradient, theta, n, lr, batch_size, epochs, rng,
    *, anew=True, divide=lambda length: 1, stop=None, keep=0, draw="permutation", one_less=False,
    first_epoch_alone=False,
):  # fmt: skip
    """Train by mini-batches, with the slips that a reader may make."""
    order = rng.permutation(n)
    before = theta
    for _ in range(1 if first_epoch_alone else epochs):
        if anew:
            order = rng.permutation(n) if draw == "permutation" else rng.integers(0, n, n)
        for start in range(0, n if stop is None else stop(n, batch_size), batch_size):
            chosen = order[start : start + batch_size]
            before = theta
            theta = theta - lr * gradient(theta, chosen) / divide(len(chosen))
    return before if one_less else theta


def by_shuffling_in_place(gradient, theta, n, lr, batch_size, epochs, rng):
    order = list(range(n))
    for _ in range(epochs):
        rng.shuffle(order)
        for batch in np.split(np.array(order), range(batch_size, n, batch_size)):
            theta = theta - lr * gradient(theta, batch)
    return list(theta)


def by_shuffling_in_place_anew(gradient, theta, n, lr, batch_size, epochs, rng):
    for _ in range(epochs):
        for batch in deal(rng.permutation(n), batch_size):
            theta -= lr * gradient(theta, batch)
    return theta


def whole_batches_in_new_order(gradient, theta, n, lr, batch_size, epochs, rng):
    batches = deal(rng.permutation(n), batch_size)
    for _ in range(epochs):
        for i in rng.permutation(len(batches)):
            theta = theta - lr * gradient(theta, batches[i])
    return theta


def as_it_stands_on_the_page(gradient, theta, n, lr, batch_size, epochs, rng):
    order = rng.permutation(n)
    starts = range(0, n - batch_size, batch_size)
    batches = [order[start : start + batch_size] for start in starts]
    for _ in range(epochs):
        rng.shuffle(batches)
        for chosen in batches:
            theta = theta - lr * gradient(theta, chosen)
    return theta


RIGHT["train"] = [train, by_shuffling_in_place]


WRONG["train"] = [
    (partial(train, **slip), hears)
    for slip, hears in [
        ({"anew": False, "divide": lambda length: length}, "once more"),
        ({"anew": False}, "same batches in the same order"),
        ({"divide": lambda length: length}, "divided by the batch twice"),
        ({"divide": lambda length: 4}, "not the rate times"),
        ({"divide": lambda length: 10}, "not the rate times"),
        ({"divide": lambda length: 1 / length}, "into a sum"),
        ({"divide": lambda length: 1 / 4}, "not the rate times"),
        ({"divide": lambda length: 4 / length}, "not the rate times"),
        ({"divide": lambda length: -1}, "climbs"),
        ({"divide": lambda length: 0.1}, "not the rate times"),
        ({"divide": lambda length: 3}, "not the rate times"),
        ({"stop": lambda n, b: n - n % b}, "left out"),
        ({"stop": lambda n, b: n + b}, "empty batch"),
        ({"first_epoch_alone": True}, "one epoch"),
        ({"draw": "integers"}, "twice or never"),
        ({"one_less": True}, "before the last update"),
    ]
]


WRONG["train"] += [
    (
        lambda g, t, n, lr, b, e, rng: train(g, t, n, lr, b, e, np.random.default_rng()),
        "can be repeated",
    ),
    (
        lambda gradient, theta, *_: theta - gradient(theta, np.arange(4)),
        "updates an epoch. You made 1 in",
    ),
    (by_shuffling_in_place_anew, "changed the theta"),
    (whole_batches_in_new_order, "in another order"),
    (as_it_stands_on_the_page, "Both promises"),
    (
        lambda g, t, n, lr, b, e, rng: train(g, t, n, lr, b, e, np.random.default_rng(3)),
        "handed over",
    ),
    (lambda g, t, n, lr, b, e, rng: train(g, t, n, 0.1, b, e, rng), "divided by the rate"),
]


def by_search(variance, batch_size, curvature, noise):
    """Bisect for the rate, without solving the formula."""
    low, high = 0.0, 2 / curvature
    for _ in range(60):
        lr = (low + high) / 2
        if lr * noise / (batch_size * curvature * (2 - lr * curvature)) < variance:
            low = lr
        else:
            high = lr
    return low


RIGHT["rate_for"] = [by_search, lambda v, b, k, s: mg.tensor(2 / (s / (b * k * v) + k))]


WRONG["rate_for"] = [
    (lambda v, b, k, s: 2 * b * k * v / s, "small rates only"),
    (lambda v, b, k, s: 2 * k * v / (s + k * k * v), "batch is missing"),
    (lambda v, b, k, s: 2 * k * v / (b * s + k * k * v), "larger batch allows"),
    (lambda v, b, k, s: b * k * v / (s + b * k * k * v), "A 2 is missing"),
    (lambda v, b, k, s: 2 * b * k * v / (s - b * k * k * v), "sign slipped"),
    (lambda v, b, k, s: 2 * b * k * v / (s + b * k * v), "λ times λ"),
    (lambda v, b, k, s: 2 * b * k * v / (s * s + b * k * k * v), "you squared it"),
    (lambda v, b, k, s: 2 * b * k * v**2 / (s + b * k * k * v**2), "took the variance"),
    (lambda v, b, k, s: (s + b * k * k * v) / (2 * b * k * v), "upside down"),
    (lambda v, b, k, s: v * s / (b * k * (2 - v * k)), "size of the ball"),
    (lambda v, b, k, s: 2 / k, "Multiply v"),
]
