"""A bowl whose lowest place lies behind a wall."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ...arguments import as_numbers, check_function
from ...plots.drawing import as_series, check_limits, drawing, draws
from ...plots.figure import Figure
from ...plots.style import BACKGROUND, COLORS, CONTOUR, INK

# The walls that lessons draw: the sum of the sizes, and the length, of the place.
SIZES: dict[str, Callable[[Any, Any], Any]] = {
    "L1": lambda x1, x2: abs(x1) + abs(x2),
    "L2": np.hypot,
}


@draws
def walls(
    f: Callable[[Any, Any], Any],
    free: ArrayLike,
    places: Mapping[str, ArrayLike],
    *,
    title: str,
    alt: str,
    xlim: tuple[float, float],
    ylim: tuple[float, float],
    **words: Any,
) -> Figure:
    """Draw places of a plane, each on its wall and on its contour line of a function.

    Parameters
    ----------
    f : callable
        Takes two NumPy arrays of equal shape and returns the values of the function.
    free : array-like, shape (2,)
        Where it is lowest; a cross.
    places : mapping from str to array-like
        A panel each: ``"L1"`` or ``"L2"``, the kind of the wall, and the place on it, shape
        ``(2,)``.
    title, alt, **words
        As for `minigrad.plots.loss_curves`.
    xlim, ylim : (float, float)
        The part of the plane that is drawn. Both axes have one scale.

    Examples
    --------
    >>> words = {"title": "A wall", "alt": "A wall.", "xlim": (-1, 3), "ylim": (-1, 1)}
    >>> bowl = lambda x1, x2: (x1 - 2) ** 2 + x2**2
    >>> _ = walls(bowl, (2, 0), {"L1": (1, 0), "L2": (1, 0)}, **words)
    """
    check_function("f", f, "f(x1, x2) returns the height at each place")
    points = as_series("places", places, "a place of shape (2,)", 1)
    if unknown := set(points) - set(SIZES):
        raise ValueError(f"places: a wall is L1 or L2; got {', '.join(sorted(unknown))}.")
    sides = [check_limits("xlim", xlim), check_limits("ylim", ylim)]
    x1, x2 = np.meshgrid(*(np.linspace(low, high, 241) for low, high in sides))
    height = as_numbers("f", f(x1, x2), "the height at each place", 2)
    lowest = as_numbers("free", free, "the lowest place", 1)
    levels = height.min() + np.ptp(height) * np.linspace(0.07, 1, 9) ** 2
    words = {"xlabel": "$w_1$", "ylabel": "$w_2$", "xlim": xlim, "ylim": ylim} | words
    with drawing(title, alt, words, 1, len(points), height=3.2, sharex=True, sharey=True) as (
        figure,
        grid,
    ):
        for axes, color, (kind, place) in zip(np.ravel(grid), COLORS, points.items(), strict=False):
            axes.set_aspect("equal")
            axes.grid(False)
            axes.axhline(0, color=CONTOUR, linewidth=0.8)
            axes.axvline(0, color=CONTOUR, linewidth=0.8)
            axes.contour(x1, x2, height, levels=levels, colors=[CONTOUR], linewidths=0.8)
            axes.plot(*lowest, "+", color=INK, markersize=10, markeredgewidth=1.5)
            size, wall = SIZES[kind](x1, x2), float(SIZES[kind](*place))
            if wall > 0:
                axes.contourf(x1, x2, size, levels=[-1, wall], colors=[color], alpha=0.2)
                axes.contour(x1, x2, size, levels=[wall], colors=[color], linewidths=2)
            touched = float(f(*place))
            if touched > height.min():
                axes.contour(x1, x2, height, levels=[touched], colors=[INK], linewidths=1.2)
            axes.plot(*place, "o", color=BACKGROUND, markeredgecolor=INK, markersize=8)
            axes.set_title(f"{kind}: ({place[0]:.2f}, {place[1]:.2f})")
    return figure
