"""What every optimizer shares: groups of parameters, a rate that is a function of time, a state."""

from __future__ import annotations

import inspect
import operator
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import InitVar
from itertools import chain
from types import SimpleNamespace
from typing import Any, ClassVar, TypeAlias, dataclass_transform

from ..arguments import check_integers
from ..core.modes import effect
from ..core.tensor import Tensor
from .flat import Flat, flats_of
from .groups import Group, groups_in, parameters_in
from .options import Kind, Rate, kind_of
from .saving import feedback_in, restored, state_for, stored

Options: TypeAlias = SimpleNamespace  # of a group, as one step uses them
Groups: TypeAlias = list[tuple[list[Flat], Options]]
Rules: TypeAlias = Iterator[tuple[Any, ...]]  # each with its arguments
Params: TypeAlias = "Iterable[Tensor] | Iterable[tuple[str, Tensor]] | Iterable[dict[str, Any]]"


class _Option:
    """An option as an attribute: that of the first group in the next step. Setting sets all."""

    __doc__ = None  # of an attribute; a class says in its own what its options mean

    def __init__(self, name: str) -> None:
        self.name = name

    def __get__(self, optimizer: Optimizer | None, owner: type) -> Any:
        if optimizer is None:
            return self
        return getattr(optimizer.param_groups[0].now(optimizer.steps), self.name)

    def __set__(self, optimizer: Optimizer, value: Any) -> None:
        for group in optimizer.param_groups:
            group[self.name] = value


@dataclass_transform()
class _Declared:
    """Tells editors and type checkers that the fields of its subclasses are their arguments."""


