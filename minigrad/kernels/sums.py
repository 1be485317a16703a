"""Sums over flat arrays: in float64, and in one order whatever the number of threads."""

from __future__ import annotations

import math

import numpy as np


def dot(a: np.ndarray, b: np.ndarray) -> float:
    """Return the inner product of two flat arrays."""
    # BLAS would split the sum among its threads, and give other bits with other numbers of them.
    return float(np.einsum("i,i->", a, b, dtype=np.float64))


def norm(*arrays: np.ndarray) -> float:
    """Return the Euclidean norm of flat arrays, taken together."""
    return math.sqrt(sum(dot(a, a) for a in arrays))


def norm1(a: np.ndarray) -> float:
    """Return the sum of the absolute values of a flat array."""
    return float(np.sum(np.abs(a), dtype=np.float64))
