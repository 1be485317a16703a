"""What an option may be: its kind is its annotation, and whatever sets it is checked by that.

A class declares an option once, with its kind and its default::

    class Adam(Optimizer):
        lr: Rate = 1e-3
        betas: Betas = (0.9, 0.999)
        amsgrad: Flag = False
        eps_form: Literal["outside", "inside"] = "outside"

A kind reads what it is given as plain Python (NumPy's numbers become Python's), or raises an error
that begins with ``label``, the class and the option.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Annotated, Any, Literal, TypeAlias, get_args, get_origin

import numpy as np

from ..arguments import shown


class Kind:
    """What options of one kind share."""

    def read(self, label: str, value: Any) -> Any:
        """Return ``value`` as the optimizer keeps it, or raise TypeError or ValueError."""
        raise NotImplementedError

    def varies(self, value: Any) -> bool:
        """Whether a value that was read is a function of the step."""
        return False

    def at(self, label: str, value: Any, t: int) -> Any:
        """Return what a value that was read is in update ``t``."""
        return value


@dataclass(frozen=True)
class Number(Kind):
    """A number for which ``holds`` is true; ``timed``, it may be a function of the step."""

    wanted: str
    holds: Callable[[float], bool]
    timed: bool = True

    def read(self, label: str, value: Any) -> Any:
        """Return a float, or the function of the step."""
        if self.timed and callable(value) and not isinstance(value, type):
            return value  # what it gives is checked when it is used
        return self._number(label, value, ", or a function of the step" if self.timed else "")

    def varies(self, value: Any) -> bool:
        """Whether it is a function."""
        return callable(value)

    def at(self, label: str, value: Any, t: int) -> Any:
        """Return the number at ``t``."""
        if not callable(value):
            return value
        try:
            number = value(t)
        except TypeError as error:
            raise TypeError(f"{label} cannot be called with a step, {t}: {error}") from error
        return self._number(f"{label} at step {t}", number)

    def _number(self, label: str, value: Any, also: str = "") -> float:
        value = _plain(value)
        if isinstance(value, bool) or not isinstance(value, Real):
            raise TypeError(f"{label} must be a number{also}; got {shown(value)}.")
        try:
            number = float(value)
        except OverflowError:  # an int of 400 digits
            number = math.inf if value > 0 else -math.inf  # type: ignore[operator]
        if not self.holds(number):
            raise ValueError(f"{label} must be {self.wanted}; got {shown(value)}.")
        return number


@dataclass(frozen=True)
class Pair(Kind):
    """Two numbers of a kind."""

    of: Number

    def read(self, label: str, value: Any) -> tuple[Any, Any]:
        """Return a tuple of the two."""
        value = value.tolist() if isinstance(value, np.ndarray) else value
        if not isinstance(value, (tuple, list)) or len(value) != 2:
            raise ValueError(f"{label} is a pair of numbers; got {shown(value)}.")
        first, second = (self.of.read(label, part) for part in value)
        return first, second

    def varies(self, value: Any) -> bool:
        """Whether one of the two is a function."""
        return any(map(callable, value))

    def at(self, label: str, value: Any, t: int) -> tuple[Any, Any]:
        """Return the two numbers at ``t``."""
        first, second = (self.of.at(label, part, t) for part in value)
        return first, second


class Truth(Kind):
    """True or False, and nothing that Python would take for one of them."""

    def read(self, label: str, value: Any) -> bool:
        """Return it."""
        value = _plain(value)
        if not isinstance(value, bool):
            raise TypeError(f"{label} is True or False; got {shown(value)}.")
        return value


class Whole(Kind):
    """A number of times: 1, 2, ..."""

    def read(self, label: str, value: Any) -> int:
        """Return an int."""
        value = _plain(value)
        if not isinstance(value, Integral) or isinstance(value, bool) or value < 1:
            kind = ValueError if isinstance(value, Real) else TypeError
            raise kind(f"{label} is an int from 1 on; got {shown(value)}.")
        return int(value)


@dataclass(frozen=True)
class Word(Kind):
    """One of some words."""

    words: tuple[str, ...]

    def read(self, label: str, value: Any) -> str:
        """Return the word."""
        value = _plain(value)
        if not isinstance(value, str) or value not in self.words:
            words = ", ".join(map(repr, self.words))
            raise ValueError(f"{label} is one of {words}; got {shown(value)}.")
        return value


# The kinds as annotations. Any number of an optimizer's may be a function of the step.

_Number: TypeAlias = "float | Callable[[int], float]"
_BELOW_ONE = Number("zero or positive, and below 1", lambda x: 0 <= x < 1)
_NOT_NEGATIVE = Number("zero or positive, and finite", lambda x: 0 <= x < math.inf)

Rate: TypeAlias = Annotated[_Number, _NOT_NEGATIVE]
Amount: TypeAlias = Annotated[_Number, _NOT_NEGATIVE]
Share: TypeAlias = Annotated[_Number, _BELOW_ONE]
Betas: TypeAlias = Annotated["tuple[_Number, _Number]", Pair(_BELOW_ONE)]
Bound: TypeAlias = Annotated[_Number, Number("zero or positive", lambda x: x >= 0)]
Positive: TypeAlias = Annotated[_Number, Number("positive and finite", lambda x: 0 < x < math.inf)]
Finite: TypeAlias = Annotated[_Number, Number("finite", math.isfinite)]
Flag: TypeAlias = Annotated[bool, Truth()]


def kind_of(annotation: Any) -> Kind | None:
    """Return the kind that an annotation declares, None if it declares no option."""
    if get_origin(annotation) is Literal:
        return Word(get_args(annotation))
    found = (x for x in getattr(annotation, "__metadata__", ()) if isinstance(x, Kind))
    return next(found, None)


class Setting:
    """An attribute that is checked whenever it is set: the options of what has no groups.

    Parameters
    ----------
    kind : Kind
    """

    def __init__(self, kind: Kind) -> None:
        self.kind = kind

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, owner: Any, kind: type) -> Any:
        return self if owner is None else vars(owner)[self.name]

    def __set__(self, owner: Any, value: Any) -> None:
        vars(owner)[self.name] = self.kind.read(f"{type(owner).__name__}: {self.name}", value)


# What settings are, which are no functions of the step.
AMOUNT = Number(_NOT_NEGATIVE.wanted, _NOT_NEGATIVE.holds, timed=False)
SHARE = Number(_BELOW_ONE.wanted, _BELOW_ONE.holds, timed=False)
COUNT = Whole()
FLAG = Truth()


def _plain(value: Any) -> Any:
    """Return a NumPy scalar, or an array of no axes, as Python's own."""
    alone = isinstance(value, np.generic) or (isinstance(value, np.ndarray) and value.ndim == 0)
    return value.item() if alone else value
