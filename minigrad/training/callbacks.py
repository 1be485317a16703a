"""What may happen around the updates of `minigrad.fit`: stop, save, clip, average, log."""

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from ..arguments import (
    Amount,
    Count,
    Share,
    check_flags,
    check_integers,
    check_kind,
    check_numbers,
    read_fields,
)
from ..core.tensor import write
from ..nn import adaptive_clip_grad_, clip_grad_norm_, clip_grad_value_
from ..optim import EMA, SWA
from .checkpoints import as_path, load, prepared, save
from .run import Callback, Run

__all__ = ["Average", "Callback", "Checkpoint", "Clip", "EarlyStopping", "TensorBoard"]


@dataclass(eq=False)
class EarlyStopping(Callback):
    """Stop when a metric has not improved for a while, and put the best weights back.

    The weights of the best epoch are put back at the end of any run, stopped early or not.

    Parameters
    ----------
    monitor : str
        A column of `History.epochs`.
    patience : int
        Epochs without improvement in a row that are borne; the next one ends the run.
    min_delta : float
        The least change that counts as an improvement.
    mode : {"min", "max"}
        Whether lower or higher is better.

    Attributes
    ----------
    best : float
        The best value.
    best_epoch : int
        Its epoch, counted from 1; 0 if there was none.

    References
    ----------
    Prechelt, Early stopping, but when?, 1998.
    """

    monitor: str = "validation_loss"
    patience: Count = 5
    min_delta: Amount = 0.0
    mode: Literal["min", "max"] = "min"

    def __post_init__(self) -> None:
        check_kind("EarlyStopping: monitor", self.monitor, str, "a column's name")
        read_fields(self)
        self._forget()

    def _forget(self) -> None:
        self.best = math.inf if self.mode == "min" else -math.inf
        self.best_epoch = 0
        self.weights: dict[str, Any] = {}

    def on_start(self, run: Run) -> None:
        self._forget()

    def on_epoch(self, run: Run) -> None:
        epochs = run.history.epochs
        if self.monitor not in epochs:
            raise ValueError(
                f"EarlyStopping: there is no {self.monitor!r} in the history, which has "
                f"{', '.join(epochs)}; give fit() a validation set or metrics, or monitor another."
            )
        value = epochs[self.monitor][-1]
        gain = self.best - value if self.mode == "min" else value - self.best
        if gain > self.min_delta:
            self.best, self.best_epoch = value, run.epoch
            self.weights = run.model.state_dict()
        elif run.epoch - self.best_epoch > self.patience:
            run.stop = True

    def on_end(self, run: Run) -> None:
        if self.best_epoch:
            run.model.load_state_dict(self.weights)

    def state_dict(self) -> dict[str, Any]:
        return {"best": self.best, "best_epoch": self.best_epoch, "weights": self.weights}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        self.best, self.best_epoch = state["best"], state["best_epoch"]
        self.weights = state["weights"]


class Checkpoint(Callback):
    """Keep the run on disk, so that one that was interrupted can go on from its last epoch.

    What is saved is all that the rest of the run depends on: parameters, the optimizer's state,
    the generators that order the data and drop units, the history, and the other callbacks'
    states. A resumed run gives the same bits as one that was never interrupted.

    Parameters
    ----------
    path : path
        The file, written anew each time by `minigrad.save`: whole or not at all.
    every : int
        Epochs between two writes. The last epoch is written in any case.
    resume : bool
        Go on from the file if there is one. The model, data, optimizer and callbacks must be made
        as they were made then.
    """

    def __init__(self, path: str | os.PathLike[str], every: int = 1, resume: bool = False) -> None:
        self.path = as_path("Checkpoint: path", path)
        check_integers("Checkpoint", 1, every=every)
        check_flags("Checkpoint", resume=resume)
        self.every, self.resume = every, resume

    def on_start(self, run: Run) -> None:
        if self.resume and self.path.exists():
            state = load(self.path)
            try:
                run.load_state_dict(state)
            except Exception as error:
                raise ValueError(
                    f"Checkpoint: this run cannot go on from {str(self.path)!r}: {error}"
                ) from error
        prepared(run.state_dict(), self.path)  # raises now if this run cannot be saved

    def on_epoch(self, run: Run) -> None:
        if run.epoch % self.every == 0 or run.epoch == run.epochs or run.stop:
            save(run.state_dict(), self.path)


