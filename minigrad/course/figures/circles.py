"""What 2 × 2 matrices make of the unit circle."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ...arguments import shown
from ...plots.drawing import as_series, drawing, draws
from ...plots.figure import Figure
from ...plots.style import COLORS, INK, MUTED


@draws
def circles(matrices: Mapping[str, ArrayLike], *, title: str, alt: str, **words: Any) -> Figure:
    """Draw the unit circle and its images, a panel for each matrix.

    Arrows mark the directions that a matrix stretches most and least, where they have come to: they
    are as long as the singular values, and at right angles. All axes have one scale.

    Parameters
    ----------
    matrices : mapping from str to array-like
        Heading of a panel and its matrix, of shape (2, 2), which maps the row x to x @ matrix.
    title, alt, **words
        As for `minigrad.plots.loss_curves`.

    Examples
    --------
    >>> words = {"title": "An ellipse", "alt": "An ellipse."}
    >>> _ = circles({"stretches": [[2, 1], [0, 1]]}, **words)
    """
    panels = as_series("matrices", matrices, "a matrix of shape (2, 2)", 2)
    for name, matrix in panels.items():
        if matrix.shape != (2, 2):
            raise ValueError(f"matrices[{name!r}] has shape (2, 2); got {shown(matrix)}.")
    angle = np.linspace(0, 2 * np.pi, 121)
    ring = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    end = 1.15 * max(1.0, *(float(np.linalg.norm(matrix, 2)) for matrix in panels.values()))
    words = {"xlim": (-end, end), "ylim": (-end, end), "xlabel": "", "ylabel": ""} | words
    with drawing(title, alt, words, 1, len(panels), height=2.9, sharex=True, sharey=True) as (
        figure,
        grid,
    ):
        for axes, (name, matrix) in zip(np.ravel(grid), panels.items(), strict=True):
            axes.set_aspect("equal")
            axes.plot(*ring.T, color=MUTED, linewidth=1, linestyle="--", marker="")
            axes.plot(*(ring @ matrix).T, color=COLORS[0], linewidth=2, linestyle="-", marker="")
            _, stretches, directions = np.linalg.svd(matrix)
            for stretch, direction in zip(stretches, directions, strict=True):
                axes.annotate(
                    "", stretch * direction, (0, 0),
                    arrowprops={"arrowstyle": "->", "color": INK, "linewidth": 1.5},
                )  # fmt: skip
            axes.set_title(f"{name}\n{stretches[0]:.2f} and {stretches[1]:.2f}")
    return figure
