"""The exercises of appendix A2, *Choosing a rate*."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .drawing import Generator, between, whole
from .exercise import Exercise, call
from .verdict import Complaint

# A slip is what is said, and below it the wrong answer that is meant.
# fmt: off

Array = NDArray[np.float64]

kept = Exercise(
    answer=0.06,
    praise="It has the lowest loss, and its neighbour on the right shows where the cliff is.",
    slips={
        "That run diverged: nan is not a low loss.": 0.18,
        "The run at three times this rate ended lower.": 0.02,
        "A rate between two tried ones may be better, but nothing has shown it yet.": 0.1,
        "That is a loss. The answer is a rate.": 0.24,
        "Going on to the right leads farther over the cliff.": 0.54,
    },
    otherwise="Keep one of the three rates that were tried.",
)


def _judging(
    end: Callable[[Array], Any] = lambda losses: losses[-1],
    broken: Callable[[Array], Any] = lambda losses: not np.isfinite(losses).all(),
    small: Callable[[Array], Any] = lambda losses: 0.05 * losses[0],
    factors: tuple[float, float, float] = (0.1, 10, 1),
) -> Callable[[Array], float]:
    """Write step 2 of the chart with the slips that a reader may make."""

    def short_run(losses: Array) -> float:
        down, up, keep = factors
        change = end(losses) - losses[0]
        if broken(losses) or change > small(losses):
            return down
        return up if change >= -small(losses) else keep

    return short_run


def _draw_run(rng: Generator) -> tuple[Array]:
    first, n = between(rng, 0.3, 40), whole(rng, 3, 7)
    last = rng.choice([0.5, 0.9, 0.94, 0.96, 0.99, 1.01, 1.04, 1.06, 2.0])
    between_them = rng.uniform(0.6, 1.5, n - 2)
    between_them[rng.random(n - 2) < 0.1] = rng.choice([np.nan, np.inf])
    return (np.round(first * np.array([1, *between_them, last]), 3),)


nan, inf = np.nan, np.inf
short_run = Exercise(
    answer=_judging(),
    draw=_draw_run,
    edges=tuple(
        (np.array(losses),)
        for losses in [
            [2.3, 2.2, 1.5], [2.3, 2.31, 2.29], [2.3, 2.3, 2.35], [2.3, 3.0, 9.0],
            [2.3, 1.2, 4.0], [2.3, 1.0, nan], [2.3, inf, 2.0], [2.3, nan, 2.0],
            [40.0, 39.5, 38.9], [0.3, 0.31, 0.27], [2.3, 0.2, 0.1, 2.25], [5.0, 4.0],
        ]
    ),
    draws=12,
    praise="The chart's second step is a program now.",
    slips={
        "The right runs, the wrong way round: a rate that is too large is divided.":
            _judging(factors=(10, 0.1, 1)),
        "A run that ends in nan counts as one that falls: every comparison with nan is False.":
            _judging(broken=lambda losses: False),
        "A run that was infinite on the way and came back has broken, too. Look at all its losses.":
            _judging(broken=lambda losses: not np.isfinite(losses[-1])),
        "nan is found now, and infinity is not: a run that came back from it has broken.":
            _judging(broken=lambda losses: np.isnan(losses).any()),
        "A run that fell and then jumped up has jumped up. Compare the last loss, not the lowest.":
            _judging(end=np.min),
        "A rise of one part in fifty is noise: that run hardly moves.":
            _judging(small=lambda losses: np.where(losses[-1] > losses[0], 0, 0.05 * losses[0])),
        "A twentieth of the first loss, not 0.05: a loss of 40 that fell by 1 hardly moved.":
            _judging(small=lambda losses: 0.05),
        "A run that hardly moves needs a larger rate, not the same.": _judging(factors=(0.1, 1, 1)),
    },
    otherwise="First look for losses that are not finite. Then compare the last loss with the "
    "first: more than a twentieth above, more than a twentieth below, or in between.",
)


def _climbed(climb: Any, first: float, lowest: float, cliff: float, lost: float) -> Any:
    """Climb where the loss is lowest at one rate, and ``lost`` from the cliff on."""
    runs = 0

    def run(rate: float) -> float:
        nonlocal runs
        runs += 1
        if runs > 40:
            raise Complaint("It never stops: nan is not higher than anything, either.")
        return float(np.log(rate / lowest) ** 2) if rate < cliff else lost

    return call(climb, run, first)


def _climb(result: Callable[[float, float, float], float]) -> Callable[[Any, float], float]:
    """Climb rightly, and return something else: of the first rate, the best, and its loss."""

    def climb(run: Any, first: float) -> float:
        rate, loss = first, run(first)
        while (following := run(3 * rate)) < loss:
            rate, loss = 3 * rate, following
        return result(first, rate, loss)

    return climb


def _forgets_the_loss(run: Any, first: float) -> float:
    rate, loss = first, run(first)
    while run(3 * rate) < loss:
        rate = 3 * rate
    return rate


climb = Exercise(
    answer=_climb(lambda first, best, loss: best),
    use=_climbed,
    draw=lambda rng: (
        (first := between(rng, 0.001, 0.02)),
        (best := round(first * 3 ** whole(rng, 2, 4) * float(rng.uniform(0.7, 1.4)), 4)),
        round(best * float(rng.uniform(20, 40)), 3),
        float(rng.choice([nan, inf])),
    ),
    edges=((0.001, 0.3, 10.0, nan), (0.05, 2.0, 1.0, nan), (1.0, 0.3, 10.0, nan)),
    praise="It compares with the run before, stops at nan, and returns the rate before that.",
    slips={
        "It walks past the lowest point. Write down rate and loss, run by run: where should it "
        "have stopped, and why did it not?": _forgets_the_loss,
        "That is the rate after the best one: it is tried, and must not be kept.":
            _climb(lambda first, best, loss: 3 * best),
        "That is the rate before the best one.":
            _climb(lambda first, best, loss: max(first, best / 3)),
        "It never moves from the first rate.": lambda run, first: first,
        "That is the loss. Return the rate.": _climb(lambda first, best, loss: loss),
    },
    otherwise="It should return the rate whose run ended lowest: the next one, three times as "
    "large, ended higher or diverged.",
)

converted = Exercise(
    answer=0.125,
    praise="Ten times as much for the momentum, a quarter of it for the batch.",
    slips={
        "The momentum is right. The batch is a quarter as large, too.": 0.5,
        "The batch is right. Without momentum each gradient counts once instead of ten times.":
            0.0125,
        "Momentum makes each gradient count ten times; without it the rate must make up for that, "
        "not fall further.": 0.05 / 10 / 4,
        "A smaller batch is noisier: it takes a smaller rate.": 0.05 * 10 * 4,
        "The table's factor for momentum is made of 1 - μ, not of μ.": 0.05 * 0.9 / 4,
        "The square root is the rule for Adam and its like.": 0.05 * 10 / 2,
    },
    otherwise="Two lines of the table apply, one for the momentum that goes and one for the "
    "batch. Multiply by both factors.",
)
