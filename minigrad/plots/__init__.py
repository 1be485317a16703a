"""Every figure that the lessons share, each with alternative text."""

from .animation import Animation, Track
from .bars import bars
from .clouds import animate_clouds, clouds
from .curves import loss_curves
from .descent import animate_paths, landings, paths
from .dots import dots
from .figure import Figure, subplots
from .flipbook import Flipbook
from .flowchart import flowchart
from .functions import functions
from .graph import Diagram, graph
from .grids import Grid, animate_broadcast, broadcast, grids
from .images import images
from .plane import plane
from .range_curve import range_curve
from .range_film import animate_range
from .rate_and_loss import rate_and_loss
from .rate_chart import rate_chart
from .rates import against_rate
from .regions import animate_regions, regions
from .searches import searches
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
    "Grid",
    "Slider",
    "Track",
    "against_rate",
    "animate_broadcast",
    "animate_clouds",
    "animate_paths",
    "animate_range",
    "animate_regions",
    "animate_walk",
    "bars",
    "broadcast",
    "clouds",
    "dots",
    "flowchart",
    "functions",
    "graph",
    "grids",
    "images",
    "landings",
    "loss_curves",
    "paths",
    "plane",
    "range_curve",
    "rate_and_loss",
    "rate_chart",
    "regions",
    "searches",
    "signed_tiles",
    "subplots",
    "tangent",
    "use_style",
    "value_graph",
]
