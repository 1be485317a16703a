"""Curves over the updates of a run."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike, NDArray

from .drawing import as_series, drawing, draws
from .figure import Figure
from .style import look


@draws
def loss_curves(losses: Mapping[str, ArrayLike], *, title: str, alt: str, **words: Any) -> Figure:
    """Draw the loss of several runs against the update.

    Each run is a line with its own colour, line style and marker. Several seeds of the same run
    give their median, and their spread as a band.

    Parameters
    ----------
    losses : mapping from str to array-like
        Name of a run and its losses, shape ``(updates,)`` or ``(seeds, updates)``. A line stops
        where the loss is no longer finite.
    title : str
        What the figure shows, as a sentence.
    alt : str
        The alternative text.
    **words
        ``xlabel``, ``ylabel``, ``xlim``, ``yscale`` and the like, as for
        `matplotlib.axes.Axes.set`.

    Returns
    -------
    Figure
        Make it the last expression of a cell, or show it with ``plt.show()``.
    """
    runs = as_series("losses", losses, "losses of shape (updates,) or (seeds, updates)", 1, 2)
    words = {"xlabel": "update", "ylabel": "loss"} | words
    with drawing(title, alt, words) as (figure, axes):
        for index, (name, values) in enumerate(runs.items()):
            updates = np.arange(values.shape[-1])
            # Markers of different lines stand at different places, so that none hides another.
            every = max(1, updates.size * (index + 1) // 24), max(1, updates.size // 8)
            line_with_band(axes, updates, values, label=name, markevery=every, **look(index))
        axes.legend(loc="upper right")
    return figure


def line_with_band(axes: Axes, x: Any, values: NDArray[np.float64], **line: Any) -> None:
    """Draw a run, or the median of several, shape (runs, points), with their spread as a band.

    There is a gap where a run is not finite.
    """
    runs = np.where(np.isfinite(values), values, np.nan)
    if runs.ndim == 2 and len(runs) > 1:
        low, high = runs.min(axis=0), runs.max(axis=0)
        axes.fill_between(x, low, high, color=line["color"], alpha=0.15, lw=0)
    axes.plot(x, np.median(np.atleast_2d(runs), axis=0), **line)
