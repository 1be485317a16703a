"""The tasks of assignment 6, *Stability and generalising*."""

import math
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from minigrad.course.exercises import Exercise
from minigrad.course.exercises.drawing import Generator, between, normal, sizes, whole

from ..task import Task

# A slip is what is said, and below it the wrong answer that is meant.
# fmt: off

Array = NDArray[np.float64]


# 1. The signal through a deep network


def _through(rule: Callable[[int, int, float], float]) -> Callable[[int, int, float], float]:
    return lambda depth, width, std: rule(depth, width, std)


signal = Exercise(
    answer=_through(lambda depth, n, std: (n * std**2 / 2) ** depth),
    draw=lambda rng: (whole(rng, 2, 6), whole(rng, 10, 60), between(rng, 0.1, 0.3)),
    draws=8,
    edges=((1, 50, 0.2), (30, 50, 0.2), (3, 50, 0.1)),
    praise="He's 2/n keeps it at 1, however deep the network is.",
    slips={
        "ReLU lets half of the mean square through: each layer has a factor ½.":
            _through(lambda depth, n, std: (n * std**2) ** depth),
        "That is the factor of one layer. There are `depth` of them, one after the other.":
            _through(lambda depth, n, std: n * std**2 / 2),
        "The layers multiply. You added.": _through(lambda depth, n, std: depth * n * std**2 / 2),
        "That is the root: the mean square was asked for.":
            _through(lambda depth, n, std: (n * std**2 / 2) ** (depth / 2)),
        "A sum of n products has n times the variance: the width is missing.":
            _through(lambda depth, n, std: (std**2 / 2) ** depth),
        "The variance of a weight is the square of `std`.":
            _through(lambda depth, n, std: (n * std / 2) ** depth),
        "The first layer counts as well.":
            _through(lambda depth, n, std: (n * std**2 / 2) ** (depth - 1)),
    },
    otherwise="A sum over n inputs has n · std² times their mean square, and ReLU leaves half of "
    "it: (n · std²/2) for each layer.",
)


# 2. One step of unequal pieces


def _by_norm(g: Array, limit: float) -> Array:
    length = np.linalg.norm(g)
    return g * (limit / length) if length > limit else g


def _one_step(
    mean: Callable[[Array, Array], Array] = lambda g, n: n @ g / n.sum(),
    clip: Callable[[Array, float], Array] = _by_norm,
    each: Callable[[Array, float], Array] = lambda g, limit: g,
) -> Callable[..., Array]:
    def one_step(pieces: Array, counts: Array, limit: float) -> Array:
        pieces = np.array([each(g, limit) for g in np.asarray(pieces)])
        return clip(mean(pieces, np.asarray(counts)), limit)

    return one_step


def _pieces(rng: Generator) -> tuple[Array, Array, float]:
    k, n = sizes(rng, 2, 2, 4)
    pieces = normal(rng, k, n)
    counts = rng.choice(np.arange(2, 30), k, replace=False)
    length = float(np.linalg.norm(counts @ pieces / counts.sum()))
    return pieces, counts, round(length * float(rng.choice([0.3, 0.6, 2.0])), 3)


one_step = Exercise(
    answer=_one_step(),
    draw=_pieces,
    draws=9,
    edges=(
        (np.array([[3.0, 4.0], [3.0, 4.0]]), np.array([8, 2]), 1.0),
        (np.array([[30.0, 0.0], [-10.0, 0.3]]), np.array([10, 30]), 1.0),
        (np.zeros((2, 3)), np.array([4, 5]), 1.0),
        (np.array([[0.01, 0.02], [0.03, -0.01]]), np.array([2, 3]), 1.0),
    ),
    praise="First the gradient of the whole batch, then one cut.",
    slips={
        "The pieces are not equally large: weigh each by its number of examples.":
            _one_step(lambda g, n: g.mean(axis=0)),
        "The pieces are summed. The gradient of the whole batch is their mean.":
            _one_step(lambda g, n: g.sum(axis=0)),
        "Divide by the number of examples in all.": _one_step(lambda g, n: n @ g),
        "Each piece is clipped for itself. Clip the mean, once.":
            _one_step(clip=lambda g, limit: g, each=_by_norm),
        "That clips by value, and turns the gradient. Shorten the whole of it.":
            _one_step(clip=lambda g, limit: np.clip(g, -limit, limit)),
        "Short gradients stay as they are: only what is longer than the limit is shortened.":
            _one_step(clip=lambda g, limit: g * (limit / max(float(np.linalg.norm(g)), 1e-300))),
        "The length is the root of the sum of squares. You forgot the root.":
            _one_step(clip=lambda g, limit: g * min(1.0, limit / max(float(g @ g), 1e-300))),
        "The length is the root of the sum of squares, not the sum of the sizes.":
            _one_step(clip=lambda g, limit: g * min(1.0, limit / max(float(abs(g).sum()), 1e-300))),
        "Nothing is clipped.": _one_step(clip=lambda g, limit: g),
    },
    otherwise="The mean of the pieces, each weighted by its count; then times limit/length, if it "
    "is longer than the limit.",
)