class Clip(Callback):
    """Clip the gradients before each update.

    The share that was clipped goes into the history as ``"clipped"``: of the updates (so 0 or 1),
    of the elements or of the units.

    Parameters
    ----------
    norm : float, optional
        Scale all gradients by one factor so that ‖g‖ is at most this.
    value : float, optional
        Move each element into the range from -value to value.
    adaptive : float, optional
        Hold the gradient of each unit to this share of the length of its weights.

    See Also
    --------
    minigrad.nn.clip_grad_norm_, minigrad.nn.clip_grad_value_, minigrad.nn.adaptive_clip_grad_
    """

    def __init__(
        self,
        *,
        norm: float | None = None,
        value: float | None = None,
        adaptive: float | None = None,
    ) -> None:
        given = {"norm": norm, "value": value, "adaptive": adaptive}
        chosen = [(kind, limit) for kind, limit in given.items() if limit is not None]
        if len(chosen) != 1:
            raise ValueError(f"Clip: give one of norm, value and adaptive; got {given}.")
        self.kind, self.limit = chosen[0]
        check_numbers("Clip", positive=True, **{self.kind: self.limit})

    def on_backward(self, run: Run) -> None:
        parameters = run.parameters()
        if self.kind == "norm":
            share = float(not clip_grad_norm_(parameters, self.limit) <= self.limit)
        elif self.kind == "value":
            share = clip_grad_value_(parameters, self.limit)
        else:
            share = adaptive_clip_grad_(parameters, self.limit)
        run.step.setdefault("clipped", share)


@dataclass(eq=False)
class Average(Callback):
    """Average the weights over their way: validate with the average, and end with it.

    During the updates of an epoch the model has its own weights, and from then to the next epoch
    their average: for the validation, for other callbacks such as `EarlyStopping`, and when `fit`
    returns. The statistics of batch normalisation are not parameters, and stay.

    Parameters
    ----------
    decay : float, optional
        β of an exponential average (`minigrad.optim.EMA`), taken after each update. Without it the
        average is an equal one, taken at the end of each epoch (`minigrad.optim.SWA`).
    start : int
        Epochs before the first that is averaged.

    Attributes
    ----------
    average : minigrad.optim.EMA or minigrad.optim.SWA
        That of the latest run.
    """

    decay: Share | None = None
    start: Count = 0

    def __post_init__(self) -> None:
        read_fields(self)
        self.own: list[np.ndarray] = []  # the weights that the average stands in for now

    def on_start(self, run: Run) -> None:
        params = run.parameters()
        self.average = SWA(params) if self.decay is None else EMA(params, self.decay)
        self.own = []

    def on_train(self, run: Run) -> None:
        for p, value in zip(run.parameters(), self.own, strict=bool(self.own)):
            write(p, value)
        self.own = []

    def on_step(self, run: Run) -> None:
        if self.decay is not None and run.epoch >= self.start:
            self.average.update()

    def on_eval(self, run: Run) -> None:
        if not self.own and run.epoch >= self.start:
            if self.decay is None:
                self.average.update()
            if self.average.updates:
                self.own = [p._data.copy() for p in run.parameters()]
                for p, value in zip(run.parameters(), self.average.values(), strict=True):
                    write(p, value)

    def state_dict(self) -> dict[str, Any]:
        return {"average": self.average.state_dict(), "own": self.own}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        self.average.load_state_dict(state["average"])
        self.own = list(state["own"])


class TensorBoard(Callback):
    """Write the history as TensorBoard event files, while it grows.

    Wants the package tensorboardX. Look at it with ``tensorboard --logdir directory``: ``step/...``
    are the columns of `History.steps` against the update, from 0; ``epoch/...`` those of
    `History.epochs` against the epoch, from 1.

    Parameters
    ----------
    directory : path
        Where to write. Use another one for each run.
    """

    def __init__(self, directory: str | os.PathLike[str]) -> None:
        self.directory = str(as_path("TensorBoard: directory", directory))
        self.writer: Any = None

    def on_start(self, run: Run) -> None:
        import tensorboardX  # noqa: F401  # raises now if it is not there

    def on_step(self, run: Run) -> None:
        step = len(run.history.steps["loss"]) - 1
        if self.writer is None:
            from tensorboardX import SummaryWriter

            # A resumed run does again what the interrupted one wrote after its checkpoint: that is
            # to be forgotten. Files are told apart, and read in order, by name.
            self.writer = SummaryWriter(
                self.directory, purge_step=step or None, filename_suffix=f".{step:012d}"
            )
        for name, value in run.step.items():
            self.writer.add_scalar(f"step/{name}", value, step)

    def on_epoch(self, run: Run) -> None:
        for name, values in run.history.epochs.items():
            self.writer.add_scalar(f"epoch/{name}", values[-1], run.epoch)

    def on_end(self, run: Run) -> None:
        if self.writer is not None:
            self.writer.close()
            self.writer = None
