"""What an argument must be, checked where it is given.

Each error names the argument, what it got and what it takes. A wrong type is a TypeError, a wrong
value a ValueError.

What has many arguments declares them by annotations, whose kinds :func:`declared` finds::

    def cosine(peak: Annotated[float, NOT_NEGATIVE], shape: Literal["linear", "cosine"]): ...
"""

import math
import reprlib
from collections.abc import Callable
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Annotated, Any, Literal, TypeAlias, get_args, get_origin, get_type_hints

import numpy as np
from numpy.typing import NDArray

_FLAGS = (bool, np.bool_)


def check_integers(
    where: str, least: int | None = None, most: int | None = None, **values: Any
) -> None:
    """Raise unless each value is an integer from ``least`` to ``most``; ``where`` asks for them."""
    for name, value in values.items():
        whole = type(value) is int or (
            isinstance(value, Integral) and not isinstance(value, _FLAGS)
        )
        if whole and (least is None or value >= least) and (most is None or value <= most):
            continue
        wanted = "an integer"
        if least is not None:
            wanted += f", {least} or more" if most is None else f" from {least} to {most}"
        raise (ValueError if whole else TypeError)(f"{where}: {name} is {wanted}; got {value!r}.")


def check_numbers(
    where: str,
    least: float = -math.inf,
    most: float = math.inf,
    positive: bool = False,
    **values: Any,
) -> None:
    """Raise unless each value is a finite number from ``least`` to ``most``."""
    for name, value in values.items():
        real = type(value) is float or (isinstance(value, Real) and not isinstance(value, _FLAGS))
        if (
            real
            and -math.inf < value < math.inf  # which NaN is not
            and least <= value <= most
            and (value > 0 or not positive)
        ):
            continue
        if positive:
            wanted = "a positive number"
        elif most < math.inf:
            wanted = f"a number from {least:g} to {most:g}"
        else:
            wanted = "a finite number" if least == -math.inf else f"a number, {least:g} or more"
        raise (ValueError if real else TypeError)(f"{where}: {name} is {wanted}; got {value!r}.")


def check_flags(where: str, **values: Any) -> None:
    """Raise unless each value is True or False."""
    for name, value in values.items():
        if not isinstance(value, _FLAGS):
            raise TypeError(f"{where}: {name} is True or False; got {value!r}.")


def check_kind(name: str, value: Any, kind: Any, wanted: str) -> None:
    """Raise unless ``value`` is an instance of ``kind``."""
    if not isinstance(value, kind):
        raise TypeError(f"{name} is {wanted}; got {shown(value)}.")


def check_function(name: str, value: Any, wanted: str) -> None:
    """Raise unless ``value`` can be called, and is no class."""
    if not callable(value) or isinstance(value, type):
        raise TypeError(f"{name} is a function: {wanted}; got {shown(value)}.")


def as_numbers(name: str, value: Any, wanted: str, *ndims: int) -> NDArray[np.float64]:
    """Return an array of real numbers as float64, or raise unless it has one of the ``ndims``."""
    try:
        array = np.asarray(value)
    except (TypeError, ValueError, RuntimeError):  # ragged, or no array at all
        array = np.asarray(None)
    if array.dtype.kind not in "biuf":
        raise TypeError(f"{name} holds numbers, {wanted}; got {shown(value)}.")
    if array.ndim not in ndims or not array.size:
        raise ValueError(f"{name} holds numbers, {wanted}; got {shown(value)}.")
    return array.astype(np.float64)


def as_number(name: str, value: Any, flags: bool = False) -> float:
    """Return a number (or flag), or the one element of an array or a Tensor, as a float."""
    found = value.item() if getattr(value, "size", None) == 1 else value
    if not isinstance(found, Real) or (isinstance(found, _FLAGS) and not flags):
        raise TypeError(f"{name} is one number; got {shown(value)}.")
    return float(found)


def check_rows(where: str, **arrays: Any) -> None:
    """Raise unless arrays have a row for each of the same examples, and there are some."""
    shapes: list[Any] = [getattr(array, "shape", ()) for array in arrays.values()]
    if () in shapes:
        kinds = " and ".join(shown(array) for array in arrays.values())
        raise TypeError(f"{where}: {', '.join(arrays)} are arrays of examples; got {kinds}.")
    if len({shape[0] for shape in shapes}) != 1 or not shapes[0][0]:
        got = " and ".join(map(str, shapes))
        raise ValueError(
            f"{where}: {', '.join(arrays)} have one row for each example, and at least one; got "
            f"shapes {got}."
        )


def shown(value: Any) -> str:
    """Return a value as an error shows it: short, and a class as what it is."""
    if isinstance(value, type):
        return f"the class {value.__name__} itself"
    if isinstance(shape := getattr(value, "shape", None), tuple) and shape:
        return f"{type(value).__name__} of shape {shape}"
    return reprlib.repr(value)


class Kind:
    """What options of one kind share."""

    def read(self, label: str, value: Any) -> Any:
        """Return ``value`` as plain Python, or raise TypeError or ValueError."""
        raise NotImplementedError

    def varies(self, value: Any) -> bool:
        """Whether a value that was read is a function of the step."""
        return False

    def at(self, label: str, value: Any, t: int) -> Any:
        """Return what a value that was read is in update ``t``."""
        return value


