"""Schedules that fall: from constant to cosine, one formula each.

The notation: η_t is the rate of update t, t = 0 the first; T is ``steps``, the step at which the
end value is reached, so that updates 0 to T - 1 are on the way and update T has the end value.
"""

from typing import Literal

import numpy as np

from ..arguments import Amount, Count, Length, Positive
from .curves import between, progress, through
from .schedule import (
    Amounts,
    Boundaries,
    Factor,
    Rate,
    Rates,
    Steps,
    check_boundaries,
    check_order,
    check_phases,
    makes_schedule,
)


@makes_schedule
def constant(rate: Amount) -> Rate:
    """Keep one rate for ever.

    ::

        η_t = η

    Parameters
    ----------
    rate : float
        η, the rate of every update.

    Notes
    -----
    optax's ``constant_schedule``. PyTorch's ``ConstantLR`` is something else: a factor for the
    first updates that is then removed, here ``piecewise_constant``.
    """
    return lambda t: np.full(t.shape, rate, dtype=np.float64)


@makes_schedule
def step_decay(start: Amount, factor: Factor, every: Length) -> Rate:
    """Multiply the rate by a factor every so many updates: a staircase.

    ::

        η_t = η_0 γ^⌊t / s⌋

    Parameters
    ----------
    start : float
        η_0, the rate of the first ``every`` updates.
    factor : float
        γ, above 0 and at most 1: what each drop multiplies the rate by.
    every : int
        s, the updates on one stair; the first drop is used by update ``t = every``.

    Returns
    -------
    Schedule
        It never ends.

    Notes
    -----
    The usual drop by ten is as old as deep networks on images (Krizhevsky et al. 2012).
    Agree: PyTorch's ``StepLR``, optax's and Keras's exponential decay with ``staircase=True``.
    """
    return lambda t: start * np.power(factor, t // every)


@makes_schedule
def piecewise_constant(rates: Amounts, boundaries: Boundaries) -> Rate:
    """Hold each rate until the next boundary, the last one for ever.

    ::

        η_t = rates[number of boundaries b with b ≤ t]

    Parameters
    ----------
    rates : list of float
        The rates in order, one more than there are boundaries.
    boundaries : list of int
        Increasing steps; update ``t = b`` is the first to use the rate after boundary b.

    Notes
    -----
    Agree: PyTorch's ``MultiStepLR`` and optax's ``piecewise_constant_schedule``, which are given
    factors in place of rates. Differs: Keras's ``PiecewiseConstantDecay`` still uses the
    old rate at ``t = b``, and changes one update later.

    Examples
    --------
    >>> piecewise_constant([0.1, 0.01], boundaries=[100])([99, 100])
    array([0.1 , 0.01])
    """
    check_boundaries(boundaries, rates=rates)
    values = np.array(rates, dtype=np.float64)
    return lambda t: values[np.searchsorted(boundaries, t, side="right")]


@makes_schedule
def piecewise_interpolated(
    rates: Amounts, boundaries: Boundaries, shape: Literal["linear", "cosine"] = "linear"
) -> Rate:
    """Go from rate to rate without a jump, then hold the last.

    ::

        η_t = (1 - w) rates[i] + w rates[i + 1]    with u the part of the way from boundary to
                                                   boundary, w = u or w = (1 - cos(π u)) / 2

    Parameters
    ----------
    rates : list of float
        The rate at ``t = 0``, then the rate at each boundary.
    boundaries : list of int
        Increasing steps at which the later rates are reached.
    shape : {"linear", "cosine"}
        Straight lines, or half cosines that are level at each boundary.

    Notes
    -----
    Agrees: optax's ``piecewise_interpolate_schedule``, which is given factors in place of rates.
    PyTorch and Keras have none.
    """
    check_boundaries(boundaries, rates=rates)
    return lambda t: through(t, (0, *boundaries), rates, shape)


@makes_schedule
def linear(start: Amount, steps: Length, end: Amount = 0.0) -> Rate:
    """Go along a straight line, down or up.

    ::

        η_t = η_0 + (η_T - η_0) t / T    for t ≤ T, then η_T

    Parameters
    ----------
    start, end : float
        η_0, the rate of the first update, and η_T.
    steps : int
        T, the step at which ``end`` is reached.

    Notes
    -----
    Agree: PyTorch's ``LinearLR`` (given factors of one base rate), optax's ``linear_schedule``,
    Keras's ``PolynomialDecay`` with ``power=1``. Not η_0 β^t, which is `exponential`.
    """
    return lambda t: between(start, end, progress(t, 0, steps))


@makes_schedule
def exponential(start: Amount, factor: Factor, every: Length = 1) -> Rate:
    """Multiply the rate by the same factor at each update.

    ::

        η_t = η_0 γ^(t / s)

    Parameters
    ----------
    start : float
        η_0, the rate of the first update.
    factor : float
        γ, above 0 and at most 1: what the rate is multiplied by in the course of ``every`` updates.
        The form η_0 e^(-kt) has γ = e^(-k).
    every : int
        s, the number of updates that ``factor`` speaks of.

    Returns
    -------
    Schedule
        It falls towards 0 and never ends; ``clamp(schedule, low=...)`` gives it a floor.

    Notes
    -----
    Agree: PyTorch's ``ExponentialLR`` (``every`` is 1), optax's ``exponential_decay`` and Keras's
    ``ExponentialDecay``. Their ``staircase=True`` is `step_decay`, optax's ``end_value`` a `clamp`.
    """
    return lambda t: start * np.power(factor, t / every)


@makes_schedule
def polynomial(start: Amount, steps: Length, power: Positive, end: Amount = 0.0) -> Rate:
    """Fall as a power of what is left of the run.

    ::

        η_t = η_T + (η_0 - η_T) (1 - t / T)^p    for t ≤ T, then η_T

    Parameters
    ----------
    start, end : float
        η_0, the rate of the first update, and η_T, not above it.
    steps : int
        T, the step at which ``end`` is reached.
    power : float
        p > 0: 1 is a straight line, more drops early, less drops late.

    Notes
    -----
    The "poly" rule of segmentation (Chen et al. 2017, DeepLab, p = 0.9). Agree: optax's
    ``polynomial_schedule``, Keras's ``PolynomialDecay``, and PyTorch's ``PolynomialLR``, which
    always ends at 0.
    """
    check_order(end=end, start=start)
    return lambda t: between(end, start, np.power(1 - progress(t, 0, steps), power))


@makes_schedule
def inverse_time(start: Amount, decay: Positive) -> Rate:
    """Divide the rate by a number that grows evenly.

    ::

        η_t = η_0 / (1 + k t)

    Parameters
    ----------
    start : float
        η_0, the rate of the first update.
    decay : float
        k > 0, per update: the rate has halved at ``t = 1 / k``.

    Returns
    -------
    Schedule
        It falls towards 0 and never ends. Its sum has no bound while the sum of its squares has,
        which is what Robbins and Monro (1951) ask for.

    Notes
    -----
    Agrees: Keras's ``InverseTimeDecay``, with k = ``decay_rate / decay_steps``. PyTorch and optax
    have none.
    """
    return lambda t: np.divide(start, 1 + decay * t)


@makes_schedule
def inverse_sqrt(peak: Amount, warmup: Length = 1) -> Rate:
    """Rise along a line, then fall as one over the square root of the updates done.

    ::

        η_t = η_max min((t + 1) / W, √(W / (t + 1)))

    Parameters
    ----------
    peak : float
        η_max, the rate of update ``t = warmup - 1``, where the two branches meet.
    warmup : int
        W, the updates of the rise. With 1 the rate falls from the first update on.

    Returns
    -------
    Schedule
        It falls towards 0 and never ends.

    Notes
    -----
    Vaswani et al. 2017, "Attention Is All You Need", whose step number is t + 1 and whose peak is
    (d_model W)^(-1/2). None of PyTorch, optax and Keras has it.
    """

    def rate(t: Steps) -> Rates:
        share = (t + 1) / warmup
        return peak * np.minimum(share, 1 / np.sqrt(share))

    return rate


@makes_schedule
def cosine(peak: Amount, steps: Length, end: Amount = 0.0, warmup: Count = 0) -> Rate:
    """Fall along half a cosine, after a linear warmup if one is asked for.

    ::

        η_t = η_T + (η_max - η_T) (1 + cos(π (t - W) / (T - W))) / 2    for W ≤ t ≤ T, then η_T
        η_t = η_max (1 / W + (1 - 1 / W) t / W)                         for t < W

    Parameters
    ----------
    peak, end : float
        η_max, the rate of update ``t = warmup``, and η_T, not above it.
    steps : int
        T, the step at which ``end`` is reached, the warmup included.
    warmup : int
        W, the updates before the peak: from ``peak / warmup`` at ``t = 0`` along a line.
        Shorter than ``steps``. For another rise use `warmup`, which this is the short form of.

    Notes
    -----
    Loshchilov and Hutter 2017, SGDR, without the restarts. Agree: optax's
    ``cosine_decay_schedule``, Keras's ``CosineDecay``; PyTorch's ``CosineAnnealingLR`` until T,
    after which it rises again. With a warmup: optax's ``warmup_cosine_decay_schedule``
    counts T as we do; Keras adds the warmup to its ``decay_steps``. Both are given the first rate,
    often 0.

    Examples
    --------
    >>> schedule = cosine(1e-3, steps=2000, warmup=100)
    >>> schedule([0, 100, 2000])
    array([1.e-05, 1.e-03, 0.e+00])
    """
    check_order(end=end, peak=peak)
    check_phases(steps, warmup=warmup)

    def rate(t: Steps) -> Rates:
        fall = between(peak, end, progress(t, warmup, steps), "cosine")
        if not warmup:
            return fall
        return np.where(t < warmup, between(peak / warmup, peak, progress(t, 0, warmup)), fall)

    return rate
