"""The exercises of lesson 09, *Finding the rate*."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .drawing import Generator, between, sizes, whole
from .exercise import Exercise

# A slip is what is said, and below it the wrong answer that is meant.
# fmt: off

Array = NDArray[np.float64]

count = Exercise(
    answer=9,
    praise="Four decades with two steps each are eight steps, and eight steps have nine ends.",
    slips={
        "Those are the steps. A fence has one post more than it has gaps.": 8,
        "Those are the decades. Each takes two steps of √10.": 4,
        "One rate a decade, both ends counted. Here there are two a decade.": 5,
        "Both ends are one rate each: eight steps and one.": 10,
        "That is how far apart the ends are. How often must you multiply by √10?": 10_000,
        "From 0.001 to 10 is a factor of 10,000: four decades, not three.": 7,
        "That is 10,000 divided by √10. Steps multiply: take logarithms.": 3162,
        "In an equally spaced grid that would be so. Here the steps are factors.": 10**0.5,
    },
    otherwise="√10 times √10 is 10. How many factors of √10 lead from 0.001 to 10?",
)

log_grid = Exercise(
    answer=lambda low, high, n: np.geomspace(low, high, n),
    draw=lambda rng: (between(rng, 0.001, 0.05), between(rng, 0.5, 9), whole(rng, 3, 8)),
    edges=((1, 100, 3), (0.5, 8.0, 2), (2.0, 3.0, 4)),
    praise="Equal factors are equal steps of the logarithm.",
    slips={
        "The steps are equal amounts. Nearly all of these rates lie in the last decade.":
            np.linspace,
        "These are the logarithms. Raise 10, or e, to them.":
            lambda low, high, n: np.linspace(np.log10(low), np.log10(high), n),
        "These are the natural logarithms. Apply `np.exp`.":
            lambda low, high, n: np.linspace(np.log(low), np.log(high), n),
        "`np.logspace` wants exponents: from `np.log10(low)` to `np.log10(high)`.": np.logspace,
        "You took logarithms of one base and powers of another: log10 goes with 10**, log with "
        "exp.": lambda low, high, n: np.exp(np.linspace(np.log10(low), np.log10(high), n)),
        "You took natural logarithms, and powers of 10.":
            lambda low, high, n: 10 ** np.linspace(np.log(low), np.log(high), n),
        "The last rate is not `high`. n rates have n - 1 factors between them.":
            lambda low, high, n: np.geomspace(low, high, n, endpoint=False),
        "That is one rate too many: n counts the rates, not the factors.":
            lambda low, high, n: np.geomspace(low, high, n + 1),
        "They run from `high` down to `low`.": lambda low, high, n: np.geomspace(high, low, n),
        "That doubles each time, whatever `high` is. Find the factor that ends there.":
            lambda low, high, n: low * 2.0 ** np.arange(n),
    },
    otherwise="With low 1, high 100 and n 3 it should give 1, 10, 100. Print yours.",
)


def _worst_where_nan(losses: Array) -> Array:
    return np.where(np.isfinite(losses), losses, np.inf)


def _median(losses: Array) -> Array:
    return np.asarray(np.median(_worst_where_nan(losses), axis=1))


def _lowest(score: Callable[[Array], Any]) -> Callable[[Array, Array], Any]:
    return lambda rates, losses: rates[np.argmin(score(losses))]


def _draw_table(rng: Generator) -> tuple[Array, Array]:
    """Draw a row of losses for each rate, with runs that diverged among the best and the worst."""
    n, seeds = sizes(rng, 2, low=3, high=7)
    rates = np.round(0.01 * 2 ** rng.permutation(n) * rng.uniform(0.8, 1.2), 3)
    losses = np.round(rng.uniform(0.2, 0.9, (n, seeds)), 2)
    losses += 0.001 * rng.permutation(losses.size).reshape(losses.shape)  # no two alike
    lost = rng.random(losses.shape) < 0.25
    lost[rng.integers(n)] = False
    return rates, np.where(lost, rng.choice([np.nan, np.inf], losses.shape), losses)


nan, inf = np.nan, np.inf
best_rate = Exercise(
    answer=_lowest(_median),
    draw=_draw_table,
    edges=(
        (
            np.array([0.05, 0.1, 0.2, 0.4, 0.8, 1.6]),
            np.array([
                [0.90, 0.95, 0.93], [0.66, 0.61, 0.64], [0.42, 0.50, 0.47],
                [0.40, 0.44, 0.41], [0.20, nan, 0.30], [nan, nan, 0.10],
            ]),
        ),
        (
            np.array([0.05, 0.1, 0.2, 0.4]),
            np.array([[0.45, 0.45, 0.45], [0.5, 0.5, 0.1], [0.3, 0.3, 0.9], [0.2, inf, nan]]),
        ),
        (
            np.array([0.9, 0.1, 0.3]),  # the median of four is the mean of the two in the middle
            np.array([[0.45, 0.5, 0.52, 0.55], [0.1, 0.2, 0.6, 0.9], [0.1, 0.15, 0.98, 0.99]]),
        ),
    ),
    draws=10,
    praise="A run that diverged counts as the worst there is, not as one that is missing.",
    slips={
        "`nan` won: the median, mean or minimum of a row with a `nan` is `nan`, and np.argmin "
        "takes that for the lowest.": _lowest(lambda losses: np.median(losses, axis=1)),
        "You left out the runs that diverged, and judged a rate by those that were lucky. A rate "
        "that may diverge is not good.":
            _lowest(
                lambda losses: np.nanmedian(np.where(np.isfinite(losses), losses, nan), axis=1)
            ),
        "You left out `nan`, and so judged a rate by the runs that were lucky. A rate that may "
        "diverge is not good.": _lowest(lambda losses: np.nanmedian(losses, axis=1)),
        "You took the best run. Take the rate whose median over the seeds is lowest.":
            _lowest(lambda losses: np.min(_worst_where_nan(losses), axis=1)),
        "That is the mean, which a single bad seed decides. Take the median.":
            _lowest(lambda losses: np.mean(_worst_where_nan(losses), axis=1)),
        "That is the mean, and it leaves out the runs that diverged. Take the median, with those "
        "as the worst.": _lowest(lambda losses: np.nanmean(losses, axis=1)),
        "That is its place in the table. Return the rate.":
            lambda rates, losses: _median(losses).argmin(),
        "That is its loss. Return the rate.": lambda rates, losses: _median(losses).min(),
        "You judged by the worst run. That is careful, but the median was asked for.":
            _lowest(lambda losses: np.max(_worst_where_nan(losses), axis=1)),
        "That is the worst rate: you took the highest.":
            lambda rates, losses: rates[_median(losses).argmax()],
        "A `nan` became 0 on the way, and 0 is the lowest loss of all.":
            _lowest(lambda losses: np.median(np.nan_to_num(losses), axis=1)),
        "`nan` counts as the worst now, and so should the median of an even number of seeds be: "
        "the mean of the two in the middle. np.median takes it.":
            _lowest(
                lambda losses: np.sort(_worst_where_nan(losses), axis=1)[:, losses.shape[1] // 2]
            ),
    },
    otherwise="A row is a rate. Its score is the median along the row, where a run that diverged "
    "counts as worse than any other. Print the scores.",
)

LOWEST = 10


def _until_the_lowest(smoothed: Array) -> Array:
    return smoothed[: smoothed.argmin() + 1]


def _slope_over_rates(rates: Array, smoothed: Array) -> Any:
    before = _until_the_lowest(smoothed)
    return rates[np.gradient(before, rates[: len(before)]).argmin()]


def _draw_test(rng: Generator) -> tuple[Array, Array]:
    """Draw the losses of a range test: level, steep in the middle, and after its lowest wild."""
    n, steep = whole(rng, 6, 9), whole(rng, 2, 3)
    falls = np.round(rng.uniform(0.02, 0.08, n), 3)
    falls[steep : steep + 2] += np.round(rng.uniform(0.5, 0.7, 2), 2)
    before = 2.5 - np.concatenate([[0.0], falls.cumsum()])
    after = np.round([before[-1] + 0.5, 6, 9, 8, *rng.uniform(1.6, 3, whole(rng, 1, 4))], 2)
    smoothed = np.round(np.concatenate([before, after]), 3)
    return np.round(0.001 * 2 ** (0.8 * np.arange(len(smoothed))), 5), smoothed


steepest = Exercise(
    answer=lambda rates, smoothed: rates[np.gradient(_until_the_lowest(smoothed)).argmin()],
    draw=_draw_test,
    edges=(
        (
            np.geomspace(0.001, 64.0, 17),
            np.array([
                2.3, 2.28, 2.26, 2.25, 2.22, 2.15, 2.0, 1.6, 1.0, 0.75, 0.7, 1.4, 6.0, 9.0,
                8.5, 3.0, 2.4,
            ]),
        ),
        (
            np.geomspace(0.001, 64.0, 17),
            np.array([
                2.3, 2.2, 1.9, 1.3, 1.15, 1.1, 3.0, 9.0, 8.0, 3.5, 2.4, 2.4, 2.3, 2.3, 2.3,
                2.3, 2.3,
            ]),
        ),
        # One place before the lowest is steeper if the lowest itself is left out.
        (np.geomspace(0.01, 2.56, 9), np.array([3, 2.95, 2.45, 1.95, 1.9, 1.3, 1.1, 4, 1.5])),
    ),
    praise="Only what happens before the lowest loss says anything about a good rate.",
    slips={
        "That is the steepest fall of the whole curve. At which loss does it happen, and what "
        "came before it?": lambda rates, smoothed: rates[np.gradient(smoothed).argmin()],
        "That is the lowest point, not the steepest.":
            lambda rates, smoothed: rates[smoothed.argmin()],
        "That is where the loss rises fastest: argmin of the slope, not argmax.":
            lambda rates, smoothed: rates[np.gradient(smoothed).argmax()],
        "That is where the slope is nearest to zero.":
            lambda rates, smoothed: rates[
                np.abs(np.gradient(_until_the_lowest(smoothed))).argmin()
            ],
        "You divide by the step of the rate, so early steps, which are tiny, count for more. The "
        "steps are equal in log(rate).": _slope_over_rates,
        "That is its place among the updates. Return the rate.":
            lambda rates, smoothed: np.gradient(_until_the_lowest(smoothed)).argmin(),
        "That is the slope itself. Return the rate at which it is found.":
            lambda rates, smoothed: np.gradient(_until_the_lowest(smoothed)).min(),
        "Right on one curve and wrong on another, whose explosion comes sooner. Let the curve say "
        "where to stop looking.":
            lambda rates, smoothed: rates[np.gradient(smoothed[: LOWEST + 1]).argmin()],
        "The lowest loss itself belongs to what you look at: a slice ends one before its end.":
            lambda rates, smoothed: rates[np.gradient(smoothed[: smoothed.argmin()]).argmin()],
    },
    otherwise="In 2.3, 2.2, 1.2, 0.9, 6, 2.3 the place that counts is the third. At which places "
    "does yours look?",
)


def _halve(
    price: Callable[..., int] = lambda alive, kept, all_, rung, before: alive * (rung - before),
    worse: bool = False, ahead: bool = False, place: bool = False, swap: bool = False,
) -> Callable[[Array, list[int]], tuple[int, int]]:
    """Halve the field at each rung, with the slips that a reader may make."""

    def halving(curves: Array, rungs: list[int]) -> tuple[int, int]:
        alive, before, paid = np.arange(len(curves)), 0, 0
        for rung in rungs:
            order = curves[alive, -1 if ahead else rung - 1].argsort()
            kept = (order[::-1] if worse else order)[: max(1, len(alive) // 2)]
            paid += price(len(alive), len(kept), len(curves), rung, before)
            alive, before = alive[kept], rung
        winner = 0 if place else int(alive[0])
        return (paid, winner) if swap else (winner, paid)

    return halving


def _draw_curves(rng: Generator) -> tuple[Array, list[int]]:
    """Draw runs of which the best at the end starts slowly, and rungs that leave one of them."""
    n = whole(rng, 5, 11)
    rungs = np.sort(rng.permutation(np.arange(1, 10))[: n.bit_length()]).tolist()
    curves = 2.5 - 0.1 * rng.random((n, rungs[-1])).cumsum(axis=1) - 0.3 * rng.random((n, 1))
    late = rng.integers(n)
    curves[late] += 1 - 2 * (np.arange(rungs[-1]) == rungs[-1] - 1)
    return np.round(curves, 3), rungs


halving = Exercise(
    answer=_halve(),
    draw=_draw_curves,
    edges=(
        (
            np.array([
                [2.0, 1.6, 1.2, 1.1, 1.0, 0.95, 0.90, 0.85],
                [2.3, 2.1, 1.6, 1.0, 0.6, 0.40, 0.30, 0.20],
                [1.5, 1.2, 1.1, 1.0, 0.9, 0.80, 0.75, 0.70],
                [2.2, 2.2, 2.2, 2.2, 2.2, 2.20, 2.20, 2.20],
                [1.8, 1.3, 1.0, 0.7, 0.5, 0.45, 0.42, 0.40],
                [2.3, 2.3, 2.2, 2.1, 2.0, 1.00, 0.30, 0.10],
                [1.9, 1.5, 1.3, 0.8, 0.7, 0.50, 0.35, 0.30],
                [2.1, 1.9, 1.8, 1.7, 1.6, 1.50, 1.40, 1.30],
            ]),
            [1, 2, 4, 8],
        ),
        (np.array([[2.0, 1.5, 1.0, 0.2], [1.8, 1.4, 1.3, 1.2], [1.9, 1.0, 0.9, 0.8]]), [2, 3]),
    ),
    praise="The updates of a few runs instead of all. And the run that would have been best, slow "
    "at the start, was dropped at the first rung: that is the price.",
    slips={
        "That is the best run of the full table. To know it you would pay for all its updates. "
        "Drop the worse half at each rung.":
            lambda curves, rungs: (curves[:, -1].argmin(), curves.size),
        "The winner is right, the cost is not: every run that is alive at a rung pays for the "
        "updates since the last one.":
            _halve(lambda alive, kept, all_, rung, before: all_ * (rung - before)),
        "The winner is right. You let a run pay for its whole past again at each rung; it goes on "
        "from where it was.": _halve(lambda alive, kept, all_, rung, before: alive * rung),
        "The winner is right. You charge only those that survive a rung, but those that are "
        "dropped there have been trained as well.":
            _halve(lambda alive, kept, all_, rung, before: kept * (rung - before)),
        "The winner is right. You count rungs, not updates.":
            _halve(lambda alive, kept, all_, rung, before: alive),
        "You return its place among those still alive. Keep the numbers of the runs.":
            _halve(place=True),
        "You kept the worse half.": _halve(worse=True),
        "You ranked the runs by losses that they have not reached yet. At a rung of n updates "
        "only the first n columns are known.": _halve(ahead=True),
        "Both numbers are right, and the wrong way round: first the row.": _halve(swap=True),
        "Only the winner is there: return the pair (winner, updates paid).":
            lambda curves, rungs: _halve()(curves, rungs)[0],
    },
    otherwise="Of 8 runs and rungs 1, 2, 4, 8, all are trained to update 1, the best 4 of them to "
    "update 2, the best 2 to update 4, and the last to update 8. Return its row and the updates "
    "paid.",
)
