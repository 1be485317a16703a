"""The fair races of lessons 10 and 11: a rate of its own for each, and seeds that chose nothing."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .drawing import Generator, between, whole
from .exercise import Exercise, numbers
from .verdict import Complaint

# A slip is what is said, and below it the wrong answer that is meant.
# fmt: off

Array = NDArray[np.float64]


def _best(run: Any, rates: Any, seeds: Any, by: Any, *, down: bool, up: bool) -> float:
    """Return the best rate; where it is the last of its side and one may, go on beyond."""
    def score(lr: float) -> float:
        return float(by([run(lr, seed) for seed in seeds]))

    tried = {lr: score(lr) for lr in rates}
    for _ in range(12):
        best = min(tried, key=lambda lr: tried[lr])
        if down and best == min(tried):
            tried[best / 2] = score(best / 2)
        elif up and best == max(tried):
            tried[2 * best] = score(2 * best)
        else:
            break
    return min(tried, key=lambda lr: tried[lr])


def _won(ours: Array, theirs: Array) -> Any:
    return np.sum(ours < theirs)


def _judged(
    runs: Sequence[Any],
    rates: Sequence[Any],
    tuning: Any,
    fresh: Any,
    *,
    by: Any = np.median,
    tune_on: str = "tuning",
    judge_on: str = "fresh",
    own: bool = True,
    down: bool = True,
    up: bool = True,
    count: Callable[[Array, Array], Any] = _won,
) -> tuple[float, float, Any]:
    """Race two contenders, with the slips that a reader may make."""
    seeds = {"tuning": tuning, "fresh": fresh, "one": tuning[:1]}
    a, b = (
        _best(run, tries, seeds[tune_on], by, down=down, up=up)
        for run, tries in zip(runs, rates, strict=True)
    )
    b = b if own else a
    ours, theirs = (
        np.array([run(lr, seed) for seed in seeds[judge_on]])
        for run, lr in zip(runs, (a, b), strict=True)
    )
    return a, b, count(ours, theirs)


def _raced(
    race: Any,
    rates: dict[str, list[float]],
    tuning: list[int],
    fresh: list[int],
    best: dict[str, float],
    noise: float,
) -> Any:
    """Let an answer race two contenders whose best rates are known."""
    names = list(rates)

    def run(name: str, lr: float, seed: int) -> float:
        if name not in rates:
            raise Complaint(f"There is no contender {name!r}: the names are the keys of rates.")
        rng = np.random.default_rng([seed, names.index(name), round(1e6 * lr)])
        if lr > 9 * best[name]:
            return np.inf
        wild = 30.0 if rng.random() < 0.25 else 0.0
        luck = rng.normal() * noise
        return float(1 + 0.5 * np.log(lr / best[name]) ** 2 + luck + wild)

    return _three_of_names(race, run, rates, tuning, fresh)


_three_of_names = numbers(
    3, "Return three numbers: a rate, a rate, and in how many the first is lower."
)


def _racing(by: Any = np.median, *, swapped: bool = False, **how: Any) -> Callable[..., Any]:
    """Write the race of lesson 10, whose lists of rates are long enough."""

    def race(run: Any, rates: dict[str, list[float]], tuning: Any, fresh: Any) -> Any:
        runs = [partial(run, name) for name in rates]
        tries = list(rates.values())
        a, b, lower = _judged(runs, tries, tuning, fresh, by=by, down=False, up=False, **how)
        return (b, a, lower) if swapped else (a, b, lower)

    return race


def _draw_race(rng: Generator) -> tuple[Any, ...]:
    first, second = rng.permutation(["plain", "AdaGrad", "RMSProp", "heavy ball"])[:2]
    tries = {
        str(name): sorted(float(r) for r in round(scale, 5) * 3.0 ** np.arange(whole(rng, 4, 6)))
        for name, scale in ((first, between(rng, 0.01, 0.1)), (second, between(rng, 0.2, 2)))
    }
    best = {name: rates[whole(rng, 1, len(rates) - 2)] for name, rates in tries.items()}
    start = whole(rng, 0, 1000)
    tuning = list(range(start, start + 5))
    fresh = list(range(start + 100, start + 100 + whole(rng, 9, 15)))
    return tries, tuning, fresh, best, between(rng, 0.4, 0.8)


race = Exercise(
    answer=_racing(),
    use=_raced,
    draw=_draw_race,
    draws=10,
    praise="A fair race: own rates, tuned on the same seeds, judged on others, in pairs.",
    slips={
        "You tuned on the seeds that judge. The winner's luck then counts as skill.":
            _racing(tune_on="fresh"),
        "You judged on the seeds that chose the rates. Take those that nobody has seen.":
            _racing(judge_on="tuning"),
        "The second runs at the rate of the first. Each has its own.": _racing(own=False),
        "By the mean, one run that went wild decides. Take the median.": _racing(np.mean),
        "The luckiest run of each rate chose it. Take the median.": _racing(np.min),
        "The worst run of each rate chose it. Take the median.": _racing(np.max),
        "A single seed chose the rates. Use all in tuning.": _racing(tune_on="one"),
        "You counted in how many the first is higher.":
            _racing(count=lambda a, b: np.sum(a > b)),
        "The two rates stand the wrong way round.": _racing(swapped=True),
    },
    otherwise="For each name: the rate with the lowest median over tuning. Then one pair of runs "
    "for each fresh seed.",
)


@dataclass(frozen=True)
class Runs:
    """Stands for training: the loss of a rate and a seed, with a lowest place and some luck."""

    best: float
    floor: float
    luck: int

    def __call__(self, lr: float, seed: int) -> float:
        """Return the loss, or ``inf`` where the run is lost."""
        rng = np.random.default_rng([self.luck, int(seed), round(lr * 1e6)])
        far = np.log2(lr / self.best)
        if rng.random() < 0.05:
            return float("inf")
        spoilt = 0.3 * (rng.random() < 0.2)
        return round(float(self.floor + 0.06 * far**2 + rng.gamma(2, 0.05) + spoilt), 6)


def _choose(**how: Any) -> Callable[..., Any]:
    """Write the race of lesson 11, whose lists of rates may be too short."""

    def choose(
        run_a: Any, run_b: Any, rates_a: Any, rates_b: Any, tuning: Any, fresh: Any
    ) -> tuple[float, float, Any]:
        return _judged((run_a, run_b), (rates_a, rates_b), tuning, fresh, **how)

    return choose


def _draw_runs(rng: Generator) -> tuple[Any, ...]:
    def one(shift: int) -> tuple[Runs, list[float]]:
        middle = float(rng.choice([0.01, 0.02, 0.1, 0.3]))
        best = middle * 2.0 ** (shift + float(rng.uniform(-0.3, 0.3)))
        return (
            Runs(round(best, 5), between(rng, 0.2, 0.25), whole(rng, 0, 9999)),
            [middle / 2, middle, 2 * middle],
        )

    (run_a, rates_a), (run_b, rates_b) = (one(int(shift)) for shift in rng.permutation([-3, 3]))
    first = whole(rng, 0, 99)
    return (
        run_a, run_b, rates_a, rates_b, list(range(first, first + 5)),
        list(range(first + 200, first + 200 + whole(rng, 7, 11))),
    )  # fmt: skip


choose = Exercise(
    answer=_choose(),
    use=numbers(
        3, "Return three numbers: the rate of A, the rate of B, and how often A won."
    ),
    draw=_draw_runs,
    draws=8,
    praise="Each had a rate of its own with neighbours on both sides, and seeds that chose nothing "
    "did the judging.",
    slips={
        "A best rate at the edge of its list is no best rate. Go on beyond the edge.":
            _choose(down=False, up=False),
        "You go on beyond the upper end alone. The first of a list is an edge, too.":
            _choose(down=False),
        "You go on beyond the lower end alone. The last of a list is an edge, too.":
            _choose(up=False),
        "The rates are chosen on the fresh seeds, the ones that race: luck counts as a win then.":
            _choose(tune_on="fresh"),
        "You judge on the seeds that chose the rates. Take the fresh ones.":
            _choose(judge_on="tuning"),
        "B runs at the rate of A. Each has its own.": _choose(own=False),
        "You choose by the mean, and one lost run makes it infinite. The median bears it.":
            _choose(by=np.mean),
        "You choose by the luckiest seed. A rate must do well in the typical run.":
            _choose(by=np.min),
        "You choose by the worst seed. The median was asked for.": _choose(by=np.max),
        "You count where A is above B.": _choose(count=lambda a, b: np.sum(a > b)),
        "The number of seeds is wanted, not their share.":
            _choose(count=lambda a, b: np.mean(a < b)),
        "That is a difference of losses. Count the seeds on which A is below B.":
            _choose(count=lambda a, b: np.median(a[np.isfinite(a)]) - np.median(b[np.isfinite(b)])),
    },
    otherwise="First a rate for each, by the median over the tuning seeds, with a worse neighbour "
    "on either side. Then both on the fresh seeds, seed by seed.",
)
