"""Write down what a step does.

A step that does the same operations on the same shapes each time need not be traced each time:
what the engine does while the step runs is a program, a list of functions of arrays.
"""

from __future__ import annotations

import weakref
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from ..core.autograd import accumulate
from ..core.in_place import assign
from ..core.modes import Observer, mode
from ..core.tensor import Tensor, write
from ..nn.module import Module
from ..optim.optimizer import Optimizer
from .given import Given, plain
from .noticed import Noticed
from .watching import Watch

CLEARING = {Optimizer.zero_grad, Module.zero_grad}


@dataclass(frozen=True, slots=True)
class Slot:
    """Stands for the result of an earlier instruction, or for an argument of the step."""

    number: int


@dataclass(frozen=True, eq=False, slots=True)
class Gradient:
    """Stands for whatever ``.grad`` of a tensor is when the program runs."""

    leaf: Tensor


class Instruction(NamedTuple):
    """``function(*args, **params)``, whose result goes to a slot; effects have no result."""

    function: Callable[..., Any]
    args: tuple[Any, ...]
    params: dict[str, Any]
    result: int | None

    def draws(self) -> list[np.random.Generator]:
        """Return the generators that it draws random numbers from."""
        given = (*self.args, *self.params.values())
        return [x for x in given if isinstance(x, np.random.Generator)]


