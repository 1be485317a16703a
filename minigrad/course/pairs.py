"""Runs that share their seeds are compared in pairs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True, repr=False)
class Pairs:
    """Two settings compared, seed by seed.

    Attributes
    ----------
    differences : ndarray, shape (seeds,)
        The first minus the second: negative where the first is lower.
    """

    differences: NDArray[np.float64]

    @property
    def lower(self) -> int:
        """In how many pairs the first is lower."""
        return int((self.differences < 0).sum())

    @property
    def higher(self) -> int:
        """In how many pairs the first is higher."""
        return int((self.differences > 0).sum())

    @property
    def by(self) -> float:
        """The median difference, which one wild run does not move."""
        return float(np.median(self.differences))

    @property
    def told_apart(self) -> bool:
        """Whether two equal settings would split so unevenly in less than 1 of 20 comparisons.

        This is the sign test; pairs without a difference do not count.
        """
        from scipy.stats import binomtest  # a second to import, and few lessons ask

        decided = self.lower + self.higher
        return decided > 0 and bool(binomtest(self.lower, decided).pvalue < 0.05)

    def __repr__(self) -> str:
        """Say how often, by how much, and whether that tells them apart."""
        word, times = max(("lower", self.lower), ("higher", self.higher), key=lambda pair: pair[1])
        count = f"{word} in {times} of {len(self.differences)}"
        if self.told_apart:
            return f"{count}, typically by {abs(self.by):.1g}"
        return f"not told apart by {len(self.differences)} seeds: {count}"


def paired(first: ArrayLike, second: ArrayLike) -> Pairs:
    """Compare two settings whose runs share their seeds.

    Parameters
    ----------
    first, second : array-like, shape (seeds,)
        What each run ended with, in the order of the seeds.

    Raises
    ------
    ValueError
        If the two are not lists of numbers of one length.

    Examples
    --------
    >>> paired([1.0, 2.0, 3.0, 4.0, 5.0, 6.0], [1.1, 2.1, 3.1, 4.1, 5.1, 6.1])
    lower in 6 of 6, typically by 0.1
    >>> paired([1.0, 2.0, 3.0], [1.1, 2.1, 3.1])
    not told apart by 3 seeds: lower in 3 of 3
    """
    one, two = np.asarray(first, dtype=float), np.asarray(second, dtype=float)
    if one.shape != two.shape or one.ndim != 1 or not one.size:
        raise ValueError(
            f"paired(): two lists of one length, a number a seed; got shapes {one.shape} and "
            f"{two.shape}."
        )
    if np.isnan(one).any() or np.isnan(two).any():
        raise ValueError("paired(): NaN is neither lower nor higher; give a diverged run math.inf.")
    with np.errstate(invalid="ignore"):
        difference = one - two
    return Pairs(np.where(one == two, 0.0, difference))  # two infinite losses are a tie
