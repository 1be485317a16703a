"""The exercises of lesson 07, *Decay*."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .comparing import plain
from .drawing import Generator, between, whole
from .exercise import Exercise, InTurn, call

# A slip is what is said, and below it the wrong answer that is meant.
# fmt: off

Array = NDArray[Any]

stair = Exercise(
    answer=0.1,
    praise="Update 300 is the first on the fourth stair: three drops have happened.",
    slips={
        "That was the rate of update 299. Update 300 begins the next stair.": 0.2,
        "One drop too many: the first hundred updates come before any drop.": 0.05,
        "The exponent counts stairs, not updates.": 0.8 * 0.5**300,
        "That is one drop. How many hundreds are there in 300?": 0.4,
        "A drop multiplies the rate by 0.5. It does not take 0.5 away.": 0.8 - 3 * 0.5,
        "Three drops multiply by 0.5 three times: a power, not a product with 3.": 0.8 * 1.5,
        "Dividing by 3 is not halving three times.": 0.8 / 3,
        "That is the factor of three drops. What does it multiply?": 0.125,
    },
    otherwise="How often has the rate been multiplied by 0.5 when update 300 begins?",
)


def at_once_and_singly(schedule: Any, t: Array, *constants: Any) -> dict[str, Any]:
    """Ask a schedule for many updates at once, and for each alone."""
    return {
        "for each update alone": [call(schedule, int(u), *constants) for u in t],
        "for an array of updates": call(schedule, t, *constants),
    }


def at_once_or_singly(schedule: Any, t: Array, *constants: Any) -> Any:
    """Ask a schedule for many updates at once, or for each alone where it takes no array."""
    try:
        rates = plain(call(schedule, t.copy(), *constants))
        if np.shape(rates) == t.shape:
            return rates
    except (TypeError, ValueError):
        pass
    return [call(schedule, int(u), *constants) for u in t]


def updates(rng: Generator, *marks: int) -> Array:
    """Draw updates up to some beyond the last mark, with all marks and their neighbours."""
    near = {mark + more for mark in (0, *marks) for more in (-1, 0, 1, 7)}
    others = {whole(rng, 0, max(marks)) for _ in range(5)}
    return rng.permutation([t for t in sorted(near | others) if t >= 0])


def _fall(
    wave: Callable[[Array], Array] = lambda u: np.cos(np.pi * u), *, hold: bool = True,
    low: Callable[[float], float] = lambda end: end, scale: float = 0.5, one: float = 1.0,
    top: Callable[[float, float], float] = lambda start, low: start - low,
) -> Callable[..., Array]:
    """Write cosine decay with the slips that a reader may make."""

    def cosine(t: Array, start: float, steps: int, end: float) -> Array:
        u = np.minimum(t / steps, 1) if hold else t / steps
        foot = low(end)
        return foot + top(start, foot) * scale * (one + wave(u))

    return cosine


def _draw_cosine(rng: Generator) -> tuple[Any, ...]:
    steps = 2 * whole(rng, 5, 30)
    start, end = between(rng, 0.3, 0.9), between(rng, 0.01, 0.2)
    return updates(rng, steps // 2, steps), start, steps, end


cosine = Exercise(
    answer=_fall(),
    use=lambda cosine, t, start, steps, end: at_once_and_singly(cosine, t, start, steps, end),
    draw=_draw_cosine,
    draws=4,
    praise="It starts level, falls fastest half-way, lands level, and stays.",
    slips={
        "After its last step it rises again. Hold the part of the way that is done at 1.":
            _fall(hold=False),
        "It ends at 0. Where does `end` come in?": _fall(low=lambda end: 0.0),
        "It ends at 0, and after its last step it rises again.":
            _fall(low=lambda end: 0.0, hold=False),
        "It comes back up within the run: half a wave is π, a whole one 2π.":
            _fall(lambda u: np.cos(2 * np.pi * u)),
        "It starts at the end value and rises. Which sign has the cosine?":
            _fall(lambda u: -np.cos(np.pi * u)),
        "It starts too high: 1 + cos runs from 2 to 0, so it wants halving.": _fall(scale=1.0),
        "It starts at start + end. What is between the two is their difference.":
            _fall(top=lambda start, low: start),
        "It stops in the middle: a cosine runs from 1 to -1, and 1 + cos from 2 to 0.":
            _fall(scale=1.0, one=0.0),
        "π is missing: the cosine of 1 is not -1.": _fall(np.cos),
        "NumPy's cosine takes radians: half a turn is π, not 180.":
            _fall(lambda u: np.cos(180 * u)),
        "That is a straight line.": _fall(lambda u: 1 - 2 * u),
    },
    otherwise="It should be `start` at t = 0, half-way between at t = steps / 2, and `end` from t "
    "= steps on. Print these three.",
)


def _draw_names(rng: Generator) -> tuple[Any, ...]:
    steps = 2 * whole(rng, 5, 30)
    return updates(rng, steps // 2, steps), between(rng, 0.2, 0.9), steps


def _power(t: Array, start: float, steps: int) -> Array:
    return start * 0.01 ** (t / steps)


def _left(power: float) -> Callable[[Array, float, int], Array]:
    return lambda t, start, steps: start * np.maximum(1 - t / steps, 0) ** power


def _stairs(rule: Callable[..., Any]) -> Callable[..., Array]:
    return lambda start, factor, every, updates: (
        start * rule(np.arange(updates), factor, every) * np.ones(updates)
    )


circulating = InTurn(
    Exercise(
        answer=_left(1),
        use=lambda linear_decay, t, start, steps: at_once_or_singly(linear_decay, t, start, steps),
        draw=_draw_names,
        draws=4,
        slips={
            "`linear_decay` still multiplies by the same factor at each update. Which of the two "
            "names does that deserve?": _power,
            "`linear_decay` goes on below zero after its last step: a negative rate climbs.":
                lambda t, start, steps: start * (1 - t / steps),
            "`linear_decay` is bent: a power of what is left is polynomial decay, and linear only "
            "where the power is 1.": _left(2),
            "`linear_decay` ends at a hundredth. It should end at 0.":
                lambda t, start, steps: start * (1 - 0.99 * np.minimum(t / steps, 1)),
            "`linear_decay` rises.": lambda t, start, steps: start * np.minimum(t / steps, 1),
            "`linear_decay` reaches 0 one update too soon.":
                lambda t, start, steps: _left(1)(t, start, steps - 1),
        },
        otherwise="`linear_decay` should lose the same amount at each update, be half of `start` "
        "at steps / 2, and be 0 from t = steps on.",
    ),
    Exercise(
        answer=_power,
        use=lambda exponential_decay, t, start, steps: at_once_or_singly(
            exponential_decay, t, start, steps
        ),
        draw=_draw_names,
        draws=4,
        slips={
            "`exponential_decay` is still a power of what is left of the run. In an exponential t "
            "stands in the exponent.": _left(2),
            "`exponential_decay` is a straight line now.": _left(1),
            "`exponential_decay` stops falling at its last step. It has no last step: no clipping "
            "here.": lambda t, start, steps: start * 0.01 ** np.minimum(t / steps, 1),
            "`exponential_decay` has the factor 0.01 at every update. It should take all of "
            "`steps` updates to lose it.": lambda t, start, steps: start * 0.01**t,
            "`exponential_decay` falls to 1/e in `steps` updates. A hundredth is wanted.":
                lambda t, start, steps: start * np.exp(-t / steps),
            "`exponential_decay` falls to 1/100 of 1/e and farther: e^(-k t) with what k?":
                lambda t, start, steps: start * np.exp(-100 * t / steps),
        },
        otherwise="`exponential_decay` should be `start` at t = 0, a tenth of it at steps / 2, a "
        "hundredth at steps, and a thousandth at 1.5 · steps.",
    ),
    Exercise(
        answer=_stairs(lambda t, g, s: g ** (t // s)),
        draw=lambda rng: (
            between(rng, 0.3, 0.9),
            between(rng, 0.3, 0.8),
            (every := whole(rng, 2, 6)),
            3 * every + whole(rng, 1, 5),
        ),
        edges=((0.6, 0.5, 4, 14), (0.8, 0.9, 1, 5)),
        praise="Equal amounts are linear, equal factors exponential, and a schedule is asked at "
        "every update of the run.",
        slips={
            "The rate of `stairs` still never moves. At which updates is it worked out anew?":
                _stairs(lambda t, g, s: 1.0),
            "`stairs` falls a little at each update. A staircase has whole stairs: // and not /.":
                _stairs(lambda t, g, s: g ** (t / s)),
            "`stairs` drops one update too soon: with t = 0 the first, no 1 is to be added.":
                _stairs(lambda t, g, s: g ** ((t + 1) // s)),
            "`stairs` drops one update too late: update number `every` already has the new rate.":
                _stairs(lambda t, g, s: g ** (np.maximum(t - 1, 0) // s)),
            "In `stairs` you multiply the last rate by the factor of the whole way so far. Start "
            "from `start` at every update.": _stairs(lambda t, g, s: np.cumprod(g ** (t // s))),
            "In `stairs` the factor is not multiplied by the stair's number, but raised to it.":
                _stairs(lambda t, g, s: g * (t // s)),
            "`stairs` moves once, and stays: the condition is still there.":
                _stairs(lambda t, g, s: np.where(t < s, 1.0, g)),
            "From update `every` on `stairs` is right, but the list lacks the updates before.":
                lambda a, g, s, n: a * g ** (np.arange(s, n) // s),
        },
        otherwise="`stairs`: with start 0.6, factor 0.5 and every 4, updates 0 to 3 use 0.6, "
        "updates 4 to 7 use 0.3, and so on, one rate for each update.",
    ),
)

best_rate = Exercise(
    answer=lambda m, curvature, variance: curvature * m / (curvature**2 * m + variance),
    draw=lambda rng: (between(rng, 0.1, 5), between(rng, 0.3, 3), between(rng, 0.3, 4)),
    edges=((1.0, 1.0, 2.0),),
    praise="Far out it is 1/λ, the rate without noise. Near the bottom it falls with m.",
    slips={
        "That is right for curvature 1. Where does λ enter?": lambda m, c, v: m / (m + v),
        "The λ below comes from (1 - ηλ)², so it is squared.": lambda m, c, v: c * m / (c * m + v),
        "A λ is missing above: differentiate (1 - ηλ)² m once more, chain rule included.":
            lambda m, c, v: m / (c**2 * m + v),
        "That is the best rate without noise.": lambda m, c, v: 1 / c,
        "The noise is given as a variance, and is squared already.":
            lambda m, c, v: c * m / (c**2 * m + v**2),
        "m is a mean square already: do not square it again.":
            lambda m, c, v: c * m**2 / (c**2 * m**2 + v),
        "Twice the best: there the next mean square is as large as this one.":
            lambda m, c, v: 2 * c * m / (c**2 * m + v),
        "Half of it. Both terms have a 2 when you differentiate, and it cancels.":
            lambda m, c, v: c * m / (c**2 * m + v) / 2,
        "That is the mean square after the best step. Which rate leads there?":
            lambda m, c, v: m * v / (c**2 * m + v),
        "Turn the fraction over.": lambda m, c, v: (c**2 * m + v) / (c * m),
    },
    otherwise="Write the next mean square, (1 - ηλ)² m + η² σ², as a function of η, and set its "
    "slope to zero. Return one number.",
)


@dataclass(frozen=True)
class _Trainer:
    """Train nothing, and return losses that are lowest around each contender's own rate."""

    best: tuple[float, float]
    draw: int

    def __call__(self, name: str, rate: float, seed: int) -> float:
        who = "AB".index(name)
        steps_off = abs(np.log2(rate / self.best[who]))
        shared = np.random.default_rng([self.draw, seed]).random()
        luck, lost = np.random.default_rng([self.draw, seed, who, round(1000 * rate)]).random(2)
        if steps_off == 0 and lost < 0.15:
            return float("inf")
        return float(0.5 + 0.05 * steps_off + 0.4 * shared**2 + 0.2 * luck**2)


