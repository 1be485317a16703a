"""The exercises of lesson 03, *A network from parts*."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import tensor
from ..data import Dataset
from .verdict import Verdict, call, judge, same

Array = NDArray[np.float64]
Function = Callable[..., Any]

# Scores on which the naive softmax overflows in float32, and rows so far apart that one
# maximum for all of them is not enough.
SCORES = np.array([[2, 1, 0], [400, 401, 399], [-300, -298, -301], [0, 95, 3]], dtype=np.float32)
LABELS = np.array([0, 2, 1, 0])


def signal(size: Any) -> Verdict:
    """Judge the signal after 4 ReLU layers of 100 units, weights of deviation 0.1, from size 1."""
    return judge(
        size,
        0.25,
        "Each layer halves the mean square, four halve it four times, and then comes the root.",
        {
            "That is the mean square. The signal's size is its root.": 0.0625,
            "You left ReLU out: it drops half of the mean square.": 1.0,
            "That is after one layer.": 0.5**0.5,
            "That is the mean square after one layer, or the size after two.": 0.5,
            "The variance of the weights is 0.1 squared.": 25.0,
            "The variance of the weights is 0.1 squared, and the size is a root.": 625.0,
            "You left the 100 inputs out: a sum of 100 terms has 100 times the variance of "
            "one.": 0.005**2,
            "He's layers multiply the mean square by 1. What do these multiply it by?": 4.0,
        },
        "By what does one layer multiply the mean square: n times the variance of a weight, "
        "times what ReLU leaves? Do that four times, and take the root.",
    )


def cross_entropy(function: Function) -> Verdict:
    """Judge ``cross_entropy(scores, labels)``, the mean over the rows, safe from overflow."""
    scores = SCORES.copy()
    with np.errstate(all="ignore"):
        small, trouble = call(function, scores[:1], LABELS[:1])
        if trouble is not None:
            return trouble
        answer, trouble = call(function, scores, LABELS.copy())
    if trouble is not None:
        return trouble
    if not same(scores, SCORES):
        return Verdict(False, "Your function changed the scores it was given. Make new ones.")
    exact = SCORES.astype(np.float64)
    rest = np.exp(exact - exact.max(axis=1, keepdims=True)).sum(axis=1)
    rows = np.log(rest) + exact.max(axis=1) - exact[range(4), LABELS]
    if np.shape(answer) == ():
        if same(small, rows[0]) and not np.isfinite(float(answer)):
            return Verdict(
                False,
                "Right for small scores, not finite for large ones. Take the maximum of each row "
                "away first, and let no rounded probability meet the logarithm.",
            )
        capped = 0.1 < float(answer) / rows.mean() < 0.6  # what 1e-5 and less leave of 95
        if same(small, rows[0]) and capped and not same(answer, rows.mean() / 4):
            return Verdict(
                False,
                "Finite, but too low: a small constant inside the logarithm, or a clipped "
                "probability, hides how wrong the last row is.",
            )
    everything = np.log(np.exp(exact - exact.max()).sum()) + exact.max()
    return judge(
        answer,
        rows.mean(),
        "No overflow, no logarithm of 0, and the same number as the definition.",
        {
            "The sign: the loss is *minus* the logarithm of a probability.": -rows.mean(),
            "That is the sum over the examples. The mean keeps the rate independent of how many "
            "there are.": rows.sum(),
            "Those are the losses of the examples. Return their mean.": rows,
            "You divided by the number of examples twice.": rows.mean() / 4,
            "You divided by the number of classes. The mean is over examples.": rows.sum() / 3,
            "The sum of exponentials runs over all scores. Each row has its own: axis=1.": (
                everything - exact[range(4), LABELS].mean()
            ),
            "The maximum was taken away inside the logarithm and never put back.": (
                np.log(rest) - exact[range(4), LABELS]
            ).mean(),
            "That is a logarithm to the base 2. Here it is the natural one.": (
                rows.mean() / np.log(2)
            ),
        },
        "For one row with the scores (2, 1, 0) and label 0 it should be 0.408. Write it as "
        "logsumexp(scores) minus the score of the right class.",
    )


def report(function: Function) -> Verdict:
    """Judge the mended ``report(fit, data)``, the accuracy on images not trained on.

    ``fit`` remembers the labels of what it is given, and guesses the label of everything else.
    """
    rng = np.random.default_rng(4)
    rows, labels = rng.normal(size=(100 + 70, 3)).astype(np.float32), rng.integers(0, 10, 170)
    names = {row.tobytes(): i for i, row in enumerate(rows)}
    guesses = (labels + (rng.random(170) < 0.3)) % 10
    guesses[-6:] = labels[-6:]  # in a file's order, the short last batch is all right
    trained: set[int] = set()
    asked: list[int] = []

    def numbers(images: Any) -> list[int]:
        images = np.asarray(getattr(images, "data", images), dtype=np.float32).reshape(-1, 3)
        return [names[row.tobytes()] for row in images]

    def read(images: Any) -> NDArray[np.int64]:
        asked.extend(numbers(images))
        return np.array(
            [labels[i] if i in trained else guesses[i] for i in numbers(images)], dtype=np.int64
        )

    def fit(batches: Any) -> Callable[[Any], NDArray[np.int64]]:
        for images, _ in batches:
            trained.update(numbers(images))
        return read

    data = Dataset((rows[:100], labels[:100]), (rows[100:], labels[100:]))
    answer, trouble = call(function, fit, data)
    if trouble is not None:
        return trouble
    seen, judged = trained, set(asked)
    for_training, for_judging = set(range(100)), set(range(100, 170))
    if not seen:
        return Verdict(False, "Nothing was trained. Call fit with the training batches.")
    if not judged:
        return Verdict(False, "`read` was never asked about an image.")
    if judged <= seen <= for_training:
        return Verdict(
            False,
            "`read` was asked only about images that `fit` had trained on. That measures its "
            "memory.",
        )
    if judged <= seen <= for_judging:
        return Verdict(
            False,
            "Now both halves use the test images: `fit` has trained on all that `read` is asked.",
        )
    if seen == for_judging:
        return Verdict(
            False, "The two sets changed places: it trains on the test images. Train on the others."
        )
    if seen & for_judging:
        return Verdict(False, "`fit` gets test images as well. None of them may be trained on.")
    if judged & for_training:
        return Verdict(
            False, "Some of the images it is asked about were trained on. Leave those out."
        )
    if seen != for_training:
        return Verdict(False, f"`fit` gets only {len(seen)} of the 100 training images.")
    if judged != for_judging:
        return Verdict(
            False, f"It is asked about {len(judged)} of the 70 test images. All of them count."
        )
    right = guesses[100:] == labels[100:]
    accuracy, count = right.mean(), right.sum()
    if np.shape(answer) == () and _batch_means(asked, right, answer):
        return Verdict(
            False,
            "The right images now, but the batches have 64 and 6 of them, and each counts the "
            "same. Count images, not batches.",
        )
    return judge(
        answer,
        accuracy,
        "An accuracy says something about images that were not trained on.",
        {
            "The right images now, but that is how many of them were read.": count,
            "The right images now, but that is the share of mistakes.": 1 - accuracy,
            "The right images now, but that is in per cent. Return a fraction.": 100 * accuracy,
            "The right images now, but divided by the number of training images.": count / 100,
            "The right images now, but divided by the number of batches.": count / 2,
        },
        f"The right images now, and a wrong count. Of the 70 test images it reads {count}.",
    )


def _batch_means(asked: list[int], right: NDArray[np.bool_], answer: Any) -> bool:
    """Whether an answer is the mean of the accuracies of a batch of 64 and one of 6."""
    order = right[np.array(asked) - 100]
    means = (order[:64].mean() + order[64:].mean()) / 2
    return len(asked) == 70 and same(answer, means) and not same(answer, right.mean())


def learn(function: Function) -> Verdict:
    """Judge the mended ``learn(weights, images, labels, lr, updates)``, which trains in place."""
    rng = np.random.default_rng(3)
    x, y = rng.normal(size=(12, 5)).astype(np.float32), rng.integers(0, 4, 12)
    start = rng.normal(size=(5, 4)).astype(np.float32)
    lr, updates = 0.5, 7
    theta = tensor(start, requires_grad=True)
    answer, trouble = call(function, theta, x, y, lr, updates)
    if answer is None:  # training changes the weights themselves, so nothing has to come back
        answer = theta
        if trouble is not None and "raised" in trouble.message:
            return trouble
    elif trouble is not None:
        return trouble

    def walk(lr: float = lr, **slips: Any) -> Array:
        return _walk(start, x, y, lr, updates, **slips)

    answer = getattr(answer, "data", answer)
    return judge(
        answer,
        walk(),
        "One softmax, inside the loss.",
        {
            "It learns as slowly as before. How many times is a softmax taken on the way from the "
            "scores to the loss?": walk(twice=True),
            "A larger rate does not cure it: the loss still cannot fall below its floor. Take one "
            "softmax away.": walk(4 * lr, twice=True),
            "Ten times the rate does not cure it: the loss still cannot fall below its floor. "
            "Take one softmax away.": walk(10 * lr, twice=True),
            "The softmax is right now. But the gradients add up: each update must begin without "
            "the last one.": walk(add_up=True),
            "The softmax is right now. But it climbs: the update subtracts.": walk(-lr),
            "The softmax is right now. But you sum over the examples where the loss is their "
            "mean.": walk(len(x) * lr),
            "Nothing has moved.": start,
            "A sigmoid is not the cure: cross_entropy takes the scores as they are.": walk(
                sigmoid=True
            ),
        },
        "The weights are not those of gradient descent on the mean cross-entropy of the scores. "
        "What does mg.nn.cross_entropy expect?",
    )


def slope(function: Function) -> Verdict:
    """Judge ``slope(scores, label)``: of the squared error of the probabilities, in the scores."""
    cases = [(np.array([1.0, -0.5, 0.3, 2.0]), 1), (np.array([0.2, 0.1, -1.0]), 0)]
    answers = []
    for scores, label in cases:
        answer, trouble = call(function, scores.copy(), label)
        if trouble is not None:
            return trouble
        answers.append(answer)

    def each(rule: Callable[[Array, Array], Any]) -> Array:
        return np.concatenate(
            [
                np.atleast_1d(rule(_softmax(scores), np.eye(scores.size)[label]))
                for scores, label in cases
            ]
        )

    def squared(p: Array, wanted: Array) -> Array:
        return 2 * p * (p - wanted - p @ (p - wanted))

    try:
        together = np.concatenate(
            [np.atleast_1d(np.asarray(getattr(a, "data", a), dtype=float)) for a in answers]
        )
    except (TypeError, ValueError):
        return Verdict(False, "Return an array with one slope for each score.")
    return judge(
        together,
        each(squared),
        "Every slope carries a factor p: where the softmax is sure, right or wrong, it is flat.",
        {
            "That is the slope of the cross-entropy.": each(lambda p, y: p - y),
            "That is the slope in the probabilities. The softmax still lies between them and the "
            "scores.": each(lambda p, y: 2 * (p - y)),
            "Each probability depends on every score, not on its own alone.": (
                each(lambda p, y: 2 * (p - y) * p * (1 - p))
            ),
            "The square's 2 is missing.": each(lambda p, y: squared(p, y) / 2),
            "The sign is turned over.": each(lambda p, y: -squared(p, y)),
            "That is the mean over the classes. Here the squares are added.": (
                each(lambda p, y: squared(p, y) / p.size)
            ),
            "You have the first term. A higher score also lowers the other probabilities.": (
                each(lambda p, y: 2 * (p - y) * p)
            ),
            "That is the loss, not its slope.": each(lambda p, y: (p - y) @ (p - y)),
        },
        "Compare with mg.grad, or with finite differences: which entries differ?",
    )


def _softmax(scores: Array) -> Array:
    weights: Array = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return weights / weights.sum(axis=-1, keepdims=True)


def _walk(
    start: Any,
    x: Any,
    y: Any,
    lr: float,
    updates: int,
    *,
    twice: bool = False,
    sigmoid: bool = False,
    add_up: bool = False,
) -> Array:
    """Train softmax regression by formula, with the slips that a reader may make."""
    theta, total = start.astype(np.float64), np.zeros_like(start, dtype=np.float64)
    wanted = np.eye(start.shape[1])[y]
    for _ in range(updates):
        scores = x @ theta
        first = 1 / (1 + np.exp(-scores)) if sigmoid else _softmax(scores)
        if twice:
            pull = _softmax(first) - wanted
            error = first * (pull - (first * pull).sum(axis=1, keepdims=True))
        elif sigmoid:
            error = (_softmax(first) - wanted) * first * (1 - first)
        else:
            error = first - wanted
        grad = x.T @ error / len(x)
        total = total + grad
        theta = theta - lr * (total if add_up else grad)
    return theta
