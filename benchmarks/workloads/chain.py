"""A chain of small operations, forward and backward: the cost of an operation."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from ..gradients import computing
from ..harness import Contender, Row


def start() -> np.ndarray:
    """Return where the chain begins."""
    return np.linspace(0.5, 1.5, 10, dtype=np.float32)


def chain(x: Any, length: int) -> Any:
    """Apply ``length`` operations one after another, in any library."""
    for _ in range(length // 2):
        x = x * 0.999 + 0.001
    return x


def minigrad(length: int, replayed: bool) -> Contender:
    import minigrad as mg

    def run(x: mg.Tensor) -> list[mg.Tensor]:
        y = chain(x, length).sum()
        return [y.detach(), mg.grad(y, x)]

    return computing(mg.compile(run) if replayed else run, mg.tensor(start(), requires_grad=True))


def torch(length: int) -> Contender:
    import torch

    x = torch.tensor(start(), requires_grad=True)

    def run() -> list[Any]:
        y = chain(x, length).sum()
        return [y.detach(), *torch.autograd.grad(y, x)]

    return computing(run)


def jax(length: int) -> Contender:
    """Return the chain as a loop: unrolled, it compiles for minutes."""
    import jax

    def sum_at_end(x: Any) -> Any:
        return jax.lax.scan(lambda x, _: (chain(x, 2), None), x, length=length // 2)[0].sum()

    return computing(jax.jit(jax.value_and_grad(sum_at_end)), jax.numpy.asarray(start()))


MEASURED = [
    Row(
        "chain",
        "chain of 10⁵ small operations",
        {
            "minigrad": partial(minigrad, replayed=False),
            "minigrad replayed": partial(minigrad, replayed=True),
            "PyTorch": torch,
            "JAX": jax,
        },
        {"length": 100_000},
        {"minigrad": 2},
    )
]
