"""The hot loops, twice: in NumPy to be read, and compiled by Numba to be fast.

:mod:`.reference` and :mod:`.jitted` define the same names and give the same results. The compiled
ones are used where Numba is installed.
"""

from __future__ import annotations

try:
    from .jitted import (
        add_rows,
        conv2d,
        conv2d_filter,
        conv2d_image,
        cross_entropy,
        cross_entropy_slope,
        window_argmax,
    )
except ImportError:
    from .reference import (
        add_rows,
        conv2d,
        conv2d_filter,
        conv2d_image,
        cross_entropy,
        cross_entropy_slope,
        window_argmax,
    )

__all__ = [
    "add_rows",
    "conv2d",
    "conv2d_filter",
    "conv2d_image",
    "cross_entropy",
    "cross_entropy_slope",
    "window_argmax",
]
