"""How often sizes occur, over several powers of ten."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ...arguments import as_numbers
from ...plots.drawing import as_series, drawing, draws
from ...plots.figure import Figure
from ...plots.style import COLORS, INK


@draws
def histogram(
    sizes: ArrayLike, marks: Mapping[str, float], *, title: str, alt: str, **words: Any
) -> Figure:
    """Draw how often positive numbers occur, on a logarithmic axis, and a few thresholds.

    Parameters
    ----------
    sizes : array-like, shape (n,)
        The numbers; those that are not positive and finite are left out.
    marks : mapping from str to float
        Name of a threshold, and where it stands.
    title, alt, **words
        As for `minigrad.plots.loss_curves`.

    Examples
    --------
    >>> words = {"title": "Mostly near 1", "alt": "A histogram."}
    >>> _ = histogram([0.5, 1, 1, 2, 30], {"c": 2.0}, **words)
    """
    values = as_numbers("sizes", sizes, "positive numbers", 1)
    values = values[np.isfinite(values) & (values > 0)]
    if not values.size:
        raise ValueError("sizes holds no positive, finite number.")
    places = {name: float(place) for name, place in as_series("marks", marks, "places", 0).items()}
    low, high = np.log10(values.min()), np.log10(values.max())
    edges = np.logspace(low - 0.05, high + 0.05, 31)
    words = {"xscale": "log", "ylabel": "updates"} | words
    with drawing(title, alt, words) as (figure, axes):
        axes.hist(values, edges, color=f"{COLORS[0]}60", edgecolor=COLORS[0])
        top = axes.get_ylim()[1]
        for name, place in places.items():
            axes.axvline(place, color=INK, linestyle="--", linewidth=1.5)
            axes.annotate(name, (place, top), (5, -12), textcoords="offset points")
    return figure
