"""The exercises of lesson 07, *Decay*."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .verdict import Verdict, call, judge, same

Array = NDArray[np.float64]
Function = Callable[..., Any]

START, END, STEPS = 0.6, 0.06, 40
T = np.arange(STEPS + 11)  # ten updates longer than the schedule
DONE = np.minimum(T / STEPS, 1)


def stair(rate: Any) -> Verdict:
    """Judge the rate of update 300 under η_t = 0.8 · 0.5^⌊t / 100⌋."""
    return judge(
        rate,
        0.1,
        "Update 300 is the first on the fourth stair: three drops have happened.",
        {
            "That was the rate of update 299. Update 300 begins the next stair.": 0.2,
            "One drop too many: the first hundred updates come before any drop.": 0.05,
            "The exponent counts stairs, not updates.": 0.8 * 0.5**300,
            "That is one drop. How many hundreds are there in 300?": 0.4,
            "A drop multiplies the rate by 0.5. It does not take 0.5 away.": 0.8 - 3 * 0.5,
            "Three drops multiply by 0.5 three times: a power, not a product with 3.": 0.8 * 1.5,
            "Dividing by 3 is not halving three times.": 0.8 / 3,
            "That is the factor of three drops. What does it multiply?": 0.125,
        },
        "How often has the rate been multiplied by 0.5 when update 300 begins?",
    )


def cosine(function: Function) -> Verdict:
    """Judge a function ``cosine(t, start, steps, end)`` of one update or an array of them."""
    rates, trouble = _rates(function, START, STEPS, END)
    if trouble is not None:
        return trouble

    def fall(wave: Array, low: float = END) -> Array:
        return low + (START - low) * (1 + wave) / 2

    wave = np.cos(np.pi * DONE)
    return judge(
        rates,
        fall(wave),
        "It starts level, falls fastest half-way, lands level, and stays.",
        {
            "After its last step it rises again. Hold the part of the way that is done at 1.": (
                fall(np.cos(np.pi * T / STEPS))
            ),
            "It ends at 0. Where does `end` come in?": fall(wave, low=0.0),
            "It ends at 0, and after its last step it rises again.": (
                fall(np.cos(np.pi * T / STEPS), low=0.0)
            ),
            "It comes back up within the run: half a wave is π, a whole one 2π.": (
                fall(np.cos(2 * np.pi * DONE))
            ),
            "It starts at the end value and rises. Which sign has the cosine?": fall(-wave),
            "It starts too high: 1 + cos runs from 2 to 0, so it wants halving.": (
                END + (START - END) * (1 + wave)
            ),
            "It starts at start + end. What is between the two is their difference.": (
                END + START * (1 + wave) / 2
            ),
            "It stops in the middle: a cosine runs from 1 to -1, and 1 + cos from 2 to 0.": (
                END + (START - END) * wave
            ),
            "π is missing: the cosine of 1 is not -1.": fall(np.cos(DONE)),
            "NumPy's cosine takes radians: half a turn is π, not 180.": fall(np.cos(180 * DONE)),
            "That is a straight line.": END + (START - END) * (1 - DONE),
        },
        "It should be `start` at t = 0, half-way between at t = steps / 2, and `end` from "
        "t = steps on. Print these three.",
    )


def names(linear_decay: Function, exponential_decay: Function) -> Verdict:
    """Judge the mended ``linear_decay(t, start, steps)`` and ``exponential_decay`` likewise.

    The first falls from ``start`` to 0 in ``steps`` updates and stays there; the second falls to a
    hundredth in ``steps`` updates, and goes on.
    """
    line, trouble = _rates(linear_decay, START, STEPS)
    if trouble is not None:
        return trouble
    ratio, trouble = _rates(exponential_decay, START, STEPS)
    if trouble is not None:
        return trouble
    power = START * 0.01 ** (T / STEPS)
    left = 1 - DONE
    straight = START * left
    verdict = judge(
        line,
        straight,
        "",
        {
            "`linear_decay` still multiplies by the same factor at each update. Which of the two "
            "names does that deserve?": power,
            "`linear_decay` goes on below zero after its last step: a negative rate climbs.": (
                START * (1 - T / STEPS)
            ),
            "`linear_decay` is bent: a power of what is left is polynomial decay, and linear "
            "only where the power is 1.": START * left**2,
            "`linear_decay` ends at a hundredth. It should end at 0.": START * (1 - 0.99 * DONE),
            "`linear_decay` rises.": START * DONE,
            "`linear_decay` reaches 0 one update too soon.": (
                START * np.maximum(1 - T / (STEPS - 1), 0)
            ),
        },
        "`linear_decay` should lose the same amount at each update, be half of `start` at "
        "steps / 2, and be 0 from t = steps on.",
    )
    if not verdict:
        return verdict
    return judge(
        ratio,
        power,
        "Equal amounts are linear, equal factors exponential. The name says which stays the same.",
        {
            "`exponential_decay` is still a power of what is left of the run. In an exponential "
            "t stands in the exponent.": START * left**2,
            "`exponential_decay` is a straight line now.": straight,
            "`exponential_decay` stops falling at its last step. It has no last step: "
            "no clipping here.": START * 0.01**DONE,
            "`exponential_decay` has the factor 0.01 at every update. It should take all of "
            "`steps` updates to lose it.": START * 0.01**T,
            "`exponential_decay` falls to 1/e in `steps` updates. A hundredth is wanted.": (
                START * np.exp(-T / STEPS)
            ),
            "`exponential_decay` falls to 1/100 of 1/e and farther: e^(-k t) with what k?": (
                START * np.exp(-100 * T / STEPS)
            ),
        },
        "`exponential_decay` should be `start` at t = 0, a tenth of it at steps / 2, a hundredth "
        "at steps, and a thousandth at 1.5 · steps.",
    )


def staircase(function: Function) -> Verdict:
    """Judge the mended ``rates_used(start, factor, every, updates)``, the rates of a run."""
    start, factor, every, updates = 0.6, 0.5, 4, 14
    rates, trouble = call(function, start, factor, every, updates)
    if trouble is not None:
        return trouble
    t = np.arange(updates)
    stairs = t // every
    return judge(
        rates,
        start * factor**stairs,
        "A schedule is asked at every update of the run.",
        {
            "The rate still never moves. At which updates is it worked out anew?": np.full(
                updates, start
            ),
            "It falls a little at each update. A staircase has whole stairs: // and not /.": (
                start * factor ** (t / every)
            ),
            "It drops one update too soon: with t = 0 the first, no 1 is to be added.": (
                start * factor ** ((t + 1) // every)
            ),
            "It drops one update too late: update number `every` already has the new rate.": (
                start * factor ** (np.maximum(t - 1, 0) // every)
            ),
            "You multiply the last rate by the factor of the whole way so far. Start from "
            "`start` at every update.": start * np.cumprod(factor**stairs),
            "The factor is not multiplied by the number of the stair, but raised to it.": (
                start * factor * stairs
            ),
            "It moves once, and stays: the condition is still there.": (
                start * np.where(t < every, 1.0, factor)
            ),
            "From update `every` on it is right, but the list lacks the updates before.": (
                start * factor ** stairs[every:]
            ),
        },
        "With start 0.6, factor 0.5 and every 4, updates 0 to 3 use 0.6, updates 4 to 7 use 0.3, "
        "and so on, one rate for each update.",
    )


def best_rate(function: Function) -> Verdict:
    """Judge ``best_rate(m, curvature, variance)``, which makes the next mean square smallest."""
    places = [(4.0, 0.5, 3.0), (0.2, 2.5, 1.5)]
    answers = []
    for place in places:
        answer, trouble = call(function, *place)
        if trouble is not None:
            return trouble
        answers.append(answer)

    def each(rule: Callable[[float, float, float], float]) -> list[float]:
        return [rule(*place) for place in places]

    return judge(
        answers,
        each(lambda m, c, v: c * m / (c**2 * m + v)),
        "Far out it is 1/λ, the rate without noise. Near the bottom it falls with m.",
        {
            "That is right for curvature 1. Where does λ enter?": each(lambda m, c, v: m / (m + v)),
            "The λ below comes from (1 - ηλ)², so it is squared.": (
                each(lambda m, c, v: c * m / (c * m + v))
            ),
            "A λ is missing above: differentiate (1 - ηλ)² m once more, chain rule included.": (
                each(lambda m, c, v: m / (c**2 * m + v))
            ),
            "That is the best rate without noise.": each(lambda m, c, v: 1 / c),
            "The noise is given as a variance, and is squared already.": (
                each(lambda m, c, v: c * m / (c**2 * m + v**2))
            ),
            "m is a mean square already: do not square it again.": (
                each(lambda m, c, v: c * m**2 / (c**2 * m**2 + v))
            ),
            "Twice the best: there the next mean square is as large as this one.": (
                each(lambda m, c, v: 2 * c * m / (c**2 * m + v))
            ),
            "Half of it. Both terms have a 2 when you differentiate, and it cancels.": (
                each(lambda m, c, v: c * m / (c**2 * m + v) / 2)
            ),
            "That is the mean square after the best step. Which rate leads there?": (
                each(lambda m, c, v: m * v / (c**2 * m + v))
            ),
            "Turn the fraction over.": each(lambda m, c, v: (c**2 * m + v) / (c * m)),
        },
        "Write the next mean square, (1 - ηλ)² m + η² σ², as a function of η, and set its slope "
        "to zero. Return one number.",
    )


def _rates(function: Function, *constants: float) -> tuple[Any, Verdict | None]:
    """Ask a reader's schedule for all of ``T`` at once, or one by one where it takes no array."""
    rates, trouble = call(function, T.copy(), *constants)
    if trouble is None and same(np.shape(rates), T.shape):
        return rates, None
    one_by_one = []
    for t in T:
        rate, single = call(function, int(t), *constants)
        if single is not None:
            return None, trouble or single
        one_by_one.append(rate)
    return one_by_one, None
