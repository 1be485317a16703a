"""Convolution and pooling: functions of small windows that slide over an image.

Images are (N, C, H, W): examples, channels, rows, columns; filters (O, C, KH, KW).
Convolution is linear in the image and in the filter. The three kernels below (the result, and
its pull-back to either argument) are each other's derivatives, to any order.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import kernels
from ..ops import reshape, take_along_axis
from ..primitive import primitive
from ..tensor import Array, Tensor


@primitive(
    lambda g, y, x, w, stride, padding: _conv2d_image(g, w, x.shape, stride, padding),
    lambda g, y, x, w, stride, padding: _conv2d_filter(x, g, w.shape, stride, padding),
)
def _conv2d(x: Any, w: Any, stride: int, padding: int) -> Any:
    return kernels.conv2d(*_same_dtype(x, w), stride, padding)


@primitive(
    lambda g, y, d, w, shape, stride, padding: _conv2d(g, w, stride, padding),
    lambda g, y, d, w, shape, stride, padding: _conv2d_filter(g, d, w.shape, stride, padding),
)
def _conv2d_image(d: Any, w: Any, shape: tuple[int, ...], stride: int, padding: int) -> Any:
    """Pull ``d``, of the result's shape, back through the filter to the image's shape."""
    return kernels.conv2d_image(*_same_dtype(d, w), shape, stride, padding)


@primitive(
    lambda g, y, x, d, shape, stride, padding: _conv2d_image(d, g, x.shape, stride, padding),
    lambda g, y, x, d, shape, stride, padding: _conv2d(x, g, stride, padding),
)
def _conv2d_filter(x: Any, d: Any, shape: tuple[int, ...], stride: int, padding: int) -> Any:
    """Pull ``d``, of the result's shape, back through the image to the filter's shape."""
    return kernels.conv2d_filter(*_same_dtype(x, d), shape, stride, padding)


def _same_dtype(a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    dtype = np.result_type(a, b)
    return np.ascontiguousarray(a, dtype), np.ascontiguousarray(b, dtype)


def conv2d(x: Array, weight: Array, stride: int = 1, padding: int = 0) -> Tensor:
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

    Returns
    -------
    (N, O, (H + 2 padding - KH) // stride + 1, (W + 2 padding - KW) // stride + 1)
    """
    if np.ndim(x) != 4 or np.ndim(weight) != 4 or np.shape(x)[1] != np.shape(weight)[1]:
        raise ValueError(
            f"conv2d: images of shape {np.shape(x)} and filters of shape {np.shape(weight)}; "
            "wanted are (N, C, H, W) and (O, C, KH, KW) with the same C."
        )
    _windows("conv2d", np.shape(x), np.shape(weight)[2:], stride, padding)
    return _conv2d(x, weight, stride, padding)


def max_pool2d(x: Array, size: int, stride: int | None = None) -> Tensor:
    """Greatest element of each ``size`` x ``size`` window; of equal ones the first is taken."""
    stride = size if stride is None else stride
    n, c, h, w = np.shape(x)
    rows, columns = _windows("max_pool2d", np.shape(x), (size, size), stride, 0)
    winners = reshape(_window_argmax(x, size, stride), (n * c, rows * columns))
    flat = take_along_axis(reshape(x, (n * c, h * w)), winners, axis=1)
    return reshape(flat, (n, c, rows, columns))


@primitive()
def _window_argmax(x: Any, size: int, stride: int) -> Any:
    return kernels.window_argmax(np.ascontiguousarray(x), size, stride)


def avg_pool2d(x: Array, size: int, stride: int | None = None) -> Tensor:
    """Mean of each ``size`` x ``size`` window: a convolution with a constant filter."""
    stride = size if stride is None else stride
    n, c, h, w = np.shape(x)
    rows, columns = _windows("avg_pool2d", np.shape(x), (size, size), stride, 0)
    window = np.full((1, 1, size, size), 1 / size**2, x.dtype)
    y = _conv2d(reshape(x, (n * c, 1, h, w)), window, stride, 0)
    return reshape(y, (n, c, rows, columns))


def _windows(
    name: str, shape: tuple[int, ...], size: tuple[int, ...], stride: int, padding: int
) -> tuple[int, int]:
    """Count the windows down and across."""
    if len(shape) != 4:
        raise ValueError(f"{name}: images are (N, C, H, W), these have shape {shape}.")
    if stride < 1 or padding < 0 or min(size) < 1:
        raise ValueError(
            f"{name}: window {size}, stride {stride} or padding {padding} is too small."
        )
    rows, columns = (
        (n + 2 * padding - k) // stride + 1 for n, k in zip(shape[2:], size, strict=True)
    )
    if rows < 1 or columns < 1:
        raise ValueError(f"{name}: a window of {size} does not fit images of {shape[2:]}.")
    return rows, columns
