"""Configurations drawn at random, for `minigrad.sweep`."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

Draw = Callable[[np.random.Generator], Any]


def random_search(
    space: Mapping[str, Draw | Sequence[Any]], n: int, rng: np.random.Generator
) -> list[dict[str, Any]]:
    """Draw configurations at random, for `sweep`.

    Where few of the arguments matter, this tries more values of those than a grid of the same
    size does (Bergstra & Bengio 2012).

    Parameters
    ----------
    space : dict of str to function or list
        For each argument a function that draws a value from a generator, such as `log_uniform`
        makes, or a list of values that are equally likely.
    n : int
        How many configurations.
    rng : numpy.random.Generator
        Draws them.

    Returns
    -------
    list of dicts

    Examples
    --------
    >>> space = {"lr": mg.log_uniform(1e-4, 1), "momentum": [0, 0.9]}
    >>> mg.sweep(train, mg.random_search(space, 20, np.random.default_rng(0)), seeds=range(3))
    """
    return [
        {
            name: draw(rng) if callable(draw) else draw[int(rng.integers(len(draw)))]
            for name, draw in space.items()
        }
        for _ in range(n)
    ]


def log_uniform(low: float, high: float) -> Callable[[np.random.Generator], float]:
    """Return a function that draws numbers from ``low`` to ``high``, every decade equally likely.

    Parameters
    ----------
    low, high : float
        0 < low < high.
    """
    if not 0 < low < high < math.inf:
        raise ValueError(f"log_uniform: wanted are 0 < low < high; got {low} and {high}.")
    return lambda rng: float(np.exp(rng.uniform(math.log(low), math.log(high))))
