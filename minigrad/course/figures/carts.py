"""Carts that balance a pole, while they do it."""

from collections.abc import Mapping
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.artist import Artist
from numpy.typing import ArrayLike, NDArray

from ...arguments import check_integers
from ...plots.animation import Animation, Track
from ...plots.drawing import as_series, drawing, draws
from ...plots.style import COLORS, MUTED

HALF_WIDTH, HEIGHT, POLE = 0.25, 0.3, 1.0  # in the unit of the track, drawn larger than it is
EDGE = 2.4  # where the track ends
BETWEEN = 0.0625  # two of the points that cart and pole are drawn with


@draws
def animate_carts(
    runs: Mapping[str, ArrayLike], *, title: str, alt: str, every: int = 5, **words: Any
) -> Animation:
    """Play how carts balance their poles, a strip for each.

    Parameters
    ----------
    runs : mapping from str to array-like
        Name of a run and what was seen at each step, shape ``(steps, 4)``: place, speed, angle in
        radians, its speed. A run that ends before another stands still.
    title, alt, **words
        As for `minigrad.plots.loss_curves`.
    every : int
        Steps from one frame to the next, which takes a fifth of a second.

    Returns
    -------
    Animation
        Make it the last expression of a cell. It plays on a page without a kernel.

    Examples
    --------
    >>> falls = [[0.0, 0.0, 0.02 * step, 1.0] for step in range(11)]
    >>> _ = animate_carts({"no push": falls}, title="It falls", alt="A pole falls.")
    """
    check_integers("animate_carts", 1, every=every)
    seen = as_series("runs", runs, "what was seen, shape (steps, 4)", 2)
    for name, steps in seen.items():
        if steps.shape[1] != 4 or not len(steps) or not np.isfinite(steps).all():
            raise ValueError(
                f"runs[{name!r}] holds four finite numbers for each step: place, speed, angle, its "
                f"speed; got the shape {steps.shape}."
            )
    frames = range(0, max(map(len, seen.values())) - 1 + every, every)
    words = {"xlabel": "place of the cart", "xlim": (-2.7, 2.7), "ylim": (-0.15, 1.65)} | words
    tracks, ends = [], list[Artist]()
    with drawing(title, alt, words, len(seen), 1, height=1.0 + 1.75 * len(seen), sharex=True) as (
        figure,
        grid,
    ):
        for axes, color, (name, steps) in zip(np.ravel(grid), COLORS, seen.items(), strict=False):
            last = len(steps) - 1
            points = np.stack([_drawn(*steps[min(at, last)]) for at in frames])
            axes.set(aspect="equal", yticks=[])
            axes.set_title(name)
            axes.spines["left"].set_visible(False)
            axes.plot([-EDGE, EDGE], [0, 0], color=MUTED, linestyle="-", linewidth=1.5)
            ends += axes.plot(*points[-1].T, "o", color=color, markersize=4.4, markeredgewidth=0)
            values = [f"step {at}" if at < last else f"over: {last + 1} steps" for at in frames]
            tracks.append(Track(name, axes, color, points, values))
    plt.close(figure)
    return Animation(figure, tracks, ends)


def _drawn(place: float, speed: float, angle: float, turning: float) -> NDArray[np.float64]:
    """Return the points of a cart and its pole, shape (points, 2)."""
    across = np.arange(-HALF_WIDTH, HALF_WIDTH + BETWEEN / 2, BETWEEN)
    up = np.arange(BETWEEN, HEIGHT, BETWEEN)
    along = np.arange(BETWEEN, POLE + BETWEEN / 2, BETWEEN)
    cart = [
        *((place + x, y) for x in across for y in (0, HEIGHT)),
        *((place + x, y) for x in (-HALF_WIDTH, HALF_WIDTH) for y in up),
    ]
    pole = [(place + r * np.sin(angle), HEIGHT + r * np.cos(angle)) for r in along]
    return np.array([*cart, *pole])
