"""Every figure that the lessons share, each with alternative text."""

from .animation import Animation, Track
from .curves import loss_curves
from .descent import animate_paths, paths
from .figure import Figure, subplots
from .graph import Diagram, graph
from .style import COLORS, LINESTYLES, MARKERS, use_style

__all__ = [
    "COLORS",
    "LINESTYLES",
    "MARKERS",
    "Animation",
    "Diagram",
    "Figure",
    "Track",
    "animate_paths",
    "graph",
    "loss_curves",
    "paths",
    "subplots",
    "use_style",
]
