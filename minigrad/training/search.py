"""Configurations drawn at random, for `minigrad.sweep`."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from ..arguments import check_integers, check_numbers, shown
from ..random import generator_or_default

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
        Draws do not know of each other: one configuration may come twice, and `sweep` runs it once.

    Examples
    --------
    >>> space = {"lr": mg.log_uniform(1e-4, 1), "momentum": [0, 0.9]}
    >>> mg.sweep(train, mg.random_search(space, 20, np.random.default_rng(0)), seeds=range(3))
    """
    if not isinstance(space, Mapping) or not space or not all(isinstance(n, str) for n in space):
        raise TypeError(
            "random_search: space is a dict of functions and lists by the argument's name; "
            f"got {space!r}."
        )
    for name, draw in space.items():
        a_list = isinstance(draw, Sequence | np.ndarray) and not isinstance(draw, str | bytes)
        if not callable(draw) and not (a_list and getattr(draw, "shape", True) and len(draw)):
            raise TypeError(
                f"random_search: space[{name!r}] is a function that draws a value from a "
                f"generator, or a list of values; got {shown(draw)}."
            )
    check_integers("random_search", 1, n=n)
    rng = generator_or_default(rng, "random_search")
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
    check_numbers("log_uniform, with 0 < low < high", low=low, high=high)
    if not 0 < low < high:
        raise ValueError(f"log_uniform: wanted are 0 < low < high; got {low} and {high}.")
    logs = math.log(low), math.log(high)
    return lambda rng: min(max(math.exp(rng.uniform(*logs)), float(low)), float(high))
