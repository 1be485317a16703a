"""Record a training step once, then run it again without Python.

What happens, in this order: :mod:`.recording` writes down which primitives and effects a step
consists of; :mod:`.tracing` finds which loops each of them runs, over which memory; :mod:`.loops`
and :mod:`.machine` turn a loop into an address and a row of numbers, and run rows of them;
:mod:`.program` is all of it put together, and :mod:`.compiling` decides when it may be used.
"""

from .compiling import compile

__all__ = ["compile"]
