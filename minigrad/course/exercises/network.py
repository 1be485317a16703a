"""The exercises of lesson 03, *A network from parts*."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

import minigrad as mg

from .comparing import plain
from .drawing import Generator, between, normal, sizes, whole
from .exercise import Exercise, InTurn, call
from .verdict import Complaint

# A slip is what is said, and below it the wrong answer that is meant.
# fmt: off

Array = NDArray[np.float64]
Labels = NDArray[np.int64]

signal = Exercise(
    answer=0.25,
    praise="Each layer halves the mean square, four halve it four times, and then comes the root.",
    slips={
        "That is the mean square. The signal's size is its root.": 0.0625,
        "You left ReLU out: it drops half of the mean square.": 1.0,
        "That is after one layer.": 0.5**0.5,
        "That is the mean square after one layer, or the size after two.": 0.5,
        "The variance of the weights is 0.1 squared.": 25.0,
        "The variance of the weights is 0.1 squared, and the size is a root.": 625.0,
        "You left the 100 inputs out: a sum of 100 terms has 100 times the variance of one.":
            0.005 ** 2,
        "He's layers multiply the mean square by 1. What do these multiply it by?": 4.0,
    },
    otherwise="By what does one layer multiply the mean square: n times the variance of a weight, "
    "times what ReLU leaves? Do that four times, and take the root.",
)


def _rows(scores: Array, labels: Labels) -> Array:
    """Return the cross-entropy of each row."""
    exact = scores.astype(np.float64)
    top = exact.max(axis=1)
    rest = np.exp(exact - top[:, None]).sum(axis=1)
    return np.asarray(np.log(rest) + top - exact[np.arange(len(labels)), labels])


def _finite(cross_entropy: Any, scores: Array, labels: Labels) -> Any:
    loss = plain(call(cross_entropy, scores, labels))
    if not np.isfinite(loss).all():
        raise Complaint(
            "Right for small scores, not finite for large ones. Take the maximum of each row away "
            "first, and let no rounded probability meet the logarithm."
        )
    return loss


def _draw_scores(rng: Generator) -> tuple[Any, Labels]:
    n, classes = sizes(rng, 2, low=3)
    return normal(rng, n, classes).astype(np.float32), rng.integers(0, classes, n)


def _over_everything(scores: Array, labels: Labels) -> Any:
    return np.log(np.exp(scores).sum()) - scores[np.arange(len(labels)), labels].mean()


def _never_put_back(scores: Array, labels: Labels) -> Any:
    return (_rows(scores, labels) - scores.max(axis=1)).mean()


cross_entropy = InTurn(
    Exercise(
        answer=lambda scores, labels: _rows(scores, labels).mean(),
        draw=_draw_scores,
        edges=((np.array([[2, 1, 0]], dtype=np.float32), np.array([0])),),
        slips={
            "The sign: the loss is *minus* the logarithm of a probability.":
                lambda scores, labels: -_rows(scores, labels).mean(),
            "That is the sum over the examples. The mean keeps the rate independent of how many "
            "there are.": lambda scores, labels: _rows(scores, labels).sum(),
            "Those are the losses of the examples. Return their mean.": _rows,
            "You divided by the number of examples twice.":
                lambda scores, labels: _rows(scores, labels).mean() / len(labels),
            "You divided by the number of classes. The mean is over examples.":
                lambda scores, labels: _rows(scores, labels).sum() / scores.shape[1],
            "The sum of exponentials runs over all scores. Each row has its own: axis=1.":
                _over_everything,
            "The maximum was taken away inside the logarithm and never put back.": _never_put_back,
            "That is a logarithm to the base 2. Here it is the natural one.":
                lambda scores, labels: _rows(scores, labels).mean() / np.log(2),
        },
        otherwise="For one row with the scores (2, 1, 0) and label 0 it should be 0.408. Write it "
        "as logsumexp(scores) minus the score of the right class.",
    ),
    Exercise(
        answer=lambda scores, labels: _rows(scores, labels).mean(),
        use=_finite,
        edges=tuple(
            (np.array(scores, dtype=np.float32), np.array(labels))
            for scores, labels in [
                ([[2, 1, 0], [400, 401, 399], [-300, -298, -301]], [0, 2, 1]),
                ([[0, 95, 3], [1, 0, 2]], [0, 2]),
                ([[400, 0], [-400, 0], [400, -400]], [1, 0, 1]),
            ]
        ),
        praise="No overflow, no logarithm of 0, and the same number as the definition.",
        otherwise="Finite, but too low: a small constant inside the logarithm, or a clipped "
        "probability, hides how wrong a row is.",
    ),
)


def _reported(report: Any, n: int, m: int, seed: int) -> Any:
    """Hand over a `fit` that remembers what it is given and guesses everything else.

    There are ``n`` images to train on and ``m`` to test.
    """
    rng = np.random.default_rng(seed)
    rows, labels = rng.normal(size=(n + m, 3)).astype(np.float32), rng.integers(0, 10, n + m)
    names = {row.tobytes(): i for i, row in enumerate(rows)}
    guesses = (labels + (rng.random(n + m) < 0.3)) % 10
    guesses[n + 64 :] = labels[n + 64 :]  # in a file's order, the short last batch is all right
    seen: set[int] = set()
    asked: list[int] = []

    def numbers(images: Any) -> list[int]:
        images = np.asarray(getattr(images, "data", images), dtype=np.float32).reshape(-1, 3)
        return [names[row.tobytes()] for row in images]

    def read(images: Any) -> Labels:
        asked.extend(numbers(images))
        return np.array([(labels if i in seen else guesses)[i] for i in numbers(images)])

    def fit(batches: Any) -> Callable[[Any], Labels]:
        for images, _ in batches:
            seen.update(numbers(images))
        return read

    train, test = (rows[:n].copy(), labels[:n].copy()), (rows[n:].copy(), labels[n:].copy())
    answer = plain(call(report, fit, mg.data.Dataset(train, test)))
    if trouble := _what_was_read(seen, set(asked), n, m):
        raise Complaint(trouble)
    right = guesses == labels
    batches = [right[asked[i : i + 64]].mean() for i in range(0, m, 64)]
    if len(asked) == m and np.ndim(answer) == 0 and np.isclose(answer, np.mean(batches)):
        raise Complaint(
            f"The right images now, but the batches have 64 and {m - 64} of them, and each counts "
            "the same. Count images, not batches."
        )
    return answer


def _what_was_read(seen: set[int], judged: set[int], n: int, m: int) -> str:
    """Say what is wrong with the images trained on and asked about; empty when nothing is."""
    training, testing = set(range(n)), set(range(n, n + m))
    if not seen:
        return "Nothing was trained. Call fit with the training batches."
    if not judged:
        return "`read` was never asked about an image."
    if judged <= seen <= training:
        return (
            "`read` was asked only about images that `fit` had trained on. That measures its "
            "memory."
        )
    if judged <= seen <= testing:
        return "Now both halves use the test images: `fit` has trained on all that `read` is asked."
    if seen == testing:
        return "The two sets changed places: it trains on the test images. Train on the others."
    if seen & testing:
        return "`fit` gets test images as well. None of them may be trained on."
    if judged & training:
        return "Some of the images it is asked about were trained on. Leave those out."
    if seen != training:
        return f"`fit` gets only {len(seen)} of the {n} training images."
    if judged != testing:
        return f"It is asked about {len(judged)} of the {m} test images. All of them count."
    return ""


def _report(
    count: Callable[[int, int, int], float] = lambda right, m, n: right / m,
) -> Callable[[Any, Any], float]:
    """Return a report whose count is wrong."""

    def report(fit: Any, data: Any) -> float:
        read = fit([data.train])
        images, labels = data.test
        return count(int(np.sum(read(images) == labels)), len(labels), len(data.train[1]))

    return report


report = Exercise(
    answer=_report(),
    use=_reported,
    draw=lambda rng: (whole(rng, 90, 120), whole(rng, 66, 80), whole(rng, 0, 10**6)),
    edges=((100, 70, 4),),
    draws=3,
    praise="An accuracy says something about images that were not trained on.",
    slips={
        "The right images now, but that is how many of them were read.":
            _report(lambda right, m, n: right),
        "The right images now, but that is the share of mistakes.":
            _report(lambda right, m, n: 1 - right / m),
        "The right images now, but that is in per cent. Return a fraction.":
            _report(lambda right, m, n: 100 * right / m),
        "The right images now, but divided by the number of training images.":
            _report(lambda right, m, n: right / n),
        "The right images now, but divided by the number of batches.":
            _report(lambda right, m, n: right / 2),
    },
    otherwise="The right images now, and a wrong count.",
)


def _learned(learn: Any, weights: Any, images: Any, labels: Labels, lr: float, updates: int) -> Any:
    """Train a tensor in place, and return it, or what is returned."""
    theta = mg.tensor(weights.copy(), requires_grad=True)
    returned = learn(theta, images, labels, lr, updates)
    return theta if returned is None else returned


def _softmax(scores: Array) -> Array:
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return np.asarray(weights / weights.sum(axis=-1, keepdims=True))


def _learn(
    times: float = 1.0, twice: bool = False, sigmoid: bool = False, add_up: bool = False,
    total: bool = False,
) -> Callable[..., Array]:
    """Write softmax regression by formula, with the slips that a reader may make."""

    def learn(weights: Any, images: Any, labels: Labels, lr: float, updates: int) -> Array:
        theta, added = weights.numpy().astype(np.float64), 0.0
        wanted = np.eye(theta.shape[1])[labels]
        for _ in range(updates):
            scores = images @ theta
            first = 1 / (1 + np.exp(-scores)) if sigmoid else _softmax(scores)
            error = first - wanted
            if twice:
                pull = _softmax(first) - wanted
                error = first * (pull - (first * pull).sum(axis=1, keepdims=True))
            elif sigmoid:
                error = (_softmax(first) - wanted) * first * (1 - first)
            grad = images.T @ error / (1 if total else len(images))
            added = added + grad
            theta = theta - times * lr * (added if add_up else grad)
        return np.asarray(theta)

    return learn


def _draw_regression(rng: Generator) -> tuple[Any, ...]:
    n, (d, classes) = whole(rng, 8, 14), sizes(rng, 2, low=3)
    images, labels = normal(rng, n, d).astype(np.float32), rng.integers(0, classes, n)
    start, lr = normal(rng, d, classes).astype(np.float32), between(rng, 0.2, 0.8)
    return start, images, labels, lr, whole(rng, 3, 8)


learn = Exercise(
    answer=_learn(),
    use=_learned,
    draw=_draw_regression,
    draws=4,
    praise="One softmax, inside the loss.",
    slips={
        "It learns as slowly as before. How many times is a softmax taken on the way from the "
        "scores to the loss?": _learn(twice=True),
        "A larger rate does not cure it: the loss still cannot fall below its floor. Take one "
        "softmax away.": _learn(4, twice=True),
        "Ten times the rate does not cure it: the loss still cannot fall below its floor. Take "
        "one softmax away.": _learn(10, twice=True),
        "The softmax is right now. But the gradients add up: each update must begin without the "
        "last one.": _learn(add_up=True),
        "The softmax is right now. But it climbs: the update subtracts.": _learn(-1),
        "The softmax is right now. But you sum over the examples where the loss is their mean.":
            _learn(total=True),
        "Nothing has moved.": _learn(0),
        "A sigmoid is not the cure: cross_entropy takes the scores as they are.":
            _learn(sigmoid=True),
    },
    otherwise="The weights are not those of gradient descent on the mean cross-entropy of the "
    "scores. What does mg.nn.cross_entropy expect?",
)


def _of_p(rule: Callable[[Array, Array], Any]) -> Callable[[Array, int], Any]:
    return lambda scores, label: rule(_softmax(scores), np.eye(scores.size)[label])


def _squared(p: Array, wanted: Array) -> Array:
    return 2 * p * (p - wanted - p @ (p - wanted))


slope = Exercise(
    answer=_of_p(_squared),
    draw=lambda rng: (normal(rng, n := whole(rng, 3, 6)), whole(rng, 0, n - 1)),
    edges=((np.array([0.5, -1.0]), 1),),
    praise="Every slope carries a factor p: where the softmax is sure, right or wrong, it is flat.",
    slips={
        "That is the slope of the cross-entropy.": _of_p(lambda p, y: p - y),
        "That is the slope in the probabilities. The softmax still lies between them and the "
        "scores.": _of_p(lambda p, y: 2 * (p - y)),
        "Each probability depends on every score, not on its own alone.":
            _of_p(lambda p, y: 2 * (p - y) * p * (1 - p)),
        "The square's 2 is missing.": _of_p(lambda p, y: _squared(p, y) / 2),
        "The sign is turned over.": _of_p(lambda p, y: -_squared(p, y)),
        "That is the mean over the classes. Here the squares are added.":
            _of_p(lambda p, y: _squared(p, y) / p.size),
        "You have the first term. A higher score also lowers the other probabilities.":
            _of_p(lambda p, y: 2 * (p - y) * p),
        "That is the loss, not its slope.": _of_p(lambda p, y: (p - y) @ (p - y)),
    },
    otherwise="Compare with mg.grad, or with finite differences: which entries differ? There is "
    "one slope for each score.",
)
