"""The hot loops in NumPy: slower, and short enough to trust."""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view


def add_rows(out: np.ndarray, rows: np.ndarray, values: np.ndarray) -> None:
    """Add ``values[i]`` to ``out[rows[i]]`` for each i, in place; a row may come up repeatedly."""
    np.add.at(out, rows, values)


# Each of the three below meets every place (i, j) of the filter in turn. Padding holds no pixels,
# so nothing is multiplied there.


def conv2d(x: np.ndarray, w: np.ndarray, stride: int, padding: int) -> np.ndarray:
    """Correlate images (N, C, H, W) with filters (O, C, KH, KW)."""
    y = np.zeros(_result_shape(x.shape, w.shape, stride, padding), x.dtype)
    for i, j, windows, pixels in _meetings(x.shape, w.shape, y.shape, stride, padding):
        y[windows] += np.einsum("nchw,oc->nohw", x[pixels], w[:, :, i, j], optimize=True)
    return y


def conv2d_image(
    d: np.ndarray, w: np.ndarray, shape: tuple[int, ...], stride: int, padding: int
) -> np.ndarray:
    """Pull ``d`` (N, O, rows, columns) back to images of the given shape."""
    dx = np.zeros(shape, d.dtype)
    for i, j, windows, pixels in _meetings(shape, w.shape, d.shape, stride, padding):
        dx[pixels] += np.einsum("nohw,oc->nchw", d[windows], w[:, :, i, j], optimize=True)
    return dx


def conv2d_filter(
    x: np.ndarray, d: np.ndarray, shape: tuple[int, ...], stride: int, padding: int
) -> np.ndarray:
    """Pull ``d`` (N, O, rows, columns) back to filters of the given shape."""
    dw = np.zeros(shape, d.dtype)
    for i, j, windows, pixels in _meetings(x.shape, shape, d.shape, stride, padding):
        dw[:, :, i, j] = np.einsum("nchw,nohw->oc", x[pixels], d[windows], optimize=True)
    return dw


def cross_entropy(x: np.ndarray, labels: np.ndarray, smoothing: float) -> np.ndarray:
    """Return, for each row of logits, the loss with its label, which must be a column."""
    distance = np.max(x, axis=1, keepdims=True) - x
    total = np.log(np.sum(np.exp(-distance), axis=1))
    right = distance[np.arange(len(x)), labels]
    if smoothing:
        right = (1 - smoothing) * right + smoothing * np.mean(distance, axis=1)
    return total + right


def cross_entropy_slope(x: np.ndarray, labels: np.ndarray, smoothing: float) -> np.ndarray:
    """Return the derivative of that: the probabilities there are minus those that are wanted."""
    p = np.exp(x - np.max(x, axis=1, keepdims=True))
    p /= np.sum(p, axis=1, keepdims=True)
    p[np.arange(len(x)), labels] -= 1 - smoothing
    return p - smoothing / x.shape[1] if smoothing else p


def window_argmax(x: np.ndarray, size: int, stride: int) -> np.ndarray:
    """For each window of each channel: where in its H x W pixels the greatest one stands.

    NaN counts as greatest; of equal ones the first wins.
    """
    windows = sliding_window_view(x, (size, size), axis=(2, 3))[:, :, ::stride, ::stride]
    n, c, rows, columns = windows.shape[:4]
    best = windows.reshape(n, c, rows, columns, size * size).argmax(axis=-1)
    row = best // size + stride * np.arange(rows)[:, None]
    column = best % size + stride * np.arange(columns)
    return row * x.shape[3] + column


def _result_shape(
    x: tuple[int, ...], w: tuple[int, ...], stride: int, padding: int
) -> tuple[int, ...]:
    rows, columns = ((n + 2 * padding - k) // stride + 1 for n, k in zip(x[2:], w[2:], strict=True))
    return x[0], w[0], rows, columns


def _meetings(x, w, y, stride, padding):  # type: ignore[no-untyped-def]
    """For each place (i, j) in a filter: the windows that have a pixel there, and those pixels."""
    for i in range(w[2]):
        for j in range(w[3]):
            windows_down, down = _inside(i, padding, stride, x[2], y[2])
            windows_across, across = _inside(j, padding, stride, x[3], y[3])
            yield i, j, (..., windows_down, windows_across), (..., down, across)


def _inside(k: int, padding: int, stride: int, pixels: int, windows: int) -> tuple[slice, slice]:
    """Which windows have their ``k``-th pixel within the image, and where it is."""
    first = max(0, -((k - padding) // stride))
    last = max(first, min(windows, (pixels - 1 - k + padding) // stride + 1))
    start = first * stride + k - padding
    return slice(first, last), slice(start, start + stride * (last - first), stride)
