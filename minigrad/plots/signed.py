"""Numbers with a sign, as coloured squares."""

import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from numpy.typing import ArrayLike

from ..arguments import as_numbers, check_integers
from .drawing import as_names, drawing, draws
from .figure import Figure
from .style import COLORS, CONTOUR

# Blue and orange stay apart for every kind of colour vision.
SIGNED = LinearSegmentedColormap.from_list("signed", [COLORS[0], "white", COLORS[1]])


@draws
def signed_tiles(
    arrays: ArrayLike, *, title: str, alt: str, ends: tuple[str, str], columns: int = 8
) -> Figure:
    """Draw small arrays of positive and negative numbers, all on one scale.

    Parameters
    ----------
    arrays : array-like, shape (n, height, width)
        The numbers.
    title, alt
        As for `loss_curves`.
    ends : (str, str)
        What strongly negative and strongly positive numbers mean.
    columns : int
        How many tiles stand side by side.
    """
    tiles = as_numbers("arrays", arrays, "tiles of shape (n, height, width)", 3)
    check_integers("signed_tiles", least=1, columns=columns)
    if len(as_names("ends", ends, "for negative and positive")) != 2:
        raise ValueError(f"ends is a pair of texts; got {ends!r}.")
    n, height, width = tiles.shape
    rows = -(-n // columns)
    mosaic = np.full((rows * (height + 1) + 1, columns * (width + 1) + 1), np.nan)
    for index, tile in enumerate(tiles):
        top, left = (1 + (index // columns) * (height + 1), 1 + (index % columns) * (width + 1))
        mosaic[top : top + height, left : left + width] = tile
    strong = np.quantile(abs(tiles), 0.99) or 1.0  # the strongest few would leave the rest pale
    size = 0.6 + 4.8 * mosaic.shape[0] / mosaic.shape[1]
    with drawing(title, alt, {}, height=size) as (figure, axes):
        axes.set_axis_off()
        look = SIGNED.with_extremes(bad=CONTOUR)
        picture = axes.imshow(mosaic, cmap=look, vmin=-strong, vmax=strong)
        bar = figure.colorbar(picture, ax=axes, ticks=[-strong, 0, strong], shrink=0.9)
        bar.ax.set_yticklabels([ends[0], "0", ends[1]])
    return figure
