"""The record of a training run."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from ..arguments import as_number, shown

if TYPE_CHECKING:
    from pandas import DataFrame

    from ..plots import Figure

Columns = dict[str, list[float]]


class History:
    """What a run did, update by update and epoch by epoch; `minigrad.fit` returns one.

    Attributes
    ----------
    steps : dict of str to list of float
        One number an update. ``"loss"``: of its batch, at θ_t, before the update.
        ``"gradient_norm"``: ‖g‖ over all parameters, there, before any clipping. ``"clipped"``:
        with `minigrad.callbacks.Clip`, the share that was clipped. ``"lr"``: the rate it used (of
        the first parameter group). ``"update_ratio"``: how far it moved the parameters,
        ‖θ_{t+1} - θ_t‖ / ‖θ_t‖.
    epochs : dict of str to list of float
        One number an epoch. ``"loss"`` and the metrics by name: means over the batches trained
        on, each taken when it was. ``"validation_loss"`` and so on: after the epoch.
    """

    def __init__(self) -> None:
        self.steps: Columns = {}
        self.epochs: Columns = {}

    def add_step(self, row: Mapping[str, float]) -> None:
        """Record one update: a number by name of column; where one is missing there will be NaN.

        Raises
        ------
        TypeError
            If a name is no string or a value no number. Then nothing has been recorded.
        """
        _append("add_step", self.steps, row)

    def add_epoch(self, row: Mapping[str, float]) -> None:
        """Record one epoch, as `add_step` records an update."""
        _append("add_epoch", self.epochs, row)

    def to_pandas(self, per: str = "step") -> DataFrame:
        """Return the record as a table, one row for each update or for each epoch.

        Parameters
        ----------
        per : {"step", "epoch"}
            Steps are numbered from 0, as schedules count them; epochs from 1.

        Returns
        -------
        pandas.DataFrame
        """
        import pandas as pd

        if not isinstance(per, str) or per not in ("step", "epoch"):
            raise ValueError(f'to_pandas: per is "step" or "epoch"; got {per!r}.')
        columns, first = (self.steps, 0) if per == "step" else (self.epochs, 1)
        table = pd.DataFrame(columns)
        table.index = pd.RangeIndex(first, first + len(table), name=per)
        return table

    def plot(self, title: str | None = None, **limits: Any) -> Figure:
        """Draw the training loss, and the validation loss if there is one, against the epoch.

        Parameters
        ----------
        title : str, optional
            What the figure shows, as a sentence.
        **limits
            For the axes: ``ylim=(0, 1)``, ``yscale="log"``.

        Returns
        -------
        Figure
            Show it with ``plt.show()``.
        """
        from ..plots import loss_curves

        if not self.epochs:
            raise ValueError("plot: there is nothing to draw, because no epoch has ended yet.")
        names = {"loss": "training", "validation_loss": "validation"}
        curves = {names[key]: values for key, values in self.epochs.items() if key in names}
        told = " and ".join(
            f"the {name} loss goes from {v[0]:.3g} to {v[-1]:.3g}" for name, v in curves.items()
        )
        return loss_curves(
            {name: [math.nan, *values] for name, values in curves.items()},  # the first epoch is 1
            title=title or "Loss by epoch",
            alt=f"Loss against epoch: over {len(self.epochs['loss'])} epochs {told}.",
            xlabel="epoch",
            **limits,
        )

    def state_dict(self) -> dict[str, Any]:
        """Return the record in arrays, as `minigrad.save` writes them."""
        return {
            kind: {name: np.array(values) for name, values in columns.items()}
            for kind, columns in (("steps", self.steps), ("epochs", self.epochs))
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Take over the record that `state_dict` returned."""
        self.steps, self.epochs = (
            {name: values.tolist() for name, values in state[kind].items()}
            for kind in ("steps", "epochs")
        )

    def __repr__(self) -> str:
        ends = ", ".join(f"{name}={values[-1]:.4g}" for name, values in self.epochs.items())
        steps, epochs = (len(columns.get("loss", ())) for columns in (self.steps, self.epochs))
        return f"History({steps} steps, {epochs} epochs{': ' if ends else ''}{ends})"


def _append(where: str, columns: Columns, row: Mapping[str, float]) -> None:
    """Append a row; a column that a row lacks holds NaN there."""
    if not isinstance(row, Mapping) or not all(isinstance(name, str) for name in row):
        raise TypeError(f"{where}: row is a dict of numbers by name; got {shown(row)}.")
    numbers = {
        name: as_number(f"{where}: {name!r}", value, flags=True) for name, value in row.items()
    }
    length = max(map(len, columns.values()), default=0)
    for name in {**columns, **numbers}:
        columns.setdefault(name, [math.nan] * length).append(numbers.get(name, math.nan))
