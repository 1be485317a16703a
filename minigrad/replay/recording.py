"""Write down what a step does.

A step that does the same operations on the same shapes each time need not be traced each time:
what the engine does while the step runs is a program, a list of functions of arrays.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from ..autograd import accumulate
from ..in_place import _set, write
from ..modes import Observer, mode
from ..tensor import Tensor

ACCUMULATE = accumulate.__wrapped__  # type: ignore[attr-defined]
WRITE = write.__wrapped__  # type: ignore[attr-defined]
SET = _set.__wrapped__  # type: ignore[attr-defined]


class Slot(NamedTuple):
    """Stands for the result of an earlier instruction, or for an argument of the step."""

    number: int


class Gradient(NamedTuple):
    """Stands for whatever ``.grad`` of a tensor is when the program runs."""

    leaf: Tensor


class Instruction(NamedTuple):
    """``function(*args, **params)``, whose result goes to a slot; effects have no result."""

    function: Callable[..., Any]
    args: tuple[Any, ...]
    params: dict[str, Any]
    result: int | None


class Recorder(Observer):
    """Writes down what the engine does."""

    derivatives_on_tensors = True

    def __init__(self, inputs: list[Tensor]) -> None:
        self.instructions: list[Instruction] = []
        self.conditions: list[tuple[Callable[[], Any], Any]] = []
        self.obstacle: str | None = None
        self._slots = {id(tensor): Slot(i) for i, tensor in enumerate(inputs)}
        self._gradients: dict[int, Gradient] = {}
        self._alive: list[Any] = list(inputs)  # so that an id keeps its meaning
        self.size = self.arguments = len(inputs)

    def operation(
        self, out: Tensor, function: Any, args: tuple[Any, ...], params: dict[str, Any]
    ) -> None:
        stands = tuple(self.stand_in(arg) for arg in args)
        self._slots[id(out)] = Slot(self.size)
        self._alive.append(out)
        self.instructions.append(Instruction(function.forward, stands, params, self.size))
        self.size += 1

    def effect(self, function: Callable[..., Any], args: tuple[Any, ...], params: Any) -> None:
        stands = tuple(self.stand_in(arg) for arg in args)
        if function is ACCUMULATE:
            stands += (args[0].grad is None,)  # whether this share is the first
        self._alive.append(args)
        self.instructions.append(Instruction(function, stands, params, None))
        if stands and type(stands[0]) is Slot and stands[0].number < self.arguments:
            if function is ACCUMULATE:
                self.obstacle = "it leaves a gradient on an argument: return mg.grad(...) instead"
            if function in (WRITE, SET):
                self.obstacle = "it changes an argument in place"

    def after_effect(self, function: Callable[..., Any], args: tuple[Any, ...]) -> None:
        if function is ACCUMULATE:
            leaf = args[0]
            self._gradients[id(leaf.grad)] = Gradient(leaf)
            self._alive.append(leaf.grad)

    def alias(self, out: Tensor, source: Tensor) -> None:
        if id(source) in self._slots:
            self._slots[id(out)] = self._slots[id(source)]
            self._alive.append(out)

    def escape(self, tensor: Tensor) -> None:
        self.obstacle = (
            f"it reads the numbers of a tensor of shape {tensor.shape} into Python "
            "(.item(), .data, .numpy(), a comparison in an `if`, an index)"
        )

    def depends(self, read: Callable[[], Any]) -> None:
        self.conditions.append((read, read()))

    def stand_in(self, value: Any) -> Any:
        if type(value) is Tensor:
            found = self._slots.get(id(value)) or self._gradients.get(id(value))
            return value if found is None else found
        return value


class Record:
    """What was written down in one call.

    Attributes
    ----------
    instructions : list of Instruction
    conditions : list of pairs
        Functions that read what Python decided by, and what each of them returned.
    obstacle : str or None
        Why the call cannot be replayed, if so.
    confirmed : bool
        Whether the call before it left the same record.
    size : int
        Number of slots.
    output
        What the call returned, with slots in place of tensors.
    """

    def __init__(self, recorder: Recorder, output: Any) -> None:
        self.instructions = recorder.instructions
        self.conditions = recorder.conditions
        self.obstacle = recorder.obstacle
        self.confirmed = False
        self.size = recorder.size
        self.output = mapped(output, recorder.stand_in)

    def holds(self) -> bool:
        """Whether what Python decided by is as it was."""
        return all(read() == value for read, value in self.conditions)

    def difference(self, other: Record) -> str | None:
        """Say where two records of the same step differ, if they do."""
        if len(self.instructions) != len(other.instructions):
            return (
                f"it ran {len(self.instructions)} operations once and "
                f"{len(other.instructions)} the next time"
            )
        for a, b in zip(self.instructions, other.instructions, strict=True):
            if a.function != b.function or a.result != b.result:
                return f"it ran {name_of(a.function)} once and {name_of(b.function)} the next time"
            if not _same((a.args, a.params), (b.args, b.params)):
                return f"{name_of(a.function)} got other constants the next time"
        return None if _same(self.output, other.output) else "it returned something else"


def record(step: Callable[..., Any], args: tuple[Any, ...]) -> tuple[Record, Any]:
    """Run ``step(*args)``, and return what was written down and what it returned."""
    recorder = Recorder([arg for arg in args if type(arg) is Tensor])
    mode.observer = recorder
    try:
        output = step(*args)
    finally:
        mode.observer = None
    return Record(recorder, output), output


def mapped(output: Any, change: Callable[[Any], Any]) -> Any:
    """Apply ``change`` to each leaf of nested lists, tuples and dictionaries."""
    if type(output) in (list, tuple):
        return type(output)(mapped(item, change) for item in output)
    if type(output) is dict:
        return {key: mapped(item, change) for key, item in output.items()}
    return change(output)


def _same(a: Any, b: Any) -> bool:
    if type(a) is not type(b):
        return False
    if isinstance(a, (tuple, list)):
        return len(a) == len(b) and all(_same(p, q) for p, q in zip(a, b, strict=True))
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(_same(a[k], b[k]) for k in a)
    if isinstance(a, Tensor):
        return a is b or (a._primitive is None and _same(a._data, b._data))
    if isinstance(a, np.ndarray):
        return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
    if isinstance(a, Slot | float | int | str | bool | slice | np.generic | None):
        return bool(a == b) or (a != a and b != b)
    return a is b or bool(a == b)


def name_of(function: Callable[..., Any]) -> str:
    """Return what a function is called in messages."""
    return getattr(function, "__name__", repr(function)).strip("_")