def _at(train: Any, name: str, rate: float, seeds: Sequence[int]) -> Array:
    return np.array([train(name, rate, seed) for seed in seeds])


def _compared(
    typical: Callable[[Array], Any] = np.median,
    tuned_on: Callable[..., Sequence[int]] = lambda tuning, fresh: tuning,
    judged_on: Callable[..., Sequence[int]] = lambda tuning, fresh: fresh,
    rates_of: Callable[[float, float], tuple[float, float]] = lambda a, b: (a, b),
    count: Callable[[Array, Array], Any] = lambda a, b: np.sum(a < b),
    by: Callable[[Array, Array], Any] = lambda a, b: np.median(a - b),
) -> Callable[..., tuple[Any, ...]]:
    """Write the comparison with the slips that a reader may make."""

    def compare(
        train: Any, rates: list[float], tuning: Sequence[int], fresh: Sequence[int]
    ) -> tuple[Any, ...]:
        def best(name: str) -> float:
            chosen = tuned_on(tuning, fresh)
            return min(rates, key=lambda rate: typical(_at(train, name, rate, chosen)))

        a, b = rates_of(best("A"), best("B"))
        with np.errstate(invalid="ignore"):
            ends = [_at(train, n, r, judged_on(tuning, fresh)) for n, r in (("A", a), ("B", b))]
            return a, b, count(*ends), by(*ends)

    return compare


