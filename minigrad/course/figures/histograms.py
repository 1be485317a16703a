"""What the numbers of several sets look like, each as a histogram."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ...arguments import check_integers
from ...plots.drawing import as_series, check_limits, drawing, draws
from ...plots.figure import Figure
from ...plots.style import COLORS


@draws
def histograms(
    sets: Mapping[str, ArrayLike],
    *,
    title: str,
    alt: str,
    xlim: tuple[float, float],
    bins: int = 41,
    **words: Any,
) -> Figure:
    """Draw the share of the numbers that falls into each bin, a panel for each set.

    All panels have the same bins and axes. Above each stands how many of its numbers are exactly 0.

    Parameters
    ----------
    sets : mapping from str to array-like
        Heading of a panel and its numbers.
    title, alt
        As for `minigrad.plots.loss_curves`.
    xlim : (float, float)
        Where the first bin begins and the last ends. Numbers beyond are counted in the outer bins.
    bins : int
        How many. If it is odd and ``xlim`` is symmetric, 0 is the middle of one.
    **words
        As for `minigrad.plots.loss_curves`.

    Examples
    --------
    >>> words = {"title": "Half of them are 0", "alt": "A peak at 0.", "xlim": (-1, 1)}
    >>> _ = histograms({"weights": [0.0, 0.0, 0.3, -0.8]}, **words)
    """
    check_integers("histograms", 1, bins=bins)
    panels = as_series("sets", sets, "numbers", 1)
    low, high = check_limits("xlim", xlim)
    edges = np.linspace(low, high, bins + 1)
    middles = (edges[1:] + edges[:-1]) / 2
    words = {"xlabel": "weight", "ylabel": "share of the weights", "xlim": xlim} | words
    with drawing(title, alt, words, 1, len(panels), height=3.0, sharex=True, sharey=True) as (
        figure,
        grid,
    ):
        for axes, color, (name, numbers) in zip(
            np.ravel(grid), COLORS, panels.items(), strict=False
        ):
            inside = np.clip(numbers, middles[0], middles[-1])
            counts, _ = np.histogram(inside, edges)
            axes.bar(middles, counts / numbers.size, width=edges[1] - edges[0], color=color)
            axes.set_title(f"{name}\n{(numbers == 0).mean():.0%} are 0")
    return figure
