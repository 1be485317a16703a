"""What each token of a translation looked at."""

from collections.abc import Sequence

from matplotlib.colors import LinearSegmentedColormap
from numpy.typing import ArrayLike

from ...arguments import as_numbers
from ...plots.drawing import as_names, check_lengths, drawing, draws
from ...plots.figure import Figure
from ...plots.style import BACKGROUND, COLORS

SHADES = LinearSegmentedColormap.from_list("alignment", [BACKGROUND, COLORS[0], "#0b2f57"])


@draws
def alignment(
    weights: ArrayLike, source: Sequence[str], target: Sequence[str], *, title: str, alt: str
) -> Figure:
    """Draw the weights of attention: a row for each token written, a column for each one read.

    Parameters
    ----------
    weights : array-like, shape (len(target), len(source))
        From 0, as light as the page, to 1, dark.
    source, target : sequence of str
        What is read, written above; what is written, at the left, from top to bottom.
    title, alt
        As for `minigrad.plots.loss_curves`.

    Examples
    --------
    >>> _ = alignment([[0.9, 0.1], [0, 1]], ["5", "May"], ["wǔ", "yuè"], title="Two", alt="Two.")
    """
    table = as_numbers("weights", weights, "shape (len(target), len(source))", 2)
    read = as_names("source", source, "one for each column")
    written = as_names("target", target, "one for each row")
    check_lengths(**{"rows of weights": table.shape[0], "target": len(written)})
    check_lengths(**{"columns of weights": table.shape[1], "source": len(read)})
    height = 1.0 + 5.2 * len(written) / max(len(read), 16)
    with drawing(title, alt, {}, height=height) as (figure, axes):
        axes.imshow(table, cmap=SHADES, vmin=0, vmax=1)
        axes.set_xticks(range(len(read)), read)
        axes.set_yticks(range(len(written)), written)
        axes.tick_params(top=True, labeltop=True, bottom=False, labelbottom=False, length=0)
        axes.grid(False)
        axes.spines[:].set_visible(False)
        for edge in range(len(written) + 1):
            axes.axhline(edge - 0.5, color=BACKGROUND, linewidth=1)
    return figure
