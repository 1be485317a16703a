"""The exercises of lesson 05, *Batches*."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .verdict import Verdict, call, judge, same

Array = NDArray[np.float64]


def updates(count: Any) -> Verdict:
    """Judge the number of updates in 10 epochs over 1,437 examples with batches of 32."""
    return judge(
        count,
        450,
        "44 whole batches and a short one make 45 updates an epoch.",
        {
            "The last 29 examples of each epoch make a batch as well, a short one.": 440,
            "That is one epoch.": 45,
            "That is one epoch, and there is no fraction of an update.": 1437 / 32,
            "You let the batches reach over the end of an epoch. Round up once an epoch.": 449,
            "That is how many examples the run looks at. Each update takes 32 of them.": 14370,
            "That is batches of one example.": 1437,
            "Examples in a batch times epochs says nothing about the updates.": 320,
        },
        "How many batches of at most 32 does it take to deal out 1,437 examples? Ten times that.",
    )


def distance(error: Any) -> Verdict:
    """Judge the typical error of the gradient at B = 64, when it is 0.8 at B = 16."""
    return judge(
        error,
        0.4,
        "Four times the examples for half the error.",
        {
            "The variance falls to a quarter. The error is its square root.": 0.2,
            "Four times the examples do change it.": 0.8,
            "More examples make the estimate better, not worse.": 1.6,
            "More examples make the estimate better, and by the square root of 4.": 3.2,
            "You took the root of the error. It is the number of examples that has a root.": (
                np.sqrt(0.8)
            ),
            "You divided by √64. Only the ratio of the two batch sizes counts.": 0.1,
            "That is the variance, not its root.": 0.16,
        },
        "The variance goes with 1/B. What does its square root do when B grows fourfold?",
    )


def minibatches(function: Callable[..., Any]) -> Verdict:
    """Judge a function ``minibatches(n, batch_size, rng)`` that deals the numbers 0 ... n-1."""
    for n, size in ((22, 4), (12, 4)):
        rng = np.random.default_rng(5)
        epochs = []
        for _ in range(2):
            answer, trouble = call(function, n, size, rng)
            if trouble is not None:
                return trouble
            batches = _as_batches(answer)
            if batches is None:
                return Verdict(
                    False, "Return a list with one array of example numbers for each batch."
                )
            complaint = _complaint(batches, n, size)
            if complaint:
                return Verdict(False, complaint)
            epochs.append(np.concatenate(batches))
        if np.array_equal(epochs[0], epochs[1]):
            return Verdict(
                False, "Every epoch has the same order. Let the rng that is handed over draw it."
            )
        again, _ = call(function, n, size, np.random.default_rng(5))
        if not np.array_equal(np.concatenate(_as_batches(again) or epochs[1:]), epochs[0]):
            return Verdict(
                False,
                "Two generators with the same seed give different batches: draw with the rng "
                "that is handed over, so that a run can be repeated.",
            )
    return Verdict(True, "Each example once an epoch, in a new order every time.")


def _as_batches(answer: Any) -> list[NDArray[np.int64]] | None:
    try:
        batches = [np.asarray(batch) for batch in answer]
    except TypeError:
        return None
    if not batches or any(b.ndim != 1 or (b.size and b.dtype.kind not in "iu") for b in batches):
        return None
    return [batch.astype(np.int64) for batch in batches]


def _complaint(batches: list[NDArray[np.int64]], n: int, size: int) -> str:
    """Say what is wrong with the batches of one epoch; empty when nothing is."""
    sizes = [len(batch) for batch in batches]
    dealt = np.concatenate(batches)
    if 0 in sizes:
        return "There is an empty batch at the end. When do the examples run out?"
    if dealt.min() < 0 or dealt.max() >= n:
        return f"With n = {n} the examples are numbered from 0 to {n - 1}. You dealt others."
    if len(np.unique(dealt)) < len(dealt):
        return (
            "Some examples come twice in an epoch. Deal them out like cards, from one permutation."
        )
    if len(sizes) == size != -(-n // size):
        return "batch_size is the number of examples in a batch, not the number of batches."
    if len(dealt) == n - n % size < n:
        return "The last examples are never dealt. The last batch may be short."
    if len(dealt) < n:
        return "Some examples are never dealt. An epoch shows each of them once."
    if sizes != [size] * (n // size) + [n % size] * (n % size > 0):
        return f"Every batch but the last holds batch_size examples. Yours hold {sizes}."
    if np.array_equal(dealt, np.arange(n)):
        return "The examples come in the order in which they stand. Shuffle them."
    if all(np.array_equal(batch, np.arange(batch[0], batch[0] + len(batch))) for batch in batches):
        return "You shuffle the batches. Neighbours stay together; shuffle the examples."
    return ""


def mean_gradient(function: Callable[..., Any]) -> Verdict:
    """Judge ``mean_gradient(w, x, y)``, the gradient of the batch's mean of ½(x·w - y)²."""
    w, x = np.array([1.0, -2.0]), np.arange(10.0).reshape(5, 2) ** 1.5 / 10
    y = np.array([1.0, 0.0, -1.0, 2.0, 0.5])
    answer, trouble = call(function, w.copy(), x.copy(), y.copy())
    if trouble is not None:
        return trouble
    error = x @ w - y
    right = x.T @ error / 5
    return judge(
        answer,
        right,
        "A mean: the same batch twice would give the same step.",
        {
            "That is the sum. With it the step grows with the batch.": 5 * right,
            "You divided by the batch twice.": right / 5,
            "You divided by the number of weights, not by the number of examples.": 5 * right / 2,
            "You averaged over the weights as well. Each weight has its own slope.": (
                np.mean(error[:, None] * x)
            ),
            "A 2 too many: the ½ of the loss takes the 2 of the square away.": 2 * right,
            "It points downhill. A gradient points uphill, and the update subtracts it.": -right,
            "Those are the gradients of the single examples. Take their mean.": error[:, None] * x,
            "The slope of the error is missing: multiply each error by its inputs.": (
                np.mean(error)
            ),
            "That is the loss, not its gradient.": np.mean(error**2) / 2,
        },
        "For one example the gradient is its error, x·w - y, times its inputs. "
        "Take the mean over the batch; the result has the shape of w.",
    )


