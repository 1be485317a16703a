"""The learning rate and the loss of the same runs, one above the other."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ..arguments import as_numbers
from .curves import line_with_band
from .drawing import as_named, drawing, draws, set_words
from .figure import Figure
from .style import look


@draws
def rate_and_loss(
    runs: Mapping[str, tuple[ArrayLike, ArrayLike]], *, title: str, alt: str, **words: Any
) -> Figure:
    """Draw the rates that runs used, and below them what became of the loss.

    Parameters
    ----------
    runs : mapping from str to (rates, losses)
        Name of a run; the rate of each update, shape ``(updates,)``; and the losses, shape
        ``(k,)``, or ``(seeds, k)`` for a median with its spread as a band. The k losses were
        measured at equal distances, from before the first update to after the last.
    title, alt
        As for `loss_curves`.
    **words
        As for `loss_curves`, of the lower axes.

    Examples
    --------
    >>> runs = {"constant": ([0.1, 0.1], [3.0, 2.0, 1.5])}
    >>> _ = rate_and_loss(runs, title="It falls", alt="A constant rate and a falling loss.")
    """
    pairs = {}
    for name, pair in as_named("runs", runs, "pairs (rates, losses)").items():
        if not isinstance(pair, tuple | list) or len(pair) != 2:
            raise TypeError(f"runs[{name!r}] is a pair (rates, losses); got {pair!r}.")
        pairs[name] = (
            as_numbers(f"the rates of runs[{name!r}]", pair[0], "one for each update", 1),
            as_numbers(f"the losses of runs[{name!r}]", pair[1], "shape (k,) or (seeds, k)", 1, 2),
        )
    with drawing(title, alt, {}, 2, sharex=True, height=4.6, height_ratios=[2, 3]) as (
        figure,
        ((above,), (below,)),
    ):
        for index, (name, (rates, losses)) in enumerate(pairs.items()):
            # A rate of 0 lies on the axis: do not let the axis cut it in half.
            line = look(index) | {"marker": None}
            above.plot(np.arange(rates.size), rates, clip_on=False, zorder=3, **line)
            k = losses.shape[-1]
            updates, every = np.linspace(0, rates.size, k), max(1, k // 10)
            line_with_band(below, updates, losses, label=name, markevery=every, **look(index))
        above.set_ylabel("learning rate")
        above.set_ylim(bottom=0)
        set_words(below, {"xlabel": "update", "ylabel": "loss"} | words)
        if len(pairs) > 1:
            # Outside, because there is no corner that every loss curve leaves free.
            handles, names = below.get_legend_handles_labels()
            figure.legend(handles, names, loc="outside lower center", ncols=min(3, len(pairs)))
    return figure
