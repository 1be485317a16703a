"""Linear maps, convolutions, pooling, lookups, dropout."""

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from .. import kernels
from ..arguments import UP_TO_ONE, Whole, check_flags, check_integers
from ..core import ops
from ..core.modes import effect
from ..core.primitive import primitive
from ..core.tensor import Array, Tensor, raw
from ..random import generator_or_default
from . import init
from .inputs import as_array, as_real
from .linear import linear
from .module import Module, Setting
from .windows import avg_pool2d, conv2d, max_pool2d

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
        check_integers("Linear", 1, in_features=in_features, out_features=out_features)
        check_flags("Linear", bias=bias)
        bound = 1 / math.sqrt(in_features)
        self.weight = Tensor(init.uniform((in_features, out_features), bound, rng, dtype), True)
        self.bias = Tensor(init.uniform((out_features,), bound, rng, dtype), True) if bias else None

    def forward(self, x: Array) -> Tensor:
        """Map (..., in_features) to (..., out_features)."""
        return linear(x, self.weight, self.bias)

    def extra_repr(self) -> str:
        """Return the sizes."""
        inner, outer = self.weight.shape
        return f"in_features={inner}, out_features={outer}, bias={self.bias is not None}"


class Conv2d(Module):
    """Filters that slide over images, plus a bias for each.

    Both start evenly drawn between ``±1 / sqrt(in_channels * kernel_size**2)``, as in PyTorch.

    Parameters
    ----------
    in_channels, out_channels : int
        Channels of the images, and number of filters.
    kernel_size, stride, padding : int
        Height and width of a filter; step from one place to the next; rows and columns of zeros
        around the image. Each is the same down and across.
    bias, rng, dtype
        As in :class:`Linear`.

    Attributes
    ----------
    weight : Tensor, (out_channels, in_channels, kernel_size, kernel_size)
    bias : Tensor, (out_channels,), or None
    """

    stride = Setting(Whole(1))
    padding = Setting(Whole(0))

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int,
        stride: int = 1,
        padding: int = 0,
        bias: bool = True,
        rng: Generator | None = None,
        dtype: npt.DTypeLike = np.float32,
    ) -> None:
        channels = {"in_channels": in_channels, "out_channels": out_channels}
        check_integers("Conv2d", 1, **channels, kernel_size=kernel_size)
        check_flags("Conv2d", bias=bias)
        shape = (out_channels, in_channels, kernel_size, kernel_size)
        bound = 1 / math.sqrt(init.fans(shape)[0])
        self.weight = Tensor(init.uniform(shape, bound, rng, dtype), True)
        self.bias = Tensor(init.uniform(shape[:1], bound, rng, dtype), True) if bias else None
        self.stride = stride
        self.padding = padding

    def forward(self, x: Array) -> Tensor:
        """Map (N, in_channels, H, W) to (N, out_channels, H', W'); see :func:`conv2d`."""
        return conv2d(x, self.weight, self.stride, self.padding, self.bias)

    def extra_repr(self) -> str:
        """Return the sizes."""
        outer, inner, size, _ = self.weight.shape
        settings = super().extra_repr()
        return f"{inner}, {outer}, kernel_size={size}, {settings}, bias={self.bias is not None}"


class _Pool2d(Module):
    kernel_size = Setting(Whole(1))
    stride = Setting(Whole(1))

    def __init__(self, kernel_size: int, stride: int | None = None) -> None:
        self.kernel_size = kernel_size
        self.stride = kernel_size if stride is None else stride


class MaxPool2d(_Pool2d):
    """Greatest element of each window of (N, C, H, W); ``stride`` is ``kernel_size`` unless given.

    Where elements tie, the first takes the gradient, as in PyTorch.
    """

    def forward(self, x: Array) -> Tensor:
        """Apply :func:`max_pool2d`."""
        return max_pool2d(x, self.kernel_size, self.stride)


class AvgPool2d(_Pool2d):
    """Mean of each window of (N, C, H, W); ``stride`` is ``kernel_size`` unless given."""

    def forward(self, x: Array) -> Tensor:
        """Apply :func:`avg_pool2d`."""
        return avg_pool2d(x, self.kernel_size, self.stride)


