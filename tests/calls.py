"""Strategies for the arguments of primitives: shapes that fit together, and what goes with them.

Each draws ``(list of shapes, dict)``: the shapes of the differentiable arguments, and the other
arguments by name. Lengths of 0 and 1, arrays without axes and negative axes are among them.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

Shape = tuple[int, ...]


def shapes(min_dims: int = 0, max_dims: int = 3, min_side: int = 0) -> st.SearchStrategy[Shape]:
    return hnp.array_shapes(min_dims=min_dims, max_dims=max_dims, min_side=min_side, max_side=3)


def broadcastable(n: int) -> st.SearchStrategy[tuple[Shape, ...]]:
    return hnp.mutually_broadcastable_shapes(num_shapes=n, max_dims=3, min_side=0, max_side=3).map(
        lambda drawn: drawn.input_shapes
    )


def axes(ndim: int) -> st.SearchStrategy:
    """None, an axis, or a tuple of axes; negative or not."""
    if ndim == 0:
        return st.sampled_from([None, ()])
    several = st.lists(st.integers(0, ndim - 1), unique=True)
    signed = several.flatmap(lambda a: st.tuples(*(st.sampled_from([i, i - ndim]) for i in a)))
    return st.none() | st.integers(-ndim, ndim - 1) | signed


@st.composite
def one(draw: Any, of: st.SearchStrategy[Shape] | None = None, **params: Any) -> Any:
    """One array; each parameter is a function from its shape to a strategy."""
    shape = draw(shapes() if of is None else of)
    return [shape], {name: draw(strategy(shape)) for name, strategy in params.items()}


@st.composite
def several(draw: Any, n: int) -> Any:
    return list(draw(broadcastable(n))), {}


def axis(shape: Shape) -> st.SearchStrategy[int]:
    return st.integers(-len(shape), len(shape) - 1)


@st.composite
def reduced(draw: Any, least: int = 0, **params: Any) -> Any:
    """One array and the axes to reduce, over which there are ``least`` elements or more."""
    shape = draw(shapes())
    over = draw(axes(len(shape)))
    named = range(len(shape)) if over is None else over if isinstance(over, tuple) else (over,)
    touched = {a % len(shape) for a in named}
    if math.prod(shape[a] for a in touched) < least:
        shape = tuple(max(n, least) if a in touched else n for a, n in enumerate(shape))
    if not touched and least > 1:
        shape, over = (2,), None
    drawn = {name: draw(strategy) for name, strategy in params.items()}
    return [shape], {"axis": over, "keepdims": draw(st.booleans()), **drawn}


@st.composite
def picked(draw: Any) -> Any:
    shape = draw(shapes(min_side=1))
    return [shape], {"axis": draw(st.none() | axis(shape)) if shape else None}


@st.composite
def chosen(draw: Any) -> Any:
    condition, *rest = draw(broadcastable(3))
    return rest, {"condition": draw(hnp.arrays(bool, condition))}


BOUNDS = st.none() | st.floats(-1.5, 1.5, width=32).map(lambda b: b + 0.0078125)


@st.composite
def clipped(draw: Any) -> Any:
    shape, low, high = draw(shapes()), draw(BOUNDS), draw(BOUNDS)
    if low is not None and high is not None and low > high:
        low, high = high, low
    return [shape], {"low": low, "high": high}


@st.composite
def reshaped(draw: Any) -> Any:
    shape = draw(shapes())
    new = list(draw(st.permutations(shape)))
    if draw(st.booleans()):
        new.insert(draw(st.integers(0, len(new))), 1)
    if new and math.prod(shape) and draw(st.booleans()):
        new[draw(st.integers(0, len(new) - 1))] = -1
    return [shape], {"shape": tuple(new)}


def permutation(shape: Shape) -> st.SearchStrategy:
    ndim = len(shape)
    signs = st.lists(st.sampled_from([0, ndim]), min_size=ndim, max_size=ndim)
    return st.tuples(st.permutations(range(ndim)), signs).map(
        lambda drawn: tuple(a - s for a, s in zip(*drawn, strict=True))
    )


@st.composite
def new_axes(draw: Any) -> Any:
    shape = draw(shapes(max_dims=2))
    n = draw(st.integers(1, 2))
    ndim = len(shape) + n
    places = draw(st.lists(st.integers(0, ndim - 1), min_size=n, max_size=n, unique=True))
    places = tuple(draw(st.sampled_from([place, place - ndim])) for place in places)
    return [shape], {"axis": places if n > 1 or draw(st.booleans()) else places[0]}


@st.composite
def squeezed(draw: Any) -> Any:
    shape = draw(shapes())
    ones = [i for i, n in enumerate(shape) if n == 1]
    options = [st.none()]
    if ones:
        options += [st.sampled_from(ones).map(lambda i: i - len(shape))]
        options += [st.lists(st.sampled_from(ones), unique=True).map(tuple)]
    return [shape], {"axis": draw(st.one_of(options))}


@st.composite
def joined(draw: Any) -> Any:
    shape = list(draw(shapes(min_dims=1)))
    along = draw(axis(tuple(shape)))
    lengths = draw(st.lists(st.integers(0, 3), min_size=1, max_size=3))
    parts = [[*shape] for _ in lengths]
    for part, n in zip(parts, lengths, strict=True):
        part[along] = n
    return [tuple(part) for part in parts], {"axis": along}


@st.composite
def stacked(draw: Any) -> Any:
    shape = draw(shapes(max_dims=2))
    along = draw(st.integers(-len(shape) - 1, len(shape)))
    return [shape] * draw(st.integers(1, 3)), {"axis": along}


@st.composite
def stretched(draw: Any) -> Any:
    shape, new = draw(broadcastable(2))
    return [shape], {"shape": np.broadcast_shapes(shape, new)}


@st.composite
def padded(draw: Any) -> Any:
    shape = draw(shapes())
    width = st.tuples(st.integers(0, 2), st.integers(0, 2))
    each = st.lists(width, min_size=len(shape), max_size=len(shape))
    widths = [st.integers(0, 2), width] + ([each] if shape else [])
    return [shape], {"pad_width": draw(st.one_of(widths))}


@st.composite
def keys(draw: Any, shape: Shape) -> Any:
    """Slices, integers, None and ``...``; or a mask; or arrays of integers among slices."""
    kind = draw(st.sampled_from(["basic", "mask", "arrays"]))
    if kind == "mask":
        return draw(hnp.arrays(bool, shape[: draw(st.integers(0, len(shape)))]))
    if kind == "arrays" and shape and all(shape):
        at = draw(st.sets(st.integers(0, len(shape) - 1), min_size=1))
        index_shapes = draw(broadcastable(len(at)))
        indices = [
            draw(hnp.arrays(np.int64, s, elements=st.integers(-shape[a], shape[a] - 1)))
            for a, s in zip(sorted(at), index_shapes, strict=True)
        ]
        key = [slice(*draw(st.slices(n)).indices(n)) if n == 0 else slice(None) for n in shape]
        for a, index in zip(sorted(at), indices, strict=True):
            key[a] = index
        return tuple(key) if len(key) > 1 or draw(st.booleans()) else key[0]
    return draw(hnp.basic_indices(shape, allow_newaxis=True, allow_ellipsis=True))


@st.composite
def indexed(draw: Any) -> Any:
    shape = draw(shapes())
    return [shape], {"key": draw(keys(shape))}


@st.composite
def scattered(draw: Any) -> Any:
    shape = draw(shapes())
    key = draw(keys(shape))
    return [np.zeros(shape)[key].shape], {"key": key, "shape": shape}


@st.composite
def taken(draw: Any) -> Any:
    shape = draw(shapes(min_dims=1, min_side=1))
    along = draw(st.none() | axis(shape))
    n = math.prod(shape) if along is None else shape[along]
    indices = hnp.arrays(np.int64, shapes(max_dims=2), elements=st.integers(-n, n - 1))
    return [shape], {"indices": draw(indices), "axis": along}


@st.composite
def taken_along(draw: Any) -> Any:
    shape = draw(shapes(min_dims=1, min_side=1))
    along = draw(axis(shape))
    wanted = list(shape)
    wanted[along] = draw(st.integers(0, 3))
    inside = st.integers(0, shape[along] - 1)
    return [shape], {"indices": draw(hnp.arrays(np.int64, wanted, elements=inside)), "axis": along}


@st.composite
def multiplied(draw: Any) -> Any:
    """Two stacks of matrices that broadcast, or a vector on either side."""
    left, right = draw(broadcastable(2))
    rows, inner, columns = (draw(st.integers(0, 3)) for _ in range(3))
    a = (*left[-2:], rows, inner) if draw(st.booleans()) else (inner,)
    b = (*right[-2:], inner, columns) if draw(st.booleans()) else (inner,)
    return [a, b], {}


@st.composite
def contracted(draw: Any) -> Any:
    """Any specification: diagonals, indices that one operand has alone, one to three operands."""
    sizes = {c: draw(st.integers(0, 3)) for c in "ijkl"}
    letters = st.text("ijkl", max_size=3)
    terms = draw(st.lists(letters, min_size=1, max_size=3))
    used = sorted(set("".join(terms)))
    output = "".join(draw(st.permutations(used)))[: draw(st.integers(0, len(used)))]
    subscripts = ",".join(terms) + draw(st.sampled_from(["->" + output, "->" + output, ""]))
    return [tuple(sizes[c] for c in term) for term in terms], {"subscripts": subscripts}


@st.composite
def convolved(draw: Any) -> Any:
    n, channels, filters = draw(st.integers(0, 2)), draw(st.integers(1, 2)), draw(st.integers(1, 2))
    kh, kw, padding = draw(st.integers(1, 2)), draw(st.integers(1, 3)), draw(st.integers(0, 2))
    height = draw(st.integers(max(1, kh - 2 * padding), 4))
    width = draw(st.integers(max(1, kw - 2 * padding), 4))
    params = {"stride": draw(st.integers(1, 3)), "padding": padding}
    return [(n, channels, height, width), (filters, channels, kh, kw)], params


@st.composite
def pooled(draw: Any) -> Any:
    size = draw(st.integers(1, 3))
    shape = (
        draw(st.integers(0, 2)),
        draw(st.integers(1, 2)),
        draw(st.integers(size, 5)),
        draw(st.integers(size, 5)),
    )
    return [shape], {"size": size, "stride": draw(st.none() | st.integers(1, 3))}
