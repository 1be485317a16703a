"""Schedules that rise and fall: restarts, triangles, one cycle, warmup-stable-decay."""

from collections.abc import Callable
from typing import Literal

import numpy as np

from ..arguments import Amount, Count, Length, Share
from .curves import between, progress, through
from .schedule import Factor, Rate, Rates, Steps, check_order, check_phases, makes_schedule

Height = Callable[[Steps, Steps], Rates]


@makes_schedule
def cosine_restarts(peak: Amount, period: Length, growth: Length = 1, end: Amount = 0.0) -> Rate:
    """Fall along half a cosine, jump back to the peak, and fall again, more slowly if asked.

    ::

        η_t = η_end + (η_max - η_end) (1 + cos(π τ / P_i)) / 2,    P_i = P growth^i

    where cycle i begins at step P_0 + ... + P_(i-1) and τ counts the updates since then.

    Parameters
    ----------
    peak, end : float
        η_max, the first rate of each cycle, and the rate each cycle falls towards, not above it.
    period : int
        P, the updates in the first cycle.
    growth : int
        What each period multiplies the one before by: 1 keeps it, 2 doubles it.

    Returns
    -------
    Schedule
        It never ends. The step at which a cycle would reach ``end`` is the first of the next one.

    Notes
    -----
    Loshchilov and Hutter 2017, "SGDR". Agree: PyTorch's ``CosineAnnealingWarmRestarts`` and Keras's
    ``CosineDecayRestarts``. optax's ``sgdr_schedule`` is given its cycles one by one and
    stays at the end of the last.
    """
    check_order(end=end, peak=peak)

    def rate(t: Steps) -> Rates:
        if growth == 1:
            return between(peak, end, (t % period) / period, "cosine")
        # Integers and a search, because a logarithm is off by one cycle at some restarts.
        starts = [0, period]
        while starts[-1] <= t.max(initial=0):
            starts.append(starts[-1] + (starts[-1] - starts[-2]) * growth)
        steps = np.array(starts)
        i = np.searchsorted(steps, t, side="right") - 1
        return between(peak, end, progress(t, steps[i], steps[i + 1]), "cosine")

    return rate


@makes_schedule
def triangular(low: Amount, high: Amount, up: Length, down: Length | None = None) -> Rate:
    """Rise and fall along straight lines, over and over.

    ::

        η_t = η_low + (η_high - η_low) Δ(t)

    where Δ rises from 0 to 1 in ``up`` updates and falls back to 0 in ``down``.

    Parameters
    ----------
    low, high : float
        The rates between which the cycle moves; update 0 has ``low``, update ``up`` ``high``.
    up : int
        Updates from ``low`` to ``high``.
    down : int, optional
        Updates back to ``low``; as many as ``up`` unless given.

    Returns
    -------
    Schedule
        It never ends.

    Notes
    -----
    Smith 2017, "Cyclical Learning Rates for Training Neural Networks". Agrees: PyTorch's
    ``CyclicLR`` in mode ``"triangular"``. optax and Keras have none.
    """
    return _triangles(low, high, up, down, lambda t, cycle: np.ones(t.shape))


@makes_schedule
def triangular2(low: Amount, high: Amount, up: Length, down: Length | None = None) -> Rate:
    """Rise and fall along straight lines, half as high in each cycle.

    ::

        η_t = η_low + (η_high - η_low) Δ(t) / 2^i    in cycle i = 0, 1, ...

    Parameters
    ----------
    low, high : float
        The rate at the foot of every cycle, and the peak of the first.
    up, down : int
        As in `triangular`, and so is Δ.

    Returns
    -------
    Schedule
        It never ends.

    Notes
    -----
    Smith 2017. Agrees: PyTorch's ``CyclicLR`` in mode ``"triangular2"``.
    optax and Keras have none.
    """
    return _triangles(low, high, up, down, lambda t, cycle: np.power(0.5, cycle))


@makes_schedule
def exp_range(
    low: Amount, high: Amount, up: Length, down: Length | None = None, factor: Factor = 0.99994
) -> Rate:
    """Rise and fall under a ceiling that sinks exponentially.

    ::

        η_t = η_low + (η_high - η_low) Δ(t) γ^t

    Parameters
    ----------
    low, high : float
        The rate at the foot of every cycle, and the ceiling at ``t = 0``.
    up, down : int
        As in `triangular`, and so is Δ.
    factor : float
        γ, above 0 and at most 1: what each update multiplies the ceiling's height by.
        Unless given, what Smith uses on CIFAR-10.

    Returns
    -------
    Schedule
        It never ends.

    Notes
    -----
    Smith 2017. Agrees: PyTorch's ``CyclicLR`` in mode ``"exp_range"``,
    whose ``gamma`` is 1 unless given. optax and Keras have none.
    """
    return _triangles(low, high, up, down, lambda t, cycle: np.power(factor, t))


