"""Every public primitive, with a strategy that draws its arguments and NumPy's word for its value.

An entry draws shapes and parameters; what numbers fill the shapes is the test's choice.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import numpy as np
from calls import (
    Shape,
    axes,
    axis,
    chosen,
    clipped,
    contracted,
    convolved,
    indexed,
    joined,
    multiplied,
    new_axes,
    one,
    padded,
    permutation,
    picked,
    pooled,
    reduced,
    reshaped,
    scattered,
    several,
    shapes,
    squeezed,
    stacked,
    stretched,
    taken,
    taken_along,
)
from hypothesis import strategies as st
from scipy import special

from minigrad.core import ops
from minigrad.nn import windows


@dataclass(frozen=True)
class Entry:
    """How to call one primitive.

    Attributes
    ----------
    calls : strategy of (list of shapes, dict)
        Shapes of the differentiable arguments; the other arguments by name.
    numpy : function
        ``numpy(*arrays, **params)`` is the value by other means than minigrad's.
    positive : bool
        Whether it is defined for positive numbers only.
    differentiable : bool
        Whether it has a derivative.
    call : function
        ``call(vocabulary, name, arrays, params)`` calls it; ``vocabulary`` is ``minigrad``, or
        anything with functions of the same names.
    """

    calls: st.SearchStrategy
    numpy: Callable[..., Any]
    positive: bool = False
    differentiable: bool = True
    call: Callable[..., Any] = field(
        default=lambda m, name, arrays, params: getattr(m, name)(*arrays, **params)
    )


def _listed(m: Any, name: str, arrays: Any, params: dict) -> Any:
    return getattr(m, name)(list(arrays), **params)


# NumPy's values


def _softmax(x: np.ndarray, axis: int = -1) -> np.ndarray:
    return special.softmax(x, axis=axis) if x.size else x


def _log_softmax(x: np.ndarray, axis: int = -1) -> np.ndarray:
    return special.log_softmax(x, axis=axis) if x.size else x


def _logsumexp(x: np.ndarray, axis: Any = None, keepdims: bool = False) -> np.ndarray:
    return np.log(np.sum(np.exp(x), axis=axis, keepdims=keepdims))


def _scatter(x: np.ndarray, key: Any, shape: Shape) -> np.ndarray:
    out = np.zeros(shape, x.dtype)
    np.add.at(out, key, x)
    return out


def _windows(x: np.ndarray, size: Shape, stride: int, padding: int = 0) -> np.ndarray:
    x = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    windows = np.lib.stride_tricks.sliding_window_view(x, size, axis=(2, 3))
    return windows[:, :, ::stride, ::stride]


def _conv2d(x: np.ndarray, weight: np.ndarray, stride: int, padding: int) -> np.ndarray:
    windows = _windows(x, weight.shape[2:], stride, padding)
    return np.einsum("nchwij,ocij->nohw", windows, weight)


def _pool(reduce: Callable[..., np.ndarray]) -> Callable[..., np.ndarray]:
    def pool(x: np.ndarray, size: int, stride: int | None) -> np.ndarray:
        return reduce(_windows(x, (size, size), stride or size), axis=(-1, -2))

    return pool


def _take(x: np.ndarray, indices: np.ndarray, axis: int | None = None) -> np.ndarray:
    return np.take(x, indices, axis=axis)


def _elementwise(f: Callable[..., Any], **traits: bool) -> Entry:
    return Entry(one(), f, **traits)


def _pair(f: Callable[..., Any], **traits: bool) -> Entry:
    return Entry(several(2), f, **traits)


def _compared(f: Callable[..., Any]) -> Entry:
    return Entry(several(2), f, differentiable=False)


def _correction(f: Callable[..., Any]) -> Callable[..., Any]:
    return lambda x, axis, keepdims, correction: f(x, axis=axis, keepdims=keepdims, ddof=correction)


ALONG = shapes(min_dims=1)

REGISTRY: dict[str, Entry] = {
    # elementwise
    "abs": _elementwise(np.abs),
    "add": _pair(np.add),
    "astype": Entry(one(dtype=lambda shape: st.just(np.float64)), lambda x, dtype: x),
    "clip": Entry(clipped(), lambda x, low, high: np.clip(x, low, high)),
    "cos": _elementwise(np.cos),
    "divide": _pair(np.divide),
    "equal": _compared(np.equal),
    "erf": _elementwise(np.vectorize(math.erf, otypes=[float])),
    "exp": _elementwise(np.exp),
    "expm1": _elementwise(np.expm1),
    "gelu": _elementwise(lambda x: x * special.ndtr(x)),
    "isfinite": Entry(one(), np.isfinite, differentiable=False),
    "isnan": Entry(one(), np.isnan, differentiable=False),
    "logical_and": _compared(np.logical_and),
    "logical_not": Entry(one(), np.logical_not, differentiable=False),
    "logical_or": _compared(np.logical_or),
    "greater": _compared(np.greater),
    "greater_equal": _compared(np.greater_equal),
    "less": _compared(np.less),
    "less_equal": _compared(np.less_equal),
    "log": _elementwise(np.log, positive=True),
    "log1p": _elementwise(np.log1p, positive=True),
    "maximum": _pair(np.maximum),
    "minimum": _pair(np.minimum),
    "multiply": _pair(np.multiply),
    "negative": _elementwise(np.negative),
    "not_equal": _compared(np.not_equal),
    "pow": _pair(np.power, positive=True),
    "relu": _elementwise(lambda x: np.where(x > 0, x, 0)),
    "sigmoid": _elementwise(special.expit),
    "sign": _elementwise(np.sign),
    "silu": _elementwise(lambda x: x * special.expit(x)),
    "sin": _elementwise(np.sin),
    "softplus": _elementwise(lambda x: np.log1p(np.exp(x))),
    "sqrt": _elementwise(np.sqrt, positive=True),
    "subtract": _pair(np.subtract),
    "tanh": _elementwise(np.tanh),
    "where": Entry(
        chosen(),
        lambda a, b, condition: np.where(condition, a, b),
        call=lambda m, name, arrays, params: m.where(params["condition"], *arrays),
    ),
    # products
    "einsum": Entry(
        contracted(),
        lambda *arrays, subscripts: np.einsum(subscripts, *arrays),
        call=lambda m, name, arrays, params: m.einsum(params["subscripts"], *arrays),
    ),
    "matmul": Entry(multiplied(), np.matmul),
    # reductions
    "cumsum": Entry(one(ALONG, axis=axis), np.cumsum),
    "log_softmax": Entry(one(ALONG, axis=axis), _log_softmax),
    "logsumexp": Entry(reduced(), _logsumexp),
    "max": Entry(reduced(least=1), np.max),
    "mean": Entry(reduced(least=1), np.mean),
    "min": Entry(reduced(least=1), np.min),
    "norm": Entry(
        reduced(), lambda x, axis, keepdims: np.sqrt(np.sum(x**2, axis, keepdims=keepdims))
    ),
    "prod": Entry(reduced(), np.prod),
    "softmax": Entry(one(ALONG, axis=axis), _softmax),
    "std": Entry(reduced(least=2, correction=st.integers(0, 1)), _correction(np.std)),
    "sum": Entry(reduced(), np.sum),
    "var": Entry(reduced(least=2, correction=st.integers(0, 1)), _correction(np.var)),
    "all": Entry(reduced(), np.all, differentiable=False),
    "any": Entry(reduced(), np.any, differentiable=False),
    "argmax": Entry(picked(), np.argmax, differentiable=False),
    "argmin": Entry(picked(), np.argmin, differentiable=False),
    # shapes
    "broadcast_to": Entry(stretched(), np.broadcast_to),
    "concat": Entry(joined(), lambda *parts, axis: np.concatenate(parts, axis), call=_listed),
    "expand_dims": Entry(new_axes(), np.expand_dims),
    "flip": Entry(one(axis=lambda shape: axes(len(shape))), np.flip),
    "getitem": Entry(indexed(), lambda x, key: x[key]),
    "pad": Entry(padded(), lambda x, pad_width: np.pad(x, pad_width) if x.ndim else x),
    "permute_dims": Entry(one(axes=permutation), np.transpose),
    "reshape": Entry(reshaped(), np.reshape),
    "scatter": Entry(scattered(), _scatter),
    "squeeze": Entry(squeezed(), np.squeeze),
    "stack": Entry(stacked(), lambda *parts, axis: np.stack(parts, axis), call=_listed),
    "take": Entry(taken(), _take),
    "take_along_axis": Entry(taken_along(), np.take_along_axis),
    "transpose": Entry(one(axes=lambda shape: st.none() | permutation(shape)), np.transpose),
    # windows
    "avg_pool2d": Entry(pooled(), _pool(np.mean)),
    "conv2d": Entry(convolved(), _conv2d),
    "max_pool2d": Entry(pooled(), _pool(np.max)),
}

NOT_FOR_USERS = {"fit"}  # the walk's own; tested by itself

MINIGRAD = SimpleNamespace(
    **{name: getattr(ops, name) for name in ops.__all__},
    **{name: getattr(windows, name) for name in ("avg_pool2d", "conv2d", "max_pool2d")},
)

# What numbers fill the shapes, for a test that wants them far from kinks and oddly laid out

LAYOUTS = ["C", "Fortran", "every second", "backwards"]
DIFFERENTIABLE = sorted(name for name, entry in REGISTRY.items() if entry.differentiable)


def laid_out(array: np.ndarray, layout: str, dtype: type = np.float64) -> np.ndarray:
    """The same numbers, strung differently in memory."""
    if layout == "Fortran":
        return np.array(array, dtype, order="F")
    step = {"C": 1, "every second": 2, "backwards": -1}[layout]
    room = np.zeros([abs(step) * n for n in array.shape], dtype)
    view = room[(..., *(slice(None, None, step) for _ in array.shape))]
    view[...] = array
    return view


def distinct(lengths, seed, positive):
    """Arrays whose elements all differ in size, and stay clear of 0: no kink is near."""
    sizes = [int(np.prod(shape)) for shape in lengths]
    n = sum(sizes)
    rng = np.random.default_rng(seed)
    numbers = rng.permutation(0.4 + 1.2 * (np.arange(n) + 0.5) / max(n, 1))
    if not positive:
        numbers *= rng.choice([-1.0, 1.0], n)
    parts = np.split(numbers, np.cumsum(sizes)[:-1])
    return [part.reshape(shape) for part, shape in zip(parts, lengths, strict=True)]
