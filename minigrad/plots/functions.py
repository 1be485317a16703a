"""Functions of one number."""

from collections.abc import Mapping
from typing import Any

from numpy.typing import ArrayLike

from ..arguments import as_numbers
from .curves import line_with_band
from .drawing import as_series, check_lengths, drawing, draws
from .figure import Figure
from .style import MUTED, look


@draws
def functions(
    x: ArrayLike, values: Mapping[str, ArrayLike], *, title: str, alt: str, **words: Any
) -> Figure:
    """Draw several functions of one number over each other.

    Parameters
    ----------
    x : array-like, shape (points,)
        Where they were computed.
    values : mapping from str to array-like
        Name of a function and its values, shape ``(points,)``. A line has a gap where a value is
        not finite.
    title, alt, **words
        As for `loss_curves`.
    """
    places = as_numbers("x", x, "the places", 1)
    lines = as_series("values", values, "the values at each x", 1)
    check_lengths(x=places.size, **{name: line.size for name, line in lines.items()})
    step = max(1, places.size // 8)
    with drawing(title, alt, {"xlabel": "$x$"} | words) as (figure, axes):
        if words.get("yscale") != "log":
            axes.axhline(0, color=MUTED, linewidth=0.8, linestyle="-")
        for index, (name, line) in enumerate(lines.items()):
            every = (step * (index + 1) // (len(lines) + 1), step)
            line_with_band(axes, places, line, label=name, markevery=every, **look(index))
        axes.legend()
    return figure
