"""Every run of a comparison as a dot, so that overlaps are seen."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike

from .figure import Figure, subplots
from .style import COLORS, INK, style

Results = Mapping[str, ArrayLike]


def dots(
    panels: Mapping[str, Results],
    *,
    title: str,
    alt: str,
    xlabel: str = "loss",
    xlim: tuple[float, float] | None = None,
) -> Figure:
    """Draw the results of contenders, a dot for each run and a bar at the median.

    Parameters
    ----------
    panels : mapping from str to (mapping from str to array-like)
        Panels side by side. Each has a heading (``""`` for none) and holds contenders, drawn
        from top to bottom in the order of the first panel, with one number for each run. A
        contender may be missing from a later panel.
    title : str
        What the figure shows, as a sentence.
    alt : str
        The alternative text.
    xlabel : str, optional
        What the numbers are.
    xlim : (float, float), optional
        The part that is drawn. A run beyond its right end becomes an arrow there.

    Returns
    -------
    Figure
        Show it with ``plt.show()``.

    Examples
    --------
    >>> results = {"constant": [1.0, 1.1, 1.2], "linear": [0.9, 0.95, 0.96]}
    >>> _ = dots({"": results}, title="Linear is lower", alt="Two rows of three dots.")
    """
    names = list(next(iter(panels.values())))
    figure, grid = subplots(
        1, len(panels), alt=alt, sharex=True, sharey=True, squeeze=False,
        figsize=(7, 1.4 + 0.3 * len(names)),
    )  # fmt: skip
    with style():
        figure.suptitle(title, x=0.02, ha="left")
        for axes, (heading, results) in zip(grid[0], panels.items(), strict=True):
            for name, values in results.items():
                runs, row = np.asarray(values, dtype=float), names.index(name)
                inside = runs <= xlim[1] if xlim else np.isfinite(runs)
                axes.plot(
                    runs[inside], np.full(inside.sum(), row),
                    "o", color=COLORS[0], alpha=0.55, markeredgewidth=0,
                )  # fmt: skip
                if xlim and not inside.all():
                    axes.plot(
                        xlim[1], row,
                        ">", color=COLORS[1], clip_on=False, markersize=7,
                    )  # fmt: skip
                axes.plot(np.median(runs), row, "|", color=INK, markersize=15, markeredgewidth=2)
            axes.set_xlabel(xlabel)
            axes.set_title(heading, fontsize=10, pad=4)
            if xlim:
                axes.set_xlim(*xlim)
        grid[0, 0].set_yticks(range(len(names)), names)
        grid[0, 0].set_ylim(len(names) - 0.5, -0.5)
    return figure
