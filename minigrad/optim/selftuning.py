"""What optimizers that find their own rate share."""

from __future__ import annotations

from itertools import chain
from typing import Any

from .optimizer import Groups, Optimizer


class SelfTuning(Optimizer):
    """Base of the optimizers whose rate answers to the losses or gradients.

    ``lr`` and ``last_lr`` are what was given: a function of the step. What the optimizer made of it
    is ``adapted_lr``.
    """

    @property
    def adapted_lr(self) -> list[float]:
        """The rate that the latest update came to, for each group. Empty before the first."""
        return [flats[0].numbers["adapted_lr"] for flats in self._flats] if self.steps else []

    def _recall(self, name: str, start: float) -> float:
        """Return a number that all parameters share."""
        return self._flats[0][0].numbers.get(name, start)

    def _remember(self, **numbers: float) -> None:
        """Store numbers that all parameters share."""
        for flat in chain.from_iterable(self._flats):
            flat.numbers.update(numbers)

    def _common(self, groups: Groups, *names: str) -> list[Any]:
        """Return options that have one value in all groups.

        Raises
        ------
        ValueError
            If they have not.
        """
        first = groups[0][1]
        for name in names:
            if any(options[name] != first[name] for _, options in groups):
                raise ValueError(
                    f"{type(self).__name__}: one estimate serves all parameters, so that {name} "
                    f"must be the same in all groups; got {[o[name] for _, o in groups]}."
                )
        return [first[name] for name in names]
