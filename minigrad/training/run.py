"""The state of a training run."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from ..core.tensor import Tensor
from ..nn import Module
from ..optim import Optimizer
from ..random import default_rng
from .history import History
from .metrics import Metric

if TYPE_CHECKING:
    from ..data import Pair

Loss = Callable[[Any, Any], Tensor]


@dataclass
class Run:
    """A run of `fit` as its callbacks see it.

    Attributes
    ----------
    model, data, loss, optimizer, callbacks, accumulate
        What `fit` was given.
    metrics : dict of str to callable
        Those `fit` was given, by name.
    epochs : int
        Epochs to be done in all.
    epoch : int
        Epochs done.
    history : History
        The record so far.
    step : dict of str to float
        The record of the update under way; a callback may add to it.
    stop : bool
        Set it to end the run after this epoch.
    """

    model: Module
    data: Iterable[Pair]
    loss: Loss
    optimizer: Optimizer
    epochs: int
    metrics: Mapping[str, Metric] = field(default_factory=dict)
    callbacks: Sequence[Callback] = ()
    accumulate: int = 1
    epoch: int = 0
    history: History = field(default_factory=History)
    step: dict[str, float] = field(default_factory=dict)
    stop: bool = False

    def parameters(self) -> list[Tensor]:
        """Return the parameters that the optimizer updates."""
        return [p for group in self.optimizer.param_groups for p in group["params"]]

    def generators(self) -> dict[str, np.random.Generator]:
        """Return the random generators of the model, of the data and the default, by name.

        Raises
        ------
        TypeError
            If the data draw from what is no `numpy.random.Generator`.
        """
        found = {f"model.{name}": rng for name, rng in self.model.named_generators()}
        found |= {f"data.{name}": rng for name, rng in _generators_of(self.data)}
        return {**found, "default": default_rng()}

    def state_dict(self) -> dict[str, Any]:
        """Return everything that the rest of the run depends on; `minigrad.save` writes it."""
        return {
            "model": self.model.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "generators": {n: rng.bit_generator.state for n, rng in self.generators().items()},
            "callbacks": [callback.state_dict() for callback in self.callbacks],
            "history": self.history.state_dict(),
            "epoch": self.epoch,
            "stop": self.stop,
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on where ``state_dict()`` was taken: what follows gives the same bits.

        Raises
        ------
        ValueError
            If it is no such state, or the run that was saved had another model, optimizer,
            callbacks or generators, or more epochs. Nothing has changed then.
        """
        before = self.state_dict()
        self._compare(before, state)
        try:
            self._take(state)
        except BaseException:
            self._take(before)
            raise

    def _compare(self, mine: dict[str, Any], state: Any) -> None:
        if not isinstance(state, dict) or state.keys() != mine.keys():
            raise ValueError(f"this is not the state of a run, which has {', '.join(mine)}.")
        if mine["generators"].keys() != state["generators"].keys():
            raise ValueError(
                f"the saved run drew from the generators {', '.join(state['generators'])}; "
                f"this one has {', '.join(mine['generators'])}."
            )
        own, saved = mine["callbacks"], state["callbacks"]
        if [state.keys() for state in own] != [state.keys() for state in saved]:
            names = ", ".join(type(callback).__name__ for callback in self.callbacks)
            raise ValueError(
                f"the saved run had other callbacks than this one, which has {names or 'none'}: "
                "give the same ones in the same order."
            )
        if state["epoch"] > self.epochs:
            raise ValueError(
                f"the saved run has done {state['epoch']} epochs, and this one is of "
                f"{self.epochs}: epochs counts all of them, those before the resuming included."
            )

    def _take(self, state: dict[str, Any]) -> None:
        self.model.load_state_dict(state["model"])
        self.optimizer.load_state_dict(state["optimizer"])
        for name, rng in self.generators().items():
            rng.bit_generator.state = state["generators"][name]
        for callback, saved in zip(self.callbacks, state["callbacks"], strict=True):
            callback.load_state_dict(saved)
        self.history.load_state_dict(state["history"])
        self.epoch, self.stop = state["epoch"], state["stop"]


def _generators_of(data: Any) -> Iterator[tuple[str, np.random.Generator]]:
    for name, value in getattr(data, "__dict__", {}).items():
        if isinstance(value, np.random.Generator):
            yield name, value
        elif isinstance(value, np.random.RandomState | random.Random):
            raise TypeError(
                f"the order of the data depends on {name}={value!r}, which a checkpoint does not "
                "keep: use a numpy.random.Generator, as numpy.random.default_rng(seed) makes it."
            )


class Callback:
    """Does nothing, at every occasion there is: override the methods you need.

    Examples
    --------
    >>> class Observe(mg.callbacks.Callback):  # cut the rate when the validation loss stalls
    ...     def on_epoch(self, run):
    ...         plateau.observe(run.history.epochs["validation_loss"][-1])
    >>> plateau = mg.schedules.ReduceOnPlateau(0.1)
    >>> optimizer = mg.optim.SGD(model.parameters(), lr=plateau)
    """

    def on_start(self, run: Run) -> None:
        """Before the first epoch: forget what an earlier run with this callback has left."""

    def on_train(self, run: Run) -> None:
        """Before the updates of each epoch, while model and optimizer are in evaluation mode."""

    def on_backward(self, run: Run) -> None:
        """After each gradient: it is there, the update is still to come."""

    def on_step(self, run: Run) -> None:
        """After each update."""

    def on_eval(self, run: Run) -> None:
        """After the updates of each epoch, also if an error or the user ends it.

        Its validation comes next. Model and optimizer are in evaluation mode.
        """

    def on_epoch(self, run: Run) -> None:
        """After each epoch, its validation included."""

    def on_end(self, run: Run) -> None:
        """At the end, also if an error or the user ends the run; last started, first ended."""

    def state_dict(self) -> dict[str, Any]:
        """Return what a resumed run needs to know, as `minigrad.save` can write it."""
        return {}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Take over what `state_dict` returned."""