def train(function: Callable[..., Any]) -> Verdict:
    """Judge the mended ``train(gradient, theta, n, lr, batch_size, epochs, rng)``."""
    n, lr, size, epochs = 10, 0.1, 4, 3
    places = np.random.default_rng(0).normal(size=(n, 2)) * 3
    seen: list[tuple[Array, NDArray[np.int64]]] = []

    def gradient(theta: Array, chosen: NDArray[np.int64]) -> Array:
        seen.append((np.array(theta, dtype=float), np.array(chosen)))
        if not len(chosen):
            return np.zeros(2)  # an empty batch is counted below, and has no mean
        return np.asarray(theta - places[chosen].mean(axis=0))

    start = np.array([8.0, -8.0])
    end, trouble = call(
        function, gradient, start.copy(), n, lr, size, epochs, np.random.default_rng(1)
    )
    if trouble is not None:
        return trouble
    batches = [chosen for _, chosen in seen]
    if len(batches) != 3 * epochs:
        return Verdict(False, _wrong_count(len(batches), epochs))
    orders = np.array_split(np.concatenate(batches), epochs)
    if any(not np.array_equal(np.sort(order), np.arange(n)) for order in orders):
        return Verdict(False, "In some epoch an example comes twice or never.")
    walk = [theta for theta, _ in seen] + [np.asarray(end)]
    if same(walk[-1], walk[-2]):
        return Verdict(False, "You return the parameters as they were before the last update.")
    steps = [after - before for before, after in pairwise(walk)]
    full = [-lr * (theta - places[chosen].mean(axis=0)) for theta, chosen in seen]
    lengths = np.array([len(chosen) for chosen in batches])

    def scaled(factors: Any) -> Array:
        return np.asarray(full) * np.broadcast_to(factors, len(full))[:, None]

    if any(np.array_equal(orders[0], order) for order in orders[1:]):
        if same(steps, scaled(1 / lengths)):
            return Verdict(
                False,
                "Both slips are still there. Look at two things: which examples meet in a batch in "
                "each epoch, and how long a step is.",
            )
        return Verdict(False, "Every epoch deals the same batches in the same order. Shuffle anew.")
    return judge(
        steps,
        scaled(1),
        "New batches every epoch, and a mean that is divided once.",
        {
            "You divided by the batch twice: the gradient is a mean already.": scaled(1 / lengths),
            "You divided by the batch twice: the gradient is a mean already, whatever the size "
            "of the batch.": scaled(1 / size),
            "You divide by the number of examples. The gradient is a mean already.": scaled(1 / n),
            "That turns the mean into a sum: the step grows with the batch.": scaled(lengths),
            "That turns the mean into a sum: a batch of four makes four times the step.": (
                scaled(size)
            ),
            "The short batch steps less far. A mean needs no such correction.": (
                scaled(lengths / size)
            ),
            "It climbs now. The update subtracts.": scaled(-1),
            "The rate is not used.": scaled(1 / lr),
        },
        "The steps are not the rate times the mean gradient of their batches.",
    )


