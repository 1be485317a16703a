"""Record a training step once, then run it again without Python.

What happens, in this order: :mod:`.recording` writes down which primitives and effects a step
consists of; :mod:`.layout` runs each once more, and :mod:`.tracing` finds which loops that takes,
over which memory; :mod:`.trimming` leaves out what is not needed, and :mod:`.sharing` lays results
where others have been; :mod:`.loops` and :mod:`.machine` turn a loop into an address and a row of
numbers, and run rows of them. :mod:`.program` is all of it put together, :mod:`.gradients` and
:mod:`.updates` are what it does for parameters. :mod:`.watching` and :mod:`.reading` find what a
step depends on besides, and :mod:`.compiled` decides when a program may be used.
"""

from .compiled import compile

__all__ = ["compile"]
