"""Small pictures in a row."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .figure import Figure, subplots
from .style import style


def images(pixels: ArrayLike, names: Sequence[str], *, title: str, alt: str) -> Figure:
    """Draw grey images in a row, each with its name below.

    Parameters
    ----------
    pixels : array-like, shape (n, height, width)
        From 0, paper, to 1, ink.
    names : sequence of str
        One for each image.
    title : str
        What the figure shows.
    alt : str
        The alternative text.

    Returns
    -------
    Figure
        Show it with ``plt.show()``.
    """
    pictures: NDArray[np.float64] = np.asarray(pixels, dtype=float)
    figure, row = subplots(1, len(pictures), alt=alt, figsize=(7, 1.2), squeeze=False)
    with style():
        figure.suptitle(title, x=0.02, ha="left")
        for axes, picture, name in zip(row[0], pictures, names, strict=True):
            axes.imshow(picture, cmap="Greys", vmin=0, vmax=1)
            axes.set(xticks=[], yticks=[], xlabel=name)
            axes.grid(False)
            axes.spines[:].set_visible(False)
    return figure
