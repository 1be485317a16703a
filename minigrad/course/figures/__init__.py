"""Figures that one lesson draws; what several draw is in `minigrad.plots`."""

from .alignment import alignment
from .carts import animate_carts
from .circles import circles
from .clipped import clipped
from .clouds import animate_clouds, clouds
from .confusion import confusion
from .eigenvectors import eigenvectors
from .fits import fits
from .flowchart import flowchart
from .grids import Grid, animate_broadcast, broadcast, grids
from .histogram import histogram
from .histograms import histograms
from .landings import landings
from .network import network
from .plane import plane
from .range_film import animate_range
from .rate_chart import rate_chart
from .regions import animate_regions, regions
from .searches import searches
from .tangent import tangent
from .tile_map import animate_tile_map, tile_map
from .value_graph import animate_walk, value_graph
from .walls import walls

__all__ = [
    "Grid",
    "alignment",
    "animate_broadcast",
    "animate_carts",
    "animate_clouds",
    "animate_range",
    "animate_regions",
    "animate_tile_map",
    "animate_walk",
    "broadcast",
    "circles",
    "clipped",
    "clouds",
    "confusion",
    "eigenvectors",
    "fits",
    "flowchart",
    "grids",
    "histogram",
    "histograms",
    "landings",
    "network",
    "plane",
    "rate_chart",
    "regions",
    "searches",
    "tangent",
    "tile_map",
    "value_graph",
    "walls",
]
