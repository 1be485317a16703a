"""The exercises of lesson 09, *Finding the rate*."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .verdict import Verdict, call, judge, same

Array = NDArray[np.float64]
Function = Callable[..., Any]

RATES = np.array([0.05, 0.1, 0.2, 0.4, 0.8, 1.6])
LOSSES = np.array(
    [
        [0.90, 0.95, 0.93],
        [0.66, 0.61, 0.64],
        [0.42, 0.50, 0.47],
        [0.40, 0.44, 0.41],
        [0.20, np.nan, 0.30],
        [np.nan, np.nan, 0.10],
    ]
)
MORE_LOSSES = np.array(
    [[0.45, 0.45, 0.45], [0.5, 0.5, 0.1], [0.3, 0.3, 0.9], [0.2, np.inf, np.nan]]
)

TEST_RATES = np.geomspace(0.001, 64.0, 17)
TEST_LOSSES = np.array(
    [2.3, 2.28, 2.26, 2.25, 2.22, 2.15, 2.0, 1.6, 1.0, 0.75, 0.7, 1.4, 6.0, 9.0, 8.5, 3.0, 2.4]
)
LOWEST = 10
EARLY_LOSSES = np.array(  # lowest at place 5, steepest at place 2; all 17 rates again
    [2.3, 2.2, 1.9, 1.3, 1.15, 1.1, 3.0, 9.0, 8.0, 3.5, 2.4, 2.4, 2.3, 2.3, 2.3, 2.3, 2.3]
)

CURVES = np.array(
    [
        [2.0, 1.6, 1.2, 1.1, 1.0, 0.95, 0.90, 0.85],
        [2.3, 2.1, 1.6, 1.0, 0.6, 0.40, 0.30, 0.20],
        [1.5, 1.2, 1.1, 1.0, 0.9, 0.80, 0.75, 0.70],
        [2.2, 2.2, 2.2, 2.2, 2.2, 2.20, 2.20, 2.20],
        [1.8, 1.3, 1.0, 0.7, 0.5, 0.45, 0.42, 0.40],
        [2.3, 2.3, 2.2, 2.1, 2.0, 1.00, 0.30, 0.10],
        [1.9, 1.5, 1.3, 0.8, 0.7, 0.50, 0.35, 0.30],
        [2.1, 1.9, 1.8, 1.7, 1.6, 1.50, 1.40, 1.30],
    ]
)


def count(number: Any) -> Verdict:
    """Judge how many rates a grid from 0.001 to 10 has, with neighbours a factor √10 apart."""
    return judge(
        number,
        9,
        "Four decades with two steps each are eight steps, and eight steps have nine ends.",
        {
            "Those are the steps. A fence has one post more than it has gaps.": 8,
            "Those are the decades. Each takes two steps of √10.": 4,
            "One rate a decade, both ends counted. Here there are two a decade.": 5,
            "Both ends are one rate each: eight steps and one.": 10,
            "That is how far apart the ends are. How often must you multiply by √10?": 10_000,
            "From 0.001 to 10 is a factor of 10,000: four decades, not three.": 7,
            "That is 10,000 divided by √10. Steps multiply: take logarithms.": 3162,
            "In an equally spaced grid that would be so. Here the steps are factors.": (
                10 / np.sqrt(10)
            ),
        },
        "√10 times √10 is 10. How many factors of √10 lead from 0.001 to 10?",
    )


def log_grid(function: Function) -> Verdict:
    """Judge ``log_grid(low, high, n)``: n rates from ``low`` to ``high`` by equal factors."""
    low, high, n = 0.002, 5.0, 7
    answer, trouble = call(function, low, high, n)
    if trouble is not None:
        return trouble
    low_log, high_log = np.log10(low), np.log10(high)
    return judge(
        answer,
        np.geomspace(low, high, n),
        "Equal factors are equal steps of the logarithm.",
        {
            "The steps are equal amounts. Nearly all of these rates lie in the last decade.": (
                np.linspace(low, high, n)
            ),
            "These are the logarithms. Raise 10, or e, to them.": np.linspace(low_log, high_log, n),
            "These are the natural logarithms. Apply `np.exp`.": np.linspace(
                np.log(low), np.log(high), n
            ),
            "`np.logspace` wants exponents: from `np.log10(low)` to `np.log10(high)`.": (
                np.logspace(low, high, n)
            ),
            "You took logarithms of one base and powers of another: log10 goes with 10**, "
            "log with exp.": np.exp(np.linspace(low_log, high_log, n)),
            "You took natural logarithms, and powers of 10.": 10
            ** np.linspace(np.log(low), np.log(high), n),
            "The last rate is not `high`. n rates have n - 1 factors between them.": (
                np.geomspace(low, high, n, endpoint=False)
            ),
            "That is one rate too many: n counts the rates, not the factors.": (
                np.geomspace(low, high, n + 1)
            ),
            "They run from `high` down to `low`.": np.geomspace(high, low, n),
            "That doubles each time, whatever `high` is. Find the factor that ends there.": (
                low * 2.0 ** np.arange(n)
            ),
        },
        "With low 1, high 100 and n 3 it should give 1, 10, 100. Print yours.",
    )


def best_rate(function: Function) -> Verdict:
    """Judge ``best_rate(rates, losses)`` on tables of shape (rates, seeds) that contain NaN."""
    tables = [(RATES, LOSSES), (RATES[:4], MORE_LOSSES)]
    answers = []
    for rates, losses in tables:
        with np.errstate(all="ignore"):
            answer, trouble = call(function, rates.copy(), losses.copy())
        if trouble is not None:
            return trouble
        answers.append(answer)

    def each(score: Callable[..., Array]) -> list[float]:
        with np.errstate(all="ignore"):
            return [float(rates[np.argmin(score(losses))]) for rates, losses in tables]

    medians = [np.median(_worst_where_nan(losses), axis=1) for _, losses in tables]
    return judge(
        answers,
        each(lambda losses: np.median(_worst_where_nan(losses), axis=1)),
        "A run that diverged counts as the worst there is, not as one that is missing.",
        {
            "`nan` won: the median, mean or minimum of a row with a `nan` is `nan`, and np.argmin "
            "takes that for the lowest.": each(lambda losses: np.median(losses, axis=1)),
            "You left out the runs that diverged, and judged a rate by those that were lucky. "
            "A rate that may diverge is not good.": each(
                lambda losses: np.nanmedian(losses, axis=1)
            ),
            "You took the best run. Take the rate whose median over the seeds is lowest.": each(
                lambda losses: np.min(_worst_where_nan(losses), axis=1)
            ),
            "That is the mean, which a single bad seed decides. Take the median.": each(
                lambda losses: np.mean(_worst_where_nan(losses), axis=1)
            ),
            "That is its place in the table. Return the rate.": [int(m.argmin()) for m in medians],
            "That is its loss. Return the rate.": [float(m.min()) for m in medians],
            "You judged by the worst run. That is careful, but the median was asked for.": each(
                lambda losses: np.max(_worst_where_nan(losses), axis=1)
            ),
            "That is the worst rate. Did a `nan` become 0, or did you take the highest?": [
                float(rates[m.argmax()]) for (rates, _), m in zip(tables, medians, strict=True)
            ],
        },
        "A row is a rate. Its score is the median along the row, where a run that diverged counts "
        "as worse than any other. Print the scores.",
    )


def _worst_where_nan(losses: Array) -> Array:
    return np.where(np.isfinite(losses), losses, np.inf)


def steepest(function: Function) -> Verdict:
    """Judge the mended ``steepest(rates, smoothed)``, which must not look past the minimum."""
    answers = []
    for losses in (TEST_LOSSES, EARLY_LOSSES):
        answer, trouble = call(function, TEST_RATES.copy(), losses.copy())
        if trouble is not None:
            return trouble
        answers.append(answer)
    answer, early = answers
    before = TEST_LOSSES[: LOWEST + 1]
    fall = np.gradient(before)
    linear = np.gradient(before, TEST_RATES[: LOWEST + 1])
    if same(answer, TEST_RATES[fall.argmin()]) and not same(early, TEST_RATES[2]):
        return Verdict(
            False,
            "Right on one curve and wrong on another, whose explosion comes sooner. Let the curve "
            "say where to stop looking.",
        )
    return judge(
        answer,
        TEST_RATES[fall.argmin()],
        "Only what happens before the lowest loss says anything about a good rate.",
        {
            "That is the steepest fall of the whole curve. At which loss does it happen, and what "
            "came before it?": TEST_RATES[np.gradient(TEST_LOSSES).argmin()],
            "That is the lowest point, not the steepest.": TEST_RATES[LOWEST],
            "That is where the loss rises fastest: argmin of the slope, not argmax.": TEST_RATES[
                np.gradient(TEST_LOSSES).argmax()
            ],
            "That is where the slope is nearest to zero.": TEST_RATES[np.abs(fall).argmin()],
            "You divide by the step of the rate, so early steps, which are tiny, count for more. "
            "The steps are equal in log(rate).": TEST_RATES[linear.argmin()],
            "That is its place among the updates. Return the rate.": fall.argmin(),
            "That is the slope itself. Return the rate at which it is found.": fall.min(),
        },
        "In 2.3, 2.2, 1.2, 0.9, 6, 2.3 the place that counts is the third. At which places does "
        "yours look?",
    )


def halving(function: Function) -> Verdict:
    """Judge ``halving(curves, rungs)``, which returns the winner and the updates it paid for."""
    rungs = [1, 2, 4, 8]
    answer, trouble = call(function, CURVES.copy(), list(rungs))
    if trouble is not None:
        return trouble
    winner, cost = 4, 20
    return judge(
        answer,
        (winner, cost),
        "Twenty updates instead of 64. And the run that would have been best, 5, started slowly "
        "and was dropped at the first rung: that is the price.",
        {
            "That is the best run of the full table. To know it you would pay for all 64 updates. "
            "Drop the worse half at each rung.": (5, 64),
            "The winner is right, the cost is not: every run that is alive at a rung pays for the "
            "updates since the last one.": (winner, 64),
            "The winner is right. You let a run pay for its whole past again at each rung; it "
            "goes on from where it was.": (winner, 8 * 1 + 4 * 2 + 2 * 4 + 1 * 8),
            "The winner is right. You charge only those that survive a rung, but those that are "
            "dropped there have been trained as well.": (winner, 4 * 1 + 2 * 1 + 1 * 2 + 1 * 4),
            "The winner is right. You count rungs, not updates.": (winner, 8 + 4 + 2 + 1),
            "You return its place among those still alive. Keep the numbers of the runs.": (
                0,
                cost,
            ),
            "You kept the worse half.": (3, cost),
            "You ranked the runs by losses that they have not reached yet. At a rung of n updates "
            "only the first n columns are known.": (5, cost),
            "Both numbers are right, and the wrong way round: first the row.": (cost, winner),
            "Only the winner is there: return the pair (winner, updates paid).": winner,
        },
        "With these curves 8 runs are trained to update 1, the best 4 of them to update 2, the "
        "best 2 to update 4, and the last to update 8. Return its row and the updates paid.",
    )
