"""The hot loops in NumPy: slower, and short enough to trust."""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view


def add_rows(out: np.ndarray, rows: np.ndarray, values: np.ndarray) -> None:
    """Add ``values[i]`` to ``out[rows[i]]`` for each i, in place; a row may come up repeatedly."""
    np.add.at(out, rows, values)


def conv2d(x: np.ndarray, w: np.ndarray, stride: int, padding: int) -> np.ndarray:
    """Correlate images (N, C, H, W) with filters (O, C, KH, KW)."""
    y = np.zeros(_result_shape(x.shape, w.shape, stride, padding), x.dtype)
    for i, j, pixels in _shifts(_padded(x, padding), w.shape, y.shape, stride):
        y += np.einsum("nchw,oc->nohw", pixels, w[:, :, i, j], optimize=True)
    return y


def conv2d_image(
    d: np.ndarray, w: np.ndarray, shape: tuple[int, ...], stride: int, padding: int
) -> np.ndarray:
    """Pull ``d`` (N, O, rows, columns) back to images of the given shape."""
    dx = _padded(np.zeros(shape, d.dtype), padding)
    for i, j, pixels in _shifts(dx, w.shape, d.shape, stride):
        pixels += np.einsum("nohw,oc->nchw", d, w[:, :, i, j], optimize=True)
    return dx[:, :, padding : padding + shape[2], padding : padding + shape[3]]


def conv2d_filter(
    x: np.ndarray, d: np.ndarray, shape: tuple[int, ...], stride: int, padding: int
) -> np.ndarray:
    """Pull ``d`` (N, O, rows, columns) back to filters of the given shape."""
    dw = np.zeros(shape, d.dtype)
    for i, j, pixels in _shifts(_padded(x, padding), shape, d.shape, stride):
        dw[:, :, i, j] = np.einsum("nchw,nohw->oc", pixels, d, optimize=True)
    return dw


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


def _padded(x: np.ndarray, padding: int) -> np.ndarray:
    return np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))


def _result_shape(
    x: tuple[int, ...], w: tuple[int, ...], stride: int, padding: int
) -> tuple[int, ...]:
    rows, columns = ((n + 2 * padding - k) // stride + 1 for n, k in zip(x[2:], w[2:], strict=True))
    return x[0], w[0], rows, columns


def _shifts(x, w_shape, y_shape, stride):  # type: ignore[no-untyped-def]
    """For each place (i, j) in the filter: the pixels that it meets, one per window."""
    for i in range(w_shape[2]):
        for j in range(w_shape[3]):
            down = slice(i, i + stride * (y_shape[2] - 1) + 1, stride)
            across = slice(j, j + stride * (y_shape[3] - 1) + 1, stride)
            yield i, j, x[:, :, down, across]
