"""The exercises of lesson 03, *A network from parts*."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

import minigrad as mg

from .comparing import plain
from .drawing import Generator, normal, sizes, whole
from .exercise import Exercise, InTurn, call
from .tensors import softmax
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


Run = Callable[[str, float, int], float]
RATES = [0.003, 0.01, 0.03, 0.1, 0.3, 1.0]


def _compared(compare: Any, n: int, m: int, seed: int) -> Any:
    """Hand over a `run` of which nothing can be guessed, and some runs of which diverge.

    There are ``n`` seeds to choose rates with and ``m`` to judge with.
    """
    rng = np.random.default_rng(seed)
    losses, first = rng.random((2, len(RATES), n + m)), whole(rng, 1, 50)
    rates = sorted(rng.choice(RATES, 5, replace=False).tolist())
    losses[rng.random(losses.shape) < 0.1] = np.inf

    def run(name: str, lr: float, seed: int) -> float:
        return float(losses["AB".index(name), RATES.index(lr), seed - first])

    end = first + n
    return call(compare, run, rates, range(first, end), range(end, end + m))


def _best(run: Run, name: str, rates: Any, seeds: Any, middle: Any = np.median) -> float:
    return min(rates, key=lambda lr: middle([run(name, lr, seed) for seed in seeds]))


def _lower(run: Run, a: float, b: float, seeds: Any) -> int:
    return sum(run("A", a, seed) < run("B", b, seed) for seed in seeds)


def _compare(
    choose: Callable[[Any, Any], Any] = lambda tuning, fresh: tuning,
    judge: Callable[[Any, Any], Any] = lambda tuning, fresh: fresh,
    middle: Any = np.median,
    names: str = "AB",
) -> Callable[..., int]:
    """Compare with rates chosen and judged on some of the seeds."""

    def compare(run: Run, rates: Any, tuning: Any, fresh: Any) -> int:
        a, b = (_best(run, name, rates, choose(tuning, fresh), middle) for name in names)
        return _lower(run, a, b, judge(tuning, fresh))

    return compare


def _each_run_its_own(run: Run, rates: Any, tuning: Any, fresh: Any) -> int:
    def luckiest(name: str, seed: int) -> float:
        return min(run(name, lr, seed) for lr in rates)

    return sum(luckiest("A", seed) < luckiest("B", seed) for seed in fresh)


compare = Exercise(
    answer=_compare(),
    use=_compared,
    draw=lambda rng: (whole(rng, 5, 7), whole(rng, 20, 30), whole(rng, 0, 10**6)),
    edges=((5, 30, 4),),
    draws=8,
    praise="Each at its own rate, and the rates chosen on runs that do not judge them.",
    slips={
        "B ran at the rate that suits A. Each has its own best rate.": _compare(names="AA"),
        "A ran at the rate that suits B. Each has its own best rate.": _compare(names="BB"),
        "You have the best rates the wrong way round.": _compare(names="BA"),
        "The rates were chosen on the runs that judge them. That flatters whoever has more luck.":
            _compare(choose=lambda tuning, fresh: fresh),
        "The rates were chosen on all runs, those that judge them included.":
            _compare(choose=lambda tuning, fresh: [*tuning, *fresh]),
        "The rates are right. But the runs that chose them also judge them: use the fresh seeds.":
            _compare(judge=lambda tuning, fresh: tuning),
        "The rates are right. But the runs that chose them are counted as well.":
            _compare(judge=lambda tuning, fresh: [*tuning, *fresh]),
        "Each run had its own best rate. Nobody knows that rate before the run.":
            _each_run_its_own,
        "A single diverged run moves a mean to infinity. Take the median.":
            _compare(middle=np.mean),
        "That is the rate with the luckiest run. Take the median over the tuning seeds.":
            _compare(middle=np.min),
        "That is the rate whose unluckiest run is best. Take the median over the tuning seeds.":
            _compare(middle=np.max),
        "One run chose the rate. Use all the tuning seeds.":
            _compare(choose=lambda tuning, fresh: tuning[:1]),
        "That is in how many pairs A is not lower. Lower is better here.":
            lambda run, rates, tuning, fresh:
                len(fresh) - _compare()(run, rates, tuning, fresh),
        "That is a share. Return in how many pairs A is lower.":
            lambda run, rates, tuning, fresh:
                _compare()(run, rates, tuning, fresh) / len(fresh),
    },
    otherwise="First, for A and for B, the rate with the lowest median over the tuning seeds. Then "
    "count the fresh seeds with run(\"A\", its rate, seed) < run(\"B\", its rate, seed).",
)


def _of_p(rule: Callable[[Array, Array], Any]) -> Callable[[Array, int], Any]:
    return lambda scores, label: rule(softmax(scores), np.eye(scores.size)[label])


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