# 3. Layer normalisation


def _normed(
    center: Callable[[Array], Array] = lambda z: z - z.mean(axis=1, keepdims=True),
    spread: Callable[[Array], Array] = lambda z: z.var(axis=1, keepdims=True),
    below: Callable[[Array, float], Array] = lambda v, eps: np.sqrt(v + eps),
    affine: Callable[[Array, Array, Array], Array] = lambda y, gain, shift: gain * y + shift,
) -> Callable[..., Array]:
    def layer_norm(z: Array, gain: Array, shift: Array, eps: float) -> Array:
        return affine(center(z) / below(spread(z), eps), gain, shift)

    return layer_norm


def _rows(rng: Generator) -> tuple[Array, Array, Array, float]:
    rows, n = sizes(rng, 2, 3, 5)
    z = normal(rng, rows, n) * rng.choice([0.3, 1.0, 4.0], (rows, 1)) + normal(rng, rows, 1)
    return np.round(z, 2), normal(rng, n), normal(rng, n), between(rng, 0.05, 0.4)


layer_norm = Exercise(
    answer=_normed(),
    draw=_rows,
    draws=8,
    edges=((np.array([[1.0, 1.0, 1.0], [0.0, 3.0, 6.0]]), np.array([1.0, 2.0, -1.0]),
            np.array([0.0, 1.0, 0.5]), 0.1),),
    praise="Each example by itself: no batch, and so no difference between training and use.",
    slips={
        "That normalises each column over the batch, as batch normalisation does. Here each row "
        "is normalised by itself.": _normed(
            lambda z: z - z.mean(axis=0), lambda z: z.var(axis=0, keepdims=True)),
        "One mean and one variance for all. Each row has its own.": _normed(
            lambda z: z - z.mean(), lambda z: z.var(keepdims=True)),
        "ε is added to the variance, under the root.":
            _normed(below=lambda v, eps: np.sqrt(v) + eps),
        "The root is missing: divide by the standard deviation.":
            _normed(below=lambda v, eps: v + eps),
        "The variance divides by n here, not by n - 1.":
            _normed(spread=lambda z: z.var(axis=1, ddof=1, keepdims=True)),
        "The mean is not subtracted.": _normed(center=lambda z: z),
        "The variance is that of the distances from the mean, not the mean square.":
            _normed(spread=lambda z: (z**2).mean(axis=1, keepdims=True)),
        "Gain and shift are missing.": _normed(affine=lambda y, gain, shift: y),
        "The shift is added last: the gain does not multiply it.":
            _normed(affine=lambda y, gain, shift: gain * (y + shift)),
        "Gain and shift have changed places.":
            _normed(affine=lambda y, gain, shift: shift * y + gain),
    },
    otherwise="(z - mean)/√(variance + eps) with mean and variance of each row, then gain · … + "
    "shift.",
)


# 4. Early stopping


def _stopping(
    *, better: Callable[[float, float, float], bool] = lambda new, best, by: new < best - by,
    off: int = 0, reset: bool = True, kept_last: bool = False, previous: bool = False,
    counted: int = 0,
) -> Callable[..., tuple[int, int]]:
    def stop_at(losses: Sequence[float], patience: int, by: float) -> tuple[int, int]:
        best, kept, waited, before = math.inf, 0, 0, math.inf
        for epoch, loss in enumerate(losses):
            if better(loss, before if previous else best, by):
                best, kept = loss, epoch
                waited = 0 if reset else waited
            else:
                waited += 1
                if waited >= patience + off:
                    return (epoch if kept_last else kept), epoch + 1 + counted
            before = loss
        return (len(losses) - 1 if kept_last else kept), len(losses) + counted

    return stop_at


