"""The hot loops, twice: in NumPy to be read, and compiled by Numba to be fast.

A kernel is a loop that writes into arrays it is given and allocates nothing. It takes arrays in C
order, and numbers. It returns nothing, or whether the data are as they should be.

:mod:`.reference` and :mod:`.jitted` define the same names and give the same results. The compiled
ones are used where Numba is installed.
"""

from .order import in_order
from .reference import __all__ as _names

try:
    from .jitted import *
except ImportError:
    from .reference import *

__all__ = ["in_order", *_names]