class Recorder(Observer):
    """Writes down what the engine does."""

    derivatives_on_tensors = True
    copies_arrays = False  # a copy would stay what it was in the first run

    def __init__(self) -> None:
        self.instructions: list[Instruction] = []
        self.conditions: list[tuple[Callable[[], Any], Any]] = []
        self.tensors: dict[int, tuple[Tensor, bool]] = {}
        self.obstacle: str | None = None
        self.arrays: set[int] = set()  # slots that hold NumPy's arrays, and no tensors
        self._inputs: list[Any] = []
        self._stands: dict[int, Any] = {}
        self._numbers: list[weakref.ref[Noticed]] = []
        self._alive: list[Any] = []  # so that an id keeps its meaning
        self._cleared: set[int] = set()  # tensors whose gradients the step has cleared, by id
        self._begun = 0  # effects that have not ended
        self.size = 0

    def take_in(self, x: Any) -> Any:
        """Return what the step is given for an array or a tensor among its arguments."""
        # one of its own, for the step may know this one by itself; but a leaf stays that leaf
        if not isinstance(x, Tensor):
            return Given(self._new(x.view(), is_array=True), self)
        if x.requires_grad and x._primitive is not None:
            self.obstacle = (
                "an argument remembers operations outside of it: pass x.detach(), or do them within"
            )
        x = x if x.requires_grad else x.detach()
        self._inputs.append(x)
        return self._new(x)

    def _new(self, value: Any, is_array: bool = False) -> Any:
        """Give a slot to a tensor or an array, by which it is known from now on."""
        if is_array:
            self.arrays.add(self.size)
        self._stands[id(value)] = Slot(self.size)
        self._alive.append(value)
        self.size += 1
        return value

    def argument(self, value: Any) -> Any:
        if items_of(value):
            return mapped(value, self.argument)
        return value.array if type(value) is Given else value

    def answer(self, out: Any, function: Any, args: tuple[Any, ...], params: dict[str, Any]) -> Any:
        return self._follow(function.forward, args, params, out)

    def call(self, function: Any, args: Any, params: dict[str, Any]) -> Any:
        result = function(*plain(args), **{k: plain(v) for k, v in params.items()})
        if mode.observer is not self:
            return result
        return self._follow(function, args, params, result)

    def read(self, array: np.ndarray) -> None:
        if mode.observer is self:
            self.obstacle = (
                f"it reads the numbers of an array of shape {array.shape} that it was given, into "
                "Python or NumPy: pass it as a tensor"
            )

    def write(self) -> None:
        self.obstacle = "it changes an argument in place"

    def _follow(self, function: Any, args: Any, params: dict[str, Any], result: Any) -> Any:
        """Write down a function of arrays, if it has to do with those that were given."""
        stands = tuple(map(self.stand_in, args))
        if not any(found is not arg for found, arg in zip(stands, args, strict=True)):
            return result
        self._look_for_mask(function, args)
        if any(type(value) is Given for value in params.values()):
            self.obstacle = "an array that it was given is an option of an operation"
        if not isinstance(result, (np.ndarray, np.generic)):
            self.read(np.asarray(result))
            return result
        self.instructions.append(Instruction(function, stands, params, self.size))
        return Given(self._new(np.asarray(result).view(), is_array=True), self)

    def _look_for_mask(self, function: Any, args: tuple[Any, ...]) -> None:
        if name_of(function) == "getitem" and any(
            type(self.stand_in(part)) is Slot and part.dtype == bool for part in _parts(args[1:])
        ):
            self.obstacle = (
                "how much a boolean mask selects depends on numbers: use mg.where(mask, x, 0.0)"
            )

    def operation(
        self, out: Tensor, function: Any, args: tuple[Any, ...], params: dict[str, Any]
    ) -> None:
        stands = tuple(map(self.stand_in, args))
        self._look_for_mask(function.forward, args)
        self.instructions.append(Instruction(function.forward, stands, params, self.size))
        self._new(out)

    def effect(self, function: Callable[..., Any], args: tuple[Any, ...], params: Any) -> None:
        stands = tuple(map(self.stand_in, args))
        if function in CLEARING:
            self._cleared.update(map(id, cleared_by(args[0])))
        if function is accumulate:
            stands += (args[0]._grad is None,)  # whether this share is the first
            if stands[0] is not args[0]:
                given = any(args[0] is x for x in self._inputs)
                where = "an argument" if given else "a tensor that it makes"
                self.obstacle = f"it leaves a gradient on {where}: return mg.grad(...) instead"
        if function in (write, assign) and any(
            np.may_share_memory(args[0]._data, x._data) for x in self._inputs
        ):
            self.obstacle = "it changes an argument in place"
        self._alive.append(args)
        self._begun += 1
        self.instructions.append(Instruction(function, stands, params, None))

    def after_effect(self, function: Callable[..., Any], args: tuple[Any, ...], result: Any) -> Any:
        self._begun -= 1
        if function is accumulate:
            leaf = args[0]
            self._stands[id(leaf._grad)] = Gradient(leaf)
            self._alive.append(leaf._grad)
        if type(result) is not float:
            return result
        recorder = weakref.ref(self)  # whoever keeps the number does not keep all the rest

        def tell() -> None:
            if (watching := recorder()) is not None:
                watching.obstacle = f"it uses the number that {name_of(function)}() returns"

        number = Noticed(result, tell)
        self._numbers.append(weakref.ref(number))
        return number

    def alias(self, out: Tensor, source: Tensor) -> None:
        self._stands[id(out)] = self.stand_in(source)
        self._alive.append(out)

    def escape(self, tensor: Tensor) -> None:
        self.obstacle = (
            f"it reads the numbers of a tensor of shape {tensor.shape} into Python "
            "(.item(), .data, .numpy(), a comparison in an `if`, an index)"
        )

    def depends(self, read: Callable[[], Any]) -> None:
        self.conditions.append((read, read()))

    def gradient(self, leaf: Tensor, is_set: bool) -> None:
        if is_set:
            self.obstacle = "it sets a .grad: leave that to backward() and zero_grad()"
        elif leaf._grad is not None and id(leaf._grad) not in self._stands:
            self.obstacle = "it uses a gradient that was there before: take it within the step"

    def finish(self) -> None:
        """Be told that the step is done."""
        # where the step never clears a gradient, others may have left one, at one time or another
        self.instructions = [
            i._replace(args=(*i.args[:2], i.args[2] and id(i.args[0]) in self._cleared))
            if i.function is accumulate
            else i
            for i in self.instructions
        ]
        if self._begun:
            self.obstacle = "it catches an error"
        for number in self._numbers:
            if (kept := number()) is not None:
                kept.tell()

    def stand_in(self, value: Any) -> Any:
        kind = type(value)
        if kind is Given:
            value, kind = value.array, np.ndarray
        if kind is np.ndarray:
            return self._stands.get(id(value), value)
        if kind is Tensor:
            found = self._stands.get(id(value), value)
            if found is value:
                self.tensors[id(value)] = value, value.requires_grad
            if type(found) is Gradient:
                now = found.leaf._grad
                if now is None or now._data is not value._data:
                    self.obstacle = "it uses a gradient that it has cleared: use it before that"
            return found
        if kind is Noticed:
            value.tell()
        return mapped(value, self.stand_in) if items_of(value) else value


