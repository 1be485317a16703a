"""Rates that answer to the losses seen, and so are not functions of time."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from numbers import Integral
from typing import Annotated, Any, Literal, TypeAlias

from ..arguments import NOT_NEGATIVE, Amount, Count, Number, Positive, Whole, as_number, read_fields
from .schedule import check_order

Factor: TypeAlias = Annotated[float, Number("a number between 0 and 1", lambda x: 0 < x < 1)]


@dataclass(repr=False, eq=False)
class ReduceOnPlateau:
    """Cut the rate when a metric has stopped improving. Feedback, **not** a function of time.

    Give it to an optimizer as its ``lr`` and tell it the metric after each validation; the
    optimizer reads the present rate at each update. A second run with other losses has other
    rates, so nothing can be plotted beforehand, and resuming needs its ``state_dict``.

    ::

        improved:  metric < best - δ |best|  (rel)  or  metric < best - δ  (abs)
        after more than P observations in a row without improvement:
            η ← max(γ η, η_min), and the next C observations do not count

    Parameters
    ----------
    lr : float
        η at the beginning.
    factor : float
        γ, between 0 and 1: what a cut multiplies the rate by.
    patience : int
        P, the observations without improvement that are borne; the next one cuts.
    threshold : float
        δ, the least change that counts as an improvement.
    threshold_mode : {"rel", "abs"}
        Whether ``threshold`` is a part of the best value or a difference from it.
    cooldown : int
        C, the observations after a cut that are not counted against the rate.
    min_lr : float
        η_min, the floor.
    eps : float
        A cut by no more than this is not made.
    mode : {"min", "max"}
        Whether a lower or a higher metric is better.

    Attributes
    ----------
    lr : float
        The present rate.
    best : float
        The best metric seen.
    bad_observations : int
        Observations in a row without improvement.
    cooldown_left : int
        Observations still to be ignored.

    Notes
    -----
    Agrees: PyTorch's ``ReduceLROnPlateau``, from which names and defaults are taken. Differs:
    Keras's callback cuts at the P-th bad observation, one sooner, and its ``min_delta`` is
    absolute. PyTorch's "rel" is best (1 - δ), which for a negative metric is worse than best.

    Examples
    --------
    >>> plateau = ReduceOnPlateau(0.5, factor=0.5, patience=0)
    >>> plateau.observe(1.0), plateau.observe(1.0)
    (0.5, 0.25)
    """

    lr: Positive
    factor: Factor = 0.1
    patience: Count = 10
    threshold: Amount = 1e-4
    threshold_mode: Literal["rel", "abs"] = "rel"
    cooldown: Count = 0
    min_lr: Amount = 0.0
    eps: Amount = 1e-8
    mode: Literal["min", "max"] = "min"

    def __post_init__(self) -> None:
        read_fields(self)
        check_order(min_lr=self.min_lr, lr=self.lr)
        self.best = math.inf if self.mode == "min" else -math.inf
        self.bad_observations = 0
        self.cooldown_left = 0

    def __call__(self, t: int) -> float:
        """Return the present rate, whatever the step: so an optimizer may call it as a schedule.

        Raises
        ------
        TypeError
            If ``t`` is an array: the rates to come are not known.
        """
        if not isinstance(t, Integral):
            raise TypeError(
                f"{self} knows the present rate only, because the rates to come depend on the "
                "losses to come; record the rate during training to plot it"
            )
        return self.lr

    def observe(self, metric: float) -> float:
        """Take one value of the metric and return the rate from now on.

        Parameters
        ----------
        metric : float
            A validation loss, say. NaN is no improvement.

        Returns
        -------
        float
            The present rate, cut or not.

        Raises
        ------
        TypeError
            If the metric is not a number.
        """
        metric = as_number("ReduceOnPlateau: the metric", metric)
        if self._improves(metric):
            self.best = metric
            self.bad_observations = 0
        else:
            self.bad_observations += 1
        if self.cooldown_left:
            self.cooldown_left -= 1
            self.bad_observations = 0
        if self.bad_observations > self.patience:
            lower = max(self.lr * self.factor, self.min_lr)
            if self.lr - lower > self.eps:
                self.lr = float(lower)
            self.cooldown_left = self.cooldown
            self.bad_observations = 0
        return self.lr

    def state_dict(self) -> dict[str, Any]:
        """Return the rate and what it rests on, in built-in types."""
        return {name: getattr(self, name) for name in _STATE}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Take over what `state_dict` returned; the options stay those of this object.

        Raises
        ------
        ValueError
            If an entry is missing or unknown.
        """
        if not isinstance(state, Mapping) or set(state) != set(_STATE):
            raise ValueError(
                f"ReduceOnPlateau: a state has the entries {', '.join(_STATE)}; got {state!r}"
            )
        try:
            read = {name: kind.read(name, state[name]) for name, kind in _STATE.items()}
        except (TypeError, ValueError) as error:
            raise ValueError(f"ReduceOnPlateau: the state is damaged: {error}") from None
        vars(self).update(read)

    def __repr__(self) -> str:
        """Return the class with its present rate."""
        return (
            f"ReduceOnPlateau(lr={self.lr!r}, factor={self.factor!r}, patience={self.patience!r})"
        )

    def _improves(self, metric: float) -> bool:
        sign = 1 if self.mode == "min" else -1
        target = self.best
        if math.isfinite(target):
            if self.threshold_mode == "rel":  # of its size, whatever the sign
                target *= 1 - sign * math.copysign(self.threshold, target)
            else:
                target -= sign * self.threshold
        return sign * metric < sign * target


_STATE = {
    "lr": NOT_NEGATIVE,
    "best": Number("a number", lambda x: not math.isnan(x)),
    "bad_observations": Whole(0),
    "cooldown_left": Whole(0),
}
