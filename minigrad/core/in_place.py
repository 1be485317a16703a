"""Changing the numbers of a tensor in place, where that is allowed."""

from collections.abc import Callable
from typing import Any

from .modes import effect, is_recording
from .tensor import Operand, Tensor, memory_of, raw, write


@effect
def assign(tensor: Tensor, key: Any, values: Operand) -> None:
    """``tensor[key] = values``, whatever may still need the numbers."""
    tensor._data[raw(key)] = raw(values)
    memory_of(tensor).stamp()


def set_item(tensor: Tensor, key: Any, values: Operand) -> None:
    """``tensor[key] = values``."""
    if is_recording() and (tensor.requires_grad or _requires_grad(values)):
        raise _would_overwrite("tensor[...] = values", "mg.where(mask, values, tensor)")
    assign(tensor, key, values)


def operator(
    symbol: str, function: Callable[[Tensor, Operand], Tensor]
) -> Callable[[Tensor, Operand], Tensor]:
    """Return what ``tensor += other`` and its like do.

    While recording, ``loss += term`` means ``loss = loss + term``, which loses nothing. For a leaf
    that requires a gradient that would quietly make a new tensor, one the optimizer never sees.
    """

    def in_place(target: Tensor, other: Operand) -> Tensor:
        if not (is_recording() and (target.requires_grad or _requires_grad(other))):
            write(target, function(target, other))
            return target
        if target._primitive is None and target.requires_grad:
            raise _would_overwrite(f"parameter {symbol} ...", "a new name")
        return function(target, other)

    return in_place


def _requires_grad(value: Any) -> bool:
    return type(value) is Tensor and value.requires_grad


def _would_overwrite(what: str, instead: str) -> RuntimeError:
    return RuntimeError(
        f"`{what}` would overwrite numbers that a gradient may still need: "
        f"write it inside `with mg.no_grad():`, or use {instead}."
    )