class Flatten(Module):
    """Each example as one row: (N, ...) becomes (N, product of the rest)."""

    def forward(self, x: Array) -> Tensor:
        """Reshape."""
        x = as_array(x, "Flatten", "x")
        if not x.ndim:
            raise ValueError("Flatten: x is (N, ...), N examples; got a single number.")
        return ops.reshape(x, (x.shape[0], math.prod(x.shape[1:])))


class Embedding(Module):
    """A table that is looked up: one trained row for each of ``num_embeddings`` numbers.

    The rows start standard normal, as in PyTorch.

    Parameters
    ----------
    num_embeddings, embedding_dim : int
        Number and length of the rows.
    rng, dtype
        As in :class:`Linear`.

    Attributes
    ----------
    weight : Tensor, (num_embeddings, embedding_dim)
    """

    def __init__(
        self,
        num_embeddings: int,
        embedding_dim: int,
        rng: Generator | None = None,
        dtype: npt.DTypeLike = np.float32,
    ) -> None:
        sizes = {"num_embeddings": num_embeddings, "embedding_dim": embedding_dim}
        check_integers("Embedding", 1, **sizes)
        shape = (num_embeddings, embedding_dim)
        self.weight = Tensor(init.normal(shape, rng=rng, dtype=dtype), True)

    def forward(self, indices: Array) -> Tensor:
        """Map integers (...) to (..., embedding_dim)."""
        indices = as_array(indices, "Embedding", "indices")
        if indices.dtype.kind not in "iu":
            raise TypeError(f"Embedding: indices are integers, these are {indices.dtype}.")
        _check_indices(indices, rows=self.weight.shape[0])
        if indices.dtype != np.int64:
            indices = ops.astype(indices, np.int64)
        return self.weight[indices]

    def extra_repr(self) -> str:
        """Return the sizes."""
        return "{}, {}".format(*self.weight.shape)


@effect
def _check_indices(indices: Array, rows: int) -> None:
    numbers = raw(indices)
    if numbers.size and (numbers.min() < 0 or numbers.max() >= rows):
        raise IndexError(
            f"Embedding: indices go from {numbers.min()} to {numbers.max()}, "
            f"the rows only from 0 to {rows - 1}."
        )


@primitive(None)
def _seed(x: Any, rng: Generator) -> Any:
    if type(x) is not np.ndarray:
        raise TypeError("a draw is not to be followed, each replay makes its own")
    return np.array([rng.integers(1 << 63)])


@primitive(lambda g, y, x, seed, p: _dropout(g, seed, p))
def _dropout(x: Any, seed: Any, p: float) -> Any:
    """Zero elements with probability ``p``: the same ones again from the same seed."""
    y = np.empty(x.shape, x.dtype)
    rows = np.reshape(kernels.in_order(x), x.size), np.reshape(y, x.size)
    kernels.dropout(rows[0], seed, round(p * 2**32), 1 / (1 - p) if p < 1 else 0.0, rows[1])
    return y


class Dropout(Module):
    """In training, zero each element with probability ``p`` (Srivastava et al. 2014).

    What is kept is scaled by ``1 / (1 - p)``, so that the mean stays, and that in use, after
    ``eval()``, nothing has to be done.

    Parameters
    ----------
    p : float
        Probability to drop an element, from 0 to 1.
    rng : numpy.random.Generator, optional
        What decides, anew in each call; ``mg.default_rng()`` if not given.
    """

    p = Setting(UP_TO_ONE)

    def __init__(self, p: float = 0.5, rng: Generator | None = None) -> None:
        self.p = p
        generator_or_default(rng, "Dropout")
        self.rng = rng  # None stays None: a copy of the default generator would not obey mg.seed

    def forward(self, x: Array) -> Array:
        """Drop some elements in training, none in use."""
        p = self.p
        if not (self.training and p):
            return x
        x = as_real(x, "Dropout")
        return _dropout(x, _seed(x, generator_or_default(self.rng, "Dropout")), p)
