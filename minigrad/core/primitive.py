"""What an operation is: a forward and its derivatives, side by side."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any, ParamSpec, Protocol, overload

import numpy as np
from numpy import ndarray

from .modes import mode
from .tensor import Tensor, memory_of
from .versions import tick

P = ParamSpec("P")
Derivative = Callable[..., Any] | None


class Decorator(Protocol):
    """What turns a function of arrays into a function of tensors."""

    @overload
    def __call__(self, forward: np.ufunc) -> Callable[..., Tensor]: ...
    @overload
    def __call__(self, forward: Callable[P, Any]) -> Callable[P, Tensor]: ...


def primitive(*derivatives: Derivative, each: Callable[..., Any] | None = None) -> Decorator:
    """Make a function of arrays differentiable.

    Parameters
    ----------
    *derivatives : functions or None
        One for each leading argument. ``derivative(g, y, *args, **params)`` gets the gradient
        ``g`` of the loss with respect to the result ``y``, and returns the gradient with respect
        to its argument. It is written with minigrad's own functions, so that it can be
        differentiated in turn. It may return any shape or float type that broadcasts from the
        argument's: the walk backwards undoes broadcasting. None says that there is no derivative.
    each : function, optional
        For functions of any number of tensors, ``each(i, g, y, *args, **params)`` is the
        derivative with respect to argument ``i``.

    Returns
    -------
    decorator
        Turns ``forward(*arrays, **params)`` into a function that takes tensors and records
        itself. Given no tensor at all, it answers like NumPy, with an array.

    Examples
    --------
    >>> @mg.primitive(lambda g, y, x: 3 * g * x**2)
    ... def cube(x):
    ...     return x**3
    """

    def decorate(forward: Callable[..., Any]) -> Callable[..., Tensor]:
        name = forward.__name__.strip("_")
        makes_its_own = isinstance(forward, np.ufunc)  # and never gives back an argument or a view

        @functools.wraps(forward)
        def apply(*args: Any, **params: Any) -> Any:
            if params and Tensor in map(type, params.values()):
                bound = inspect.signature(forward).bind(*args, **params)
                args, params = bound.args, bound.kwargs
            arrays: list[Any] = []
            any_tensor = tracked = watched = False
            for arg in args:
                if type(arg) is Tensor:
                    any_tensor = True
                    if arg.requires_grad:
                        tracked = True
                    if arg._memory is not None:
                        watched = True
                    arg = arg._data
                arrays.append(arg)
            if not any_tensor:
                return forward(*args, **params)
            try:
                data = forward(*arrays, **params)
            except (ValueError, IndexError, TypeError) as error:
                raise explained(error, name, arrays) from error
            if type(data) is not ndarray:
                data = np.asarray(data)
            kind = data.dtype.kind
            if kind != "f" and kind not in "iub":
                raise TypeError(
                    f"{name} made {data.dtype}; a tensor holds floats, integers or booleans."
                )
            if not makes_its_own:
                for array in arrays:
                    if data is array:
                        data = data.view()  # an argument returned as it came: know it as shared
            out = Tensor(data)
            if data.base is not None:
                _share_memory(out, args)
            if tracked and kind == "f" and mode.recording:
                if watched:  # writes from outside until now are in the past of this result
                    for arg in args:
                        if type(arg) is Tensor and arg._memory is not None:
                            arg._memory.look()
                out.requires_grad = True
                out._primitive = apply
                out._parents = args
                if params:
                    out._params = params
                out._tick = tick()
            if (observer := mode.observer) is not None:
                observer.operation(out, apply, args, params)
            return out

        apply.name = name  # type: ignore[attr-defined]
        apply.forward = forward  # type: ignore[attr-defined]
        apply.derivatives = derivatives  # type: ignore[attr-defined]
        apply.each = each  # type: ignore[attr-defined]
        return apply

    return decorate


def _share_memory(out: Tensor, args: tuple[Any, ...]) -> None:
    """If ``out`` is a view of an argument, a write to one is a write to the other."""
    for arg in args:
        if type(arg) is Tensor:
            mine, theirs = out._data, arg._data
            if mine.base is theirs or mine.base is theirs.base is not None:
                out._memory = memory_of(arg)
                return


def explained(error: Exception, name: str, arrays: list[Any]) -> Exception:
    """Name the operation and the shapes in an error that NumPy raised."""
    shapes = [describe(a) for a in arrays if isinstance(a, np.ndarray)]
    kinds = (ValueError, IndexError, TypeError)  # NumPy's own are made of more than a message
    kind = next(kind for kind in kinds if isinstance(error, kind))
    return kind(f"{name} of {' and '.join(shapes)}: {error}")


def describe(array: np.ndarray) -> str:
    """Say what an array is in the words of an error message."""
    return f"shape {array.shape} ({array.dtype})"
