"""Convolution and pooling: functions of small windows that slide over an image.

Images are (N, C, H, W): examples, channels, rows, columns; filters (O, C, KH, KW).
Convolution is linear in the image and in the filter. The three primitives below (the result, and
its pull-back to either argument) are each other's derivatives, to any order.
"""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from .. import kernels
from ..arguments import check_integers
from ..core.ops import reshape, sum
from ..core.primitive import primitive
from ..core.tensor import Array, Tensor
from ..kernels import in_order
from .inputs import as_real

Pair = tuple[int, ...]


@primitive(
    lambda g, y, x, w, b, stride, padding: _conv2d_image(g, w, x.shape, stride, padding),
    lambda g, y, x, w, b, stride, padding: _conv2d_filter(x, g, w.shape, stride, padding),
    lambda g, y, x, w, b, stride, padding: sum(g, axis=(0, 2, 3)),
)
def _conv2d(x: Any, w: Any, b: Any, stride: int, padding: int) -> Any:
    places = _windows(x.shape, w.shape[2:], stride, padding)
    return _correlate(x, w, b, places, stride, 1, (padding, padding))


_conv2d.name = "conv2d"  # type: ignore[attr-defined]


@primitive(
    lambda g, y, d, w, shape, stride, padding: _conv2d(g, w, _no_bias(w), stride, padding),
    lambda g, y, d, w, shape, stride, padding: _conv2d_filter(g, d, w.shape, stride, padding),
)
def _conv2d_image(d: Any, w: Any, shape: tuple[int, ...], stride: int, padding: int) -> Any:
    """Pull ``d``, of the result's shape, back through the filter to the image's shape.

    A pixel receives from the windows around it what its tap in each of them sent there: a
    correlation of ``d`` with the filters turned round, in which ``d`` stands ``stride`` apart.
    """
    turned = w[:, :, ::-1, ::-1].swapaxes(0, 1)
    before = (w.shape[2] - 1 - padding, w.shape[3] - 1 - padding)
    return _correlate(d, turned, _no_bias(turned), shape[2:], 1, stride, before)


@primitive(
    lambda g, y, x, d, shape, stride, padding: _conv2d_image(d, g, x.shape, stride, padding),
    lambda g, y, x, d, shape, stride, padding: _conv2d(x, g, _no_bias(g), stride, padding),
)
def _conv2d_filter(x: Any, d: Any, shape: tuple[int, ...], stride: int, padding: int) -> Any:
    """Pull ``d``, of the result's shape, back through the image to the filter's shape."""
    dtype = np.result_type(x, d)
    places = d.shape[2:]
    fields, starts, room = _fields(x, dtype, shape[2:], places, stride, 1, (padding, padding))
    taps, planes = np.empty((starts.size, room), dtype), np.empty((shape[0], room), dtype)
    dw = np.empty(shape, dtype)
    matrix = dw.reshape(shape[0], starts.size)
    kernels.correlate_filter(
        fields, starts, in_order(d, dtype), taps, planes, np.empty_like(matrix), matrix
    )
    return dw


def _no_bias(w: Any) -> np.ndarray:
    return np.zeros(w.shape[0], w.dtype)


def _correlate(
    x: Any, w: Any, b: Any, places: Pair, stride: int, spread: int, before: Pair
) -> np.ndarray:
    """Slide filters over a field of zeros, in which the pixels of ``x`` stand ``spread`` apart."""
    dtype = np.result_type(x, w)
    filters = w.shape[0]
    fields, starts, room = _fields(x, dtype, w.shape[2:], places, stride, spread, before)
    matrix = in_order(w, dtype).reshape(filters, starts.size)
    taps, planes = np.empty((starts.size, room), dtype), np.empty((filters, room), dtype)
    y = np.empty((x.shape[0], filters, *places), dtype)
    kernels.correlate(fields, starts, matrix, in_order(b, dtype), taps, planes, y)
    return y


