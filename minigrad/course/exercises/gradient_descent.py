"""The exercises of lesson 04, *Gradient descent*."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .drawing import Generator, between, normal, whole
from .exercise import Exercise

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


def _fit(
    w_scale: Callable[[int], float] = lambda n: 1.0,
    b_scale: Callable[[int], float] = lambda n: 1.0, stale: bool = True, less: int = 0,
    swap: bool = False,
) -> Callable[..., tuple[float, float]]:
    """Fit a line by gradient descent, with the slips that a reader may make."""

    def fit(x: Array, y: Array, lr: float, updates: int) -> tuple[float, float]:
        w: Any = 0.0
        b: Any = 0.0
        for _ in range(updates - less):
            error = w * x + b - y
            w -= lr * w_scale(len(x)) * 2 * np.mean(error * x)
            if not stale:
                error = w * x + b - y
            b -= lr * b_scale(len(x)) * 2 * np.mean(error)
        return (b, w) if swap else (w, b)

    return fit


def _both(scale: Callable[[int], float], **slips: Any) -> Callable[..., tuple[float, float]]:
    return _fit(scale, scale, **slips)


fit = Exercise(
    answer=_fit(),
    draw=lambda rng: (
        normal(rng, n := whole(rng, 4, 8)),
        normal(rng, n) + 3,
        between(rng, 0.01, 0.08),
        whole(rng, 3, 8),
    ),
    edges=((np.array([0.5, 1.0, 2.0, 2.5, 4.0]), np.array([3.0, 5.5, 8.0, 9.0, 14.5]), 0.04, 6),),
    praise="A mean keeps the rate's meaning, however many examples there are.",
    slips={
        "The steps are too long still, all by the same factor. By which?": _both(lambda n: n),
        "The step of w is mended. That of b still sums.": _fit(b_scale=lambda n: n),
        "The step of b is mended. That of w still sums.": _fit(w_scale=lambda n: n),
        "You divide by N twice: a mean is already divided.": _both(lambda n: 1 / n),
        "It climbs now. The update subtracts.": _both(lambda n: -1),
        "You divide by 100. These are other points, and not as many.": _both(lambda n: n / 100),
        "Right numbers in the wrong order: first the slope w, then the intercept b.":
            _fit(swap=True),
        "The 2 went missing: the slope of a square is twice the error.": _both(lambda n: 0.5),
        "b must step by the error of the same place as w: find both slopes, then take both steps.":
            _fit(stale=False),
        "That is the line after one update less.": _fit(less=1),
    },
    otherwise="The line is not where gradient descent on the mean squared error would be. Which "
    "lines depend on how many examples there are?",
)

exact_rate = Exercise(
    answer=lambda grad, hessian: grad @ grad / (grad @ hessian @ grad),
    draw=lambda rng: (normal(rng, n := whole(rng, 2, 5)), _bowl(rng, n)),
    praise="No other rate lands lower along this gradient.",
    slips={
        "That is the curvature along the gradient: turn the fraction over.":
            lambda g, h: (g @ h @ g) / (g @ g),
        "Twice the right one: that rate lands exactly as high as it started.":
            lambda g, h: 2 * (g @ g) / (g @ h @ g),
        "Half of the right one. The ½ of the bowl goes when you differentiate the square.":
            lambda g, h: (g @ g) / (g @ h @ g) / 2,
        "The length of the gradient is missing a square.":
            lambda g, h: np.sqrt(g @ g) / (g @ h @ g),
        "That rate makes the next gradient shortest, not the loss lowest.":
            lambda g, h: (g @ h @ g) / (h @ g @ (h @ g)),
        "The update subtracts already: the rate itself is positive.":
            lambda g, h: -(g @ g) / (g @ h @ g),
        "That is the limit for a whole walk. Here you choose for one step.":
            lambda g, h: 2 / np.linalg.eigvalsh(h)[-1],
        "That is safe for any gradient. You know this one, and can do better.":
            lambda g, h: 1 / np.linalg.eigvalsh(h)[-1],
        "That is the best rate for a whole walk. Here you choose for one step.":
            lambda g, h: 2 / np.linalg.eigvalsh(h)[[0, -1]].sum(),
    },
    otherwise="Write f along the ray θ - ηg as a function of η alone, and set its slope to zero. "
    "Return one number.",
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
