"""Curves over the updates of a run."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from .figure import Figure, subplots
from .style import COLORS, LINESTYLES, MARKERS, style


def loss_curves(
    losses: Mapping[str, ArrayLike],
    *,
    title: str,
    alt: str,
    xlabel: str = "update",
    ylabel: str = "loss",
    **limits: Any,
) -> Figure:
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
    xlabel, ylabel : str
        Names of the axes, with units where there are any.
    **limits
        Passed to `matplotlib.axes.Axes.set`, for instance ``ylim=(0, 5)`` or ``yscale="log"``.

    Returns
    -------
    Figure
        Show it with ``plt.show()``.
    """
    figure, axes = subplots(alt=alt)
    with style():
        for index, (name, values) in enumerate(losses.items()):
            runs = np.atleast_2d(np.asarray(values, dtype=float))
            runs = np.where(np.isfinite(runs), runs, np.nan)
            median = np.median(runs, axis=0)
            updates = np.arange(median.size)
            look = index % len(COLORS)
            if len(runs) > 1:
                axes.fill_between(
                    updates,
                    runs.min(axis=0),
                    runs.max(axis=0),
                    color=COLORS[look],
                    alpha=0.15,
                    lw=0,
                )
            axes.plot(
                updates,
                median,
                color=COLORS[look],
                linestyle=LINESTYLES[look],
                marker=MARKERS[look],
                # Markers of different lines stand at different places, so that none hides another.
                markevery=(max(1, median.size * (index + 1) // 24), max(1, median.size // 8)),
                label=name,
            )
        axes.set(xlabel=xlabel, ylabel=ylabel, **limits)
        axes.set_title(title)
        axes.legend(loc="upper right")
    return figure