@makes_schedule
def one_cycle(
    peak: Amount,
    steps: Length,
    warmup: Length | None = None,
    start: Amount | None = None,
    end: Amount | None = None,
    final: Count = 0,
    shape: Literal["linear", "cosine"] = "cosine",
) -> Rate:
    """Rise to a large rate and fall to a tiny one, once. `one_cycle_momentum` goes with it.

    ::

        two phases (F = 0)    η_0 → η_max at t = W → η_T at t = T
        three phases          η_0 → η_max at t = W → η_0 at t = T - F → η_T at t = T

    Parameters
    ----------
    peak : float
        η_max, the rate of update ``t = warmup``.
    steps : int
        T, the step at which ``end`` is reached; it stays there.
    warmup : int, optional
        W, the updates before the peak; three tenths of ``steps`` (rounded down) unless given.
    start : float, optional
        η_0, the rate of update 0; ``peak / 25`` unless given.
    end : float, optional
        η_T; ``start / 10_000`` unless given.
    final : int
        F, the updates of a third phase from ``start`` to ``end``; 0 for two phases.
    shape : {"cosine", "linear"}
        The curve of each phase.

    Notes
    -----
    Smith and Topin 2018, "Super-Convergence", who have three phases and straight lines. Agree:
    optax's ``cosine_onecycle_schedule``, and its ``linear_onecycle_schedule`` with
    F = T - ⌊0.85 T⌋. Differs: PyTorch's ``OneCycleLR`` with ``total_steps`` N has its end value at
    its last update, T = N - 1, its peak at W = 0.3 N - 1, and an error after N.

    Examples
    --------
    >>> rate, momentum = one_cycle(0.1, steps=1000), one_cycle_momentum(steps=1000)
    >>> rate(300), momentum(300)
    (0.1, 0.85)
    """
    start = peak / 25 if start is None else start
    end = start / 1e4 if end is None else end
    check_order(start=start, peak=peak)
    check_order(end=end, start=start)
    knots = _cycle_knots(steps, warmup, final)
    rates = (start, peak, start, end) if final else (start, peak, end)
    return lambda t: through(t, knots, rates, shape)


@makes_schedule
def one_cycle_momentum(
    steps: Length,
    high: Share = 0.95,
    low: Share = 0.85,
    warmup: Length | None = None,
    final: Count = 0,
    shape: Literal["linear", "cosine"] = "cosine",
) -> Rate:
    """Lower the momentum while the rate of `one_cycle` rises, and raise it again while it falls.

    ::

        two phases (F = 0)    μ_high → μ_low at t = W → μ_high at t = T
        three phases          μ_high → μ_low at t = W → μ_high at t = T - F, then μ_high

    Parameters
    ----------
    steps, warmup, final, shape
        T, W, F and the curve, as in the `one_cycle` beside it.
    high, low : float
        The momentum where the rate is low, and where it is at its peak; below 1.

    Returns
    -------
    Schedule
        Of the momentum coefficient μ_t of update t, not of a rate: give it to an optimizer as
        ``momentum``, or as the first of ``betas``.

    Notes
    -----
    Smith and Topin 2018. Agrees: the momentum that PyTorch's ``OneCycleLR`` sets, with the
    difference in T and W that `one_cycle` tells of. optax and Keras have none.
    """
    check_order(low=low, high=high)
    knots = _cycle_knots(steps, warmup, final)
    values = (high, low, high, high) if final else (high, low, high)
    return lambda t: through(t, knots, values, shape)


@makes_schedule
def warmup_stable_decay(
    peak: Amount,
    steps: Length,
    warmup: Count,
    cooldown: Count,
    end: Amount = 0.0,
    shape: Literal["linear", "cosine", "1-sqrt"] = "linear",
) -> Rate:
    """Warm up, hold the peak for most of the run, and cool down at the end.

    ::

        η_t = η_max (1 / W + (1 - 1 / W) t / W)    for t < W
        η_t = η_max                                for W ≤ t ≤ T - C
        η_t = η_max + (η_T - η_max) f(u)           for t > T - C, u = (t - T + C) / C; then η_T

    with f(u) = u (linear), (1 - cos(π u)) / 2 (cosine) or √u (1-sqrt).

    Parameters
    ----------
    peak, end : float
        η_max, and η_T, not above it.
    steps : int
        T, the step at which ``end`` is reached, warmup and cooldown included.
    warmup, cooldown : int
        W and C, updates; together at most ``steps``. Either may be 0.
    shape : {"linear", "cosine", "1-sqrt"}
        The curve of the cooldown.

    Notes
    -----
    Hu et al. 2024, MiniCPM (the name); Hägele et al. 2024, "Scaling Laws and Compute-Optimal
    Training Beyond Fixed Training Durations" (the 1-√ cooldown). None of PyTorch, optax and
    Keras has it in one piece; joining optax's linear and constant schedules gives the same.
    """
    check_order(end=end, peak=peak)
    check_phases(steps, rest=0, warmup=warmup, cooldown=cooldown)

    def rate(t: Steps) -> Rates:
        rates = np.full(t.shape, peak, dtype=np.float64)
        if warmup:
            rates = between(peak / warmup, peak, progress(t, 0, warmup))
        if cooldown:
            fall = between(peak, end, progress(t, steps - cooldown, steps), shape)
            rates = np.where(t < steps - cooldown, rates, fall)
        return rates

    return rate


def _triangles(low: float, high: float, up: int, down: int | None, height: Height) -> Rate:
    """Return the rate of triangles whose peaks ``height(t, cycle)`` scales."""
    check_order(low=low, high=high)
    down = down or up

    def rate(t: Steps) -> Rates:
        cycle, since = np.divmod(t, up + down)
        triangle = np.where(since <= up, since / up, (up + down - since) / down)
        return between(low, high, triangle * height(t, cycle))

    return rate


def _cycle_knots(steps: int, warmup: int | None, final: int) -> tuple[int, ...]:
    """Return the steps at which the phases of one cycle meet."""
    warmup = warmup or max(1, 3 * steps // 10)
    check_phases(steps, warmup=warmup, final=final)
    return (0, warmup, steps - final, steps) if final else (0, warmup, steps)
