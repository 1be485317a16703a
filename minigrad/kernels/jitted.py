"""The hot loops as Numba compiles them; what each does is said in :mod:`.reference`."""

from __future__ import annotations

import numpy as np

from .compile import jit


@jit
def add_rows(out, rows, values):
    for i in range(rows.size):
        row = rows[i]
        if row < -out.shape[0] or row >= out.shape[0]:
            raise IndexError("row index out of range")
        for j in range(out.shape[1]):
            out[row, j] += values[i, j]


@jit
def conv2d(x, w, stride, padding):
    n, channels, height, width = x.shape
    filters, _, kh, kw = w.shape
    rows = (height + 2 * padding - kh) // stride + 1
    columns = (width + 2 * padding - kw) // stride + 1
    y = np.zeros((n, filters, rows, columns), x.dtype)
    for b in range(n):
        for o in range(filters):
            for c in range(channels):
                for i in range(kh):
                    for j in range(kw):
                        first, last = _inside(j, padding, stride, width, columns)
                        for r in range(rows):
                            p = r * stride + i - padding
                            if 0 <= p < height:
                                for q in range(first, last):
                                    y[b, o, r, q] += (
                                        w[o, c, i, j] * x[b, c, p, q * stride + j - padding]
                                    )
    return y


@jit
def conv2d_image(d, w, shape, stride, padding):
    n, channels, height, width = shape
    filters, _, kh, kw = w.shape
    _, _, rows, columns = d.shape
    dx = np.zeros((n, channels, height, width), d.dtype)
    for b in range(n):
        for o in range(filters):
            for c in range(channels):
                for i in range(kh):
                    for j in range(kw):
                        first, last = _inside(j, padding, stride, width, columns)
                        for r in range(rows):
                            p = r * stride + i - padding
                            if 0 <= p < height:
                                for q in range(first, last):
                                    dx[b, c, p, q * stride + j - padding] += (
                                        w[o, c, i, j] * d[b, o, r, q]
                                    )
    return dx


@jit
def conv2d_filter(x, d, shape, stride, padding):
    n, channels, height, width = x.shape
    filters, _, kh, kw = shape
    _, _, rows, columns = d.shape
    dw = np.zeros((filters, channels, kh, kw), d.dtype)
    for b in range(n):
        for o in range(filters):
            for c in range(channels):
                for i in range(kh):
                    for j in range(kw):
                        first, last = _inside(j, padding, stride, width, columns)
                        total = dw[o, c, i, j]
                        for r in range(rows):
                            p = r * stride + i - padding
                            if 0 <= p < height:
                                for q in range(first, last):
                                    total += d[b, o, r, q] * x[b, c, p, q * stride + j - padding]
                        dw[o, c, i, j] = total
    return dw


@jit
def _inside(j, padding, stride, width, columns):
    """Which windows have their column ``j`` within the image: from first up to last."""
    first = max(0, -((j - padding) // stride))
    last = min(columns, (width - 1 - j + padding) // stride + 1)
    return first, last


@jit
def cross_entropy(x, labels, smoothing):
    n, classes = x.shape
    losses = np.empty(n, x.dtype)
    for i in range(n):
        top = _greatest(x[i])
        total = distances = 0.0
        for j in range(classes):
            total += np.exp(x[i, j] - top)
            distances += top - x[i, j]
        right = top - x[i, labels[i]]
        if smoothing:
            right = (1 - smoothing) * right + smoothing * (distances / classes)
        losses[i] = np.log(total) + right
    return losses


@jit
def cross_entropy_slope(x, labels, smoothing):
    n, classes = x.shape
    slope = np.empty((n, classes), x.dtype)
    for i in range(n):
        top = _greatest(x[i])
        total = 0.0
        for j in range(classes):
            slope[i, j] = np.exp(x[i, j] - top)
            total += slope[i, j]
        for j in range(classes):
            slope[i, j] = slope[i, j] / total - smoothing / classes
        slope[i, labels[i]] -= 1 - smoothing
    return slope


@jit
def _greatest(row):
    top = row[0]
    for value in row:
        if value > top:
            top = value
    return top


@jit
def window_argmax(x, size, stride):
    n, channels, height, width = x.shape
    rows = (height - size) // stride + 1
    columns = (width - size) // stride + 1
    best = np.empty((n, channels, rows, columns), np.int64)
    for b in range(n):
        for c in range(channels):
            for r in range(rows):
                for q in range(columns):
                    at = r * stride * width + q * stride
                    top = x[b, c, r * stride, q * stride]
                    for i in range(size):
                        for j in range(size):
                            value = x[b, c, r * stride + i, q * stride + j]
                            if value > top or (np.isnan(value) and not np.isnan(top)):
                                top = value
                                at = (r * stride + i) * width + q * stride + j
                    best[b, c, r, q] = at
    return best
