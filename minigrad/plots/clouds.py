"""Many walkers at once: where the noise of the batches lets them settle."""

from collections.abc import Mapping
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import Ellipse
from numpy.typing import ArrayLike, NDArray

from .animation import Animation, Track
from .descent import Function, Limits, strips
from .figure import Figure
from .style import COLORS, INK, style

Spread = tuple[float, float]


def clouds(
    f: Function,
    clouds: Mapping[str, ArrayLike],
    *,
    title: str,
    alt: str,
    xlim: Limits,
    ylim: Limits,
    spreads: Mapping[str, Spread] | None = None,
    names: tuple[str, str] = ("$x_1$", "$x_2$"),
) -> Figure:
    """Draw where many walkers stand at the end, over the contour lines of a function.

    Parameters
    ----------
    f : callable
        Takes two NumPy arrays of equal shape and returns the values of the function.
    clouds : mapping from str to array-like
        Name of a cloud and its places, shape ``(updates + 1, walkers, 2)``. All walkers of a cloud
        start in one place. Each cloud gets a strip of its own.
    title : str
        What the figure shows, as a sentence.
    alt : str
        The alternative text.
    xlim, ylim : (float, float)
        The part of the plane that is drawn; who leaves it is not seen.
    spreads : mapping from str to (float, float), optional
        Name of a cloud and the standard deviations along both axes that theory gives it: drawn as
        an ellipse of twice that size around the lowest point at the origin.
    names : (str, str), optional
        Names of the two parameters.

    Returns
    -------
    Figure
        Show it with ``plt.show()``.
    """
    return _draw(f, _places(clouds), title, alt, xlim, ylim, spreads or {}, names, 0.55)[0]


def animate_clouds(
    f: Function,
    clouds: Mapping[str, ArrayLike],
    *,
    title: str,
    alt: str,
    xlim: Limits,
    ylim: Limits,
    spreads: Mapping[str, Spread] | None = None,
    names: tuple[str, str] = ("$x_1$", "$x_2$"),
) -> Animation:
    """Play how clouds of walkers move and settle, one strip for each cloud.

    The parameters are those of `clouds`. All clouds need the same number of updates. Beside each
    strip stands the mean of ``f`` over the cloud.

    Returns
    -------
    Animation
        Make it the last expression of a cell. It plays on a page without a kernel.
    """
    places = _places(clouds)
    lengths = {name: len(points) for name, points in places.items()}
    if len(set(lengths.values())) != 1:
        raise ValueError(f"Clouds that play together need equally many updates, not {lengths}.")
    # The still picture that remains where no script runs, and the ghost of what is to come.
    figure, axes = _draw(f, places, title, alt, xlim, ylim, spreads or {}, names, 0.15)
    plt.close(figure)
    tracks = []
    for strip, color, (name, points) in zip(axes, COLORS, places.items(), strict=False):
        means = f(points[..., 0], points[..., 1]).mean(axis=1)
        tracks.append(Track(name, strip, color, points, [f"mean f = {mean:.2f}" for mean in means]))
    return Animation(figure, tracks)


def _places(clouds: Mapping[str, ArrayLike]) -> dict[str, NDArray[np.float64]]:
    places = {name: np.asarray(points, dtype=float) for name, points in clouds.items()}
    for name, points in places.items():
        if points.ndim != 3 or points.shape[2] != 2:
            raise ValueError(
                f"Cloud {name!r} has shape {points.shape}; it needs (updates + 1, walkers, 2)."
            )
    if not 1 <= len(places) <= len(COLORS):
        raise ValueError(f"One to {len(COLORS)} clouds fit into a figure, not {len(places)}.")
    return places


def _draw(
    f: Function,
    places: Mapping[str, NDArray[np.float64]],
    title: str,
    alt: str,
    xlim: Limits,
    ylim: Limits,
    spreads: Mapping[str, Spread],
    names: tuple[str, str],
    alpha: float,
) -> tuple[Figure, list[Any]]:
    """Draw the strips with the last place of each walker, and the ellipses of theory."""
    first = {name: points[:, 0] for name, points in places.items()}
    figure, axes = strips(f, first, title, alt, xlim, ylim, names)
    with style():
        for strip, color, (name, points) in zip(axes, COLORS, places.items(), strict=False):
            look: Any = {"color": color, "alpha": alpha, "markersize": 4.4, "markeredgewidth": 0}
            strip.plot(*points[-1].T, "o", **look)
            if name in spreads:
                across, up = (4 * side for side in spreads[name])
                ring: Any = {
                    "fill": False,
                    "edgecolor": INK,
                    "linewidth": 1.2,
                    "linestyle": (0, (4, 2)),
                }
                strip.add_patch(Ellipse((0, 0), across, up, zorder=3, **ring))
    return figure, axes