@dataclass(frozen=True)
class Number(Kind):
    """A number for which ``holds`` is true; ``timed``, it may be a function of the step.

    ``wanted`` says which numbers these are, in the words of an error.
    """

    wanted: str
    holds: Callable[[float], bool]
    timed: bool = False

    def read(self, label: str, value: Any) -> Any:
        if self.timed and callable(value) and not isinstance(value, type):
            return value  # what it gives is checked when it is used
        return self._number(label, value, ", or a function of the step" if self.timed else "")

    def varies(self, value: Any) -> bool:
        return callable(value)

    def at(self, label: str, value: Any, t: int) -> Any:
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
            raise TypeError(f"{label} is {self.wanted}{also}; got {shown(value)}.")
        try:
            number = float(value)
        except OverflowError:  # an int of 400 digits
            number = math.inf if value > 0 else -math.inf  # type: ignore[operator]
        if not self.holds(number):
            raise ValueError(f"{label} is {self.wanted}; got {shown(value)}.")
        return number


@dataclass(frozen=True)
class Pair(Kind):
    """Two numbers of a kind."""

    of: Number

    def read(self, label: str, value: Any) -> tuple[Any, Any]:
        value = value.tolist() if isinstance(value, np.ndarray) else value
        if not isinstance(value, (tuple, list)) or len(value) != 2:
            raise ValueError(f"{label} is a pair of numbers; got {shown(value)}.")
        first, second = (self.of.read(label, part) for part in value)
        return first, second

    def varies(self, value: Any) -> bool:
        return any(map(callable, value))

    def at(self, label: str, value: Any, t: int) -> tuple[Any, Any]:
        first, second = (self.of.at(label, part, t) for part in value)
        return first, second


class Truth(Kind):
    """True or False, and nothing that Python would take for one of them."""

    def read(self, label: str, value: Any) -> bool:
        value = _plain(value)
        if not isinstance(value, bool):
            raise TypeError(f"{label} is True or False; got {shown(value)}.")
        return value


@dataclass(frozen=True)
class Whole(Kind):
    """An integer, ``least`` or more, or any."""

    least: int | None = 1

    def read(self, label: str, value: Any) -> int:
        value = _plain(value)
        whole = isinstance(value, Integral) and not isinstance(value, bool)
        if not whole or (self.least is not None and value < self.least):
            limit = "" if self.least is None else f", {self.least} or more"
            kind = ValueError if whole else TypeError
            raise kind(f"{label} is an integer{limit}; got {shown(value)}.")
        return int(value)


@dataclass(frozen=True)
class Word(Kind):
    """One of some words."""

    words: tuple[str, ...]

    def read(self, label: str, value: Any) -> str:
        value = _plain(value)
        if not isinstance(value, str) or value not in self.words:
            words = ", ".join(map(repr, self.words))
            raise ValueError(f"{label} is one of {words}; got {shown(value)}.")
        return value


BELOW_ONE = Number("a number from 0 to below 1", lambda x: 0 <= x < 1)
NOT_NEGATIVE = Number("a number, 0 or more", lambda x: 0 <= x < math.inf)
UP_TO_ONE = Number("a number from 0 to 1", lambda x: 0 <= x <= 1)
FINITE = Number("a finite number", math.isfinite)
POSITIVE = Number("a positive number", lambda x: 0 < x < math.inf)


def kind_of(annotation: Any) -> Kind | None:
    """Return the kind that an annotation declares, None if it declares none."""
    if get_origin(annotation) is Literal:
        return Word(get_args(annotation))
    if get_origin(annotation) is Annotated:
        return next((x for x in annotation.__metadata__ if isinstance(x, Kind)), None)
    return next(filter(None, map(kind_of, get_args(annotation))), None)  # of `int | None`


def declared(owner: Any) -> dict[str, Kind]:
    """Return the kinds that the annotations of a function or a class declare, by argument."""
    hints = get_type_hints(owner, include_extras=True)
    return {name: kind for name in hints if (kind := kind_of(hints[name])) is not None}


class Setting:
    """An attribute that is checked whenever it is set, and kept as plain Python."""

    def __init__(self, kind: Kind) -> None:
        self.kind = kind

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, owner: Any, kind: type) -> Any:
        return self if owner is None else vars(owner)[self.name]

    def __set__(self, owner: Any, value: Any) -> None:
        vars(owner)[self.name] = self.kind.read(f"{type(owner).__name__}: {self.name}", value)


# As annotations, for what has many arguments.
Amount: TypeAlias = Annotated[float, NOT_NEGATIVE]
Positive: TypeAlias = Annotated[float, POSITIVE]
Share: TypeAlias = Annotated[float, BELOW_ONE]
Count: TypeAlias = Annotated[int, Whole(0)]
Length: TypeAlias = Annotated[int, Whole(1)]
Flag: TypeAlias = Annotated[bool, Truth()]


def read_fields(owner: Any) -> None:
    """Read the fields of a data class as its annotations declare them; defaults stay."""
    for name, kind in declared(type(owner)).items():
        value = vars(owner)[name]
        if value is not getattr(type(owner), name, ...):
            vars(owner)[name] = kind.read(f"{type(owner).__name__}: {name}", value)


def _plain(value: Any) -> Any:
    """Return a NumPy scalar, or an array of no axes, as Python's own."""
    alone = isinstance(value, np.generic) or (isinstance(value, np.ndarray) and value.ndim == 0)
    return value.item() if alone else value
