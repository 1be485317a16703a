"""Operations that layers are made of, each a chain of steps fused into one."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..core.ops import matmul, reshape
from ..core.primitive import primitive
from ..core.tensor import Array, Tensor
from .inputs import as_real


@primitive(
    lambda g, y, x, w, b: g @ w.T,
    lambda g, y, x, w, b: x.T @ g,
    lambda g, y, x, w, b: g,
)
def _linear(x: Any, w: Any, b: Any) -> Any:
    y = np.matmul(x, w)
    return np.add(y, b, out=y) if y.dtype == b.dtype else y + b


def linear(x: Array, weight: Array, bias: Array | None = None) -> Tensor:
    """Affine map ``x @ weight + bias`` of the last axis.

    Parameters
    ----------
    x : (..., in)
    weight : (in, out)
    bias : (out,), optional

    Returns
    -------
    (..., out)
    """
    x = as_real(x, "linear")
    shape = x.shape
    if not shape or shape[-1] != weight.shape[0]:
        raise ValueError(
            f"linear of shape {shape} with a weight of shape {weight.shape}: wanted are "
            "(..., in) and (in, out) with the same length `in`."
        )
    # one product of two matrices is faster than a stack of them
    rows = x if len(shape) == 2 else reshape(x, (math.prod(shape[:-1]), shape[-1]))
    y = matmul(rows, weight) if bias is None else _linear(rows, weight, bias)
    return y if len(shape) == 2 else reshape(y, (*shape[:-1], weight.shape[1]))
