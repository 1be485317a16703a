"""Standardisation."""

import numpy as np

from ..jit import jit_sums

# Where every group is a column, a loop along columns takes one number of each of many groups at a
# time, as a vector; where groups are runs of neighbours, the vector is taken from within a group.


@jit_sums
def moments(x, eps, parts):
    outer, groups, size = x.shape
    mean, variance, scale = parts[0], parts[1], parts[2]
    one, extra, count = x.dtype.type(1), x.dtype.type(eps), x.dtype.type(outer * size)
    mean[:] = 0
    variance[:] = 0
    if size == 1:
        rows = x.reshape(outer, groups)
        for i in range(outer):
            row = rows[i]
            for c in range(groups):
                mean[c] += row[c]
        for c in range(groups):
            mean[c] /= count
        for i in range(outer):
            row = rows[i]
            for c in range(groups):
                distance = row[c] - mean[c]
                variance[c] += distance * distance
    else:
        for i in range(outer):
            for c in range(groups):
                run, total = x[i, c], x.dtype.type(0)
                for s in range(size):
                    total += run[s]
                mean[c] += total
        for c in range(groups):
            mean[c] /= count
        for i in range(outer):
            for c in range(groups):
                run, total, middle = x[i, c], x.dtype.type(0), mean[c]
                for s in range(size):
                    distance = run[s] - middle
                    total += distance * distance
                variance[c] += total
    for c in range(groups):
        variance[c] /= count
        scale[c] = one / np.sqrt(variance[c] + extra)


@jit_sums
def normalize(x, parts, w, b, y):
    outer, groups, size = x.shape
    mean, scale = parts[0], parts[2]
    if size == 1:
        rows, results = x.reshape(outer, groups), y.reshape(outer, groups)
        for i in range(outer):
            row, result = rows[i], results[i]
            for c in range(groups):
                result[c] = (row[c] - mean[c]) * scale[c] * w[c] + b[c]
    else:
        for i in range(outer):
            for c in range(groups):
                run, result = x[i, c], y[i, c]
                middle, factor, shift = mean[c], scale[c] * w[c], b[c]
                for s in range(size):
                    result[s] = (run[s] - middle) * factor + shift


@jit_sums
def normalize_shares(g, x, parts, shares):
    outer, groups, size = x.shape
    mean, scale = parts[0], parts[2]
    level, along = shares[0], shares[1]
    shares[:] = 0
    if size == 1:
        rows, rows_of_g = x.reshape(outer, groups), g.reshape(outer, groups)
        for i in range(outer):
            row, share = rows[i], rows_of_g[i]
            for c in range(groups):
                level[c] += share[c]
                along[c] += share[c] * (row[c] - mean[c])
    else:
        for i in range(outer):
            for c in range(groups):
                run, share, middle = x[i, c], g[i, c], mean[c]
                total = product = x.dtype.type(0)
                for s in range(size):
                    total += share[s]
                    product += share[s] * (run[s] - middle)
                level[c] += total
                along[c] += product
    for c in range(groups):
        along[c] *= scale[c]


@jit_sums
def normalize_pull(g, x, parts, w, shares, dx):
    outer, groups, size = x.shape
    mean, scale = parts[0], parts[2]
    level, along = shares[0], shares[1]
    each = x.dtype.type(1) / x.dtype.type(max(1, outer * size))
    for c in range(groups):  # what is the same for a whole group is multiplied once
        level[c] *= each
        along[c] *= each * scale[c]
    if size == 1:
        rows, rows_of_g, results = x.reshape(outer, groups), g.reshape(outer, groups), dx
        for i in range(outer):
            row, share, result = rows[i], rows_of_g[i], results[i].reshape(groups)
            for c in range(groups):
                rest = share[c] - level[c] - (row[c] - mean[c]) * along[c]
                result[c] = rest * (scale[c] * w[c])
    else:
        for i in range(outer):
            for c in range(groups):
                run, share, result = x[i, c], g[i, c], dx[i, c]
                middle, factor, shift, slope = mean[c], scale[c] * w[c], level[c], along[c]
                for s in range(size):
                    result[s] = (share[s] - shift - (run[s] - middle) * slope) * factor
