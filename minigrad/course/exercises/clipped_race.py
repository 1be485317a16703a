"""The race of lesson 14: does clipping help, or was its rate only better tuned?"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .drawing import Generator, whole
from .exercise import Exercise, call
from .verdict import Complaint

# A slip is what is said, and below it the wrong answer that is meant.
# fmt: off

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Training:
    """Stands for training: rates that are lost without a leash, and some luck."""

    best: float
    bears: float
    luck: int

    def __call__(self, seed: int, lr: float, c: float) -> float:
        """Return the loss, or ``inf`` where the run is lost."""
        rng = np.random.default_rng([self.luck, int(seed), round(lr * 1e4)])
        wild, luck, spoilt = rng.random(), rng.gamma(2, 0.06), 0.4 * (rng.random() < 0.25)
        far = np.log2(lr / self.best)
        if c > self.bears:  # no leash to speak of
            if wild < 0.12 * (1 + max(far, 0.0)):
                return float("inf")
            return round(float(0.5 + 0.08 * (far + 1.5) ** 2 + luck + spoilt), 6)
        far = np.log2(lr * min(c, 1.0) / (self.best * self.bears))
        return round(float(0.42 + 0.05 * far**2 + luck + 0.5 * spoilt), 6)


def _decides(
    by: Callable[..., Any] = np.median,
    choose_on: str = "tries",
    judge_on: str = "race",
    more: bool = True,
    own: bool = True,
    count: Callable[[Array, Array], Any] = lambda clipped, plain: np.sum(clipped < plain),
    limit_first: bool = False,
) -> Callable[..., Any]:
    """Write the comparison, and the slips."""

    def decides(
        run: Any, rates: list[float], more_rates: list[float], limits: list[float], tries: Any,
        race: Any,
    ) -> Any:
        seeds = {"tries": tries, "race": race}

        def score(lr: float, c: float) -> float:
            with np.errstate(invalid="ignore"):
                return float(by([run(s, lr, c) for s in seeds[choose_on]]))

        pool = [*rates, *more_rates] if more else rates
        plain = min(pool, key=lambda lr: score(lr, np.inf))
        pairs = [(lr, c) for lr in (rates if own else [plain]) for c in limits]
        pair = min(pairs, key=lambda p: score(*p))
        with np.errstate(invalid="ignore"):
            a, b = (np.array([run(s, *how) for s in seeds[judge_on]])
                    for how in (pair, (plain, np.inf)))
        return plain, pair[::-1] if limit_first else pair, count(a, b)

    return decides


def _four_numbers(
    answer: Any, run: Any, rates: Any, more_rates: Any, limits: Any, tries: Any, race: Any
) -> Any:
    three = "Return three things: the plain rate, the pair (lr, c), and a number of races."
    returned = call(answer, run, rates, more_rates, limits, tries, race)
    if not isinstance(returned, tuple | list) or len(returned) != 3:
        raise Complaint(three)
    plain, pair, lower = returned
    if np.shape(pair) != (2,):
        raise Complaint(three)
    return [plain, *pair, lower]


def _draw_training(rng: Generator) -> tuple[Any, ...]:
    best = float(rng.choice([0.1, 0.2, 0.4]))
    run = Training(best, float(rng.choice([0.5, 1.0, 2.0])), whole(rng, 0, 9999))
    rates = [best / 2, best, 2 * best, 4 * best]
    more = [best / 16, best / 8, best / 4, 0.7 * best, 1.4 * best, best / 3]
    limits = [run.bears / 2, run.bears, 8 * run.bears]
    first = whole(rng, 0, 99)
    tries, race = range(first, first + 5), range(first + 200, first + 200 + whole(rng, 9, 13))
    return run, rates, [round(r, 5) for r in more], limits, [*tries], [*race]


decides = Exercise(
    answer=_decides(),
    use=_four_numbers,
    draw=_draw_training,
    draws=10,
    praise="Each side had its best setting, on equal budgets, and fresh seeds judged in pairs.",
    slips={
        "The plain side had fewer tries: give it `more_rates` as well.": _decides(more=False),
        "The clipped run kept the plain rate. Clipping allows another: choose both together.":
            _decides(own=False),
        "The seeds that race have chosen the settings: luck counts as skill then.":
            _decides(choose_on="race"),
        "You judged on the seeds that chose. Race on the fresh ones.": _decides(judge_on="tries"),
        "You choose by the mean, and one lost run makes it infinite. Take the median.":
            _decides(by=np.mean),
        "You choose by the luckiest seed. Take the median.": _decides(by=np.min),
        "You choose by the unluckiest seed. Take the median.": _decides(by=np.max),
        "You count where the clipped run is higher.":
            _decides(count=lambda clipped, plain: np.sum(clipped > plain)),
        "The number of races is wanted, not their share.":
            _decides(count=lambda clipped, plain: np.mean(clipped < plain)),
        "The pair is (lr, c): first the rate, then the threshold.": _decides(limit_first=True),
    },
    otherwise="The plain rate by the median over `tries` at c = inf; the pair by the median over "
    "`tries`, of all rates and all limits; then both on every seed of `race`.",
)