class Optimizer(_Declared):
    """Base of the optimizers: a subclass declares its options and writes `_update`.

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
    param_groups : tuple of dicts
        Each group's ``"params"``, ``"lr"`` and options. Options may be set between steps, and are
        checked when they are; which parameters there are is settled.
    lr, and every other option
        What the next step will use, in the first group. Setting it sets all groups.
    steps : int
        Updates done.
    last_lr : list of float
        The rate that the latest update used, one for each group. Empty before the first.

    Notes
    -----
    A step starts from what the parameters hold. Where others have written them since the last one,
    as ``model.load_state_dict`` does, weights that an optimizer keeps beside them (the slow ones of
    `Lookahead`, the sequences of `ScheduleFreeSGD`, the start of `DAdaptSGD`) follow. Weights that
    are loaded together with the optimizer's state, before it or after, belong to it.

    Raises
    ------
    ValueError
        If there are no parameters, one stands twice or requires no gradient, or an option is out
        of range.
    TypeError
        If an option is unknown, or of the wrong type.
    """

    params: InitVar[Params]
    lr: Rate

    kinds: ClassVar[dict[str, Kind]] = {}
    _defaults: ClassVar[dict[str, Any]] = {}
    _signature: ClassVar[inspect.Signature]

    def __init_subclass__(cls) -> None:
        _declare(cls)

    def __init__(self, *args: Any, **options: Any) -> None:
        name = type(self).__name__
        if unknown := options.keys() - self.kinds.keys() - {"params"}:
            known = ", ".join(["params", *self.kinds])
            raise TypeError(f"{name} has no option {', '.join(sorted(unknown))}; it has {known}.")
        try:
            given = self._signature.bind(*args, **options).arguments
        except TypeError as error:
            raise TypeError(f"{name}: {error}") from None
        self._steps = 0
        self.last_lr: list[float] = []
        groups: list[Group] = []
        self.flats: list[list[Flat]] = []  # for each group, one for each dtype
        seen: set[int] = set()
        for its in groups_in(name, given.pop("params")):
            tensors, labels = parameters_in(name, its["params"], seen)
            for p, label in zip(tensors, labels, strict=True):
                self._check_parameter(p, label)
            values = {**self._defaults, **given, **its}
            del values["params"]
            group = Group(type(self), tuple(tensors), values)
            group.now(0)  # the functions of the step among them are checked, too
            groups.append(group)
            self.flats.append(flats_of(tensors, labels))
        self._groups = tuple(groups)

    # What a subclass writes

    def _update(self, flat: Flat, now: Options) -> Rules:
        """Yield what to apply to the parameters of ``flat``: rules, each with its arguments.

        A rule has been applied when the next is asked for. It is called with θ and the gradient in
        front of the arguments. ``self.steps`` is t, 0 at the first update.

        Parameters
        ----------
        flat : Flat
            Parameters, gradients and states, contiguous.
        now : namespace
            The group's options; of those that are functions of the step, the values at t.
        """
        raise NotImplementedError

    def _prepare(self, groups: Groups) -> None:
        """Do what needs all gradients at once, before the first `_update` of a step.

        Parameters
        ----------
        groups : list of pairs
            The flats of each group, their gradients in place, and the group's options.
        """

    @classmethod
    def check(cls, options: Options) -> None:
        """Raise if options that are right by themselves do not go together."""

    def _check_parameter(self, p: Tensor, label: str) -> None:
        """Raise if a parameter is not for this optimizer."""

    # What people call

    @property
    def param_groups(self) -> tuple[Group, ...]:
        """Each group's parameters and options."""
        return self._groups

    @effect
    def zero_grad(self) -> None:
        """Forget the gradients; ``backward()`` adds to what is there."""
        for flat in chain.from_iterable(self.flats):
            for p in flat.params:
                p.grad = None

    @effect
    def step(self) -> None:
        """Update every parameter once, with the gradients that ``backward()`` has left.

        Every parameter must have one: what the loss does not depend on is for no optimizer, or
        for one that is not asked to step.

        Raises
        ------
        RuntimeError
            If a parameter has no gradient. Then none has been updated.
        """
        options = self.options_now()
        for flat in chain.from_iterable(self.flats):
            flat.gather()
        groups = list(zip(self.flats, options, strict=True))
        self._prepare(groups)
        for flats, now in groups:
            for flat in flats:
                for rule, *arguments in self._update(flat, now):
                    flat.apply(rule, *arguments)
                flat.stamp()
        self.last_lr = [now.lr for now in options]
        self._steps += 1

    @property
    def steps(self) -> int:
        """Updates done."""
        return self._steps

    @steps.setter
    def steps(self, done: int) -> None:
        if type(done) is not int or done < 0:
            check_integers(type(self).__name__, 0, steps=done)
            done = int(done)
        self._steps = done

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

    def options_now(self) -> list[Options]:
        """Return the options of each group as the next step uses them.

        While no option is set and none is a function of the step, they are the same objects.
        """
        return [group.now(self._steps) for group in self._groups]

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
                {name: stored(group[name]) for name in self.kinds} for group in self._groups
            ],
            "memory": [flat.state_dict() for flat in chain.from_iterable(self.flats)],
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on where ``state_dict()`` was taken: the next step gives the same bits.

        Options that are numbers take their saved values. Those that are functions of the step
        stay the ones this optimizer was made with: to go on at another rate, set ``lr``
        afterwards, or make the optimizer with ``lr=mg.schedules.constant(0.01)``.

        Raises
        ------
        ValueError
            If the state belongs to another class, other groups or parameters of other shapes, or
            was saved under a schedule that this optimizer was not given. Nothing has changed then.
        """
        name, flats = type(self).__name__, list(chain.from_iterable(self.flats))
        with state_for(name, state, "optimizer"):
            saved, memory = state["options"], state["memory"]
            if len(saved) != len(self._groups) or len(memory) != len(flats):
                raise ValueError(
                    f"{name}: the state has {len(saved)} groups of {len(memory)} dtypes in all, "
                    f"this optimizer has {len(self._groups)} of {len(flats)}."
                )
            options = [
                {
                    option: group.read(
                        option, restored(f"{name}: {option}", group[option], values[option])
                    )
                    for option in self.kinds
                }
                for group, values in zip(self._groups, saved, strict=True)
            ]
            feedback = [
                pair
                for group, values in zip(self._groups, saved, strict=True)
                for option in self.kinds
                for pair in feedback_in(group[option], values[option])
            ]
            steps, last_lr = operator.index(state["steps"]), list(map(float, state["last_lr"]))
            if steps < 0 or len(last_lr) not in (0, len(self._groups)):
                raise ValueError(f"{name}: the state is damaged: {steps} steps, rates {last_lr}.")
            for flat, mine in zip(flats, memory, strict=True):
                flat.check_state(mine)
        for flat, mine in zip(flats, memory, strict=True):
            flat.load_state_dict(mine)
        for group, values in zip(self._groups, options, strict=True):
            group.update(values)
        for learner, its in feedback:
            learner.load_state_dict(its)
        self.steps, self.last_lr = steps, last_lr


def _declare(cls: type[Optimizer]) -> None:
    """Make options of the annotations of a class, and a signature that shows all it has."""
    kinds, defaults = dict(cls.kinds), dict(cls._defaults)
    for name, annotation in inspect.get_annotations(cls, eval_str=True).items():
        if kind := kind_of(annotation):
            kinds[name] = kind
            if name in vars(cls):
                defaults[name] = vars(cls)[name]
            setattr(cls, name, _Option(name))
    place, none = inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.empty
    cls.kinds, cls._defaults = kinds, defaults
    cls._signature = inspect.Signature(
        [inspect.Parameter(n, place, default=defaults.get(n, none)) for n in ["params", *kinds]]
    )
    shown = cls._signature
    if cls.__init__ is not Optimizer.__init__:
        shown = inspect.signature(cls.__init__)
        shown = shown.replace(parameters=list(shown.parameters.values())[1:])
    cls.__signature__ = shown  # type: ignore[attr-defined]


_declare(Optimizer)