def _curve(rng: Generator) -> tuple[list[float], int, float]:
    n, at = whole(rng, 7, 11), whole(rng, 2, 5)
    smooth = 1 + 0.05 * (np.arange(n) - at) ** 2
    losses = np.round(smooth + 0.15 * rng.normal(size=n), 2)
    if rng.random() < 0.3:
        losses[whole(rng, 1, n - 1)] = np.nan
    return losses.tolist(), whole(rng, 1, 3), float(rng.choice([0.0, 0.045, 0.105]))


stop_at = Exercise(
    answer=_stopping(),
    draw=_curve,
    draws=14,
    edges=(
        ([1.0, 0.8, 0.9, 0.85, 0.7, 0.75, 0.9, 0.95], 2, 0.0),
        ([1.0, 0.8, 0.9, 0.85, 0.7, 0.75, 0.9, 0.95], 3, 0.0),
        ([1.0, 0.97, 0.94, 0.91, 0.88], 3, 0.05),
        ([2.0, 1.5, math.nan, 1.6, 1.4], 2, 0.0),
        ([1.0, 1.0, 1.0, 0.9], 2, 0.0),
        ([2.0, 1.0, 1.5, 1.4, 1.3], 2, 0.0),
        ([1.0, 0.7, 0.8, 0.6, 0.65, 0.5, 0.52, 0.4], 3, 0.0),
        ([0.9, 0.8, 0.7], 2, 0.0),
    ),
    praise="The weights that are kept are older than the last ones.",
    slips={
        "`by` is ignored: a loss counts as better only if it is lower by more than that.":
            _stopping(better=lambda new, best, by: new < best),
        "An equal loss is no better.": _stopping(better=lambda new, best, by: new <= best - by),
        "NaN is no better than anything.":
            _stopping(better=lambda new, best, by: not new >= best - by),
        "It stops one epoch too late: after `patience` epochs without a better one.":
            _stopping(off=1),
        "A better epoch sets the count back to 0: only epochs in a row count.":
            _stopping(reset=False),
        "The weights to keep are those of the best epoch, not of the last.":
            _stopping(kept_last=True),
        "Compare with the best loss so far, not with the one before.": _stopping(previous=True),
        "The second number says how many epochs were run: the epoch before which it stops, "
        "counted from 0, is one more than the last.": _stopping(counted=-1),
    },
    otherwise="Keep the best loss and its epoch. Lower by more than `by`: keep it, and count from "
    "0 again. Otherwise count, and stop when the count reaches `patience`.",
)


# 5. What a confusion matrix says


def _shares(top: Array, bottom: Array) -> Array:
    return np.divide(top, bottom, out=np.zeros(len(top)), where=bottom > 0)


def _report(
    *, turned: bool = False, mean: str = "harmonic", undefined: float = 0.0,
    only: Callable[[Array], Array] = lambda found: found,
) -> Callable[[Array], Array]:
    def report(matrix: Array) -> Array:
        matrix = np.asarray(matrix, dtype=float)
        matrix = matrix.T if turned else matrix
        hits = np.diag(matrix)
        said, there = matrix.sum(axis=0), matrix.sum(axis=1)
        precision, recall = _shares(hits, said), _shares(hits, there)
        if math.isnan(undefined):
            precision[said == 0] = recall[there == 0] = math.nan
        f1 = _shares(2 * hits, said + there)
        if mean == "plain":
            f1 = (precision + recall) / 2
        if mean == "geometric":
            f1 = np.sqrt(precision * recall)
        return only(np.column_stack([precision, recall, f1]))

    return report


def _counts(rng: Generator) -> tuple[Array]:
    k = whole(rng, 2, 4)
    matrix = rng.integers(0, 9, (k, k)) + np.diag(rng.integers(1, 40, k))
    if rng.random() < 0.4:
        matrix[:, whole(rng, 0, k - 1)] = 0  # a class that is never said
    return (matrix,)


