"""A transformer block before which x is normalised (Xiong et al. 2020): a training step."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from .. import training
from ..harness import Contender, Row

LR, MOMENTUM = 0.01, 0.9
EPS = 1e-5


def data(batch: int, length: int, width: int) -> tuple[np.ndarray, np.ndarray]:
    """Return sequences, and what they are to become, each (batch, length, width)."""
    rng = np.random.default_rng(0)
    return tuple(rng.normal(size=(batch, length, width)).astype(np.float32) for _ in "xt")


def start(width: int) -> dict[str, np.ndarray]:
    """Return parameters by minigrad's names; weights are (in, out)."""
    rng = np.random.default_rng(1)
    shapes: dict[str, tuple[int, ...]] = {"before.weight": (width,), "before.bias": (width,)}
    for layer in "qkv":
        shapes |= {f"attention.{layer}.weight": (width, width), f"attention.{layer}.bias": (width,)}
    shapes |= {"attention.out.weight": (width, width), "attention.out.bias": (width,)}
    shapes |= {"between.weight": (width,), "between.bias": (width,)}
    shapes |= {"up.weight": (width, 4 * width), "up.bias": (4 * width,)}
    shapes |= {"down.weight": (4 * width, width), "down.bias": (width,)}
    bound = width**-0.5
    values = {k: rng.uniform(-bound, bound, s).astype(np.float32) for k, s in shapes.items()}
    for norm in ("before", "between"):
        values[f"{norm}.weight"] += 1
    return values


def minigrad(batch: int, length: int, width: int, heads: int, replayed: bool) -> Contender:
    import minigrad as mg

    class Block(mg.nn.Module):
        def __init__(self) -> None:
            self.before = mg.nn.LayerNorm(width)
            self.attention = mg.nn.MultiHeadAttention(width, heads)
            self.between = mg.nn.LayerNorm(width)
            self.up = mg.nn.Linear(width, 4 * width)
            self.down = mg.nn.Linear(4 * width, width)

        def forward(self, x: mg.Tensor) -> mg.Tensor:
            x = x + self.attention(self.before(x))
            return x + self.down(mg.gelu(self.up(self.between(x))))

    model = Block()
    model.load_state_dict(start(width))
    return training.with_minigrad(
        model,
        mg.optim.SGD(model.parameters(), lr=LR, momentum=MOMENTUM),
        lambda x, t: mg.nn.mse_loss(model(x), t),
        data(batch, length, width),
        replayed,
    )


def torch(batch: int, length: int, width: int, heads: int, compiled: bool = False) -> Contender:
    import torch
    from torch.nn import functional

    class Block(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.before = torch.nn.LayerNorm(width)
            self.qkv = torch.nn.Linear(width, 3 * width)
            self.out = torch.nn.Linear(width, width)
            self.between = torch.nn.LayerNorm(width)
            self.up = torch.nn.Linear(width, 4 * width)
            self.down = torch.nn.Linear(4 * width, width)

        def forward(self, x: Any) -> Any:
            qkv = self.qkv(self.before(x)).unflatten(-1, (3, heads, -1))
            q, k, v = qkv.permute(2, 0, 3, 1, 4)
            seen = functional.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2)
            x = x + self.out(seen)
            return x + self.down(functional.gelu(self.up(self.between(x))))

    model = Block()
    p = {name: torch.from_numpy(value.T.copy()) for name, value in start(width).items()}
    joined = {
        f"qkv.{kind}": torch.cat([p.pop(f"attention.{layer}.{kind}") for layer in "qkv"])
        for kind in ("weight", "bias")
    }
    model.load_state_dict({k.removeprefix("attention."): v for k, v in {**p, **joined}.items()})
    return training.with_torch(
        model,
        torch.optim.SGD(model.parameters(), lr=LR, momentum=MOMENTUM),
        lambda x, t: functional.mse_loss(model(x), t),
        data(batch, length, width),
        compiled,
    )


def jax(batch: int, length: int, width: int, heads: int) -> Contender:
    import jax
    import optax
    from jax import numpy as jnp

    def loss(p: dict[str, Any], x: Any, t: Any) -> Any:
        def linear(name: str, x: Any) -> Any:
            return x @ p[f"{name}.weight"] + p[f"{name}.bias"]

        def norm(name: str, x: Any) -> Any:
            standard = jax.nn.standardize(x, epsilon=EPS)
            return standard * p[f"{name}.weight"] + p[f"{name}.bias"]

        y = norm("before", x)
        split = (batch, length, heads, width // heads)
        q, k, v = (linear(f"attention.{layer}", y).reshape(split) for layer in "qkv")
        seen = jax.nn.dot_product_attention(q, k, v).reshape(x.shape)
        x = x + linear("attention.out", seen)
        y = jax.nn.gelu(linear("up", norm("between", x)), approximate=False)
        return jnp.mean((x + linear("down", y) - t) ** 2)

    return training.with_jax(
        start(width), optax.sgd(LR, MOMENTUM), loss, data(batch, length, width)
    )


MEASURED = [
    Row(
        "transformer",
        "transformer block, d = 64, B = 16",
        {
            "minigrad": partial(minigrad, replayed=False),
            "minigrad replayed": partial(minigrad, replayed=True),
            "PyTorch": torch,
            "torch.compile": partial(torch, compiled=True),
            "JAX": jax,
        },
        {"batch": 16, "length": 64, "width": 64, "heads": 4},
        {"minigrad": 1, "minigrad replayed": 1.4},
    )
]
