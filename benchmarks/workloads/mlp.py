"""Multi-layer perceptrons on images of 28 x 28 pixels: training steps by size of the batch."""

from __future__ import annotations

import itertools
from functools import partial
from typing import Any

import numpy as np

from .. import training
from ..harness import Contender, Row

OPTIMIZERS = {"momentum": dict(lr=0.01, momentum=0.9), "adam": dict(lr=1e-3)}


def data(batch: int, widths: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Return images and labels."""
    rng = np.random.default_rng(0)
    x = rng.random((batch, widths[0]), np.float32)
    return x, rng.integers(widths[-1], size=batch)


def start(widths: tuple[int, ...]) -> list[np.ndarray]:
    """Return weights (in, out) and biases, layer by layer."""
    rng = np.random.default_rng(1)
    parameters = []
    for inner, outer in itertools.pairwise(widths):
        parameters += [
            rng.uniform(-(inner**-0.5), inner**-0.5, shape).astype(np.float32)
            for shape in ((inner, outer), (outer,))
        ]
    return parameters


def minigrad_model(widths: tuple[int, ...]) -> Any:
    """Return the network on minigrad."""
    import minigrad as mg

    layers: list[Any] = []
    for inner, outer in itertools.pairwise(widths):
        layers += [mg.nn.Linear(inner, outer), mg.nn.ReLU()]
    model = mg.nn.Sequential(*layers[:-1])
    model.load_state_dict(dict(zip(model.state_dict(), start(widths), strict=True)))
    return model


def minigrad(batch: int, widths: tuple[int, ...], optimizer: str, replayed: bool) -> Contender:
    import minigrad as mg

    model = minigrad_model(widths)
    rule = {"momentum": mg.optim.SGD, "adam": mg.optim.Adam}[optimizer]
    return training.with_minigrad(
        model,
        rule(model.parameters(), **OPTIMIZERS[optimizer]),
        lambda x, y: mg.nn.cross_entropy(model(x), y),
        data(batch, widths),
        replayed,
    )


def torch_model(widths: tuple[int, ...]) -> Any:
    """Return the network on PyTorch, which keeps its weights (out, in)."""
    import torch

    layers: list[Any] = []
    for inner, outer in itertools.pairwise(widths):
        layers += [torch.nn.Linear(inner, outer), torch.nn.ReLU()]
    model = torch.nn.Sequential(*layers[:-1])
    values = [torch.from_numpy(value.T.copy()) for value in start(widths)]
    model.load_state_dict(dict(zip(model.state_dict(), values, strict=True)))
    return model


def torch(
    batch: int,
    widths: tuple[int, ...],
    optimizer: str,
    compiled: bool = False,
    fused: bool | None = None,
) -> Contender:
    import torch

    model = torch_model(widths)
    rule = {"momentum": torch.optim.SGD, "adam": torch.optim.Adam}[optimizer]
    return training.with_torch(
        model,
        rule(model.parameters(), **OPTIMIZERS[optimizer], fused=fused),
        lambda x, y: torch.nn.functional.cross_entropy(model(x), y),
        data(batch, widths),
        compiled,
    )


def jax(batch: int, widths: tuple[int, ...], optimizer: str) -> Contender:
    import jax
    import optax

    def loss(parameters: list[Any], x: Any, y: Any) -> Any:
        for w, b in zip(parameters[:-2:2], parameters[1:-2:2], strict=True):
            x = jax.nn.relu(x @ w + b)
        logits = x @ parameters[-2] + parameters[-1]
        return optax.softmax_cross_entropy_with_integer_labels(logits, y).mean()

    rule = {"momentum": optax.sgd, "adam": optax.adam}[optimizer]
    options = dict(OPTIMIZERS[optimizer])
    options["learning_rate"] = options.pop("lr")
    return training.with_jax(start(widths), rule(**options), loss, data(batch, widths))


def update(optimizer: str) -> Any:
    """Return the rule for plain arrays."""
    return {"momentum": training.momentum(0.01), "adam": training.adam(1e-3)}[optimizer]


def numpy(batch: int, widths: tuple[int, ...], optimizer: str) -> Contender:
    def value_and_gradients(parameters: list[np.ndarray], x: np.ndarray, y: np.ndarray) -> Any:
        weights, biases = parameters[::2], parameters[1::2]
        rows = np.arange(len(y))

        inputs = [x]
        for w, b in zip(weights[:-1], biases[:-1], strict=True):
            inputs.append(np.maximum(inputs[-1] @ w + b, 0))
        logits = inputs[-1] @ weights[-1] + biases[-1]
        logits -= logits.max(axis=1, keepdims=True)
        g = np.exp(logits)
        totals = g.sum(axis=1, keepdims=True)
        loss = np.mean(np.log(totals[:, 0]) - logits[rows, y])

        g /= totals
        g[rows, y] -= 1
        g /= len(y)
        gradients = []
        for i in range(len(weights) - 1, -1, -1):
            gradients += [g.sum(axis=0), inputs[i].T @ g]
            if i:
                g = (g @ weights[i].T) * (inputs[i] > 0)
        return loss, gradients[::-1]

    return training.with_arrays(
        start(widths), value_and_gradients, update(optimizer), data(batch, widths)
    )


def autograd(batch: int, widths: tuple[int, ...], optimizer: str) -> Contender:
    import autograd
    import autograd.numpy as anp
    from autograd.scipy.special import logsumexp

    def loss(parameters: list[Any], x: Any, y: Any) -> Any:
        for w, b in zip(parameters[:-2:2], parameters[1:-2:2], strict=True):
            x = anp.maximum(anp.dot(x, w) + b, 0)
        logits = anp.dot(x, parameters[-2]) + parameters[-1]
        return anp.mean(logsumexp(logits, axis=1) - logits[anp.arange(len(y)), y])

    return training.with_arrays(
        start(widths), autograd.value_and_grad(loss), update(optimizer), data(batch, widths)
    )


def products(batch: int, widths: tuple[int, ...], optimizer: str) -> Contender:
    """Return the limit: the same matrix products, and nothing else."""
    calls = []
    rng = np.random.default_rng(0)
    for i, (inner, outer) in enumerate(itertools.pairwise(widths)):
        x, w, g = (
            rng.random(shape, np.float32)
            for shape in ((batch, inner), (inner, outer), (batch, outer))
        )
        calls += [(x, w, np.empty_like(g)), (x.T, g, np.empty_like(w))]
        if i:
            calls.append((g, w.T, np.empty_like(x)))

    def step() -> None:
        for a, b, out in calls:
            np.matmul(a, b, out=out)

    return Contender(step, lambda: None)


CONTENDERS = {
    "minigrad": partial(minigrad, replayed=False),
    "minigrad replayed": partial(minigrad, replayed=True),
    "NumPy": numpy,
    "PyTorch": torch,
    "PyTorch, fused": partial(torch, fused=True),
    "torch.compile": partial(torch, compiled=True),
    "JAX": jax,
    "autograd": autograd,
    "matrix products alone": products,
}
SMALL = (784, 128, 10)


def _row(name: str, work: str, goals: tuple[float, ...] = (), age: int = 0, **sizes: Any) -> Row:
    sizes = {"widths": SMALL, "optimizer": "momentum", **sizes}
    named = dict(zip(("minigrad", "minigrad replayed"), goals, strict=False))
    return Row(name, work, CONTENDERS, sizes, named, age=age)


WIDE = dict(batch=128, widths=(784, 512, 512, 10), optimizer="adam")
MEASURED = [
    _row("mlp-1", "MLP 784-128-10, B = 1", (4.5, 12), batch=1),
    _row("mlp-16", "MLP 784-128-10, B = 16", (3.3, 6), batch=16),
    _row("mlp-64", "MLP 784-128-10, B = 64", (2.1, 3), batch=64),
    _row("mlp-256", "MLP 784-128-10, B = 256", (1.35, 1.45), batch=256),
    _row("mlp-1024", "MLP 784-128-10, B = 1024", (1.05, 1.15), batch=1024),
    _row("mlp-64-old", "MLP 784-128-10, B = 64, step 3,000", age=3000, batch=64),
    _row("mlp-adam", "MLP 784-128-10, Adam, B = 128", (2.1, 2.4), batch=128, optimizer="adam"),
    _row("mlp-wide", "MLP 784-512-512-10, Adam, B = 128", (1.4, 1.45), **WIDE),
]
