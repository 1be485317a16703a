"""The hot loops in NumPy: slower, and short enough to trust."""

from .classes import cross_entropy, cross_entropy_slope, softmax, softmax_parts, softmax_pull
from .dropout import dropout
from .elementwise import gelu, gelu_slope, relu, relu_slope
from .moments import moments, normalize, normalize_pull, normalize_shares
from .rows import outer, sum_rows
from .windows import correlate, correlate_filter, gather, lay_fields, scatter, window_argmax

__all__ = [
    "correlate",
    "correlate_filter",
    "cross_entropy",
    "cross_entropy_slope",
    "dropout",
    "gather",
    "gelu",
    "gelu_slope",
    "lay_fields",
    "moments",
    "normalize",
    "normalize_pull",
    "normalize_shares",
    "outer",
    "relu",
    "relu_slope",
    "scatter",
    "softmax",
    "softmax_parts",
    "softmax_pull",
    "sum_rows",
    "window_argmax",
]
