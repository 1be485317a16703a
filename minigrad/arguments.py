"""What an argument must be, checked where it is given.

Each error names the argument, what it got and what it takes. A wrong type is a TypeError, a wrong
value a ValueError.
"""

from __future__ import annotations

import math
import reprlib
from numbers import Integral, Real
from typing import Any

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


def shown(value: Any) -> str:
    """Return a value as an error shows it: short, and a class as what it is."""
    if isinstance(value, type):
        return f"the class {value.__name__} itself"
    if isinstance(shape := getattr(value, "shape", None), tuple) and shape:
        return f"{type(value).__name__} of shape {shape}"
    return reprlib.repr(value)
