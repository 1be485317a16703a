"""The exercises of lesson 04, *Gradient descent*."""

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .verdict import Verdict, call, judge

Array = NDArray[Any]


def landing(theta: Any) -> Verdict:
    """Judge the place after three updates on f(θ) = 4θ², from θ = 1 with rate 0.2."""
    return judge(
        theta,
        -0.216,
        "The curvature is 8, so each update multiplies θ by 1 - 0.2 · 8 = -0.6.",
        {
            "The size is right. On which side of the bottom do you stand after an odd number "
            "of overshoots?": 0.216,
            "That is where you are after one update.": -0.6,
            "That is where you are after two updates.": 0.36,
            "That is one update too many.": 0.1296,
            "The factor is right. Each update multiplies by it again: a power, not a product "
            "with 3.": -1.8,
            "You took the first step three times. The slope changes on the way.": -3.8,
            "That climbs. The update subtracts.": 2.6**3,
            "You left the curvature out: the factor is 1 - ηλ, not 1 - η.": 0.512,
            "The slope of 4θ² is 8θ, not 4θ.": 0.008,
            "Nearly: give all three digits.": -0.22,
        },
        "What is the slope of 4θ²? Write the update as a factor times θ, and apply it three times. "
        "The answer is one number.",
    )


def best_rate(function: Callable[..., Any]) -> Verdict:
    """Judge a function ``best_rate(hessian)`` that returns 2 / (λ_max + λ_min)."""
    hessians = [_bowl([0.5, 3.0, 8.0]), _bowl([2.0, 2.5])]
    answers = []
    for hessian in hessians:
        answer, trouble = call(function, hessian.copy())
        if trouble is not None:
            return trouble
        answers.append(answer)

    def each(rule: Callable[[Array, Array], float]) -> list[float]:
        return [rule(np.linalg.eigvalsh(hessian), np.diag(hessian)) for hessian in hessians]

    return judge(
        answers,
        each(lambda values, _: 2 / (values[-1] + values[0])),
        "The steepest and the gentlest direction shrink equally fast.",
        {
            "That is the largest stable rate. There the steepest direction no longer shrinks.": (
                each(lambda values, _: 2 / values[-1])
            ),
            "That rate deals with the steepest direction in one update, and is slower than need "
            "be along the gentlest.": each(lambda values, _: 1 / values[-1]),
            "Half of it. Set 1 - ηλ_min equal to ηλ_max - 1 and solve again.": (
                each(lambda values, _: 1 / (values[-1] + values[0]))
            ),
            "You added all eigenvalues up. Only the largest and the smallest decide.": (
                each(lambda values, _: 2 / values.sum())
            ),
            "You used the diagonal. In a tilted bowl the curvatures are the eigenvalues.": (
                each(lambda _, diagonal: 2 / (diagonal.max() + diagonal.min()))
            ),
            "Too large for every direction but the gentlest: the walk diverges.": (
                each(lambda values, _: 2 / values[0])
            ),
            "A plus became a minus: the two curvatures are added.": (
                each(lambda values, _: 2 / (values[-1] - values[0]))
            ),
            "That is the condition number. The rate has the curvatures below.": (
                each(lambda values, _: values[-1] / values[0])
            ),
            "That is the factor by which an update at the best rate shrinks the distance.": (
                each(lambda v, _: (v[-1] - v[0]) / (v[-1] + v[0]))
            ),
        },
        "Which two eigenvalues decide? np.linalg.eigvalsh(hessian) gives them all, rising. "
        "Return one number.",
    )


def fit(function: Callable[..., Any]) -> Verdict:
    """Judge the mended ``fit(x, y, lr, updates)``, which returns slope and intercept of a line."""
    x = np.array([0.5, 1.0, 2.0, 2.5, 4.0])
    y = np.array([3.0, 5.5, 8.0, 9.0, 14.5])
    arguments = x, y, 0.04, 6
    answer, trouble = call(function, x.copy(), y.copy(), *arguments[2:])
    if trouble is not None:
        return trouble
    unmended = _fit(*arguments, w_scale=5, b_scale=5)
    return judge(
        answer,
        _fit(*arguments),
        "A mean keeps the rate's meaning, however many examples there are.",
        {
            "The steps are too long still, all by the same factor. By which?": unmended,
            "The step of w is mended. That of b still sums.": _fit(*arguments, b_scale=5),
            "The step of b is mended. That of w still sums.": _fit(*arguments, w_scale=5),
            "You divide by N twice: a mean is already divided.": (
                _fit(*arguments, w_scale=1 / 5, b_scale=1 / 5)
            ),
            "It climbs now. The update subtracts.": _fit(*arguments, w_scale=-1, b_scale=-1),
            "You divide by 100. These are other points, and not as many.": (
                _fit(*arguments, w_scale=5 / 100, b_scale=5 / 100)
            ),
            "Right numbers in the wrong order: first the slope w, then the intercept b.": (
                _fit(*arguments)[::-1]
            ),
            "The 2 went missing: the slope of a square is twice the error.": (
                _fit(*arguments, w_scale=0.5, b_scale=0.5)
            ),
            "b must step by the error of the same place as w: find both slopes, then take both "
            "steps.": _fit(*arguments, stale=False),
            "That is the line after one update less.": _fit(x, y, 0.04, 5),
        },
        "The line is not where gradient descent on the mean squared error would be. Which lines "
        "depend on how many examples there are?",
    )


