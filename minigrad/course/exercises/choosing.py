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

following = Exercise(
    answer=0.01,
    praise="A third ended lower, so step 4 goes on from it, by another third.",
    slips={
        "Its whole run is done, and it is the best so far. The chart has not stopped there.": 0.03,
        "Its whole run is done, and a third of it ended lower.": 0.1,
        "The short runs have decided that: at 0.3 they ended higher.": 0.3,
        "That way lies the cliff: already at 0.3 the short runs ended higher.": 1.0,
        "A tenth is the step of the chart's step 2. Step 4 goes by thirds.": 0.003,
        "Between two rates that were tried there may be a better one, but the chart first looks "
        "how far down it goes.": 0.05,
        "That is a loss. The answer is a rate.": 0.15,
    },
    otherwise="In which step of the chart are you? Which of the two whole runs ended lower?",
)


def _means(losses: Array, n: int = 5) -> Array:
    return np.convolve(losses, np.ones(n) / n, mode="valid")


def _judging(
    high: Callable[[Array], Any] = lambda losses: _means(losses).max(),
    end: Callable[[Array], Any] = lambda losses: _means(losses)[-1],
    broken: Callable[[Array], Any] = lambda losses: not np.isfinite(losses).all(),
    small: Callable[[Array], Any] = lambda losses: 0.05 * losses[0],
    factors: tuple[float, float, float] = (0.1, 10, 1),
    start: Callable[[Array], Any] = lambda losses: losses[0],
) -> Callable[[Array], float]:
    """Write step 2 of the chart with the slips that a reader may make."""

    def short_run(losses: Array) -> float:
        down, up, keep = factors
        if broken(losses) or high(losses) - start(losses) > small(losses):
            return down
        return up if end(losses) - start(losses) >= -small(losses) else keep

    return short_run


def _draw_run(rng: Generator) -> tuple[Array]:
    """Draw a run that ends somewhere, with or without a bump, a hard batch or a break."""
    n = whole(rng, 9, 13)
    run = np.linspace(1.0, rng.choice([0.3, 0.8, 0.97, 1.0, 1.3]), n)
    kind = rng.choice(["plain", "bump", "hard batch", "breaks"], p=[0.3, 0.35, 0.2, 0.15])
    if kind == "bump":
        run[2:7] += rng.uniform(0.5, 2)
    elif kind == "hard batch":
        run[whole(rng, 1, n - 1)] += 0.2
    elif kind == "breaks":
        run[whole(rng, 1, n - 1)] = rng.choice([np.nan, np.inf])
    return (np.round(between(rng, 0.5, 40) * run, 3),)


