"""Normalisation: batch and layer."""

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from .. import kernels
from ..arguments import NOT_NEGATIVE, UP_TO_ONE, check_flags, check_integers
from ..core import ops
from ..core.modes import no_grad
from ..core.primitive import primitive
from ..core.tensor import Array, Tensor
from ..kernels import in_order
from .init import checked_dtype, checked_shape
from .inputs import as_real
from .module import Module, Setting

# Group g of an array is all of x[:, g], and is to be brought to mean b[g] and deviation w[g].
# The pull-back to x is linear in the gradient and, per group, a symmetric matrix: it is its own
# derivative there.


def _bend(h: Any, y: Any, g: Any, x: Any, w: Any, parts: Any, eps: float) -> Any:
    """Pull ``h`` back to ``x``, on which the pull-back of ``g`` depends as well."""
    one, none = _as_they_are(w.size, w.dtype)
    standard = _normalize(x, one, none, parts, eps)
    scale = 1 / ops.sqrt(ops.var(x, axis=_axes(x), keepdims=True) + eps)
    pulled, along = _pull(g, x, w, parts, eps), _mean(standard * g) * _along(x, w)
    curved = standard * _mean(h * pulled) + along * _pull(h, x, one, parts, eps)
    return -scale * (curved + _mean(standard * h) * pulled)


def _bend_in_weight(h: Any, y: Any, g: Any, x: Any, w: Any, parts: Any, eps: float) -> Any:
    one, _ = _as_they_are(w.size, w.dtype)
    return ops.sum(h * _pull(g, x, one, parts, eps), axis=_axes(x))


@primitive(lambda h, y, g, x, w, parts, eps: _pull(h, x, w, parts, eps), _bend, _bend_in_weight)
def _pull(g: Any, x: Any, w: Any, parts: Any, eps: float) -> Any:
    """Pull ``g`` back to ``x``."""
    g, x, w = _alike(g, x, w)
    dx, shares = np.empty_like(x), np.empty((2, x.shape[1]), x.dtype)
    g, x = _grouped(g), _grouped(x)
    kernels.normalize_shares(g, x, parts, shares)
    kernels.normalize_pull(g, x, parts, w, shares, _grouped(dx))
    return dx


@primitive(
    lambda h, y, g, x, parts, eps: _normalize(x, h[1], h[0], parts, eps),
    lambda h, y, g, x, parts, eps: _pull(g, x, h[1], parts, eps),
)
def _shares(g: Any, x: Any, parts: Any, eps: float) -> Any:
    """Return what of ``g`` goes to b and to w, (2, G)."""
    g, x = _alike(g, x)
    shares = np.empty((2, x.shape[1]), x.dtype)
    kernels.normalize_shares(_grouped(g), _grouped(x), parts, shares)
    return shares


@primitive(
    lambda g, y, x, w, b, parts, eps: _pull(g, x, w, parts, eps),
    lambda g, y, x, w, b, parts, eps: _shares(g, x, parts, eps)[1],
    lambda g, y, x, w, b, parts, eps: ops.sum(g, axis=_axes(x)),
)
def _normalize(x: Any, w: Any, b: Any, parts: Any, eps: float) -> Any:
    x, w, b = _alike(x, w, b)
    y = np.empty_like(x)
    kernels.normalize(_grouped(x), parts, w, b, _grouped(y))
    return y


@primitive(None)
def _moments(x: Any, eps: float) -> Any:
    """Return (3, G): mean, variance, and what standardisation multiplies by."""
    parts = np.empty((3, x.shape[1]), x.dtype)
    kernels.moments(_grouped(in_order(x)), eps, parts)
    return parts


def _as_they_are(groups: int, dtype: npt.DTypeLike) -> tuple[np.ndarray, np.ndarray]:
    """Return the weight and bias that change nothing."""
    return np.ones(groups, dtype), np.zeros(groups, dtype)


def _alike(*arrays: Any) -> Any:
    """Return arrays in C order and of one type."""
    dtype = np.result_type(*arrays)
    return [in_order(a, dtype) for a in arrays]


def _grouped(x: Any) -> Any:
    """Return (A, G, ...) as (A, G, S)."""
    return x.reshape(x.shape[0], x.shape[1], math.prod(x.shape[2:]))


def _axes(x: Any) -> tuple[int, ...]:
    """Return the axes that a group extends along."""
    return (0, *range(2, x.ndim))


def _mean(x: Any) -> Any:
    return ops.mean(x, axis=_axes(x), keepdims=True)


def _along(x: Array, w: Array) -> Tensor:
    """Shape one number for each group so that it broadcasts against ``x``."""
    return ops.reshape(w, (-1,) + (1,) * (x.ndim - 2))


# The weights of layer norm lie along a group, not one for each: columns are the groups then, and
# mean 0 and scale 1 leave of the kernels the scaling, the shifting and the sums.


@primitive(
    lambda g, y, x, w, b: g * w,
    lambda g, y, x, w, b: _sums_of_products(g, x),
    lambda g, y, x, w, b: ops.sum(g, axis=0),
)
def _affine(x: Any, w: Any, b: Any) -> Any:
    """Return ``x * w + b`` for x (M, D)."""
    x, w, b = _alike(x, w, b)
    y = np.empty_like(x)
    kernels.normalize(_columns(x), _unmoved(x), w, b, _columns(y))
    return y


@primitive(lambda h, y, g, x: x * h, lambda h, y, g, x: g * h)
def _sums_of_products(g: Any, x: Any) -> Any:
    """Return the sum of ``g * x`` along each column."""
    g, x = _alike(g, x)
    shares = np.empty((2, x.shape[1]), x.dtype)
    kernels.normalize_shares(_columns(g), _columns(x), _unmoved(x), shares)
    return shares[1]


