"""An optimizer's step as loops, and the numbers they need each time."""

import operator
from typing import Any, TypeAlias

import numpy as np

from ..kernels.tracing import Loop
from ..optim.flat import Flat
from ..optim.optimizer import Optimizer
from .gradients import NotReadyError

Rule: TypeAlias = tuple[Flat, Any, list[Any]]  # what for, which, and with which arguments


class _Watched:
    """Stands for an optimizer, and notes whether anything was read that a step may change."""

    def __init__(self, optimizer: Optimizer) -> None:
        self.optimizer = optimizer
        self.read = False

    def __getattr__(self, name: str) -> Any:
        found = getattr(type(self.optimizer), name, None)
        if name in vars(self.optimizer) or isinstance(found, property):
            self.read = True
        elif callable(found):
            return found.__get__(self)
        return getattr(self.optimizer, name)


class Update:
    """What one ``optimizer.step()`` of a program does.

    Raises
    ------
    Exception
        Of any kind, if the optimizer does more than to apply rules to flat memory.
    """

    def __init__(self, optimizer: Optimizer, at: int) -> None:
        self.at = at  # which part of the program it is
        self.stale = False  # whether the options have asked for other loops
        if type(optimizer)._prepare is not Optimizer._prepare:
            raise TypeError("it looks at all gradients first")
        self.optimizer = optimizer
        self.flats = [flat for flats in optimizer.flats for flat in flats]
        self.options = optimizer.options_now()
        watched = _Watched(optimizer)
        rules = self._rules(watched)
        # as long as the options stay, if all that it reads is known
        self.constant = not watched.read and type(optimizer).__module__.startswith("minigrad.")
        self.loops = [_loop(*rule) for rule in rules]
        self.last_lr = optimizer.last_lr  # before the step
        self.arrays = [
            (flat, flat.theta, flat.grad, list(flat.states.items())) for flat in self.flats
        ]
        # for each loop, where each number stands: (frames as its type, place, which argument)
        self.places: list[list[tuple[np.ndarray, int, int]]] = []

    def holds(self) -> bool:
        """Whether its rules, and the arrays it works on, are still the optimizer's."""
        if self.stale:
            return False
        for flat, theta, grad, states in self.arrays:
            if flat.theta is not theta or flat.grad is not grad:
                return False
            for name, state in states:
                if flat.states.get(name) is not state:
                    return False
        return True

    def advance(self) -> None:
        """Write the numbers of the next step into the frames, and count it.

        Raises
        ------
        NotReadyError
            If a gradient is not where the loops read it, or the options ask for other loops.
        """
        for flat in self.flats:
            if flat.astray:
                raise NotReadyError
        optimizer = self.optimizer
        options = optimizer.options_now()  # the same objects, if all are as they were
        if not self.constant or not all(map(operator.is_, options, self.options)):
            self.options = options
            try:
                self._write(self._rules(optimizer))
            except Exception:  # of whatever kind: then it steps in Python, and says what is wrong
                self.stale = True
                raise NotReadyError from None
        self.last_lr = optimizer.last_lr
        optimizer.last_lr = [now.lr for now in options]
        optimizer.steps += 1

    def _write(self, rules: list[Rule]) -> None:
        """Write the numbers of rules into the frames.

        Raises
        ------
        Exception
            Of any kind, if the rules, or what they work on, are not those of the loops.
        """
        for loop, places, (_, rule, arguments) in zip(self.loops, self.places, rules, strict=True):
            for x, now in zip(loop.operands[2:], arguments, strict=True):
                if x is not now and type(x) is np.ndarray:
                    raise TypeError("another state")
            if rule is not loop.function:
                raise TypeError("another rule")
            for frames, place, i in places:
                frames[place] = arguments[i - 2]

    def undo(self) -> None:
        """Count the step as not done."""
        self.optimizer.last_lr = self.last_lr
        self.optimizer.steps -= 1

    def _rules(self, optimizer: Any) -> list[Rule]:
        """Return which rules the next step applies to each flat array, and to what."""
        found: list[Rule] = []
        for flats, now in zip(self.optimizer.flats, self.options, strict=True):
            for flat in flats:
                numbers = dict(flat.numbers)
                rules = list(type(self.optimizer)._update(optimizer, flat, now))
                if flat.numbers != numbers:
                    flat.numbers = numbers
                    raise TypeError("it counts on what it has counted before")
                found += [(flat, rule, arguments) for rule, *arguments in rules]
        return found


def _loop(flat: Flat, rule: Any, arguments: list[Any]) -> Loop:
    """Return a rule as a loop, with the numbers in the parameters' type."""
    if list in map(type, arguments):
        raise TypeError("a rule for each parameter")
    return Loop(rule, (flat.theta, flat.grad, *flat.cast(arguments)), written=(0,))
