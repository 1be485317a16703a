"""The exercises of lesson 00, *Start here*."""

from collections.abc import Callable
from typing import Any

import numpy as np

from .verdict import UNANSWERED, Verdict, call, judge, same


def landing(theta: Any) -> Verdict:
    """Judge the place after one update on f(θ) = θ², from θ = 3 with rate 0.4."""
    return judge(
        theta,
        0.6,
        "The slope is 6, the step is 0.4 · 6 = 2.4, and it leads down from 3.",
        {
            "That is uphill. The update subtracts the step.": 5.4,
            "That is the length of the step. Where does it lead from 3?": 2.4,
            "You took the rate for the whole step. It multiplies the slope.": 2.6,
            "The slope of θ² is 2θ, not θ.": 1.8,
            "The step is the rate times the slope. You subtracted the slope alone.": -3.0,
        },
        "What is the slope of θ² at 3? Put it into the update rule, and answer with one number.",
    )


def update(function: Callable[..., Any]) -> Verdict:
    """Judge a function ``update(theta, grad, lr)`` that returns the next parameters."""
    theta, grad, lr = np.array([3.0, -2.0]), np.array([0.5, -4.0]), 0.1
    before = theta.copy()
    after, trouble = call(function, theta, grad, lr)
    if trouble is not None:
        return trouble
    if not same(theta, before):
        return Verdict(False, "Your function changed the theta it was given. Return a new one.")
    return judge(
        after,
        before - lr * grad,
        "That is the whole of gradient descent.",
        {
            "You walk uphill: the step is subtracted.": before + lr * grad,
            "The rate is not used: every step is as long as the gradient.": before - grad,
            "The gradient is not used: every parameter moves by the rate.": before - lr,
            "That is the step itself. Where does it lead from theta?": -lr * grad,
            "You keep the sign of the gradient and drop its size.": before - lr * np.sign(grad),
            "You divide by the rate: a large rate would make small steps.": before - grad / lr,
        },
        "Compare your line with the first formula of this page, part by part.",
    )


def descend(function: Callable[..., Any]) -> Verdict:
    """Judge the mended ``descend(lr, updates)`` on the bowl, which returns every place visited."""
    lr, updates = 0.1, 12
    path, trouble = call(function, lr, updates)
    if trouble is not None:
        return trouble
    start, curvature = np.array([-9.0, 1.0]), np.array([0.2, 4.0])
    factors = 1 - lr * curvature
    right = start * factors ** np.arange(updates + 1)[:, None]
    added = [start, start * factors]  # momentum without friction: what a sum of gradients does
    while len(added) <= updates:
        added.append(2 * added[-1] - added[-2] - lr * curvature * added[-1])
    return judge(
        path,
        right,
        "Every backward() adds to the gradient that is there, so each update begins at None.",
        {
            "The first update is right, those after it are not. Is theta.grad at the second one "
            "the slope of the place where you stand?": added,
            "All places are the last one: theta.numpy() shares its memory, so append a copy.": (
                right * 0 + right[-1]
            ),
            "That is the last place alone. Return all of them, the start first.": right[-1],
            "The rate is not used.": start * (1 - curvature) ** np.arange(updates + 1)[:, None],
            "The path lacks its start: there is one place more than there are updates.": right[1:],
            "It climbs now. The update subtracts.": start
            * (2 - factors) ** np.arange(updates + 1)[:, None],
        },
        "The places do not follow the update rule. Print the gradient before each update: "
        "at the start it should be (-1.8, 4).",
    )


def rate(lr: Any) -> Verdict:
    """Judge a rate that should bring the bowl below 0.01 in 40 updates."""
    if lr is ...:
        return UNANSWERED
    try:
        lr = float(lr)
    except (TypeError, ValueError):
        lr = np.nan
    if not np.isfinite(lr):
        return Verdict(False, "A rate is one number.")
    x1, x2 = np.array([-9.0, 1.0]) * (1 - lr * np.array([0.2, 4.0])) ** 40
    gentle, steep = 0.1 * x1**2, 2 * x2**2
    if gentle + steep < 0.01:
        return Verdict(True, f"After 40 updates the bowl is at {gentle + steep:.4f}.")
    if lr <= 0:
        return Verdict(False, "With such a rate you stand still or climb.")
    if steep > 2:
        return Verdict(False, "Too big: along the steep direction every update ends farther out.")
    if steep > gentle:
        return Verdict(
            False, "Close. The bounce along the steep direction dies out too slowly: a little less."
        )
    return Verdict(False, "Too small: along the gentle direction you have not arrived yet.")
