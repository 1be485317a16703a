"""NumPy's own inner loops, for use without NumPy.

A ufunc is a set of compiled loops, one for each combination of types, and much Python around them.
The loops have one signature, which NumPy's C API fixes::

    loop(char **operands, intp *lengths, intp *steps, void *data)

and are as good without what is around them: the same instructions on the same numbers give the
same bits. ``matmul`` is such a loop, with the BLAS behind it.
"""

import ctypes
import functools
from typing import Any, NamedTuple

import numpy as np

# Rounded correctly, or not at all: their bits do not depend on how the loop is cut. The others may
# run other instructions on neighbours than on numbers that lie apart.
EXACT = {
    *(np.add, np.subtract, np.multiply, np.divide, np.sqrt, np.square, np.reciprocal),
    *(np.negative, np.positive, np.absolute, np.sign, np.maximum, np.minimum),
    *(np.equal, np.not_equal, np.less, np.less_equal, np.greater, np.greater_equal),
    *(np.logical_and, np.logical_or, np.logical_not, np.isfinite, np.isnan),
    np.matmul,
}


class _UFunc(ctypes.Structure):
    """The head of ``PyUFuncObject``, as in numpy/ufuncobject.h."""

    _fields_ = (
        ("refcount", ctypes.c_ssize_t),
        ("type", ctypes.c_void_p),
        ("nin", ctypes.c_int),
        ("nout", ctypes.c_int),
        ("nargs", ctypes.c_int),
        ("identity", ctypes.c_int),
        ("functions", ctypes.POINTER(ctypes.c_void_p)),
        ("data", ctypes.POINTER(ctypes.c_void_p)),
        ("ntypes", ctypes.c_int),
    )


@functools.cache
def inner_loop(ufunc: np.ufunc, types: str) -> tuple[int, int]:
    """Return the addresses of a loop and of its data; ``types`` is like "ff->f".

    Raises
    ------
    ValueError
        If there is no such loop, or it is not NumPy's own. SciPy's, for one, take the
        interpreter's lock to warn.
    """
    if getattr(np, ufunc.__name__, None) is not ufunc:
        raise ValueError(f"{ufunc.__name__} is not NumPy's own")
    if ufunc is np.power and types[0] not in "fd":
        raise ValueError("the power of integers may raise an error, and needs Python for it")
    head = _UFunc.from_address(id(ufunc))
    if (head.nin, head.nout, head.ntypes) != (ufunc.nin, ufunc.nout, ufunc.ntypes):
        raise ValueError("this NumPy lays out its ufuncs in another way")
    i = ufunc.types.index(types)
    return head.functions[i] or 0, head.data[i] or 0


class Nest(NamedTuple):
    """Loops around an inner loop, outermost first, all lengths over 1."""

    shape: tuple[int, ...]  # how often each outer loop runs
    strides: tuple[tuple[int, ...], ...]  # by how many bytes each operand moves in each of them
    lengths: tuple[int, ...]  # what the inner loop is told, and so are the steps
    steps: tuple[int, ...]


def nest_of(ufunc: np.ufunc, operands: list[np.ndarray]) -> Nest:
    """Lay out the loops of a ufunc over operands that broadcast, as NumPy does.

    Where an operand has length 1 and another has not, its step is 0: a result that is reduced
    gathers what comes along. The axis with the smallest steps is innermost.

    Raises
    ------
    TypeError
        If the bits depend on how NumPy cuts the loop, and more than one cut is possible.
    """
    if ufunc is np.matmul:
        return _matmul_nest(operands)
    shape = np.broadcast_shapes(*(x.shape for x in operands))
    axes = _joined(shape, [_steps(x.shape, x.strides, shape) for x in operands])
    (length, steps), outer = (axes[-1], axes[:-1]) if axes else ((1, (0,) * len(operands)), [])
    if ufunc not in EXACT and (outer or min(steps) < 0):
        raise TypeError(f"{ufunc.__name__} is followed over one row")
    return Nest(tuple(n for n, _ in outer), tuple(s for _, s in outer), (length,), steps)


def _matmul_nest(operands: list[np.ndarray]) -> Nest:
    shape = np.broadcast_shapes(*(x.shape[:-2] for x in operands))
    outer = _joined(shape, [_steps(x.shape[:-2], x.strides[:-2], shape) for x in operands])
    rows, inner = operands[0].shape[-2:]
    core = tuple(step for x in operands for step in x.strides[-2:])
    count, steps = outer.pop() if outer else (1, (0,) * len(operands))
    return Nest(
        tuple(n for n, _ in outer),
        tuple(s for _, s in outer),
        (count, rows, inner, operands[1].shape[-1]),
        (*steps, *core),
    )


def _steps(
    lengths: tuple[int, ...], strides: tuple[int, ...], shape: tuple[int, ...]
) -> tuple[int, ...]:
    """Return the steps of an operand along ``shape``; 0 where it is repeated."""
    steps = (step if n > 1 else 0 for n, step in zip(lengths, strides, strict=True))
    return (0,) * (len(shape) - len(lengths)) + tuple(steps)


def _joined(
    shape: tuple[int, ...], steps: list[tuple[int, ...]]
) -> list[tuple[int, tuple[int, ...]]]:
    """Return ``(length, steps)`` of each loop: sorted, and joined where one continues another."""
    axes = [(n, s) for n, *s in zip(shape, *steps, strict=True) if n != 1]
    axes.sort(key=lambda axis: max(map(abs, axis[1])), reverse=True)
    joined: list[tuple[int, tuple[int, ...]]] = []
    for n, s in axes:
        if joined and all(a == n * b for a, b in zip(joined[-1][1], s, strict=True)):
            joined[-1] = (joined[-1][0] * n, tuple(s))
        else:
            joined.append((n, tuple(s)))
    return joined


def is_packed(x: np.ndarray) -> bool:
    """Whether the elements of ``x`` lie side by side, in whatever order."""
    return x.size == 1 or [s for _, s in _joined(x.shape, [x.strides])] in ([], [(x.itemsize,)])


def typed(ufunc: np.ufunc, operands: tuple[Any, ...]) -> tuple[str, list[np.ndarray]]:
    """Return the types of the loop for these operands, and the operands as arrays of those types.

    Raises
    ------
    TypeError
        If an array would have to be converted.
    """
    # Python's own numbers adapt to the others; NumPy's do not
    kinds = [type(x) if type(x) in (int, float) else x.dtype for x in operands[:-1]]
    dtypes = ufunc.resolve_dtypes((*kinds, None))
    arrays = [
        np.asarray(x, dtype) if np.ndim(x) == 0 and not isinstance(x, np.ndarray) else x
        for x, dtype in zip(operands, dtypes, strict=True)
    ]
    if any(x.dtype != dtype for x, dtype in zip(arrays, dtypes, strict=True)):
        raise TypeError(f"{ufunc.__name__} would convert an operand")
    characters = [dtype.char for dtype in dtypes]
    return "".join(characters[:-1]) + "->" + characters[-1], arrays
