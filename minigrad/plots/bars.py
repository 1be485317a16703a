"""A few amounts, compared."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from .drawing import as_series, drawing, draws
from .figure import Figure
from .style import COLORS

HATCHES = ("", "//", "..", "xx")


@draws
def bars(
    amounts: Mapping[str, float], *, title: str, alt: str, digits: int = 0, **words: Any
) -> Figure:
    """Draw amounts as horizontal bars from 0, each with its number.

    Parameters
    ----------
    amounts : mapping from str to float
        Name of a bar and its length, from top to bottom; none is negative.
    title, alt
        As for `loss_curves`.
    digits : int
        How many digits of a number stand behind the point.
    **words
        As for `loss_curves`. With ``xscale="log"`` each step to the right is ten times as much, and
        the length of a bar says nothing: the place of its end does.
    """
    lengths = {k: float(v) for k, v in as_series("amounts", amounts, "amounts", 0).items()}
    top = max(lengths.values())
    if not (min(lengths.values()) >= 0 and 0 < top < np.inf):
        raise ValueError(f"amounts are finite, not negative, and not all 0; got {lengths}.")
    log = words.get("xscale") == "log"
    ends = (0.5, 10 * top) if log else (0, 1.18 * top)
    words = {"xlim": ends, "ylim": (len(lengths) - 0.5, -0.5)} | words
    with drawing(title, alt, words, height=1.1 + 0.5 * len(lengths)) as (figure, axes):
        axes.grid(False, axis="y")
        for place, (name, amount) in enumerate(lengths.items()):
            n = place % len(HATCHES)
            axes.barh(
                name, amount, height=0.6,
                facecolor=f"{COLORS[n]}40", edgecolor=COLORS[n], hatch=HATCHES[n],
            )  # fmt: skip
            axes.annotate(
                f"{amount:,.{digits}f}", (amount, place), (6, 0),
                textcoords="offset points", va="center",
            )  # fmt: skip
        axes.tick_params(axis="y", length=0)
    return figure
