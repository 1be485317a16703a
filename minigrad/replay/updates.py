"""An optimizer's step as loops, and the numbers they need each time."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..kernels.tracing import Loop
from ..optim.flat import Flat
from ..optim.optimizer import Optimizer
from .gradients import NotReadyError

STEP = Optimizer.step.__wrapped__  # type: ignore[attr-defined]


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


class _Noted:
    """Stands for flat memory, and notes which rules are applied to it."""

    def __init__(self, flat: Flat) -> None:
        self.flat = flat
        self.none = flat.none
        self.state = flat.state
        self.rules: list[tuple[Any, tuple[Any, ...]]] = []

    def apply(self, rule: Any, *arguments: Any) -> None:
        self.rules.append((rule, arguments))

    def loop(self, rule: Any, arguments: tuple[Any, ...]) -> Loop:
        """Return a rule as a loop, with the numbers in the parameters' type."""
        if list in map(type, arguments):
            raise TypeError("a rule for each parameter")
        flat, number = self.flat, self.flat.theta.dtype.type
        cast = (a if type(a) in (np.ndarray, bool) else number(a) for a in arguments)
        return Loop(rule, (flat.theta, flat.grad, *cast), written=(0,))


class Update:
    """What one ``optimizer.step()`` of a program does.

    Raises
    ------
    Exception
        Of any kind, if the optimizer does more than to apply rules to flat memory.
    """

    def __init__(self, optimizer: Optimizer) -> None:
        if type(optimizer)._prepare is not Optimizer._prepare:
            raise TypeError("it looks at all gradients first")
        self.optimizer = optimizer
        self.flats = [flat for flats in optimizer._flats for flat in flats]
        self.options = optimizer._options_now()
        watched = _Watched(optimizer)
        noted = self._rules(watched)
        self.constant = not watched.read  # as long as the options stay
        self.loops = [flat.loop(*rule) for flat in noted for rule in flat.rules]
        self.last_lr = optimizer.last_lr  # before the step
        self.arrays = [
            (flat, flat.theta, flat.grad, list(flat.states.items())) for flat in self.flats
        ]
        # for each loop, where each number stands: (frames as its type, place, which argument)
        self.places: list[list[tuple[np.ndarray, int, int]]] = []

    def holds(self) -> bool:
        """Whether the arrays it works on are still the optimizer's."""
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
            if flat._astray:
                raise NotReadyError
        optimizer = self.optimizer
        options = optimizer._options_now()  # the same list, if all are as they were
        if options is not self.options or not self.constant:
            self.options = options
            try:
                self._write([rule for noted in self._rules(optimizer) for rule in noted.rules])
            except Exception:  # of whatever kind: then it steps in Python, and says what is wrong
                self.options = []  # to be looked at again
                raise NotReadyError from None
        self.last_lr = optimizer.last_lr
        optimizer.last_lr = [values["lr"] for values in options]
        optimizer.steps += 1

    def _write(self, rules: list[tuple[Any, tuple[Any, ...]]]) -> None:
        """Write the numbers of rules into the frames.

        Raises
        ------
        Exception
            Of any kind, if the rules, or what they work on, are not those of the loops.
        """
        for loop, places, (rule, arguments) in zip(self.loops, self.places, rules, strict=True):
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

    def _rules(self, optimizer: Any) -> list[_Noted]:
        """Return which rules the next step applies to each flat array."""
        found = []
        for flats, options in zip(self.optimizer._flats, self.options, strict=True):
            for flat in flats:
                noted = _Noted(flat)
                type(self.optimizer)._update(optimizer, noted, **options)  # type: ignore[arg-type]
                found.append(noted)
        return found
