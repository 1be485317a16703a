"""Where randomness comes from when no generator is given."""

from typing import Any

import numpy as np

from .arguments import check_integers

_generator = np.random.default_rng()


def seed(n: int) -> None:
    """Restart the default generator, so that what follows is drawn the same way each time.

    Parameters
    ----------
    n : int
        From 0 upwards.
    """
    check_integers("seed", 0, n=n)
    _generator.bit_generator.state = np.random.default_rng(int(n)).bit_generator.state


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
