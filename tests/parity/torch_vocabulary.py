"""minigrad's vocabulary spoken by PyTorch: a function for each name that both have.

``torch_vocabulary.sum(x, axis=0)`` takes minigrad's arguments and runs PyTorch's operation, so
that one call, or one program, can be run on either library. Where PyTorch's function takes fewer
arguments than minigrad's (reductions over no axis, slices with a negative step), the arrangement
of elements is done by reshaping, and the arithmetic and its derivative stay PyTorch's.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

abs = torch.abs
add = torch.add
cos = torch.cos
divide = torch.divide
equal = torch.eq
erf = torch.erf
exp = torch.exp
expm1 = torch.expm1
gelu = functional.gelu
greater = torch.gt
greater_equal = torch.ge
less = torch.lt
less_equal = torch.le
log = torch.log
log1p = torch.log1p
matmul = torch.matmul
maximum = torch.maximum
minimum = torch.minimum
multiply = torch.multiply
negative = torch.negative
not_equal = torch.ne
no_grad = torch.no_grad
pow = torch.pow
relu = torch.relu
sigmoid = torch.sigmoid
sign = torch.sign
silu = functional.silu
sin = torch.sin
sqrt = torch.sqrt
subtract = torch.subtract
tanh = torch.tanh

# Elementwise


def softplus(x: Tensor) -> Tensor:
    # PyTorch's own threshold, 20, leaves out up to exp(-20)
    return functional.softplus(x, threshold=40)


def where(condition: np.ndarray | Tensor, a: Tensor, b: Tensor) -> Tensor:
    return torch.where(torch.as_tensor(condition), a, b)


def clip(x: Tensor, low: Any = None, high: Any = None) -> Tensor:
    if low is None and high is None:  # PyTorch wants a bound
        low = -math.inf
    if isinstance(low, np.ndarray) or isinstance(high, np.ndarray):
        low, high = (b if b is None else torch.as_tensor(b, dtype=x.dtype) for b in (low, high))
    return torch.clip(x, low, high)


def astype(x: Tensor, dtype: Any) -> Tensor:
    return x.to(getattr(torch, np.dtype(dtype).name))


# Reductions


def _reduction(reduce: Callable[..., Tensor]) -> Callable[..., Tensor]:
    """Let a reduction of the last axis work on any axes: move those to the end, and join them."""

    def over(x: Tensor, axis: Any = None, keepdims: bool = False, **params: Any) -> Tensor:
        axes = _axes(x, axis)
        rest = [i for i in range(x.ndim) if i not in axes]
        length = math.prod(x.shape[i] for i in axes)
        joined = x.permute((*rest, *axes)).reshape((*(x.shape[i] for i in rest), length))
        kept = [1 if i in axes else n for i, n in enumerate(x.shape)]
        return reduce(joined, **params).reshape(kept if keepdims else [x.shape[i] for i in rest])

    return over


def _axes(x: Tensor, axis: Any) -> list[int]:
    if axis is None:
        return list(range(x.ndim))
    return [a % x.ndim for a in (axis if isinstance(axis, tuple) else (axis,))]


sum = _reduction(lambda x: torch.sum(x, dim=-1))
mean = _reduction(lambda x: torch.mean(x, dim=-1))
max = _reduction(lambda x: torch.amax(x, dim=-1))
min = _reduction(lambda x: torch.amin(x, dim=-1))
prod = _reduction(lambda x: torch.prod(x, dim=-1))
norm = _reduction(lambda x: torch.linalg.vector_norm(x, dim=-1))
var = _reduction(lambda x, correction=0: torch.var(x, dim=-1, correction=correction))
std = _reduction(lambda x, correction=0: torch.std(x, dim=-1, correction=correction))
logsumexp = _reduction(lambda x: torch.logsumexp(x, dim=-1))


def argmax(x: Tensor, axis: int | None = None) -> Tensor:
    return torch.argmax(x, dim=axis)


def argmin(x: Tensor, axis: int | None = None) -> Tensor:
    return torch.argmin(x, dim=axis)


def softmax(x: Tensor, axis: int = -1) -> Tensor:
    return torch.softmax(x, dim=axis)


def log_softmax(x: Tensor, axis: int = -1) -> Tensor:
    return torch.log_softmax(x, dim=axis)


def cumsum(x: Tensor, axis: int = -1) -> Tensor:
    return torch.cumsum(x, dim=axis)


# Products and windows


def einsum(subscripts: str, *operands: Tensor) -> Tensor:
    return torch.einsum(subscripts, *operands)


def conv2d(x: Tensor, weight: Tensor, stride: int = 1, padding: int = 0) -> Tensor:
    return functional.conv2d(x, weight, stride=stride, padding=padding)


def max_pool2d(x: Tensor, size: int, stride: int | None = None) -> Tensor:
    return functional.max_pool2d(x, size, stride)


def avg_pool2d(x: Tensor, size: int, stride: int | None = None) -> Tensor:
    return functional.avg_pool2d(x, size, stride)


# Shapes


def reshape(x: Tensor, shape: int | Sequence[int]) -> Tensor:
    return torch.reshape(x, (shape,) if isinstance(shape, int) else tuple(shape))


def permute_dims(x: Tensor, axes: Sequence[int]) -> Tensor:
    return torch.permute(x, tuple(axes))


def transpose(x: Tensor, axes: Sequence[int] | None = None) -> Tensor:
    return torch.permute(x, tuple(reversed(range(x.ndim))) if axes is None else tuple(axes))


def expand_dims(x: Tensor, axis: int | tuple[int, ...]) -> Tensor:
    axes = axis if isinstance(axis, tuple) else (axis,)
    ndim = x.ndim + len(axes)
    for a in sorted(a % ndim for a in axes):
        x = torch.unsqueeze(x, a)
    return x


def squeeze(x: Tensor, axis: int | tuple[int, ...] | None = None) -> Tensor:
    return torch.squeeze(x) if axis is None else torch.squeeze(x, axis)


def broadcast_to(x: Tensor, shape: Sequence[int]) -> Tensor:
    return torch.broadcast_to(x, tuple(shape))


def concat(tensors: Sequence[Tensor], axis: int = 0) -> Tensor:
    return torch.cat(list(tensors), dim=axis)


def stack(tensors: Sequence[Tensor], axis: int = 0) -> Tensor:
    return torch.stack(list(tensors), dim=axis)


def flip(x: Tensor, axis: int | tuple[int, ...] | None = None) -> Tensor:
    return torch.flip(x, _axes(x, axis))


def pad(x: Tensor, pad_width: Any) -> Tensor:
    widths = np.broadcast_to(pad_width, (x.ndim, 2))
    return functional.pad(x, [int(n) for before_after in widths[::-1] for n in before_after])


def getitem(x: Tensor, key: Any) -> Tensor:
    return x.reshape(-1)[_places(tuple(x.shape), key)]


def scatter(x: Tensor, key: Any, shape: Sequence[int]) -> Tensor:
    places = _places(tuple(shape), key)
    zeros = torch.zeros(math.prod(shape), dtype=x.dtype)
    filled = zeros.index_put((places,), x.expand(places.shape), accumulate=True)
    return filled.reshape(tuple(shape))


def _places(shape: tuple[int, ...], key: Any) -> Tensor:
    """Where the elements that a NumPy key names stand in the flattened array."""
    return torch.as_tensor(np.array(np.arange(math.prod(shape)).reshape(shape)[key]))


def take(x: Tensor, indices: Any, axis: int | None = None) -> Tensor:
    if axis is None:
        return torch.take(x, torch.as_tensor(indices))
    axis %= x.ndim
    indices = torch.as_tensor(np.array(indices) % (x.shape[axis] or 1))
    chosen = torch.index_select(x, axis, indices.reshape(-1))
    return chosen.reshape((*x.shape[:axis], *indices.shape, *x.shape[axis + 1 :]))


def take_along_axis(x: Tensor, indices: Any, axis: int = -1) -> Tensor:
    return torch.take_along_dim(x, torch.as_tensor(indices), dim=axis)
