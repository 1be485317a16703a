"""The exercises of lesson 08, *Warmup, cycles and restarts*."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .comparing import untouched
from .decay import at_once_and_singly, updates
from .drawing import Generator, between, normal, whole
from .exercise import Exercise, call
from .verdict import Complaint

# A slip is what is said, and below it the wrong answer that is meant.
# fmt: off

Array = NDArray[Any]


def _in_any_order(numbers: Any) -> Any:
    return np.sort(numbers) if np.ndim(numbers) == 1 else numbers


jumps = Exercise(
    answer=[50, 200, 650],
    use=_in_any_order,
    praise="A restart comes when all the periods before it are over.",
    slips={
        "Those are the lengths of the periods. A restart comes when all periods so far are over.":
            [50, 150, 450],
        "That is a period that never grows.": [50, 100, 150],
        "Each period is three times the one before: 50, 150, and then 450, not 250.":
            [50, 200, 450],
        "That is each period twice the one before. Here it is three times.": [50, 150, 350],
        "Those updates are the last of their periods. The jump is at the next one.": [49, 199, 649],
        "The first period is 50 updates long: updates 0 to 49. Update 50 is the first at the peak "
        "again.": [51, 201, 651],
        "Update 0 begins at the peak, but nothing has jumped back yet.": [0, 50, 200],
        "The first period has not grown yet: it is 50 updates long.": [150, 600, 1950],
    },
    otherwise="Write down the lengths of the first three periods, and add them up one by one.",
)


def _cycle(
    height: Callable[..., Array] = lambda t, up: 1 - abs(t % (2 * up) - up) / up,
    between: Callable[..., Array] = lambda low, high, part: low + (high - low) * part,
) -> Callable[..., Array]:
    return lambda t, low, high, up: between(low, high, height(t, up))


def _draw_cycle(rng: Generator) -> tuple[Any, ...]:
    up = whole(rng, 2, 12)
    t = updates(rng, up, 2 * up, 3 * up, 4 * up)
    return t, between(rng, 0.01, 0.2), between(rng, 0.3, 0.9), up


triangle = Exercise(
    answer=_cycle(),
    use=lambda triangle, t, low, high, up: at_once_and_singly(triangle, t, low, high, up),
    draw=_draw_cycle,
    draws=4,
    praise="Up and down in equal amounts, and the foot of one cycle is the first of the next.",
    slips={
        "It is upside down: it starts at `high`.":
            _cycle(lambda t, up: abs(t % (2 * up) - up) / up),
        "It falls off a cliff at its peak: a cycle is `up` updates up and `up` down.":
            _cycle(lambda t, up: (t % up) / up),
        "It rises for 2 · up updates and then falls off a cliff.":
            _cycle(lambda t, up: t % (2 * up) / (2 * up)),
        "It goes up and down once. The place within the cycle is t % (2 * up).":
            _cycle(lambda t, up: 1 - abs(t - up) / up),
        "It goes up and down once, and then stays at `low`.":
            _cycle(lambda t, up: np.maximum(1 - abs(t - up) / up, 0)),
        "Its peak is at low + high. What lies between the two is their difference.":
            _cycle(between=lambda low, high, part: low + high * part),
        "Its foot is at 0. Where does `low` come in?":
            _cycle(between=lambda low, high, part: high * part),
        "It reaches only half of the way: the distance to the peak is to be divided by `up`.":
            _cycle(lambda t, up: (1 - abs(t % (2 * up) - up) / up) / 2),
        "It goes up and down twice as fast: `up` is the length of the rise alone.":
            _cycle(lambda t, up: 1 - abs(2 * (t % up) / up - 1)),
        "It runs one update ahead: at t = 0 it should be at `low`.":
            _cycle(lambda t, up: 1 - abs((t + 1) % (2 * up) - up) / up),
    },
    otherwise="It should be `low` at t = 0, `high` at t = up, `low` again at 2 · up, and half-way "
    "between at up / 2. Print these four.",
)


def _warmed(ramp: Any, steps: int, peak: float, length: int, power: int) -> list[Any]:
    """Warm up a schedule that falls from ``peak`` to 0 in ``length`` updates."""

    def schedule(t: Any) -> Any:
        return peak * (1 - np.minimum(t, length) / length) ** power

    return [call(ramp, schedule, steps, t) for t in range(steps + length + 2)]


def _line(schedule: Any, steps: int, t: int) -> Any:
    return schedule(0) / steps + (schedule(0) - schedule(0) / steps) * t / steps


def _later(schedule: Any, steps: int, t: int) -> Any:
    return schedule(t - steps)


def _shared_clock(schedule: Any, steps: int, t: int) -> Any:
    return schedule(t)


def _ramp(rise: Callable[..., Any] = _line, after: Callable[..., Any] = _later) -> Any:
    return lambda schedule, steps, t: (rise if t < steps else after)(schedule, steps, t)


ramp = Exercise(
    answer=_ramp(),
    use=_warmed,
    draw=lambda rng: (
        whole(rng, 2, 6),
        between(rng, 0.2, 0.9),
        whole(rng, 7, 12),
        whole(rng, 1, 3),
    ),
    edges=((4, 0.8, 10, 1), (1, 0.5, 8, 2)),
    praise="It moves at its first update, and loses nothing of the schedule.",
    slips={
        "Both faults are still there. With steps 4 print it at t = 0 and at t = 4, beside "
        "schedule(0) / 4 and schedule(0).": _ramp(lambda s, n, t: s(0) * t / n, _shared_clock),
        "The first rate is still 0: that update computes a gradient and moves nothing.":
            _ramp(lambda s, n, t: s(0) * t / n),
        "It starts well. But at t = steps the schedule has already lost `steps` updates: which of "
        "its updates should be used there?": _ramp(after=_shared_clock),
        "It reaches the peak one update too soon: with (t + 1) / steps update steps - 1 is at the "
        "peak already.": _ramp(lambda s, n, t: s(0) * (t + 1) / n),
        "It reaches the peak one update too soon, and the schedule's clock has run during the "
        "warmup.": _ramp(lambda s, n, t: s(0) * (t + 1) / n, _shared_clock),
        "You multiply the schedule by the rise. Then it falls while it rises: the height is "
        "schedule(0) all the way.": _ramp(lambda s, n, t: s(t) * t / n),
        "The warmup has gone: it begins at the peak.": _ramp(_shared_clock, _shared_clock),
        "The schedule starts one update late: t = steps is its t = 0.":
            _ramp(after=lambda s, n, t: s(max(t - n - 1, 0))),
    },
    otherwise="It should be schedule(0) / steps at t = 0, schedule(0) at t = steps, and "
    "schedule(1) at t = steps + 1. Print these three.",
)


def _norm(grads: list[Array]) -> float:
    return float(np.sqrt(sum(np.sum(g**2) for g in grads)))


def _scaled(factor: Callable[[list[Array], float], float]) -> Callable[..., list[Array]]:
    return lambda grads, max_norm: [g * factor(grads, max_norm) for g in grads]


def _clipped(clip: Any, grads: list[Array], max_norm: float) -> Any:
    before = [g.copy() for g in grads]
    returned = clip(grads, max_norm)
    if returned is None and not untouched(before, grads):
        raise Complaint("It clips in place, and returns nothing. Return the list.")
    return call(lambda: returned)


def _draw_gradients(rng: Generator) -> tuple[list[Array], float]:
    grads = [normal(rng, 2, 3), normal(rng, whole(rng, 2, 4)), normal(rng, 1)]
    grads = [grads[i] for i in rng.permutation(3)[: whole(rng, 2, 3)]]
    return grads, round(_norm(grads) * float(rng.choice([0.3, 0.6, 0.9, 1.5])), 2)


clipping = Exercise(
    answer=_scaled(lambda grads, c: min(1, c / _norm(grads))),
    use=_clipped,
    draw=_draw_gradients,
    edges=(
        ([np.array([[3.0, -4.0], [0.2, 0.0]]), np.array([12.0, 0.5])], 2.0),
        ([np.array([[0.3, -0.1], [0.2, 0.0]]), np.array([0.4, 0.1])], 2.0),
        ([np.array([-3.0]), np.array([[0.5, 4.0]]), np.array([0.1, 0.2, 0.3])], 0.5),
    ),
    praise="One factor for all, and only where the gradient is too long.",
    slips={
        "Nothing is clipped: the gradients come back as they went in. Which arrays are in the "
        "list after the loop?": _scaled(lambda grads, c: 1.0),
        "That is clipping by value: each element by itself. The direction has changed.":
            lambda grads, c: [np.clip(g, -c, c) for g in grads],
        "Each array is clipped by its own length. Take one length over all of them.":
            lambda grads, c: [g * min(1, c / _norm([g])) for g in grads],
        "A gradient that is short enough is made longer. Clip only where the norm is above "
        "`max_norm`.": _scaled(lambda grads, c: c / _norm(grads)),
        "The fraction is upside down: the long gradient has become longer.":
            _scaled(lambda grads, c: max(1, _norm(grads) / c)),
        "You divide by the squared norm: the root is missing.":
            _scaled(lambda grads, c: min(1, c / _norm(grads) ** 2)),
        "It divides by the norm, but does not multiply by `max_norm`: the length is 1.":
            _scaled(lambda grads, c: 1 / _norm(grads) if _norm(grads) > c else 1),
        "The norms of the arrays are added. Add their squares, and take the root.":
            _scaled(lambda grads, c: min(1, c / sum(_norm([g]) for g in grads))),
        "That is the sum of absolute values where the norm is wanted.":
            _scaled(lambda grads, c: min(1, c / sum(float(np.abs(g).sum()) for g in grads))),
    },
    otherwise="After it the common norm should be `max_norm` where it was above, and a shorter "
    "gradient should come back unchanged, in arrays of the same shapes.",
)


def _whole_run(wsd: Any, peak: float, steps: int, warmup: int, cooldown: int) -> list[Any]:
    return [call(wsd, t, peak, steps, warmup, cooldown) for t in range(steps + 6)]


def _straight(t: int, peak: float, warmup: int) -> float:
    return (peak / warmup) + (peak - peak / warmup) * t / warmup


def _wsd(
    shape: Callable[[float], float] = lambda u: 1 - np.sqrt(u),
    begin: Callable[[int, int], int] = lambda steps, cooldown: steps - cooldown,
    rise: Callable[[int, float, int], float] = _straight, hold: bool = True,
) -> Callable[..., float]:
    """Write the schedule with the slips that a reader may make."""

    def wsd(t: int, peak: float, steps: int, warmup: int, cooldown: int) -> float:
        start = begin(steps, cooldown)
        if t >= start:
            u = (t - start) / cooldown
            return peak * shape(min(u, 1) if hold else u)
        return min(rise(t, peak, warmup), peak)

    return wsd


def _draw_wsd(rng: Generator) -> tuple[float, int, int, int]:
    warmup, cooldown = whole(rng, 2, 6), whole(rng, 5, 9)
    return between(rng, 0.2, 0.9), warmup + cooldown + whole(rng, 10, 20), warmup, cooldown


wsd = Exercise(
    answer=_wsd(),
    use=_whole_run,
    draw=_draw_wsd,
    edges=((0.6, 30, 4, 9), (0.5, 12, 4, 8)),
    draws=4,
    praise="It drops steeply at first and lands gently.",
    slips={
        "That is a straight cooldown.": _wsd(lambda u: 1 - u),
        "That is √(1 - u): it stays high and lands steeply. 1 - √u does the opposite.":
            _wsd(lambda u: np.sqrt(1 - u)),
        "It cools down along 1 - u², with a square in place of the root.": _wsd(lambda u: 1 - u**2),
        "After its last update the rate is negative, and a negative rate climbs. Hold u at 1.":
            _wsd(hold=False),
        "It cools down from `cooldown` on. It should begin that long before the end.":
            _wsd(begin=lambda steps, cooldown: cooldown),
        "The cooldown comes after `steps`. `steps` counts everything, the cooldown included.":
            _wsd(begin=lambda steps, cooldown: steps),
        "The warmup starts at 0: its first update is wasted.":
            _wsd(rise=lambda t, peak, warmup: peak * t / warmup),
        "The warmup is over one update too soon: at t = 0 it is peak / warmup, and `peak` at t = "
        "warmup.": _wsd(rise=lambda t, peak, warmup: peak * (t + 1) / warmup),
        "The warmup is missing.": _wsd(rise=lambda t, peak, warmup: peak),
        "The cooldown is missing.": _wsd(lambda u: 1.0),
    },
    otherwise="It should be peak / warmup at t = 0, peak from `warmup` to `steps - cooldown`, "
    "half of peak a quarter of the way into the cooldown, and 0 from `steps` on.",
)
