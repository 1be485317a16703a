"""Arrays taken as one vector: sums in float64, in one order whatever the number of threads."""

import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray


def dot(a: np.ndarray, b: np.ndarray) -> float:
    """Return the inner product of two flat arrays."""
    # BLAS would split the sum among its threads, and give other bits with other numbers of them.
    return float(np.einsum("i,i->", a, b, dtype=np.float64))


def norm(*arrays: np.ndarray) -> float:
    """Return the Euclidean norm of arrays, taken together."""
    return math.sqrt(squared(arrays))


def squared(arrays: Iterable[np.ndarray]) -> float:
    """Return the sum of the squares of arrays, in which those of float32 do not overflow."""
    return sum(dot(flat, flat) for flat in map(np.ravel, arrays))


def norm1(a: np.ndarray) -> float:
    """Return the sum of the absolute values of a flat array."""
    return float(np.sum(np.abs(a), dtype=np.float64))


def as_vector(arrays: Iterable[np.ndarray]) -> NDArray[np.float64]:
    """Return all elements in one array."""
    return np.concatenate([np.ravel(array) for array in arrays]).astype(np.float64)


def as_parts(vector: np.ndarray, like: Sequence[Any]) -> list[np.ndarray]:
    """Cut a vector into arrays of the shapes and types of others, one after the other."""
    parts = np.split(vector, np.cumsum([x.size for x in like])[:-1])
    return [part.reshape(x.shape).astype(x.dtype) for part, x in zip(parts, like, strict=True)]
