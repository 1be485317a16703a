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
        "Keep one of the three rates that were tried.",
    )


def short_run(function: Callable[..., Any]) -> Verdict:
    """Judge ``short_run(losses)``: 0.1, 10 or 1, the factor for the rate that step 2 asks for."""
    cases = [
        [2.3, 2.2, 1.5],
        [2.3, 2.31, 2.29],
        [2.3, 2.3, 2.35],
        [2.3, 3.0, 9.0],
        [2.3, 1.2, 4.0],
        [2.3, 1.0, np.nan],
        [2.3, np.inf, 2.0],
        [2.3, np.nan, 2.0],
        [40.0, 39.5, 38.9],
        [0.3, 0.31, 0.27],
    ]
    runs = [np.array(losses) for losses in cases]
    answers = []
    for losses in runs:
        answer, trouble = call(function, losses.copy())
        if trouble is not None:
            return trouble
        answers.append(answer)

    def each(
        end: Callable[[Any], Any] = lambda losses: losses[-1],
        broken: Callable[[Any], Any] = lambda losses: not np.isfinite(losses).all(),
        small: Callable[[Any], Any] = lambda losses: 0.05 * losses[0],
        factors: tuple[float, float, float] = (0.1, 10, 1),
    ) -> list[float]:
        down, up, keep = factors

        def rule(losses: Any) -> float:
            change = end(losses) - losses[0]
            if broken(losses) or change > small(losses):
                return down
            return up if change >= -small(losses) else keep

        return [rule(losses) for losses in runs]

    return judge(
        answers,
        each(),
        "The chart's second step is a program now.",
        {
            "The right runs, the wrong way round: a rate that is too large is divided.": (
                each(factors=(10, 0.1, 1))
            ),
            "A run that ends in nan counts as one that falls: every comparison with nan is "
            "False.": each(broken=lambda losses: False),
            "A run that was infinite on the way and came back has broken, too. Look at all "
            "its losses.": each(broken=lambda losses: not np.isfinite(losses[-1])),
            "nan is found now, and infinity is not: a run that came back from it has broken.": each(
                broken=lambda losses: np.isnan(losses).any()
            ),
            "A run that fell and then jumped up has jumped up. Compare the last loss, not the "
            "lowest.": each(end=np.min),
            "A rise of one part in fifty is noise: that run hardly moves.": each(
                small=lambda losses: np.where(losses[-1] > losses[0], 0, 0.05 * losses[0])
            ),
            "A twentieth of the first loss, not 0.05: a loss of 40 that fell by 1 hardly "
            "moved.": each(small=lambda losses: 0.05),
            "A run that hardly moves needs a larger rate, not the same.": each(factors=(0.1, 1, 1)),
        },
        "First look for losses that are not finite. Then compare the last loss with the first: "
        "more than a twentieth above, more than a twentieth below, or in between.",
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
                "It walks past the lowest point. Write down rate and loss, run by run: where "
                "should it have stopped, and why did it not?": 6.561,
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
            "The table's factor for momentum is made of 1 - μ, not of μ.": 0.05 * 0.9 / 4,
            "The square root is the rule for Adam and its like.": 0.05 * 10 / 2,
        },
        "Two lines of the table apply, one for the momentum that goes and one for the batch. "
        "Multiply by both factors.",
    )
