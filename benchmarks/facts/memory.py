"""What a graph, a step and a long run keep in memory."""

from __future__ import annotations

import gc
import os
import tracemalloc
from collections.abc import Callable
from functools import partial
from typing import Any

import psutil

from ..harness import Contender
from ..workloads import chain, mlp
from . import Fact, alone

BATCH = 1024
LENGTH = 100_000


def resident() -> int:
    """Return the bytes of memory that this process occupies."""
    gc.collect()
    return psutil.Process().memory_info().rss


def bytes_per_operation(start: Callable[[], Any]) -> float:
    """Return the bytes that the recording of one operation keeps."""
    x = start()
    chain.chain(x, 1000)
    before = resident()
    y = chain.chain(x, LENGTH)
    after = resident()
    assert y.requires_grad
    return (after - before) / LENGTH


def minigrad_start() -> Any:
    """Return where the chain begins."""
    import minigrad as mg

    return mg.tensor(chain.start(), requires_grad=True)


def torch_start() -> Any:
    """Return the same."""
    import torch

    return torch.tensor(chain.start(), requires_grad=True)


def peak(replayed: bool) -> float:
    """Return the megabytes of all arrays, parameters included, at the peak of a step."""
    make = partial(mlp.minigrad, BATCH, mlp.SMALL, "momentum", replayed)
    _settled(make())  # imports and compiles
    tracemalloc.start()
    step = _settled(make()).step  # and not the copies that its reset keeps
    tracemalloc.reset_peak()
    step()
    return tracemalloc.get_traced_memory()[1] / 1e6


def torch_peak() -> float:
    """Return the same on PyTorch, as its allocator tells."""
    with open(os.devnull, "w") as nowhere:  # where the profiler's own messages belong
        os.dup2(nowhere.fileno(), 2)
    from torch.autograd import DeviceType
    from torch.profiler import ProfilerActivity, profile

    contender = _settled(mlp.torch(BATCH, mlp.SMALL, "momentum"))
    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as record:
        contender.step()
    here = most = 0
    for event in record.profiler.kineto_results.events():
        if event.name() == "[memory]" and event.device_type() == DeviceType.CPU:
            here += event.nbytes()
            most = max(most, here)
    parameters = sum(p.nbytes for p in mlp.start(mlp.SMALL))
    data = sum(array.nbytes for array in mlp.data(BATCH, mlp.SMALL))
    # Parameters and velocities were there before. The old gradients were too, but the step begins
    # by dropping them, which the record, that knows nothing of them, does not show.
    return (2 * parameters + data + most) / 1e6


def _settled(contender: Contender) -> Contender:
    contender.reset()
    for _ in range(5):
        contender.step()
    contender.numbers()
    return contender


def kept(make: Callable[[], Contender]) -> float:
    """Return the kilobytes that the process grows by in 10,000 steps, once it has settled."""
    contender = _settled(make())
    for _ in range(1000):
        contender.step()
    before = resident()
    for _ in range(10_000):
        contender.step()
    contender.numbers()
    return (resident() - before) / 1e3


SMALL_STEP = (16, mlp.SMALL, "momentum")
MEASURED = [
    Fact(
        "bytes",
        "recorded by each operation of the chain",
        "bytes",
        "≤ 400",
        {
            "minigrad": partial(alone, bytes_per_operation, minigrad_start),
            "PyTorch": partial(alone, bytes_per_operation, torch_start),
        },
    ),
    Fact(
        "peak",
        f"peak of all arrays in a step of the MLP, B = {BATCH}",
        "MB",
        "≤ 1.2 × PyTorch",
        {
            "minigrad": partial(alone, peak, False),
            "minigrad replayed": partial(alone, peak, True),
            "PyTorch": partial(alone, torch_peak),
        },
    ),
    Fact(
        "kept",
        "growth of the process in 10,000 steps",
        "kB",
        "about 0",
        {
            "minigrad": partial(alone, kept, partial(mlp.minigrad, *SMALL_STEP, False)),
            "minigrad replayed": partial(alone, kept, partial(mlp.minigrad, *SMALL_STEP, True)),
            "PyTorch": partial(alone, kept, partial(mlp.torch, *SMALL_STEP)),
        },
    ),
]
