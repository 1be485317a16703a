"""Normalisation: batch and layer."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from .. import ops
from ..modes import no_grad
from ..primitive import primitive
from ..tensor import Array, Tensor
from .module import Module


def _undo(g: Any, y: Any, x: Any, axis: tuple[int, ...], eps: float) -> Any:
    """Take out of ``g`` what cannot change the result: its mean, and its part along ``y``."""
    mean = ops.mean(g, axis=axis, keepdims=True)
    along = ops.mean(g * y, axis=axis, keepdims=True)
    return (g - mean - y * along) / ops.sqrt(ops.var(x, axis=axis, keepdims=True) + eps)


@primitive(_undo)
def standardize(x: Any, axis: tuple[int, ...], eps: float) -> Any:
    """``x`` shifted and scaled to mean 0 and variance 1 (a little less, by ``eps``) over axes."""
    distance = x - np.mean(x, axis=axis, keepdims=True)
    variance = np.mean(distance * distance, axis=axis, keepdims=True)
    return distance / np.sqrt(variance + eps)


class LayerNorm(Module):
    """Standardise each example over its last axes, then scale and shift (Ba et al. 2016).

    Parameters
    ----------
    normalized_shape : int or tuple of ints
        Lengths of the last axes, those that are standardised over.
    eps : float
        What is added to the variance, against division by 0.
    elementwise_affine : bool
        Whether to scale by ``weight`` (at first 1) and shift by ``bias`` (at first 0).
    dtype : float32 or float64
        Type of the parameters.
    """

    def __init__(
        self,
        normalized_shape: int | tuple[int, ...],
        eps: float = 1e-5,
        elementwise_affine: bool = True,
        dtype: npt.DTypeLike = np.float32,
    ) -> None:
        shape = (normalized_shape,) if isinstance(normalized_shape, int) else normalized_shape
        self.normalized_shape = tuple(shape)
        self.eps = eps
        self.weight, self.bias = _affine(self.normalized_shape, elementwise_affine, dtype)

    def forward(self, x: Array) -> Tensor:
        """Map ``(..., *normalized_shape)`` to the same shape."""
        n = len(self.normalized_shape)
        if x.shape[x.ndim - n :] != self.normalized_shape:
            raise ValueError(
                f"LayerNorm of shape {x.shape}: its last axes must be {self.normalized_shape}."
            )
        y = standardize(x, tuple(range(-n, 0)), self.eps)
        if self.weight is None or self.bias is None:
            return y
        return y * self.weight + self.bias

    def extra_repr(self) -> str:
        """Return the sizes."""
        return f"{self.normalized_shape}, eps={self.eps}"


class BatchNorm1d(Module):
    """Standardise each channel over the batch, then scale and shift (Ioffe & Szegedy 2015).

    Takes (N, C) or (N, C, L). In training it standardises by the mean and variance of the batch,
    and keeps a running average of both; in use, after ``eval()``, by that average, so that
    examples do not depend on each other.

    Parameters
    ----------
    num_features : int
        Number of channels, C.
    eps : float
        What is added to the variance, against division by 0.
    momentum : float
        Weight of the newest batch in the average: ``running += momentum * (new - running)``.
    affine : bool
        Whether to scale by ``weight`` (at first 1) and shift by ``bias`` (at first 0).
    dtype : float32 or float64
        Type of the parameters and averages.

    Attributes
    ----------
    running_mean, running_var : Tensor, (C,)
        The averages, at first 0 and 1. As in PyTorch the variance kept is the unbiased one
        (divided by n - 1), the one that the batch is standardised by is not (divided by n).
    """

    _ndims: tuple[int, ...] = (2, 3)
    _layout = "(N, C) or (N, C, L)"

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float = 0.1,
        affine: bool = True,
        dtype: npt.DTypeLike = np.float32,
    ) -> None:
        self.eps = eps
        self.momentum = momentum
        self.weight, self.bias = _affine((num_features,), affine, dtype)
        self.running_mean = Tensor(np.zeros(num_features, dtype))
        self.running_var = Tensor(np.ones(num_features, dtype))

    def forward(self, x: Array) -> Tensor:
        """Map images, or rows, to the same shape."""
        channels = self.running_mean.shape[0]
        if x.ndim not in self._ndims or x.shape[1] != channels:
            raise ValueError(
                f"{type(self).__name__} of shape {x.shape}: wanted is {self._layout} "
                f"with C = {channels}."
            )
        per_channel = (channels,) + (1,) * (x.ndim - 2)
        if self.training:
            axes = (0, *range(2, x.ndim))
            self._follow(x, axes)
            y = standardize(x, axes, self.eps)
        else:
            deviation = ops.sqrt(self.running_var + self.eps)
            distance = ops.subtract(x, ops.reshape(self.running_mean, per_channel))
            y = distance / ops.reshape(deviation, per_channel)
        if self.weight is None or self.bias is None:
            return y
        return y * ops.reshape(self.weight, per_channel) + ops.reshape(self.bias, per_channel)

    def _follow(self, x: Array, axes: tuple[int, ...]) -> None:
        if math.prod(x.shape[a] for a in axes) < 2:
            raise ValueError(
                f"{type(self).__name__} of shape {x.shape} in training: one value in a channel has "
                "no variance. Use a bigger batch (drop the last short one), or call eval()."
            )
        with no_grad():
            mean, running_mean = ops.mean(x, axis=axes), self.running_mean
            variance, running_var = ops.var(x, axis=axes, correction=1), self.running_var
            running_mean += self.momentum * (mean - running_mean)
            running_var += self.momentum * (variance - running_var)

    def extra_repr(self) -> str:
        """Return the sizes."""
        return f"{self.running_mean.shape[0]}, eps={self.eps}, momentum={self.momentum}"


class BatchNorm2d(BatchNorm1d):
    """Batch normalisation of images, (N, C, H, W); see :class:`BatchNorm1d`."""

    _ndims = (4,)
    _layout = "(N, C, H, W)"


def _affine(
    shape: tuple[int, ...], wanted: bool, dtype: npt.DTypeLike
) -> tuple[Tensor | None, Tensor | None]:
    if not wanted:
        return None, None
    return Tensor(np.ones(shape, dtype), True), Tensor(np.zeros(shape, dtype), True)
