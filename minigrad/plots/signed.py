"""Numbers with a sign, as coloured squares."""

import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from numpy.typing import ArrayLike

from .figure import Figure, subplots
from .style import BACKGROUND, COLORS, style

# Blue and orange stay apart for every kind of colour vision; zero is the colour of the paper.
SIGNED = LinearSegmentedColormap.from_list("signed", [COLORS[0], BACKGROUND, COLORS[1]])


def signed_tiles(arrays: ArrayLike, *, title: str, alt: str, label: str, rows: int = 2) -> Figure:
    """Draw small arrays of positive and negative numbers, all on one scale.

    Parameters
    ----------
    arrays : array-like, shape (n, height, width)
        The numbers.
    title : str
        What the figure shows, as a sentence.
    alt : str
        The alternative text.
    label : str
        What the numbers are.
    rows : int
        Into how many rows to put the tiles.

    Returns
    -------
    Figure
        Show it with ``plt.show()``.
    """
    tiles = np.asarray(arrays, dtype=float)
    columns = -(-len(tiles) // rows)
    figure, grid = subplots(
        rows, columns, alt=alt, squeeze=False, figsize=(7, 0.9 + rows * 5.6 / columns)
    )
    # The strongest few would leave the rest pale.
    top = np.quantile(abs(tiles), 0.99)
    with style():
        figure.suptitle(title, x=0.02, ha="left")
        for axes in grid.flat:
            axes.set_axis_off()
        for axes, tile in zip(grid.flat, tiles, strict=False):
            picture = axes.imshow(tile, cmap=SIGNED, vmin=-top, vmax=top)
        bar = figure.colorbar(picture, ax=grid, ticks=[-top, 0, top], shrink=0.9, pad=0.01)
        bar.ax.set_yticklabels(["falls", "0", "rises"])
        bar.set_label(label)
    return figure
