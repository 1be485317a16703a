"""A curve and its slope at one place."""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from .figure import Figure, subplots
from .style import BACKGROUND, COLORS, INK, style


def tangent(
    x: ArrayLike,
    y: ArrayLike,
    at: tuple[float, float],
    slope: float,
    *,
    title: str,
    alt: str,
    chord: tuple[Callable[[float], float], float] | None = None,
    **limits: tuple[float, float],
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
    title : str
        What the figure shows, as a sentence.
    alt : str
        The alternative text.
    chord : (callable, float), optional
        The curve as a function, and how far to either side of the point the chord's ends lie.
    **limits
        ``xlim`` and ``ylim``.

    Returns
    -------
    Figure
        Show it with ``plt.show()``.
    """
    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    figure, axes = subplots(alt=alt)
    with style():
        axes.plot(x, y, color=INK, linestyle="-", label="the curve")
        axes.plot(
            x, at[1] + slope * (x - at[0]),
            color=COLORS[1], linestyle="--", label=f"tangent, slope {slope:.3g}",
        )  # fmt: skip
        if chord is not None:
            f, h = chord
            ends = np.array([at[0] - h, at[0] + h])
            heights = np.array([f(end) for end in ends])
            rise = (heights[1] - heights[0]) / (2 * h)
            axes.plot(
                ends, heights,
                color=COLORS[0], linestyle="-", marker="s", label=f"chord, slope {rise:.3g}",
            )  # fmt: skip
        axes.plot(*at, "o", color=BACKGROUND, markeredgecolor=INK, markersize=9)
        axes.set(xlabel="$x$", ylabel="$f(x)$", **limits)
        axes.set_title(title)
        axes.legend(loc="upper left")
    return figure
