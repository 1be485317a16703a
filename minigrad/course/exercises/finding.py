"""The exercises of lesson 09, *Finding the rate*."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .drawing import Generator, sizes, whole
from .exercise import Exercise

# A slip is what is said, and below it the wrong answer that is meant.
# fmt: off

Array = NDArray[np.float64]

count = Exercise(
    answer=13,
    praise="Three decades of four steps each are twelve steps, which have thirteen ends.",
    slips={
        "Those are the steps. A fence has one post more than it has gaps.": 12,
        "Those are the decades. Each takes four steps.": 3,
        "One rate a decade, both ends counted. Here there are four a decade.": 4,
        "Two rates a decade, both ends counted. Here there are four a decade.": 7,
        "Both ends are one rate each: twelve steps and one.": 14,
        "That is how far apart the ends are. How often must you multiply by 1.8?": 1_000,
        "From 0.0001 to 0.1 is a factor of 1,000: three decades, not four.": 17,
        "That is 1,000 divided by the factor. Steps multiply: take logarithms.": 562,
    },
    otherwise="Four of those factors make 10. How many lead from 0.0001 to 0.1?",
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


def _mean_of_those_there(losses: Array, window: int) -> Array:
    reach = window // 2
    near = [losses[max(0, t - reach) : t + reach + 1] for t in range(len(losses))]
    return np.array([np.mean(some) for some in near])


def _padded(how: Any) -> Callable[[Array, int], Array]:
    """Smooth a list that goes on beyond its ends in some way."""

    def smooth(losses: Array, window: int) -> Array:
        longer = np.pad(losses, window // 2, mode=how)
        return np.convolve(longer, np.ones(window) / window, mode="valid")

    return smooth


def _ends_left_alone(losses: Array, window: int) -> Array:
    smoothed, reach = _padded("constant")(losses, window), window // 2
    smoothed[:reach], smoothed[len(losses) - reach :] = losses[:reach], losses[-reach:]
    return smoothed


def _draw_losses(rng: Generator) -> tuple[Array, int]:
    window = 2 * whole(rng, 1, 2) + 1
    return np.round(rng.uniform(0.5, 2.5, window + whole(rng, 1, 3)), 2), window


smooth = Exercise(
    answer=_mean_of_those_there,
    draw=_draw_losses,
    edges=((np.ones(5), 3), (np.array([2.3, 2.1, 1.6, 1.2, 1.1, 1.0]), 5)),
    praise="Zeros beyond the ends were taken into the mean, and made both ends too low: on a test "
    "that never diverged, the last rate won.",
    slips={
        "Nothing has changed yet. What does it make of 1, 1, 1, 1, 1?": _padded("constant"),
        "The list has become shorter, and its losses no longer stand beside their rates.":
            lambda losses, window: np.convolve(losses, np.ones(window) / window, mode="valid"),
        "You repeat the losses at both ends, so they count more than once in the mean.":
            _padded("edge"),
        "You mirror the list at its ends, so some losses count twice. Take the mean of those that "
        "there are.": _padded("reflect"),
        "You mirror the list at its ends, so some losses count twice. Take the mean of those that "
        "are there.": _padded("symmetric"),
        "In the middle it is right. The losses at the ends have neighbours, too, on one side.":
            _ends_left_alone,
        "That is the sum, not the mean.":
            lambda losses, window: np.convolve(losses, np.ones(window), mode="same"),
        "You look back alone, so the curve lags behind: half of the neighbours come after.":
            lambda losses, window: np.array(
                [np.mean(losses[max(0, t - window + 1) : t + 1]) for t in range(len(losses))]
            ),
        "You reach `window` losses to each side. The window holds `window` of them in all.":
            lambda losses, window: _mean_of_those_there(losses, 2 * window + 1),
        "A slice ends one before its end: the last neighbour is missing.":
            lambda losses, window: np.array([
                np.mean(losses[max(0, t - window // 2) : t + window // 2])
                for t in range(len(losses))
            ]),
        "At the left end a slice that begins below 0 counts from the other end. Begin at 0.":
            lambda losses, window: np.array([
                np.mean(losses[t - window // 2 : t + window // 2 + 1])
                if losses[t - window // 2 : t + window // 2 + 1].size else np.nan
                for t in range(len(losses))
            ]),
    },
    otherwise="Of 1, 2, 6 and a window of 3 it should make 1.5, 3, 4.",
)


def _fair(
    choose: Callable[[Array, int], Array] = lambda table, n: table[:, :n],
    judge: Callable[[Array, int], Array] = lambda row, n: row[n:],
    score: Callable[[Array], Array] = lambda runs: np.asarray(np.median(runs, axis=1)),
    count: Callable[[Array, Array], Any] = lambda one, two: (one < two).sum(),
    common: bool = False,
) -> Callable[[Array, Array, int], Any]:
    """Choose a rate for each method and compare them, with the slips that a reader may make."""

    def fair(first: Array, second: Array, n: int) -> Any:
        rates = [int(np.argmin(score(choose(table, n)))) for table in (first, second)]
        ours, theirs = (rates[0], rates[0]) if common else rates
        return count(judge(first[ours], n), judge(second[theirs], n))

    return fair


def _draw_methods(rng: Generator) -> tuple[Array, Array, int]:
    """Draw two tables: rates that are lucky in the seeds to choose by, and runs that are lost."""
    rates, n = whole(rng, 2, 4), whole(rng, 2, 3)
    fresh = n + whole(rng, 1, 3)
    tables = np.round(rng.uniform(0.1, 0.9, (2, rates, n + fresh)), 2)
    tables += 0.001 * rng.permutation(tables.size).reshape(tables.shape)  # no two alike
    tables[rng.random(tables.shape) < 0.1] = np.inf
    tables[:, rng.integers(rates), :n] = np.round(rng.uniform(0.05, 0.1, (2, n)), 3)
    return tables[0], tables[1], n


fair = Exercise(
    answer=_fair(),
    draw=_draw_methods,
    edges=(
        (
            np.array([[0.3, 0.3, 0.3, 0.3, 0.3, 0.3], [0.2, 0.2, 0.9, 0.9, 0.4, 0.9]]),
            np.array([[0.5, 0.5, 0.1, 0.1, 0.1, 0.1], [0.4, 0.4, 0.5, 0.5, 0.5, 0.5]]),
            2,
        ),
        (
            np.array([[0.3, 0.4, 0.5, 0.2, 0.6], [0.2, 0.9, 0.1, 0.1, 0.1]]),
            np.array([[0.1, 0.9, 0.3, 0.1, 0.1], [0.3, 0.3, 0.4, 0.3, 0.5]]),
            2,
        ),
        (  # the median, the mean and the luckiest run choose three different rates
            np.array([
                [0.3, 0.3, 0.9, 0.1, 0.2], [0.4, 0.4, 0.4, 0.9, 0.9], [0.05, 0.8, 0.8, 0.1, 0.9],
            ]),
            np.array([[0.5, 0.5, 0.5, 0.5, 0.5], [0.6, 0.6, 0.6, 0.6, 0.6], [1.0, 1, 1, 1, 1]]),
            3,
        ),
    ),
    draws=12,
    praise="Each method at its own best rate, chosen on some seeds and judged on others: neither "
    "the choice nor its luck is counted twice.",
    slips={
        "You choose by the first n rates. The first n *seeds* are for choosing: columns.":
            _fair(choose=lambda table, n: table[:n]),
        "You judge by the seeds that you chose by: each winner brings its luck along. Judge by "
        "the others.": _fair(judge=lambda row, n: row[:n]),
        "You judge by all seeds, and so also by those that you chose by.":
            _fair(judge=lambda row, n: row),
        "You choose by all seeds, and so also by those that are to judge.":
            _fair(choose=lambda table, n: table),
        "You choose by the seeds that are to judge. They must not have been seen before.":
            _fair(choose=lambda table, n: table[:, n:]),
        "You choose by all seeds and judge by all: nothing is left that has not been seen.":
            _fair(choose=lambda table, n: table, judge=lambda row, n: row),
        "You run the second method at the first one's best rate. Each has a best rate of its own.":
            _fair(common=True),
        "You choose by the mean, which a single bad seed decides. Take the median.":
            _fair(score=lambda runs: np.asarray(np.mean(runs, axis=1))),
        "You choose by the luckiest run of each rate. Take the median.":
            _fair(score=lambda runs: np.asarray(np.min(runs, axis=1))),
        "You took the rate with the highest median: that is the worst.":
            _fair(score=lambda runs: -np.asarray(np.median(runs, axis=1))),
        "You count where the second is lower.": _fair(count=lambda one, two: (one > two).sum()),
        "That is the share of the seeds. How many are they?":
            _fair(count=lambda one, two: (one < two).mean()),
    },
    otherwise="Choose a row for each method, by the first n columns. Then compare the two rows in "
    "the columns from n on.",
)


def _halve(
    price: Callable[..., int] = lambda alive, kept, all_, rung, before: alive * (rung - before),
    worse: bool = False, ahead: bool = False, place: bool = False, swap: bool = False,
    half: Callable[[int], int] = lambda alive: max(1, alive // 2),
) -> Callable[[Array, list[int]], tuple[int, int]]:
    """Halve the field at each rung, with the slips that a reader may make."""

    def halving(curves: Array, rungs: list[int]) -> tuple[int, int]:
        alive, before, paid = np.arange(len(curves)), 0, 0
        for rung in rungs:
            order = curves[alive, -1 if ahead else rung - 1].argsort()
            kept = (order[::-1] if worse else order)[: half(len(alive))]
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
        "Of an odd number you keep the larger half. Of three, one stays.":
            _halve(half=lambda alive: (alive + 1) // 2),
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
