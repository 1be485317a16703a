"""Look at an operation that a reader adds to the engine: its value, its slope, and that one's."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

import minigrad as mg

from .exercise import call
from .verdict import UNANSWERED, Complaint

Array = NDArray[np.float64]


def value(function: Any, x: Array) -> Any:
    """Return what the operation makes of ``x``, and see that the engine knows of it."""
    # A primitive that returns three dots raises, so its forward is asked by itself.
    if (forward := getattr(function, "forward", None)) is not None:
        call(forward, x.copy())
    if _is_left_open(function, x):
        raise Complaint(UNANSWERED)
    wants_gradient = bool(getattr(function, "derivatives", True))  # refused without a derivative
    try:
        result = call(function, mg.tensor(x, requires_grad=wants_gradient))
    except TypeError:  # NumPy's functions refuse tensors
        if hasattr(function, "derivatives"):
            raise
        result = None
    if not isinstance(result, mg.Tensor):
        raise Complaint(
            "No Tensor comes back, so nothing was recorded: @mg.primitive(derivative) belongs "
            "above the function."
        )
    return result


def _is_left_open(function: Any, x: Array) -> bool:
    """Whether three dots still stand where the derivative belongs."""
    try:
        return function.derivatives[0](x, x, x) is ...
    except Exception:
        return False  # whatever it is, it was written


def slope(function: Any, x: Array, g: Array) -> Any:
    """Return the gradient of ``x`` when ``g`` arrives at the result."""
    if not getattr(function, "derivatives", True):
        raise Complaint("No gradient arrives: @mg.primitive() has no derivative in its brackets.")
    argument = mg.tensor(x, requires_grad=True)
    result = function(argument)
    if not result.requires_grad:
        raise Complaint(
            "The value is right, and nothing was recorded: put @mg.primitive(derivative) above it."
        )
    if not hasattr(function, "derivatives"):
        raise Complaint(
            "That is made of operations that exist. Make it one of its own: @mg.primitive."
        )
    return mg.grad(result, argument, g)


def bend(function: Any, x: Array, g: Array) -> Any:
    """Return the gradient of ``x`` when the slope itself is differentiated."""
    argument = mg.tensor(x, requires_grad=True)
    try:
        once = mg.grad(function(argument), argument, g, create_graph=True)
        return mg.grad(mg.sum(once * g), argument)
    except Exception:  # NumPy's functions refuse tensors in several ways
        raise Complaint(
            "The slope is right, but cannot be differentiated again: write it with g, y, x and "
            "minigrad's functions, not with NumPy's or with plain numbers."
        ) from None
