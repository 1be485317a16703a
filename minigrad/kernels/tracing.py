"""Which loops a function of arrays runs.

The forward of a primitive is NumPy: a few ufuncs, views, and kernels. Called with stand-ins for
its arrays it computes what it always does, and each stand-in notes which loop ran over which
memory (the protocols that let Dask or CuPy answer NumPy's functions make this possible: NEP 13 and
NEP 18). Whatever a stand-in cannot follow raises an error, and the function is left to Python.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

from .active import active
from .loops import is_packed


@dataclass(eq=False, slots=True)
class Loop:
    """One run of a loop: ``function(*operands)``, the last operand of a ufunc being its result.

    For a reduction the result has the axes it reduces, with length 1.
    """

    function: Any
    operands: tuple[Any, ...]
    answer: Any = None  # what a kernel returned
    written: tuple[int, ...] = (-1,)  # which operands it writes, or may write

    def __str__(self) -> str:
        operands = [str(getattr(x, "shape", x)) for x in self.operands]
        return f"{self.function.__name__:<20} {' '.join(operands[:-1])} -> {operands[-1]}"

    def results(self) -> tuple[np.ndarray, ...]:
        """Return the arrays that the loop writes, or may write."""
        return tuple(self.operands[i] for i in self.written)


class Tracer:
    """Collects the loops that run while it is ``active.tracer``."""

    def __init__(self) -> None:
        self.loops: list[Loop] = []

    def kernel(self, kernel: Callable[..., Any], *args: Any) -> Any:
        """Run a kernel on the arrays themselves."""
        operands = plain(args)
        active.tracer = None
        try:
            answer = kernel(*operands)
        finally:
            active.tracer = self
        new = (i for i, arg in enumerate(args) if isinstance(arg, np.ndarray))  # no stand-in
        self.loops.append(Loop(kernel, operands, answer, tuple(new)))
        return answer

    def map(self, ufunc: np.ufunc, *operands: Any) -> np.ndarray:
        """Run a ufunc over broadcast operands."""
        result = np.asarray(ufunc(*operands))
        self.loops.append(Loop(ufunc, (*operands, result)))
        return result

    def copy(self, source: Any, target: np.ndarray) -> None:
        """Write ``source`` over ``target``."""
        np.copyto(target, source)
        self.loops.append(Loop(np.positive, (source, target)))

    def reduce(
        self, ufunc: np.ufunc, x: np.ndarray, axis: Any, keepdims: bool, **initial: Any
    ) -> np.ndarray:
        """Run a ufunc along axes.

        Raises
        ------
        TypeError
            If ``x`` has gaps: NumPy's order of summation then depends on where they are.
        """
        if not is_packed(x):
            raise TypeError("a reduction is followed over packed memory")
        result = np.asarray(ufunc.reduce(x, axis=axis, keepdims=keepdims, **initial))
        axes = range(x.ndim) if axis is None else np.atleast_1d(axis) % x.ndim
        kept = result.reshape(tuple(1 if i in axes else n for i, n in enumerate(x.shape)))
        start = x.dtype.type(initial.get("initial", ufunc.identity or 0))
        if ufunc.identity is None and not initial:  # maximum, minimum: one may be met twice
            first = (slice(0, 1) if i in axes else slice(None) for i in range(x.ndim))
            start = x[(*first, ...)]
        self.loops.append(Loop(np.positive, (start, kept)))
        self.loops.append(Loop(ufunc, (kept, x, kept)))
        return result

    def owns(self, array: np.ndarray) -> bool:
        """Whether ``array`` lies in memory that a loop has touched."""
        return any(
            isinstance(operand, np.ndarray) and np.may_share_memory(array, operand)
            for loop in self.loops
            for operand in loop.operands
        )


def trace(function: Callable[..., Any], args: Any, params: Any) -> tuple[np.ndarray, list[Loop]]:
    """Run ``function`` and return its result and the loops that made it.

    Raises
    ------
    Exception
        Of any kind, where the loops cannot be followed. Nothing but new memory has been written.
    """
    arrays = [arg for arg in args if isinstance(arg, np.ndarray)]
    active.tracer = tracer = Tracer()
    try:
        result = function(*map(_stand_in, args), **params)
    finally:
        active.tracer = None
    if type(result) is StandIn:
        return result.array, tracer.loops
    if isinstance(result, np.ndarray) and (
        tracer.owns(result) or any(np.may_share_memory(result, a) for a in arrays)
    ):
        return result, tracer.loops
    raise TypeError(f"{function} computes its result out of sight")


class StandIn(NDArrayOperatorsMixin):
    """An array that tells the tracer what is done with it, and never gives its numbers away."""

    __slots__ = ("array",)

    def __init__(self, array: np.ndarray) -> None:
        self.array = array

    shape = property(lambda self: self.array.shape)
    ndim = property(lambda self: self.array.ndim)
    size = property(lambda self: self.array.size)
    dtype = property(lambda self: self.array.dtype)
    flags = property(lambda self: self.array.flags)
    T = property(lambda self: StandIn(self.array.T))

    def __len__(self) -> int:
        return len(self.array)

    def __getitem__(self, key: Any) -> StandIn:
        part = self.array[key]
        if not (isinstance(part, np.ndarray) and np.may_share_memory(part, self.array)):
            raise TypeError("only views can be followed")
        return StandIn(part)

    def __pow__(self, p: Any) -> Any:
        """Do as arrays do: a small power is a product, a root, or nothing."""
        known = {-1: np.reciprocal, 0.5: np.sqrt, 1: np.positive, 2: np.square}
        if isinstance(p, (int, float)) and p in known:
            return known[p](self)
        return np.power(self, p)

    def reshape(self, *shape: Any) -> StandIn:
        """As NumPy's."""
        return np.reshape(self, shape[0] if len(shape) == 1 else shape)  # type: ignore

    def transpose(self, *axes: Any) -> StandIn:
        """As NumPy's."""
        return StandIn(self.array.transpose(*axes))

    def swapaxes(self, a: int, b: int) -> StandIn:
        """As NumPy's."""
        return StandIn(self.array.swapaxes(a, b))

    def astype(self, dtype: Any, copy: bool = True) -> StandIn:
        """As NumPy's, where the type stays."""
        if np.dtype(dtype) != self.dtype:
            raise TypeError("changes of type are not followed")
        return StandIn(active.tracer.map(np.positive, self.array)) if copy else self

    def __array__(self, *_: Any, **__: Any) -> Any:
        raise TypeError("a stand-in holds no numbers")

    def __bool__(self) -> bool:
        raise TypeError("a stand-in holds no numbers")

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        tracer: Tracer = active.tracer
        inputs = plain(inputs)
        if method == "reduce":
            options = {"axis": 0, "keepdims": False, **options}
            return StandIn(tracer.reduce(ufunc, *inputs, **options))
        if method != "__call__":
            raise TypeError(f"{method} is not followed")
        out = plain(options.pop("out", ()))
        if options:
            raise TypeError(f"{list(options)} are not followed")
        if out:
            ufunc(*inputs, out=out)
            tracer.loops.append(Loop(ufunc, (*inputs, *out)))
            return StandIn(*out)
        return StandIn(tracer.map(ufunc, *inputs))

    def __array_function__(self, function: Any, types: Any, args: Any, named: Any) -> Any:
        if function in _ANSWERS:
            return _ANSWERS[function](*args, **named)
        if function in _FACTS:
            return function(*plain(args), **named)
        if function not in _VIEWS:
            raise TypeError(f"{function} is not followed")
        source, *rest = plain(args)
        result = function(source, *rest, **named)
        if not np.may_share_memory(result, source):  # a reshape that has to copy
            active.tracer.copy(source, result.reshape(source.shape))
        return StandIn(result)


