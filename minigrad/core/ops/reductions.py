"""Functions that reduce axes, or normalise along them.

``axis`` is an integer, a tuple of them, or None for all axes, as in NumPy.
"""

import math
from typing import Any

import numpy as np

from ... import kernels
from ..primitive import astype, hinting, primitive
from ..tensor import Array, Axis, Tensor
from .elementwise import equal, exp
from .shapes import axes_of, concat, flip, permute_dims, reshape

# What np.sum, np.max and np.min call. Called here, an overflow is reported as minigrad's own, and
# its filter of warnings sees it.
_add: Any = np.add.reduce
_greatest: Any = np.maximum.reduce
_least: Any = np.minimum.reduce


def _kept(reduced: Any, x: Any, axis: Axis) -> Any:
    """Give a reduction of ``x`` its axes back, with length 1, unless it broadcasts without them."""
    if reduced.ndim in (0, x.ndim):
        return reduced
    axes = axes_of(x, axis)
    return reshape(reduced, tuple(1 if i in axes else n for i, n in enumerate(x.shape)))


def _count(x: Any, axis: Axis) -> int:
    if axis is None:
        return np.size(x)
    return math.prod(np.shape(x)[a] for a in axes_of(x, axis))


@primitive(lambda g, y, x, shape: g)
def _repeated(x: Any, shape: tuple[int, ...]) -> Any:
    """Repeat ``x`` to fill ``shape``, as `broadcast_to` does, in memory of its own.

    That is faster to make than a view, and faster to read.
    """
    return np.positive(x, out=np.empty(shape, x.dtype))


