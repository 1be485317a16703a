"""The hot loops as Numba compiles them; what each does is said in :mod:`..reference`."""

from ..reference import __all__ as __all__
from .classes import cross_entropy, cross_entropy_slope, softmax, softmax_parts, softmax_pull
from .dropout import dropout
from .elementwise import gelu, gelu_slope, relu, relu_slope
from .moments import moments, normalize, normalize_pull, normalize_shares
from .rows import outer, sum_rows
from .windows import correlate, correlate_filter, gather, lay_fields, scatter, window_argmax
