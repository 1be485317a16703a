"""What every optimizer shares: groups of parameters, a rate that is a function of time, a state."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from itertools import chain
from operator import is_
from typing import Any, ClassVar, TypeAlias

from ..core.modes import effect
from ..core.tensor import Tensor
from .flat import Flat, flats_of
from .groups import (
    check_number,
    groups_in,
    option_at,
    parameters_in,
    restore_feedback,
    restored,
    stored,
    varies,
)

Rate: TypeAlias = "float | Callable[[int], float]"
Groups: TypeAlias = list[tuple[list[Flat], dict[str, Any]]]
Params: TypeAlias = "Iterable[Tensor] | Iterable[tuple[str, Tensor]] | Iterable[dict[str, Any]]"


class Optimizer:
    """Base of the optimizers: a subclass names its options and writes `_update`.

    Parameters
    ----------
    params : iterable of Tensors, of (name, Tensor) pairs, or of dicts
        What to optimize: ``model.parameters()``, or ``model.named_parameters()`` for errors that
        name the parameter. Dicts are groups with options of their own:
        ``[{"params": a.parameters(), "lr": 0.1}, {"params": b.parameters()}]``.
    lr : float or schedule
        η, the learning rate, or a function of the step that gives it: ``lr(t)`` is the rate of
        update t, t = 0 the first.
    **options
        The others, with the values for groups that do not set them. A number, or each number of a
        pair, may be a function of the step as well.

    Attributes
    ----------
    param_groups : list of dicts
        Each group's ``"params"``, ``"lr"`` and options. May be changed between steps.
    steps : int
        Updates done.
    last_lr : list of float
        The rate that the latest update used, one for each group. Empty before the first.

    Raises
    ------
    ValueError
        If there are no parameters, one stands twice or requires no gradient, or an option is
        unknown or out of range.
    """

    # What numbers of these names may be: from the first up to, but not including, the second.
    limits: ClassVar[dict[str, tuple[float, float]]] = {
        "lr": (0, math.inf),
        "momentum": (0, 1),
        "betas": (0, 1),
        "eps": (0, math.inf),
        "weight_decay": (0, math.inf),
    }
    # What options that are words may be.
    choices: ClassVar[dict[str, tuple[str, ...]]] = {}

    def __init__(self, params: Params, lr: Rate, **options: Any) -> None:
        self.param_groups: list[dict[str, Any]] = []
        self.steps = 0
        self.last_lr: list[float] = []
        self._options = ("lr", *options)
        self._flats: list[list[Flat]] = []  # for each group, one for each dtype
        self._fixed: tuple[list[Any], list[dict[str, Any]]] | None = None  # see `_options_now`
        seen: set[int] = set()
        name = type(self).__name__
        for given in groups_in(name, params):
            if unknown := set(given) - {"params", *self._options}:
                raise ValueError(
                    f"{name} has no option {', '.join(sorted(unknown))}; a group may have params, "
                    f"{', '.join(self._options)}."
                )
            group = {"lr": lr, **options, **given}
            self._now(group)
            tensors, labels = parameters_in(name, group["params"], seen)
            self.param_groups.append({**group, "params": tensors})
            self._flats.append(flats_of(tensors, labels))

    # What a subclass writes

    def _update(self, flat: Flat, lr: float, *args: Any, **options: Any) -> None:
        """Update the parameters of ``flat`` once; ``self.steps`` is t, 0 at the first update.

        Parameters
        ----------
        flat : Flat
            Parameters, gradients and states, contiguous.
        lr : float
            η_t.
        **options
            The group's, by name; those that are functions of the step already evaluated.
        """
        raise NotImplementedError

    def _prepare(self, groups: Groups) -> None:
        """Do what needs all gradients at once, before the first `_update` of a step.

        Parameters
        ----------
        groups : list of pairs
            The flats of each group, their gradients in place, and the group's options.
        """

    def _check(self, *args: Any, **options: Any) -> None:
        """Raise if options that are in range each do not go together."""

    # What people call

    @property
    def lr(self) -> float:
        """The rate that the next step will use (of the first group). Setting it sets all groups."""
        return self._now(self.param_groups[0])["lr"]

    @lr.setter
    def lr(self, lr: Rate) -> None:
        self._now({**self.param_groups[0], "lr": lr})
        for group in self.param_groups:
            group["lr"] = lr

    @effect
    def zero_grad(self) -> None:
        """Forget the gradients; ``backward()`` adds to what is there."""
        for group in self.param_groups:
            for p in group["params"]:
                p.grad = None

    @effect
    def step(self) -> None:
        """Update every parameter once, with the gradients that ``backward()`` has left.

        Raises
        ------
        RuntimeError
            If a parameter has no gradient. Then none has been updated.
        """
        options = self._options_now()
        for flat in chain.from_iterable(self._flats):
            flat.gather()
        groups = list(zip(self._flats, options, strict=True))
        self._prepare(groups)
        for flats, values in groups:
            for flat in flats:
                self._update(flat, **values)
                flat.stamp()
        self.last_lr = [values["lr"] for values in options]
        self.steps += 1

    def step_with(self, closure: Callable[[], Tensor]) -> Tensor:
        """Compute the gradients and step: what any optimizer takes, however many it wants.

        Parameters
        ----------
        closure : callable
            Clears the gradients, computes the loss, goes backward, returns the loss.

        Returns
        -------
        Tensor
            The loss before the step.
        """
        loss = closure()
        self.step()
        return loss

    def train(self) -> None:
        """Put the parameters where gradients are to be taken: for most optimizers, they are."""

    def eval(self) -> None:
        """Put the parameters where the model is to be used: for most optimizers, they are."""

    # Resuming

    def state_dict(self) -> dict[str, Any]:
        """Return all that the next step depends on, besides parameters and gradients.

        Returns
        -------
        dict
            Of dicts, lists, tuples, arrays, numbers and strings: :func:`minigrad.save` writes it.
            Of an option that is a function of the step it says no more than that, because all
            that changes is ``steps``.
        """
        return {
            "optimizer": type(self).__name__,
            "steps": self.steps,
            "last_lr": list(self.last_lr),
            "options": [
                {name: stored(group[name]) for name in self._options} for group in self.param_groups
            ],
            "memory": [flat.state_dict() for flat in chain.from_iterable(self._flats)],
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on where ``state_dict()`` was taken: the next step gives the same bits.

        Options that are numbers take their saved values. Those that are functions of the step
        stay the ones this optimizer was made with.

        Raises
        ------
        ValueError
            If the state belongs to another class, other groups or parameters of other shapes, or
            was saved under a schedule that this optimizer was not given. Nothing has changed then.
        """
        name, flats = type(self).__name__, list(chain.from_iterable(self._flats))
        if state["optimizer"] != name:
            raise ValueError(f"this is the state of {state['optimizer']}, and not of {name}.")
        if len(state["options"]) != len(self.param_groups) or len(state["memory"]) != len(flats):
            raise ValueError(
                f"{name}: the state has {len(state['options'])} groups of {len(state['memory'])} "
                f"dtypes in all, this optimizer has {len(self.param_groups)} of {len(flats)}."
            )
        pairs = list(zip(self.param_groups, state["options"], strict=True))
        options = [
            {option: restored(option, group[option], saved[option]) for option in self._options}
            for group, saved in pairs
        ]
        for flat, memory in zip(flats, state["memory"], strict=True):
            flat.check_state(memory)
        for flat, memory in zip(flats, state["memory"], strict=True):
            flat.load_state_dict(memory)
        for group, values in zip(self.param_groups, options, strict=True):
            group.update(values)
        restore_feedback(pairs)
        self.steps = int(state["steps"])
        self.last_lr = list(state["last_lr"])

    def _options_now(self) -> list[dict[str, Any]]:
        """Return the options of each group as the next step uses them.

        They are read and checked anew if one is a function of the step, or another was set.
        """
        if self._fixed is not None:
            before, options = self._fixed
            now = chain.from_iterable(map(dict.values, self.param_groups))
            if len(self.param_groups) == len(options) and all(map(is_, now, before)):
                return options
        options = [self._now(group) for group in self.param_groups]
        given = [value for group in self.param_groups for value in group.values()]
        vary = any(varies(group[name]) for group in self.param_groups for name in self._options)
        self._fixed = None if vary else (given, options)
        return options

    def _now(self, group: Mapping[str, Any]) -> dict[str, Any]:
        """Return the options of a group as the next step uses them, checked."""
        now = {name: option_at(group[name], self.steps) for name in self._options}
        for name, value in now.items():
            if name in self.limits:
                check_number(f"{type(self).__name__}: {name}", value, *self.limits[name])
            elif name in self.choices and value not in self.choices[name]:
                words = ", ".join(map(repr, self.choices[name]))
                raise ValueError(f"{type(self).__name__}: {name} is one of {words}; got {value!r}.")
        self._check(**now)
        return now


def decay(lr: float, weight_decay: float, decoupled: bool) -> tuple[float, float]:
    """Return what weight decay multiplies θ by, and how much of θ it adds to the gradient.

    L2 regularisation is part of the gradient; decoupled decay shrinks θ beside the step.
    """
    return (1 - lr * weight_decay, 0.0) if decoupled else (1.0, weight_decay)
