"""The picture of a range test."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike

from .figure import Figure, subplots
from .style import COLORS, LINESTYLES, MARKERS, MUTED, style


def range_curve(
    rates: ArrayLike,
    losses: ArrayLike,
    smoothed: ArrayLike,
    marks: Mapping[str, float],
    *,
    title: str,
    alt: str,
) -> Figure:
    """Draw the loss against the learning rate on a logarithmic axis, and mark some rates.

    An explosion is cut off at the top.

    Parameters
    ----------
    rates, losses, smoothed : array-like, shape (updates,)
        A range test: rate, loss, and loss without its noise.
    marks : mapping from str to float
        Rates to mark, by name.
    title : str
        What the figure shows, as a sentence.
    alt : str
        The alternative text.

    Returns
    -------
    Figure
        Show it with ``plt.show()``.
    """
    figure, axes = subplots(alt=alt)
    with style():
        axes.plot(rates, losses, ".", color=MUTED, alpha=0.5, label="each update")
        axes.plot(rates, smoothed, color=COLORS[0], linestyle="-", label="smoothed")
        for look, (name, rate) in enumerate(marks.items(), start=1):
            axes.axvline(
                rate,
                color=COLORS[look],
                linestyle=LINESTYLES[look],
                marker=MARKERS[look],
                markevery=[0],
                label=f"{name}: {rate:.2g}",
            )
        curve = np.asarray(smoothed, dtype=float)
        start, lowest = curve[0], np.nanmin(curve)
        axes.set(xscale="log", xlabel="learning rate", ylabel="loss")
        if lowest < start:  # an explosion would flatten all that came before it
            axes.set_ylim(lowest - 0.2 * (start - lowest), start + 0.4 * (start - lowest))
        axes.set_title(title)
        axes.legend(loc="lower left")
    return figure
