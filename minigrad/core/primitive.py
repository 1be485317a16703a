"""What an operation is: a forward and its derivatives, side by side."""

from __future__ import annotations

import functools
import inspect
import re
import sys
from collections.abc import Callable
from typing import Any, ParamSpec, Protocol, overload

import numpy as np
import numpy.typing as npt
from numpy import ndarray

from .modes import mode
from .tensor import Tensor, memory_of, type_of
from .versions import tick

P = ParamSpec("P")
Derivative = Callable[..., Any] | None

FLOAT32, FLOAT64 = np.dtype(np.float32), np.dtype(np.float64)
_REAL = frozenset({FLOAT32, FLOAT64})  # to be found by identity, either as soon as the other
_ARRAYS = {Tensor, ndarray}
_PLAIN = frozenset({int, float, bool, tuple, slice, type(None), type(...), str})


class Decorator(Protocol):
    """What turns a function of arrays into a function of tensors."""

    @overload
    def __call__(self, forward: np.ufunc) -> Callable[..., Tensor]: ...
    @overload
    def __call__(self, forward: Callable[P, Any]) -> Callable[P, Tensor]: ...


def primitive(
    *derivatives: Derivative, each: Callable[..., Any] | None = None, real: bool = False
) -> Decorator:
    """Make a function of arrays differentiable.

    Parameters
    ----------
    *derivatives : functions or None
        One for each leading argument. ``derivative(g, y, *args, **params)`` gets the gradient
        ``g`` of the loss with respect to the result ``y``, and returns the gradient with respect
        to its argument. It is written with minigrad's own functions, so that it can be
        differentiated in turn. It may return any shape or float type that broadcasts from the
        argument's: the walk backwards undoes broadcasting. None says that nothing flows back: the
        result is constant in that argument but for jumps, or another function accounts for it.
        Beyond the derivatives a tensor that requires a gradient is refused.
    each : function, optional
        For functions of any number of tensors, ``each(i, g, y, *args, **params)`` is the
        derivative with respect to argument ``i``.
    real : bool
        Whether it is a function of real numbers: where it has a derivative, integers and booleans
        are then taken for floats.

    Returns
    -------
    decorator
        Turns ``forward(*arrays, **params)`` into a function that takes tensors and records
        itself. Given no tensor at all, it answers like NumPy, with an array.

    Notes
    -----
    A Python or NumPy number takes the type of the tensors beside it, and float64 comes from float64
    alone: where NumPy makes it of integers the result is float32.

    Examples
    --------
    >>> @mg.primitive(lambda g, y, x: 3 * g * x**2)
    ... def cube(x):
    ...     return x**3
    """
    for derivative in (*derivatives, each):
        if derivative is not None and not callable(derivative):
            raise TypeError(f"primitive() takes functions or None, got {derivative!r}.")
    known = len(derivatives) if each is None else sys.maxsize  # how many arguments have a say
    constant = known > 0 and not any(derivatives) and each is None

    def decorate(forward: Callable[..., Any]) -> Callable[..., Tensor]:
        if not callable(forward):
            raise TypeError(
                f"@mg.primitive(derivative, ...) stands above a function, this is {forward!r}; "
                "without brackets it takes that function for the derivative."
            )
        name = forward.__name__.strip("_")
        makes_its_own = isinstance(forward, np.ufunc)  # and never gives back an argument or a view

        @functools.wraps(forward)
        def apply(*args: Any, **params: Any) -> Any:
            observer = mode.observer
            arrays: list[Any] = []
            like: Any = None  # the array of the last tensor
            tracked = 0
            watched = borrowed = False
            if params and not _ARRAYS.isdisjoint(map(type, params.values())):
                bound = inspect.signature(forward).bind(*args, **params)
                args, params = bound.args, bound.kwargs
                borrowed = True
            for arg in args:
                if type(arg) is Tensor:
                    if arg._requires_grad:
                        tracked += 1
                    if arg._memory is not None:
                        watched = True
                    like = arg = arg._data
                elif type(arg) not in _PLAIN:
                    borrowed = True
                    if observer is not None:
                        arg = observer.argument(arg)
                arrays.append(arg)
            if (
                real
                and not (len(args) == 1 and getattr(arrays[0], "dtype", None) in _REAL)  # as most
                and (floats := _in_floats(args, known)) is not None
            ):
                return apply(*floats, **params)
            if like is None:
                try:
                    out = forward(*arrays, **params)
                except AttributeError as error:
                    raise TypeError(f"{name} takes tensors, arrays and numbers: {error}") from error
                return out if observer is None else observer.answer(out, apply, args, params)
            if borrowed and not all(map(_is_ready, args)):
                args = _taken_in(args)
                arrays = [arg._data if type(arg) is Tensor else arg for arg in args]
                if observer is not None:
                    arrays = list(map(observer.argument, arrays))
            try:
                data = forward(*arrays, **params)
            except (ValueError, IndexError, TypeError) as error:
                raise explained(error, name, arrays, params) from error
            if type(data) is not ndarray:
                data = np.asarray(data)
            dtype = data.dtype
            crept_in = (
                dtype is not FLOAT32
                and dtype is not like.dtype
                and _is_foreign(dtype, arrays, name)
            )
            if not makes_its_own:
                for array in arrays:
                    if data is array:
                        data = data.view()  # an argument returned as it came: know it as shared
            out = Tensor(data)
            if data.base is not None:
                _share_memory(out, args)
            if (
                tracked
                and (dtype is FLOAT32 or dtype.kind == "f")
                and mode.recording
                and not constant
            ):
                if watched:  # writes from outside until now are in the past of this result
                    for arg in args:
                        if type(arg) is Tensor and arg._memory is not None:
                            arg._memory.look()
                if len(args) > known and not (known and tracked == 1 and _is_tracked(args[0])):
                    _check_the_rest(name, args, known)
                out._requires_grad = True
                out._primitive = apply
                out._parents = args
                if params:
                    out._params = params
                if borrowed and (observer is None or observer.copies_arrays):
                    out._parents = tuple(map(_kept, args))
                    if params:
                        out._params = {name: _kept(value) for name, value in params.items()}
                out._tick = tick()
            if observer is not None:
                observer.operation(out, apply, args, params)
            return astype(out, FLOAT32) if crept_in else out

        apply.name = name  # type: ignore[attr-defined]
        apply.forward = forward  # type: ignore[attr-defined]
        apply.derivatives = derivatives  # type: ignore[attr-defined]
        apply.each = each  # type: ignore[attr-defined]
        apply.__module__ = sys._getframe(1).f_globals["__name__"]  # a ufunc's is NumPy's
        return apply

    return decorate


