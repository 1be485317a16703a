"""Where single steps land."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from ...arguments import check_function, check_numbers
from ...plots.drawing import as_series, check_limits, drawing, draws
from ...plots.figure import Figure
from ...plots.style import BACKGROUND, COLORS, INK, MARKERS, MUTED


@draws
def landings(
    f: Callable[[Any], Any],
    start: float,
    ends: Mapping[str, float],
    *,
    title: str,
    alt: str,
    xlim: tuple[float, float],
    **words: Any,
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
    title, alt
        As for `minigrad.plots.loss_curves`.
    xlim : (float, float)
        The part of the line that is drawn.
    **words
        As for `minigrad.plots.loss_curves`.
    """
    check_function("f", f, "f(x) returns the height at each place")
    check_numbers("landings", start=start)
    check_limits("xlim", xlim)
    places = {name: float(end) for name, end in as_series("ends", ends, "places", 0).items()}
    x = np.linspace(*xlim, 201)
    words = {"xlim": xlim, "xlabel": "$x$", "ylabel": "loss"} | words
    with drawing(title, alt, words) as (figure, axes):
        axes.plot(x, f(x), color=MUTED, linestyle="-")
        axes.plot(start, f(start), "o", color=BACKGROUND, markeredgecolor=INK, markersize=11)
        axes.annotate(
            "you are here", (start, f(start)), (10, 4), textcoords="offset points", va="center"
        )
        for (label, end), color, marker in zip(places.items(), COLORS, MARKERS, strict=False):
            axes.plot(end, f(end), marker, color=color, markersize=10)
            axes.annotate(
                label, (end, f(end)), (0, 12), textcoords="offset points",
                ha="center", color=color, fontweight="bold",
            )  # fmt: skip
        axes.margins(y=0.12)
    return figure
