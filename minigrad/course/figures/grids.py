"""Small arrays as grids of numbers side by side, and how one is stretched over another."""

from collections.abc import Sequence
from typing import NamedTuple

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from numpy.typing import ArrayLike

from ...arguments import as_numbers
from ...plots.drawing import drawing, draws
from ...plots.figure import Figure
from ...plots.flipbook import Flipbook
from ...plots.style import BACKGROUND, COLORS, INK, MUTED

GAP = 1.3  # between two grids, in cells
LIT = "#fbe3d0"
OWN = "#dbe8f7"


class Grid(NamedTuple):
    """An array to be drawn.

    Attributes
    ----------
    name : str
        What stands above it; its shape stands below.
    values : array-like
        The numbers, of one or two axes. NaN leaves a cell empty.
    stretched : (int, int), optional
        The shape that broadcasting gives it; cells that are copies are dashed.
    lit : array-like of bool, optional
        Cells to point out, broadcast to those that are drawn.
    """

    name: str
    values: ArrayLike
    stretched: tuple[int, int] | None = None
    lit: ArrayLike = False


@draws
def grids(row: Sequence[Grid | str], *, title: str, alt: str) -> Figure:
    """Draw arrays side by side, with signs between them.

    Parameters
    ----------
    row : sequence of Grid or str
        From left to right: arrays, and what to write between them.
    title, alt
        As for `minigrad.plots.loss_curves`.
    """
    return _stacked([row], title, alt)


@draws
def broadcast(a: tuple[int, ...], b: tuple[int, ...]) -> Figure:
    """Draw what NumPy does with arrays of two shapes, of one or two axes each.

    Parameters
    ----------
    a, b : tuple of int
        The shapes. Their lines, aligned at the right, are the rule.

    Returns
    -------
    Figure
        The two arrays stretched over each other and the shape of the result, or why they do not
        fit.
    """
    try:
        shape = np.broadcast_shapes(a, b)
    except ValueError:
        return grids(
            [Grid("a", _counted(a)), "?", Grid("b", _counted(b))],
            title=f"{a} and {b} do not fit",
            alt=f"An array of shape {a} beside one of shape {b}. Aligned at the right, their "
            "lengths differ and neither is 1, so that they cannot be combined.",
        )
    full = (1, 1, *shape)[-2:]
    first, second = _counted(a), 10 * _counted(b)
    return grids(
        [Grid("a", first, full), "+", Grid("b", second, full), "=", Grid("a + b", first + second)],
        title=f"{a} and {b} give {shape}",
        alt=f"An array of shape {a} and one of shape {b}, both stretched to {shape} by copies, "
        "and their sum.",
    )


@draws
def animate_broadcast(
    x: ArrayLike, b: ArrayLike, g: ArrayLike, *, title: str, alt: str
) -> Flipbook:
    """Play ``y = x + b``: a row stretched over a matrix, then the gradient flowing back below it.

    The last picture shows both ways.

    Parameters
    ----------
    x : array-like, shape (n, m)
        The matrix.
    b : array-like, shape (m,)
        The row that is added to each row of ``x``.
    g : array-like, shape (n, m)
        The gradient with respect to ``y``.
    title : str
        What the animation shows, as a sentence.
    alt : str
        The alternative text.

    Returns
    -------
    Flipbook
        Make it the last expression of a cell.
    """
    x, g = as_numbers("x", x, "shape (n, m)", 2), as_numbers("g", g, "shape (n, m)", 2)
    b = as_numbers("b", b, "shape (m,)", 1)
    if g.shape != x.shape or b.shape != x.shape[1:]:
        shapes = ", ".join(str(array.shape) for array in (x, b, g))
        raise ValueError(f"x, b and g have the shapes (n, m), (m,) and (n, m); got {shapes}.")
    n, m = x.shape
    rows = np.arange(n)[:, None]

    def forward(done: int) -> list[Grid | str]:
        """Return ``x + b = y`` when b has been used so many times, the last use pointed out."""
        lit, y = rows == done - 1, np.where(rows < done, x + b, np.nan)
        copies = min(max(done, 1), n)
        row = Grid("b", b, (copies, m), lit[:copies])
        return [Grid("x", x, None, lit), "+", row, "=", Grid("y", y, None, lit)]

    def back(done: int) -> list[Grid | str]:
        """Return the gradients when so many rows of g were handed on; before 0, g is not there."""
        lit, of_x = rows == done - 1, np.where(rows < done, g, np.nan)
        of_b = g[:done].sum(axis=0) if done > 0 else np.full(m, np.nan)
        of_y = g if done >= 0 else np.full_like(g, np.nan)
        return [
            Grid("gradient of x", of_x, None, lit), ",",
            Grid("gradient of b", of_b, None, done > 0), "⟵",
            Grid("g, gradient of y", of_y, None, lit),
        ]  # fmt: skip

    uses = ["b is added to row 0", *(f"b again, to row {i}" for i in range(1, n))]
    shares = [f"row {i} of g is added to b's gradient" for i in range(n)]
    pictures = [
        *((forward(i), back(-1), uses[i - 1] if i else f"x has {n} rows, b has one")
          for i in range(n + 1)),
        *((forward(n + 1), back(i), shares[i - 1] if i else "backwards: g comes in")
          for i in range(n + 1)),
    ]  # fmt: skip
    frames = []
    for above, below, caption in pictures:
        figure = _stacked([above, below], title, alt)
        plt.close(figure)
        frames.append((figure, caption))
    return Flipbook(frames, alt)


