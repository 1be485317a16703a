"""Figures that more than one lesson draws, each with alternative text."""

from .animation import Animation, Track
from .bars import bars
from .curves import loss_curves
from .descent import animate_paths, paths
from .dots import dots
from .figure import Figure, subplots
from .flipbook import Flipbook
from .functions import functions
from .graph import Diagram, graph
from .images import images
from .range_curve import range_curve
from .rate_and_loss import rate_and_loss
from .rates import against_rate
from .signed import signed_tiles
from .slider import Slider
from .style import COLORS, LINESTYLES, MARKERS, use_style

__all__ = [
    "COLORS",
    "LINESTYLES",
    "MARKERS",
    "Animation",
    "Diagram",
    "Figure",
    "Flipbook",
    "Slider",
    "Track",
    "against_rate",
    "animate_paths",
    "bars",
    "dots",
    "functions",
    "graph",
    "images",
    "loss_curves",
    "paths",
    "range_curve",
    "rate_and_loss",
    "signed_tiles",
    "subplots",
    "use_style",
]
