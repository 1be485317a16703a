"""Numbers that tell when they are used."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class Noticed(float):
    """A number that an effect returned to Python, such as the norm of clipped gradients.

    Most steps drop it. One that uses it cannot be replayed: Python is not in the record.
    """

    tell: Callable[[], None]

    def __new__(cls, value: float, tell: Callable[[], None]) -> Noticed:
        """Make one that calls ``tell`` whenever it is used."""
        number = super().__new__(cls, value)
        number.tell = tell
        return number


def _telling(name: str) -> Callable[..., Any]:
    def method(number: Noticed, *args: Any) -> Any:
        number.tell()
        return getattr(float, name)(number, *args)

    return method


_ITS_OWN = {"__new__", "__getattribute__", "__getformat__", "fromhex", "from_number"}
for _name, _found in vars(float).items():
    if callable(_found) and _name not in _ITS_OWN:
        setattr(Noticed, _name, _telling(_name))
