"""Where a program leaves the gradients of the tensors it differentiates by."""

import sys
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from ..core.autograd import accumulate
from ..core.tensor import Tensor
from ..optim.home import Home
from .recording import CLEARING, Instruction, cleared_by


class NotReadyError(Exception):
    """A program cannot run this time, or, if there is a reason, at any time."""

    def __init__(self, reason: str | None = None) -> None:
        self.reason = reason


@dataclass(eq=False)
class LeafGradient:
    """The gradient of one leaf, always in the same memory."""

    leaf: Tensor
    fresh: bool  # whether there is none when its first share arrives; else all are added to it
    cleared: bool  # whether the step itself clears it before that
    first: int  # the instruction that the first share comes from
    stays: bool = True  # whether there is a gradient when the step ends

    def __post_init__(self) -> None:
        leaf = self.leaf
        self._had_none = self.fresh  # whether there is none before the first share
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
        self._had_none = self.fresh or grad is None
        if self.fresh and not self.cleared and grad is not None:
            raise NotReadyError
        if grad is not None and home.holds(grad) and _references(grad) == _ALONE:
            return
        if leaf._home is not home or home.taken():
            raise NotReadyError
        leaf.grad = home.gradient()
        if self.fresh:
            return
        if grad is None:
            self.array.fill(-0.0)  # to which any number may be added, and stays what it is
        else:
            np.copyto(self.array, grad._data)

    def withdraw(self, reached: int) -> None:
        """Take it back, if instruction ``reached``, which failed, came before it."""
        if self._had_none and reached <= self.first:
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


Gradients: TypeAlias = tuple[dict[int, LeafGradient], list[tuple[int, Tensor]]]


def gradients_of(instructions: list[Instruction]) -> Gradients:
    """Return the gradients that a program makes, by id, and which it only clears, and where."""
    made: dict[int, LeafGradient] = {}
    cleared: dict[int, tuple[int, Tensor]] = {}
    for i, (function, args, _, _) in enumerate(instructions):
        if function in CLEARING:
            for p in cleared_by(args[0]):
                cleared.setdefault(id(p), (i, p))
                if id(p) in made:
                    made[id(p)].stays = False
        elif function is accumulate:
            leaf, _, had_none = args
            if id(leaf) not in made:
                made[id(leaf)] = LeafGradient(leaf, had_none, id(leaf) in cleared, i)
            made[id(leaf)].stays = True
    return made, [found for key, found in cleared.items() if key not in made]
