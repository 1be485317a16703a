"""Sparing a copy: a gradient is computed where it is wanted."""

from __future__ import annotations

from typing import Any

import numpy as np

from .tracing import Loop


def deliver(parts: list[list[Loop]], at: int, outside: list[np.ndarray]) -> bool:
    """Let loops write at once to where part ``at`` copies their result, where nothing forbids it.

    Parameters
    ----------
    parts : list of lists of Loop
        The program. If the copy can be spared, it is taken out.
    at : int
        The part that is one copy of one array to another.
    outside : list of arrays
        What is looked at by others than loops.

    Returns
    -------
    bool
        Whether the copy was spared.
    """
    [copy] = parts[at]
    source, target = copy.operands
    before = [loop for loops in parts[:at] for loop in loops]
    after = [loop for loops in parts[at + 1 :] for loop in loops]
    users = [loop for loop in before if _touches(loop, source)]
    if not users or any(_touches(loop, source) for loop in after):
        return False
    if any(np.may_share_memory(x, source) for x in outside):
        return False
    if any(_touches(loop, target) for loop in before[before.index(users[0]) :]):
        return False
    if not (target.flags.c_contiguous and all(_is_all_of(source, loop) for loop in users)):
        return False
    for loop in users:
        loop.operands = tuple(
            target.reshape(x.shape) if _shares(x, source) else x for x in loop.operands
        )
    parts[at].clear()
    return True


def _touches(loop: Loop, memory: np.ndarray) -> bool:
    return any(_shares(x, memory) for x in loop.operands)


def _shares(x: Any, memory: np.ndarray) -> bool:
    return isinstance(x, np.ndarray) and np.may_share_memory(x, memory)


def _is_all_of(memory: np.ndarray, loop: Loop) -> bool:
    """Whether the loop uses the memory in one piece, in the order in which it lies."""
    return all(
        x.flags.c_contiguous
        and memory.flags.c_contiguous
        and (x.nbytes, x.dtype) == (memory.nbytes, memory.dtype)
        for x in loop.operands
        if _shares(x, memory)
    )
