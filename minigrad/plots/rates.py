"""What a learning rate leads to, drawn over a range of rates."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import NullLocator
from numpy.typing import ArrayLike

from .figure import Figure, subplots
from .style import COLORS, INK, LINESTYLES, MARKERS, style

_HEIGHTS = (
    ("top", 0.99), ("bottom", 0.01), ("center", 0.5), ("center", 0.4), ("center", 0.6)
)  # fmt: skip


def against_rate(
    rates: ArrayLike,
    results: Mapping[str, ArrayLike],
    *,
    title: str,
    alt: str,
    marks: Mapping[str, float] | None = None,
    xlabel: str = "learning rate η",
    ylabel: str = "loss",
    **limits: Any,
) -> Figure:
    """Draw results against the learning rate, with some rates marked by name.

    Parameters
    ----------
    rates : array-like, shape (rates,)
        The rates, rising. Up to two dozen get a marker each.
    results : mapping from str to array-like
        Name of a result and its value for every rate, shape ``(rates,)``, or ``(seeds, rates)`` for
        a median with its spread as a band. A line has a gap where its value is not finite. A single
        result gets no legend.
    title : str
        What the figure shows, as a sentence.
    alt : str
        The alternative text.
    marks : mapping from str to float, optional
        Names of rates that get a vertical line.
    xlabel, ylabel : str, optional
        Names of the axes, with units where there are any.
    **limits
        Passed to `matplotlib.axes.Axes.set`, for instance ``ylim=(0, 5)``. The rates stand on a
        logarithmic axis, unless ``xscale="linear"``. With ``xticks`` there are no ticks between.

    Returns
    -------
    Figure
        Show it with ``plt.show()``.

    Examples
    --------
    >>> eta = np.linspace(0, 3, 61)
    >>> words = {"title": "A V", "alt": "A V.", "xscale": "linear"}
    >>> _ = against_rate(eta, {"|1 - η|": abs(1 - eta)}, marks={"best": 1.0}, **words)
    """
    x = np.asarray(rates, dtype=float)
    figure, axes = subplots(alt=alt)
    with style():
        for index, (name, values) in enumerate(results.items()):
            runs = np.atleast_2d(np.asarray(values, dtype=float))
            runs = np.where(np.isfinite(runs), runs, np.nan)
            look = index % len(COLORS)
            if len(runs) > 1:
                low, high = runs.min(axis=0), runs.max(axis=0)
                axes.fill_between(x, low, high, color=COLORS[look], alpha=0.15, lw=0)
            axes.plot(
                x,
                np.median(runs, axis=0),
                color=COLORS[look],
                linestyle=LINESTYLES[look],
                marker=MARKERS[look] if x.size <= 24 else None,
                label=name,
            )
        axes.set(**{"xscale": "log", "xlabel": xlabel, "ylabel": ylabel, **limits})
        if "xticks" in limits:
            axes.xaxis.set_minor_locator(NullLocator())
        axes.set_title(title)
        if len(results) > 1:
            axes.legend()
        if marks:
            for rate in marks.values():
                axes.axvline(rate, color=INK, linestyle=(0, (2, 2)), linewidth=1)
            figure.draw_without_rendering()  # finds the place of everything
            _name(axes, marks)
    return figure


def _name(axes: Axes, marks: Mapping[str, float]) -> None:
    """Write the names of marked rates beside their lines, where each covers the least."""
    paths = [line.get_transform().transform_path(line.get_path()) for line in axes.lines]
    drawn = np.concatenate([path.interpolated(100).vertices for path in paths])
    legend = axes.get_legend()
    taken = [] if legend is None else [legend.get_window_extent()]
    for name, rate in marks.items():
        tries = [
            axes.annotate(
                name, (rate, height), (-3, 0), xycoords=axes.get_xaxis_transform(),
                textcoords="offset points", rotation=90, ha="right", va=va, fontsize=9,
            )
            for va, height in _HEIGHTS
        ]  # fmt: skip
        boxes = [text.get_window_extent() for text in tries]
        covered = [
            (box.count_overlaps(taken), box.padded(2).count_contains(drawn)) for box in boxes
        ]
        del tries[covered.index(min(covered))]
        for text in tries:
            text.remove()