def _draw_comparison(rng: Generator) -> tuple[Any, ...]:
    """Draw a trainer under which choosing and judging otherwise leads elsewhere."""
    lowest = between(rng, 0.02, 0.09)
    rates = [round(lowest * 2**i, 3) for i in range(5)]
    a, b = (float(rate) for rate in rng.permutation(rates[1:-1])[:2])
    first = whole(rng, 0, 50)
    tuning = list(range(100 + first, 105 + first))
    fresh = list(range(first, first + 2 * whole(rng, 4, 6) + 1))
    return _Trainer((a, b), whole(rng, 0, 10_000)), rates, tuning, fresh


compare = Exercise(
    answer=_compared(),
    use=lambda compare, train, rates, tuning, fresh: call(compare, train, rates, tuning, fresh),
    draw=_draw_comparison,
    draws=16,
    praise="Each at its own rate, chosen on seeds that do not race, and compared seed by seed.",
    slips={
        "You choose the rates on the fresh seeds, the ones that judge. The luck of the choice then "
        "counts as a win.": _compared(tuned_on=lambda tuning, fresh: fresh),
        "You judge on the seeds that chose the rates: they were chosen because they did well.":
            _compared(judged_on=lambda tuning, fresh: tuning),
        "B runs at the rate of A. Each contender has its own best rate.":
            _compared(rates_of=lambda a, b: (a, a)),
        "A runs at the rate of B. Each contender has its own best rate.":
            _compared(rates_of=lambda a, b: (b, b)),
        "You choose by the mean, and one run that diverged makes it infinite. The median "
        "bears it.": _compared(np.mean),
        "You choose by the luckiest run of each rate. A rate must do well in the typical run.":
            _compared(np.min),
        "You choose by the worst run of each rate. The course takes the median.":
            _compared(np.max),
        "You count where A is higher.": _compared(count=lambda a, b: np.sum(a > b)),
        "The number of seeds is wanted, not their share.":
            _compared(count=lambda a, b: np.mean(a < b)),
        "That is the difference of the medians. Subtract seed by seed first: runs that share a "
        "seed share its luck.": _compared(by=lambda a, b: np.median(a) - np.median(b)),
        "It should be A − B: negative where A is lower.":
            _compared(by=lambda a, b: np.median(b - a)),
        "The mean of the differences is moved by one wild run. Take their median.":
            _compared(by=lambda a, b: np.mean(a - b)),
    },
    otherwise="First a rate for each contender, from its own losses on the seeds for tuning. Then "
    "the fresh losses of both, compared seed by seed.",
)
