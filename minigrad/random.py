"""Where randomness comes from when no generator is given."""

from __future__ import annotations

import numpy as np

_generator = np.random.default_rng()


def seed(n: int) -> None:
    """Restart the default generator, so that what follows is drawn the same way each time."""
    _generator.bit_generator.state = np.random.default_rng(n).bit_generator.state


def default_rng() -> np.random.Generator:
    """Return the generator that is used wherever ``rng`` is not given."""
    return _generator
