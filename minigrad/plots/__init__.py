"""Every figure that the lessons share, each with alternative text."""

from .animation import Animation, Track
from .curves import loss_curves
from .descent import animate_paths, landings, paths
from .figure import Figure, subplots
from .graph import Diagram, graph
from .images import images
from .range_test import range_curve
from .rates import against_rate
from .slider import Slider
from .style import COLORS, LINESTYLES, MARKERS, use_style

__all__ = [
    "COLORS",
    "LINESTYLES",
    "MARKERS",
    "Animation",
    "Diagram",
    "Figure",
    "Slider",
    "Track",
    "against_rate",
    "animate_paths",
    "graph",
    "images",
    "landings",
    "loss_curves",
    "paths",
    "range_curve",
    "subplots",
    "use_style",
]
