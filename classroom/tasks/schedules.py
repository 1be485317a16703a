"""The tasks of assignment 4, *Schedules*."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from minigrad.course.exercises import Exercise
from minigrad.course.exercises.drawing import Generator, between, whole

from ..task import Task

# A slip is what is said, and below it the wrong answer that is meant.
# fmt: off

Array = NDArray[np.float64]


def _near(rng: Generator, places: list[int], end: int) -> int:
    """Draw an update: half of the time one beside a place where something changes."""
    if rng.integers(2):
        return whole(rng, 0, end)
    return max(0, places[whole(rng, 0, len(places) - 1)] + whole(rng, -1, 1))


def _drops_drawn(rng: Generator) -> tuple[Any, ...]:
    at = np.cumsum(rng.integers(3, 30, whole(rng, 2, 4))).tolist()
    return _near(rng, at, at[-1] + 10), between(rng, 0.05, 2), between(rng, 0.1, 0.8), at


drops = Exercise(
    answer=lambda t, first, factor, at: first * factor ** sum(t >= each for each in at),
    draw=_drops_drawn,
    draws=10,
    edges=((10, 1.0, 0.5, [10, 20]), (19, 1.0, 0.5, [10, 20]), (20, 1.0, 0.5, [10, 20]),
           (0, 0.3, 0.1, [4])),
    praise="Each drop counts from its own update on.",
    slips={
        "Each drop comes one update late: update number `at` has the lower rate already.":
            lambda t, first, factor, at: first * factor ** sum(t > each for each in at),
        "Each drop comes one update early.":
            lambda t, first, factor, at: first * factor ** sum(t + 1 >= each for each in at),
        "It drops once only. Every update number in the list brings another drop.":
            lambda t, first, factor, at: first * (factor if t >= at[0] else 1.0),
        "All drops have happened from the beginning.":
            lambda t, first, factor, at: first * factor ** len(at),
        "It rises: multiply by the factor, do not divide by it.":
            lambda t, first, factor, at: first / factor ** sum(t >= each for each in at),
        "The factor is taken off instead of multiplied.":
            lambda t, first, factor, at: first - factor * sum(t >= each for each in at),
        "That is the factor without the first rate.":
            lambda t, first, factor, at: factor ** sum(t >= each for each in at),
    },
    otherwise="Count how many numbers of the list are not above t, and multiply by the factor as "
    "many times.",
)


def _warm(t: int, warmup: int) -> float:
    return (t + 1) / warmup


def _cosine(
    warm: Callable[[int, int], float] = _warm,
    progress: Callable[[int, int, int], float] = lambda t, warmup, steps:
        min((t - warmup) / (steps - 1 - warmup), 1.0),
    shape: Callable[[float], float] = lambda p: (1 + math.cos(math.pi * p)) / 2,
    span: Callable[[float, float], tuple[float, float]] = lambda peak, floor: (floor, peak - floor),
) -> Callable[..., float]:
    def cosine(t: int, peak: float, floor: float, warmup: int, steps: int) -> float:
        if t < warmup:
            return peak * warm(t, warmup)
        low, height = span(peak, floor)
        return low + height * shape(progress(t, warmup, steps))

    return cosine


def _cosine_drawn(rng: Generator) -> tuple[Any, ...]:
    warmup, rest = whole(rng, 3, 9), whole(rng, 8, 60)
    peak, steps = between(rng, 0.2, 2), warmup + rest
    t = _near(rng, [0, warmup, steps - 1, warmup + rest // 2], steps + 10)
    return t, peak, round(peak * between(rng, 0.02, 0.3), 3), warmup, steps


cosine = Exercise(
    answer=_cosine(),
    draw=_cosine_drawn,
    draws=12,
    edges=((0, 1.0, 0.1, 5, 50), (4, 1.0, 0.1, 5, 50), (5, 1.0, 0.1, 5, 50),
           (49, 1.0, 0.1, 5, 50), (70, 1.0, 0.1, 5, 50), (30, 1.0, 0.1, 0, 50)),
    praise="Up in a line, down in half a cosine, and then it stays.",
    slips={
        "The first rate is 0, so the first update is wasted: begin with peak / warmup.":
            _cosine(warm=lambda t, warmup: t / warmup),
        "The floor comes one update late: update number steps - 1 is the last.":
            _cosine(progress=lambda t, warmup, steps: min((t - warmup) / (steps - warmup), 1.0)),
        "After the end the rate rises again. It stays at the floor.":
            _cosine(progress=lambda t, warmup, steps: (t - warmup) / (steps - 1 - warmup)),
        "That is a whole period: it comes back up. Half a cosine leads from the peak to the floor.":
            _cosine(shape=lambda p: (1 + math.cos(2 * math.pi * p)) / 2),
        "That is a straight line down.": _cosine(shape=lambda p: 1 - p),
        "The floor is missing: it ends at 0.": _cosine(span=lambda peak, floor: (0.0, peak)),
        "The floor is added on top: the peak is too high.":
            _cosine(span=lambda peak, floor: (floor, peak)),
        "The cosine counts from update 0. It begins where the warmup ends.":
            _cosine(progress=lambda t, warmup, steps: min(t / (steps - 1), 1.0)),
        "There is no warmup.": _cosine(warm=lambda t, warmup: 1.0),
        "That is a quarter of a cosine: half a period leads from 1 to -1.":
            _cosine(shape=lambda p: math.cos(math.pi * p / 2)),
    },
    otherwise="Below warmup: peak·(t + 1)/warmup. Then p = (t - warmup)/(steps - 1 - warmup), at "
    "most 1, and floor + (peak - floor)·(1 + cos πp)/2.",
)


def _root(
    rise: Callable[[int, int], float] = _warm,
    fall: Callable[[int, int], float] = lambda t, warmup: math.sqrt(warmup / (t + 1)),
    join: Callable[[float, float], float] = min, factor: Callable[[float], float] = float,
) -> Callable[..., float]:
    return lambda t, peak, warmup: factor(peak) * join(rise(t, warmup), fall(t, warmup))


def _root_drawn(rng: Generator) -> tuple[Any, ...]:
    warmup = whole(rng, 2, 30)
    return _near(rng, [warmup, 0], 200), between(rng, 0.05, 2), warmup


inverse_root = Exercise(
    answer=_root(),
    draw=_root_drawn,
    draws=10,
    edges=((0, 0.5, 4), (3, 0.5, 4), (4, 0.5, 4), (399, 0.5, 4)),
    praise="Both branches meet at the peak.",
    slips={
        "Updates count from 0: the first is t + 1 = 1.":
            _root(lambda t, warmup: t / warmup, lambda t, warmup: math.sqrt(warmup / max(t, 1))),
        "It falls as 1/t. Asked for is the root.": _root(fall=lambda t, warmup: warmup / (t + 1)),
        "The larger of both branches counts, where the smaller should.": _root(join=max),
        "There is no rise: the first rates are far above the peak.":
            _root(join=lambda rise, fall: fall),
        "There is no fall after the peak.": _root(join=lambda rise, fall: min(rise, 1.0)),
        "The branches do not meet: √(warmup / (t + 1)) is 1 at the peak, 1/√(t + 1) is not.":
            _root(fall=lambda t, warmup: 1 / math.sqrt(t + 1)),
        "The peak is missing: it ends up at 1.": _root(factor=lambda peak: 1.0),
    },
    otherwise="peak · min((t + 1)/warmup, √(warmup/(t + 1))).",
)


def _plateau(
    warm: Callable[[int, int], float] = _warm,
    fall: Callable[[int, int], float] = lambda k, decay: (decay - k) / (decay + 1),
    after: float = 0.0, begin: Callable[[int, int], int] = lambda warmup, stable: warmup + stable,
) -> Callable[..., float]:
    def plateau(t: int, peak: float, warmup: int, stable: int, decay: int) -> float:
        if t < warmup:
            return peak * warm(t, warmup)
        k = t - begin(warmup, stable)
        if k < 0:
            return peak
        return peak * (fall(k, decay) if k < decay else after)

    return plateau


def _plateau_drawn(rng: Generator) -> tuple[Any, ...]:
    warmup, stable, decay = whole(rng, 2, 6), whole(rng, 7, 20), whole(rng, 8, 15)
    places = [0, warmup, warmup + stable, warmup + stable + decay]
    t = _near(rng, places, places[-1] + 3)
    if rng.integers(2):
        t = warmup + stable + whole(rng, 0, decay - 1)
    return t, between(rng, 0.1, 2), warmup, stable, decay


plateau = Exercise(
    answer=_plateau(),
    draw=_plateau_drawn,
    draws=10,
    edges=((0, 1.0, 4, 6, 9), (3, 1.0, 4, 6, 9), (9, 1.0, 4, 6, 9), (10, 1.0, 4, 6, 9),
           (18, 1.0, 4, 6, 9), (19, 1.0, 4, 6, 9)),
    praise="No update is wasted on a rate of 0, and none has the peak once too often.",
    slips={
        "The first rate is 0, so the first update is wasted: begin with peak / warmup.":
            _plateau(warm=lambda t, warmup: t / warmup),
        "The first update of the decay still has the peak: it has decay / (decay + 1) of it.":
            _plateau(fall=lambda k, decay: 1 - k / decay),
        "The last update of the decay has the rate 0 and is wasted: 1 / (decay + 1) is left there.":
            _plateau(fall=lambda k, decay: 1 - (k + 1) / decay),
        "The decay begins at update number `stable`. It begins after warmup + stable updates.":
            _plateau(begin=lambda warmup, stable: stable),
        "After the decay the rate is 0, not the peak.": _plateau(after=1.0),
        "There is no decay.": _plateau(fall=lambda k, decay: 1.0),
        "It falls as a cosine. Asked for is a line.": _plateau(
            fall=lambda k, decay: (1 + math.cos(math.pi * (k + 1) / (decay + 1))) / 2),
    },
    otherwise="warmup updates up, stable updates at the peak, then the k-th of the decay, from 0, "
    "has peak·(decay - k)/(decay + 1), and afterwards 0.",
)


def _triangle(
    shape: Callable[[int, int], float] = lambda t, half: 1 - abs(t % (2 * half) - half) / half,
    span: Callable[[float, float], tuple[float, float]] = lambda low, high: (low, high - low),
) -> Callable[..., float]:
    def triangle(t: int, low: float, high: float, half: int) -> float:
        begin, height = span(low, high)
        return begin + height * shape(t, half)

    return triangle


def _triangle_drawn(rng: Generator) -> tuple[Any, ...]:
    half, low = whole(rng, 3, 12), between(rng, 0.01, 0.5)
    t = _near(rng, [half, 2 * half, 3 * half], 6 * half)
    return t, low, low + between(rng, 0.1, 2), half


triangle = Exercise(
    answer=_triangle(),
    draw=_triangle_drawn,
    draws=10,
    edges=((0, 0.1, 0.5, 4), (4, 0.1, 0.5, 4), (8, 0.1, 0.5, 4), (9, 0.1, 0.5, 4),
           (31, 0.1, 0.5, 4)),
    praise="Up and down, for as long as it is asked.",
    slips={
        "It begins at the top. At t = 0 it stands at `low`.":
            _triangle(lambda t, half: abs(t % (2 * half) - half) / half),
        "`half` is the time up. You go up and down within it.":
            _triangle(lambda t, half: 1 - abs(2 * (t % half) - half) / half),
        "It rises and then jumps back. Let it come down as slowly as it went up.":
            _triangle(lambda t, half: t % half / half),
        "One triangle only: afterwards it goes on below `low`.":
            _triangle(lambda t, half: 1 - abs(t - half) / half),
        "One triangle only: afterwards it stays at `low`.":
            _triangle(lambda t, half: max(0.0, 1 - abs(t - half) / half)),
        "`high` is added to `low`. It is the top itself.":
            _triangle(span=lambda low, high: (low, high)),
        "It comes down to 0, not to `low`.": _triangle(span=lambda low, high: (0.0, high)),
    },
    otherwise="Where in its period of 2 · half updates is t? From low to high in `half` updates, "
    "and back.",
)


def _per_batch(
    total: Callable[[int, int], float] = lambda epochs, batches: epochs * batches,
    clip: Callable[[float], float] = lambda p: min(p, 1.0),
    count: Callable[[int, int], int] = lambda update, batches: update,
) -> Callable[..., float]:
    def per_batch(update: int, peak: float, epochs: int, batches: int) -> float:
        p = clip(count(update, batches) / total(epochs, batches))
        return peak * (1 + math.cos(math.pi * p)) / 2

    return per_batch


def _per_batch_drawn(rng: Generator) -> tuple[Any, ...]:
    epochs, batches = whole(rng, 3, 9), whole(rng, 10, 40)
    update = whole(rng, 1, int(1.2 * epochs * batches))
    return update, between(rng, 0.1, 2), epochs, batches


per_batch = Exercise(
    answer=_per_batch(),
    draw=_per_batch_drawn,
    draws=10,
    edges=((0, 1.0, 5, 20), (50, 1.0, 5, 20), (100, 1.0, 5, 20), (130, 1.0, 5, 20)),
    praise="Counted in updates, it comes down once.",
    slips={
        "The fault is still there: the period is counted in epochs, and the clock ticks "
        "in updates.":
            _per_batch(lambda epochs, batches: epochs, clip=float),
        "Now the rate stays at 0 after the first few updates. The period is epochs · batches.":
            _per_batch(lambda epochs, batches: epochs),
        "The period is one epoch. The run has `epochs` of them.":
            _per_batch(lambda epochs, batches: batches),
        "After the end it rises again. Let it stay at 0.": _per_batch(clip=float),
        "Now the rate changes once an epoch, in stairs. It was meant to fall with every update.":
            _per_batch(lambda epochs, batches: epochs,
                       count=lambda update, batches: update // batches),
        "The end comes one update early: update number epochs · batches is the first with 0.":
            _per_batch(lambda epochs, batches: epochs * batches - 1),
    },
    otherwise="How many updates has the whole run? Divide the update's number by that, and let it "
    "be at most 1.",
)

Resume = Callable[..., float]


def _resumed(
    rest: Callable[[int, float, int, int, int], float] = lambda t, peak, old, stopped, new:
        peak * (1 - stopped / old) * (new - t) / (new - stopped),
) -> Resume:
    def resumed(t: int, peak: float, old: int, stopped: int, new: int) -> float:
        if t < stopped:
            return peak * (1 - t / old)
        return max(rest(t, peak, old, stopped, new), 0.0)

    return resumed


def _resumed_drawn(rng: Generator) -> tuple[Any, ...]:
    old = whole(rng, 20, 60)
    stopped, new = whole(rng, old // 3, old - 2), old + whole(rng, 10, 60)
    t = _near(rng, [stopped, new], new + 3)
    if rng.integers(2):
        t = whole(rng, stopped, new - 1)
    return t, between(rng, 0.1, 2), old, stopped, new


resumed = Exercise(
    answer=_resumed(),
    draw=_resumed_drawn,
    draws=10,
    edges=((10, 1.0, 40, 30, 80), (30, 1.0, 40, 30, 80), (55, 1.0, 40, 30, 80),
           (80, 1.0, 40, 30, 80)),
    praise="No jump where it was stopped, and a line to the new end.",
    slips={
        "The fault is still there: at the moment of resuming the rate jumps up.":
            _resumed(lambda t, peak, old, stopped, new: peak * (1 - t / new)),
        "It goes on to the old end and stays at 0 for the rest.":
            _resumed(lambda t, peak, old, stopped, new: peak * (1 - t / old)),
        "It begins anew from the peak.": _resumed(
            lambda t, peak, old, stopped, new: peak * (new - t) / (new - stopped)),
        "Now the rate stays where it was stopped. It has to come down to 0 at the new end.":
            _resumed(lambda t, peak, old, stopped, new:
                     peak * (1 - stopped / old) * (t < new)),
        "Continuous, but it does not reach 0 at the new end: divide by what is left, "
        "new - stopped.":
            _resumed(lambda t, peak, old, stopped, new:
                     peak * (1 - stopped / old) * (1 - (t - stopped) / new)),
        "The new slope holds for the first part as well, which is over.":
            lambda t, peak, old, stopped, new: max(
                0.0, peak * (1 - stopped / old) * (new - t) / (new - stopped)),
    },
    otherwise="Before `stopped` nothing changes. There the rate is peak·(1 - stopped/old); from "
    "there let a line lead to 0 at `new`.",
)


def _verdict(
    choose: Callable[[Array, int], Array] = lambda losses, tuning: losses[:, :tuning].mean(axis=1),
    judge: Callable[[Array, int], Array] = lambda losses, tuning: losses[:, tuning:],
    rows: Callable[[int, int], tuple[int, int]] = lambda a, b: (a, b),
    error: Callable[[Array, Array], Any] = lambda a, b:
        np.std(a - b, ddof=1) / np.sqrt(len(a)),
    sign: float = 1.0,
) -> Callable[..., Any]:
    def verdict(a: Array, b: Array, tuning: int) -> Any:
        first, second = rows(*(int(choose(x, tuning).argmin()) for x in (a, b)))
        mine, theirs = judge(a, tuning)[first], judge(b, tuning)[second]
        return sign * np.mean(mine - theirs), error(mine, theirs)

    return verdict


def _losses(rng: Generator) -> tuple[Any, ...]:
    seeds, tuning = whole(rng, 8, 10), whole(rng, 2, 4)
    shared = rng.normal(0, 0.5, seeds)
    a, b = (
        np.round(2 + shared + rng.normal(0, 0.6, (whole(rng, 3, 4), seeds)), 2) for _ in range(2)
    )
    return a, b, tuning


verdict = Exercise(
    answer=_verdict(),
    draw=_losses,
    draws=10,
    edges=(_losses(np.random.default_rng(5)),),
    praise="Each tuned on its own, judged on seeds that tuned neither, and paired.",
    slips={
        "Each side is tuned on its own. You gave the second the rate of the first.":
            _verdict(rows=lambda a, b: (min(a, 2), min(a, 2))),
        "The seeds that chose the rates also judge them. Use the others.":
            _verdict(judge=lambda losses, tuning: losses[:, :tuning]),
        "The rates were chosen by the seeds that judge them.":
            _verdict(choose=lambda losses, tuning: losses[:, tuning:].mean(axis=1)),
        "All seeds judge, those that chose the rates included.":
            _verdict(judge=lambda losses, tuning: losses),
        "All seeds choose the rates, those that judge included.":
            _verdict(choose=lambda losses, tuning: losses.mean(axis=1)),
        "The rate with the luckiest seed was chosen. Take the mean over the tuning seeds.":
            _verdict(choose=lambda losses, tuning: losses[:, :tuning].min(axis=1)),
        "The error of the mean difference comes from the differences, seed by seed: what a seed "
        "does to both cancels.": _verdict(error=lambda a, b: np.sqrt(
            (np.var(a, ddof=1) + np.var(b, ddof=1)) / len(a))),
        "That is the deviation of the differences. That of their mean is smaller by √n.":
            _verdict(error=lambda a, b: np.std(a - b, ddof=1)),
        "The deviation of a sample has n - 1 below (ddof=1).":
            _verdict(error=lambda a, b: np.std(a - b) / np.sqrt(len(a))),
        "a minus b, not the other way round.": _verdict(sign=-1.0),
    },
    otherwise="For each table the row with the lowest mean over its first `tuning` columns. Then "
    "the differences of the two rows in the other columns: mean, and std(ddof=1)/√n.",
)

TASKS = {
    "drops-test": Task(drops, "drops", shown=((12, 1.0, 0.1, [10, 20]),)),
    "cosine-test": Task(cosine, "cosine", shown=((0, 1.0, 0.0, 4, 24), (3, 1.0, 0.0, 4, 24))),
    "inverse-root-test": Task(inverse_root, "inverse_root", shown=((0, 1.0, 4), (15, 1.0, 4))),
    "plateau-test": Task(plateau, "plateau", shown=((1, 1.0, 2, 5, 4),)),
    "triangle-test": Task(triangle, "triangle", shown=((5, 0.0, 1.0, 10),)),
    "per-batch-test": Task(per_batch, "per_batch", shown=((100, 1.0, 4, 50),)),
    "resumed-test": Task(resumed, "resumed", shown=((50, 1.0, 100, 50, 150),)),
    "verdict-test": Task(
        verdict, "verdict",
        shown=((np.array([[1.0, 2.0, 3.0], [5.0, 5.0, 5.0]]),
                np.array([[9.0, 9.0, 9.0], [2.0, 1.0, 3.0]]), 1),),
    ),
}  # fmt: skip
