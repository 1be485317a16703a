"""A task whose answer is a choice of settings: the judge trains with it on data of its own."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from minigrad.course.exercises import Exercise
from minigrad.course.exercises.verdict import Complaint, Verdict

Choice = dict[str, Any]
HELPS = 0.98  # what ends at less than that many times the loss is worth a word


@dataclass(frozen=True, kw_only=True)
class Race(Exercise):
    """A choice, judged by the loss that training with it reaches, compared with ours.

    What comes out of the student's process is the choice alone, as the numbers that `use` makes of
    it. Each input is a bar, the highest ratio of the losses that passes it, and a seed.

    Attributes
    ----------
    read : function
        Returns the choice that such numbers mean, or None: they are not trusted.
    loss : function
        ``loss(choice, seed)`` trains with a choice on the data of a seed.
    bars : tuple of float
        In rising order; each passed is worth the same.
    sets : int
        On how many sets of data: the median ratio counts.
    mended : mapping from str to function
        For each slip, by its words, the choice that mends it. Said is what helps the most.
    """

    read: Callable[[Any], Choice | None]
    loss: Callable[[Choice, int], float]
    bars: tuple[float, ...]
    mended: Mapping[str, Callable[[Choice], Choice]]
    sets: int = 9

    def inputs(self, seed: int) -> list[tuple[Any, ...]]:
        """Return every bar, with a seed that a whole course has in common."""
        return [(bar, seed) for bar in self.bars]

    def ratio(self, choice: Choice | None, seed: int) -> float:
        """Return how many times ours a choice's loss is: the median over the sets of data."""
        ours = self.answer()
        if choice is None:
            return math.inf
        ratios = [self.loss(choice, s) / self.loss(ours, s) for s in range(seed, seed + self.sets)]
        return float(np.median(np.nan_to_num(ratios, nan=math.inf, posinf=math.inf)))

    def wrong(self, got: list[Any], given: Any, inputs: list[Any]) -> list[int]:
        """Return which bars, by their numbers, a choice does not pass."""
        choices = map(self.read, got)
        tried = enumerate(zip(choices, inputs, strict=True))
        return [i for i, (choice, (bar, seed)) in tried if self.ratio(choice, seed) > bar]

    def judged(self, got: list[Any], given: Any, inputs: list[Any]) -> Verdict:
        """Say which change would have helped the most."""
        wrong = self.wrong(got, given, inputs)
        if not wrong:
            return Verdict(True, self.praise)
        choice, seed = self.read(got[wrong[0]]), inputs[wrong[0]][1]
        if choice is not None:
            found = {words: self.ratio(f(choice), seed) for words, f in self.mended.items()}
            words = min(found, key=found.__getitem__)
            if found[words] < HELPS * self.ratio(choice, seed):
                return Verdict(False, words)
        return Verdict(False, self.on_one_input(got, given, inputs, wrong))

    def on_one_input(self, got: list[Any], given: Any, inputs: list[Any], wrong: list[int]) -> str:
        """Return words about a choice, and its ratio beside the bar that it has not passed."""
        bar, seed = inputs[wrong[0]]
        mine, choice = got[wrong[0]], self.read(got[wrong[0]])
        if choice is None:
            return str(mine) if isinstance(mine, Complaint) else "Your choice could not be read."
        return (
            f"{self.otherwise}\n\nyour loss = {self.ratio(choice, seed):.4g} times ours"
            f"\n  the bar = at most {bar:g} times ours"
        )
