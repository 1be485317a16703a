"""A curve and its slope at one place."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ...arguments import as_numbers, check_numbers
from ...plots.drawing import check_lengths, drawing, draws
from ...plots.figure import Figure
from ...plots.style import BACKGROUND, COLORS, INK


@draws
def tangent(
    x: ArrayLike,
    y: ArrayLike,
    at: tuple[float, float],
    slope: float,
    *,
    title: str,
    alt: str,
    chord: tuple[Callable[[float], float], float] | None = None,
    **words: Any,
) -> Figure:
    """Draw a curve with its tangent, and the chord that estimates it.

    Parameters
    ----------
    x, y : array-like, shape (n,)
        The curve.
    at : (float, float)
        The point of the curve where the tangent touches.
    slope : float
        The slope of the tangent.
    title, alt
        As for `minigrad.plots.loss_curves`.
    chord : (callable, float), optional
        The curve as a function, and how far to either side of the point the chord's ends lie.
    **words
        As for `minigrad.plots.loss_curves`.
    """
    curve = as_numbers("x", x, "the places", 1), as_numbers("y", y, "the heights", 1)
    check_lengths(x=curve[0].size, y=curve[1].size)
    place, height = as_numbers("at", at, "the place and height of the point", 1)
    check_numbers("tangent", slope=slope)
    with drawing(title, alt, {"xlabel": "$x$", "ylabel": "$f(x)$"} | words) as (figure, axes):
        axes.plot(*curve, color=INK, linestyle="-", label="the curve")
        axes.plot(
            curve[0], height + slope * (curve[0] - place),
            color=COLORS[1], linestyle="--", label=f"tangent, slope {slope:.3g}",
        )  # fmt: skip
        if chord is not None:
            f, h = chord
            ends = np.array([place - h, place + h])
            heights = np.array([f(end) for end in ends])
            rise = (heights[1] - heights[0]) / (2 * h)
            axes.plot(
                ends, heights,
                color=COLORS[0], linestyle="-", marker="s", label=f"chord, slope {rise:.3g}",
            )  # fmt: skip
        axes.plot(place, height, "o", color=BACKGROUND, markeredgecolor=INK, markersize=9)
        axes.legend(loc="upper left")
    return figure
