"""One look for every figure: colours that differ without colour vision, on a soft light card.

A figure brings its own light background instead of a transparent one, so that it reads the same
on a light page, on a dark page and on paper. Every colour has at least 4.5 : 1 contrast against
that background (enough for text as well as for lines), and every series also has its own line
style and marker.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import matplotlib as mpl
from cycler import cycler
from matplotlib import font_manager

BACKGROUND = "#faf9f6"
INK = "#2a2a2e"
MUTED = "#66666e"
GRID = "#dedcd6"
CONTOUR = "#bdbab2"

# The hues of Okabe and Ito (2008), darkened until they carry text, and apart in lightness where
# colour vision fails: the first three differ for every kind of it.
COLORS = ("#1f6fc4", "#b84a00", "#00523c", "#9a4583", "#2a2a2e", "#7a6200")
LINESTYLES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (1, 1)))
MARKERS = ("o", "s", "^", "D", "v", "P")

WIDTH, HEIGHT = 6.0, 3.6  # of a figure, in inches

# Text falls back on the first of these that is there for what the first font lacks.
CHINESE = (
    "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei", "PingFang SC", "Hiragino Sans GB", "Microsoft YaHei", "SimHei",
)  # fmt: skip
INSTALLED = {font.name for font in font_manager.fontManager.ttflist}

STYLE: Any = {
    "figure.facecolor": BACKGROUND,
    "figure.figsize": (WIDTH, HEIGHT),
    "figure.constrained_layout.use": True,
    "figure.constrained_layout.h_pad": 0.08,
    "figure.constrained_layout.w_pad": 0.12,
    "savefig.facecolor": "auto",
    "font.family": ["DejaVu Sans", *(name for name in CHINESE if name in INSTALLED)],
    "font.size": 11.0,
    "text.color": INK,
    "axes.facecolor": BACKGROUND,
    "axes.edgecolor": MUTED,
    "axes.labelcolor": INK,
    "axes.titlecolor": INK,
    "axes.titlesize": 11.0,
    "axes.titlelocation": "left",
    "axes.titlepad": 4.0,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.prop_cycle": cycler(color=COLORS) + cycler(linestyle=LINESTYLES),
    "figure.titlesize": 12.0,
    "figure.titleweight": "bold",
    "grid.color": GRID,
    "grid.linewidth": 0.8,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "lines.linewidth": 2.0,
    "lines.markersize": 6.0,
    "legend.frameon": False,
    # Text as outlines: the picture does not depend on the reader's fonts.
    "svg.fonttype": "path",
    # The default salt is random, and the same figure would give other bytes every time.
    "svg.hashsalt": "minigrad",
}


def look(index: int) -> dict[str, Any]:
    """Return the colour, line style and marker of series number ``index``; the first 36 differ."""
    turn, n = divmod(index, len(COLORS))
    style = (n + turn) % len(LINESTYLES)
    return {"color": COLORS[n], "linestyle": LINESTYLES[style], "marker": MARKERS[style]}


def use_style() -> None:
    """Make the course's look the default of this session, for figures you draw yourself."""
    mpl.rcParams.update(STYLE)


@contextmanager
def style() -> Iterator[None]:
    """Give the course's look to what is drawn inside a ``with`` block, and to nothing else."""
    with mpl.rc_context(STYLE):
        yield
