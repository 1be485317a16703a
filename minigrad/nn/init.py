"""Initial values: functions that take a shape and return an array.

Several depend on how many inputs and outputs a unit has, its *fans*. By shape:

=====================  ==================  ============
weight                 fan in              fan out
=====================  ==================  ============
(in, out)              in                  out
(out, in, KH, KW)      in * KH * KW        out * KH * KW
=====================  ==================  ============

A matrix is (in, out) here, the transpose of PyTorch's. To start a layer in another way, write
``layer.weight.data = mg.nn.init.orthogonal(layer.weight.shape, rng)``.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from ..random import default_rng

Shape = tuple[int, ...]
Generator = np.random.Generator


def fans(shape: Shape) -> tuple[int, int]:
    """Return ``(fan in, fan out)`` of a weight of the given shape; see the table above."""
    if len(shape) == 2:
        return shape[0], shape[1]
    if len(shape) > 2:
        window = math.prod(shape[2:])
        return shape[1] * window, shape[0] * window
    raise ValueError(
        f"a weight of shape {shape} has no fans: they need two axes, (in, out), or a convolution's "
        "(out, in, KH, KW)."
    )


def uniform(
    shape: Shape,
    bound: float,
    rng: Generator | None = None,
    dtype: npt.DTypeLike = np.float32,
) -> np.ndarray:
    """Return numbers drawn evenly from -bound to bound."""
    return (rng or default_rng()).uniform(-bound, bound, shape).astype(dtype)


def normal(
    shape: Shape,
    std: float = 1.0,
    rng: Generator | None = None,
    dtype: npt.DTypeLike = np.float32,
) -> np.ndarray:
    """Return normally distributed numbers of mean 0 and the given standard deviation."""
    return ((rng or default_rng()).standard_normal(shape) * std).astype(dtype)


def zeros(shape: Shape, dtype: npt.DTypeLike = np.float32) -> np.ndarray:
    """Return zeros, the usual start of a bias."""
    return np.zeros(shape, dtype)


def kaiming_uniform(
    shape: Shape, rng: Generator | None = None, dtype: npt.DTypeLike = np.float32
) -> np.ndarray:
    """Draw evenly, with variance 2 / fan in, for layers followed by ReLU (He et al. 2015).

    ReLU drops half of the mean square of its input, the 2 makes up for it, so that signals keep
    their size through depth.
    """
    return uniform(shape, math.sqrt(6 / fans(shape)[0]), rng, dtype)


def kaiming_normal(
    shape: Shape, rng: Generator | None = None, dtype: npt.DTypeLike = np.float32
) -> np.ndarray:
    """Draw normally, with variance 2 / fan in, for layers followed by ReLU (He et al. 2015)."""
    return normal(shape, math.sqrt(2 / fans(shape)[0]), rng, dtype)


def xavier_uniform(
    shape: Shape, rng: Generator | None = None, dtype: npt.DTypeLike = np.float32
) -> np.ndarray:
    """Draw evenly, with variance 2 / (fan in + fan out) (Glorot & Bengio 2010).

    The compromise between keeping the size of signals (1 / fan in) and that of gradients
    (1 / fan out) where the activation is about linear around 0, as tanh is.
    """
    return uniform(shape, math.sqrt(6 / sum(fans(shape))), rng, dtype)


def xavier_normal(
    shape: Shape, rng: Generator | None = None, dtype: npt.DTypeLike = np.float32
) -> np.ndarray:
    """Draw normally, with variance 2 / (fan in + fan out) (Glorot & Bengio 2010)."""
    return normal(shape, math.sqrt(2 / sum(fans(shape))), rng, dtype)


def orthogonal(
    shape: Shape,
    rng: Generator | None = None,
    gain: float = 1.0,
    dtype: npt.DTypeLike = np.float32,
) -> np.ndarray:
    """Draw a matrix whose columns (or rows, if fewer) are orthogonal (Saxe et al. 2014).

    All singular values are ``gain``. A convolution's filters are the rows of such a matrix.
    """
    if len(shape) < 2:
        raise ValueError(f"orthogonal: needs two axes or more, the shape is {shape}.")
    rows, columns = shape[0], math.prod(shape[1:])
    tall = (rng or default_rng()).standard_normal((max(rows, columns), min(rows, columns)))
    q, r = np.linalg.qr(tall)
    q *= np.sign(np.diag(r))  # without it the draw favours some directions (Mezzadri 2007)
    return (gain * (q if rows >= columns else q.T)).reshape(shape).astype(dtype)
