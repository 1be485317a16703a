"""The exercises of lesson 04, *Gradient descent*."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .comparing import plain, shown
from .drawing import Generator, whole
from .exercise import Exercise
from .verdict import Complaint

# A slip is what is said, and below it the wrong answer that is meant.
# fmt: off

Array = NDArray[np.float64]

landing = Exercise(
    answer=-0.216,
    praise="The curvature is 8, so each update multiplies θ by 1 - 0.2 · 8 = -0.6.",
    slips={
        "The size is right. On which side of the bottom do you stand after an odd number of "
        "overshoots?": 0.216,
        "That is where you are after one update.": -0.6,
        "That is where you are after two updates.": 0.36,
        "That is one update too many.": 0.1296,
        "The factor is right. Each update multiplies by it again: a power, not a product with 3.":
            -1.8,
        "You took the first step three times. The slope changes on the way.": -3.8,
        "That climbs. The update subtracts.": 2.6**3,
        "You left the curvature out: the factor is 1 - ηλ, not 1 - η.": 0.512,
        "The slope of 4θ² is 8θ, not 4θ.": 0.008,
        "Nearly: give all three digits.": -0.22,
    },
    otherwise="What is the slope of 4θ²? Write the update as a factor times θ, and apply it three "
    "times. The answer is one number.",
)


def _bowl(rng: Generator, n: int) -> Array:
    """Draw the Hessian of a tilted bowl."""
    directions, _ = np.linalg.qr(rng.normal(size=(n, n)))
    return np.array(directions @ np.diag(rng.uniform(0.8, 9.0, n)) @ directions.T, dtype=np.float64)


def _of_curvatures(rule: Callable[[Array], Any]) -> Callable[[Any], Any]:
    return lambda hessian: rule(np.linalg.eigvalsh(hessian))


best_rate = Exercise(
    answer=_of_curvatures(lambda values: 2 / (values[-1] + values[0])),
    draw=lambda rng: (_bowl(rng, whole(rng, 2, 5)),),
    edges=((np.diag([3.0, 0.5, 8.0]),), (np.array([[4.0]]),)),
    praise="The steepest and the gentlest direction shrink equally fast.",
    slips={
        "That is the largest stable rate. There the steepest direction no longer shrinks.":
            _of_curvatures(lambda values: 2 / values[-1]),
        "That rate deals with the steepest direction in one update, and is slower than need be "
        "along the gentlest.": _of_curvatures(lambda values: 1 / values[-1]),
        "Half of it. Set 1 - ηλ_min equal to ηλ_max - 1 and solve again.":
            _of_curvatures(lambda values: 1 / (values[-1] + values[0])),
        "You added all eigenvalues up. Only the largest and the smallest decide.":
            lambda hessian: 2 / np.trace(hessian),
        "You used the diagonal. In a tilted bowl the curvatures are the eigenvalues.":
            lambda hessian: 2 / (np.diag(hessian).max() + np.diag(hessian).min()),
        "Too large for every direction but the gentlest: the walk diverges.":
            _of_curvatures(lambda values: 2 / values[0]),
        "A plus became a minus: the two curvatures are added.":
            _of_curvatures(lambda values: 2 / (values[-1] - values[0])),
        "That is the condition number. The rate has the curvatures below.":
            _of_curvatures(lambda values: values[-1] / values[0]),
        "That is the factor by which an update at the best rate shrinks the distance.":
            _of_curvatures(lambda values: (values[-1] - values[0]) / (values[-1] + values[0])),
    },
    otherwise="Which two eigenvalues decide? np.linalg.eigvalsh(hessian) gives them all, rising. "
    "Return one number.",
)


def _scaled(
    middle: Callable[[Array], Any], spread: Callable[[Array], Any]
) -> Callable[[Array], Array]:
    return lambda inputs: np.asarray((inputs - middle(inputs)) / spread(inputs))


def _columns(inputs: Array) -> Array:
    return np.asarray(inputs.mean(axis=0))


def _never_zero(spread: Array) -> Array:
    return np.where(spread > 0, spread, 1.0)


def _spread(inputs: Array) -> Array:
    return _never_zero(inputs.std(axis=0))


def _table(rng: Generator) -> Array:
    """Draw features of different sizes, of which one never changes."""
    rows, columns = whole(rng, 4, 8), whole(rng, 3, 6)
    table = rng.normal(size=(rows, columns)) * 10.0 ** rng.uniform(-1, 1, columns) + 3
    table[:, rng.integers(columns)] = 2.5
    return np.array(table)


standardise = Exercise(
    answer=_scaled(_columns, _spread),
    draw=lambda rng: (_table(rng),),
    edges=((np.array([[1.0, 0.0, 200.0], [2.0, 0.0, 400.0], [6.0, 0.0, 0.0]]),),),
    praise="Every column by itself, and one that never changes becomes 0 instead of nan.",
    slips={
        "There is one mean and one deviation for all columns still. Each column needs its own.":
            _scaled(lambda x: x.mean(), lambda x: x.std()),
        "A column that never changes became nan: its deviation is 0, and 0/0 is nan.":
            _scaled(_columns, lambda x: x.std(axis=0)),
        "Those are the mean and the deviation of each example. A column is axis=0.":
            lambda x: _scaled(_columns, lambda y: y.std(axis=0))(x.T).T,
        "The mean is that of each column. The deviation is still that of the whole table.":
            _scaled(_columns, lambda x: x.std()),
        "The deviation is that of each column. The mean is still that of the whole table.":
            _scaled(lambda x: x.mean(), _spread),
        "You divide by the variance. Its root is the standard deviation.":
            _scaled(_columns, lambda x: _never_zero(x.var(axis=0))),
        "The means are 0 now. The deviations are not 1 yet.":
            _scaled(_columns, lambda x: 1.0),
        "The deviations are 1 now. The means are not 0 yet.":
            _scaled(lambda x: 0.0, _spread),
        "You took the deviation with N - 1 under the root (ddof=1). That of these inputs is not 1 "
        "by inputs.std.": _scaled(_columns, lambda x: _never_zero(x.std(axis=0, ddof=1))),
        "You scaled to the range from 0 to 1. Here it is mean 0 and deviation 1.":
            _scaled(lambda x: x.min(axis=0), lambda x: _never_zero(np.ptp(x, axis=0))),
        "A column that never changes is left as it was. Subtract its mean, too.":
            _scaled(lambda x: _columns(x) * (x.std(axis=0) > 0), _spread),
        "You left out the column that never changes. Who comes later expects it in its place.":
            lambda x: _scaled(_columns, _spread)(x[:, x.std(axis=0) > 0]),
    },
    otherwise="After it, which columns have mean 0 and deviation 1? Print "
    "result.mean(axis=0) and result.std(axis=0).",
)

GENTLE, STEEP, LEFT = 0.2, 4.0, 0.70


def _left(pair: Any) -> float:
    """Give what two updates leave of the worst direction, LEFT if it is no more than that."""
    rates = plain(pair)
    if np.shape(rates) != (2,):
        raise Complaint(f"Hand over two rates, (a, b); got {shown(rates)}.")
    curvatures = np.linspace(GENTLE, STEEP, 191)
    first, second = (1 - rate * curvatures for rate in rates)
    return float(np.maximum(abs(first * second).max(), LEFT))


pair = Exercise(
    answer=(0.29, 1.32),
    use=_left,
    praise="Two updates leave 0.69 of the worst direction, two of the best constant rate 0.82. One "
    "of your rates is far above the limit of a constant one.",
    slips={
        "That is the best constant rate, twice.": (2 / 4.2, 2 / 4.2),
        "That is the limit, twice: the steepest direction never shrinks.": (0.5, 0.5),
        "That deals with the steepest direction, twice.": (0.25, 0.25),
        "Each end gets to 0, as in the valley with two directions. What becomes of the directions "
        "between them?": (0.25, 5.0),
        "You looked at the two ends of the line only. The directions between them count as well.":
            (0.27, 2.0),
        "These are the rates for the steepest end and for the middle. What is left of the "
        "gentlest?": (0.25, 1 / 2.1),
        "These are the rates for the middle and for the gentlest end. The steepest is thrown out.":
            (1 / 2.1, 5.0),
        "Half of the right rates.": (0.145, 0.66),
        "Twice the right rates.": (0.58, 2.64),
    },
    otherwise="Search both on one grid, and judge a pair by the direction of which it leaves the "
    "most. What do yours leave of the curvatures 0.2, 2 and 4?",
)

N = 455
# The largest eigenvalue of XᵀX / N over the training inputs of mg.data.breast_cancer().
TOP = 13.278

limit = Exercise(
    answer=8 / TOP,
    praise="One number from the inputs, before any training, bounds the rate.",
    slips={
        "That is the sharpness. Which rate does it allow?": TOP / 4,
        "You multiplied by the sharpness. The sharper the bowl, the smaller the rate.": TOP / 2,
        "You left out the ¼, the slope of the sigmoid at 0.": 2 / TOP,
        "Summed over the examples. The loss is their mean.": 8 / TOP / N,
        "Nearly: give it to three digits.": round(8 / TOP, 1),
        "That is half the limit: it brings the steepest direction to its floor at once.": 4 / TOP,
    },
    otherwise="Take the sharpness of the loss at zero weights, over the training inputs as they "
    "come, without an intercept, and divide 2 by it. Hand over one number.",
)
