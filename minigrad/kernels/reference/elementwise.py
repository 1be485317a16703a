"""Functions that act on each element by itself; arrays are read as one row."""

import math

import numpy as np


def relu(x: np.ndarray, y: np.ndarray) -> None:
    """``max(x, 0)``."""
    np.maximum(x, 0, out=y)


def relu_slope(g: np.ndarray, y: np.ndarray, dx: np.ndarray) -> None:
    """``g`` where ``y`` is above 0, or NaN; else 0."""
    dx[...] = np.where(y <= 0, 0, g)


def gelu(x: np.ndarray, y: np.ndarray) -> None:
    """``x`` times the probability that a standard normal is below ``x``."""
    y[...] = x * _normal_cdf(x)


def gelu_slope(g: np.ndarray, x: np.ndarray, dx: np.ndarray) -> None:
    """``g`` times the derivative of :func:`gelu` at ``x``."""
    density = np.exp(-0.5 * (x * x)) * (1 / math.sqrt(2 * math.pi))
    dx[...] = g * (_normal_cdf(x) + x * density)


def _normal_cdf(x: np.ndarray) -> np.ndarray:
    from scipy import special  # takes as long to import as all of minigrad

    return special.ndtr(x)
