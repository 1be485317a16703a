"""Paths of an optimizer over a function of two parameters, still and moving."""

from collections.abc import Callable, Mapping
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike, NDArray

from .animation import Animation, Track
from .figure import Figure, subplots
from .style import BACKGROUND, COLORS, CONTOUR, INK, MARKERS, MUTED, style

Function = Callable[[Any, Any], Any]
Limits = tuple[float, float]


def landings(
    f: Callable[[Any], Any],
    start: float,
    ends: Mapping[str, float],
    *,
    title: str,
    alt: str,
    xlim: Limits,
    name: str = "$x$",
) -> Figure:
    """Draw where single steps on a function of one parameter land.

    Parameters
    ----------
    f : callable
        Takes a NumPy array and returns the values of the function.
    start : float
        Where every step begins.
    ends : mapping from str to float
        Name of a step and the place where it lands.
    title : str
        What the figure shows, as a sentence.
    alt : str
        The alternative text.
    xlim : (float, float)
        The part of the line that is drawn.
    name : str, optional
        Name of the parameter.

    Returns
    -------
    Figure
        Show it with ``plt.show()``.
    """
    x = np.linspace(*xlim, 201)
    figure, axes = subplots(alt=alt)
    with style():
        axes.plot(x, f(x), color=MUTED, linestyle="-")
        axes.plot(start, f(start), "o", color=BACKGROUND, markeredgecolor=INK, markersize=11)
        axes.annotate(
            "you are here", (start, f(start)), (10, 4), textcoords="offset points", va="center"
        )
        for (label, end), color, marker in zip(ends.items(), COLORS, MARKERS, strict=False):
            axes.plot(end, f(end), marker, color=color, markersize=10)
            axes.annotate(
                label, (end, f(end)), (0, 12), textcoords="offset points",
                ha="center", color=color, fontweight="bold",
            )  # fmt: skip
        axes.set(xlim=xlim, xlabel=name, ylabel="loss")
        axes.margins(y=0.12)
        axes.set_title(title)
    return figure


def paths(
    f: Function,
    paths: Mapping[str, ArrayLike],
    *,
    title: str,
    alt: str,
    xlim: Limits,
    ylim: Limits,
    names: tuple[str, str] = ("$x_1$", "$x_2$"),
) -> Figure:
    """Draw paths over the contour lines of a function, one strip for each path.

    Parameters
    ----------
    f : callable
        Takes two NumPy arrays of equal shape and returns the values of the function.
    paths : mapping from str to array-like
        Name of a path and its points, shape ``(updates + 1, 2)``; the first is the start.
    title : str
        What the figure shows, as a sentence.
    alt : str
        The alternative text.
    xlim, ylim : (float, float)
        The part of the plane that is drawn; a path that leaves it is cut off.
    names : (str, str), optional
        Names of the two parameters.

    Returns
    -------
    Figure
        Show it with ``plt.show()``.
    """
    figure, rows = strips(f, _points(paths), title, alt, xlim, ylim, names)
    for axes, color, points in zip(rows, COLORS, _points(paths).values(), strict=False):
        axes.plot(*points.T, "-o", color=color, markersize=4)
    return figure


def animate_paths(
    f: Function,
    paths: Mapping[str, ArrayLike],
    *,
    title: str,
    alt: str,
    xlim: Limits,
    ylim: Limits,
    names: tuple[str, str] = ("$x_1$", "$x_2$"),
) -> Animation:
    """Play paths over the contour lines of a function, one strip for each path.

    The parameters are those of `paths`. All paths need the same number of points. Beside each strip
    stands the value of ``f`` at the point that the path has reached.

    Returns
    -------
    Animation
        Make it the last expression of a cell. It plays on a page without a kernel.
    """
    routes = _points(paths)
    lengths = {name: len(points) for name, points in routes.items()}
    if len(set(lengths.values())) != 1:
        raise ValueError(f"Paths that play together need equally many points, not {lengths}.")
    figure, rows = strips(f, routes, title, alt, xlim, ylim, names)
    for axes, color, points in zip(rows, COLORS, routes.values(), strict=False):
        # The still picture that remains where no script runs, and the ghost of what is to come.
        axes.plot(*points.T, "-o", color=color, markersize=3, linewidth=1, alpha=0.3)
    plt.close(figure)
    tracks = [
        Track(name, axes, color, points, [f"f = {value:.3g}" for value in f(*points.T)])
        for axes, color, (name, points) in zip(rows, COLORS, routes.items(), strict=False)
    ]
    return Animation(figure, tracks)


def _points(paths: Mapping[str, ArrayLike]) -> dict[str, NDArray[np.float64]]:
    routes = {name: np.asarray(points, dtype=float) for name, points in paths.items()}
    for name, points in routes.items():
        if points.ndim != 2 or points.shape[1] != 2:
            raise ValueError(f"Path {name!r} has shape {points.shape}; it needs (points, 2).")
    if not 1 <= len(routes) <= len(COLORS):
        raise ValueError(f"One to {len(COLORS)} paths fit into a figure, not {len(routes)}.")
    return routes


def strips(
    f: Function,
    routes: Mapping[str, NDArray[np.float64]],
    title: str,
    alt: str,
    xlim: Limits,
    ylim: Limits,
    names: tuple[str, str],
) -> tuple[Figure, list[Axes]]:
    """Draw the contour lines, the start, and the lowest point, one strip for each path."""
    x1, x2 = np.meshgrid(np.linspace(*xlim, 161), np.linspace(*ylim, 161))
    height = f(x1, x2)
    low = np.unravel_index(np.argmin(height), height.shape)
    # Levels at squares: evenly spaced lines on a bowl, and enough of them near its bottom.
    levels = height.min() + np.ptp(height) * np.linspace(0.07, 1, 11) ** 2
    figure, grid = subplots(
        len(routes), 1, alt=alt, sharex=True, squeeze=False, figsize=(7, 0.9 + 1.45 * len(routes))
    )
    rows = list(grid[:, 0])
    with style():
        figure.suptitle(title, x=0.02, ha="left")
        for axes, color, (name, points) in zip(rows, COLORS, routes.items(), strict=False):
            axes.grid(False)
            axes.contour(x1, x2, height, levels=levels, colors=[CONTOUR], linewidths=0.8)
            axes.plot(x1[low], x2[low], "+", color=INK, markersize=10, markeredgewidth=1.5)
            axes.plot(*points[0], "o", color=BACKGROUND, markeredgecolor=MUTED, markersize=9)
            axes.set(xlim=xlim, ylim=ylim, ylabel=names[1])
            axes.set_title(name, color=color, fontsize=10, pad=4)
        rows[-1].set_xlabel(names[0])
    return figure, rows
