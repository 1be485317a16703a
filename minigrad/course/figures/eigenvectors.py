"""A bowl with its principal directions, at equal scales."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ...arguments import as_numbers, shown
from ...plots.descent import Limits, places
from ...plots.drawing import check_limits, drawing, draws
from ...plots.figure import Figure
from ...plots.style import CONTOUR, INK, WIDTH, look


@draws
def eigenvectors(
    hessian: ArrayLike,
    paths: Mapping[str, ArrayLike] | None = None,
    *,
    title: str,
    alt: str,
    xlim: Limits,
    ylim: Limits,
    **words: Any,
) -> Figure:
    """Draw the bowl x·Hx/2, its eigenvectors with their curvatures, and paths over it.

    Both axes have one scale, so that right angles are right angles.

    Parameters
    ----------
    hessian : array-like, shape (2, 2)
        H, symmetric; its eigenvalues are positive.
    paths : mapping from str to array-like, optional
        Name of a path and its points, shape ``(updates + 1, 2)``.
    title, alt
        As for `minigrad.plots.loss_curves`.
    xlim, ylim : (float, float)
        The part of the plane that is drawn; the lowest point is the origin.
    **words
        As for `minigrad.plots.loss_curves`.

    Examples
    --------
    >>> words = {"title": "A bowl", "alt": "Ellipses.", "xlim": (-3, 3), "ylim": (-2, 2)}
    >>> _ = eigenvectors([[2, 1], [1, 2]], **words)
    """
    h = as_numbers("hessian", hessian, "shape (2, 2)", 2)
    if h.shape != (2, 2) or not np.array_equal(h, h.T) or not np.linalg.eigvalsh(h)[0] > 0:
        raise ValueError(
            "hessian is symmetric, of shape (2, 2), and its eigenvalues are positive; "
            f"got {shown(hessian)}."
        )
    (left, right), (low, high) = check_limits("xlim", xlim), check_limits("ylim", ylim)
    routes = places("paths", paths, 2) if paths is not None else {}
    x1, x2 = np.meshgrid(np.linspace(left, right, 161), np.linspace(low, high, 161))
    height = (h[0, 0] * x1**2 + 2 * h[0, 1] * x1 * x2 + h[1, 1] * x2**2) / 2
    words = {"xlabel": "$x_1$", "ylabel": "$x_2$", "xlim": xlim, "ylim": ylim} | words
    inches = 1.1 + (WIDTH - 0.9) * abs((high - low) / (right - left))
    with drawing(title, alt, words, height=inches) as (figure, axes):
        axes.grid(False)
        axes.set_aspect("equal")
        levels = height.max() * np.linspace(0.07, 1, 11) ** 2
        axes.contour(x1, x2, height, levels=levels, colors=[CONTOUR], linewidths=0.8)
        length = 0.35 * min(abs(high - low), abs(right - left))
        values, vectors = np.linalg.eigh(h)
        for value, vector in zip(values, vectors.T, strict=True):
            tip = length * vector * np.sign(vector[np.argmax(abs(vector))])
            axes.annotate(
                "", tip, (0, 0), arrowprops={"arrowstyle": "->", "color": INK, "linewidth": 2}
            )
            axes.annotate(
                f"λ = {value:.3g}", tip, (4, 4), textcoords="offset points", fontweight="bold"
            )
        for index, (name, points) in enumerate(routes.items()):
            axes.plot(*points.T, label=name, markersize=4, **look(index))
        if routes:
            axes.legend()
    return figure
