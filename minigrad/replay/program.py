"""A step as a program: loops over memory that is laid out once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..core.tensor import Tensor, memory_of
from .gradients import gradients_of, prepare
from .layout import Layout, copy_of, machine, nothing
from .recording import ACCUMULATE, Record, Slot, mapped, name_of
from .sharing import forget, share
from .trimming import deliver, drop_unused

COPIED = 2**14  # bytes; what is larger is not copied, but used where it lies


class Program:
    """A confirmed record, ready to be run. Making it is its first run.

    Most instructions become loops that the machine runs. What cannot be followed (a random draw,
    a fancy index, an effect of the user's own) stays in Python, between two runs of the machine.

    Parameters
    ----------
    record : Record
    arrays : list of arrays
        Those among the step's arguments, and those of the tensors.

    Raises
    ------
    NotReadyError
        If the gradients are not as they were in the record. Nothing has been done then.
    """

    def __init__(self, record: Record, arrays: list[np.ndarray]) -> None:
        self.record = record
        gradients, self.cleared = gradients_of(record.instructions)
        self.gradients = list(gradients.values())
        prepare(self.gradients)
        self.layout = layout = Layout(record, gradients, arrays)
        self.fixed = list(layout.fixed.values())
        self.written = [memory_of(tensor) for tensor in layout.written.values()]
        self.updates = layout.updates
        self._finish()
        python = [p.python is not nothing for p in layout.parts]  # or may be, if the data are wrong
        self.in_python = [not p.loops and p.python is not nothing for p in layout.parts]
        self.loops = loops = [part.loops for part in layout.parts]
        earliest = 0
        for i, instruction in enumerate(record.instructions):
            if python[i]:
                earliest = i + 1  # Python, or an error message, finds what is there by then
            # but a gradient is nowhere to be found before it is made
            at = 0 if instruction.function is ACCUMULATE else earliest
            deliver(loops, i, layout.made, layout.outside, at)
        thetas = [flat.theta for update in self.updates for flat in update.flats]
        drop_unused(loops, [*layout.outside, *(array for _, array in self.fixed), *thetas])
        self.shared = share(loops, layout.made, layout.outside)  # bytes
        made = {id(block) for block in layout.made}
        layout.forget()
        self.code: Any = None
        if any(loops):
            self.code = machine.Code(loops)
        self.reached = 0  # the part that runs, or has failed
        self.segments = self._segments(loops)
        for update in self.updates:
            update.places = list(map(self.code.places, update.loops))
        self.inputs = [self._input(layout.inputs.pop(0)) for _ in arrays]
        self.outputs = self._outputs(made)
        self.handed_out: dict[int, np.ndarray] = {}

    def __str__(self) -> str:
        lines: list[str] = []
        parts = zip(self.record.instructions, self.loops, self.in_python, strict=True)
        for instruction, loops, in_python in parts:
            lines += map(str, loops)
            if in_python:
                lines.append(f"{name_of(instruction.function):<20} in Python")
        return "\n".join(lines)

    def holds(self) -> bool:
        """Whether everything outside that it was made for is as it was."""
        for tensor, array in self.fixed:
            if tensor._data is not array:
                return False
        for update in self.updates:
            if not update.holds():
                return False
        return self.record.holds()

    def run(self, arrays: list[np.ndarray]) -> Any:
        """Do it again with other numbers.

        Raises
        ------
        NotReadyError
            If somebody has kept a gradient that would be overwritten, one that the optimizer needs
            is not where it belongs, or its options ask for other loops. Nothing has been done then.
        """
        prepare(self.gradients)
        self.reached, advanced = -1, []
        # the machine reads large arguments where they lie, and cannot where that is askew
        self.given = [x if x.flags.aligned else copy_of(x) for x in arrays]
        try:
            for update in self.updates:
                update.advance()
                advanced.append(update)
            for take, array in zip(self.inputs, self.given, strict=True):
                take(array)
            for number, shape, dtype, point in self.outputs:
                self.handed_out[number] = fresh = np.empty(shape, dtype)
                point(fresh)
            for part, run in self.segments:
                self.reached = part
                run()
        except BaseException:
            for update in reversed(advanced):
                update.undo()
            for gradient in self.gradients:
                gradient.withdraw(self.reached)
            self.handed_out.clear()
            raise
        finally:
            self.given.clear()
        self._finish()
        return self.results()

    def results(self) -> Any:
        """Return what the step returns, in memory of its own."""
        output = self.record.output
        return self._result(output) if type(output) is Slot else mapped(output, self._result)

    def _result(self, stand: Any) -> Any:
        if type(stand) is not Slot:
            return self.layout.tensor(stand)
        fresh = self.handed_out.pop(stand.number, None)
        return Tensor(self.layout.values[stand.number].copy(order="K") if fresh is None else fresh)

    def _finish(self) -> None:
        for memory in self.written:
            memory.stamp()
        for gradient in self.gradients:
            if not gradient.stays:
                gradient.leaf.grad = None
        for leaf in self.cleared:
            leaf.grad = None

    # Making it

    def _segments(self, loops: list[list[Any]]) -> list[tuple[int, Callable[[], None]]]:
        """Divide the parts into runs of the machine and Python between them."""
        segments: list[tuple[int, Callable[[], None]]] = []
        start = stop = 0
        for i, (mine, in_python) in enumerate(zip(loops, self.in_python, strict=True)):
            stop += len(mine)
            if in_python:
                segments += [(i, self._segment(start, stop))] * (stop > start)
                segments.append((i, self.layout.parts[i].python))
                start = stop
        return segments + [(len(loops), self._segment(start, stop))] * (stop > start)

    def _segment(self, start: int, stop: int) -> Callable[[], None]:
        code = self.code

        def run() -> None:
            at = start
            while (at := code.run(at, stop)) != stop:
                self.reached = failed = code.owners[at]
                self.layout.parts[failed].python()  # says what is wrong, or does it
                while at < stop and code.owners[at] == failed:
                    at += 1

        return run

    def _input(self, mine: np.ndarray) -> Callable[[np.ndarray], None]:
        """Return what takes an argument: a copy, or, for a large one, the address."""
        if mine.nbytes > COPIED and not self._lookers(mine) and self.code is not None:
            forget(self.loops, mine)
            return self.code.pointer(mine)

        def copy(given: np.ndarray) -> None:
            mine[...] = given

        return copy

    def _outputs(
        self, made: set[int]
    ) -> list[tuple[int, tuple[int, ...], np.dtype, Callable[..., None]]]:
        """Return the large results that are made anew in each run, and what says where."""
        found: list[tuple[int, tuple[int, ...], np.dtype, Callable[..., None]]] = []

        def add(stand: Any) -> None:
            value = self.layout.array(stand)
            if (
                type(stand) is Slot
                and value.nbytes > COPIED
                and id(value) in made
                and value.flags.c_contiguous
                and self._lookers(value) == 1
                and self.code is not None
            ):
                point = self.code.pointer(value)
                found.append((stand.number, value.shape, value.dtype, point))

        mapped(self.record.output, add)
        return found

    def _lookers(self, x: np.ndarray) -> int:
        """Count who, other than loops, looks at an array: Python, or the caller."""
        return sum(np.may_share_memory(x, other) for other in self.layout.outside)
