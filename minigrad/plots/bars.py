"""A few amounts, compared."""

from collections.abc import Mapping

from .figure import Figure, subplots
from .style import COLORS, style

HATCHES = ("", "//", "..", "xx")


def bars(
    amounts: Mapping[str, float], *, title: str, alt: str, xlabel: str, log: bool = False
) -> Figure:
    """Draw amounts as horizontal bars, each with its number.

    Parameters
    ----------
    amounts : mapping from str to float
        Name of a bar and its length, from top to bottom.
    title : str
        What the figure shows, as a sentence.
    alt : str
        The alternative text.
    xlabel : str
        What is counted, with its unit.
    log : bool
        Whether each step to the right is ten times as much.

    Returns
    -------
    Figure
        Show it with ``plt.show()``.
    """
    figure, axes = subplots(alt=alt, figsize=(7, 1.1 + 0.5 * len(amounts)))
    with style():
        axes.grid(False, axis="y")
        for place, (name, amount) in enumerate(amounts.items()):
            look = place % len(HATCHES)
            axes.barh(
                name, amount, height=0.6,
                facecolor=f"{COLORS[look]}40", edgecolor=COLORS[look], hatch=HATCHES[look],
            )  # fmt: skip
            axes.annotate(
                f"{amount:,.0f}", (amount, place), (6, 0), textcoords="offset points", va="center"
            )
        if log:
            axes.set(xscale="log", xlim=(0.5, 10 * max(amounts.values())))
        else:
            axes.set_xlim(0, 1.15 * max(amounts.values()))
        axes.set(xlabel=xlabel, ylim=(len(amounts) - 0.5, -0.5))
        axes.tick_params(axis="y", length=0)
        axes.set_title(title)
    return figure
