"""Softmax and cross-entropy of rows of logits."""

import numpy as np

from ..jit import jit, jit_sums
from .vector import exp, greatest


@jit_sums
def softmax_parts(x, parts):
    for i in range(x.shape[0]):
        row = x[i]
        top = greatest(row)
        total = x.dtype.type(0)
        for j in range(row.size):
            total += exp(row[j] - top)
        parts[0, i], parts[1, i] = top, total


@jit_sums
def softmax(x, y):
    for i in range(x.shape[0]):
        row, result = x[i], y[i]
        top, total = greatest(row), x.dtype.type(0)
        for j in range(row.size):
            value = exp(row[j] - top)
            result[j] = value
            total += value
        scale = x.dtype.type(1) / total
        for j in range(row.size):
            result[j] *= scale


@jit_sums
def softmax_pull(g, y, dx):
    for i in range(y.shape[0]):
        share, row, result = g[i], y[i], dx[i]
        mean = y.dtype.type(0)
        for j in range(row.size):
            mean += share[j] * row[j]
        for j in range(row.size):
            result[j] = row[j] * (share[j] - mean)


@jit
def cross_entropy(x, parts, labels, smoothing, losses):
    n, classes = x.shape
    for i in range(n):
        if not 0 <= labels[i] < classes:
            return False
        top = parts[0, i]
        right = top - x[i, labels[i]]
        if smoothing:
            distances = 0.0
            for j in range(classes):
                distances += top - x[i, j]
            right = (1 - smoothing) * right + smoothing * (distances / classes)
        losses[i] = np.log(parts[1, i]) + right
    return True


@jit
def cross_entropy_slope(g, x, parts, labels, smoothing, dx):
    n, classes = x.shape
    one, evenly = x.dtype.type(1), x.dtype.type(smoothing / classes)
    for i in range(n):
        row, slope, factor = x[i], dx[i], g[i]
        top, scale = parts[0, i], one / parts[1, i]
        for j in range(classes):
            slope[j] = (exp(row[j] - top) * scale - evenly) * factor
        right = labels[i]
        slope[right] = (exp(row[right] - top) * scale - evenly - (1 - smoothing)) * factor
