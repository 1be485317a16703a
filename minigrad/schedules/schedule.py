"""What a schedule is: a pure function of the step that can be read, compared and pickled."""

from __future__ import annotations

import functools
import inspect
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from numbers import Integral, Real
from typing import Any, ParamSpec, cast, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

Steps = NDArray[np.int64]
Rates = NDArray[np.float64]
Rate = Callable[[Steps], Rates]
Arguments = ParamSpec("Arguments")

_MOST_KNOWN = 100_000  # rates that one schedule keeps


@dataclass(frozen=True, repr=False)
class Schedule:
    """A learning rate as a function of time: ``schedule(t)`` is the rate of update ``t``.

    The functions of this package make schedules; there is no need to call the class itself.
    Calling a schedule changes nothing, so what is plotted is what is used. Two schedules made by
    the same call are equal, and a schedule can be pickled.

    Parameters
    ----------
    make : callable
        The public function that made it, such as ``cosine``.
    arguments : tuple of (name, value) pairs
        What that function was called with, defaults included.
    rate : callable
        The rates, an array of float64, of a one-dimensional array of non-negative int64 steps.

    Examples
    --------
    >>> from minigrad.schedules import linear
    >>> schedule = linear(0.1, steps=100)
    >>> schedule(50)
    0.05
    >>> schedule
    linear(0.1, steps=100)
    """

    make: Callable[..., Schedule]
    arguments: tuple[tuple[str, Any], ...]
    rate: Rate = field(compare=False)

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
    """Let a function that checks its arguments and returns a `Rate` make a `Schedule`.

    Errors about the arguments are given the name of the function.
    """
    signature = inspect.signature(maker)

    @functools.wraps(maker)
    def make(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Schedule:
        try:
            bound = signature.bind(*args, **kwargs)
            bound.apply_defaults()
            arguments = {name: _plain(value) for name, value in bound.arguments.items()}
            rate = cast(Callable[..., Rate], maker)(**arguments)
        except (TypeError, ValueError) as error:
            raise type(error)(f"{maker.__name__}: {error}") from None
        return Schedule(make, tuple(arguments.items()), rate)

    make.__signature__ = signature.replace(return_annotation=Schedule)  # type: ignore[attr-defined]
    return make


def check_rate(name: str, value: object, positive: bool = False) -> None:
    """Raise unless ``value`` is a finite number that is not negative (or is positive)."""
    if not isinstance(value, Real) or isinstance(value, bool):
        raise TypeError(f"{name} must be a number, got {value!r}")
    if not math.isfinite(value) or value < 0 or (positive and value == 0):
        wanted = "positive" if positive else "zero or positive"
        raise ValueError(f"{name} must be {wanted} and finite, got {value!r}")


def check_steps(name: str, value: object, least: int = 1) -> None:
    """Raise unless ``value`` is an integer number of updates, ``least`` or more."""
    if not isinstance(value, Integral) or isinstance(value, bool):
        raise TypeError(f"{name} counts updates, so it is an integer; got {value!r}")
    if value < least:
        raise ValueError(f"{name} must be at least {least}, got {value}")


def check_fall(start_name: str, start: float, end: float, end_name: str = "end") -> None:
    """Raise unless ``start`` and ``end`` are rates and the second is not above the first."""
    check_rate(start_name, start)
    check_rate(end_name, end)
    if end > start:
        raise ValueError(
            f"{end_name} must not be above {start_name}: got {start_name}={start}, {end_name}={end}"
        )


def check_choice(name: str, value: object, choices: Sequence[str]) -> None:
    """Raise unless ``value`` is one of ``choices``."""
    if value not in choices:
        raise ValueError(f"{name} must be one of {', '.join(map(repr, choices))}; got {value!r}")


def check_boundaries(boundaries: Sequence[int], pieces: Sequence[object], piece_name: str) -> None:
    """Raise unless ``boundaries`` are increasing steps, one fewer than ``pieces``."""
    for name, value in (("boundaries", boundaries), (piece_name, pieces)):
        if not isinstance(value, tuple):
            raise TypeError(f"{name} must be a list, got {value!r}")
    if not boundaries:
        raise ValueError("boundaries is empty; give at least one step at which the rate changes")
    for boundary in boundaries:
        check_steps("each boundary", boundary)
    if any(b <= a for a, b in pairwise(boundaries)):
        raise ValueError(f"boundaries must increase, got {list(boundaries)}")
    if len(pieces) != len(boundaries) + 1:
        raise ValueError(
            f"{len(boundaries)} boundaries separate {len(boundaries) + 1} {piece_name}, "
            f"got {len(pieces)}"
        )


def _is_pure(value: Any) -> bool:
    """Whether arguments hold no function that may give one rate now and another later."""
    if isinstance(value, tuple):
        return all(map(_is_pure, value))
    return vars(value)["_known"] is not None if isinstance(value, Schedule) else not callable(value)


def _plain(value: Any) -> Any:
    """Return ``value`` in built-in types: what NumPy made must not show in a `repr`."""
    if isinstance(value, np.ndarray | np.generic):
        value = value.tolist()
    return tuple(map(_plain, value)) if isinstance(value, list | tuple) else value


def _text(value: object) -> str:
    """Return the source text of an argument; sequences read as lists."""
    return repr(list(value)) if isinstance(value, tuple) else repr(value)