def _fields(
    x: Any, dtype: np.dtype, size: Pair, places: Pair, stride: int, spread: int, before: Pair
) -> tuple[np.ndarray, np.ndarray, int]:
    """Lay images out as :func:`kernels.correlate` wants them.

    Returns
    -------
    fields : (N, length)
    starts : (C * KH * KW,), integers
        Where each element of a filter meets the first window.
    room : int
        Number of neighbours from there that all windows take up.
    """
    n, channels = x.shape[:2]
    down, across = (m + (k - 1) // stride for m, k in zip(places, size, strict=True))
    beyond = (size[1] - 1) // stride  # how far the last run of neighbours goes over the end
    fields = np.empty((n, channels * stride**2 * down * across + beyond), dtype)
    kernels.lay_fields(in_order(x, dtype), stride, spread, *before, across, fields)
    return fields, _starts(channels, *size, stride, down, across), places[0] * across


@functools.cache
def _starts(channels: int, kh: int, kw: int, stride: int, down: int, across: int) -> np.ndarray:
    c, i, j = np.ogrid[:channels, :kh, :kw]
    plane = (c * stride + i % stride) * stride + j % stride
    return np.ravel((plane * down + i // stride) * across + j // stride)


def conv2d(
    x: Array, weight: Array, stride: int = 1, padding: int = 0, bias: Array | None = None
) -> Tensor:
    """Slide filters over images; at each place, sum the products.

    Parameters
    ----------
    x : (N, C, H, W)
        Images.
    weight : (O, C, KH, KW)
        Filters. They are not flipped: this is the cross-correlation that every framework calls
        convolution.
    stride, padding : int
        Step between windows, and rows and columns of zeros around the image.
    bias : (O,), optional
        Added to the result of each filter.

    Returns
    -------
    (N, O, (H + 2 padding - KH) // stride + 1, (W + 2 padding - KW) // stride + 1)
    """
    x, weight = as_real(x, "conv2d"), as_real(weight, "conv2d", "weight")
    if x.ndim != 4 or weight.ndim != 4 or x.shape[1] != weight.shape[1]:
        raise ValueError(
            f"conv2d: images of shape {x.shape} and filters of shape {weight.shape}; "
            "wanted are (N, C, H, W) and (O, C, KH, KW) with the same C."
        )
    _checked("conv2d", x.shape, weight.shape[2:], stride, padding)
    if bias is None:
        return _conv2d(x, weight, _no_bias(weight), stride, padding)
    bias = as_real(bias, "conv2d", "bias")
    if bias.shape != weight.shape[:1]:
        raise ValueError(
            f"conv2d: bias of shape {bias.shape}, wanted is ({weight.shape[0]},), one number for "
            "each filter."
        )
    return _conv2d(x, weight, bias, stride, padding)


def max_pool2d(x: Array, size: int, stride: int | None = None) -> Tensor:
    """Greatest element of each ``size`` x ``size`` window; of equal ones the first is taken."""
    x, stride = as_real(x, "max_pool2d"), size if stride is None else stride
    _checked("max_pool2d", x.shape, (size, size), stride, 0)
    return _gather(x, _winners(x, size, stride))


@primitive(None)
def _winners(x: Any, size: int, stride: int) -> Any:
    """Where in its plane the greatest element of each window stands."""
    rows, columns = _windows(x.shape, (size, size), stride, 0)
    planes = x.shape[0] * x.shape[1]
    places = np.empty((*x.shape[:2], rows, columns), np.int32)
    kernels.window_argmax(
        in_order(x).reshape(planes, *x.shape[2:]),
        size,
        stride,
        places.reshape(planes, rows, columns),
    )
    return places


@primitive(lambda g, y, x, places: _scatter(g, places, x.shape))
def _gather(x: Any, places: Any) -> Any:
    """Take the elements of each plane that stand at ``places``."""
    y = np.empty(places.shape, x.dtype)
    kernels.gather(_planes(x), _planes(places), _planes(y))
    return y


@primitive(lambda g, y, d, places, shape: _gather(g, places))
def _scatter(d: Any, places: Any, shape: tuple[int, ...]) -> Any:
    """Add ``d`` to zeros at ``places``."""
    dx = np.empty(shape, d.dtype)
    kernels.scatter(_planes(d), _planes(places), _planes(dx))
    return dx


def _planes(x: Any) -> Any:
    """Return (N, C, H, W) as a row for each plane."""
    n, channels, height, width = x.shape
    return in_order(x).reshape(n * channels, height * width)


def avg_pool2d(x: Array, size: int, stride: int | None = None) -> Tensor:
    """Mean of each ``size`` x ``size`` window: a convolution with a constant filter."""
    x, stride = as_real(x, "avg_pool2d"), size if stride is None else stride
    rows, columns = _checked("avg_pool2d", x.shape, (size, size), stride, 0)
    n, c, h, w = x.shape
    window = np.full((1, 1, size, size), 1 / size**2, x.dtype)
    y = _conv2d(reshape(x, (n * c, 1, h, w)), window, _no_bias(window), stride, 0)
    return reshape(y, (n, c, rows, columns))


def _checked(
    name: str, shape: tuple[int, ...], size: tuple[int, ...], stride: int, padding: int
) -> tuple[int, int]:
    """Count the windows down and across, if there can be any."""
    if len(shape) != 4:
        raise ValueError(f"{name}: images are (N, C, H, W), these have shape {shape}.")
    check_integers(name, 1, height=size[0], width=size[1], stride=stride)
    check_integers(name, 0, padding=padding)
    rows, columns = _windows(shape, size, stride, padding)
    if rows < 1 or columns < 1:
        raise ValueError(f"{name}: a window of {size} does not fit images of {shape[2:]}.")
    return rows, columns


def _windows(
    shape: tuple[int, ...], size: tuple[int, ...], stride: int, padding: int
) -> tuple[int, int]:
    rows, columns = (
        (n + 2 * padding - k) // stride + 1 for n, k in zip(shape[2:], size, strict=True)
    )
    return rows, columns
