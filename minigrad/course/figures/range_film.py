"""A range test while it runs."""

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from numpy.typing import ArrayLike

from ...plots import COLORS, Animation, Track, range_curve
from ...plots.drawing import draws


@draws
def animate_range(
    rates: ArrayLike, losses: ArrayLike, smoothed: ArrayLike, *, title: str, alt: str, **words: Any
) -> Animation:
    """Play a range test: the rate grows from update to update, and the loss answers.

    Parameters
    ----------
    rates, losses, smoothed : array-like, shape (updates,)
        Rate, loss, and loss without its noise.
    title, alt, **words
        As for `minigrad.plots.loss_curves`.

    Returns
    -------
    Animation
        Make it the last expression of a cell. It plays on a page without a kernel.

    Examples
    --------
    >>> words = {"title": "It falls, and explodes", "alt": "A curve with a cliff."}
    >>> _ = animate_range([0.1, 1, 10], [2.0, 1.0, 9.0], [2.0, 1.5, 9.0], **words)
    """
    figure = range_curve(rates, losses, smoothed, title=title, alt=alt, **words)
    plt.close(figure)
    (axes,) = figure.axes
    measured = np.asarray(smoothed, dtype=float)
    shown = np.isfinite(measured)
    points = np.stack([np.asarray(rates, dtype=float), measured], axis=1)[shown]
    values = [f"η = {rate:.2g}, loss {loss:.2f}" for rate, loss in points]
    track = Track("smoothed", axes, COLORS[1], points, values)
    return Animation(figure, [track], axes.lines)
