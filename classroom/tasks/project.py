"""The tasks of assignment 7, *A project*."""

import functools
import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from minigrad.course.exercises import Exercise
from minigrad.course.exercises.drawing import Generator, sizes, whole
from minigrad.course.exercises.exercise import call
from minigrad.course.exercises.verdict import Complaint

from ..race import Choice, Race
from ..sources import defined
from ..task import Task

# A slip is what is said, and below it the wrong answer that is meant.
# fmt: off

Array = NDArray[np.float64]


# 1. Divide a budget


def _halving(
    half: Callable[[int], int] = lambda n: (n + 1) // 2,
    share: Callable[[int, list[int]], int] = lambda budget, left: budget // len(left),
    each: Callable[[int, int], int] = lambda share, n: share // n,
    *, rest: bool = True, single: bool = True, summed: bool = False,
) -> Callable[[int, int], Array]:
    def halving(budget: int, runs: int) -> Array:
        left = [runs]
        while left[-1] > 1:
            left.append(half(left[-1]))
        left = left if single or runs == 1 else left[:-1]
        updates = [each(share(budget, left), n) for n in left]
        if rest:
            updates[-1] += (budget - int(np.dot(left, updates))) // left[-1]
        return np.column_stack([left, np.cumsum(updates) if summed else updates])

    return halving


