"""Two moons, 100 points, full batch, float64: the demonstration of micrograd."""

from __future__ import annotations

import itertools
from functools import partial
from typing import Any

import numpy as np

from .. import training
from ..harness import Contender, Row

LR = 0.1
WIDTHS = (2, 16, 16, 1)


def data(points: int) -> tuple[np.ndarray, np.ndarray]:
    """Return points (n, 2) and their moon, 0 or 1, (n, 1)."""
    from sklearn.datasets import make_moons

    x, t = make_moons(points, noise=0.1, random_state=0)
    return x, t[:, np.newaxis].astype(np.float64)


def start() -> list[np.ndarray]:
    """Return weights (in, out) and biases, layer by layer."""
    rng = np.random.default_rng(1)
    parameters = []
    for inner, outer in itertools.pairwise(WIDTHS):
        bound = inner**-0.5
        parameters += [rng.uniform(-bound, bound, s) for s in ((inner, outer), (outer,))]
    return parameters


def minigrad(points: int, replayed: bool) -> Contender:
    import minigrad as mg

    layers: list[Any] = []
    for inner, outer in itertools.pairwise(WIDTHS):
        layers += [mg.nn.Linear(inner, outer, dtype=mg.float64), mg.nn.ReLU()]
    model = mg.nn.Sequential(*layers[:-1])
    model.load_state_dict(dict(zip(model.state_dict(), start(), strict=True)))
    return training.with_minigrad(
        model,
        mg.optim.SGD(model.parameters(), lr=LR),
        lambda x, t: mg.nn.binary_cross_entropy_with_logits(model(x), t),
        data(points),
        replayed,
    )


def torch(points: int, compiled: bool = False) -> Contender:
    import torch

    layers: list[Any] = []
    for inner, outer in itertools.pairwise(WIDTHS):
        layers += [torch.nn.Linear(inner, outer, dtype=torch.float64), torch.nn.ReLU()]
    model = torch.nn.Sequential(*layers[:-1])
    values = [torch.from_numpy(value.T.copy()) for value in start()]
    model.load_state_dict(dict(zip(model.state_dict(), values, strict=True)))
    return training.with_torch(
        model,
        torch.optim.SGD(model.parameters(), lr=LR),
        lambda x, t: torch.nn.functional.binary_cross_entropy_with_logits(model(x), t),
        data(points),
        compiled,
    )


def jax(points: int) -> Contender:
    import jax
    import optax

    jax.config.update("jax_enable_x64", True)

    def loss(parameters: list[Any], x: Any, t: Any) -> Any:
        w1, b1, w2, b2, w3, b3 = parameters
        z = jax.nn.relu(jax.nn.relu(x @ w1 + b1) @ w2 + b2) @ w3 + b3
        return (jax.nn.softplus(z) - t * z).mean()

    return training.with_jax(start(), optax.sgd(LR), loss, data(points))


def numpy(points: int) -> Contender:
    def value_and_gradients(parameters: list[np.ndarray], x: np.ndarray, t: np.ndarray) -> Any:
        w1, b1, w2, b2, w3, b3 = parameters
        h1 = np.maximum(x @ w1 + b1, 0)
        h2 = np.maximum(h1 @ w2 + b2, 0)
        z = h2 @ w3 + b3
        loss = np.mean(np.logaddexp(0, z) - t * z)
        g3 = (1 / (1 + np.exp(-z)) - t) / z.size
        g2 = (g3 @ w3.T) * (h2 > 0)
        g1 = (g2 @ w2.T) * (h1 > 0)
        return loss, [x.T @ g1, g1.sum(0), h1.T @ g2, g2.sum(0), h2.T @ g3, g3.sum(0)]

    return training.with_arrays(start(), value_and_gradients, training.descend(LR), data(points))


def autograd(points: int) -> Contender:
    import autograd
    import autograd.numpy as anp

    def loss(parameters: list[Any], x: Any, t: Any) -> Any:
        w1, b1, w2, b2, w3, b3 = parameters
        h1 = anp.maximum(anp.dot(x, w1) + b1, 0)
        z = anp.dot(anp.maximum(anp.dot(h1, w2) + b2, 0), w3) + b3
        return anp.mean(anp.logaddexp(0, z) - t * z)

    rule = training.descend(LR)
    return training.with_arrays(start(), autograd.value_and_grad(loss), rule, data(points))


def scalars(points: int) -> Contender:
    """Return one Python object a number, as in micrograd."""
    from ..scalars import Scalar

    def value_and_gradients(parameters: list[np.ndarray], x: np.ndarray, t: np.ndarray) -> Any:
        ours = [[Scalar(v) for v in p.ravel().tolist()] for p in parameters]
        total = Scalar(0.0)
        for row, target in zip(x.tolist(), t[:, 0].tolist(), strict=True):
            layer = [Scalar(v) for v in row]
            for i in range(0, len(ours), 2):
                outer = len(ours[i + 1])
                layer = [
                    sum((v * w for v, w in zip(layer, ours[i][j::outer], strict=True)), bias)
                    for j, bias in enumerate(ours[i + 1])
                ]
                if i < len(ours) - 2:
                    layer = [v.relu() for v in layer]
            total = total + layer[0].softplus() + layer[0] * Scalar(-target)
        loss = total * Scalar(1 / len(x))
        loss.backward()
        gradients = [
            np.reshape([s.grad for s in group], p.shape)
            for group, p in zip(ours, parameters, strict=True)
        ]
        return loss.value, gradients

    return training.with_arrays(start(), value_and_gradients, training.descend(LR), data(points))


MEASURED = [
    Row(
        "moons",
        "moons 2-16-16-1, 100 points",
        {
            "minigrad": partial(minigrad, replayed=False),
            "minigrad replayed": partial(minigrad, replayed=True),
            "NumPy": numpy,
            "PyTorch": torch,
            "torch.compile": partial(torch, compiled=True),
            "JAX": jax,
            "autograd": autograd,
            "scalars": scalars,
        },
        {"points": 100},
        {"minigrad": 6, "minigrad replayed": 15},
    )
]
