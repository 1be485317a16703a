"""Schedules made of schedules: warmup, join, scale, clamp.

Each takes any function of the step, those of this package included.
"""

import math
from collections.abc import Callable, Sequence
from numbers import Real
from typing import Annotated, Any, Literal, TypeAlias

import numpy as np

from ..arguments import POSITIVE, Amount, Kind, Length
from .curves import between, progress
from .feedback import ReduceOnPlateau
from .schedule import (
    Boundaries,
    Many,
    Rate,
    Rates,
    Schedule,
    Steps,
    check_boundaries,
    check_order,
    makes_schedule,
)

Function: TypeAlias = Schedule | Callable[[Any], Any]


class Part(Kind):
    """A schedule, or another function of the step."""

    def read(self, label: str, value: Any) -> Any:
        """Return it."""
        if isinstance(value, ReduceOnPlateau):
            raise TypeError(
                "ReduceOnPlateau depends on the losses, not on the step, and cannot be part of a "
                "schedule; give it to the optimizer by itself"
            )
        if not callable(value) or isinstance(value, type):
            raise TypeError(
                f"a schedule is wanted, got {value!r}; for a fixed rate use constant({value!r})"
            )
        return value


AnySchedule: TypeAlias = Annotated[Function, Part()]
Schedules: TypeAlias = Annotated[Sequence[Function], Many(Part())]


@makes_schedule
def warmup(
    schedule: AnySchedule,
    steps: Length,
    shape: Literal["linear", "cosine", "exponential"] = "linear",
    start: Amount | None = None,
) -> Rate:
    """Rise to a schedule's first rate, then follow the schedule from its beginning.

    ::

        η_t = η_0 + (η_W - η_0) t / W                      linear      for t < W
        η_t = η_0 + (η_W - η_0) (1 - cos(π t / W)) / 2     cosine
        η_t = η_0 (η_W / η_0)^(t / W)                      exponential
        η_t = schedule(t - W)                              for t ≥ W, so that η_W = schedule(0)

    Parameters
    ----------
    schedule : Schedule
        What follows; its clock starts when the warmup is over.
    steps : int
        W, the updates of the warmup; update ``t = steps`` is the first of ``schedule``.
    shape : {"linear", "cosine", "exponential"}
        The curve of the rise.
    start : float, optional
        η_0, the rate of update 0; ``schedule(0) / steps`` unless given. A first rate of
        0 wastes the first update, so it has to be asked for.

    Notes
    -----
    Goyal et al. 2017, "Accurate, Large Minibatch SGD" (linear). Agree, given the first rate:
    PyTorch's ``LinearLR`` then another by ``SequentialLR``; optax's ``warmup_*`` schedules; Keras's
    ``CosineDecay`` with ``warmup_target``. Differs: the examples of optax and Keras start at 0.

    Examples
    --------
    >>> from minigrad.schedules import constant
    >>> warmup(constant(0.1), steps=5)(range(7))
    array([0.02 , 0.036, 0.052, 0.068, 0.084, 0.1  , 0.1  ])
    """
    peak = float(_rates(schedule, np.zeros(1, np.int64))[0])
    first = peak / steps if start is None else start
    if shape == "exponential":
        POSITIVE.read("start", first)
    if first > peak:
        raise ValueError(
            f"a warmup rises, so start must not be above the first rate of the schedule: "
            f"got start={first}, and {schedule} begins at {peak}"
        )

    def rate(t: Steps) -> Rates:
        rates = between(first, peak, progress(t, 0, steps), shape)
        after = t >= steps
        rates[after] = _rates(schedule, t[after] - steps)
        return rates

    return rate


@makes_schedule
def join(schedules: Schedules, boundaries: Boundaries) -> Rate:
    """Follow one schedule after another, each from its own beginning.

    ::

        η_t = schedules[i](t - b_i)    for b_i ≤ t < b_(i+1), with b_0 = 0

    Parameters
    ----------
    schedules : list of Schedule
        One more than there are boundaries.
    boundaries : list of int
        Increasing steps; update ``t = b`` is the first of the next schedule, its ``t = 0``.

    Notes
    -----
    Agree: optax's ``join_schedules`` and PyTorch's ``SequentialLR``. Keras has none.
    """
    check_boundaries(boundaries, schedules=schedules)
    starts = np.array((0, *boundaries))

    def rate(t: Steps) -> Rates:
        rates = np.empty(t.shape)
        which = np.searchsorted(starts, t, side="right") - 1
        for i, part in enumerate(schedules):
            here = which == i
            if here.any():
                rates[here] = _rates(part, t[here] - starts[i])
        return rates

    return rate


@makes_schedule
def scale(schedule: AnySchedule, factor: Amount) -> Rate:
    """Multiply a schedule by a constant.

    ::

        η_t = c schedule(t)

    Parameters
    ----------
    schedule : Schedule
        What is scaled.
    factor : float
        c, not negative: for a batch k times as large, the linear scaling rule says k
        (Goyal et al. 2017).
    """
    return lambda t: _rates(schedule, t) * factor


@makes_schedule
def clamp(schedule: AnySchedule, low: Amount = 0.0, high: Amount = math.inf) -> Rate:
    """Clip a schedule to a range.

    ::

        η_t = min(max(schedule(t), η_low), η_high)

    Parameters
    ----------
    schedule : Schedule
        What is clipped. (The rate is; clipping a gradient is another thing.)
    low, high : float
        The range. ``low`` is not above ``high``.

    Notes
    -----
    With ``low`` alone this is the ``end_value`` of optax's ``exponential_decay``.
    """
    check_order(low=low, high=high)
    return lambda t: np.clip(_rates(schedule, t), low, high)


def _rates(schedule: Function, t: Steps) -> Rates:
    """Return the rates at each step, also of a function that takes one step at a time."""
    if isinstance(schedule, Schedule):
        return schedule(t)
    rates = np.empty(t.shape)
    for i, step in enumerate(t.tolist()):
        rate = schedule(step)
        if not isinstance(rate, Real) or isinstance(rate, bool) or math.isnan(rate):
            raise TypeError(f"a schedule gives a rate for each step; at {step} it gave {rate!r}")
        rates[i] = rate
    return rates