def _spread(g: Any, y: Any, x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    return _repeated(_kept(g, x, axis), x.shape)


@primitive(_spread)
def sum(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """Sum over ``axis``."""
    return _add(x, axis=axis, keepdims=keepdims)


def _spread_evenly(g: Any, y: Any, x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    return _repeated(_kept(g, x, axis) / _count(x, axis), x.shape)


@primitive(_spread_evenly)
def mean(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """Mean over ``axis``."""
    return _add(x, axis=axis, keepdims=keepdims) / _count(x, axis)


def _to_the_winners(g: Any, y: Any, x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    winners = astype(equal(x, _kept(y, x, axis)), x.dtype)
    return _kept(g, x, axis) * (winners / sum(winners, axis=axis, keepdims=True))


@primitive(_to_the_winners)
def max(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """Greatest element over ``axis``. Elements that tie share the gradient evenly."""
    return _greatest(x, axis=axis, keepdims=keepdims)


@primitive(_to_the_winners)
def min(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """Least element over ``axis``. Elements that tie share the gradient evenly."""
    return _least(x, axis=axis, keepdims=keepdims)


@primitive()
def any(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """Whether any element over ``axis`` is true, or not 0."""
    return np.any(x, axis=axis, keepdims=keepdims)


@primitive()
def all(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """Whether all elements over ``axis`` are true, or not 0."""
    return np.all(x, axis=axis, keepdims=keepdims)


@primitive()
def argmax(x: Any, axis: int | None = None, keepdims: bool = False) -> Any:
    """Where the greatest element stands along ``axis``, or in all of ``x`` read as one row."""
    return np.argmax(x, axis=axis, keepdims=keepdims)


@primitive()
def argmin(x: Any, axis: int | None = None, keepdims: bool = False) -> Any:
    """Where the least element stands along ``axis``, or in all of ``x`` read as one row."""
    return np.argmin(x, axis=axis, keepdims=keepdims)


def _along(g: Any, y: Any, x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    return _kept(g, x, axis) * _part(x, _kept(y, x, axis))


@primitive(lambda g, u, x, length: g / length, lambda g, u, x, length: -g * u / length)
def _part(x: Any, length: Any) -> Any:
    """``x / length``, and 0 where the length is 0: a choice, which has no derivative itself."""
    return x / np.where(length == 0, length.dtype.type(1), length)


@primitive(_along, real=True)
def norm(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """Euclidean length over ``axis``.

    The derivative at 0, where there is none, is 0; second derivatives there are NaN.
    """
    return np.sqrt(_add(x * x, axis=axis, keepdims=keepdims))


def _mean_square(x: Any, axis: Axis, correction: float, keepdims: bool) -> Any:
    distance = x - _add(x, axis=axis, keepdims=True) / _count(x, axis)
    squares = _add(distance * distance, axis=axis, keepdims=keepdims)
    if not correction >= 0:
        raise ValueError(f"correction must be a number from 0 upwards, got {correction}.")
    count = _count(x, axis) - correction
    return squares / (count if count > 0 else 0)


def _distance(x: Any, axis: Axis, correction: float) -> Any:
    return (x - mean(x, axis=axis, keepdims=True)) / (_count(x, axis) - correction)


@primitive(
    lambda g, y, x, axis=None, correction=0, keepdims=False: (
        _kept(2 * g, x, axis) * _distance(x, axis, correction)
    ),
    real=True,
)
def var(x: Any, axis: Axis = None, correction: float = 0, keepdims: bool = False) -> Any:
    """Variance over ``axis``: the mean square distance from the mean.

    ``correction=1`` divides by n - 1, the unbiased estimate from a sample (and the default of
    ``torch.var``; NumPy's and the array API's is 0, as here).
    """
    return _mean_square(x, axis, correction, keepdims)


@primitive(
    lambda g, y, x, axis=None, correction=0, keepdims=False: (
        _kept(g, x, axis) * _part(_distance(x, axis, correction), _kept(y, x, axis))
    ),
    real=True,
)
def std(x: Any, axis: Axis = None, correction: float = 0, keepdims: bool = False) -> Any:
    """Standard deviation over ``axis``, the root of :func:`var`.

    The derivative at 0 is 0; second derivatives there are NaN.
    """
    return np.sqrt(_mean_square(x, axis, correction, keepdims))


@hinting
def prod(x: Array, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """Product over ``axis``, multiplied two by two, so that zeros need no special case.

    Integers are widened first, as in :func:`sum` and in NumPy.
    """
    x = x if hasattr(x, "dtype") else np.asarray(x)
    if x.dtype.kind in "iub":
        x = astype(x, np.multiply.reduce(np.empty(0, x.dtype)).dtype)
    axes = axes_of(x, axis)
    rest = tuple(i for i in range(x.ndim) if i not in axes)
    kept = tuple(1 if i in axes else n for i, n in enumerate(x.shape))
    n = _count(x, axis)
    rows = reshape(permute_dims(x, rest + axes), (*(x.shape[i] for i in rest), n))
    if n == 0:
        rows, n = concat([rows, np.ones((*rows.shape[:-1], 1), rows.dtype)], axis=-1), 1
    while n > 1:
        half = n // 2
        pairs = rows[..., :half] * rows[..., half : 2 * half]
        rows = concat([pairs, rows[..., 2 * half :]], axis=-1) if n % 2 else pairs
        n -= half
    return reshape(rows, kept if keepdims else tuple(x.shape[i] for i in rest))


def _softmax_weighted(g: Any, y: Any, x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    return _kept(g, x, axis) * exp(x - _kept(y, x, axis))


@primitive(_softmax_weighted, real=True)
def logsumexp(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """Logarithm of the sum of exponentials over ``axis``, safe from overflow.

    The greatest element is taken out first, so that every exponential is at most 1.
    """
    top = _greatest(x, axis=axis, keepdims=True, initial=-np.inf)
    top = np.where(np.isfinite(top), top, 0)
    y = np.log(_add(np.exp(x - top), axis=axis, keepdims=True)) + top
    return y if keepdims else np.squeeze(y, axis=axes_of(x, axis))


def _bend(h: Any, out: Any, g: Any, y: Any, axis: Axis) -> Any:
    inner, outer = (sum(a * y, axis=axis, keepdims=True) for a in (g, h))
    return h * (g - inner) - g * outer


@primitive(lambda h, out, g, y, axis: _softmax_pull(h, y, axis), _bend)
def _softmax_pull(g: Any, y: Any, axis: Axis) -> Any:
    """Pull ``g`` back through a softmax of result ``y``; in ``g`` that is a symmetric matrix."""
    if not _last(y, axis):
        return y * g - y * np.sum(y * g, axis=axis, keepdims=True)
    dx = np.empty(y.shape, y.dtype)
    kernels.softmax_pull(_rows(kernels.in_order(g, y.dtype)), _rows(kernels.in_order(y)), _rows(dx))
    return dx


@primitive(lambda g, y, x, axis=-1: _softmax_pull(g, y, axis), real=True)
def softmax(x: Any, axis: Axis = -1) -> Any:
    """Exponentials over ``axis``, scaled to add up to 1, safe from overflow."""
    if not _last(x, axis):
        e = np.exp(x - np.max(x, axis=axis, keepdims=True, initial=-np.inf))
        return e / np.sum(e, axis=axis, keepdims=True)
    y = np.empty(x.shape, x.dtype)
    kernels.softmax(_rows(kernels.in_order(x)), _rows(y))
    return y


def _last(x: Any, axis: Axis) -> bool:
    return x.ndim > 0 and axes_of(x, axis) == (x.ndim - 1,)


def _rows(x: Any) -> Any:
    return x.reshape(math.prod(x.shape[:-1]), x.shape[-1])


@primitive(lambda g, y, x, axis=-1: g - exp(y) * sum(g, axis=axis, keepdims=True), real=True)
def log_softmax(x: Any, axis: Axis = -1) -> Any:
    """Logarithm of :func:`softmax`, without ever taking the logarithm of a rounded 0."""
    shifted = x - _greatest(x, axis=axis, keepdims=True, initial=-np.inf)
    return shifted - np.log(_add(np.exp(shifted), axis=axis, keepdims=True))


@primitive(lambda g, y, x, axis: flip(cumsum(flip(g, axis), axis), axis))
def _cumsum(x: Any, axis: int) -> Any:
    return np.add.accumulate(x, axis=axis)


@hinting
def cumsum(x: Array, axis: int | None = -1) -> Tensor:
    """Running sum along ``axis``, or, without one, over ``x`` read as one row."""
    if axis is None:
        x, axis = reshape(x, -1), 0
    return _cumsum(x, *axes_of(x, axis))


# Undoing broadcasting


def fit(g: Any, like: np.ndarray) -> Any:
    """Undo broadcasting and promotion: bring a gradient to the shape and type of its argument.

    What was repeated in the forward is added up here. This is the one place where that is done.
    """
    if like.dtype.kind != "f":
        raise TypeError(f"only float tensors can require a gradient, this one is {like.dtype}.")
    if g.shape != like.shape:
        extra = g.ndim - like.ndim
        axes = tuple(range(extra))
        if g.shape[extra:] != like.shape:
            axes += tuple(i + extra for i, n in enumerate(like.shape) if n != g.shape[i + extra])
        g = _add(g, axis=axes) if type(g) is np.ndarray else sum(g, axis=axes)
        if g.shape != like.shape:
            g = reshape(g, like.shape)
    return g if g.dtype == like.dtype else astype(g, like.dtype)
