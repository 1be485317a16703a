"""Draw inputs that are short enough to be shown."""

import numpy as np
from numpy.typing import NDArray

Generator = np.random.Generator


def normal(rng: Generator, *shape: int) -> NDArray[np.float64]:
    """Return numbers of both signs with two digits behind the point, none of them 0."""
    numbers = np.round(2 * rng.normal(size=shape), 2)
    numbers[numbers == 0] = 0.5
    return numbers


def between(rng: Generator, low: float, high: float) -> float:
    """Return a number of three digits behind the point."""
    return round(float(rng.uniform(low, high)), 3)


def whole(rng: Generator, low: int, high: int) -> int:
    """Return a whole number, both ends included."""
    return int(rng.integers(low, high + 1))


def sizes(rng: Generator, n: int, low: int = 2, high: int = 6) -> list[int]:
    """Return lengths that all differ, so that no wrong transpose fits."""
    return [int(size) for size in rng.permutation(np.arange(low, high + 1))[:n]]
