"""Linear regression on 100 points, full batch: there is next to nothing to compute."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from .. import training
from ..harness import Contender, Row

LR = 0.1


def data(points: int) -> tuple[np.ndarray, np.ndarray]:
    """Return x and noisy values of 3x + 1, each (points, 1)."""
    rng = np.random.default_rng(0)
    x = rng.random((points, 1), np.float32)
    return x, (3 * x + 1 + 0.1 * rng.normal(size=x.shape)).astype(np.float32)


def start() -> list[np.ndarray]:
    """Return the weight and the bias."""
    return [np.full((1, 1), 0.5, np.float32), np.zeros(1, np.float32)]


def minigrad(points: int, replayed: bool = False, fused: bool = True) -> Contender:
    import minigrad as mg

    model = mg.nn.Linear(1, 1)
    model.load_state_dict(dict(zip(("weight", "bias"), start(), strict=True)))

    def from_primitives(x: mg.Tensor, t: mg.Tensor) -> mg.Tensor:
        return mg.mean((x * model.weight + model.bias - t) ** 2)

    return training.with_minigrad(
        model,
        mg.optim.SGD(model.parameters(), lr=LR),
        (lambda x, t: mg.nn.mse_loss(model(x), t)) if fused else from_primitives,
        data(points),
        replayed,
    )


def torch(points: int, compiled: bool = False) -> Contender:
    import torch

    model = torch.nn.Linear(1, 1)
    weight, bias = training.torch_tensors(start())
    model.load_state_dict({"weight": weight, "bias": bias})
    return training.with_torch(
        model,
        torch.optim.SGD(model.parameters(), lr=LR),
        lambda x, t: torch.nn.functional.mse_loss(model(x), t),
        data(points),
        compiled,
    )


def _squared_error(parameters: list[Any], x: Any, t: Any) -> Any:
    w, b = parameters
    return ((x * w + b - t) ** 2).mean()


def jax(points: int) -> Contender:
    import optax

    return training.with_jax(start(), optax.sgd(LR), _squared_error, data(points))


def numpy(points: int) -> Contender:
    def value_and_gradients(parameters: list[np.ndarray], x: np.ndarray, t: np.ndarray) -> Any:
        w, b = parameters
        error = x * w + b - t
        slope = (2 / error.size) * error
        return (error * error).mean(), [x.T @ slope, slope.sum(axis=0)]

    return training.with_arrays(start(), value_and_gradients, training.descend(LR), data(points))


def autograd(points: int) -> Contender:
    import autograd
    import autograd.numpy as anp

    def loss(parameters: list[Any], x: Any, t: Any) -> Any:
        w, b = parameters
        return anp.mean((x * w + b - t) ** 2)

    rule = training.descend(LR)
    return training.with_arrays(start(), autograd.value_and_grad(loss), rule, data(points))


MEASURED = [
    Row(
        "linear-regression",
        "linear regression, 100 points",
        {
            "minigrad": minigrad,
            "minigrad, from primitives": partial(minigrad, fused=False),
            "minigrad replayed": partial(minigrad, replayed=True),
            "NumPy": numpy,
            "PyTorch": torch,
            "torch.compile": partial(torch, compiled=True),
            "JAX": jax,
            "autograd": autograd,
        },
        {"points": 100},
        {"minigrad": 15, "minigrad, from primitives": 4, "minigrad replayed": 80},
    )
]
