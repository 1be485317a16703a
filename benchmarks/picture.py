"""The picture: how many times as fast as PyTorch, row by row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.ticker import FuncFormatter

from minigrad.plots import subplots
from minigrad.plots.figure import Figure
from minigrad.plots.style import COLORS, INK, MUTED

from . import catalogue, results

# name, colour, marker, size; ours last, on top
SERIES = (
    ("NumPy", MUTED, "x", 5),
    ("torch.compile", COLORS[3], "v", 5),
    ("JAX", COLORS[1], "s", 5),
    ("minigrad", COLORS[0], "o", 6),
    ("minigrad replayed", COLORS[0], "D", 7),
)


def draw(measured: Mapping[str, Any]) -> Figure:
    """Draw the ratio of each contender to PyTorch, with quartiles, on a logarithmic axis."""
    rows = [row for row in catalogue.rows() if row.name in measured]
    ratios = [results.ratios(row, measured[row.name]["seconds"]) for row in rows]
    figure, axes = subplots(alt=_words(ratios), figsize=(7.4, 1.5 + 0.3 * len(rows)))
    axes.axvline(1, color=INK, linewidth=1)
    for name, color, marker, size in SERIES:
        filled = color if name != "minigrad" else axes.get_facecolor()
        for y, faster in enumerate(ratios):
            if name not in faster:
                continue
            low, middle, high = np.percentile(faster[name], (25, 50, 75))
            axes.plot([low, high], [y, y], color=color, linewidth=1.5, linestyle="-")
            axes.plot(middle, y, marker, color=color, markersize=size, markerfacecolor=filled)
        axes.plot([], [], marker, color=color, markersize=size, markerfacecolor=filled, label=name)
    axes.set_xscale("log")
    axes.set_yticks(range(len(rows)), [row.work for row in rows])
    axes.set_ylim(len(rows), -1)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:g}×"))
    axes.tick_params(length=0)
    axes.set_xlabel("times as fast as PyTorch, one thread (more is better)")
    figure.legend(loc="outside upper center", ncols=len(SERIES), frameon=False)
    return figure


def _words(ratios: list[dict[str, np.ndarray]]) -> str:
    """Return what the picture shows."""
    parts = []
    for name in ("minigrad", "minigrad replayed", "JAX"):
        medians = [float(np.median(faster[name])) for faster in ratios if name in faster]
        if medians:
            parts.append(
                f"{name} is ahead of PyTorch in {sum(m > 1 for m in medians)} of {len(medians)} "
                f"rows, by {np.median(medians):.1f} times in the median one"
            )
    return (
        "Dots on a logarithmic axis, a row for each piece of work: how many times as fast as "
        f"PyTorch. {'; '.join(parts)}. The table holds the figures."
    )
