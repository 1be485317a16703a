"""Activations as layers."""

from collections.abc import Callable

from ..arguments import FINITE, Whole
from ..core import ops
from ..core.tensor import Array, Tensor
from .inputs import as_real
from .module import Module, Setting


class _Elementwise(Module):
    _function: Callable[[Array], Tensor]

    def forward(self, x: Array) -> Tensor:
        """Apply the function of the same name to each element."""
        return type(self)._function(as_real(x, type(self).__name__))


class ReLU(_Elementwise):
    """``max(x, 0)``."""

    _function = staticmethod(ops.relu)


class LeakyReLU(Module):
    """``x`` where it is positive, elsewhere ``negative_slope * x`` (Maas et al. 2013).

    A unit that is negative for every example still passes a gradient on, so it cannot die.

    Parameters
    ----------
    negative_slope : float
        What remains of the slope; also the derivative at 0, as in PyTorch.
    """

    negative_slope = Setting(FINITE)

    def __init__(self, negative_slope: float = 0.01) -> None:
        self.negative_slope = negative_slope

    def forward(self, x: Array) -> Tensor:
        """Scale what is not positive."""
        x = as_real(x, "LeakyReLU")
        return ops.where(ops.greater(x, 0), x, self.negative_slope * x)


class Tanh(_Elementwise):
    """Hyperbolic tangent."""

    _function = staticmethod(ops.tanh)


class Sigmoid(_Elementwise):
    """Logistic function ``1 / (1 + exp(-x))``."""

    _function = staticmethod(ops.sigmoid)


class GELU(_Elementwise):
    """``x`` times the standard normal distribution function at ``x``; the exact form."""

    _function = staticmethod(ops.gelu)


class SiLU(_Elementwise):
    """``x * sigmoid(x)``, also called swish."""

    _function = staticmethod(ops.silu)


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

    dim = Setting(Whole(None))

    def __init__(self, dim: int = -1) -> None:
        self.dim = dim

    def forward(self, x: Array) -> Tensor:
        """Apply :func:`minigrad.softmax`."""
        return ops.softmax(as_real(x, "Softmax"), axis=self.dim)
