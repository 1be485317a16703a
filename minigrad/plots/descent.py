"""Paths of an optimizer over a function of two parameters, still and moving."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike, NDArray

from ..arguments import as_numbers, check_function
from .animation import Animation, Track
from .drawing import as_series, check_limits, drawing, draws
from .figure import Figure
from .style import BACKGROUND, COLORS, CONTOUR, INK, MUTED

Function = Callable[[Any, Any], Any]
Limits = tuple[float, float]


@draws
def paths(
    f: Function,
    paths: Mapping[str, ArrayLike],
    *,
    title: str,
    alt: str,
    xlim: Limits,
    ylim: Limits,
    **words: Any,
) -> Figure:
    """Draw paths over the contour lines of a function, one strip for each path.

    Parameters
    ----------
    f : callable
        Takes two NumPy arrays of equal shape and returns the values of the function.
    paths : mapping from str to array-like
        Name of a path and its points, shape ``(updates + 1, 2)``; the first is the start.
    title, alt
        As for `loss_curves`.
    xlim, ylim : (float, float)
        The part of the plane that is drawn; a path that leaves it is cut off.
    **words
        As for `loss_curves`.
    """
    routes = places("paths", paths, 2)
    words = {"xlim": xlim, "ylim": ylim} | words
    with strips(f, routes, title, alt, words) as (figure, rows):
        for axes, color, points in zip(rows, COLORS, routes.values(), strict=False):
            axes.plot(*points.T, "-o", color=color, markersize=4)
    return figure


@draws
def animate_paths(
    f: Function,
    paths: Mapping[str, ArrayLike],
    *,
    title: str,
    alt: str,
    xlim: Limits,
    ylim: Limits,
    **words: Any,
) -> Animation:
    """Play paths over the contour lines of a function, one strip for each path.

    The parameters are those of `paths`. All paths need the same number of points. Beside each strip
    stands the value of ``f`` at the point that the path has reached.

    Returns
    -------
    Animation
        Make it the last expression of a cell. It plays on a page without a kernel.
    """
    routes = together("paths", places("paths", paths, 2))
    words = {"xlim": xlim, "ylim": ylim} | words
    with strips(f, routes, title, alt, words) as (figure, rows):
        played = [
            line
            for axes, color, points in zip(rows, COLORS, routes.values(), strict=False)
            for line in axes.plot(*points.T, "-o", color=color, markersize=4)
        ]
    plt.close(figure)
    tracks = [
        Track(name, axes, color, points, [f"f = {value:.3g}" for value in f(*points.T)])
        for axes, color, (name, points) in zip(rows, COLORS, routes.items(), strict=False)
    ]
    return Animation(figure, tracks, played)


def places(name: str, walks: Mapping[str, ArrayLike], ndim: int) -> dict[str, NDArray[np.float64]]:
    """Return the places in the plane of what moves, checked."""
    wanted = "shape (updates + 1, 2)" if ndim == 2 else "shape (updates + 1, walkers, 2)"
    routes = as_series(name, walks, f"places of {wanted}", ndim)
    for key, points in routes.items():
        if points.shape[-1] != 2:
            raise ValueError(f"{name}[{key!r}] has shape {points.shape}; it needs {wanted}.")
    if len(routes) > len(COLORS):
        raise ValueError(f"{name}: at most {len(COLORS)} fit into a figure; got {len(routes)}.")
    return routes


def together(name: str, routes: dict[str, NDArray[np.float64]]) -> dict[str, NDArray[np.float64]]:
    """Return what plays together, if all of it has equally many points."""
    lengths = {key: len(points) for key, points in routes.items()}
    if len(set(lengths.values())) != 1:
        raise ValueError(f"{name} that play together need equally many points; got {lengths}.")
    return routes


@contextmanager
def strips(
    f: Function,
    routes: Mapping[str, NDArray[np.float64]],
    title: str,
    alt: str,
    words: Mapping[str, Any],
) -> Iterator[tuple[Figure, list[Axes]]]:
    """Draw the contour lines, the start, and the lowest point unless it lies at the edge."""
    check_function("f", f, "f(x1, x2) returns the height at each place")
    sides = [check_limits(side, words[side]) for side in ("xlim", "ylim")]
    x1, x2 = np.meshgrid(*(np.linspace(low, high, 161) for low, high in sides))
    height = as_numbers("f", f(x1, x2), "the height at each place", 2)
    low = np.unravel_index(np.nanargmin(height), height.shape)
    # Levels at squares: evenly spaced lines on a bowl, and enough of them near its bottom.
    levels = np.nanmin(height) + np.ptp(height) * np.linspace(0.07, 1, 11) ** 2
    words = {"xlabel": "$x_1$", "ylabel": "$x_2$"} | dict(words)
    inches = 0.9 + 1.5 * len(routes)
    with drawing(title, alt, words, len(routes), sharex=True, height=inches) as (figure, grid):
        rows = list(np.ravel(grid))
        for axes, color, (name, points) in zip(rows, COLORS, routes.items(), strict=False):
            axes.grid(False)
            axes.contour(x1, x2, height, levels=levels, colors=[CONTOUR], linewidths=0.8)
            if all(0 < i < n - 1 for i, n in zip(low, height.shape, strict=True)):
                axes.plot(x1[low], x2[low], "+", color=INK, markersize=10, markeredgewidth=1.5)
            axes.plot(
                *points.reshape(-1, 2)[0],
                "o",
                color=BACKGROUND,
                markeredgecolor=MUTED,
                markersize=9,
            )
            axes.set_title(name, color=color, fontweight="bold")
        yield figure, rows
