"""The state of a training run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..core.tensor import Tensor
from ..nn import Module
from ..optim import Optimizer
from ..random import default_rng
from .history import History

if TYPE_CHECKING:
    from ..data import Pair

Loss = Callable[[Any, Any], Tensor]
Metric = Callable[[NDArray[Any], NDArray[Any]], float]


@dataclass
class Run:
    """A run of `fit` as its callbacks see it.

    Attributes
    ----------
    model, data, loss, optimizer, metrics, callbacks
        What `fit` was given.
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
    metrics: Sequence[Metric] = ()
    callbacks: Sequence[Callback] = ()
    epoch: int = 0
    history: History = field(default_factory=History)
    step: dict[str, float] = field(default_factory=dict)
    stop: bool = False

    def parameters(self) -> list[Tensor]:
        """Return the parameters that the optimizer updates."""
        return [p for group in self.optimizer.param_groups for p in group["params"]]

    def generators(self) -> dict[str, np.random.Generator]:
        """Return the random generators of the model, of the data and the default, by name."""
        found = {f"model.{name}": rng for name, rng in self.model.named_generators()}
        if isinstance(rng := getattr(self.data, "rng", None), np.random.Generator):
            found["data"] = rng
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
            If the run that was saved had another model, optimizer, callbacks or generators.
        """
        generators = self.generators()
        if generators.keys() != state["generators"].keys():
            raise ValueError(
                f"the saved run drew from the generators {', '.join(state['generators'])}; "
                f"this one has {', '.join(generators)}."
            )
        if len(self.callbacks) != len(state["callbacks"]):
            raise ValueError(
                f"the saved run had {len(state['callbacks'])} callbacks, this one has "
                f"{len(self.callbacks)}; give the same ones in the same order."
            )
        self.model.load_state_dict(state["model"])
        self.optimizer.load_state_dict(state["optimizer"])
        for name, rng in generators.items():
            rng.bit_generator.state = state["generators"][name]
        for callback, saved in zip(self.callbacks, state["callbacks"], strict=True):
            callback.load_state_dict(saved)
        self.history.load_state_dict(state["history"])
        self.epoch, self.stop = state["epoch"], state["stop"]


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
        """Before the first epoch."""

    def on_backward(self, run: Run) -> None:
        """After each ``backward()``: the gradients are there, the update is still to come."""

    def on_step(self, run: Run) -> None:
        """After each update."""

    def on_epoch(self, run: Run) -> None:
        """After each epoch, its validation included."""

    def on_end(self, run: Run) -> None:
        """At the end, also if an error or the user ends the run."""

    def state_dict(self) -> dict[str, Any]:
        """Return what a resumed run needs to know, as `minigrad.save` can write it."""
        return {}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Take over what `state_dict` returned."""
