"""Convolution and pooling of images."""

import numpy as np

from ..jit import jit


@jit
def lay_fields(x, stride, spread, above, left, across, fields):
    channels, height, width = x.shape[1:]
    down = fields.shape[1] // (channels * stride * stride * across)
    fields[:] = 0
    for i in range(stride):
        p, row, rows = _standing(height, down, stride, spread, above - i)
        for j in range(stride):
            q, column, columns = _standing(width, across, stride, spread, left - j)
            for b in range(x.shape[0]):
                for c in range(channels):
                    plane = ((c * stride + i) * stride + j) * down + row
                    for r in range(rows):
                        line = fields[b, (plane + r * spread) * across + column :]
                        pixels = x[b, c, p + r * stride, q:]
                        if stride == spread == 1:  # a copy, which is several times faster
                            for k in range(columns):
                                line[k] = pixels[k]
                        else:
                            for k in range(columns):
                                line[k * spread] = pixels[k * stride]


@jit
def _standing(pixels, places, stride, spread, before):
    """Which is the first pixel that stands in a plane, and where, and how many do."""
    first = max(0, -(before // spread))
    first += -(first * spread + before) % stride
    place = (first * spread + before) // stride
    count = min(-((first - pixels) // stride), -((place - places) // spread))
    return first, place, max(0, count)


@jit
def correlate(fields, starts, w, bias, taps, planes, y):
    n, filters, rows, columns = y.shape
    across = planes.shape[1] // rows
    for b in range(n):  # one image at a time: its taps stay in the cache for the product
        _lay_out(fields[b], starts, taps)
        np.dot(w, taps, planes)
        for o in range(filters):
            plane, shift = planes[o], bias[o]
            for r in range(rows):
                line, result = plane[r * across :], y[b, o, r]
                for q in range(columns):
                    result[q] = line[q] + shift


@jit
def correlate_filter(fields, starts, d, taps, planes, term, dw):
    n, filters, rows, columns = d.shape
    across = planes.shape[1] // rows
    planes[:] = 0
    dw[:] = 0
    for b in range(n):
        _lay_out(fields[b], starts, taps)
        for o in range(filters):
            plane = planes[o]
            for r in range(rows):
                line, share = plane[r * across :], d[b, o, r]
                for q in range(columns):
                    line[q] = share[q]
        np.dot(planes, taps.T, term)
        for o in range(filters):
            for k in range(starts.size):
                dw[o, k] += term[o, k]


@jit
def _lay_out(image, starts, taps):
    for k in range(starts.size):
        run, tap = image[starts[k] :], taps[k]
        for s in range(tap.size):
            tap[s] = run[s]


@jit
def window_argmax(x, size, stride, places):
    if size == 2 and stride == 2:  # the usual case, for which the compiler unrolls the window
        _window_argmax(x, 2, 2, places)
    else:
        _window_argmax(x, size, stride, places)


@jit
def _window_argmax(x, size, stride, places):
    planes, rows, columns = places.shape
    width = x.shape[2]
    for p in range(planes):
        for r in range(rows):
            for q in range(columns):
                place = r * stride * width + q * stride
                top = x[p, r * stride, q * stride]
                for i in range(size):
                    for j in range(size):
                        value = x[p, r * stride + i, q * stride + j]
                        # choices, not branches: which pixel is greatest cannot be predicted
                        better = (value > top) | ((value != value) & (top == top))
                        top = value if better else top
                        here = (r * stride + i) * width + q * stride + j
                        place = here if better else place
                places[p, r, q] = place


@jit
def gather(x, places, y):
    for p in range(x.shape[0]):
        plane, place, values = x[p], places[p], y[p]
        for i in range(place.size):
            values[i] = plane[place[i]]


@jit
def scatter(g, places, dx):
    dx[:] = 0
    for p in range(dx.shape[0]):
        plane, place, share = dx[p], places[p], g[p]
        for i in range(place.size):
            plane[place[i]] += share[i]