def _stacked(row_by_row: Sequence[Sequence[Grid | str]], title: str, alt: str) -> Figure:
    """Draw rows of arrays below each other, with signs between the arrays of a row."""
    sizes = [[_drawn(item) if isinstance(item, Grid) else (0, 0) for item in r] for r in row_by_row]
    heights = [max(rows for rows, _ in row) + 2 for row in sizes]
    width = max(sum(columns + GAP if columns else 0 for _, columns in row) for row in sizes)
    inch = min(0.46, 5.7 / width)
    with drawing(title, alt, {}, height=inch * sum(heights) + 0.6) as (figure, axes):
        axes.set_axis_off()
        axes.set(xlim=(-0.3, 5.9 / inch - 0.3), ylim=(sum(heights) - 0.9, -1.0), aspect="equal")
        axes.set_anchor("W")
        top = 0
        for row, of_row, height in zip(row_by_row, sizes, heights, strict=True):
            x = 0.0
            for item, (_, columns) in zip(row, of_row, strict=True):
                if isinstance(item, Grid):
                    _draw(axes, item, x, top)
                    x += columns + GAP
                else:
                    axes.text(
                        x - GAP / 2, top + height / 2 - 1, item, ha="center", va="center",
                        fontsize=13, fontweight="bold",
                    )  # fmt: skip
            top += height
    return figure


def _counted(shape: tuple[int, ...]) -> np.ndarray:
    return np.arange(1.0, 1 + np.prod(shape)).reshape(shape)


def _drawn(grid: Grid) -> tuple[int, int]:
    """How many rows and columns of cells a grid takes."""
    rows, columns = np.atleast_2d(np.asarray(grid.values)).shape
    return grid.stretched or (rows, columns)


def _draw(axes: Axes, grid: Grid, left: float, top: float) -> None:
    own = np.asarray(grid.values, dtype=float)
    rows, columns = _drawn(grid)
    own_rows, own_columns = np.atleast_2d(own).shape
    values = np.broadcast_to(own, (rows, columns))
    lit = np.broadcast_to(np.asarray(grid.lit), (rows, columns))
    for i, j in np.ndindex(rows, columns):
        copy = i >= own_rows or j >= own_columns
        axes.add_patch(
            Rectangle(
                (left + j, top + i), 1, 1,
                facecolor=LIT if lit[i, j] else BACKGROUND if copy else OWN,
                edgecolor=COLORS[1] if lit[i, j] else MUTED if copy else COLORS[0],
                linestyle="--" if copy else "-",
                linewidth=2 if lit[i, j] else 1,
                zorder=2 if copy else 4 if lit[i, j] else 3,
            )
        )  # fmt: skip
        if np.isfinite(values[i, j]):
            axes.text(
                left + j + 0.5, top + i + 0.5, f"{values[i, j]:g}", ha="center", va="center",
                color=MUTED if copy else INK, zorder=5,
            )  # fmt: skip
    middle = left + columns / 2
    axes.text(middle, top - 0.3, grid.name, ha="center", fontweight="bold")
    axes.text(middle, top + rows + 0.65, str(own.shape), ha="center", color=MUTED)
