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

import math

import numpy as np
import numpy.typing as npt

from ..arguments import check_integers, check_numbers
from ..random import generator_or_default

Shape = tuple[int, ...]
Generator = np.random.Generator


def checked_shape(shape: Shape | int, name: str = "shape") -> Shape:
    """Return ``shape`` as a tuple of positive lengths, one for an int; ``name`` is who asks."""
    lengths = shape if isinstance(shape, (tuple, list)) else (shape,)
    for length in lengths:
        check_integers(name, 1, **{f"each length of {shape!r}": length})
    return tuple(map(int, lengths))


def checked_dtype(dtype: npt.DTypeLike) -> np.dtype:
    """Return ``dtype`` if it is one that parameters may have."""
    try:
        found = np.dtype(dtype)
    except TypeError:
        found = None
    if dtype is not None and found in (np.float32, np.float64):  # None would be float64 to NumPy
        return found
    raise TypeError(f"dtype of parameters is mg.float32 or mg.float64; got {dtype!r}.")


def fans(shape: Shape) -> tuple[int, int]:
    """Return ``(fan in, fan out)`` of a weight of the given shape; see the table above."""
    shape = checked_shape(shape)
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
    check_numbers("uniform", 0, bound=bound)
    rng, dtype = generator_or_default(rng, "a draw"), checked_dtype(dtype)
    return rng.uniform(-bound, bound, checked_shape(shape)).astype(dtype)


def normal(
    shape: Shape,
    std: float = 1.0,
    rng: Generator | None = None,
    dtype: npt.DTypeLike = np.float32,
) -> np.ndarray:
    """Return normally distributed numbers of mean 0 and the given standard deviation."""
    check_numbers("normal", 0, std=std)
    rng, dtype = generator_or_default(rng, "a draw"), checked_dtype(dtype)
    return (rng.standard_normal(checked_shape(shape)) * std).astype(dtype)


def zeros(shape: Shape, dtype: npt.DTypeLike = np.float32) -> np.ndarray:
    """Return zeros, the usual start of a bias."""
    return np.zeros(checked_shape(shape), checked_dtype(dtype))


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
    check_numbers("orthogonal", 0, gain=gain)
    shape, dtype = checked_shape(shape), checked_dtype(dtype)
    if len(shape) < 2:
        raise ValueError(f"orthogonal: needs two axes or more, the shape is {shape}.")
    rows, columns = shape[0], math.prod(shape[1:])
    tall = normal((max(rows, columns), min(rows, columns)), rng=rng, dtype=np.float64)
    q, r = np.linalg.qr(tall)
    q *= np.sign(np.diag(r))  # without it the draw favours some directions (Mezzadri 2007)
    return (gain * (q if rows >= columns else q.T)).reshape(shape).astype(dtype)
