"""The tasks of assignment 2, *Gradient descent*."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from minigrad.course.exercises import Exercise
from minigrad.course.exercises.drawing import Generator, between, normal, whole

from ..sources import defined
from ..task import Task

# A slip is what is said, and below it the wrong answer that is meant.
# fmt: off

Array = NDArray[np.float64]


class Slope:
    """The gradient Hθ - b of a bowl, that can be called, shown and compared."""

    def __init__(self, hessian: Array, b: Array) -> None:
        self.hessian, self.b = hessian, b

    def __call__(self, theta: Any) -> Array:
        """Return the gradient at a point."""
        return np.asarray(self.hessian @ np.asarray(theta) - self.b)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Slope) and np.array_equal(
            [*self.hessian, self.b], [*other.hessian, other.b]
        )

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"lambda theta: np.array({self.hessian.tolist()}) @ theta - {self.b.tolist()}"


def bowl(rng: Generator, n: int) -> Array:
    """Draw the Hessian of a tilted bowl, with few digits."""
    directions, _ = np.linalg.qr(rng.normal(size=(n, n)))
    hessian = directions @ np.diag(rng.uniform(0.5, 6.0, n)) @ directions.T
    return np.array(np.round((hessian + hessian.T) / 2, 2))


def _walk(
    update: Callable[..., Any], *, keep: slice = slice(None)
) -> Callable[..., Array]:
    """Walk by a rule, and keep some of the positions."""

    def walk(hessian: Array, b: Array, start: Array, lr: float, steps: int) -> Array:
        theta, kept = start, [start]
        for t in range(steps):
            theta = update(theta, hessian, b, lr, t)
            kept.append(theta)
        return np.array(kept)[keep]

    return walk


def _walk_drawn(rng: Generator) -> tuple[Any, ...]:
    n = whole(rng, 2, 4)
    return bowl(rng, n), normal(rng, n), normal(rng, n), between(rng, 0.02, 0.4), whole(rng, 2, 6)


walk = Exercise(
    answer=_walk(lambda theta, h, b, lr, t: theta - lr * (h @ theta - b)),
    draw=_walk_drawn,
    draws=8,
    edges=((np.array([[2.0]]), np.array([-3.0]), np.array([1.5]), 0.25, 3),
           (np.eye(2), np.array([1.0, -1.0]), np.array([1.0, 2.0]), 0.3, 0)),
    praise="Every position, the start included.",
    slips={
        "It climbs: the update subtracts.":
            _walk(lambda theta, h, b, lr, t: theta + lr * (h @ theta - b)),
        "The bottom of this bowl is not at 0: the gradient is Hθ - b.":
            _walk(lambda theta, h, b, lr, t: theta - lr * (h @ theta)),
        "The sign of b: the gradient of ½ θᵀHθ - bᵀθ is Hθ - b.":
            _walk(lambda theta, h, b, lr, t: theta - lr * (h @ theta + b)),
        "The gradient of ½ θᵀHθ is Hθ: the ½ and the 2 cancel. You kept one of them.":
            _walk(lambda theta, h, b, lr, t: theta - lr * (h @ theta / 2 - b)),
        "H * theta multiplies element by element. A matrix times a vector is H @ theta.":
            _walk(lambda theta, h, b, lr, t: theta - lr * (np.diag(h) * theta - b)),
        "The start is missing: it is the first of the positions.":
            _walk(lambda theta, h, b, lr, t: theta - lr * (h @ theta - b), keep=slice(1, None)),
        "The last position is missing: n updates lead to n + 1 positions.":
            _walk(lambda theta, h, b, lr, t: theta - lr * (h @ theta - b), keep=slice(-1)),
        "Only the last position came back. Return all of them, one a row.":
            _walk(lambda theta, h, b, lr, t: theta - lr * (h @ theta - b), keep=slice(-1, None)),
        "The rate shrinks from update to update. Here it is constant.":
            _walk(lambda theta, h, b, lr, t: theta - lr / (t + 1) * (h @ theta - b)),
        "The gradient is taken at the start, every time. Take it where you stand.":
            lambda hessian, b, start, lr, steps: np.array(
                [start - t * lr * (hessian @ start - b) for t in range(steps + 1)]
            ),
    },
    otherwise="One update is θ - lr · (Hθ - b). Keep a list that begins with the start, add each "
    "new position, and return np.array of it: steps + 1 rows.",
)


def _needed(
    factors: Callable[[Array, float], Any], rounded: Callable[[float], Any] = math.ceil,
    never: float = math.inf,
) -> Callable[..., float]:
    def updates_needed(hessian: Array, lr: float, shrink: float) -> float:
        rho = float(np.max(factors(np.linalg.eigvalsh(hessian), lr)))
        if rho >= 1:
            return never
        return 1.0 if rho == 0 else max(float(rounded(math.log(shrink) / -math.log(rho))), 0.0)

    return updates_needed


def _needed_drawn(rng: Generator) -> tuple[Any, ...]:
    hessian = bowl(rng, whole(rng, 2, 4))
    rate = between(rng, 0.1, 1.15) * 2 / np.linalg.eigvalsh(hessian)[-1]
    return hessian, round(float(rate), 3), whole(rng, 5, 3000)


updates_needed = Exercise(
    answer=_needed(lambda values, lr: abs(1 - lr * values)),
    draw=_needed_drawn,
    draws=10,
    edges=((np.diag([3.0, 0.4]), 0.66, 100), (np.diag([2.0, 0.5]), 1.0, 10),
           (np.array([[4.0]]), 0.1, 50)),
    praise="The worst direction decides, whichever end of the spectrum it stands at.",
    slips={
        "You look at the steepest direction only. With a small rate the gentlest is the slowest.":
            _needed(lambda values, lr: abs(1 - lr * values[-1])),
        "You look at the gentlest direction only. With a large rate the steepest is the slowest, "
        "or never arrives.": _needed(lambda values, lr: abs(1 - lr * values[0])),
        "You took the direction that shrinks most. The slowest decides.":
            _needed(lambda values, lr: np.min(abs(1 - lr * values))),
        "The last update is missing: a part of an update is a whole one. Round up.":
            _needed(lambda values, lr: abs(1 - lr * values), math.floor),
        "How many updates is a whole number.":
            _needed(lambda values, lr: abs(1 - lr * values), float),
        "One update too many.":
            _needed(lambda values, lr: abs(1 - lr * values), lambda n: math.ceil(n) + 1),
        "Where it never arrives, the answer is math.inf.":
            _needed(lambda values, lr: abs(1 - lr * values), never=0.0),
        "1 - ηλ may be below 0: an overshoot. What counts is its size.":
            _needed(lambda values, lr: np.clip(1 - lr * values, 1e-300, None)),
        "In a tilted bowl the curvatures are the eigenvalues, not the diagonal.":
            lambda hessian, lr, shrink: _needed(lambda values, lr: abs(1 - lr * values))(
                np.diag(np.diag(hessian)), lr, shrink),
    },
    otherwise="Along an eigenvector every update multiplies the distance by 1 - ηλ. The largest "
    "|1 - ηλ| is ρ: find the smallest whole n with ρⁿ ≤ 1/shrink, or math.inf.",
)

Line = Callable[..., tuple[float, float]]


def _line(
    slopes: Callable[..., tuple[Any, Any]], *, in_turn: bool = False, sign: float = -1.0,
) -> Line:
    def fit_line(x: Array, y: Array, lr: float, steps: int) -> tuple[float, float]:
        w, c = 0.0, 0.0
        for _ in range(steps):
            in_w, in_c = slopes(x, w * x + c - y)
            if in_turn:
                w += sign * lr * in_w
                c += sign * lr * slopes(x, w * x + c - y)[1]
            else:
                w, c = w + sign * lr * in_w, c + sign * lr * in_c
        return w, c

    return fit_line


def _mean_squares(x: Array, error: Array) -> tuple[Any, Any]:
    return 2 * np.mean(error * x), 2 * np.mean(error)


def _points(rng: Generator) -> tuple[Any, ...]:
    n = whole(rng, 4, 8)
    x = normal(rng, n)
    y = np.round(between(rng, -2, 2) * x + between(rng, -3, 3) + rng.normal(size=n) / 4, 2)
    return x, y, between(rng, 0.01, 0.15), whole(rng, 2, 40)


fit_line = Exercise(
    answer=_line(_mean_squares),
    draw=_points,
    draws=8,
    edges=((np.array([1.0, 2.0, 4.0]), np.array([1.0, -1.0, 0.5]), 0.05, 1),
           (np.array([-1.0, 0.5]), np.array([2.0, 3.0]), 0.3, 25)),
    praise="Both slopes from one error, then both updates.",
    slips={
        "You sum over the examples. The loss is their mean.":
            _line(lambda x, e: (2 * np.sum(e * x), 2 * np.sum(e))),
        "The 2 is missing that the square brings.":
            _line(lambda x, e: (np.mean(e * x), np.mean(e))),
        "It climbs: the update subtracts.": _line(_mean_squares, sign=1.0),
        "The intercept is updated with the new slope. One update moves both from the same point.":
            _line(_mean_squares, in_turn=True),
        "The intercept stays at 0: it has a slope, too.":
            _line(lambda x, e: (2 * np.mean(e * x), 0.0)),
        "The slope in w lacks its factor x.": _line(lambda x, e: (2 * np.mean(e), 2 * np.mean(e))),
        "Only the first example is looked at.":
            _line(lambda x, e: (2 * e[0] * x[0], 2 * e[0])),
        "The slope in w is the product of two means. It is the mean of the products.":
            _line(lambda x, e: (2 * np.mean(e) * np.mean(x), 2 * np.mean(e))),
        "That is the line of least squares, where descent arrives after very many updates. Return "
        "where it is after `steps`.": lambda x, y, lr, steps: tuple(np.polyfit(x, y, 1)),
        "First w, then c.": lambda x, y, lr, steps: _line(_mean_squares)(x, y, lr, steps)[::-1],
    },
    otherwise="With e = w·x + c - y the loss is mean(e²). Its slopes are 2·mean(e·x) and "
    "2·mean(e), both at the same w and c. Begin at (0, 0) and return (w, c).",
)

_PLANETS = defined("a2_gradient_descent", "planets")
_SLOPE, _INTERCEPT = np.polyfit(_PLANETS["x"], _PLANETS["y"], 1)

exponent = Exercise(
    answer=float(_SLOPE),
    praise="The square of the year goes with the cube of the distance: Kepler's third law.",
    slips={
        "That is the intercept. The exponent is the slope of the line.": float(_INTERCEPT),
        "That is its inverse: the year is on the vertical axis.": 1 / float(_SLOPE),
        "Nearly: has the walk arrived? Let it go on.": 1.45,
        "That is the exponent of the square of the year.": 3.0,
    },
    otherwise="Fit y = w·x + c to the planets with a rate below the limit, until w no longer "
    "moves. The exponent is w.",
)


def _limit(of: Callable[[Array], Any]) -> Callable[[Array], float]:
    return lambda x: float(of(x))


def _curvatures(x: Array) -> Array:
    """Return the eigenvalues of the Hessian of the mean squared error, rising."""
    inputs = np.column_stack([x, np.ones(len(x))])
    return np.asarray(np.linalg.eigvalsh(2 * inputs.T @ inputs / len(x)))


limit = Exercise(
    answer=_limit(lambda x: 2 / _curvatures(x)[-1]),
    draw=lambda rng: (normal(rng, whole(rng, 3, 8)) + between(rng, -2, 2),),
    draws=8,
    edges=((np.array([1.0, -1.0]),), (np.array([5.0, 6.0, 7.0]),)),
    praise="One number from the inputs; the targets do not matter.",
    slips={
        "The Hessian lacks its factor 2, from the square: the limit comes out twice too large.":
            _limit(lambda x: 4 / _curvatures(x)[-1]),
        "That brings the steepest direction to its floor at once. The limit is twice that.":
            _limit(lambda x: 1 / _curvatures(x)[-1]),
        "That is the best rate, where both directions shrink alike. Asked for is the limit.":
            _limit(lambda x: 2 / _curvatures(x).sum()),
        "You used the smallest curvature. The steepest direction is the first to be thrown out.":
            _limit(lambda x: 2 / _curvatures(x)[0]),
        "That is the limit without an intercept. The column of ones belongs to the inputs.":
            _limit(lambda x: 1 / np.mean(x * x)),
        "Summed over the examples. The loss is their mean.":
            _limit(lambda x: 2 / _curvatures(x)[-1] / len(x)),
        "That is the curvature itself. The limit is 2 divided by it.":
            _limit(lambda x: _curvatures(x)[-1]),
    },
    otherwise="The Hessian of mean((w·x + c - y)²) is 2·AᵀA/N, A the column x beside a column of "
    "ones. The limit is 2 divided by its largest eigenvalue.",
)

Measure = Callable[[Any, Array, float, float], float]


def _diverges(gradient: Any, start: Array, lr: float, updates: int = 250) -> bool:
    theta = np.array(start, dtype=float)
    before = float(np.linalg.norm(gradient(theta)))
    for _ in range(updates):
        theta = theta - lr * gradient(theta)
        now = float(np.linalg.norm(gradient(theta)))
        if not now < 1e6 * before:
            return True
    return now > before


def _blind_to_nan(gradient: Any, start: Array, lr: float) -> bool:
    theta, before = start, np.linalg.norm(gradient(start))
    for _ in range(250):
        theta = theta - lr * gradient(theta)
    return bool(np.linalg.norm(gradient(theta)) > before)


def _halved(
    middle: Callable[[float, float], float] = lambda low, high: (low + high) / 2,
    times: int = 12, result: Callable[[float, float], float] = lambda low, high: (low + high) / 2,
    diverges: Callable[..., bool] = _diverges,
) -> Measure:
    def measured_limit(gradient: Any, start: Array, low: float, high: float) -> float:
        for _ in range(times):
            rate = middle(low, high)
            low, high = (low, rate) if diverges(gradient, start, rate) else (rate, high)
        return result(low, high)

    return measured_limit


def _unknown_bowl(rng: Generator) -> tuple[Any, ...]:
    n = whole(rng, 2, 4)
    hessian = bowl(rng, n)
    limit = 2 / float(np.linalg.eigvalsh(hessian)[-1])
    low, high = limit * between(rng, 0.01, 0.6), limit * between(rng, 1.5, 40)
    b = normal(rng, n)
    away = np.round(np.linalg.solve(hessian, b) + 3 * np.linalg.eigh(hessian)[1][:, -1], 1)
    return Slope(hessian, b), away + 0.3, round(low, 4), round(high, 3)


measured_limit = Exercise(
    answer=_halved(),
    draw=_unknown_bowl,
    draws=4,
    edges=((Slope(np.array([[5.0]]), np.array([1.0])), np.array([2.0]), 0.001, 50.0),
           (Slope(np.array([[5.0]]), np.array([-1.0])), np.array([1.0]), 0.05, 0.7)),
    rtol=0.02,
    praise="Halving an interval finds the limit without a Hessian.",
    slips={
        "Half of the limit. Does your walk have to converge without an overshoot?":
            _halved(result=lambda low, high: (low + high) / 4),
        "Twice the limit.": _halved(result=lambda low, high: low + high),
        "That is one end of the interval that you were given.":
            lambda gradient, start, low, high: high,
        "That is the lower end of the interval that you were given.":
            lambda gradient, start, low, high: low,
        "That is the middle of the interval. Halve it again and again.": _halved(times=0),
        "Three halvings are too few for two digits.": _halved(times=3),
        "The halves are mixed up: a rate that diverges is the new upper end.":
            _halved(diverges=lambda *a: not _diverges(*a)),
        "nan is not larger than anything. A walk that ends in nan or inf diverged.":
            _halved(diverges=_blind_to_nan),
    },
    otherwise="For the rate in the middle, walk a few hundred updates. If the gradient has grown, "
    "or is not finite, the limit lies below, else above. Halve until two digits stand.",
)

TASKS = {
    "walk-test": Task(
        walk, "walk",
        shown=((np.diag([1.0, 3.0]), np.array([1.0, 0.0]), np.array([2.0, 1.0]), 0.5, 2),),
    ),
    "updates-needed-test": Task(
        updates_needed, "updates_needed", shown=((np.diag([1.0, 3.0]), 0.5, 1000),),
    ),
    "fit-line-test": Task(
        fit_line, "fit_line",
        shown=((np.array([0.0, 1.0, 2.0]), np.array([1.0, 3.0, 5.0]), 0.1, 1),),
    ),
    "exponent-test": Task(exponent, "exponent"),
    "limit-test": Task(limit, "limit", shown=((np.array([0.0, 1.0, 2.0]),),)),
    "measured-limit-test": Task(
        measured_limit, "measured_limit",
        shown=((Slope(np.diag([1.0, 4.0]), np.zeros(2)), np.array([1.0, 1.0]), 0.01, 10.0),),
    ),
}  # fmt: skip
