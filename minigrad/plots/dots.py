"""Every run of a comparison as a dot, so that overlaps are seen."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from .drawing import as_named, as_series, check_limits, drawing, draws
from .figure import Figure
from .style import COLORS, INK

Results = Mapping[str, ArrayLike]


@draws
def dots(panels: Mapping[str, Results], *, title: str, alt: str, **words: Any) -> Figure:
    """Draw the results of contenders, a dot for each run and a bar at the median.

    Parameters
    ----------
    panels : mapping from str to (mapping from str to array-like)
        Panels side by side. Each has a heading (``""`` for none) and holds contenders, drawn
        from top to bottom in the order of the first panel, with one number for each run. A
        contender may be missing from a later panel.
    title, alt, **words
        As for `loss_curves`. A run beyond the right end of ``xlim`` becomes an arrow there.

    Examples
    --------
    >>> results = {"constant": [1.0, 1.1, 1.2], "linear": [0.9, 0.95, 0.96]}
    >>> _ = dots({"": results}, title="Linear is lower", alt="Two rows of three dots.")
    """
    results = {
        heading: as_series(f"panels[{heading!r}]", named, "one number for each run", 1)
        for heading, named in as_named("panels", panels, "results").items()
    }
    names = list(next(iter(results.values())))
    if unknown := {name for runs in results.values() for name in runs} - set(names):
        raise ValueError(f"panels: the first panel lacks {', '.join(sorted(unknown))}.")
    words = {"xlabel": "loss", "ylim": (len(names) - 0.5, -0.5)} | words
    end = check_limits("xlim", words["xlim"])[1] if "xlim" in words else np.inf
    with drawing(
        title, alt, words, 1, len(results), height=1.4 + 0.33 * len(names), sharex=True, sharey=True
    ) as (figure, grid):
        for axes, (heading, contenders) in zip(np.ravel(grid), results.items(), strict=True):
            for name, runs in contenders.items():
                row, inside = names.index(name), np.isfinite(runs) & (runs <= end)
                axes.plot(
                    runs[inside], np.full(inside.sum(), row),
                    "o", color=COLORS[0], alpha=0.55, markeredgewidth=0,
                )  # fmt: skip
                if not inside.all():
                    # Beyond the end of the axes, wherever that is.
                    axes.plot(
                        1, row, ">", color=COLORS[1], clip_on=False, markersize=8,
                        transform=axes.get_yaxis_transform(),
                    )  # fmt: skip
                axes.plot(np.median(runs), row, "|", color=INK, markersize=15, markeredgewidth=2)
            axes.set_title(heading)
        np.ravel(grid)[0].set_yticks(range(len(names)), names)
    return figure
