"""The curves that lead from one rate to another."""

from collections.abc import Sequence

import numpy as np

from .schedule import Rates, Steps


def progress(t: Steps, first: int | Steps, last: int | Steps) -> Rates:
    """Return how far each step is from ``first`` (0) to ``last`` (1), held at 0 and 1 outside."""
    return np.minimum(np.maximum((t - first) / (last - first), 0.0), 1.0)


def between(a: float | Rates, b: float | Rates, u: Rates, shape: str = "linear") -> Rates:
    """Return the rates a part ``u`` of the way from ``a`` to ``b``, exact at ``u = 0`` and 1.

    Parameters
    ----------
    a, b : float or array
        Rates at ``u = 0`` and ``u = 1``.
    u : array
        Part of the way done, from 0 to 1.
    shape : {"linear", "cosine", "1-sqrt", "exponential"}
        ``"linear"`` does the part ``u`` of the change, ``"cosine"`` ``(1 - cos(π u)) / 2``,
        ``"1-sqrt"`` ``√u``; ``"exponential"`` goes by equal ratios and needs positive rates.
    """
    if shape == "exponential":
        return np.power(a, 1 - u) * np.power(b, u)
    if shape == "cosine":
        u = (1 - np.cos(np.pi * u)) / 2
    elif shape == "1-sqrt":
        u = np.sqrt(u)
    # Not a + (b - a) u, whose rounding can miss b at u = 1.
    return a * (1 - u) + b * u


def through(t: Steps, knots: Sequence[int], rates: Sequence[float], shape: str) -> Rates:
    """Return the curve through ``rates[i]`` at step ``knots[i]``, held after the last knot.

    The first knot is step 0.
    """
    steps, values = np.asarray(knots), np.asarray(rates)
    i = np.searchsorted(steps[1:-1], t, side="right")
    return between(values[i], values[i + 1], progress(t, steps[i], steps[i + 1]), shape)
