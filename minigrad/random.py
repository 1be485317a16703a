"""Where randomness comes from when no generator is given."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

_generator = np.random.default_rng()


def seed(n: int) -> None:
    """Restart the default generator, so that what follows is drawn the same way each time.

    Parameters
    ----------
    n : int
        From 0 upwards.
    """
    try:
        number = operator.index(n)
    except TypeError:
        number = -1
    if number < 0 or isinstance(n, (bool, np.bool_)):
        raise TypeError(f"seed() takes an integer from 0 upwards, got {n!r}.")
    _generator.bit_generator.state = np.random.default_rng(number).bit_generator.state


def default_rng() -> np.random.Generator:
    """Return the generator that is used wherever ``rng`` is not given."""
    return _generator


def generator_or_default(rng: Any, where: str) -> np.random.Generator:
    """Return ``rng``, or the default generator for None; ``where`` is named in the error.

    Raises
    ------
    TypeError
        If ``rng`` is anything else, a seed for one: every call given a seed would draw the same.
    """
    if rng is None:
        return _generator
    if not isinstance(rng, np.random.Generator):
        raise TypeError(
            f"{where}: rng must be a numpy.random.Generator, got {rng!r}: "
            "pass np.random.default_rng(seed), or leave it out and call mg.seed(seed)."
        )
    return rng
