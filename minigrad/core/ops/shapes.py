"""Functions that move elements without changing them."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_index

from ... import kernels
from ..primitive import hinting, primitive
from ..tensor import Array, Axis, Operand, Tensor
from ..tensor import tensor as make_tensor


def axes_of(x: Any, axis: Axis) -> tuple[int, ...]:
    """Return the axes that ``axis`` names, counted from the front; None names them all."""
    return _counted(axis, np.ndim(x))


def _counted(axis: Axis, ndim: int) -> tuple[int, ...]:
    if type(axis) is int:
        return (normalize_axis_index(axis, ndim),)
    if axis is None:
        return tuple(range(ndim))
    axes = axis if isinstance(axis, tuple) else (axis,)
    if any(isinstance(a, bool) or not isinstance(a, (int, np.integer)) for a in axes):
        raise TypeError(f"axis must be an integer, a tuple of integers, or None, got {axis!r}.")
    counted = tuple([normalize_axis_index(a, ndim) for a in axes])
    if len(set(counted)) != len(counted):
        raise ValueError(f"axis {axis} names one axis twice.")
    return counted


@primitive(lambda g, y, x, shape: reshape(g, x.shape))
def reshape(x: Array, shape: int | Sequence[int]) -> Any:
    """``x`` in another shape; one length may be -1."""
    return np.reshape(x, shape)


def _put_back(g: Any, y: Any, x: Any, axes: Sequence[int]) -> Any:
    came_from = [a % x.ndim for a in axes]
    return permute_dims(g, sorted(range(x.ndim), key=came_from.__getitem__))


@primitive(_put_back)
def permute_dims(x: Array, axes: Sequence[int]) -> Any:
    """``x`` with its axes in the order ``axes``."""
    return np.transpose(x, axes)


@hinting
def transpose(x: Array, axes: Sequence[int] | None = None) -> Tensor:
    """``x`` with its axes reversed, or in the order ``axes``."""
    return permute_dims(x, tuple(reversed(range(np.ndim(x)))) if axes is None else axes)


@hinting
def expand_dims(x: Any, axis: int | tuple[int, ...]) -> Tensor:
    """``x`` with new axes of length 1 that stand at ``axis`` in the result."""
    ndim = np.ndim(x) + (len(axis) if isinstance(axis, tuple) else 1)
    new, lengths = _counted(axis, ndim), iter(np.shape(x))
    return reshape(x, tuple(1 if i in new else next(lengths) for i in range(ndim)))


@hinting
def squeeze(x: Array, axis: int | tuple[int, ...] | None = None) -> Tensor:
    """``x`` without the axes of length 1 that ``axis`` names; None names all of them."""
    shape = np.shape(x)
    if axis is None:
        axis = tuple(i for i, n in enumerate(shape) if n == 1)
    axes = axes_of(x, axis)
    if any(shape[a] != 1 for a in axes):
        raise ValueError(f"squeeze: of shape {shape} axis {axis} is not of length 1.")
    return reshape(x, tuple(n for i, n in enumerate(shape) if i not in axes))


@primitive(lambda g, y, x, shape: g)
def broadcast_to(x: Array, shape: Sequence[int]) -> Any:
    """``x`` repeated along axes of length 1, and along new axes in front, to fill ``shape``."""
    return np.broadcast_to(x, shape)


def _concat_share(i: int, g: Any, y: Any, *parts: Any, axis: int) -> Any:
    start = sum(part.shape[axis] for part in parts[:i])
    key = [slice(None)] * y.ndim
    key[axis] = slice(start, start + parts[i].shape[axis])
    return getitem(g, tuple(key))


@primitive(each=_concat_share)
def _concat(*parts: Any, axis: int) -> Any:
    return np.concatenate(parts, axis=axis)


@hinting
def concat(tensors: Iterable[Operand], axis: int | None = 0) -> Tensor:
    """The tensors one after another along an axis they have; None reads each as one row."""
    parts = _parts_of(tensors, "concat")
    if axis is None:
        parts, axis = [reshape(part, -1) for part in parts], 0
    return _concat(*parts, axis=axis)


@hinting
def stack(tensors: Iterable[Operand], axis: int = 0) -> Tensor:
    """The tensors, all of one shape, one after another along a new axis."""
    parts = _parts_of(tensors, "stack")
    shapes = {part.shape for part in parts}
    if len(shapes) > 1:
        raise ValueError(f"stack: all shapes must be equal, these are {sorted(shapes)}.")
    return _concat(*(expand_dims(part, axis) for part in parts), axis=axis)


def _parts_of(tensors: Any, name: str) -> list[Any]:
    """Return tensors and arrays; numbers and lists take the float type of those beside them."""
    if isinstance(tensors, (Tensor, np.ndarray)) and tensors.ndim == 0:
        raise TypeError(f"{name}() takes a list of tensors, got a single number.")
    parts = list(tensors)
    if not parts:
        raise ValueError(f"{name}() takes at least one tensor, got none.")
    if all(isinstance(p, np.ndarray) for p in parts):  # without a tensor, as NumPy does it
        return parts
    floats = [p.dtype for p in parts if _is_array(p) and p.dtype.kind == "f"]
    dtype = np.result_type(*floats) if floats else None
    return [
        p if _is_array(p) else make_tensor(p.item() if hasattr(p, "item") else p, dtype=dtype)
        for p in parts
    ]


def _is_array(part: Any) -> bool:
    return isinstance(part, Tensor) or (isinstance(part, np.ndarray) and part.ndim > 0)


# Indexing. getitem reads and scatter writes; each is the other's derivative. The parts of the key
# are arguments, so that tensors among them are seen.


@primitive(lambda g, y, x, *key: _scatter(g, x.shape, *key))
def _getitem(x: Any, *key: Any) -> Any:
    return x[key]


@primitive(lambda g, y, x, shape, *key: _getitem(g, *key))
def _scatter(x: Any, shape: Sequence[int], *key: Any) -> Any:
    out = np.zeros(shape, np.result_type(x))
    if all(part is None or part is ... or isinstance(part, (int, slice)) for part in key):
        np.copyto(out[key if ... in key else (*key, ...)], x)
    elif out.ndim == 2 and len(key) == 1 and np.asarray(key[0]).dtype.kind in "iu":
        rows = kernels.in_order(np.reshape(key[0], key[0].size))
        values = kernels.in_order(np.reshape(x, (rows.size, out.shape[1])))
        if not kernels.sum_rows(rows, values, out):
            raise IndexError(f"rows from {rows.min()} to {rows.max()}, of {len(out)}.")
    else:
        np.add.at(out, key, x)
    return out


def getitem(x: Any, key: Any) -> Tensor:
    """``x[key]``: slices, integers, integer arrays, boolean masks, as in NumPy."""
    return _getitem(x, *_parts(key))


def scatter(x: Array, key: Any, shape: Sequence[int]) -> Tensor:
    """Zeros of the given shape, with ``x`` added at ``key``: elements named twice add up."""
    return _scatter(x, shape, *_parts(key))


def _parts(key: Any) -> list[Any]:
    parts = key if isinstance(key, tuple) else (key,)
    return [
        np.asarray(part, np.intp if part == [] else None)
        if isinstance(part, (list, bool, np.bool_))
        else part
        for part in parts
    ]


@hinting
def take(x: Array, indices: Array, axis: int | None = None) -> Tensor:
    """The elements (rows, columns, ...) of ``x`` that ``indices`` name along ``axis``.

    Without an axis, of ``x`` read as one row.
    """
    if axis is None:
        x, axis = reshape(x, -1), 0
    return getitem(x, (slice(None),) * axes_of(x, axis)[0] + (indices,))


@hinting
def take_along_axis(x: Array, indices: Array, axis: int = -1) -> Tensor:
    """For each place in ``indices``, the element of ``x`` that it names along ``axis``.

    Along the other axes the two broadcast, as in NumPy.
    """
    shape = np.shape(x)
    if np.ndim(indices) != len(shape):
        raise ValueError(
            f"take_along_axis: indices of shape {np.shape(indices)} must have as many axes as "
            f"the tensor of shape {shape}."
        )
    key: list[Any] = list(np.ogrid[tuple(slice(n) for n in shape)])
    key[axes_of(x, axis)[0]] = indices
    return getitem(x, tuple(key))


@hinting
def flip(x: Array, axis: int | tuple[int, ...] | None = None) -> Tensor:
    """``x`` in reverse order along ``axis``; None means along every axis."""
    axes = axes_of(x, axis)
    steps = (-1 if i in axes else 1 for i in range(np.ndim(x)))
    return getitem(x, tuple(slice(None, None, step) for step in steps))


@hinting
def pad(x: Array, pad_width: int | tuple[int, int] | Sequence[tuple[int, int]]) -> Tensor:
    """``x`` with zeros around it; ``pad_width`` is (before, after) for each axis, as in NumPy."""
    shape = np.shape(x)
    widths = np.broadcast_to(np.asarray(pad_width), (len(shape), 2))
    if widths.dtype.kind not in "iu":
        raise TypeError(f"pad: pad_width must be integers, got {pad_width!r}.")
    if (widths < 0).any():
        raise ValueError(f"pad: widths must not be negative, got {pad_width}.")
    key = tuple(slice(int(b), int(b) + n) for (b, _), n in zip(widths, shape, strict=True))
    return scatter(x, key, tuple(n + int(w.sum()) for n, w in zip(shape, widths, strict=True)))
