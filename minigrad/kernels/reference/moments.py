"""Normalisation of groups: to mean 0 and variance 1, and from there to what is learnt.

Arrays are (A, G, S): group g is all of ``x[:, g, :]``.
"""

import numpy as np


def moments(x: np.ndarray, eps: float, parts: np.ndarray) -> None:
    """Write the mean, the variance, and ``1 / sqrt(variance + eps)`` of each group, (3, G)."""
    mean, variance, scale = parts
    np.mean(x, axis=(0, 2), out=mean)
    np.mean((x - mean[:, None]) ** 2, axis=(0, 2), out=variance)
    np.divide(1, np.sqrt(variance + x.dtype.type(eps)), out=scale)


def normalize(
    x: np.ndarray, parts: np.ndarray, w: np.ndarray, b: np.ndarray, y: np.ndarray
) -> None:
    """Bring groups to mean ``b`` (G,) and deviation ``w`` (G,), given their :func:`moments`."""
    y[...] = _standard(x, parts) * w[:, None] + b[:, None]


def normalize_shares(g: np.ndarray, x: np.ndarray, parts: np.ndarray, shares: np.ndarray) -> None:
    """Write what of ``g`` goes to b and to w: its sum, and its sum along the standardised x."""
    np.sum(g, axis=(0, 2), out=shares[0])
    np.sum(g * _standard(x, parts), axis=(0, 2), out=shares[1])


def normalize_pull(
    g: np.ndarray,
    x: np.ndarray,
    parts: np.ndarray,
    w: np.ndarray,
    shares: np.ndarray,
    dx: np.ndarray,
) -> None:
    """Pull ``g`` back to x, given its :func:`normalize_shares`, which are used up.

    Its mean goes, and its part along the standardised x: neither can change the result.
    """
    level, along = shares[:, :, None] / max(1, x.shape[0] * x.shape[2])
    rest = g - level - _standard(x, parts) * along
    dx[...] = rest * (parts[2] * w)[:, None]


def _standard(x: np.ndarray, parts: np.ndarray) -> np.ndarray:
    mean, _, scale = parts[:, :, None]
    return (x - mean) * scale
