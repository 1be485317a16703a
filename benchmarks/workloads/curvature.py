"""The product of a network's Hessian with a vector."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from .. import training
from ..gradients import computing
from ..harness import Contender, Row
from .mlp import data, minigrad_model, start, torch_model


def direction(widths: tuple[int, ...]) -> list[np.ndarray]:
    """Return the vector, in the parameters' shapes."""
    rng = np.random.default_rng(2)
    return [rng.normal(size=p.shape).astype(np.float32) for p in start(widths)]


def minigrad(batch: int, widths: tuple[int, ...], replayed: bool) -> Contender:
    import minigrad as mg

    model = minigrad_model(widths)
    parameters = list(model.parameters())
    vector = [mg.tensor(v) for v in direction(widths)]

    def run(x: mg.Tensor, y: mg.Tensor) -> list[mg.Tensor]:
        return mg.hvp(lambda *_: mg.nn.cross_entropy(model(x), y), parameters, vector)

    tensors = [mg.tensor(array) for array in data(batch, widths)]
    return computing(mg.compile(run) if replayed else run, *tensors)


def torch(batch: int, widths: tuple[int, ...], compiled: bool = False) -> Contender:
    import torch

    model = torch_model(widths)
    parameters = list(model.parameters())
    vector = training.torch_tensors([v.T.copy() for v in direction(widths)])
    x, y = training.torch_tensors(data(batch, widths))

    def run() -> Any:
        loss = torch.nn.functional.cross_entropy(model(x), y)
        gradients = torch.autograd.grad(loss, parameters, create_graph=True)
        return torch.autograd.grad(gradients, parameters, vector)

    return computing(run)


def torch_forward_over_reverse(batch: int, widths: tuple[int, ...]) -> Contender:
    """Return the other way, by ``torch.func``: the derivative of the gradient along the vector."""
    import torch

    model = torch_model(widths)
    parameters = {name: p.detach() for name, p in model.named_parameters()}
    vector = training.torch_tensors([v.T.copy() for v in direction(widths)])
    tangents = dict(zip(parameters, vector, strict=True))
    x, y = training.torch_tensors(data(batch, widths))

    def loss(parameters: Any) -> Any:
        logits = torch.func.functional_call(model, parameters, (x,))
        return torch.nn.functional.cross_entropy(logits, y)

    def run() -> Any:
        return torch.func.jvp(torch.func.grad(loss), (parameters,), (tangents,))[1].values()

    return computing(run)


def jax(batch: int, widths: tuple[int, ...]) -> Contender:
    import jax
    import optax

    vector = [jax.numpy.asarray(v) for v in direction(widths)]

    def loss(parameters: Any, x: Any, y: Any) -> Any:
        for w, b in zip(parameters[:-2:2], parameters[1:-2:2], strict=True):
            x = jax.nn.relu(x @ w + b)
        logits = x @ parameters[-2] + parameters[-1]
        return optax.softmax_cross_entropy_with_integer_labels(logits, y).mean()

    @jax.jit
    def run(parameters: Any, x: Any, y: Any) -> Any:
        return jax.jvp(jax.grad(lambda p: loss(p, x, y)), (parameters,), (vector,))[1]

    arrays = jax.tree.map(jax.numpy.asarray, (start(widths), *data(batch, widths)))
    return computing(run, *arrays)


MEASURED = [
    Row(
        "hvp",
        "Hessian-vector product, B = 64",
        {
            "minigrad": partial(minigrad, replayed=False),
            "minigrad replayed": partial(minigrad, replayed=True),
            "PyTorch": torch,
            "PyTorch, forward over reverse": torch_forward_over_reverse,
            "JAX": jax,
        },
        {"batch": 64, "widths": (784, 128, 10)},
        {"minigrad": 1.5, "minigrad replayed": 2.7},
    )
]
