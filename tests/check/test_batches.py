"""The exercises of lesson 05: right answers pass as they come, each slip hears its own name."""

import numpy as np
import pytest

import minigrad as mg
from minigrad.check import batches as lesson


@pytest.mark.parametrize("exercise", [lesson.updates, lesson.distance])
def test_a_number_left_open_says_what_to_do(exercise):
    assert exercise(...).message.startswith("Replace the three dots")


@pytest.mark.parametrize("exercise", [lesson.minibatches, lesson.mean_gradient, lesson.rate_for])
def test_a_function_left_open_says_what_to_do(exercise):
    assert exercise(lambda *_: ...).message.startswith("Replace the three dots")


@pytest.mark.parametrize("answer", [450, 10 * -(-1437 // 32), np.int64(450), mg.tensor(450.0)])
def test_updates_accepts(answer):
    assert lesson.updates(answer)


@pytest.mark.parametrize(
    ("answer", "hears"),
    [
        (440, "short one"),
        (45, "one epoch"),
        (44.90625, "fraction"),
        (1437 / 32 * 10, "Round up once"),
        (449, "Round up once"),
        (14370, "examples the run looks at"),
        (1437, "one example"),
        (320, "nothing about"),
        (7, "deal out"),
        ("many", "deal out"),
    ],
)
def test_updates_turns_down(answer, hears):
    verdict = lesson.updates(answer)
    assert not verdict and hears in verdict.message


@pytest.mark.parametrize("answer", [0.4, 0.8 / np.sqrt(64 / 16), np.float32(0.4)])
def test_distance_accepts(answer):
    assert lesson.distance(answer)


@pytest.mark.parametrize(
    ("answer", "hears"),
    [
        (0.2, "square root"),
        (0.8, "do change"),
        (1.6, "not worse"),
        (3.2, "make the estimate better"),
        (0.8**0.5, "root of the error"),
        (0.1, "ratio"),
        (0.16, "not its root"),
        (5, "fourfold"),
    ],
)
def test_distance_turns_down(answer, hears):
    verdict = lesson.distance(answer)
    assert not verdict and hears in verdict.message


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


@pytest.mark.parametrize("answer", [by_popping, by_splitting, by_sorting])
def test_minibatches_accepts(answer):
    assert lesson.minibatches(answer)


def deal(order, batch_size):
    return [order[i : i + batch_size] for i in range(0, len(order), batch_size)]


def whole_batches_shuffled(n, batch_size, rng):
    *whole, last = deal(np.arange(n), batch_size)
    return [*(whole[i] for i in rng.permutation(len(whole))), last]


@pytest.mark.parametrize(
    ("answer", "hears"),
    [
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
    ],
)
def test_minibatches_turns_down(answer, hears):
    verdict = lesson.minibatches(answer)
    assert not verdict and hears in verdict.message


def by_backward(w, x, y):
    """Let the engine find the gradient."""
    weights = mg.tensor(w, requires_grad=True)
    (0.5 * mg.mean((mg.matmul(x, weights) - y) ** 2)).backward()
    return weights.grad


def one_by_one(w, x, y):
    return sum((row @ w - value) * row for row, value in zip(x, y, strict=True)) / len(y)


@pytest.mark.parametrize("answer", [by_backward, one_by_one])
def test_mean_gradient_accepts(answer):
    assert lesson.mean_gradient(answer)


@pytest.mark.parametrize(
    ("answer", "hears"),
    [
        (lambda w, x, y: x.T @ (x @ w - y), "That is the sum"),
        (lambda w, x, y: x.T @ (x @ w - y) / len(y) ** 2, "divided by the batch twice"),
        (lambda w, x, y: x.T @ (x @ w - y) / len(w), "number of weights"),
        (lambda w, x, y: np.mean((x @ w - y)[:, None] * x), "its own slope"),
        (lambda w, x, y: 2 * x.T @ (x @ w - y) / len(y), "2 too many"),
        (lambda w, x, y: x.T @ (y - x @ w) / len(y), "downhill"),
        (lambda w, x, y: (x @ w - y)[:, None] * x, "single examples"),
        (lambda w, x, y: np.mean(x @ w - y), "multiply each error"),
        (lambda w, x, y: np.mean((x @ w - y) ** 2) / 2, "That is the loss"),
        (lambda w, x, y: w, "Take the mean"),
    ],
)
def test_mean_gradient_turns_down(answer, hears):
    verdict = lesson.mean_gradient(answer)
    assert not verdict and hears in verdict.message


def train(
    gradient, theta, n, lr, batch_size, epochs, rng,
    *, anew=True, divide=lambda length: 1, stop=None, keep=0, draw="permutation", one_less=False,
):  # fmt: skip
    """Train by mini-batches, with the slips that a reader may make."""
    order = rng.permutation(n)
    before = theta
    for _ in range(epochs):
        if anew:
            order = rng.permutation(n) if draw == "permutation" else rng.integers(0, n, n)
        for start in range(0, n if stop is None else stop, batch_size):
            chosen = order[start : start + batch_size]
            before = theta
            theta = theta - lr * gradient(theta, chosen) / divide(len(chosen))
    return before if one_less else theta


def by_shuffling_in_place(gradient, theta, n, lr, batch_size, epochs, rng):
    order, step = list(range(n)), 0
    for _ in range(epochs):
        rng.shuffle(order)
        for batch in np.split(np.array(order), range(batch_size, n, batch_size)):
            step = lr * gradient(theta, batch)
            theta -= step
    return list(theta)


@pytest.mark.parametrize("answer", [train, by_shuffling_in_place])
def test_train_accepts(answer):
    assert lesson.train(answer)


@pytest.mark.parametrize(
    ("slip", "hears"),
    [
        ({"anew": False, "divide": lambda length: length}, "Both slips"),
        ({"anew": False}, "same batches in the same order"),
        ({"divide": lambda length: length}, "divided by the batch twice"),
        ({"divide": lambda length: 4}, "divided by the batch twice"),
        ({"divide": lambda length: 10}, "number of examples"),
        ({"divide": lambda length: 1 / length}, "into a sum"),
        ({"divide": lambda length: 1 / 4}, "into a sum"),
        ({"divide": lambda length: 4 / length}, "short batch steps less"),
        ({"divide": lambda length: -1}, "climbs"),
        ({"divide": lambda length: 0.1}, "rate is not used"),
        ({"divide": lambda length: 3}, "not the rate times"),
        ({"stop": 8}, "left out"),
        ({"stop": 13}, "empty batch"),
        ({"stop": 4}, "one epoch"),
        ({"draw": "integers"}, "twice or never"),
        ({"one_less": True}, "before the last update"),
    ],
)
def test_train_turns_down(slip, hears):
    verdict = lesson.train(lambda *arguments: train(*arguments, **slip))
    assert not verdict and hears in verdict.message


def test_train_counts_other_numbers_of_updates():
    verdict = lesson.train(lambda gradient, theta, *_: theta - gradient(theta, np.arange(4)))
    assert "You made 1 in 3" in verdict.message


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


@pytest.mark.parametrize(
    "answer", [by_search, lambda v, b, k, s: mg.tensor(2 / (s / (b * k * v) + k))]
)
def test_rate_for_accepts(answer):
    assert lesson.rate_for(answer)


@pytest.mark.parametrize(
    ("answer", "hears"),
    [
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
    ],
)
def test_rate_for_turns_down(answer, hears):
    verdict = lesson.rate_for(answer)
    assert not verdict and hears in verdict.message
