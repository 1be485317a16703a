"""Averages of the weights on their way: exponential (EMA) and equal (SWA)."""

import operator
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np

from ..arguments import BELOW_ONE, Setting, Truth
from ..core.modes import effect, mode
from ..core.tensor import Tensor, write
from .groups import parameters_in
from .saving import state_for


class _Average:
    """What both averages share: when, where and how to use them.

    An average is of what ``update()`` has seen, and of nothing that was loaded in between.
    """

    def __init__(self, params: Iterable[Tensor] | Iterable[tuple[str, Tensor]]) -> None:
        self._params, self._labels = parameters_in(type(self).__name__, params, set())
        self._sums = [np.zeros_like(p._data) for p in self._params]
        self.updates = 0

    def _weight(self) -> float:
        """Return the weight of the parameters in the average when they are added to it next."""
        raise NotImplementedError

    @effect
    def update(self) -> None:
        """Add the present parameters to the average: call it after ``optimizer.step()``."""
        weight = self._weight()
        for total, p in zip(self._sums, self._params, strict=True):
            total += total.dtype.type(weight) * (p._data - total)
        self.updates += 1

    def values(self) -> list[np.ndarray]:
        """Return the averages, copies in the shapes of the parameters.

        Raises
        ------
        RuntimeError
            Before the first ``update()``.
        """
        if not self.updates:
            raise RuntimeError(f"{type(self).__name__}: there is no average before update().")
        if mode.observer is not None:
            mode.observer.escape(self._params[0])
        return [total.copy() for total in self._sums]

    @contextmanager
    def applied(self) -> Iterator[None]:
        """Put the averages into the parameters for the length of a ``with`` block.

        The statistics of batch normalisation are not parameters, and stay.
        """
        values, before = self.values(), [p._data.copy() for p in self._params]
        try:
            for p, value in zip(self._params, values, strict=True):
                write(p, value)
            yield
        finally:
            for p, value in zip(self._params, before, strict=True):
                write(p, value)

    def state_dict(self) -> dict[str, Any]:
        """Return what later averages depend on; :func:`minigrad.save` writes it."""
        return {
            "kind": self._kind(),
            "updates": self.updates,
            "average": [total.copy() for total in self._sums],
        }

    def _kind(self) -> str:
        return type(self).__name__

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on where ``state_dict()`` was taken.

        Raises
        ------
        ValueError
            If it belongs to another kind of average or to other parameters. Nothing has changed
            then.
        """
        with state_for(self._kind(), state, "kind"):
            updates, values = operator.index(state["updates"]), list(state["average"])
            shapes, saved = [t.shape for t in self._sums], [value.shape for value in values]
            if shapes != saved or updates < 0:
                raise ValueError(
                    f"{type(self).__name__}: the saved average has shapes {saved} after {updates} "
                    f"updates, these parameters have {shapes}."
                )
            values = [np.asarray(v, t.dtype) for v, t in zip(values, self._sums, strict=True)]
        self._sums, self.updates = [value.copy() for value in values], updates


class EMA(_Average):
    """Exponential average of the weights: the near past counts most.

    ::

        a_t = β a_{t−1} + (1 − β) θ_t

    It starts with the first weights that it sees, a_0 = θ_0. With ``debias`` it starts at 0 and is
    divided by 1 − β^{t+1}, the sum of the weights: the first ones then count no more than others.

    Parameters
    ----------
    params : iterable of Tensors, or of (name, Tensor) pairs
        What to average, such as ``model.parameters()``.
    decay : float
        β. It averages over about 1 / (1 − β) updates.
    debias : bool
        Start at 0, and correct for it.

    Notes
    -----
    PyTorch's ``swa_utils.AveragedModel`` with ``get_ema_avg_fn`` agrees, and Keras's ``use_ema``;
    with ``debias``, optax's ``ema``.

    References
    ----------
    Polyak & Juditsky (1992), Acceleration of stochastic approximation by averaging;
    Kingma & Ba (2015), section 7.2 (the correction).

    Examples
    --------
    >>> average = mg.optim.EMA(model.parameters(), decay=0.99)
    >>> opt.step()
    >>> average.update()
    >>> with average.applied():
    ...     mg.evaluate(model, (x_test, y_test), loss)
    """

    decay = Setting(BELOW_ONE)
    debias = Setting(Truth())

    def __init__(
        self,
        params: Iterable[Tensor] | Iterable[tuple[str, Tensor]],
        decay: float = 0.999,
        debias: bool = False,
    ) -> None:
        super().__init__(params)
        self.decay = decay
        self.debias = debias

    def _kind(self) -> str:
        return "EMA with debias" if self.debias else "EMA"

    def _weight(self) -> float:
        return 1.0 if self.updates == 0 and not self.debias else 1 - self.decay

    def values(self) -> list[np.ndarray]:
        """Return the averages, copies in the shapes of the parameters."""
        values = super().values()
        scale = 1 - self.decay**self.updates if self.debias else 1.0
        return [value / value.dtype.type(scale) for value in values]


class SWA(_Average):
    """Equal average of the weights: stochastic weight averaging.

    ::

        a_n = a_{n−1} + (θ − a_{n−1}) / (n + 1)

    Update it once an epoch, or once a cycle of the rate, from where the loss has settled.

    Parameters
    ----------
    params : iterable of Tensors, or of (name, Tensor) pairs
        What to average, such as ``model.parameters()``.

    Notes
    -----
    PyTorch's ``swa_utils.AveragedModel`` agrees. After it, run a training epoch's batches through
    the model once if it has batch normalisation, for the statistics to fit the average.

    References
    ----------
    Izmailov et al. (2018), Averaging weights leads to wider optima and better generalization.
    """

    def _weight(self) -> float:
        return 1 / (self.updates + 1)
