"""What a learning rate leads to, drawn over a range of rates."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from ..arguments import as_numbers
from .curves import line_with_band
from .drawing import as_series, check_lengths, drawing, draws
from .figure import Figure
from .style import INK, look, style

HEIGHTS = (("top", 0.99), ("bottom", 0.01), ("center", 0.5), ("center", 0.4), ("center", 0.6))


@draws
def against_rate(
    rates: ArrayLike,
    results: Mapping[str, ArrayLike],
    *,
    title: str,
    alt: str,
    marks: Mapping[str, float] | None = None,
    **words: Any,
) -> Figure:
    """Draw results against the learning rate, with some rates marked by name.

    Parameters
    ----------
    rates : array-like, shape (rates,)
        The rates, rising. Up to two dozen get a marker each.
    results : mapping from str to array-like
        Name of a result and its value for every rate, shape ``(rates,)``, or ``(seeds, rates)`` for
        a median with its spread as a band. A line has a gap where its value is not finite. A single
        result gets no legend.
    title, alt
        As for `loss_curves`.
    marks : mapping from str to float, optional
        Names of rates that get a vertical line.
    **words
        As for `loss_curves`. The rates stand on a logarithmic axis, unless ``xscale="linear"``.

    Examples
    --------
    >>> eta = np.linspace(0, 3, 61)
    >>> words = {"title": "A V", "alt": "A V.", "xscale": "linear"}
    >>> _ = against_rate(eta, {"|1 - η|": abs(1 - eta)}, marks={"best": 1.0}, **words)
    """
    x = as_numbers("rates", rates, "rising", 1)
    lines = as_series("results", results, "shape (rates,) or (seeds, rates)", 1, 2)
    check_lengths(rates=x.size, **{name: line.shape[-1] for name, line in lines.items()})
    marked = as_series("marks", marks, "rates", 0) if marks is not None else {}
    words = {"xscale": "log", "xlabel": "learning rate η", "ylabel": "loss"} | words
    with drawing(title, alt, words) as (figure, axes):
        for index, (name, line) in enumerate(lines.items()):
            marker = {} if x.size <= 24 else {"marker": None}
            line_with_band(axes, x, line, label=name, **look(index) | marker)
        if len(lines) > 1:
            axes.legend()
        for rate in marked.values():
            axes.axvline(float(rate), color=INK, linestyle=(0, (2, 2)), linewidth=1)
    if marked:
        with style():
            figure.draw_without_rendering()  # finds the place of everything
            _name(axes, {name: float(rate) for name, rate in marked.items()})
    return figure


def _name(axes: Axes, marks: Mapping[str, float]) -> None:
    """Write the names of marked rates beside their lines, where each covers the least."""
    paths = [line.get_transform().transform_path(line.get_path()) for line in axes.lines]
    drawn = np.concatenate([path.interpolated(100).vertices for path in paths])
    legend = axes.get_legend()
    taken = [] if legend is None else [legend.get_window_extent()]
    for name, rate in marks.items():
        tries = [
            axes.annotate(
                name, (rate, height), (-3, 0), xycoords=axes.get_xaxis_transform(),
                textcoords="offset points", rotation=90, ha="right", va=va,
            )
            for va, height in HEIGHTS
        ]  # fmt: skip
        boxes = [text.get_window_extent() for text in tries]
        covered = [
            (box.count_overlaps(taken), box.padded(2).count_contains(drawn)) for box in boxes
        ]
        del tries[covered.index(min(covered))]
        for text in tries:
            text.remove()
