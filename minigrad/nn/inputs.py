"""What layers and losses compute with: real numbers."""

from typing import Any

import numpy as np
import numpy.typing as npt

from ..core import ops
from ..core.tensor import Array, Tensor, tensor

_REAL = frozenset({np.dtype(np.float32), np.dtype(np.float64)})


def as_real(x: Any, where: str, name: str = "x", like: npt.DTypeLike = np.float32) -> Array:
    """Return ``x`` in float32, or in float64 if it is so already: the one place that decides.

    Nothing is computed in the arithmetic of integers, booleans or short floats.

    Parameters
    ----------
    x : Tensor or array-like
    where, name : str
        Who wants it, and as what: words of an error.
    like : float32 or float64
        What integers and booleans become, and Python's numbers, also in lists.
    """
    if type(x) is Tensor and x._data.dtype in _REAL:  # as nearly always
        return x
    x = as_array(x, where, name, like)
    dtype = x.dtype
    if dtype in _REAL:
        return x
    if dtype.kind == "f":
        return ops.astype(x, np.float32 if dtype.itemsize <= 4 else np.float64)
    if dtype.kind in "iub":
        return ops.astype(x, like)
    raise TypeError(f"{where}: {name} is made of real numbers; got an array of {dtype}.")


def as_array(x: Any, where: str, name: str, like: npt.DTypeLike = np.float32) -> Array:
    """Return a tensor or an array as it is; make a tensor of numbers and lists."""
    if isinstance(x, (Tensor, np.ndarray)):
        return x
    try:
        found = tensor(x)
        return tensor(x, dtype=like) if found.dtype.kind == "f" else found
    except (TypeError, ValueError) as error:
        raise TypeError(
            f"{where}: {name} is a tensor, an array or a list of numbers; got a "
            f"{type(x).__name__} ({error})"
        ) from None
