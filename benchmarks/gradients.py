"""Work that only computes arrays, gradients mostly, and trains nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .harness import Contender


def computing(function: Callable[..., Sequence[Any]], *args: Any) -> Contender:
    """Return what calls ``function(*args)``; the sums of its results are the numbers."""
    last: Sequence[Any] = ()

    def step() -> None:
        nonlocal last
        last = function(*args)

    return Contender(step, lambda: sums(last))


def sums(arrays: Sequence[Any]) -> list[float]:
    """Return a number of each array that all of its elements enter."""
    return [float(np.abs(np.asarray(array, np.float64)).sum()) for array in arrays]