# What arguments and results are made of


def _is_ready(arg: Any) -> bool:
    if type(arg) is ndarray:
        return arg.ndim > 0 and arg.dtype.isnative
    return type(arg) is Tensor or type(arg) in _PLAIN


def _taken_in(args: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return NumPy's numbers as Python's, which take the type of the tensors beside them.

    Arrays get the machine's byte order. Lists become tuples, which do not change later.
    """
    return tuple([arg if type(arg) is Tensor else _operand(arg) for arg in args])


def _operand(value: Any) -> Any:
    if type(value) is ndarray and value.ndim and value.dtype.isnative:
        return value
    if isinstance(value, list):
        return tuple([_operand(item) for item in value])
    if isinstance(value, (np.generic, ndarray)) and value.ndim == 0 and value.dtype.kind != "b":
        return value.item()  # a boolean stays: as a key it means another thing than True
    if isinstance(value, ndarray) and not value.dtype.isnative:
        return value.astype(value.dtype.newbyteorder("="))
    return value


def _kept(arg: Any) -> Any:
    """Return what a recorded result holds of an argument: arrays of others may change later."""
    return arg.copy() if type(arg) is ndarray else arg


def _in_floats(args: tuple[Any, ...], known: int) -> list[Any] | None:
    """Return integers and booleans among the first arguments as floats; None if there are none."""
    types = [arg.dtype for arg in args if isinstance(arg, (Tensor, ndarray))]
    if all(dtype in _REAL for dtype in types):
        return None
    wide = FLOAT64 in types
    floats = [
        astype(arg, FLOAT64 if wide else FLOAT32)
        if i < known and isinstance(arg, (Tensor, ndarray)) and _is_convertible(arg.dtype)
        else arg
        for i, arg in enumerate(args)
    ]
    return None if all(a is b for a, b in zip(args, floats, strict=True)) else floats


def _is_convertible(dtype: np.dtype) -> bool:
    return dtype.kind in "iubf" and dtype not in _REAL


def _is_foreign(dtype: np.dtype, arrays: list[Any], name: str) -> bool:
    """Whether a result's type is a float that none of the arguments has, nor asks for.

    Raises
    ------
    TypeError
        If it is one that a tensor cannot hold.
    """
    if dtype.kind in "iub":
        return False
    if dtype.kind != "f" or dtype.itemsize > 8:
        raise TypeError(f"{name} made {dtype}; a tensor holds floats, integers or booleans.")
    for array in arrays:
        if isinstance(array, np.dtype) or (type(array) is ndarray and array.dtype == dtype):
            return dtype.itemsize < 4
    return True


def _is_tracked(arg: Any) -> bool:
    return type(arg) is Tensor and arg._requires_grad


def _check_the_rest(name: str, args: tuple[Any, ...], known: int) -> None:
    """Raise if an argument beyond those that have a derivative requires a gradient."""
    for i, arg in enumerate(args[known:], known):
        if _is_tracked(arg):
            raise TypeError(
                f"{name} has no derivative with respect to argument {i}, of shape {arg.shape}, "
                "which requires a gradient: pass x.detach() if none is wanted, or give "
                "@mg.primitive a derivative for it."
            )


def _share_memory(out: Tensor, args: tuple[Any, ...]) -> None:
    """If ``out`` is a view of an argument, a write to one is a write to the other."""
    for arg in args:
        if type(arg) is Tensor:
            mine, theirs = out._data, arg._data
            if mine.base is theirs or mine.base is theirs.base is not None:
                out._memory = memory_of(arg)
                return


def explained(
    error: Exception, name: str, arrays: list[Any], params: dict[str, Any] | None = None
) -> Exception:
    """Name the operation, the shapes and the parameters in an error that NumPy raised."""
    shapes = [describe(a) for a in arrays if isinstance(a, np.ndarray)]
    given = "".join(f", {key}={value!r}" for key, value in (params or {}).items())
    kinds = (ValueError, IndexError, TypeError)  # NumPy's own are made of more than a message
    kind = next(kind for kind in kinds if isinstance(error, kind))
    return kind(f"{name} of {' and '.join(shapes)}{given}: {error}{hint(error)}")


_OURS = {"dim": "axis", "dims": "axis", "keepdim": "keepdims"}


def hint(error: Exception) -> str:
    """Return what to say to someone who used another library's word for an argument."""
    found = re.search(r"unexpected keyword argument '(\w+)'", str(error))
    if found is None:
        return ""
    if found[1] in _OURS:
        return f"; it is called {_OURS[found[1]]} here, as in NumPy."
    return "; if a function of NumPy's passed it, use minigrad's of the same name."


def hinting(function: Callable[P, Tensor]) -> Callable[P, Tensor]:
    """Have a function that is no primitive give the same hints as one that is."""

    @functools.wraps(function)
    def call(*args: P.args, **params: P.kwargs) -> Tensor:
        try:
            return function(*args, **params)
        except TypeError as error:
            if params and not set(params) <= set(inspect.signature(function).parameters):
                raise TypeError(f"{error}{hint(error)}") from error
            raise

    return call


def describe(array: np.ndarray) -> str:
    """Say what an array is in the words of an error message."""
    return f"shape {array.shape} ({array.dtype})"


@primitive(lambda g, y, x, dtype: g)
def _astype(x: Any, dtype: np.dtype) -> Any:
    array: Any = x if hasattr(x, "astype") else np.asarray(x)
    return array.astype(dtype, copy=False)[...]  # never x itself: shared memory is known by views


def astype(x: Any, dtype: npt.DTypeLike) -> Tensor:
    """``x`` as another type. Between float types the gradient passes; the walk casts it back."""
    return _astype(x, type_of(dtype))
