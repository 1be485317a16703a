"""One memory for many results: what nobody reads any more makes room for what comes next."""

import bisect
import heapq
import math
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.lib.array_utils import byte_bounds

from ..kernels.tracing import Loop
from .trimming import owner

ALIGNMENT = 64  # bytes; a line of the cache


class _Span(NamedTuple):
    """A block of memory, and the loops between which its numbers are needed."""

    block: np.ndarray
    first: int
    last: int


def share(
    parts: list[list[Loop]], made: Iterable[np.ndarray], looked_at: Iterable[np.ndarray]
) -> int:
    """Let the loops of a program work in one memory, in which results lie where others have been.

    Parameters
    ----------
    parts : list of lists of Loop
        The program. The operands that lie in shared memory are replaced.
    made : iterable of arrays
        Whole blocks of memory, of which the program fills each anew before it reads it.
    looked_at : iterable of arrays
        What is looked at by others than loops, and stays where it is.

    Returns
    -------
    int
        The size of the shared memory in bytes.
    """
    spans = _spans([loop for loops in parts for loop in loops], made, looked_at)
    places, size = _places(spans)
    room = np.full(size + ALIGNMENT, 0, np.uint8)  # written, so that the system provides it now
    start = -byte_bounds(room)[0] % ALIGNMENT
    moved = {id(span.block): start + place for span, place in zip(spans, places, strict=True)}

    def there(x: object) -> object:
        block = owner(x) if isinstance(x, np.ndarray) else None
        if not isinstance(x, np.ndarray) or block is None or id(block) not in moved:
            return x
        # where its first element lies, which with steps back is not the lowest
        place = moved[id(block)] + x.__array_interface__["data"][0] - byte_bounds(block)[0]
        return np.ndarray(x.shape, x.dtype, room, place, x.strides)

    for loops in parts:
        for loop in loops:
            loop.operands = tuple(map(there, loop.operands))
    return size


def forget(parts: list[list[Loop]], memory: np.ndarray) -> None:
    """Leave of the operands in ``memory``, which is to be given back, their shapes only."""
    for loops in parts:
        for loop in loops:
            loop.operands = tuple(
                np.broadcast_to(np.empty((), x.dtype), x.shape)
                if isinstance(x, np.ndarray) and owner(x) is owner(memory)
                else x
                for x in loop.operands
            )


def _spans(
    loops: list[Loop], made: Iterable[np.ndarray], looked_at: Iterable[np.ndarray]
) -> list[_Span]:
    stays = {id(owner(x)) for x in looked_at}
    free = {id(block) for block in made} - stays
    found: dict[int, _Span] = {}
    for i, loop in enumerate(loops):
        for x in loop.operands:
            block = owner(x) if isinstance(x, np.ndarray) else None
            if block is not None and id(block) in free:
                first = found[id(block)].first if id(block) in found else i
                found[id(block)] = _Span(block, first, i)
    return list(found.values())


def _places(spans: list[_Span]) -> tuple[list[int], int]:
    """Return where each block goes, and how much room all need.

    In the order in which they are needed, each goes into the smallest gap that holds it. The last
    gap has no end.
    """
    places = [0] * len(spans)
    gaps: list[tuple[int, float]] = [(0, math.inf)]  # from, to; from the lowest to the highest
    taken: list[tuple[int, int, int]] = []  # until when, from, to; the first to be free on top
    room = 0
    for i in sorted(range(len(spans)), key=lambda i: (spans[i].first, -spans[i].block.nbytes)):
        span = spans[i]
        while taken and taken[0][0] < span.first:
            _, start, stop = heapq.heappop(taken)
            _free(gaps, start, stop)
        size = span.block.nbytes + -span.block.nbytes % ALIGNMENT
        gap = min((gap for gap in gaps if gap[1] - gap[0] >= size), key=lambda gap: gap[1] - gap[0])
        places[i] = start = gap[0]
        at = gaps.index(gap)
        gaps[at : at + 1] = [(start + size, gap[1])] if start + size < gap[1] else []
        heapq.heappush(taken, (span.last, start, start + size))
        room = max(room, start + size)
    return places, room


def _free(gaps: list[tuple[int, float]], start: int, stop: float) -> None:
    """Add a gap, joined with those beside it."""
    at = bisect.bisect(gaps, (start, stop))
    if at < len(gaps) and gaps[at][0] == stop:
        stop = gaps.pop(at)[1]
    if at and gaps[at - 1][1] == start:
        at -= 1
        start = gaps.pop(at)[0]
    gaps.insert(at, (start, stop))
