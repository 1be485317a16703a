"""The learning rate and the loss of the same runs, one above the other."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from .figure import Figure, subplots
from .style import COLORS, LINESTYLES, MARKERS, style


def rate_and_loss(
    runs: Mapping[str, tuple[ArrayLike, ArrayLike]],
    *,
    title: str,
    alt: str,
    ylabel: str = "loss",
    **limits: Any,
) -> Figure:
    """Draw the rates that runs used, and below them what became of the loss.

    Parameters
    ----------
    runs : mapping from str to (rates, losses)
        Name of a run; the rate of each update, shape ``(updates,)``; and the losses, shape
        ``(k,)``, or ``(seeds, k)`` for a median with its spread as a band. The k losses were
        measured at equal distances, from before the first update to after the last.
    title : str
        What the figure shows, as a sentence.
    alt : str
        The alternative text.
    ylabel : str, optional
        Name of the lower axis.
    **limits
        Passed to `matplotlib.axes.Axes.set` of the lower axes, for instance ``ylim=(0, 5)``.

    Returns
    -------
    Figure
        Show it with ``plt.show()``.

    Examples
    --------
    >>> runs = {"constant": ([0.1, 0.1], [3.0, 2.0, 1.5])}
    >>> _ = rate_and_loss(runs, title="It falls", alt="A constant rate and a falling loss.")
    """
    figure, (above, below) = subplots(
        2, 1, alt=alt, sharex=True, figsize=(7, 4.4), height_ratios=[2, 3]
    )
    with style():
        figure.suptitle(title, x=0.02, ha="left")
        for index, (name, (rates, losses)) in enumerate(runs.items()):
            look = index % len(COLORS)
            line: Any = {"color": COLORS[look], "linestyle": LINESTYLES[look]}
            used = np.asarray(rates, dtype=float)
            # A rate of 0 lies on the axis: do not let the axis cut it in half.
            above.plot(np.arange(used.size), used, label=name, clip_on=False, zorder=3, **line)
            measured = np.atleast_2d(np.asarray(losses, dtype=float))
            updates = np.linspace(0, used.size, measured.shape[1])
            if len(measured) > 1:
                low, high = measured.min(axis=0), measured.max(axis=0)
                below.fill_between(updates, low, high, color=COLORS[look], alpha=0.15, lw=0)
            every = max(1, measured.shape[1] // 10)
            below.plot(
                updates, np.median(measured, axis=0),
                marker=MARKERS[look], markevery=every, label=name, **line,
            )  # fmt: skip
        above.set_ylabel("learning rate")
        above.set_ylim(bottom=0)
        below.set(**{"xlabel": "update", "ylabel": ylabel, **limits})
        if len(runs) > 1:
            # Outside, because there is no corner that every loss curve leaves free.
            handles, names = below.get_legend_handles_labels()
            figure.legend(handles, names, loc="outside lower center", ncols=min(5, len(runs)))
    return figure
