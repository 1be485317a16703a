"""What operators and methods of tensors do: each is a function of `ops`, `in_place` or `autograd`.

They are set on the class here, so that `tensor.py` knows none of them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from . import autograd, in_place, ops
from .ops import elementwise
from .tensor import Operand, Tensor


def _reflected(function: Callable[..., Tensor]) -> Callable[..., Tensor]:
    return lambda self, other: function(other, self)


def _backward(self: Tensor, gradient: Operand | None = None, retain_graph: bool = False) -> None:
    """Add the gradient of this tensor to ``.grad`` of every leaf it was made from.

    Parameters
    ----------
    gradient : tensor or array of this tensor's shape, optional
        The gradient of some later scalar with respect to this tensor. May be left out when
        this tensor holds one number; it is then 1.
    retain_graph : bool
        Keep the graph, so that ``backward`` can walk it again.
    """
    autograd.backward(self, gradient, retain_graph)


def _reshape(self: Tensor, *shape: Any) -> Tensor:
    """See :func:`minigrad.reshape`; the lengths may be given one by one."""
    return ops.reshape(self, shape[0] if len(shape) == 1 else shape)


def _flatten(self: Tensor) -> Tensor:
    """The tensor read as one row."""
    return ops.reshape(self, -1)


def _matrices_transposed(self: Tensor) -> Tensor:
    """The matrices in the last two axes, each transposed."""
    return ops.permute_dims(self, (*range(self.ndim - 2), -1, -2))


_BINARY = dict(
    add=ops.add,
    sub=ops.subtract,
    mul=ops.multiply,
    truediv=ops.divide,
    pow=ops.pow,
    matmul=ops.matmul,
    and_=elementwise.bitwise_and,
    or_=elementwise.bitwise_or,
    xor=elementwise.bitwise_xor,
)
_OTHERS: dict[str, Any] = dict(
    __lt__=ops.less,
    __le__=ops.less_equal,
    __gt__=ops.greater,
    __ge__=ops.greater_equal,
    __eq__=ops.equal,
    __ne__=ops.not_equal,
    __neg__=ops.negative,
    __abs__=ops.abs,
    __invert__=elementwise.invert,
    __getitem__=ops.getitem,
    __setitem__=in_place.set_item,
    __iadd__=in_place.operator("+=", ops.add),
    __isub__=in_place.operator("-=", ops.subtract),
    __imul__=in_place.operator("*=", ops.multiply),
    __itruediv__=in_place.operator("/=", ops.divide),
    flatten=_flatten,
    reshape=_reshape,
    backward=_backward,
    T=property(ops.transpose, doc="The tensor with its axes reversed."),
    mT=property(_matrices_transposed),
)
for _name in ("sum", "mean", "max", "min", "argmax", "argmin", "any", "all", "prod", "var", "std"):
    setattr(Tensor, _name, getattr(ops, _name))
for _name in ("exp", "log", "sqrt", "astype"):
    setattr(Tensor, _name, getattr(ops, _name))
for _name, _function in _BINARY.items():
    setattr(Tensor, f"__{_name.strip('_')}__", _function)
    setattr(Tensor, f"__r{_name.strip('_')}__", _reflected(_function))
for _name, _function in _OTHERS.items():
    setattr(Tensor, _name, _function)
