"""Many walkers at once: where the noise of the batches lets them settle."""

from collections.abc import Mapping
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.patches import Ellipse
from numpy.typing import ArrayLike, NDArray

from ...plots.animation import Animation, Track
from ...plots.descent import Function, Limits, places, strips, together
from ...plots.drawing import as_series, draws
from ...plots.figure import Figure
from ...plots.style import COLORS, INK

Spread = tuple[float, float]


@draws
def clouds(
    f: Function,
    clouds: Mapping[str, ArrayLike],
    *,
    title: str,
    alt: str,
    xlim: Limits,
    ylim: Limits,
    spreads: Mapping[str, Spread] | None = None,
    **words: Any,
) -> Figure:
    """Draw where many walkers stand at the end, over the contour lines of a function.

    Parameters
    ----------
    f : callable
        Takes two NumPy arrays of equal shape and returns the values of the function.
    clouds : mapping from str to array-like
        Name of a cloud and its places, shape ``(updates + 1, walkers, 2)``. All walkers of a cloud
        start in one place. Each cloud gets a strip of its own.
    title, alt
        As for `minigrad.plots.loss_curves`.
    xlim, ylim : (float, float)
        The part of the plane that is drawn; who leaves it is not seen.
    spreads : mapping from str to (float, float), optional
        Name of a cloud and the standard deviations along both axes that theory gives it: drawn as
        an ellipse of twice that size around the lowest point at the origin.
    **words
        As for `minigrad.plots.loss_curves`.
    """
    words = {"xlim": xlim, "ylim": ylim} | words
    return _draw(f, places("clouds", clouds, 3), title, alt, words, spreads)[0]


@draws
def animate_clouds(
    f: Function,
    clouds: Mapping[str, ArrayLike],
    *,
    title: str,
    alt: str,
    xlim: Limits,
    ylim: Limits,
    spreads: Mapping[str, Spread] | None = None,
    **words: Any,
) -> Animation:
    """Play how clouds of walkers move and settle, one strip for each cloud.

    The parameters are those of `clouds`. All clouds need the same number of updates. Beside each
    strip stands the mean of ``f`` over the cloud.

    Returns
    -------
    Animation
        Make it the last expression of a cell. It plays on a page without a kernel.
    """
    walks = together("clouds", places("clouds", clouds, 3))
    words = {"xlim": xlim, "ylim": ylim} | words
    figure, axes, ends = _draw(f, walks, title, alt, words, spreads)
    plt.close(figure)
    tracks = []
    for strip, color, (name, points) in zip(axes, COLORS, walks.items(), strict=False):
        means = f(points[..., 0], points[..., 1]).mean(axis=1)
        tracks.append(Track(name, strip, color, points, [f"mean f = {mean:.2f}" for mean in means]))
    return Animation(figure, tracks, ends)


def _draw(
    f: Function,
    walks: Mapping[str, NDArray[np.float64]],
    title: str,
    alt: str,
    words: Mapping[str, Any],
    spreads: Mapping[str, Spread] | None,
) -> tuple[Figure, list[Axes], list[Artist]]:
    """Draw the strips, the last place of each walker, and the ellipses of theory."""
    sides = as_series("spreads", spreads, "a deviation along each axis", 1) if spreads else {}
    ends: list[Artist] = []
    with strips(f, walks, title, alt, words) as (figure, axes):
        for strip, color, (name, points) in zip(axes, COLORS, walks.items(), strict=False):
            look: Any = {"color": color, "alpha": 0.55, "markersize": 4.4, "markeredgewidth": 0}
            ends += strip.plot(*points[-1].T, "o", **look)
            if name in sides:
                ring: Any = {"fill": False, "edgecolor": INK, "linewidth": 1.2}
                across, up = 4 * sides[name]
                strip.add_patch(
                    Ellipse((0, 0), across, up, zorder=3, linestyle=(0, (4, 2)), **ring)
                )
    return figure, axes, ends