def exact_rate(function: Callable[..., Any]) -> Verdict:
    """Judge ``exact_rate(grad, hessian)``, the rate that lands lowest along the gradient."""
    grad, hessian = np.array([1.0, -2.0, 0.5]), _bowl([0.5, 3.0, 8.0])
    answer, trouble = call(function, grad.copy(), hessian.copy())
    if trouble is not None:
        return trouble
    bent = hessian @ grad
    length, right = grad @ grad, grad @ grad / (grad @ bent)
    values = np.linalg.eigvalsh(hessian)
    return judge(
        answer,
        right,
        "No other rate lands lower along this gradient.",
        {
            "That is the curvature along the gradient: turn the fraction over.": 1 / right,
            "Twice the right one: that rate lands exactly as high as it started.": 2 * right,
            "Half of the right one. The ½ of the bowl goes when you differentiate the square.": (
                right / 2
            ),
            "The length of the gradient is missing a square.": np.sqrt(length) / (grad @ bent),
            "That rate makes the next gradient shortest, not the loss lowest.": (
                grad @ bent / (bent @ bent)
            ),
            "The update subtracts already: the rate itself is positive.": -right,
            "That is the limit for a whole walk. Here you choose for one step.": 2 / values[-1],
            "That is safe for any gradient. You know this one, and can do better.": 1 / values[-1],
            "That is the best rate for a whole walk. Here you choose for one step.": (
                2 / (values[-1] + values[0])
            ),
        },
        "Write f along the ray θ - ηg as a function of η alone, and set its slope to zero. "
        "Return one number.",
    )


def limit(lr: Any) -> Verdict:
    """Judge the largest stable rate of logistic regression on the tumours, at zero weights."""
    top, n = _tumours()
    right = 8 / top
    return judge(
        lr,
        right,
        "One number from the inputs, before any training, bounds the rate.",
        {
            "That is the sharpness. Which rate does it allow?": top / 4,
            "You multiplied by the sharpness. The sharper the bowl, the smaller the rate.": top / 2,
            "You left out the ¼, the slope of the sigmoid at 0.": right / 4,
            "Summed over the examples. The loss is their mean.": right / n,
            "Nearly: give it to three digits.": round(right, 1),
            "That is half the limit: it brings the steepest direction to its floor at once.": (
                right / 2
            ),
        },
        "Take the sharpness of the loss at zero weights, over the training inputs as they come, "
        "without an intercept, and divide 2 by it. Hand over one number.",
    )


def _bowl(curvatures: list[float]) -> Array:
    """Return a tilted bowl's Hessian with these eigenvalues, always the same."""
    directions, _ = np.linalg.qr(np.random.default_rng(4).normal(size=(len(curvatures),) * 2))
    return directions @ np.diag(curvatures) @ directions.T


def _fit(
    x: Array, y: Array, lr: float, updates: int,
    *, w_scale: float = 1, b_scale: float = 1, stale: bool = True,
) -> tuple[float, float]:  # fmt: skip
    """Fit a line by gradient descent, with the slips that a reader may make."""
    w, b = np.zeros(2)
    for _ in range(updates):
        error = w * x + b - y
        w -= lr * w_scale * 2 * np.mean(error * x)
        if not stale:
            error = w * x + b - y
        b -= lr * b_scale * 2 * np.mean(error)
    return w, b


@cache
def _tumours() -> tuple[float, int]:
    """Return the top eigenvalue of XᵀX / N over the training inputs, and N."""
    from ..data import breast_cancer

    x = breast_cancer().train[0].astype(np.float64)
    return float(np.linalg.eigvalsh(x.T @ x / len(x))[-1]), len(x)
