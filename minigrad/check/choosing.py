"""The exercises of appendix A2, *Choosing a rate*."""

from collections.abc import Callable
from typing import Any

import numpy as np

from .verdict import UNANSWERED, Verdict, call, judge


def kept(rate: Any) -> Verdict:
    """Judge the rate to keep after 0.02, 0.06 and 0.18 ended at 0.31, 0.24 and nan."""
    return judge(
        rate,
        0.06,
        "It has the lowest loss, and its neighbour on the right shows where the cliff is.",
        {
            "That run diverged: nan is not a low loss.": 0.18,
            "The run at three times this rate ended lower.": 0.02,
            "A rate between two tried ones may be better, but nothing has shown it yet.": 0.1,
            "That is a loss. The answer is a rate.": 0.24,
            "Going on to the right leads farther over the cliff.": 0.54,
        },
        "Keep one of the three rates: the one whose run ended lowest.",
    )


def best_rate(function: Callable[..., Any]) -> Verdict:
    """Judge a function ``best_rate(rates, losses)`` that gives the rate of the lowest loss."""
    cases = [
        (np.array([0.01, 0.03, 0.1, 0.3]), np.array([0.9, 0.4, np.nan, 0.7])),
        (np.array([1.0, 0.1, 0.01]), np.array([np.inf, 0.5, 0.2])),
        (np.array([0.3, 0.1, 0.03]), np.array([-np.inf, 0.6, 0.8])),
    ]
    answers = []
    for rates, losses in cases:
        answer, trouble = call(function, rates.copy(), losses.copy())
        if trouble is not None:
            return trouble
        answers.append(answer)

    def each(rule: Callable[[Any, Any], Any]) -> list[Any]:
        return [rule(rates, losses) for rates, losses in cases]

    def finite(losses: Any) -> Any:
        return np.where(np.isfinite(losses), losses, np.inf)

    return judge(
        answers,
        each(lambda rates, losses: rates[np.argmin(finite(losses))]),
        "A run that is not finite can never win.",
        {
            "np.argmin takes nan for the lowest of all. Leave out what is not finite.": (
                each(lambda rates, losses: rates[np.argmin(losses)])
            ),
            "nan is left out now, but minus infinity is not a low loss either.": (
                each(lambda rates, losses: rates[np.nanargmin(losses)])
            ),
            "That is the largest rate that did not diverge. Another one ended lower.": (
                each(lambda rates, losses: rates[np.isfinite(losses)].max())
            ),
            "That is where the rate stands in the array. Return the rate itself.": (
                each(lambda rates, losses: np.argmin(finite(losses)))
            ),
            "That is the lowest loss. Return the rate that led to it.": (
                each(lambda rates, losses: finite(losses).min())
            ),
            "That is the rate of the highest loss.": (
                each(
                    lambda rates, losses: rates[
                        np.argmax(np.where(np.isfinite(losses), losses, -np.inf))
                    ]
                )
            ),
        },
        "Replace the losses that are not finite by infinity, find the lowest, return its rate.",
    )


def climb(function: Callable[..., Any]) -> Verdict:
    """Judge the mended ``climb(run, first)``, which multiplies the rate by 3 while it helps."""
    runs = 0

    def counted(rate: float, loss: float) -> float:
        nonlocal runs
        runs += 1
        if runs > 40:
            raise RuntimeError("40 runs, and no end")
        return loss

    def bowl(rate: float) -> float:
        return counted(rate, float(np.log(rate / 0.3) ** 2) if rate < 10 else np.nan)

    def shelf(rate: float) -> float:
        return counted(rate, 1 / rate if rate < 1 else np.nan)

    verdict = UNANSWERED
    for landscape, first, right in [(bowl, 0.001, 0.243), (shelf, 0.05, 0.45), (bowl, 1.0, 1.0)]:
        runs = 0
        answer, trouble = call(function, landscape, first)
        if runs > 40:
            return Verdict(False, "It never stops: nan is not higher than anything, either.")
        if trouble is not None:
            return trouble
        runs = 0
        verdict = judge(
            answer,
            right,
            "It compares with the run before, stops at nan, and returns the rate before that.",
            {
                "It compares every run with the first one. When is a run worse than the one "
                "before?": 6.561,
                "That is the rate after the best one: it is tried, and must not be kept.": (
                    3 * right
                ),
                "That is the rate before the best one.": right / 3,
                "It never moves from the first rate.": first,
                "That is the loss. Return the rate.": landscape(right),
            },
            f"From {first} on a loss that is lowest near {right:.2g} it returned {answer!r}.",
        )
        if not verdict:
            return verdict
    return verdict


def converted(rate: Any) -> Verdict:
    """Judge the plain rate at B = 8 that does what 0.05 does with μ = 0.9 at B = 32."""
    return judge(
        rate,
        0.125,
        "Ten times as much for the momentum, a quarter of it for the batch.",
        {
            "The momentum is right. The batch is a quarter as large, too.": 0.5,
            "The batch is right. Without momentum each gradient counts once instead of "
            "ten times.": 0.0125,
            "Momentum makes each gradient count ten times; without it the rate must make up for "
            "that, not fall further.": 0.05 / 10 / 4,
            "A smaller batch is noisier: it takes a smaller rate.": 0.05 * 10 * 4,
            "The factor of momentum is 1/(1 - μ), which is 10 for μ = 0.9.": 0.05 * 0.9 / 4,
            "The square root is the rule for Adam and its like.": 0.05 * 10 / 2,
        },
        "Multiply by 1/(1 - μ) for the momentum that goes, and by 8/32 for the batch.",
    )