def _columns(x: Any) -> Any:
    return x.reshape(*x.shape, 1)


def _unmoved(x: Any) -> np.ndarray:
    parts = np.zeros((3, x.shape[1]), x.dtype)
    parts[2] = 1
    return parts


@primitive()
def _averaged(average: Any, parts: Any, row: int, factor: float, momentum: float) -> Any:
    return average + momentum * (factor * parts[row] - average)


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

    eps = Setting(NOT_NEGATIVE)

    def __init__(
        self,
        normalized_shape: int | tuple[int, ...],
        eps: float = 1e-5,
        elementwise_affine: bool = True,
        dtype: npt.DTypeLike = np.float32,
    ) -> None:
        self.normalized_shape = checked_shape(normalized_shape, "LayerNorm: normalized_shape")
        if not self.normalized_shape:
            raise ValueError("LayerNorm: normalized_shape is one length or more; got ().")
        check_flags("LayerNorm", elementwise_affine=elementwise_affine)
        self.eps = eps
        self.weight, self.bias = _parameters(self.normalized_shape, elementwise_affine, dtype)

    def forward(self, x: Array) -> Tensor:
        """Map ``(..., *normalized_shape)`` to the same shape."""
        x = as_real(x, "LayerNorm")
        n = len(self.normalized_shape)
        if x.shape[x.ndim - n :] != self.normalized_shape:
            raise ValueError(
                f"LayerNorm of shape {x.shape}: its last axes must be {self.normalized_shape}."
            )
        groups = ops.reshape(x, (1, math.prod(x.shape[: x.ndim - n]), math.prod(x.shape[-n:])))
        y = _normalize(
            groups, *_as_they_are(groups.shape[1], x.dtype), _moments(groups, self.eps), self.eps
        )
        if self.weight is not None and self.bias is not None:
            y = ops.reshape(y, groups.shape[1:])
            y = _affine(y, *(ops.reshape(p, (-1,)) for p in (self.weight, self.bias)))
        return ops.reshape(y, x.shape)

    def extra_repr(self) -> str:
        """Return the sizes."""
        return f"{self.normalized_shape}, {super().extra_repr()}"


class BatchNorm1d(Module):
    """Standardise each channel over the batch, then scale and shift (Ioffe & Szegedy 2015).

    Takes (N, C) or (N, C, L). In training it standardises by the mean and variance of the batch,
    and keeps a running average of both; in use, after ``eval()``, by that average, so that
    examples do not depend on each other.

    Parameters
    ----------
    num_features : int
        Number of channels, C.
    momentum : float
        Weight of the newest batch in the average: ``running += momentum * (new - running)``.
    eps, affine, dtype
        As in :class:`LayerNorm`, ``affine`` for ``elementwise_affine``.

    Attributes
    ----------
    running_mean, running_var : Tensor, (C,)
        The averages, at first 0 and 1. As in PyTorch the variance kept is the unbiased one
        (divided by n - 1), the one that the batch is standardised by is not (divided by n).
    """

    eps = Setting(NOT_NEGATIVE)
    momentum = Setting(UP_TO_ONE)
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
        name = type(self).__name__
        check_integers(name, 1, num_features=num_features)
        check_flags(name, affine=affine)
        dtype = checked_dtype(dtype)
        self.eps = eps
        self.momentum = momentum
        self.weight, self.bias = _parameters((num_features,), affine, dtype)
        self.running_mean = Tensor(np.zeros(num_features, dtype))
        self.running_var = Tensor(np.ones(num_features, dtype))

    def forward(self, x: Array) -> Tensor:
        """Map images, or rows, to the same shape."""
        x = as_real(x, type(self).__name__)
        channels = self.running_mean.shape[0]
        if x.ndim not in self._ndims or x.shape[1] != channels:
            raise ValueError(
                f"{type(self).__name__} of shape {x.shape}: wanted is {self._layout} "
                f"with C = {channels}."
            )
        weight: Any = self.weight
        bias: Any = self.bias
        if weight is None:
            weight, bias = _as_they_are(channels, x.dtype)
        if self.training:
            count = math.prod(x.shape) // channels
            if count < 2:
                raise ValueError(
                    f"{type(self).__name__} of shape {x.shape} in training: one value in a channel "
                    "has no variance. Use a bigger batch (drop the last short one), or call eval()."
                )
            parts = _moments(x, self.eps)
            self._follow(parts, count / (count - 1))
            return _normalize(x, weight, bias, parts, self.eps)
        deviation = ops.sqrt(self.running_var + self.eps)
        y = ops.subtract(x, _along(x, self.running_mean)) / _along(x, deviation)
        return y * _along(x, weight) + _along(x, bias)

    def _follow(self, parts: Array, unbiased: float) -> None:
        with no_grad():
            mean, variance, momentum = self.running_mean, self.running_var, self.momentum
            mean.data = _averaged(mean, parts, 0, 1.0, momentum)
            variance.data = _averaged(variance, parts, 1, unbiased, momentum)

    def extra_repr(self) -> str:
        """Return the sizes."""
        return f"{self.running_mean.shape[0]}, {super().extra_repr()}"


class BatchNorm2d(BatchNorm1d):
    """Batch normalisation of images, (N, C, H, W); see :class:`BatchNorm1d`."""

    _ndims = (4,)
    _layout = "(N, C, H, W)"


def _parameters(
    shape: tuple[int, ...], wanted: bool, dtype: npt.DTypeLike
) -> tuple[Tensor | None, Tensor | None]:
    dtype = checked_dtype(dtype)
    if not wanted:
        return None, None
    return Tensor(np.ones(shape, dtype), True), Tensor(np.zeros(shape, dtype), True)