def plain(args: Any) -> tuple[Any, ...]:
    """Return arrays where there are stand-ins."""
    return tuple(arg.array if type(arg) is StandIn else arg for arg in args)


def _stand_in(arg: Any) -> Any:
    return StandIn(arg) if isinstance(arg, np.ndarray) else arg


# NumPy's functions, as far as they are followed

_FACTS = {np.ndim, np.shape, np.size, np.result_type}
_VIEWS = {np.reshape, np.transpose, np.broadcast_to, np.expand_dims, np.squeeze, np.swapaxes}


def _where(condition: Any, a: Any, b: Any) -> StandIn:
    from .select import select  # which needs Numba

    condition, a, b = plain((condition, a, b))
    out = np.where(condition, a, b)
    if not out.flags.c_contiguous:
        raise TypeError("where is followed over arrays in C order")
    flat = [_flat(condition, bool, out.shape), *(_flat(x, out.dtype, out.shape) for x in (a, b))]
    active.tracer.loops.append(Loop(select, (*flat, out.reshape(-1))))
    return StandIn(out)


def _flat(x: Any, dtype: Any, shape: tuple[int, ...]) -> np.ndarray:
    """Return ``x``, broadcast to ``shape``, as a row; a single number stays one."""
    if isinstance(x, np.ndarray) and x.dtype != dtype:
        raise TypeError("changes of type are not followed")
    x = np.asarray(x, dtype)
    if x.size > 1 and not (x.shape == shape and x.flags.c_contiguous):
        full = np.empty(shape, dtype)
        active.tracer.copy(x, full)
        x = full
    return x.reshape(-1)


def _concatenate(parts: Any, axis: int = 0) -> StandIn:
    arrays = plain(parts)
    out = np.concatenate(arrays, axis=axis)
    start = 0
    for part in arrays:
        key = [slice(None)] * out.ndim
        key[axis] = slice(start, start := start + part.shape[axis])
        active.tracer.copy(part, out[tuple(key)])
    return StandIn(out)


def _reduction(ufunc: Any) -> Callable[..., Any]:
    def reduce(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
        return ufunc.reduce(x, axis=axis, keepdims=keepdims)

    return reduce


def _mean(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    total = _reduction(np.add)(x, axis, keepdims)
    return total / (x.size // total.size)


_ANSWERS: dict[Any, Callable[..., Any]] = {
    np.where: _where,
    np.concatenate: _concatenate,
    np.mean: _mean,
    np.sum: _reduction(np.add),
    np.max: _reduction(np.maximum),
    np.min: _reduction(np.minimum),
    np.copyto: lambda target, source: active.tracer.copy(*plain((source, target))),
    np.empty_like: lambda x: np.empty_like(x.array),  # for a kernel to fill
}
