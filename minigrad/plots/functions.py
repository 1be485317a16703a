"""Functions of one number."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from .figure import Figure, subplots
from .style import COLORS, LINESTYLES, MARKERS, MUTED, style


def functions(
    x: ArrayLike,
    values: Mapping[str, ArrayLike],
    *,
    title: str,
    alt: str,
    xlabel: str = "$x$",
    ylabel: str = "",
    **limits: Any,
) -> Figure:
    """Draw several functions of one number over each other.

    Parameters
    ----------
    x : array-like, shape (points,)
        Where they were computed.
    values : mapping from str to array-like
        Name of a function and its values, shape ``(points,)``. A line has a gap where a value is
        not finite.
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
    x = np.asarray(x, dtype=float)
    step = max(1, x.size // 8)
    figure, axes = subplots(alt=alt)
    with style():
        if limits.get("yscale") != "log":
            axes.axhline(0, color=MUTED, linewidth=0.8, linestyle="-")
        for index, (name, y) in enumerate(values.items()):
            look = index % len(COLORS)
            axes.plot(
                x, np.asarray(y, dtype=float),
                color=COLORS[look], linestyle=LINESTYLES[look], marker=MARKERS[look],
                markevery=(step * (index + 1) // (len(values) + 1), step), label=name,
            )  # fmt: skip
        axes.set(**{"xlabel": xlabel, "ylabel": ylabel, **limits})
        axes.set_title(title)
        axes.legend()
    return figure
