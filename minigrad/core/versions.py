"""Noticing writes: a tensor that was used may not change before its gradient is taken.

A derivative is evaluated long after its forward. If the numbers it needs have been overwritten
in between, the gradient is silently wrong. So every result carries the tick of one clock at which
it was made, every block of memory its *version*, the tick at which it was last written, and the
walk backwards compares the two.

Writes through minigrad stamp the memory. Writes through NumPy (``tensor.data[0] = 1``) cannot be
seen as they happen: while an array that was handed out is held by anyone, its memory is *sealed*
with a checksum, which is looked at again whenever it matters. Memory that nobody else holds costs
nothing.
"""

import itertools
import sys
import zlib

import numpy as np

tick = itertools.count(1).__next__


class Clock:
    """When something that writes to many blocks of memory at once, an optimizer, last did."""

    __slots__ = ("written",)

    def __init__(self) -> None:
        self.written = 0


class Memory:
    """What is known of writes to one block of memory; shared by all tensors that view it."""

    __slots__ = ("array", "checksum", "clock", "written")

    def __init__(self, array: np.ndarray) -> None:
        self.array = array
        self.written = 0
        self.checksum: int | None = None
        self.clock: Clock | None = None  # of what writes here without a stamp

    def stamp(self) -> None:
        """Note a write made by minigrad itself."""
        self.written = tick()
        if self.checksum is not None:
            self._renew()

    def seal(self) -> None:
        """Watch for writes from outside from now on, because the array is being handed out."""
        if self.checksum is None:
            self.checksum = self._sum()

    def look(self) -> int:
        """Return the version: the tick of the last write, outside writes until now included."""
        if self.clock is not None and self.clock.written > self.written:
            self.written = self.clock.written
            if self.checksum is not None:
                self._renew()
        elif self.checksum is not None and self._renew():
            self.written = tick()
        return self.written

    def references(self) -> int:
        """Return how often the array is referred to, views of it included."""
        return sys.getrefcount(self.array)

    def _renew(self) -> bool:
        """Seal anew if anyone still holds the array; return whether the numbers had changed."""
        before, now = self.checksum, self._sum()
        self.checksum = now if self.references() > ALONE else None
        return now != before

    def _sum(self) -> int:
        return zlib.crc32(np.ravel(self.array, order="K").data)


_array = np.empty(1)  # stands for a tensor's reference
ALONE = Memory(_array).references()  # how many there are while one tensor alone has the memory
del _array
