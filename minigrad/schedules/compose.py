"""Schedules made of schedules: warmup, join, scale, clamp.

Each takes any function of the step, those of this package included.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from numbers import Real
from typing import Any

import numpy as np

from .curves import between, progress
from .feedback import ReduceOnPlateau
from .schedule import (
    Rate,
    Rates,
    Schedule,
    Steps,
    check_boundaries,
    check_choice,
    check_rate,
    check_steps,
    makes_schedule,
)

AnySchedule = Schedule | Callable[[Any], Any]


@makes_schedule
def warmup(
    schedule: AnySchedule, steps: int, shape: str = "linear", start: float | None = None
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

    Returns
    -------
    Schedule

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
    _check_schedule(schedule)
    check_steps("steps", steps)
    check_choice("shape", shape, ["linear", "cosine", "exponential"])
    peak = float(_rates(schedule, np.zeros(1, np.int64))[0])
    first = peak / steps if start is None else start
    check_rate("start", first, positive=shape == "exponential")
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
def join(schedules: Sequence[AnySchedule], boundaries: Sequence[int]) -> Rate:
    """Follow one schedule after another, each from its own beginning.

    ::

        η_t = schedules[i](t - b_i)    for b_i ≤ t < b_(i+1), with b_0 = 0

    Parameters
    ----------
    schedules : list of Schedule
        One more than there are boundaries.
    boundaries : list of int
        Increasing steps; update ``t = b`` is the first of the next schedule, its ``t = 0``.

    Returns
    -------
    Schedule

    Notes
    -----
    Agree: optax's ``join_schedules`` and PyTorch's ``SequentialLR``. Keras has none.
    """
    check_boundaries(boundaries, schedules, "schedules")
    for part in schedules:
        _check_schedule(part)
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
def scale(schedule: AnySchedule, factor: float) -> Rate:
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

    Returns
    -------
    Schedule
    """
    _check_schedule(schedule)
    check_rate("factor", factor)
    return lambda t: _rates(schedule, t) * factor


@makes_schedule
def clamp(schedule: AnySchedule, low: float = 0.0, high: float = math.inf) -> Rate:
    """Clip a schedule to a range.

    ::

        η_t = min(max(schedule(t), η_low), η_high)

    Parameters
    ----------
    schedule : Schedule
        What is clipped. (The rate is; clipping a gradient is another thing.)
    low, high : float
        The range. ``low`` is not above ``high``.

    Returns
    -------
    Schedule

    Notes
    -----
    With ``low`` alone this is the ``end_value`` of optax's ``exponential_decay``.
    """
    _check_schedule(schedule)
    check_rate("low", low)
    if high != math.inf:
        check_rate("high", high)
    if low > high:
        raise ValueError(f"low must not be above high, got low={low}, high={high}")
    return lambda t: np.clip(_rates(schedule, t), low, high)


def _check_schedule(schedule: object) -> None:
    if isinstance(schedule, ReduceOnPlateau):
        raise TypeError(
            "ReduceOnPlateau depends on the losses, not on the step, and cannot be part of a "
            "schedule; give it to the optimizer by itself"
        )
    if not callable(schedule) or isinstance(schedule, type):
        raise TypeError(
            f"a schedule is wanted, got {schedule!r}; for a fixed rate use constant({schedule!r})"
        )


def _rates(schedule: AnySchedule, t: Steps) -> Rates:
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
