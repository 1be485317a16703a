"""A curve that was fitted to points, beside the curve that they were measured on."""

from collections.abc import Mapping
from typing import Any

from numpy.typing import ArrayLike

from ...arguments import as_numbers
from ...plots.curves import line_with_band
from ...plots.drawing import as_series, check_lengths, drawing, draws
from ...plots.figure import Figure
from ...plots.style import INK, look


@draws
def fits(
    points: tuple[ArrayLike, ArrayLike],
    x: ArrayLike,
    curves: Mapping[str, ArrayLike],
    *,
    title: str,
    alt: str,
    **words: Any,
) -> Figure:
    """Draw points, and curves that run through or past them.

    Parameters
    ----------
    points : pair of array-like, shape (2, points)
        Where was measured, and what.
    x : array-like, shape (places,)
        Where the curves were computed.
    curves : mapping from str to array-like
        Name of a curve and its heights, shape ``(places,)``.
    title, alt, **words
        As for `minigrad.plots.loss_curves`.

    Examples
    --------
    >>> words = {"title": "A line", "alt": "Two points and a line."}
    >>> _ = fits(([0, 1], [0.1, 0.9]), [0, 1], {"line": [0, 1]}, **words)
    """
    measured = as_numbers("points", points, "two rows: where was measured, and what", 2)
    if len(measured) != 2:
        raise ValueError(f"points has two rows, where was measured, and what; got {len(measured)}.")
    places = as_numbers("x", x, "the places", 1)
    lines = as_series("curves", curves, "the height at each x", 1)
    check_lengths(x=places.size, **{name: line.size for name, line in lines.items()})
    with drawing(title, alt, {"xlabel": "$x$"} | words) as (figure, axes):
        for index, (name, line) in enumerate(lines.items()):
            line_with_band(axes, places, line, label=name, **look(index) | {"marker": None})
        axes.plot(*measured, "o", color=INK, markersize=4, linestyle="none", label="measured")
        axes.legend()
    return figure
