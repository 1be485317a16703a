"""Every figure that the lessons share, each with alternative text."""

from .animation import Animation, Track
from .curves import loss_curves
from .descent import animate_paths, landings, paths
from .dots import dots
from .figure import Figure, subplots
from .flipbook import Flipbook
from .graph import Diagram, graph
from .images import images
from .plane import plane
from .range_test import range_curve
from .rate_and_loss import rate_and_loss
from .rates import against_rate
from .signed import signed_tiles
from .slider import Slider
from .style import COLORS, LINESTYLES, MARKERS, use_style
from .tangent import tangent
from .value_graph import animate_walk, value_graph

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
    "animate_walk",
    "dots",
    "graph",
    "images",
    "landings",
    "loss_curves",
    "paths",
    "plane",
    "range_curve",
    "rate_and_loss",
    "signed_tiles",
    "subplots",
    "tangent",
    "use_style",
    "value_graph",
]
