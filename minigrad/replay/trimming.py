"""What a program can do without: copies, and results that nobody looks at."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from ..kernels.tracing import Loop


def deliver(
    parts: list[list[Loop]],
    at: int,
    made: Iterable[np.ndarray],
    outside: Iterable[np.ndarray],
    earliest: int = 0,
) -> None:
    """If part ``at`` only copies a result, let it be made where it is wanted, if nothing forbids.

    Parameters
    ----------
    parts : list of lists of Loop
        The program. If the copy can be spared, it is taken out.
    at : int
    made : iterable of arrays
        Whole blocks of memory, of which the program fills each anew before it reads it.
    outside : iterable of arrays
        What is looked at by others than loops.
    earliest : int
        The first part at which the target may be written.
    """
    if len(parts[at]) != 1 or parts[at][0].function is not np.positive:
        return
    source, target = parts[at][0].operands
    before = [loop for loops in parts[:at] for loop in loops]
    after = [loop for loops in parts[at + 1 :] for loop in loops]
    users = [loop for loop in before if _touches(loop, source)]
    too_early = [loop for loops in parts[:earliest] for loop in loops]
    if (
        users
        and any(owner(source) is block for block in made)
        and not any(users[0] is loop for loop in too_early)
        and source.shape == target.shape
        and target.flags.c_contiguous
        and all(_is_all_of(source, loop) for loop in users)
        and not any(_touches(loop, source) for loop in after)
        and not any(_touches(loop, target) for loop in before[before.index(users[0]) :])
        and not any(np.may_share_memory(x, source) for x in outside)
    ):
        for loop in users:
            loop.operands = tuple(
                target.reshape(x.shape) if _shares(x, source) else x for x in loop.operands
            )
        parts[at].clear()


def _touches(loop: Loop, memory: np.ndarray) -> bool:
    return any(_shares(x, memory) for x in loop.operands)


def _shares(x: Any, memory: np.ndarray) -> bool:
    return isinstance(x, np.ndarray) and np.may_share_memory(x, memory)


def _is_all_of(memory: np.ndarray, loop: Loop) -> bool:
    """Whether the loop uses the memory in one piece, in the order in which it lies."""
    return loop.answer is None and all(
        x.flags.c_contiguous
        and memory.flags.c_contiguous
        and (x.nbytes, x.dtype) == (memory.nbytes, memory.dtype)
        for x in loop.operands
        if _shares(x, memory)
    )


def drop_unused(parts: list[list[Loop]], looked_at: Iterable[np.ndarray]) -> None:
    """Take out every loop whose results reach no memory that is looked at.

    The gradient of a gradient leaves many: a loss that is only differentiated, a first gradient
    of which only the second is wanted. Loops that check their data stay.
    """
    live = {id(owner(x)) for x in looked_at} | {id(None)}
    for loops in reversed(parts):
        for i in reversed(range(len(loops))):
            loop = loops[i]
            if loop.answer is None and live.isdisjoint(id(owner(x)) for x in loop.results()):
                del loops[i]
            else:
                live.update(id(owner(x)) for x in loop.operands if isinstance(x, np.ndarray))


def owner(x: np.ndarray) -> np.ndarray | None:
    """Return the whole block of memory that an array lies in; None if it is not NumPy's."""
    while isinstance(x.base, np.ndarray):
        x = x.base
    return x if x.base is None else None
