"""A quantity over a plane of two settings, in bands."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib import colormaps
from matplotlib.colors import BoundaryNorm, ListedColormap
from numpy.typing import ArrayLike

from ...arguments import as_numbers
from ...plots.drawing import check_lengths, drawing, draws
from ...plots.figure import Figure
from ...plots.style import BACKGROUND, INK, LINESTYLES


@draws
def plane(
    x: ArrayLike,
    y: ArrayLike,
    values: ArrayLike,
    levels: Sequence[float],
    *,
    title: str,
    alt: str,
    label: str,
    lines: Mapping[str, tuple[ArrayLike, ArrayLike]] | None = None,
    points: Mapping[str, tuple[float, float]] | None = None,
    texts: Mapping[str, tuple[float, float]] | None = None,
    **words: Any,
) -> Figure:
    """Colour a plane by a quantity, in bands from dark for the smallest to light for the largest.

    Parameters
    ----------
    x : array-like, shape (columns,)
    y : array-like, shape (rows,)
        The settings.
    values : array-like, shape (rows, columns)
        The quantity. Where it is not finite, the plane stays empty.
    levels : sequence of float
        Where one band ends and the next begins, rising. The last band has no upper end.
    title, alt
        As for `minigrad.plots.loss_curves`.
    label : str
        Name of the quantity.
    lines : mapping from str to (array-like, array-like), optional
        Name of a line and its places.
    points : mapping from str to (float, float), optional
        Name of a point and its place.
    texts : mapping from str to (float, float), optional
        Words to write into the plane, and where their middle is.
    **words
        As for `minigrad.plots.loss_curves`.

    Examples
    --------
    >>> x, y = np.linspace(-1, 1, 41), np.linspace(-1, 1, 41)
    >>> words = {"title": "A bowl", "alt": "A bowl.", "xlabel": "x", "ylabel": "y", "label": "f"}
    >>> _ = plane(x, y, x**2 + y[:, None] ** 2, [0, 0.5, 1], points={"lowest": (0, 0)}, **words)
    """
    across, up = as_numbers("x", x, "rising", 1), as_numbers("y", y, "rising", 1)
    table = as_numbers("values", values, "shape (rows, columns)", 2)
    check_lengths(x=across.size, **{"columns of values": table.shape[1]})
    check_lengths(y=up.size, **{"rows of values": table.shape[0]})
    ends = as_numbers("levels", levels, "rising", 1)
    shades = ListedColormap(colormaps["cividis"](np.linspace(0.05, 0.95, len(ends))))
    norm = BoundaryNorm(ends, len(ends), extend="max")  # bands of equal rank, not of width
    with drawing(title, alt, words, height=4.2) as (figure, axes):
        axes.grid(False)
        bands = axes.contourf(
            across, up, np.ma.masked_invalid(table), ends, cmap=shades, norm=norm, extend="max"
        )
        bar = figure.colorbar(bands, ax=axes, label=label)
        bar.ax.invert_yaxis()
        bar.set_ticks(list(ends))
        for look, (name, line) in enumerate((lines or {}).items()):
            axes.plot(*line, color=INK, linestyle=LINESTYLES[look], label=name)
        for name, place in (points or {}).items():
            axes.plot(
                *place, "o", color=BACKGROUND, markeredgecolor=INK, markersize=9, clip_on=False
            )
            axes.annotate(
                name, place, (10, 3), textcoords="offset points", va="bottom", fontweight="bold",
                bbox={"boxstyle": "round,pad=0.2", "facecolor": BACKGROUND, "linewidth": 0},
            )  # fmt: skip
        for text, place in (texts or {}).items():
            axes.text(*place, text, ha="center", va="center")
        if lines:
            axes.legend(loc="lower right")
    return figure