report = Exercise(
    answer=_report(),
    draw=_counts,
    draws=8,
    edges=(
        (np.array([[930, 10], [20, 40]]),),
        (np.array([[990, 0], [10, 0]]),),
        (np.array([[5, 1, 0], [2, 0, 2], [0, 0, 7]]),),
    ),
    praise="A class that is never said has 0 of all three, whatever the accuracy.",
    slips={
        "Rows are what the examples *are*, columns what was said: precision is a share of a "
        "column, recall a share of a row.": _report(turned=True),
        "F1 is the harmonic mean of the two, not the plain one.": _report(mean="plain"),
        "F1 is the harmonic mean of the two, not the geometric one.": _report(mean="geometric"),
        "Where nothing was said, or nothing is there, write 0.": _report(undefined=math.nan),
        "A row for each class, with three numbers.": _report(only=lambda found: found.T),
        "One row for each class, not the mean over the classes.":
            _report(only=lambda found: found.mean(axis=0)),
    },
    otherwise="Of class i: precision = matrix[i, i] / its column's sum, recall = matrix[i, i] / "
    "its row's sum, F1 = 2 · matrix[i, i] / both sums together.",
)


# 6. A leak


def _scaled(
    of: Callable[[Array, Array], Array] = lambda train, test: train,
    other: Callable[[Array, Array], Array] = lambda train, test: train,
    flat: str = "one", ddof: int = 0, axis: int | None = 0, center: bool = True,
) -> Callable[..., tuple[Array, Array]]:
    def scaled(train: Array, test: Array) -> tuple[Array, Array]:
        def by(x: Array, source: Array) -> Array:
            deviation = source.std(axis=axis, ddof=ddof)
            if flat == "one":
                deviation = np.where(deviation == 0, 1.0, deviation)
            with np.errstate(invalid="ignore", divide="ignore"):
                return np.asarray((x - source.mean(axis=axis) * center) / deviation)

        train, test = np.asarray(train, float), np.asarray(test, float)
        return by(train, of(train, test)), by(test, other(train, test))

    return scaled


def _two_parts(rng: Generator) -> tuple[Array, Array]:
    rows, columns, tested = sizes(rng, 3, 2, 5)
    spread = rng.choice([0.5, 3.0], columns)
    train = np.round(normal(rng, max(rows, 3), columns) * spread, 2)
    if rng.random() < 0.4:
        train[:, whole(rng, 0, columns - 1)] = 2.0
    return train, np.round(normal(rng, tested, columns) * spread + 1, 2)


def _everything(train: Array, test: Array) -> Array:
    return np.concatenate([train, test])


scaled = Exercise(
    answer=_scaled(),
    draw=_two_parts,
    draws=9,
    edges=(
        (np.array([[0.0, 5.0], [2.0, 5.0], [4.0, 5.0]]), np.array([[2.0, 6.0], [8.0, 5.0]])),
        (np.array([[0.0], [4.0]]), np.array([[2.0]])),
    ),
    praise="The test data are measured with the training data's ruler.",
    slips={
        "That is the leak: the statistics come from all data. The test set must not be seen.":
            _scaled(_everything, _everything),
        "The test data get a mean and a deviation of their own. They are to be scaled as the "
        "training data were.": _scaled(other=lambda train, test: test),
        "The training data are scaled by what the test data are.":
            _scaled(lambda train, test: test, lambda train, test: test),
        "A column that never changes has the deviation 0. Divide it by 1.": _scaled(flat="nan"),
        "The deviation divides by n here, not by n - 1.": _scaled(ddof=1),
        "Each column has a mean and a deviation of its own.": _scaled(axis=None),
        "The mean is not subtracted.": _scaled(center=False),
    },
    otherwise="Mean and deviation of each column of the training data, a deviation of 0 replaced "
    "by 1; with them both parts are scaled.",
)

TASKS = {
    "signal-test": Task(signal, "signal", shown=((1, 50, 0.2),)),
    "one-step-test": Task(
        one_step, "one_step",
        shown=((np.array([[3.0, 4.0], [3.0, 4.0]]), np.array([8, 2]), 1.0),),
    ),
    "layer-norm-test": Task(
        layer_norm, "layer_norm",
        shown=((np.array([[0.0, 3.0, 6.0]]), np.array([1.0, 1.0, 2.0]), np.array([0.0, 1.0, 0.0]),
                3.0),),
    ),
    "stop-test": Task(
        stop_at, "stop_at",
        shown=(([1.0, 0.9, 0.95, 0.8, 0.7, 0.75, 0.72, 0.71, 0.6], 3, 0.0),),
    ),
    "report-test": Task(report, "report", shown=((np.array([[8, 2], [4, 6]]),),)),
    "scaled-test": Task(scaled, "scaled", shown=((np.array([[0.0], [4.0]]), np.array([[2.0]])),)),
}  # fmt: skip
