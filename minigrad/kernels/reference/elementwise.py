"""Functions that act on each element by itself; arrays are read as one row."""

from __future__ import annotations

import math

import numpy as np
from scipy import special


def relu(x: np.ndarray, y: np.ndarray) -> None:
    """``max(x, 0)``."""
    np.maximum(x, 0, out=y)


def relu_slope(g: np.ndarray, y: np.ndarray, dx: np.ndarray) -> None:
    """``g`` where ``y`` is above 0, or NaN; else 0."""
    dx[...] = np.where(y <= 0, 0, g)


def gelu(x: np.ndarray, y: np.ndarray) -> None:
    """``x`` times the probability that a standard normal is below ``x``."""
    y[...] = x * special.ndtr(x)


def gelu_slope(g: np.ndarray, x: np.ndarray, dx: np.ndarray) -> None:
    """``g`` times the derivative of :func:`gelu` at ``x``."""
    density = np.exp(-0.5 * (x * x)) * (1 / math.sqrt(2 * math.pi))
    dx[...] = g * (special.ndtr(x) + x * density)
