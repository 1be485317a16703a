"""Activations as layers."""

from __future__ import annotations

from ..core import ops
from ..core.tensor import Array, Tensor
from .module import Module


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