@dataclass(eq=False)
class Record:
    """What was written down in one call."""

    watch: Watch  # what the step's code refers to
    output: Any  # what the call returned, with slots in place of tensors
    instructions: list[Instruction]
    conditions: list[tuple[Callable[[], Any], Any]]  # what Python decided by, read, and what it was
    tensors: list[tuple[Tensor, bool]]  # that the step knows by itself, and if each is tracked
    size: int  # number of slots
    arrays: set[int]  # slots that hold NumPy's arrays, and no tensors
    obstacle: str | None  # why the call cannot be replayed, if so
    confirmed: bool = False  # whether the call before it left the same record
    misses: int = 0  # calls in a row in which it, or what was there before it, did not hold

    def holds(self) -> bool:
        """Whether what Python decided by is as it was."""
        for tensor, tracked in self.tensors:
            if tensor._requires_grad is not tracked:
                return False
        if self.conditions and not all(read() == value for read, value in self.conditions):
            return False
        return self.watch.holds()

    def change(self) -> str:
        """Say what is another at each call."""
        name = self.watch.change() or "where its parameters or their gradients lie"
        return f"{name} is not the same from call to call"

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
            changed = a.args[0] if a.function in (write, assign, accumulate) else None
            if type(changed) is Tensor and changed is not b.args[0]:
                return "it changes a tensor that it makes itself, and not by an operation"
            if not _same((a.args, a.params), (b.args, b.params)):
                return f"{name_of(a.function)} got other constants the next time"
        return None if _same(self.output, other.output) else "it returned something else"


def record(
    step: Callable[..., Any], args: tuple[Any, ...], named: dict[str, Any] | None = None
) -> tuple[Record, Any]:
    """Run ``step(*args, **named)``, and return what was written down and what it returned."""
    recorder = Recorder()
    others: list[Any] = []  # arguments that are no numbers

    def take_in(leaf: Any) -> Any:
        if isinstance(leaf, (Tensor, np.ndarray)) and not is_parameter(leaf):
            return recorder.take_in(leaf)
        others.append(leaf)
        return leaf

    args, named = mapped((args, named or {}), take_in)
    watch = Watch(step, *others)
    mode.observer = recorder
    try:
        output = step(*args, **named)
    finally:
        mode.observer = None
    recorder.finish()
    if watch.draws(generator for i in recorder.instructions for generator in i.draws()):
        recorder.obstacle = "it draws random numbers by itself: pass them as an argument"
    written = Record(
        watch,
        mapped(output, recorder.stand_in),
        recorder.instructions,
        recorder.conditions,
        list(recorder.tensors.values()),
        recorder.size,
        recorder.arrays,
        recorder.obstacle or watch.obstacle,
    )
    return written, output


def cleared_by(owner: Any) -> list[Tensor]:
    """Return the tensors whose gradients ``owner.zero_grad()`` clears."""
    if isinstance(owner, Module):
        return list(owner.parameters())
    return [p for group in owner.param_groups for p in group["params"]]


def is_parameter(x: Any) -> bool:
    """Whether ``x`` is held by an optimizer, or by a program, and so part of the step itself."""
    return type(x) is Tensor and x.requires_grad and x._home is not None


def _parts(key: Any) -> Iterator[Any]:
    """Yield what the parts of an index are made of."""
    for part in key:
        yield from _parts(part) if type(part) in (tuple, list) else (part,)


def mapped(output: Any, change: Callable[[Any], Any]) -> Any:
    """Apply ``change`` to each leaf of nested lists, tuples and dictionaries."""
    items = items_of(output)
    if items is None:
        return change(output)
    changed = [mapped(item, change) for item in items]
    if items is not output:
        return type(output)(zip(output, changed, strict=True))
    return output._make(changed) if hasattr(output, "_make") else type(output)(changed)


def items_of(value: Any) -> Any:
    """Return what a list, a tuple (with or without names) or a dictionary holds, else None."""
    kind = type(value)
    if kind in (list, tuple) or (isinstance(value, tuple) and hasattr(value, "_make")):
        return value
    return value.values() if kind in (dict, OrderedDict) else None


def _same(a: Any, b: Any) -> bool:
    if type(a) is not type(b):
        return False
    if isinstance(a, Gradient):
        return a.leaf is b.leaf
    if isinstance(a, (tuple, list)):
        return len(a) == len(b) and all(_same(p, q) for p, q in zip(a, b, strict=True))
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(_same(a[k], b[k]) for k in a)
    if isinstance(a, Tensor):
        return a is b or (a._primitive is None and _same(a._data, b._data))
    if isinstance(a, np.ndarray):
        return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
    if isinstance(a, Slot | float | int | str | slice | range | bytes | np.generic | np.dtype):
        return bool(a == b) or (a != a and b != b)
    return a is b


def name_of(function: Callable[..., Any]) -> str:
    """Return what a function is called in messages."""
    return getattr(function, "__name__", repr(function)).strip("_")
