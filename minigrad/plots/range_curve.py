"""The picture of a range test."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ..arguments import as_numbers
from .drawing import check_lengths, drawing, draws
from .figure import Figure
from .style import COLORS, MUTED, look


@draws
def range_curve(
    rates: ArrayLike,
    losses: ArrayLike,
    smoothed: ArrayLike,
    marks: Mapping[str, float] | None = None,
    *,
    title: str,
    alt: str,
    **words: Any,
) -> Figure:
    """Draw the loss against the learning rate on a logarithmic axis, and mark some rates.

    An explosion is cut off at the top.

    Parameters
    ----------
    rates, losses, smoothed : array-like, shape (updates,)
        A range test: rate, loss, and loss without its noise.
    marks : mapping from str to float, optional
        Rates to mark, by name.
    title, alt, **words
        As for `loss_curves`.
    """
    x = as_numbers("rates", rates, "the rate of each update", 1)
    y = as_numbers("losses", losses, "the loss of each update", 1)
    curve = as_numbers("smoothed", smoothed, "the loss without its noise", 1)
    check_lengths(rates=x.size, losses=y.size, smoothed=curve.size)
    words = {"xscale": "log", "xlabel": "learning rate", "ylabel": "loss"} | words
    finite = curve[np.isfinite(curve)]
    if finite.size and finite.min() < finite[0]:  # an explosion would flatten all before it
        low, start = finite.min(), finite[0]
        words = {"ylim": (low - 0.2 * (start - low), start + 0.4 * (start - low))} | words
    with drawing(title, alt, words) as (figure, axes):
        axes.plot(x, y, ".", color=MUTED, alpha=0.5, label="each update")
        axes.plot(x, curve, color=COLORS[0], linestyle="-", label="smoothed")
        for index, (name, rate) in enumerate((marks or {}).items(), start=1):
            axes.axvline(rate, markevery=[0], label=f"{name}: {rate:.2g}", **look(index))
        axes.legend(loc="lower left")
    return figure
