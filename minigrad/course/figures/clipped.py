"""What two ways of clipping make of an arrow."""

import math
from typing import Any

import numpy as np
from matplotlib.patches import Circle, Rectangle
from numpy.typing import ArrayLike

from ...arguments import as_numbers, check_numbers
from ...plots.drawing import drawing, draws
from ...plots.figure import Figure
from ...plots.style import COLORS, INK, MUTED


@draws
def clipped(gradient: ArrayLike, limit: float, *, title: str, alt: str, **words: Any) -> Figure:
    """Draw a gradient of two numbers and what clipping by value and by norm leave of it.

    Parameters
    ----------
    gradient : array-like, shape (2,)
        The gradient as it comes.
    limit : float
        The threshold of both: half the side of the square, and the radius of the circle.
    title, alt, **words
        As for `minigrad.plots.loss_curves`.

    Examples
    --------
    >>> _ = clipped([2.0, 0.5], 1.0, title="Two ways", alt="A square and a circle.")
    """
    g = as_numbers("gradient", gradient, "two numbers", 1)
    if g.shape != (2,):
        raise ValueError(f"gradient has shape (2,); got {g.shape}.")
    check_numbers("clipped", positive=True, limit=limit)
    length = float(np.linalg.norm(g))
    panels = {
        "by value": (Rectangle((-limit, -limit), 2 * limit, 2 * limit), np.clip(g, -limit, limit)),
        "by norm": (Circle((0, 0), limit), g * min(1.0, limit / length) if length else g),
    }
    end = 1.15 * max(length, 1.5 * limit)
    words = {"xlim": (-limit * 1.3, end), "ylim": (-limit * 1.3, end)} | words
    with drawing(title, alt, words, 1, 2, height=3.9, sharex=True, sharey=True) as (figure, grid):
        for axes, (name, (border, left)) in zip(np.ravel(grid), panels.items(), strict=True):
            axes.set_aspect("equal")
            border.set(fill=False, edgecolor=MUTED, linewidth=1.2, linestyle="--")
            axes.add_patch(border)
            for arrow, color, width in [(g, MUTED, 1.5), (left, COLORS[0], 2.5)]:
                axes.annotate(
                    "", arrow, (0, 0),
                    arrowprops={"arrowstyle": "->", "color": color, "linewidth": width,
                                "shrinkA": 0, "shrinkB": 0},
                )  # fmt: skip
            axes.plot(0, 0, "o", color=INK, markersize=4)
            turned = abs(math.atan2(left[1], left[0]) - math.atan2(g[1], g[0]))
            axes.set_title(f"{name}\nturned by {round(math.degrees(turned))}°")
    return figure
