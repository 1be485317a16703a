"""A network of layers, drawn as units and the weights between them."""

from collections.abc import Mapping
from itertools import pairwise

import numpy as np

from ...arguments import check_integers, shown
from ...plots.drawing import as_named, drawing, draws
from ...plots.figure import Figure
from ...plots.style import BACKGROUND, COLORS, INK, MUTED

MOST = 6  # units of a layer that are drawn one by one


@draws
def network(layers: Mapping[str, int], *, title: str, alt: str) -> Figure:
    """Draw the layers of a network from left to right, and a line for each weight.

    Of a layer with many units the first and the last are drawn, and how many there are in all.

    Parameters
    ----------
    layers : mapping from str to int
        Name of a layer, the input first, and how many units it has.
    title, alt
        As for `minigrad.plots.loss_curves`.

    Examples
    --------
    >>> layers = {"input": 64, "hidden": 32, "scores": 10}
    >>> _ = network(layers, title="Two layers of weights", alt="Three columns of circles.")
    """
    for name, units in as_named("layers", layers, "their numbers of units").items():
        check_integers("network", least=1, **{f"layers[{name!r}]": units})
    if len(layers) < 2:
        raise ValueError(f"layers: an input and at least one layer after it; got {shown(layers)}.")
    columns = [_heights(units) for units in layers.values()]
    top = max(heights.max() for heights in columns)
    with drawing(title, alt, {}, height=1.0 + 0.42 * (2 * top + 1)) as (figure, axes):
        axes.set_axis_off()
        axes.set(xlim=(-0.4, len(columns) - 0.6), ylim=(-top - 1.6, top + 0.6))
        for x, (left, right) in enumerate(pairwise(columns)):
            for start in left:
                axes.plot(
                    [[x] * len(right), [x + 1] * len(right)], [[start] * len(right), right],
                    color=MUTED, linewidth=0.6, linestyle="-", zorder=1,
                )  # fmt: skip
        for x, (heights, (name, units)) in enumerate(zip(columns, layers.items(), strict=True)):
            color = COLORS[0] if x == 0 else COLORS[1] if x == len(columns) - 1 else INK
            axes.plot(
                np.full(len(heights), x), heights, "o",
                color=BACKGROUND, markeredgecolor=color, markeredgewidth=2, markersize=14,
            )  # fmt: skip
            if units > MOST:
                axes.text(x, 0, "⋮", ha="center", va="center", fontsize=18)
            axes.text(x, -top - 0.7, f"{name}\n{units}", ha="center", va="top")
    return figure


def _heights(units: int) -> np.ndarray:
    """Return where the units of a layer stand, a gap in the middle for those left out."""
    drawn = min(units, MOST + 1)
    heights = np.arange(drawn) - (drawn - 1) / 2
    return heights if units <= MOST else heights[heights != 0]