nan, inf = np.nan, np.inf
short_run = Exercise(
    answer=_judging(),
    draw=_draw_run,
    edges=tuple(
        (np.array(losses),)
        for losses in [
            [2.3, 2.2, 2.0, 1.9, 1.7, 1.5], [2.3, 2.31, 2.29, 2.3, 2.3, 2.31],
            [2.3, 9.0, 30.0, 9.0, 4.0, 2.4, 2.3, 2.3, 2.3, 2.3, 2.3],
            [2.3, 1.2, 4.0, 6.0, 8.0, 9.0], [2.3, 2.0, 1.9, 1.5, 1.0, nan],
            [2.3, inf, 2.0, 1.9, 1.8, 1.5], [2.3, nan, 2.0, 1.8, 1.5, 1.3],
            [2.3, 2.2, 2.6, 2.1, 2.0, 1.9], [40.0, 39.9, 39.5, 39.3, 39.1, 38.9],
            [0.3, 0.29, 0.29, 0.28, 0.27, 0.25, 0.25], [2.3, 2.3, 2.3, 2.3, 2.3, 1.9],
            [2.3, 4.0, 5.0, 4.0, 2.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0],
            [2.3, 1.9, 1.5, 1.0, 1.0, 1.2, 1.5, 2.2, 2.3, 2.3, 2.3, 2.3],
        ]
    ),
    draws=16,
    praise="The chart's second step is a program now.",
    slips={
        "The right runs, the wrong way round: a rate that is too large is divided.":
            _judging(factors=(10, 0.1, 1)),
        "A run that ends in nan counts as one that falls: every comparison with nan is False.":
            _judging(broken=lambda losses: False),
        "A run that was infinite on the way and came back has broken, too. Look at all its losses.":
            _judging(broken=lambda losses: not np.isfinite(losses[-1])),
        "A run that jumped and came back has jumped. Compare the highest mean, not the last.":
            _judging(high=lambda losses: _means(losses)[-1]),
        "You compare last losses: a run that jumped and came back passes, and one batch decides.":
            _judging(high=lambda losses: losses[-1], end=lambda losses: losses[-1]),
        "One hard batch is no jump. Look for the highest of the means, not of the losses.":
            _judging(high=np.max),
        "For the end, too, take the mean of the last five: one easy batch is no fall.":
            _judging(end=lambda losses: losses[-1]),
        "Nothing is smoothed: one hard batch is no jump, and one easy one is no fall.":
            _judging(high=np.max, end=lambda losses: losses[-1]),
        "The end is the last mean. A run that fell and came back has not fallen.":
            _judging(end=lambda losses: _means(losses).min()),
        "A twentieth of the first loss, not 0.05: a loss of 40 that fell by 1 hardly moved.":
            _judging(small=lambda losses: 0.05),
        "You compare with the first mean. The first *loss* is where the run starts.": _judging(
            small=lambda losses: 0.05 * _means(losses)[0], start=lambda losses: _means(losses)[0]
        ),
        "A run that hardly moves needs a larger rate, not the same. And mode=\"same\" would take "
        "zeros into the last means, so that each run seems to fall.":
            _judging(factors=(0.1, 1, 1)),
    },
    otherwise="First look for losses that are not finite. Then smooth. Compare the highest mean "
    "with the first loss, and after that the last mean.",
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
    answer=0.5 * (1 + 64 / 32) / (1 + 64 / 8),
    praise="Ten times as much for the momentum, a third of it for the batch.",
    slips={
        "The momentum is right. The batch is a quarter as large, too.": 0.5,
        "The batch is right. Without momentum each gradient counts once instead of ten times.":
            0.05 / 3,
        "Momentum makes each gradient count ten times; without it the rate must make up for that, "
        "not fall further.": 0.005 / 3,
        "The batch's factor is upside down: a smaller batch is noisier and takes a smaller rate.":
            0.5 * 3,
        "A quarter of the batch takes a quarter of the rate only far below the noise scale, and 32 "
        "is not far below 64.": 0.125,
        "The table's factor for momentum is made of 1 - μ, not of μ.": 0.05 * 0.9 / 3,
        "The square root is the rule for Adam and its like.": 0.05 * 10 / 2,
        "Write the factor with B and kB as numbers of images, 32 and 8, not with k alone.":
            0.5 * (1 + 64) / (1 + 64 / 0.25),
    },
    otherwise="Two lines of the table apply, one for the momentum that goes and one for the "
    "batch. Multiply by both factors.",
)


def _valleys(chart: Any, first: float, short_best: int, long_best: int, lost: float) -> Any:
    """Follow the chart where short and whole runs are lowest at a rung each, ``lost`` beyond."""
    runs = 0

    def valley(best: int, base: float) -> Callable[[float], float]:
        def run(rate: float) -> float:
            nonlocal runs
            runs += 1
            if runs > 60:
                raise Complaint("It never stops: nan is not higher than anything, either.")
            rung = float(np.log(rate / first) / np.log(3))
            return base + (rung - best) ** 2 if rung < short_best + 2.5 else lost

        return run

    return call(chart, valley(short_best, 1.0), valley(long_best, 0.5), first)


def _chart(
    fall: float = 3,
    downwards: str = "on",
    against: str = "whole",
    result: Callable[[float, float], float] = lambda rate, loss: rate,
) -> Callable[[Any, Any, float], float]:
    """Follow the chart with the slips that a reader may make."""

    def chart(short: Any, whole: Any, first: float) -> float:
        rate, loss = first, short(first)
        while (after := short(3 * rate)) < loss:
            rate, loss = 3 * rate, after
        if downwards == "never":
            return rate
        loss = loss if against == "short" else whole(rate)
        while (after := whole(rate / fall)) < loss:
            rate, loss = rate / fall, after
            if downwards == "once":
                break
        return result(rate, loss)

    return chart


chart = Exercise(
    answer=_chart(),
    use=_valleys,
    draw=lambda rng: (
        between(rng, 0.001, 0.02),
        (best := whole(rng, 2, 4)),
        whole(rng, 0, best),
        float(rng.choice([nan, inf, 9.0])),
    ),
    edges=((0.001, 4, 1, nan), (0.01, 3, 3, inf), (0.1, 2, 1, 9.0), (1.0, 0, -2, nan)),
    praise="Steps 3 and 4 are a program now: up in short runs, down in whole ones.",
    slips={
        "That is where the climb stops. Step 4 goes on from there, and asks the whole runs.":
            _chart(downwards="never"),
        "It looks at one third only. The chart's arrow leads back: go on while it ends lower.":
            _chart(downwards="once"),
        "It compares a whole run with a short one. Run the whole budget at the climb's rate first.":
            _chart(against="short"),
        "Step 4 goes by thirds, not by tenths.": _chart(fall=10),
        "That is the loss. Return the rate.": _chart(result=lambda rate, loss: loss),
    },
    otherwise="First climb with `short`: three times the rate while the end is lower. From the "
    "best of them go down with `whole`: a third of the rate while the end is lower.",
)
