"""Convolution and pooling of images.

A convolution becomes a matrix product when the pixels under each tap of the filter are laid out
as a row. Images are laid out as *fields* first, in which such a row is a run of neighbours: tap k
begins at ``starts[k]``. The run goes on over the padding at the end of each line, so a row of
``taps`` and of ``planes`` has a few columns more than the result; what they hold means nothing.
"""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view


def lay_fields(
    x: np.ndarray,
    stride: int,
    spread: int,
    above: int,
    left: int,
    across: int,
    fields: np.ndarray,
) -> None:
    """Set pixels into fields of zeros.

    Pixel (p, q) stands at ``(p * spread + above, q * spread + left)``, if that is in the field.
    At one place within windows ``stride`` apart stands every ``stride``-th element: a field is a
    stack of ``stride**2`` planes of such elements for each channel. Stride or spread is 1.

    Parameters
    ----------
    x : (N, C, H, W)
    across : int
        Length of a plane's line.
    fields : (N, length)
        The result. Behind the last plane are as many zeros as runs go over its end, less than a
        line.
    """
    n, channels, height, width = x.shape
    planes = channels * stride**2
    down = fields.shape[1] // (planes * across)
    fields[...] = 0
    places = fields[:, : planes * down * across]
    places = places.reshape(n, channels, stride, stride, down, across)
    for i in range(stride):
        p, rows = _standing(height, down, stride, spread, above - i)
        for j in range(stride):
            q, columns = _standing(width, across, stride, spread, left - j)
            places[:, :, i, j, rows, columns] = x[:, :, p, q]


def _standing(
    pixels: int, places: int, stride: int, spread: int, before: int
) -> tuple[slice, slice]:
    """Which pixels p have ``p * spread + before = stride * place``, and these places."""
    first = max(0, -(before // spread))
    first += -(first * spread + before) % stride
    place = (first * spread + before) // stride
    count = max(0, min(-((first - pixels) // stride), -((place - places) // spread)))
    return (
        slice(first, first + count * stride, stride),
        slice(place, place + count * spread, spread),
    )


def correlate(
    fields: np.ndarray,
    starts: np.ndarray,
    w: np.ndarray,
    bias: np.ndarray,
    taps: np.ndarray,
    planes: np.ndarray,
    y: np.ndarray,
) -> None:
    """Correlate fields with filters.

    Parameters
    ----------
    fields : (N, length)
    starts : (K,), integers
    w : (O, K)
    bias : (O,)
    taps, planes : (K, rows * across) and (O, rows * across)
        Room to work in.
    y : (N, O, rows, columns)
        The result.
    """
    rows, columns = y.shape[2:]
    for image, result in zip(fields, y, strict=True):
        _lay_out(image, starts, taps)
        np.matmul(w, taps, out=planes)
        lines = planes.reshape(len(w), rows, -1)
        result[...] = lines[:, :, :columns] + bias[:, None, None]


def correlate_filter(
    fields: np.ndarray,
    starts: np.ndarray,
    d: np.ndarray,
    taps: np.ndarray,
    planes: np.ndarray,
    term: np.ndarray,
    dw: np.ndarray,
) -> None:
    """Pull ``d`` (N, O, rows, columns) back to the filters, ``dw`` (O, K); ``term`` is room too."""
    rows, columns = d.shape[2:]
    planes[...] = dw[...] = 0
    for image, share in zip(fields, d, strict=True):
        _lay_out(image, starts, taps)
        planes.reshape(len(dw), rows, -1)[:, :, :columns] = share
        dw += np.matmul(planes, taps.T, out=term)


def _lay_out(image: np.ndarray, starts: np.ndarray, taps: np.ndarray) -> None:
    for tap, start in zip(taps, starts, strict=True):
        tap[...] = image[start : start + tap.size]


def window_argmax(x: np.ndarray, size: int, stride: int, places: np.ndarray) -> None:
    """Find where in its plane the greatest element of each window stands.

    NaN counts as greatest; of equal ones the first wins.

    Parameters
    ----------
    x : (P, H, W)
    places : (P, rows, columns), integers
        The result, counted along the H * W elements.
    """
    windows = sliding_window_view(x, (size, size), axis=(1, 2))[:, ::stride, ::stride]
    best = windows.reshape(*places.shape, size * size).argmax(axis=-1)
    row = best // size + stride * np.arange(places.shape[1])[:, None]
    column = best % size + stride * np.arange(places.shape[2])
    places[...] = row * x.shape[2] + column


def gather(x: np.ndarray, places: np.ndarray, y: np.ndarray) -> None:
    """``y[p, i] = x[p, places[p, i]]``."""
    y[...] = np.take_along_axis(x, places, axis=1)


def scatter(g: np.ndarray, places: np.ndarray, dx: np.ndarray) -> None:
    """Write zeros, and add ``g[p, i]`` to ``dx[p, places[p, i]]``."""
    dx[...] = 0
    np.add.at(dx, (np.arange(len(dx))[:, None], places), g)
