"""A step as a program: loops over memory that is laid out once.

Most instructions become loops that the machine runs. What cannot be followed (a random draw, a
fancy index, an effect of the user's own) stays in Python, between two runs of the machine; so
does everything where Numba is not installed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.lib.array_utils import byte_bounds

from ..autograd import accumulate
from ..in_place import write
from ..memory import memory_of
from ..modes import no_grad
from ..tensor import Tensor
from .delivery import deliver
from .gradients import CLEARING, gradients_of
from .recording import Gradient, Instruction, Record, Slot, mapped
from .tracing import Loop, trace
from .updates import STEP, Update

try:
    from . import machine
except ImportError:  # no Numba
    machine = None  # type: ignore[assignment]

ACCUMULATE = accumulate.__wrapped__  # type: ignore[attr-defined]
WRITE = write.__wrapped__  # type: ignore[attr-defined]


class Program:
    """A confirmed record, laid out over memory of its own. Making it is its first run.

    Parameters
    ----------
    record : Record
    args : tuple
        The step's arguments, tensors and arrays among them.

    Raises
    ------
    NotReadyError
        If the gradients are not as they were in the record. Nothing has been done then.
    """

    def __init__(self, record: Record, args: tuple[Any, ...]) -> None:
        self.record = record
        self.gradients, self.cleared = gradients_of(record.instructions)
        self._begin()
        self.inputs = [_copy_of(x) for x in _arrays(args)]
        self.values: list[Any] = self.inputs + [None] * (record.size - len(self.inputs))
        self.fixed: dict[int, tuple[Tensor, np.ndarray]] = {}
        self.written: dict[int, Tensor] = {}
        self.updates: list[Update] = []
        self.parts: list[tuple[list[Loop], Callable[[], None]]] = []
        self.outside: list[np.ndarray] = []  # memory that Python, or the caller, looks at
        self.deliveries: list[int] = []  # parts that copy a gradient to where it belongs
        with no_grad():
            for instruction in record.instructions:
                self.parts.append(self._part(instruction))
        self._finish()
        self._lay_out()

    def holds(self) -> bool:
        """Whether everything outside that it was made for is as it was."""
        for tensor, array in self.fixed.values():
            if tensor._data is not array:
                return False
        for update in self.updates:
            if not update.holds():
                return False
        return not self.record.conditions or self.record.holds()

    def run(self, args: tuple[Any, ...]) -> Any:
        """Do it again with other numbers.

        Raises
        ------
        NotReadyError
            If somebody has kept a gradient that would be overwritten. Nothing has been done then.
        """
        self._begin()
        for mine, given in zip(self.inputs, _arrays(args), strict=True):
            np.copyto(mine, given)
        steps = [update.optimizer.steps for update in self.updates]
        for update in self.updates:
            update.advance()
        try:
            for run in self.segments:
                run()
        except BaseException:
            for update, before in zip(self.updates, steps, strict=True):
                update.optimizer.steps = before
            raise
        self._finish()
        return self.results()

    def results(self) -> Any:
        """Return what the step returns, in memory of its own."""
        return mapped(self.record.output, self._result)

    def _begin(self) -> None:
        for gradient in self.gradients.values():
            gradient.prepare()

    def _finish(self) -> None:
        for tensor in self.written.values():
            memory_of(tensor).stamp()
        for gradient in self.gradients.values():
            if not gradient.stays:
                gradient.leaf.grad = None
        for leaf in self.cleared:
            leaf.grad = None

    # Making it

    def _part(self, instruction: Instruction) -> tuple[list[Loop], Callable[[], None]]:
        """Run an instruction; return it as loops, if it can be, and as a function."""
        function, args, params, slot = instruction
        if slot is not None:
            return self._operation(function, tuple(map(self._array, args)), params, slot)
        if function is ACCUMULATE:
            return self._accumulation(*args)
        if function is WRITE:
            tensor, values = args
            self._fix(tensor)
            self.written[id(tensor)] = tensor
            return _copy(self._array(values), tensor._data)
        if function in CLEARING:
            return [], _nothing
        if function is STEP:
            return self._step(args[0])
        run = self._effect(function, args, params)
        run()
        return [], run

    def _operation(
        self, function: Callable[..., Any], args: tuple[Any, ...], params: dict[str, Any], slot: int
    ) -> tuple[list[Loop], Callable[[], None]]:
        loops: list[Loop] = []
        result = None
        if machine is not None and all(map(_is_plain, (*args, *params.values()))):
            try:
                result, loops = trace(function, args, params)
                machine.Code([loops]).check(result)
            except Exception:  # of whatever kind: then Python does it, or says what is wrong
                result = None
        if result is not None and not loops:  # a view
            self.values[slot] = result
            return [], _nothing
        if result is None:
            loops, result = [], np.array(function(*args, **params))
            self.outside += [result, *(x for x in args if isinstance(x, np.ndarray))]
        self.values[slot] = result

        def run() -> None:
            np.copyto(result, function(*args, **params))

        return loops, run

    def _accumulation(
        self, leaf: Tensor, g: Any, had_none: bool
    ) -> tuple[list[Loop], Callable[[], None]]:
        self._fix(leaf)
        home, g = self.gradients[id(leaf)].array, self._array(g)
        if had_none:
            self.deliveries.append(len(self.parts))
            return _copy(g, home)

        def add() -> None:
            np.add(home, g, out=home)

        add()
        return [Loop(np.add, (home, g, home))], add

    def _step(self, optimizer: Any) -> tuple[list[Loop], Callable[[], None]]:
        try:
            update = Update(optimizer)
        except Exception:  # of whatever kind: then it steps in Python
            optimizer.step()
            return [], optimizer.step
        optimizer.step()
        self.updates.append(update)
        for flat in update.flats:
            for p in flat.params:
                self.written[id(p)] = p
        return update.loops, optimizer.step

    def _effect(self, function: Any, args: Any, params: Any) -> Callable[[], None]:
        def run() -> None:
            function(*map(self._tensor, args), **params)

        self.outside += [self._array(arg) for arg in args if type(arg) is Slot]
        return run

    def _lay_out(self) -> None:
        """Divide the parts into runs of the machine and Python between them."""
        self.outside += [self.values[slot.number] for slot in _slots_in(self.record.output)]
        loops = [loops.copy() for loops, _ in self.parts]
        for part in self.deliveries:
            if loops[part] and deliver(loops, part, self.outside):
                self.parts[part] = [], _nothing
        self.code: Any = machine.Code(loops) if any(loops) else None
        self.segments: list[Callable[[], None]] = []
        start = stop = 0
        for (_, function), mine in zip(self.parts, loops, strict=True):
            stop += len(mine)
            if mine or function is _nothing:
                continue
            self._add_segment(start, stop)
            self.segments.append(function)
            start = stop
        self._add_segment(start, stop)
        for update in self.updates:
            update.places = [self.code.places(loop) for loop in update.loops]

    def _add_segment(self, start: int, stop: int) -> None:
        code = self.code

        def run() -> None:
            at = start
            while (at := code.run(at, stop)) != stop:
                failed = code.owners[at]
                self.parts[failed][1]()  # Python says what is wrong, or does it
                while at < stop and code.owners[at] == failed:
                    at += 1

        if start < stop:
            self.segments.append(run)

    # What stands for what

    def _fix(self, tensor: Tensor) -> np.ndarray:
        self.fixed[id(tensor)] = tensor, tensor._data
        return tensor._data

    def _array(self, stand: Any) -> Any:
        kind = type(stand)
        if kind is Slot:
            return self.values[stand.number]
        if kind is Tensor:
            return self._fix(stand)
        if kind is Gradient:
            return self.gradients[id(stand.leaf)].array
        return stand

    def _tensor(self, stand: Any) -> Any:
        if type(stand) is Slot:
            return Tensor(self.values[stand.number])
        return stand.leaf.grad if type(stand) is Gradient else stand

    def _result(self, stand: Any) -> Any:
        if type(stand) is Slot:
            return Tensor(np.array(self.values[stand.number]))
        return self._tensor(stand)


def _copy_of(x: np.ndarray) -> np.ndarray:
    """Return a copy with the same steps from element to element: sums depend on their order."""
    low, high = byte_bounds(x)
    first = x.__array_interface__["data"][0] - low
    room = np.empty(high - low, np.uint8)
    copy: np.ndarray = np.ndarray(x.shape, x.dtype, room, first, x.strides)
    np.copyto(copy, x)
    return copy


def _arrays(args: tuple[Any, ...]) -> list[np.ndarray]:
    arrays = (arg._data if type(arg) is Tensor else arg for arg in args)
    return [array for array in arrays if isinstance(array, np.ndarray)]


def _copy(source: np.ndarray, target: np.ndarray) -> tuple[list[Loop], Callable[[], None]]:
    def copy() -> None:
        np.copyto(target, source, casting="same_kind")

    copy()
    alike = machine is not None and source.dtype == target.dtype
    return [Loop(np.positive, (source, target))] if alike else [], copy


def _slots_in(output: Any) -> list[Slot]:
    found: list[Slot] = []
    mapped(output, lambda leaf: found.append(leaf) if type(leaf) is Slot else None)
    return found


def _nothing() -> None:
    """What a view needs to be done."""


def _is_plain(value: Any) -> bool:
    """Whether a value is all that it says, so that a loop made for it does not depend on more."""
    if isinstance(value, (tuple, list)):
        return all(map(_is_plain, value))
    kinds = (np.ndarray, np.generic, np.dtype, type, float, int, str, slice, type(None), type(...))
    return isinstance(value, kinds)
