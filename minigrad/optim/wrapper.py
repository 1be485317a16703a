"""Optimizers around an optimizer: Lookahead."""

from collections.abc import Callable, Mapping
from itertools import chain
from operator import attrgetter
from typing import Any

import numpy as np

from ..arguments import NOT_NEGATIVE, Setting, Whole
from ..core.modes import effect
from ..core.tensor import Tensor
from ..kernels.fused import elements, fused
from .optimizer import Optimizer
from .saving import state_for


def _inside(name: str) -> Any:
    return property(attrgetter(f"optimizer.{name}"), doc="That of the optimizer inside.")


class Wrapper(Optimizer):
    """Base of the optimizers that add something to the step of another.

    Rate, groups, counts and gradients are those of the optimizer inside.

    Parameters
    ----------
    optimizer : Optimizer
        Any, another wrapper included.

    Attributes
    ----------
    optimizer : Optimizer
        The one inside.
    """

    def __init__(self, optimizer: Optimizer) -> None:
        if not isinstance(optimizer, Optimizer):
            raise TypeError(
                f"{type(self).__name__} goes around an optimizer, as in {type(self).__name__}("
                f"mg.optim.SGD(params, lr=0.1)); got a {type(optimizer).__name__}."
            )
        self.optimizer = optimizer

    param_groups = _inside("param_groups")
    steps = _inside("steps")
    last_lr = _inside("last_lr")
    flats = _inside("flats")
    train = _inside("train")
    eval = _inside("eval")

    @classmethod
    def _settings(cls) -> dict[str, Setting]:
        """Return the options of its own."""
        return {name: x for name, x in vars(cls).items() if isinstance(x, Setting)}

    def state_dict(self) -> dict[str, Any]:
        """Return all that the next step depends on, the state of the optimizer inside included."""
        return {
            "optimizer": type(self).__name__,
            "options": {name: getattr(self, name) for name in self._settings()},
            "inside": self.optimizer.state_dict(),
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on where ``state_dict()`` was taken: the next step gives the same bits.

        Raises
        ------
        ValueError
            If the state does not belong here. Nothing has changed then.
        """
        name = type(self).__name__
        with state_for(name, state, "optimizer"):
            options = {
                option: setting.kind.read(f"{name}: {option}", state["options"][option])
                for option, setting in self._settings().items()
            }
            self.optimizer.load_state_dict(state["inside"])
        vars(self).update(options)


@fused
def _synchronize(theta, grad, slow, part):  # type: ignore
    for i in elements(theta):
        slow[i] = slow[i] + part * (theta[i] - slow[i])
        theta[i] = slow[i]


class Lookahead(Wrapper):
    """Let any optimizer run ahead for k steps, then go only a part of the way to where it came.

    ::

        after every k-th update:    φ ← φ + α (θ − φ),    θ ← φ

    φ, the slow weights, start at θ_0. After a multiple of k updates the parameters hold them. Where
    others than the optimizer write the parameters, φ starts anew.

    Parameters
    ----------
    optimizer : Optimizer
        The fast one; its momentum goes on.
    sync_period : int
        k.
    slow_step_size : float
        α.

    Notes
    -----
    optax's ``lookahead`` agrees, with ``reset_state=False``. PyTorch and Keras have none.

    References
    ----------
    Zhang et al. (2019), Lookahead optimizer: k steps forward, 1 step back.

    Examples
    --------
    >>> opt = mg.optim.Lookahead(mg.optim.Adam(model.parameters(), lr=1e-3))
    """

    sync_period = Setting(Whole())
    slow_step_size = Setting(NOT_NEGATIVE)

    def __init__(
        self, optimizer: Optimizer, sync_period: int = 5, slow_step_size: float = 0.5
    ) -> None:
        super().__init__(optimizer)
        inside = optimizer
        while isinstance(inside, Wrapper):
            if isinstance(inside, Lookahead):
                raise ValueError("Lookahead: there is one inside already, and slow weights once.")
            inside = inside.optimizer
        self.sync_period = sync_period
        self.slow_step_size = slow_step_size

    def step(self, *args: Any) -> Any:
        """Let the optimizer inside make a step, and synchronize after every k-th.

        Parameters and result are those of its own ``step``.
        """
        self._start()
        result = self.optimizer.step(*args)
        self._finish()
        return result

    def step_with(self, closure: Callable[[], Tensor]) -> Tensor:
        """Compute the gradients and step."""
        self._start()
        loss = self.optimizer.step_with(closure)
        self._finish()
        return loss

    @effect
    def _start(self) -> None:
        for flat in chain.from_iterable(self.flats):
            new = "slow" not in flat.states
            slow = flat.split(flat.state("slow"))
            for i in range(len(slow)) if new else flat.touched():
                now = flat.params[i]._data
                if new or not np.array_equal(now, flat.split(flat.left)[i]):
                    slow[i][...] = now

    @effect
    def _finish(self) -> None:
        for flat in chain.from_iterable(self.flats):
            if self.steps % self.sync_period == 0:
                flat.apply(_synchronize, flat.state("slow"), self.slow_step_size)
                flat.stamp()
            flat.keep()
