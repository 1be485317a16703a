"""A confusion matrix: what it is against what it was taken for."""

from typing import Any

import numpy as np
from matplotlib.patches import Rectangle
from numpy.typing import ArrayLike

from ...arguments import as_numbers
from ...plots.drawing import drawing, draws
from ...plots.figure import Figure
from ...plots.style import COLORS, CONTOUR, INK, MUTED


@draws
def confusion(counts: ArrayLike, *, title: str, alt: str, **words: Any) -> Figure:
    """Draw a confusion matrix: right answers grey, mistakes as squares that grow with their number.

    Parameters
    ----------
    counts : array-like, shape (classes, classes)
        How often a class, the row, was taken for another one, the column. 0 leaves a cell empty.
    title, alt, **words
        As for `minigrad.plots.loss_curves`.

    Examples
    --------
    >>> words = {"title": "Two mistakes", "alt": "Two rows of two numbers."}
    >>> _ = confusion([[7, 0], [2, 5]], **words)
    """
    table = as_numbers("counts", counts, "of shape (classes, classes)", 2)
    n = len(table)
    if table.shape != (n, n):
        raise ValueError(f"counts has as many rows as columns; got shape {table.shape}.")
    wrong = table * (1 - np.eye(n))
    most = wrong.max() or 1.0
    words = {"xlabel": "taken for", "ylabel": "what it is"} | words
    with drawing(title, alt, words, height=4.6) as (figure, axes):
        axes.set(xlim=(-0.5, n - 0.5), ylim=(n - 0.5, -0.5), aspect="equal", anchor="W")
        axes.set(xticks=range(n), yticks=range(n))
        axes.grid(False)
        axes.tick_params(length=0)
        for line in np.arange(n + 1) - 0.5:
            axes.axhline(line, color=CONTOUR, linewidth=0.5)
            axes.axvline(line, color=CONTOUR, linewidth=0.5)
        for i, j in np.argwhere(table):
            if i != j:
                side = 0.9 * np.sqrt(wrong[i, j] / most)
                corner = (j - side / 2, i - side / 2)
                axes.add_patch(Rectangle(corner, side, side, color=COLORS[1], alpha=0.35))
            color = MUTED if i == j else INK
            axes.text(j, i, f"{table[i, j]:g}", ha="center", va="center", color=color, fontsize=9)
    return figure
