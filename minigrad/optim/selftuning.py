"""What optimizers that find their own rate share."""

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
        return [flats[0].numbers["adapted_lr"] for flats in self.flats] if self.steps else []

    def _recall(self, name: str, start: float) -> float:
        """Return a number that all parameters share."""
        return self.flats[0][0].numbers.get(name, start)

    def _remember(self, **numbers: float) -> None:
        """Store numbers that all parameters share."""
        for flat in chain.from_iterable(self.flats):
            flat.numbers.update(numbers)

    def _common(self, groups: Groups, name: str) -> Any:
        """Return an option that has one value in all groups.

        Raises
        ------
        ValueError
            If it has not.
        """
        first, *others = (getattr(now, name) for _, now in groups)
        if any(other != first for other in others):
            raise ValueError(
                f"{type(self).__name__}: one estimate serves all parameters, so that {name} must "
                f"be the same in all groups; got {[first, *others]}."
            )
        return first
