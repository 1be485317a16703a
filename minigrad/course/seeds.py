"""The seeds of the lessons, and the one variable that moves them all.

What a lesson says must not hang on the seeds that it was written with. ``make claims`` runs every
lesson with others, and each assertion must hold again.
"""

import os

import numpy as np

VARIABLE = "MINIGRAD_SEED_SHIFT"
APART = 1000  # so that lessons which use fewer seeds share none between two shifts


def seeds(n: int, *, after: int = 0) -> range:
    """Give `n` seeds: 0, 1, 2, ... unless ``MINIGRAD_SEED_SHIFT`` moves them.

    Parameters
    ----------
    n : int
        How many.
    after : int, optional
        How many to leave out first: ``seeds(5, after=5)`` shares none with ``seeds(5)``.

    Raises
    ------
    ValueError
        If ``MINIGRAD_SEED_SHIFT`` is not a whole number from 0 on.

    Examples
    --------
    >>> list(seeds(3)), list(seeds(2, after=3))
    ([0, 1, 2], [3, 4])
    """
    first = APART * _shift() + after
    return range(first, first + n)


def generator(*, after: int = 0) -> np.random.Generator:
    """Give a generator that begins at the first of ``seeds(1, after=after)``."""
    return np.random.default_rng(seeds(1, after=after)[0])


def _shift() -> int:
    shift = os.environ.get(VARIABLE, "0")
    if not (shift.isascii() and shift.isdigit()):
        raise ValueError(
            f"{VARIABLE} is {shift!r}; it takes a whole number from 0 on, "
            "and 0 gives the seeds that the lessons were stored with."
        )
    return int(shift)