halving = Exercise(
    answer=_halving(),
    draw=lambda rng: (whole(rng, 300, 3000), whole(rng, 3, 24)),
    draws=8,
    edges=((1000, 5), (1000, 16), (777, 1), (100, 2), (1000, 6)),
    praise="Every round costs the same, and the last run is the longest.",
    slips={
        "Of an odd number the larger half goes on: 5, 3, 2, 1.": _halving(lambda n: n // 2),
        "The single one that is left has a round, too.": _halving(single=False),
        "What the rounding leaves is lost. It goes to the last round.": _halving(rest=False),
        "Every round costs the same. You gave every run the same, so the first round costs most.":
            _halving(share=lambda budget, left: budget // sum(left), each=lambda share, n: share),
        "That is what a round costs in all. Its runs share it.":
            _halving(each=lambda share, n: share, rest=False),
        "The updates are those of this round alone, not all that a run has made so far.":
            _halving(summed=True),
        "Each round spends the whole budget. They share it.":
            _halving(share=lambda budget, left: budget, rest=False),
    },
    otherwise="First the numbers that are left, from `runs` to 1. Then budget // rounds for each "
    "round, and that // runs for each of its runs; the rest to the last.",
)


# 2. Choose from a table


def _infinite(losses: Array) -> Array:
    return np.where(np.isnan(losses), math.inf, losses)


def _pick(
    of: Callable[[Array], Array] = lambda losses: np.median(_infinite(losses), axis=1),
    lowest: Callable[[Array], Any] = np.argmin,
    edge: Callable[[int, Array], bool] = lambda i, rates: rates[i] in (min(rates), max(rates)),
    number: Callable[[int, Array], Any] = lambda i, rates: i,
) -> Callable[[Array, Array], tuple[Any, bool]]:
    def pick(losses: Array, rates: Array) -> tuple[Any, bool]:
        best = int(lowest(of(losses)))
        return number(best, rates), edge(best, rates)

    return pick


def _table(rng: Generator) -> tuple[Array, Array]:
    n, seeds = sizes(rng, 2, 3, 7)
    rates = rng.permutation([0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0][:n])
    losses = rng.uniform(0.3, 0.9, (n, 1)) + rng.uniform(0, 0.2, (n, seeds))
    losses[rng.random((n, seeds)) < 0.15] *= 4  # a wild run
    for i in np.argsort(np.median(losses, axis=1))[: whole(rng, 0, 2)]:
        diverged = whole(rng, 1, seeds - 1)
        losses[i, rng.permutation(seeds)[:diverged]] = np.nan
    return np.round(losses, 3), rates


_RATES = np.array([0.03, 0.01, 0.3, 0.1])

pick = Exercise(
    answer=_pick(),
    draw=_table,
    draws=12,
    edges=(
        (np.array([[0.5, 0.5, 0.6], [0.4, 0.5, 0.5], [0.1, np.nan, np.nan], [0.2, 0.3, np.nan]]),
         _RATES),
        (np.array([[0.4, 0.5, 0.5], [0.5, 0.6, 0.6], [np.nan] * 3, [0.7, 0.1, 0.8]]), _RATES),
        (np.array([[0.6, 0.6, 0.6], [0.3, 0.4, 9.0], [0.5, 0.5, 0.5], [0.7, 0.7, 0.7]]), _RATES),
    ),
    praise="One lucky run does not win, and who stands at the edge looks beyond it.",
    slips={
        "A diverged run is left out. It counts as higher than every other.":
            _pick(lambda losses: np.nanmedian(np.where(np.isnan(losses).all(axis=1)[:, None],
                                                       math.inf, losses), axis=1)),
        "nan spreads through the median, and `argmin` takes it for the lowest.":
            _pick(lambda losses: np.median(losses, axis=1)),
        "One diverged run rules a setting out. Only the median counts.":
            _pick(lambda losses: _infinite(np.median(losses, axis=1))),
        "A diverged run counts as 0, so it wins.":
            _pick(lambda losses: np.median(np.nan_to_num(losses), axis=1)),
        "That is the mean, which one wild run decides. The median was asked for.":
            _pick(lambda losses: _infinite(losses).mean(axis=1)),
        "The luckiest run decides. The median over the seeds was asked for.":
            _pick(lambda losses: _infinite(losses).min(axis=1)),
        "That is the highest loss.": _pick(lowest=np.argmax),
        "The rates come in any order: the edge is the lowest or the highest rate, not the first or "
        "the last row.": _pick(edge=lambda i, rates: i in (0, len(rates) - 1)),
        "The lowest rate lies at the edge as well.":
            _pick(edge=lambda i, rates: rates[i] == max(rates)),
        "The highest rate lies at the edge as well.":
            _pick(edge=lambda i, rates: rates[i] == min(rates)),
        "The other way round: say whether it *is* at the edge.":
            _pick(edge=lambda i, rates: rates[i] not in (min(rates), max(rates))),
        "The number of the setting was asked for, not its rate.":
            _pick(number=lambda i, rates: rates[i]),
    },
    otherwise="Put infinity where nan is, take each row's median and the row where it is lowest; "
    "then compare that row's rate with the lowest and the highest.",
)


# 3. Compare in pairs


def _chance(n: int, rare: int) -> float:
    return sum(math.comb(n, k) for k in range(rare + 1)) / 2**n


def _compared(
    p: Callable[[int, int], float] = lambda n, rare: min(1.0, 2 * _chance(n, rare)),
    middle: Callable[[Array], Any] = np.median,
    n: Callable[[int, Array], int] = lambda decided, d: decided,
    less: Callable[[Array, Array], Array] = lambda a, b: np.where(a == b, 0.0, a - b),
    *, sign: int = 1, swapped: bool = False,
) -> Callable[..., tuple[Any, ...]]:
    def compared(first: Any, second: Any) -> tuple[Any, ...]:
        with np.errstate(invalid="ignore"):
            d = less(np.asarray(first, float), np.asarray(second, float))
        lower, higher = int((d < 0).sum()), int((d > 0).sum())
        found = (higher, lower) if swapped else (lower, higher)
        return *found, sign * middle(d), p(n(lower + higher, d), min(lower, higher))

    return compared


def _two_settings(rng: Generator) -> tuple[list[float], list[float]]:
    n = whole(rng, 5, 9)
    first = np.round(rng.uniform(0.3, 0.9, n), 2)
    second = np.round(first + rng.normal(float(rng.choice([-0.1, 0.02, 0.1])), 0.1, n), 2)
    ties = rng.random(n) < 0.2
    second[ties] = first[ties]
    if rng.random() < 0.3:
        second[whole(rng, 0, n - 1)] = math.inf
    return first.tolist(), second.tolist()


_SIX = [0.5, 0.6, 0.7, 0.8, 0.9, 1.0]

compared = Exercise(
    answer=_compared(),
    draw=_two_settings,
    draws=10,
    edges=(
        (_SIX, [0.51, 0.62, 0.73, 0.84, 0.95, 1.06]),
        (_SIX, [0.51, 0.62, 0.73, 0.76, 0.85, 0.94]),
        (_SIX, _SIX),
        ([0.5, math.inf, 0.4], [0.6, math.inf, 0.9]),
        ([0.5, 0.5, 0.5, 0.5, 0.1], [0.5, 0.5, 0.5, 0.4, 0.4]),
    ),
    praise="Six of six is the least that tells two settings apart at one in twenty.",
    slips={
        "That is one side. A coin can fall the other way as often: twice as much.":
            _compared(_chance),
        "A chance is at most 1.": _compared(lambda n, rare: 2 * _chance(n, rare)),
        "That is the chance of exactly k. What is still more one-sided counts as well.":
            _compared(lambda n, rare: min(1.0, 2 * math.comb(n, rare) / 2**n)),
        "Pairs without a difference are no throws of the coin: leave them out of n.":
            _compared(n=lambda decided, d: len(d)),
        "That is the mean of the differences. One wild run moves it.": _compared(middle=np.mean),
        "The median is one over all pairs, those without a difference too.":
            _compared(middle=lambda d: np.median(d[d != 0]) if d.any() else 0.0),
        "The difference is the first minus the second.": _compared(sign=-1),
        "Lower and higher have changed places.": _compared(swapped=True),
        "inf minus inf is nan. Two runs that diverged are equal.":
            _compared(less=lambda a, b: a - b),
        "The losses are sorted, so the pairs are torn apart: they belong together by their seeds.":
            _compared(less=lambda a, b: np.where(np.sort(a) == np.sort(b), 0.0,
                                                 np.sort(a) - np.sort(b))),
    },
    otherwise="Subtract pair by pair, equal is 0. Then n = lower + higher, k = the smaller of the "
    "two, and p = 2 · (C(n, 0) + … + C(n, k)) / 2ⁿ, at most 1.",
)


# 5. The choice

OPTIMIZERS = ["sgd", "adam"]
SCHEDULES = ["constant", "linear", "cosine", "warmup"]
BATCHES = [16, 32, 64, 128]
_NAMES = {"optimizer": OPTIMIZERS, "schedule": SCHEDULES, "batch": BATCHES}


def _choice(answer: Any, *_: Any) -> list[float]:
    """Return a choice as numbers: names, and the batch, by their place in the list."""
    choice = call(answer)
    if not isinstance(choice, dict):
        raise Complaint("`choose` returns a dictionary, as the example is one.")
    for key in ("optimizer", "lr", "momentum", "schedule", "batch"):
        if key not in choice:
            raise Complaint(f'There is no "{key}" in your choice.')
    for key, known in _NAMES.items():
        if choice[key] not in known:
            raise Complaint(f'"{key}" is one of: {", ".join(map(str, known))}.')
    lr, momentum = float(choice["lr"]), float(choice["momentum"])
    if not (0 < lr < math.inf and 0 <= momentum < 1):
        raise Complaint('"lr" is a number above 0, and "momentum" one from 0 to below 1.')
    places = [known.index(choice[key]) for key, known in _NAMES.items()]
    return [*places, lr, momentum]


def _read(got: Any) -> Choice | None:
    if not isinstance(got, np.ndarray) or got.shape != (5,) or not np.isfinite(got).all():
        return None
    *places, lr, momentum = got.tolist()
    choice: Choice = {"lr": lr, "momentum": momentum}
    for place, (key, known) in zip(places, _NAMES.items(), strict=True):
        if place not in range(len(known)):
            return None
        choice[key] = known[int(place)]
    return choice if lr > 0 and 0 <= momentum < 1 else None


@functools.cache
def _train() -> Callable[..., float]:
    cells = "imports", "harvest", "network", "choices", "rules", "train"
    train: Callable[..., float] = defined("a7_project", *cells)["train"]
    return train


@functools.lru_cache(maxsize=100_000)
def _trained(choice: tuple[tuple[str, Any], ...], seed: int) -> float:
    return _train()(dict(choice), seed, part="test")


def _loss(choice: Choice, seed: int) -> float:
    return _trained(tuple(sorted(choice.items())), seed)


OURS = {"optimizer": "adam", "lr": 0.04, "momentum": 0.9, "schedule": "cosine", "batch": 16}


def _instead(**settings: Any) -> Callable[[], Choice]:
    return lambda: OURS | settings


def _where(holds: Callable[[Choice], bool], **settings: Any) -> Callable[[Choice], Choice]:
    return lambda choice: choice | settings if holds(choice) else choice


# The words, a choice that deserves them, and what would have helped it.
_ADVICE = {
    "The rate is too high: at a third of it, the loss ends lower.":
        (_instead(lr=1.0), lambda choice: choice | {"lr": choice["lr"] / 3}),
    "The rate is too low: at three times as much, the loss ends lower.":
        (_instead(lr=0.002), lambda choice: choice | {"lr": choice["lr"] * 3}),
    "The rate stays high to the end. With the same rate, and a schedule that ends at 0, the loss "
    "ends lower.": (
        _instead(schedule="constant", lr=0.03),
        _where(lambda choice: choice["schedule"] == "constant", schedule="cosine"),
    ),
    "Every sensor has its own unit, and one rate for all does not suit them. Adam ends lower.":
        (
            _instead(optimizer="sgd", lr=0.05),
            _where(lambda choice: choice["optimizer"] == "sgd", optimizer="adam", lr=0.04),
        ),
    "So large a batch leaves too few updates: with batches of 16 the loss ends lower.":
        (_instead(batch=128), _where(lambda choice: choice["batch"] > 16, batch=16)),
    "So much momentum remembers longer than these few updates allow. With 0.9 the loss ends lower.":
        (_instead(momentum=0.99), _where(lambda choice: choice["momentum"] > 0.9, momentum=0.9)),
}

choose = Race(
    answer=_instead(),
    use=_choice,
    read=_read,
    loss=_loss,
    bars=(1.02, 1.04, 1.07, 1.1, 1.15, 1.25),
    slips={words: slip for words, (slip, _) in _ADVICE.items()},
    mended={words: mend for words, (_, mend) in _ADVICE.items()},
    praise="On years that nobody has seen it does as well as ours.",
    otherwise="No single change helps by much: look at two of the settings together.",
)

TASKS = {
    "halving-test": Task(halving, "halving", shown=((300, 4),)),
    "pick-test": Task(
        pick, "pick",
        shown=((np.array([[0.5, 0.6, 0.4], [0.2, 0.3, 0.9], [0.4, 0.4, 0.4]]),
                np.array([0.01, 0.1, 0.03])),),
    ),
    "compared-test": Task(
        compared, "compared", shown=(([1.0, 2.0, 3.0], [1.5, 2.25, 4.0]),),
    ),
    "choose-test": Task(choose, "choose"),
}  # fmt: skip