def _wrong_count(count: int, epochs: int) -> str:
    if count == 2 * epochs:
        return "The last, short batch of each epoch is left out."
    if count == 4 * epochs:
        return "There is an empty batch in each epoch. When do the examples run out?"
    if count == 3:
        return "That is one epoch only."
    return f"10 examples in batches of 4 are 3 updates an epoch. You made {count} in {epochs}."


def rate_for(function: Callable[..., Any]) -> Verdict:
    """Judge ``rate_for(variance, batch_size, curvature, noise)``: the rate for a ball's size."""
    cases = [(0.4, 8, 4.0, 3.0), (0.02, 2, 0.5, 1.5)]
    answers = []
    for case in cases:
        answer, trouble = call(function, *case)
        if trouble is not None:
            return trouble
        answers.append(answer)

    def each(rule: Callable[[float, float, float, float], float]) -> list[float]:
        return [rule(*case) for case in cases]

    return judge(
        answers,
        each(lambda v, b, k, s: 2 * b * k * v / (s + b * k * k * v)),
        "However large the ball may be, this rate stays below 2/λ.",
        {
            "That holds for small rates only. It leaves out the ηλ in 2 - ηλ.": (
                each(lambda v, b, k, s: 2 * b * k * v / s)
            ),
            "The batch is missing.": each(lambda v, b, k, s: 2 * k * v / (s + k * k * v)),
            "The batch belongs on the other side: a larger batch allows a larger rate.": (
                each(lambda v, b, k, s: 2 * k * v / (b * s + k * k * v))
            ),
            "A 2 is missing. Bring every term with η to one side.": (
                each(lambda v, b, k, s: b * k * v / (s + b * k * k * v))
            ),
            "A sign slipped when you brought the η over: both terms below are positive.": (
                each(lambda v, b, k, s: 2 * b * k * v / (s - b * k * k * v))
            ),
            "One λ below is missing: the term is λ times λ.": (
                each(lambda v, b, k, s: 2 * b * k * v / (s + b * k * v))
            ),
            "noise is σ² already, and you squared it.": (
                each(lambda v, b, k, s: 2 * b * k * v / (s * s + b * k * k * v))
            ),
            "You took the variance for its root and squared it.": (
                each(lambda v, b, k, s: 2 * b * k * v * v / (s + b * k * k * v * v))
            ),
            "That is the fraction upside down.": (
                each(lambda v, b, k, s: (s + b * k * k * v) / (2 * b * k * v))
            ),
            "That is the size of the ball when the rate is the first argument.": (
                each(lambda v, b, k, s: v * s / (b * k * (2 - v * k)))
            ),
        },
        "Multiply v = ησ² / (Bλ(2 - ηλ)) by the denominator, bring the two terms with η to one "
        "side, and divide.",
    )
