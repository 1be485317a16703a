"""A small convolutional network: a training step."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from .. import training
from ..harness import Contender, Row

LR, MOMENTUM = 0.01, 0.9
SHAPES = ((8, 1, 3, 3), (8,), (16, 8, 3, 3), (16,), (16 * 7 * 7, 10), (10,))


def data(batch: int) -> tuple[np.ndarray, np.ndarray]:
    """Return images (batch, 1, 28, 28) and labels."""
    rng = np.random.default_rng(0)
    return rng.random((batch, 1, 28, 28), np.float32), rng.integers(10, size=batch)


def start() -> list[np.ndarray]:
    """Return filters and biases; the last weight is (in, out)."""
    rng = np.random.default_rng(1)
    return [rng.uniform(-0.1, 0.1, shape).astype(np.float32) for shape in SHAPES]


def minigrad(batch: int, replayed: bool) -> Contender:
    import minigrad as mg

    nn = mg.nn
    model = nn.Sequential(
        nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(8, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(16 * 7 * 7, 10),
    )  # fmt: skip
    model.load_state_dict(dict(zip(model.state_dict(), start(), strict=True)))
    return training.with_minigrad(
        model,
        mg.optim.SGD(model.parameters(), lr=LR, momentum=MOMENTUM),
        lambda x, y: nn.cross_entropy(model(x), y),
        data(batch),
        replayed,
    )


def torch(batch: int, compiled: bool = False, channels_last: bool = False) -> Contender:
    import torch

    nn = torch.nn
    model = nn.Sequential(
        nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(8, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(16 * 7 * 7, 10),
    )  # fmt: skip
    *filters, weight, bias = training.torch_tensors(start())
    values = [*filters, weight.T, bias]
    model.load_state_dict(dict(zip(model.state_dict(), values, strict=True)))
    x, y = training.torch_tensors(data(batch))
    if channels_last:
        model = model.to(memory_format=torch.channels_last)
        x = x.to(memory_format=torch.channels_last)
    return training.with_torch(
        model,
        torch.optim.SGD(model.parameters(), lr=LR, momentum=MOMENTUM),
        lambda x, y: nn.functional.cross_entropy(model(x), y),
        (x, y),
        compiled,
    )


def jax(batch: int) -> Contender:
    import jax
    import optax

    def layer(x: Any, w: Any, b: Any) -> Any:
        y = jax.lax.conv_general_dilated(x, w, (1, 1), "SAME") + b[:, None, None]
        window = (1, 1, 2, 2)
        return jax.lax.reduce_window(jax.nn.relu(y), -np.inf, jax.lax.max, window, window, "VALID")

    def loss(parameters: list[Any], x: Any, y: Any) -> Any:
        w1, b1, w2, b2, w3, b3 = parameters
        x = layer(layer(x, w1, b1), w2, b2)
        logits = x.reshape(len(x), -1) @ w3 + b3
        return optax.softmax_cross_entropy_with_integer_labels(logits, y).mean()

    return training.with_jax(start(), optax.sgd(LR, MOMENTUM), loss, data(batch))


MEASURED = [
    Row(
        "cnn",
        "CNN, 28×28, B = 64",
        {
            "minigrad": partial(minigrad, replayed=False),
            "minigrad replayed": partial(minigrad, replayed=True),
            "PyTorch": torch,
            "PyTorch, channels-last": partial(torch, channels_last=True),
            "torch.compile": partial(torch, compiled=True),
            "JAX": jax,
        },
        {"batch": 64},
        {"minigrad": 2, "minigrad replayed": 5},
    )
]
