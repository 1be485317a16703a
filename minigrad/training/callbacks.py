"""What may happen around the updates of `minigrad.fit`: stop, save, clip, log."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..nn import adaptive_clip_grad_, clip_grad_norm_, clip_grad_value_
from .checkpoints import load, save
from .run import Callback, Run

__all__ = ["Callback", "Checkpoint", "Clip", "EarlyStopping", "TensorBoard"]


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

    def __init__(
        self,
        monitor: str = "validation_loss",
        patience: int = 5,
        min_delta: float = 0.0,
        mode: str = "min",
    ) -> None:
        if mode not in ("min", "max"):
            raise ValueError(f'EarlyStopping: mode is "min" or "max"; got {mode!r}.')
        if patience < 0 or min_delta < 0:
            raise ValueError(
                "EarlyStopping: patience and min_delta are not negative; "
                f"got {patience} and {min_delta}."
            )
        self.monitor, self.patience, self.min_delta, self.mode = monitor, patience, min_delta, mode
        self.best = math.inf if mode == "min" else -math.inf
        self.best_epoch = 0
        self.weights: dict[str, Any] = {}

    def on_epoch(self, run: Run) -> None:
        """Compare with the best epoch."""
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
        """Put the best weights back."""
        if self.best_epoch:
            run.model.load_state_dict(self.weights)

    def state_dict(self) -> dict[str, Any]:
        """Return the best value, its epoch and its weights."""
        return {"best": self.best, "best_epoch": self.best_epoch, "weights": self.weights}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Take over what `state_dict` returned."""
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

    def __init__(self, path: str | Path, every: int = 1, resume: bool = False) -> None:
        if every < 1:
            raise ValueError(f"Checkpoint: every is a number of epochs, 1 or more; got {every}.")
        self.path, self.every, self.resume = Path(path), every, resume

    def on_start(self, run: Run) -> None:
        """Load, if that is wanted and possible."""
        if self.resume and self.path.exists():
            run.load_state_dict(load(self.path))

    def on_epoch(self, run: Run) -> None:
        """Save."""
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
        if not self.limit > 0:
            raise ValueError(f"Clip: {self.kind} is positive; got {self.limit}.")

    def on_backward(self, run: Run) -> None:
        """Clip."""
        parameters = run.parameters()
        if self.kind == "norm":
            share = float(not clip_grad_norm_(parameters, self.limit) <= self.limit)
        elif self.kind == "value":
            share = clip_grad_value_(parameters, self.limit)
        else:
            share = adaptive_clip_grad_(parameters, self.limit)
        run.step["clipped"] = share


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

    def __init__(self, directory: str | Path) -> None:
        self.directory = str(directory)
        self.writer: Any = None

    def on_step(self, run: Run) -> None:
        """Write the update."""
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
        """Write the epoch."""
        for name, values in run.history.epochs.items():
            self.writer.add_scalar(f"epoch/{name}", values[-1], run.epoch)

    def on_end(self, run: Run) -> None:
        """Close the file."""
        if self.writer is not None:
            self.writer.close()
            self.writer = None
