"""What a schedule is: a pure function of the step that can be read, compared and pickled."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Annotated, Any, ParamSpec, TypeAlias, cast, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..arguments import NOT_NEGATIVE, Kind, Number, Whole, declared, shown

Steps = NDArray[np.int64]
Rates = NDArray[np.float64]
Rate = Callable[[Steps], Rates]
Arguments = ParamSpec("Arguments")


@dataclass(frozen=True)
class Many(Kind):
    """A list of values of a kind."""

    of: Kind

    def read(self, label: str, value: Any) -> tuple[Any, ...]:
        """Return a tuple."""
        value = value.tolist() if isinstance(value, np.ndarray) else value
        if not isinstance(value, list | tuple):
            raise TypeError(f"{label} is a list; got {shown(value)}.")
        return tuple(self.of.read(f"{label}[{i}]", part) for i, part in enumerate(value))


# What the functions of this package take, as annotations: whatever they are given is checked.
Factor: TypeAlias = Annotated[float, Number("a number from above 0 to 1", lambda x: 0 < x <= 1)]
Amounts: TypeAlias = Annotated[Sequence[float], Many(NOT_NEGATIVE)]
Boundaries: TypeAlias = Annotated[Sequence[int], Many(Whole(1))]

_MOST_KNOWN = 100_000  # rates that one schedule keeps


@dataclass(frozen=True, repr=False)
class Schedule:
    """A learning rate as a function of time: ``schedule(t)`` is the rate of update ``t``.

    The functions of this package make schedules; there is no need to call the class itself.
    Calling a schedule changes nothing, so what is plotted is what is used. Two schedules made by
    the same call are equal, and a schedule can be pickled.

    Examples
    --------
    >>> from minigrad.schedules import linear
    >>> schedule = linear(0.1, steps=100)
    >>> schedule(50)
    0.05
    >>> schedule
    linear(0.1, steps=100)
    """

    make: Callable[..., Schedule]  # the function that made it, such as `cosine`
    arguments: tuple[tuple[str, Any], ...]  # what that was called with, defaults included
    rate: Rate = field(compare=False)  # of a one-dimensional array of steps, none negative

    def __post_init__(self) -> None:
        # What pure functions gave is kept: runs that share a schedule ask for the same rates.
        object.__setattr__(self, "_known", {} if _is_pure(self.arguments) else None)

    @overload
    def __call__(self, t: int) -> float: ...
    @overload
    def __call__(self, t: Sequence[int] | NDArray[np.integer]) -> Rates: ...
    def __call__(self, t: ArrayLike) -> float | Rates:
        """Return the rate that update ``t`` uses, ``t = 0`` being the first.

        Parameters
        ----------
        t : int or array of ints
            Number of updates already done. Not negative.

        Returns
        -------
        float or numpy.ndarray
            One rate for one step; for an array, float64 rates in its shape.

        Raises
        ------
        TypeError
            If ``t`` is not made of integers.
        ValueError
            If a step is negative.
        """
        known: dict[int, float] | None = vars(self)["_known"]
        if known is not None and type(t) is int and t in known:
            return known[t]
        steps = np.asarray(t)
        if steps.dtype.kind not in "iu":
            raise TypeError(
                f"{self}: t counts updates, so it is an int or an array of ints; got {t!r}"
            )
        counts = steps.reshape(-1).astype(np.int64)
        if counts.size and counts.min() < 0:
            raise ValueError(f"{self}: the first update is t = 0; got t = {t!r}")
        rates = self.rate(counts)
        if steps.ndim:
            return rates.reshape(steps.shape)
        rate = float(rates[0])
        if known is not None and len(known) < _MOST_KNOWN:
            known[int(counts[0])] = rate
        return rate

    def __repr__(self) -> str:
        """Return the call that makes this schedule, defaults left out."""
        parameters = inspect.signature(self.make).parameters
        first = next(iter(parameters))
        shown = (
            _text(value) if name == first else f"{name}={_text(value)}"
            for name, value in self.arguments
            if value != parameters[name].default
        )
        return f"{self.make.__name__}({', '.join(shown)})"

    def __reduce__(self) -> tuple[Callable[..., Schedule], tuple[()]]:
        """Pickle the call, because the function it returned is a closure and cannot be pickled."""
        return functools.partial(self.make, **dict(self.arguments)), ()


def makes_schedule(maker: Callable[Arguments, Rate]) -> Callable[Arguments, Schedule]:
    """Let a function that returns a `Rate` make a `Schedule`, its arguments read as declared.

    Errors about the arguments are given the name of the function.
    """
    signature, kinds = inspect.signature(maker), declared(maker)

    @functools.wraps(maker)
    def make(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Schedule:
        try:
            bound = signature.bind(*args, **kwargs)
            bound.apply_defaults()
            for name, value in bound.arguments.items():
                if value is not signature.parameters[name].default:
                    bound.arguments[name] = kinds[name].read(name, value)
            rate = cast(Callable[..., Rate], maker)(**bound.arguments)
        except (TypeError, ValueError) as error:
            raise type(error)(f"{maker.__name__}: {error}") from None
        return Schedule(make, tuple(bound.arguments.items()), rate)

    make.__signature__ = signature.replace(return_annotation=Schedule)  # type: ignore[attr-defined]
    return make


def check_order(**rates: float) -> None:
    """Raise unless the first of two rates is not above the second."""
    (low, least), (high, most) = rates.items()
    if least > most:
        raise ValueError(f"{low} must not be above {high}; got {low}={least}, {high}={most}.")


def check_phases(steps: int, rest: int = 1, **phases: int) -> None:
    """Raise unless the phases of a run fit into its steps, and leave ``rest`` of them."""
    if sum(phases.values()) + rest > steps:
        given = ", ".join(f"{name}={length}" for name, length in phases.items())
        left = " with a step left" if rest else ""
        raise ValueError(f"{' and '.join(phases)} must fit into steps={steps}{left}; got {given}.")


def check_boundaries(boundaries: Sequence[int], **pieces: Sequence[object]) -> None:
    """Raise unless boundaries increase, and are one fewer than the pieces that they separate."""
    ((name, between),) = pieces.items()
    if not boundaries:
        raise ValueError("boundaries is empty; give at least one step at which the rate changes")
    if any(b <= a for a, b in pairwise(boundaries)):
        raise ValueError(f"boundaries must increase, got {list(boundaries)}")
    if len(between) != len(boundaries) + 1:
        raise ValueError(
            f"{len(boundaries)} boundaries separate {len(boundaries) + 1} {name}, "
            f"got {len(between)}"
        )


def _is_pure(value: Any) -> bool:
    """Whether arguments hold no function that may give one rate now and another later."""
    if isinstance(value, tuple):
        return all(map(_is_pure, value))
    return vars(value)["_known"] is not None if isinstance(value, Schedule) else not callable(value)


def _text(value: object) -> str:
    """Return the source text of an argument; sequences read as lists."""
    return repr(list(value)) if isinstance(value, tuple) else repr(value)
