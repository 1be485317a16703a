"""The exercises of lesson 08, *Warmup, cycles and restarts*."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .verdict import Verdict, call, judge, same

Array = NDArray[np.float64]
Function = Callable[..., Any]

LOW, HIGH, UP = 0.1, 0.7, 5
CYCLES = np.arange(4 * UP + 3)  # two cycles and a little more

PEAK, WARMUP, COOLDOWN, STEPS = 0.6, 4, 9, 30
T = np.arange(STEPS + 6)  # six updates longer than the schedule


def jumps(updates: Any) -> Verdict:
    """Judge the first three restarts of cosine restarts with period 50 and growth 3."""
    return judge(
        updates if updates is ... else _as_list(updates),
        [50, 200, 650],
        "A restart comes when all the periods before it are over.",
        {
            "Those are the lengths of the periods. A restart comes when all periods so far are "
            "over.": [50, 150, 450],
            "That is a period that never grows.": [50, 100, 150],
            "Each period is three times the one before: 50, 150, and then 450, not 250.": (
                [50, 200, 450]
            ),
            "That is each period twice the one before. Here it is three times.": [50, 150, 350],
            "Those updates are the last of their periods. The jump is at the next one.": (
                [49, 199, 649]
            ),
            "The first period is 50 updates long: updates 0 to 49. Update 50 is the first at the "
            "peak again.": [51, 201, 651],
            "Update 0 begins at the peak, but nothing has jumped back yet.": [0, 50, 200],
            "The first period has not grown yet: it is 50 updates long.": [150, 600, 1950],
        },
        "Write down the lengths of the first three periods, and add them up one by one.",
    )


def triangle(function: Function) -> Verdict:
    """Judge a triangular cycle ``function(t, low, high, up)`` of one update or an array."""
    rates, trouble = _each(function, CYCLES, LOW, HIGH, UP)
    if trouble is not None:
        return trouble

    def between(part: Array) -> Array:
        return LOW + (HIGH - LOW) * part

    t = CYCLES
    tau = t % (2 * UP)
    height = 1 - abs(tau - UP) / UP
    return judge(
        rates,
        between(height),
        "Up and down in equal amounts, and the foot of one cycle is the first of the next.",
        {
            "It is upside down: it starts at `high`.": between(1 - height),
            "It falls off a cliff at its peak: a cycle is `up` updates up and `up` down.": (
                between((t % UP) / UP)
            ),
            "It rises for 2 · up updates and then falls off a cliff.": between(tau / (2 * UP)),
            "It goes up and down once. The place within the cycle is t % (2 * up).": (
                between(1 - abs(t - UP) / UP)
            ),
            "It goes up and down once, and then stays at `low`.": (
                between(np.maximum(1 - abs(t - UP) / UP, 0))
            ),
            "Its peak is at low + high. What lies between the two is their difference.": (
                LOW + HIGH * height
            ),
            "Its foot is at 0. Where does `low` come in?": HIGH * height,
            "It reaches only half of the way: the distance to the peak is to be divided by `up`.": (
                between((1 - abs(tau - UP) / UP) / 2)
            ),
            "It goes up and down twice as fast: `up` is the length of the rise alone.": (
                between(1 - abs(2 * (t % UP) / UP - 1))
            ),
            "It runs one update ahead: at t = 0 it should be at `low`.": (
                between(1 - abs((t + 1) % (2 * UP) - UP) / UP)
            ),
        },
        "It should be `low` at t = 0, `high` at t = up, `low` again at 2 · up, and half-way "
        "between at up / 2. Print these four.",
    )


def ramp(function: Function) -> Verdict:
    """Judge the mended ``my_warmup(schedule, steps, t)``, which takes one update."""
    steps, t = 4, np.arange(12)

    def fall(u: Any) -> Any:
        return 0.8 * (1 - np.minimum(u, 10) / 10)

    rates, trouble = _each(lambda u: function(fall, steps, u), t, arrays=False)
    if trouble is not None:
        return trouble
    peak, rising = 0.8, t < steps
    first = peak / steps
    line = first + (peak - first) * t / steps
    after = fall(np.maximum(t - steps, 0))
    from_zero, shared_clock = peak * t / steps, fall(t)
    return judge(
        rates,
        np.where(rising, line, after),
        "It moves at its first update, and loses nothing of the schedule.",
        {
            "Both faults are still there. With steps 4 print it at t = 0 and at t = 4, beside "
            "schedule(0) / 4 and schedule(0).": np.where(rising, from_zero, shared_clock),
            "The first rate is still 0: that update computes a gradient and moves nothing.": (
                np.where(rising, from_zero, after)
            ),
            "It starts well. But at t = steps the schedule has already lost `steps` updates: "
            "which of its updates should be used there?": np.where(rising, line, shared_clock),
            "It reaches the peak one update too soon: with (t + 1) / steps update steps - 1 is at "
            "the peak already.": np.where(rising, peak * (t + 1) / steps, after),
            "It reaches the peak one update too soon, and the schedule's clock has run during the "
            "warmup.": np.where(rising, peak * (t + 1) / steps, shared_clock),
            "You multiply the schedule by the rise. Then it falls while it rises: the height is "
            "schedule(0) all the way.": np.where(rising, fall(t) * t / steps, after),
            "The warmup has gone: it begins at the peak.": fall(t),
            "The schedule starts one update late: t = steps is its t = 0.": (
                np.where(t <= steps, line, fall(np.maximum(t - steps - 1, 0)))
            ),
        },
        "It should be schedule(0) / steps at t = 0, schedule(0) at t = steps, and schedule(1) at "
        "t = steps + 1. Print these three.",
    )


def clipping(function: Function) -> Verdict:
    """Judge the mended ``clip_by_norm(grads, max_norm)``, a list of arrays to a list of arrays."""
    long = [np.array([[3.0, -4.0], [0.2, 0.0]]), np.array([12.0, 0.5])]
    short = [np.array([[0.3, -0.1], [0.2, 0.0]]), np.array([0.4, 0.1])]
    limit = 2.0
    answers = []
    for grads in (long, short):
        given = [g.copy() for g in grads]
        found, trouble = call(function, given, limit)
        if trouble is not None:
            changed = any(not same(g, before) for g, before in zip(given, grads, strict=True))
            if changed and "nothing back" in trouble.message:
                return Verdict(False, "It clips in place, and returns nothing. Return the list.")
            return trouble
        answers.append(_flat(found))

    def each(rule: Callable[[list[Array]], list[Array]]) -> Array:
        return np.concatenate([_flat(rule(grads)) for grads in (long, short)])

    def norm(grads: list[Array]) -> float:
        return float(np.linalg.norm(_flat(grads)))

    def scaled(grads: list[Array], factor: float) -> list[Array]:
        return [g * factor for g in grads]

    def alone(grads: list[Array]) -> list[Array]:
        return [g * min(1, limit / float(np.linalg.norm(g))) for g in grads]

    return judge(
        np.concatenate(answers),
        each(lambda grads: scaled(grads, min(1, limit / norm(grads)))),
        "One factor for all, and only where the gradient is too long.",
        {
            "Nothing is clipped: the gradients come back as they went in. Which arrays are in "
            "the list after the loop?": each(lambda grads: grads),
            "That is clipping by value: each element by itself. The direction has changed.": each(
                lambda grads: [np.clip(g, -limit, limit) for g in grads]
            ),
            "Each array is clipped by its own length. Take one length over all of them.": each(
                alone
            ),
            "A gradient that is short enough is made longer. Clip only where the norm is above "
            "`max_norm`.": each(lambda grads: scaled(grads, limit / norm(grads))),
            "The fraction is upside down: the long gradient has become longer.": each(
                lambda grads: scaled(grads, norm(grads) / limit if norm(grads) > limit else 1)
            ),
            "You divide by the squared norm: the root is missing.": each(
                lambda grads: scaled(
                    grads, limit / norm(grads) ** 2 if norm(grads) ** 2 > limit else 1
                )
            ),
            "It divides by the norm, but does not multiply by `max_norm`: the length is 1.": each(
                lambda grads: scaled(grads, 1 / norm(grads) if norm(grads) > limit else 1)
            ),
            "The norms of the arrays are added. Add their squares, and take the root.": each(
                lambda grads: scaled(
                    grads, min(1, limit / sum(float(np.linalg.norm(g)) for g in grads))
                )
            ),
            "That is the sum of absolute values where the norm is wanted.": each(
                lambda grads: scaled(grads, min(1, limit / float(np.abs(_flat(grads)).sum())))
            ),
        },
        "After it the common norm should be `max_norm` where it was above, and a shorter gradient "
        "should come back unchanged, in arrays of the same shapes.",
    )


def wsd(function: Function) -> Verdict:
    """Judge ``my_wsd(t, peak, steps, warmup, cooldown)`` with a 1 - √u cooldown; one update."""
    rates, trouble = _each(function, T, PEAK, STEPS, WARMUP, COOLDOWN, arrays=False)
    if trouble is not None:
        return trouble
    first = PEAK / WARMUP
    rise = np.minimum(first + (PEAK - first) * T / WARMUP, PEAK)
    start = STEPS - COOLDOWN

    def cooled(shape: Callable[[Array], Array], begin: int = start, head: Array = rise) -> Array:
        u = np.clip((T - begin) / COOLDOWN, 0, 1)
        return np.where(begin <= T, PEAK * shape(u), head)

    def root(u: Array) -> Array:
        return 1 - np.sqrt(u)

    with np.errstate(invalid="ignore"):
        beyond = np.where(start <= T, PEAK * (1 - np.sqrt((T - start) / COOLDOWN)), rise)
    return judge(
        rates,
        cooled(root),
        "It drops steeply at first and lands gently.",
        {
            "That is a straight cooldown.": cooled(lambda u: 1 - u),
            "That is √(1 - u): it stays high and lands steeply. 1 - √u does the opposite.": (
                cooled(lambda u: np.sqrt(1 - u))
            ),
            "It cools down along 1 - u², with a square in place of the root.": (
                cooled(lambda u: 1 - u**2)
            ),
            "After its last update the rate is negative, and a negative rate climbs. Hold u at "
            "1.": beyond,
            "It cools down from `cooldown` on. It should begin that long before the end.": (
                cooled(root, begin=COOLDOWN)
            ),
            "The cooldown comes after `steps`. `steps` counts everything, the cooldown included.": (
                cooled(root, begin=STEPS)
            ),
            "The warmup starts at 0: its first update is wasted.": (
                cooled(root, head=np.minimum(PEAK * T / WARMUP, PEAK))
            ),
            "The warmup is over one update too soon: at t = 0 it is peak / warmup, and `peak` at "
            "t = warmup.": cooled(root, head=np.minimum(PEAK * (T + 1) / WARMUP, PEAK)),
            "The warmup is missing.": cooled(root, head=np.full(T.shape, PEAK)),
            "The cooldown is missing.": rise,
        },
        "It should be peak / warmup at t = 0, peak from `warmup` to `steps - cooldown`, half of "
        "peak a quarter of the way into the cooldown, and 0 from `steps` on.",
    )


def _each(
    function: Function, t: NDArray[np.int64], *constants: Any, arrays: bool = True
) -> tuple[Any, Verdict | None]:
    """Ask a reader's schedule for all of ``t`` at once, or one by one where it takes no array."""
    if arrays:
        rates, trouble = call(function, t.copy(), *constants)
        if trouble is None and np.shape(rates) == t.shape:
            return rates, None
    one_by_one = []
    for u in t:
        rate, trouble = call(function, int(u), *constants)
        if trouble is not None:
            return None, trouble
        one_by_one.append(rate)
    return one_by_one, None


def _as_list(updates: Any) -> Any:
    return list(updates) if isinstance(updates, tuple | range | set) else updates


def _flat(arrays: Any) -> Array:
    try:
        parts = [np.ravel(np.asarray(part, dtype=float)) for part in arrays]
    except (TypeError, ValueError):
        return np.zeros(0)
    return np.concatenate(parts) if parts else np.zeros(0)
