"""Where searches have looked in a table of results."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from numpy.typing import ArrayLike

from ...arguments import as_numbers
from ...plots.drawing import as_series, check_lengths, drawing, draws
from ...plots.figure import Figure
from ...plots.style import BACKGROUND, COLORS, INK

LOW_TO_HIGH = LinearSegmentedColormap.from_list("loss", [COLORS[0], BACKGROUND])


@draws
def searches(
    rates: ArrayLike,
    others: ArrayLike,
    losses: ArrayLike,
    looked: Mapping[str, ArrayLike],
    *,
    title: str,
    alt: str,
    vmax: float | None = None,
    **words: Any,
) -> Figure:
    """Draw a table of losses as a map, and the entries that each search looked at.

    Parameters
    ----------
    rates : array-like, shape (columns,)
        The learning rates, positive and rising.
    others : array-like, shape (rows,)
        The values of another setting, positive and rising or falling.
    losses : array-like, shape (columns, rows)
        The loss for each pair.
    looked : mapping from str to array-like
        Name of a search, and the pairs of indices ``(column, row)`` that it tried, shape
        ``(tries, 2)``. Each search gets a panel.
    title, alt
        As for `minigrad.plots.loss_curves`.
    vmax : float, optional
        The loss that is drawn as paper; higher ones look the same.
    **words
        As for `minigrad.plots.loss_curves`; ``ylabel`` names the other setting.

    Examples
    --------
    >>> looked = {"both": [[0, 0], [1, 1]]}
    >>> words = {"title": "Two tries", "alt": "Two dots.", "ylabel": "weight decay"}
    >>> _ = searches([0.1, 1], [1e-4, 1e-2], [[1, 2], [3, 4]], looked, **words)
    """
    x, y = as_numbers("rates", rates, "rising", 1), as_numbers("others", others, "the rows", 1)
    values = as_numbers("losses", losses, "shape (columns, rows)", 2)
    check_lengths(rates=x.size, **{"columns of losses": values.shape[0]})
    check_lengths(others=y.size, **{"rows of losses": values.shape[1]})
    tries = as_series("looked", looked, "pairs of indices", 2)
    worst = values[np.isfinite(values)].max() if vmax is None else vmax
    values = np.where(np.isfinite(values), values, worst)
    words = {"xscale": "log", "yscale": "log", "xlabel": "learning rate η"} | words
    with drawing(title, alt, words, 1, len(tries), height=3.2, sharex=True, sharey=True) as (
        figure,
        grid,
    ):
        panels: list[Any] = np.ravel(grid).tolist()
        ground: Any = None
        for axes, (name, tried) in zip(panels, tries.items(), strict=True):
            axes.grid(False)
            axes.set(xscale="log", yscale="log")  # the edges of the entries depend on it
            ground = axes.pcolormesh(
                x, y, values.T, cmap=LOW_TO_HIGH, vmax=worst, shading="nearest", rasterized=True,
            )  # fmt: skip
            columns, rows = tried.astype(int).T
            axes.plot(
                x[columns], y[rows],
                "o", color=COLORS[1], markeredgecolor=INK, markersize=7, clip_on=False,
            )  # fmt: skip
            axes.set_title(name)
        bar = figure.colorbar(ground, ax=panels, extend="max")
        bar.set_label("loss")
    return figure
