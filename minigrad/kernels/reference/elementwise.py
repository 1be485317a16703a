"""Functions that act on each element by itself; arrays are read as one row."""

from __future__ import annotations

import numpy as np


def relu(x: np.ndarray, y: np.ndarray) -> None:
    """``max(x, 0)``."""
    np.maximum(x, 0, out=y)


def relu_slope(g: np.ndarray, y: np.ndarray, dx: np.ndarray) -> None:
    """``g`` where ``y`` is above 0, or NaN; else 0."""
    dx[...] = np.where(y <= 0, 0, g)
