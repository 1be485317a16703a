"""Whether twice the work takes twice the time."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from functools import partial

from ..harness import Contender
from ..workloads import chain, mlp
from . import Fact, alone

BLOCK = 0.2  # seconds


def seconds(contender: Contender) -> float:
    """Return the median time of a step."""
    contender.reset()
    for _ in range(3):
        contender.step()
    times: list[float] = []
    while sum(times) < BLOCK or len(times) < 3:
        start = time.perf_counter()
        contender.step()
        contender.numbers()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def growth(make: Callable[[int], Contender], small: int, large: int) -> float:
    """Return how much longer a unit of work takes when there is more of it."""
    return (seconds(make(large)) / large) / (seconds(make(small)) / small)


def deep(replayed: bool) -> float:
    """Return the growth of a chain from 10³ to 10⁵ operations."""
    return growth(partial(chain.minigrad, replayed=replayed), 1000, 100_000)


def deep_torch() -> float:
    """Return the same on PyTorch."""
    return growth(chain.torch, 1000, 100_000)


def wide(replayed: bool) -> float:
    """Return the growth of the MLP's step from a batch of 512 to one of 8192."""
    return growth(lambda n: mlp.minigrad(n, mlp.SMALL, "momentum", replayed), 512, 8192)


def wide_torch() -> float:
    """Return the same on PyTorch."""
    return growth(lambda n: mlp.torch(n, mlp.SMALL, "momentum"), 512, 8192)


def deepest() -> float:
    """Return the seconds for a chain of 10⁶ operations, forward and backward."""
    contender = chain.minigrad(10**6, replayed=False)
    start = time.perf_counter()
    contender.step()
    return time.perf_counter() - start


MEASURED = [
    Fact(
        "depth",
        "time per operation, a chain of 10⁵ against one of 10³",
        "×",
        "about 1",
        {
            "minigrad": partial(alone, deep, False),
            "minigrad replayed": partial(alone, deep, True),
            "PyTorch": partial(alone, deep_torch),
        },
    ),
    Fact(
        "batch",
        "time per example, a batch of 8192 against one of 512",
        "×",
        "about 1",
        {
            "minigrad": partial(alone, wide, False),
            "minigrad replayed": partial(alone, wide, True),
            "PyTorch": partial(alone, wide_torch),
        },
    ),
    Fact(
        "depth-million",
        "a chain of 10⁶ operations, forward and backward",
        "s",
        "works",
        {"minigrad": partial(alone, deepest)},
    ),
]
