"""Softmax and cross-entropy of rows of logits."""

import numpy as np


def softmax_parts(x: np.ndarray, parts: np.ndarray) -> None:
    """Write the greatest element of each row, and the sum of ``exp(x - greatest)`` over it.

    Parameters
    ----------
    x : (N, C)
    parts : (2, N)
        The result: ``softmax(x)`` is ``exp(x - parts[0]) / parts[1]``, row by row.
    """
    top, total = parts
    np.max(x, axis=1, initial=-np.inf, out=top)
    np.sum(np.exp(x - top[:, None]), axis=1, out=total)


def softmax(x: np.ndarray, y: np.ndarray) -> None:
    """Write the exponentials of each row, scaled to add up to 1."""
    np.exp(x - np.max(x, axis=1, keepdims=True, initial=-np.inf), out=y)
    y /= np.sum(y, axis=1, keepdims=True)


def softmax_pull(g: np.ndarray, y: np.ndarray, dx: np.ndarray) -> None:
    """Pull ``g`` back through a :func:`softmax` of result ``y``."""
    dx[...] = y * (g - np.sum(y * g, axis=1, keepdims=True))


def cross_entropy(
    x: np.ndarray, parts: np.ndarray, labels: np.ndarray, smoothing: float, losses: np.ndarray
) -> bool:
    """Write the loss of each row with its label, given its :func:`softmax_parts`.

    Returns whether every label is a column.
    """
    exist = bool(np.all((labels >= 0) & (labels < x.shape[1])))
    if exist:
        top, total = parts
        right = top - x[np.arange(len(x)), labels]
        if smoothing:
            right = (1 - smoothing) * right + smoothing * np.mean(top[:, None] - x, axis=1)
        losses[...] = np.log(total) + right
    return exist


def cross_entropy_slope(
    g: np.ndarray,
    x: np.ndarray,
    parts: np.ndarray,
    labels: np.ndarray,
    smoothing: float,
    dx: np.ndarray,
) -> None:
    """Write ``g`` (N,) times the derivative: the probabilities there are, minus those wanted."""
    top, total = parts[:, :, None]
    p = np.exp(x - top) / total
    p[np.arange(len(x)), labels] -= 1 - smoothing
    dx[...] = g[:, None] * (p - smoothing / x.shape[1])
