"""Layers and losses alone, forward and backward."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from .. import training
from ..gradients import computing
from ..harness import Contender, Row

EPS = 1e-5
MOMENTUM = 0.1


# Batch normalisation, ReLU and dropout


def block_data(n: int, channels: int) -> tuple[np.ndarray, ...]:
    """Return input, weight, bias, and the gradient that comes from above."""
    rng = np.random.default_rng(0)
    shapes = (n, channels), (channels,), (channels,), (n, channels)
    return tuple(rng.normal(size=shape).astype(np.float32) for shape in shapes)


def block_minigrad(n: int, channels: int, p: float, replayed: bool) -> Contender:
    import minigrad as mg

    x, weight, bias, g = block_data(n, channels)
    norm = mg.nn.BatchNorm1d(channels)
    norm.weight.data, norm.bias.data = weight, bias
    model = mg.nn.Sequential(norm, mg.nn.ReLU(), mg.nn.Dropout(p))
    images = mg.tensor(x, requires_grad=True)

    def run(x: mg.Tensor, g: mg.Tensor) -> list[mg.Tensor]:
        return mg.grad(model(x), [x, norm.weight, norm.bias], g)

    return computing(mg.compile(run) if replayed else run, images, mg.tensor(g))


def block_torch(n: int, channels: int, p: float, compiled: bool = False) -> Contender:
    import torch

    x, weight, bias, g = training.torch_tensors(block_data(n, channels))
    norm = torch.nn.BatchNorm1d(channels)
    norm.load_state_dict({**norm.state_dict(), "weight": weight, "bias": bias})
    model: Any = torch.nn.Sequential(norm, torch.nn.ReLU(), torch.nn.Dropout(p))
    model = training.torch_compile(model) if compiled else model
    x.requires_grad = True
    return computing(lambda: torch.autograd.grad(model(x), (x, norm.weight, norm.bias), g))


def block_jax(n: int, channels: int, p: float) -> Contender:
    import jax
    from jax import numpy as jnp

    *parameters, g = (jnp.asarray(a) for a in block_data(n, channels))

    def forward(x: Any, weight: Any, bias: Any, key: Any) -> Any:
        mean, variance = x.mean(0), x.var(0)
        y = jax.nn.relu((x - mean) / jnp.sqrt(variance + EPS) * weight + bias)
        kept = jax.random.uniform(key, x.shape) >= p
        return jnp.where(kept, y / (1 - p), 0), (mean, variance * len(x) / (len(x) - 1))

    @jax.jit
    def run(running: Any, key: Any) -> Any:
        key, draw = jax.random.split(key)
        _, pull, batch = jax.vjp(lambda *a: forward(*a, draw), *parameters, has_aux=True)
        running = [r + MOMENTUM * (b - r) for r, b in zip(running, batch, strict=True)]
        return running, key, pull(g)

    state = [jnp.zeros(channels), jnp.ones(channels)], jax.random.key(0)

    def step() -> Any:
        nonlocal state
        *now, gradients = run(*state)
        state = tuple(now)
        return gradients

    return computing(step)


def block_numpy(n: int, channels: int, p: float) -> Contender:
    x, weight, bias, g = block_data(n, channels)
    running = [np.zeros(channels, np.float32), np.ones(channels, np.float32)]
    rng = np.random.default_rng()

    def step() -> list[np.ndarray]:
        distance = x - x.mean(axis=0)
        variance = np.mean(distance * distance, axis=0)
        root = np.sqrt(variance + np.float32(EPS))
        standard = distance / root
        shifted = standard * weight + bias
        scale = (rng.random(x.shape, np.float32) >= p) * np.float32(1 / (1 - p))
        np.maximum(shifted, 0) * scale
        for average, new in zip(running, (x.mean(0), variance * (n / (n - 1))), strict=True):
            average += MOMENTUM * (new - average)

        g_shifted = g * scale * (shifted > 0)
        g_weight, g_bias = np.sum(g_shifted * standard, axis=0), g_shifted.sum(axis=0)
        g_x = weight / root * (g_shifted - g_bias / n - standard * (g_weight / n))
        return [g_x, g_weight, g_bias]

    return computing(step)


# Softmax cross-entropy


def scores(n: int, classes: int) -> tuple[np.ndarray, np.ndarray]:
    """Return logits and labels."""
    rng = np.random.default_rng(0)
    return rng.normal(size=(n, classes)).astype(np.float32), rng.integers(classes, size=n)


def entropy_minigrad(n: int, classes: int, replayed: bool) -> Contender:
    import minigrad as mg

    x, y = scores(n, classes)

    def run(x: mg.Tensor, y: mg.Tensor) -> list[mg.Tensor]:
        loss = mg.nn.cross_entropy(x, y)
        return [loss.detach(), mg.grad(loss, x)]

    run = mg.compile(run) if replayed else run
    return computing(run, mg.tensor(x, requires_grad=True), mg.tensor(y))


def entropy_torch(n: int, classes: int, compiled: bool = False) -> Contender:
    import torch

    x, y = training.torch_tensors(scores(n, classes))
    x.requires_grad = True
    loss: Any = torch.nn.functional.cross_entropy
    loss = training.torch_compile(loss) if compiled else loss

    def step() -> list[Any]:
        value = loss(x, y)
        return [value.detach(), *torch.autograd.grad(value, x)]

    return computing(step)


def entropy_jax(n: int, classes: int) -> Contender:
    import jax
    import optax

    def loss(x: Any, y: Any) -> Any:
        return optax.softmax_cross_entropy_with_integer_labels(x, y).mean()

    x, y = (jax.numpy.asarray(array) for array in scores(n, classes))
    return computing(jax.jit(jax.value_and_grad(loss)), x, y)


def entropy_numpy(n: int, classes: int) -> Contender:
    x, y = scores(n, classes)
    rows = np.arange(n)

    def step() -> list[Any]:
        z = x - x.max(axis=1, keepdims=True)
        p = np.exp(z)
        totals = p.sum(axis=1, keepdims=True)
        loss = np.mean(np.log(totals[:, 0]) - z[rows, y])
        p /= totals
        p[rows, y] -= 1
        p /= n
        return [loss, p]

    return computing(step)


MEASURED = [
    Row(
        "batch-norm",
        "batch norm, ReLU, dropout, 256×512",
        {
            "minigrad": partial(block_minigrad, replayed=False),
            "minigrad replayed": partial(block_minigrad, replayed=True),
            "NumPy": block_numpy,
            "PyTorch": block_torch,
            "torch.compile": partial(block_torch, compiled=True),
            "JAX": block_jax,
        },
        {"n": 256, "channels": 512, "p": 0.5},
        {"minigrad": 8, "minigrad replayed": 10},
        check={"p": 0.0},
    ),
    Row(
        "cross-entropy",
        "softmax cross-entropy, 1024×1000",
        {
            "minigrad": partial(entropy_minigrad, replayed=False),
            "minigrad replayed": partial(entropy_minigrad, replayed=True),
            "NumPy": entropy_numpy,
            "PyTorch": entropy_torch,
            "torch.compile": partial(entropy_torch, compiled=True),
            "JAX": entropy_jax,
        },
        {"n": 1024, "classes": 1000},
        {"minigrad": 2.3, "minigrad replayed": 2.5},
    ),
]
