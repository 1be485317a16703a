"""Where searches have looked in a table of results."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from numpy.typing import ArrayLike

from .figure import Figure, subplots
from .style import BACKGROUND, COLORS, INK, style

LOW_TO_HIGH = LinearSegmentedColormap.from_list("loss", [COLORS[0], BACKGROUND])


def searches(
    rates: ArrayLike,
    others: ArrayLike,
    losses: ArrayLike,
    looked: Mapping[str, ArrayLike],
    *,
    title: str,
    alt: str,
    ylabel: str,
    vmax: float | None = None,
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
    title : str
        What the figure shows, as a sentence.
    alt : str
        The alternative text.
    ylabel : str
        Name of the other setting.
    vmax : float, optional
        The loss that is drawn as paper; higher ones look the same.

    Returns
    -------
    Figure
        Show it with ``plt.show()``.

    Examples
    --------
    >>> looked = {"both": [[0, 0], [1, 1]]}
    >>> words = {"title": "Two tries", "alt": "Two dots.", "ylabel": "weight decay"}
    >>> _ = searches([0.1, 1], [1e-4, 1e-2], [[1, 2], [3, 4]], looked, **words)
    """
    x, y = np.asarray(rates, dtype=float), np.asarray(others, dtype=float)
    values = np.asarray(losses, dtype=float)
    worst = values[np.isfinite(values)].max() if vmax is None else vmax
    values = np.where(np.isfinite(values), values, worst)
    figure, panels = subplots(
        1, len(looked), alt=alt, sharex=True, sharey=True, squeeze=False, figsize=(7, 3.2)
    )
    with style():
        figure.suptitle(title, x=0.02, ha="left")
        ground: Any = None
        for axes, (name, tried) in zip(panels[0], looked.items(), strict=True):
            axes.grid(False)
            axes.set(xscale="log", yscale="log", xlabel="learning rate η")
            ground = axes.pcolormesh(
                x, y, values.T, cmap=LOW_TO_HIGH, vmax=worst, shading="nearest", rasterized=True,
            )  # fmt: skip
            columns, rows = np.asarray(tried, dtype=int).T
            axes.plot(
                x[columns], y[rows],
                "o", color=COLORS[1], markeredgecolor=INK, markersize=7, clip_on=False,
            )  # fmt: skip
            axes.set_title(name, fontsize=10, pad=4)
        panels[0, 0].set_ylabel(ylabel)
        bar = figure.colorbar(ground, ax=panels[0].tolist(), extend="max")
        bar.set_label("loss")
    return figure
