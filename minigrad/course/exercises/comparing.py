"""Bring answers into one plain form, compare them, and show them."""

from collections.abc import Callable, Iterable
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

import minigrad as mg

from .verdict import UNANSWERED, Complaint

_MOST = 100_000


class Unordered(list[Any]):
    """What was in a set."""


def plain(value: Any, where: str = "Your answer") -> Any:
    """Return arrays of float64, lists of them where shapes differ, and nothing of the reader's.

    Tuples, lists, iterators, tensors and scalars of all kinds come out the same.

    Raises
    ------
    Complaint
        For three dots, None, a function, text, and what else holds no real numbers.
    """
    if value is ...:
        raise Complaint(UNANSWERED)
    if value is None:
        raise Complaint(f"{where} is None: where is a `return` or a value missing?")
    if isinstance(value, str | bytes):
        raise Complaint(f"{where} is text. Numbers are written without quotes.")
    if isinstance(value, dict):
        return {key: plain(part, where) for key, part in value.items()}
    if isinstance(value, Unordered):
        return value
    if isinstance(value, set | frozenset):
        return Unordered(plain(part, where) for part in value)
    if callable(value) and not hasattr(value, "__array__"):
        raise Complaint(f"{where} is a function, not its result: are the brackets () missing?")
    if isinstance(value, Iterable) and not hasattr(value, "__array__"):
        parts = [plain(part, where) for part in islice(value, _MOST + 1)]
        if len(parts) > _MOST:
            raise Complaint(f"{where} has more than {_MOST:,} parts. Where does it end?")
        shapes = {np.shape(part) if isinstance(part, np.ndarray) else None for part in parts}
        return np.array(parts) if shapes <= {()} or (len(shapes) == 1 and None not in shapes) else (
            parts
        )  # fmt: skip
    return _numbers(value, where)


def _numbers(value: Any, where: str) -> NDArray[np.float64]:
    try:
        array = value.numpy() if isinstance(value, mg.Tensor) else np.asarray(value)
    except Exception as error:
        raise Complaint(f"{where} cannot be read as numbers: {type(error).__name__}.") from None
    if array.dtype.kind == "b":
        return array.copy()
    if array.dtype.kind in "iuf":
        return array.astype(np.float64)  # a copy: the reader's own may change later
    if array.dtype.kind == "c":
        raise Complaint(f"{where} is complex. Here all numbers are real.")
    if array.dtype.kind == "O" and array.ndim:
        return np.array([_numbers(part, where) for part in array.ravel()]).reshape(array.shape)
    try:
        return np.array(float(value))
    except OverflowError:
        raise Complaint(f"{where} is larger than any number that fits into a float.") from None
    except Exception:
        kind = type(value).__name__
        raise Complaint(f"{where} is of the type {kind}, where numbers are wanted.") from None


def same(want: Any, got: Any, rtol: float = 1e-3) -> bool:
    """Whether two plain values agree. An array of one element passes for a number."""
    if isinstance(want, dict):
        return isinstance(got, dict) and all(same(want[key], got.get(key), rtol) for key in want)
    if isinstance(got, Unordered | dict | Complaint) or got is None:
        return False
    if isinstance(want, list) or isinstance(got, list):
        numbers = any(isinstance(part, np.ndarray) and part.ndim == 0 for part in (want, got))
        if numbers or len(want) != len(got):
            return False
        return all(same(one, other, rtol) for one, other in zip(want, got, strict=True))
    if want.ndim == 0 and got.size == 1:
        got = got.reshape(())
    want, got = want + 0.0, got + 0.0
    if want.shape != got.shape or not np.array_equal(np.isnan(want), np.isnan(got)):
        return False
    with np.errstate(invalid="ignore"):  # inf - inf, where both are infinite
        close = (abs(got - want) <= rtol * abs(want) + 1e-6) & np.isfinite(want)
    return bool(np.all(close | (got == want) | np.isnan(want)))


def untouched(before: Any, after: Any) -> bool:
    """Whether an argument is still what it was, to the last bit."""
    if isinstance(before, list | tuple):
        return len(before) == len(after) and all(map(untouched, before, after))
    return np.array_equal(before, after, equal_nan=np.asarray(before).dtype.kind == "f")


def anywhere(test: Callable[[Any], Any], value: Any) -> bool:
    """Whether a test of arrays holds for an element of a plain value."""
    parts = value.values() if isinstance(value, dict) else value
    if isinstance(value, np.ndarray):
        return bool(np.any(test(value)))
    return any(anywhere(test, part) for part in parts)


def shown(value: Any) -> str:
    """Return a short text of a plain value or of an argument."""
    if isinstance(value, tuple):
        return str(value)
    if isinstance(value, list):
        return f"[{', '.join(map(shown, value))}]"
    array = np.asarray(value)
    if array.ndim == 0:
        return f"{array.item():.5g}" if array.dtype.kind == "f" else f"{array.item()}"
    return np.array2string(array, precision=4, separator=", ", threshold=16, max_line_width=70)
