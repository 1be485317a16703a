"""What an option may be: its kind is its annotation, and whatever sets it is checked by that.

A class declares an option once, with its kind and its default::

    class Adam(Optimizer):
        lr: Rate = 1e-3
        betas: Betas = (0.9, 0.999)
        amsgrad: Flag = False
        eps_form: Literal["outside", "inside"] = "outside"

Any number may be a function of the step.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Annotated, TypeAlias

from ..arguments import (
    BELOW_ONE,
    FINITE,
    NOT_NEGATIVE,
    POSITIVE,
    Kind,
    Number,
    Pair,
    Truth,
    kind_of,
)

__all__ = ["Amount", "Betas", "Bound", "Finite", "Flag", "Kind", "Positive", "Rate", "Share"]
__all__ += ["kind_of"]

_AMOUNT, _SHARE = replace(NOT_NEGATIVE, timed=True), replace(BELOW_ONE, timed=True)
_BOUND = Number("a number, 0 or more", lambda x: x >= 0, timed=True)
_Number: TypeAlias = "float | Callable[[int], float]"

Rate: TypeAlias = Annotated[_Number, _AMOUNT]
Amount: TypeAlias = Annotated[_Number, _AMOUNT]
Share: TypeAlias = Annotated[_Number, _SHARE]
Betas: TypeAlias = Annotated["tuple[_Number, _Number]", Pair(_SHARE)]
Bound: TypeAlias = Annotated[_Number, _BOUND]
Positive: TypeAlias = Annotated[_Number, replace(POSITIVE, timed=True)]
Finite: TypeAlias = Annotated[_Number, replace(FINITE, timed=True)]
Flag: TypeAlias = Annotated[bool, Truth()]
