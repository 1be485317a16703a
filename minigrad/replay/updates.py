"""An optimizer's step as loops, and the numbers they need each time."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..optim.flat import Flat
from ..optim.optimizer import Optimizer
from .tracing import Loop

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
        self.rules: list[tuple[Any, tuple[Any, ...]]] = []

    def state(self, name: str, start: Any = 0.0) -> np.ndarray:
        return self.flat.state(name, start)

    def apply(self, rule: Any, *arguments: Any) -> None:
        cast = self.flat.theta.dtype.type
        if any(isinstance(a, list) for a in arguments):
            raise TypeError("a rule for each parameter")
        numbers = (a if isinstance(a, (np.ndarray, bool)) else cast(a) for a in arguments)
        self.rules.append((rule, (self.flat.theta, self.flat.grad, *numbers)))


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
        rules = self._rules()
        self.loops = [Loop(rule, numbers, written=(0,)) for rule, numbers in rules]
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
        """Write the numbers of the next step into the frames, and count it."""
        if not (self.constant and self._options() == self.options):
            for places, (_, arguments) in zip(self.places, self._rules(), strict=True):
                for frames, place, i in places:
                    frames[place] = arguments[i]
        self.optimizer.last_lr = list(self.rates)
        self.optimizer.steps += 1

    def _rules(self) -> list[tuple[Any, tuple[Any, ...]]]:
        optimizer = self.optimizer
        self.options = self._options()
        values = [optimizer._now(group) for group in optimizer.param_groups]
        self.rates = [options["lr"] for options in values]
        watched, rules = _Watched(optimizer), []
        for flats, options in zip(optimizer._flats, values, strict=True):
            for flat in flats:
                noted = _Noted(flat)
                type(optimizer)._update(watched, noted, **options)  # type: ignore[arg-type]
                rules += noted.rules
        self.constant = not watched.read and not any(map(_varies, self.options))
        return rules

    def _options(self) -> list[Any]:
        optimizer = self.optimizer
        return [group[name] for group in optimizer.param_groups for name in optimizer._options]


def _varies(option: Any) -> bool:
    return any(map(_varies, option)) if isinstance(option, tuple) else callable(option)
