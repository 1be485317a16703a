"""Where a program leaves the gradients of the tensors it differentiates by."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

from ..core.tensor import Tensor
from ..nn.module import Module
from ..optim.home import Home
from ..optim.optimizer import Optimizer
from .recording import ACCUMULATE, Instruction

CLEARING = {Optimizer.zero_grad.__wrapped__, Module.zero_grad.__wrapped__}  # type: ignore


class NotReadyError(Exception):
    """A program cannot run this time, or, if there is a reason, at any time."""

    def __init__(self, reason: str | None = None) -> None:
        self.reason = reason


class LeafGradient:
    """The gradient of one leaf, always in the same memory.

    Parameters
    ----------
    leaf : Tensor
    had_none : bool
        Whether, in the record, it had no gradient when the first share of it arrived.
    cleared : bool
        Whether the step itself had cleared it before.
    first : int
        The instruction that the first share comes from.
    """

    def __init__(self, leaf: Tensor, had_none: bool, cleared: bool, first: int) -> None:
        self.leaf = leaf
        self.had_none = had_none
        self.cleared = cleared
        self.first = first
        self.stays = True  # whether there is a gradient when the step ends
        if leaf._home is None:
            leaf._home = Home(np.empty(leaf.size, leaf.dtype), 0, leaf.size, leaf.shape)
        self.home: Home = leaf._home
        self.array = self.home.array()

    def prepare(self) -> None:
        """Make ``leaf.grad`` a tensor over the memory that the program writes to.

        Raises
        ------
        NotReadyError
            If another gradient is there, or somebody has kept an earlier one.
        """
        leaf, home = self.leaf, self.home
        grad = leaf.grad
        usual = self.cleared or not self.had_none
        if usual and grad is not None and home.holds(grad) and _references(grad) == _ALONE:
            return
        if leaf._home is not home:
            raise NotReadyError
        if not self.cleared and self.had_none is not (leaf.grad is None):
            raise NotReadyError(
                "the gradients it starts from are there at one time and not at another: "
                "clear them within it, with zero_grad()"
            )
        if home.taken():
            raise NotReadyError
        leaf.grad = home.gradient()
        if not self.had_none and grad is not None:
            np.copyto(self.array, grad._data)

    def withdraw(self, reached: int) -> None:
        """Take it back, if instruction ``reached``, which failed, came before it."""
        if self.had_none and reached <= self.first:
            self.leaf.grad = None


def prepare(gradients: list[LeafGradient]) -> None:
    """Prepare all gradients.

    Raises
    ------
    NotReadyError
        If one cannot be. Then none is.
    """
    ready: list[LeafGradient] = []
    try:
        for gradient in gradients:
            gradient.prepare()
            ready.append(gradient)
    except NotReadyError:
        for gradient in ready:
            gradient.withdraw(-1)
        raise


def _references(gradient: Any) -> tuple[int, int, int]:
    count = sys.getrefcount
    if gradient._memory is not None and count(gradient._memory) == 2:  # nobody else's
        gradient._memory = None  # its record of writes, which refers to its array too
    return count(gradient), count(gradient._data), count(gradient._data.base)


def _lone_references() -> tuple[int, int, int]:
    """Return how many references there are to a gradient that only its leaf, and a caller, has."""
    leaf = Tensor(np.empty(1))
    leaf.grad = grad = Home(np.empty(1), 0, 1, (1,)).gradient()
    return _references(grad)


_ALONE = _lone_references()


def gradients_of(instructions: list[Instruction]) -> tuple[dict[int, LeafGradient], list[Tensor]]:
    """Return the gradients that a program makes, by id of the leaf, and those it only clears."""
    made: dict[int, LeafGradient] = {}
    cleared: dict[int, Tensor] = {}
    for i, (function, args, _, _) in enumerate(instructions):
        if function in CLEARING:
            for p in cleared_by(args[0]):
                cleared[id(p)] = p
                if id(p) in made:
                    made[id(p)].stays = False
        elif function is ACCUMULATE:
            leaf, _, had_none = args
            if id(leaf) not in made:
                made[id(leaf)] = LeafGradient(leaf, had_none, id(leaf) in cleared, i)
            made[id(leaf)].stays = True
    return made, [p for key, p in cleared.items() if key not in made]


def cleared_by(owner: Any) -> list[Tensor]:
    """Return the tensors whose gradients ``owner.zero_grad()`` clears."""
    if isinstance(owner, Module):
        return list(owner.parameters())
    return [p for group in owner.param_groups for p in group["params"]]
