"""Several arrays taken as one vector of float64, in which squares of float32 do not overflow."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray


def as_vector(arrays: Iterable[NDArray[Any]]) -> NDArray[np.float64]:
    """Return all elements in one array."""
    return np.concatenate([np.ravel(array) for array in arrays]).astype(np.float64)


def squared(arrays: Iterable[NDArray[Any]]) -> float:
    """Return the sum of all squares."""
    # einsum sums in one order, whatever the number of threads.
    return sum(
        float(np.einsum("i,i->", v, v, dtype=np.float64)) for v in (a.ravel() for a in arrays)
    )
