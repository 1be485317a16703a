"""Scalar code: one Python object a number, one closure an operation, as in micrograd.

A contender, to show what arrays are for. The way to write it is Karpathy's (micrograd, 2020).
"""

from __future__ import annotations

import math
from collections.abc import Callable


class Scalar:
    """A number that remembers how it was made."""

    __slots__ = ("grad", "parents", "push", "value")

    def __init__(self, value: float, parents: tuple[Scalar, ...] = ()) -> None:
        self.value = value
        self.grad = 0.0
        self.parents = parents
        self.push: Callable[[], None] = lambda: None

    def __add__(self, other: Scalar) -> Scalar:
        out = Scalar(self.value + other.value, (self, other))

        def push() -> None:
            self.grad += out.grad
            other.grad += out.grad

        out.push = push
        return out

    def __mul__(self, other: Scalar) -> Scalar:
        out = Scalar(self.value * other.value, (self, other))

        def push() -> None:
            self.grad += other.value * out.grad
            other.grad += self.value * out.grad

        out.push = push
        return out

    def relu(self) -> Scalar:
        """Return this number, or 0 if it is negative."""
        out = Scalar(max(self.value, 0.0), (self,))

        def push() -> None:
            self.grad += (out.value > 0) * out.grad

        out.push = push
        return out

    def softplus(self) -> Scalar:
        """Return log(1 + exp(this))."""
        v = self.value
        out = Scalar(max(v, 0.0) + math.log1p(math.exp(-abs(v))), (self,))

        def push() -> None:
            self.grad += out.grad / (1 + math.exp(-v))

        out.push = push
        return out

    def backward(self) -> None:
        """Add the derivative of this number to ``grad`` of all that it was made from."""
        order: list[Scalar] = []
        seen = set()
        pending = [(self, False)]
        while pending:
            scalar, done = pending.pop()
            if done:
                order.append(scalar)
            elif scalar not in seen:
                seen.add(scalar)
                pending.append((scalar, True))
                pending.extend((parent, False) for parent in scalar.parents)
        self.grad = 1.0
        for scalar in reversed(order):
            scalar.push()
