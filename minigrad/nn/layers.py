"""Layers without memory: linear maps, convolutions, lookups, activations, dropout."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from .. import ops
from ..tensor import Array, Tensor
from . import init
from .fused import linear
from .module import Module

Generator = np.random.Generator


class Linear(Module):
    """The map ``x @ weight + bias``.

    Both start evenly drawn between ``±1 / sqrt(in_features)``, as in PyTorch (LeCun et al. 1998).

    Parameters
    ----------
    in_features, out_features : int
        Lengths of the last axis of the argument and of the result.
    bias : bool
        Whether to add a bias.
    rng : numpy.random.Generator, optional
        What the initial values are drawn from; ``mg.default_rng()`` if not given.
    dtype : float32 or float64
        Type of the parameters.

    Attributes
    ----------
    weight : Tensor, (in_features, out_features)
        The transpose of PyTorch's: the formula reads as it runs.
    bias : Tensor, (out_features,), or None
    """

    def __init__(
        self,
        in_features: int,
        out_features: int,
        bias: bool = True,
        rng: Generator | None = None,
        dtype: npt.DTypeLike = np.float32,
    ) -> None:
        bound = 1 / math.sqrt(in_features) if in_features else 0.0
        self.weight = Tensor(init.uniform((in_features, out_features), bound, rng, dtype), True)
        self.bias = Tensor(init.uniform((out_features,), bound, rng, dtype), True) if bias else None

    def forward(self, x: Array) -> Tensor:
        """Map (..., in_features) to (..., out_features)."""
        return linear(x, self.weight, self.bias)

    def extra_repr(self) -> str:
        """Return the sizes."""
        inner, outer = self.weight.shape
        return f"in_features={inner}, out_features={outer}, bias={self.bias is not None}"


class ReLU(Module):
    """``max(x, 0)``."""

    def forward(self, x: Array) -> Tensor:
        """Apply :func:`minigrad.relu`."""
        return ops.relu(x)


class Tanh(Module):
    """Hyperbolic tangent."""

    def forward(self, x: Array) -> Tensor:
        """Apply :func:`minigrad.tanh`."""
        return ops.tanh(x)


class Sigmoid(Module):
    """Logistic function ``1 / (1 + exp(-x))``."""

    def forward(self, x: Array) -> Tensor:
        """Apply :func:`minigrad.sigmoid`."""
        return ops.sigmoid(x)


class GELU(Module):
    """``x`` times the standard normal distribution function at ``x``; the exact form."""

    def forward(self, x: Array) -> Tensor:
        """Apply :func:`minigrad.gelu`."""
        return ops.gelu(x)


class SiLU(Module):
    """``x * sigmoid(x)``, also called swish."""

    def forward(self, x: Array) -> Tensor:
        """Apply :func:`minigrad.silu`."""
        return ops.silu(x)


class Softmax(Module):
    """Exponentials along one axis, scaled to add up to 1.

    :func:`cross_entropy` takes logits and does this itself, stably: do not put this layer before
    it. Nothing can notice the mistake, since probabilities are possible logits too; the model
    just learns badly.

    Parameters
    ----------
    dim : int
        The axis.
    """

    def __init__(self, dim: int = -1) -> None:
        self.dim = dim

    def forward(self, x: Array) -> Tensor:
        """Apply :func:`minigrad.softmax`."""
        return ops.softmax(x, axis=self.dim)

    def extra_repr(self) -> str:
        """Return the axis."""
        return f"dim={self.dim}"
