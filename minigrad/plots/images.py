"""Small pictures in a row."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from ..arguments import as_numbers
from .drawing import as_names, check_lengths, drawing, draws
from .figure import Figure


@draws
def images(pixels: ArrayLike, names: Sequence[str], *, title: str, alt: str) -> Figure:
    """Draw grey images in a row, each with its name below.

    Parameters
    ----------
    pixels : array-like, shape (n, height, width)
        From 0, paper, to 1, ink.
    names : sequence of str
        One for each image.
    title, alt
        As for `loss_curves`.
    """
    pictures = as_numbers("pixels", pixels, "images of shape (n, height, width)", 3)
    labels = as_names("names", names, "one for each image")
    check_lengths(pixels=len(pictures), names=len(labels))
    with drawing(title, alt, {}, 1, len(pictures), height=1.2) as (figure, row):
        for axes, picture, name in zip(np.ravel(row), pictures, labels, strict=True):
            axes.imshow(picture, cmap="Greys", vmin=0, vmax=1)
            axes.set(xticks=[], yticks=[], xlabel=name)
            axes.grid(False)
            axes.spines[:].set_visible(False)
    return figure
