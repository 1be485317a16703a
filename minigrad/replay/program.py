"""A step as a program: loops over memory that is laid out once."""

from collections.abc import Callable
from typing import Any

import numpy as np

from ..core.autograd import accumulate
from ..core.tensor import Tensor, memory_of
from .gradients import NotReadyError, gradients_of, prepare
from .layout import Layout, copy_of, machine, nothing
from .recording import CLEARING, Record, Slot, mapped, name_of
from .sharing import forget, share
from .trimming import deliver, drop_unused
from .updates import Update

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
        self.misses = record.misses
        gradients, self.cleared = gradients_of(record.instructions)
        self.gradients = list(gradients.values())
        prepare(self.gradients)
        self.layout = layout = Layout(record, gradients, arrays)  # which runs it once
        self.updates = layout.updates
        self.written = [(at, memory_of(tensor)) for at, tensor in layout.written.values()]
        self._finish()
        self.fixed = list(layout.fixed.values())
        # in Python throughout; the others are loops, or nothing
        self.in_python = [not p.loops and p.python is not nothing for p in layout.parts]
        self.loops = [part.loops for part in layout.parts]
        self.reached = 0  # the part that runs, or has failed
        self._trim()
        made = {id(block) for block in layout.made}
        self.shared = share(self.loops, layout.made, layout.outside)  # bytes
        layout.forget()
        self.code: Any = None
        if any(self.loops):
            self.code = machine.Code(self.loops)
        self.segments = self._segments()
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

    def change(self) -> str:
        """Say what is another at each call."""
        return self.record.change()

    def run(self, arrays: list[np.ndarray]) -> Any:
        """Do it again with other numbers.

        Raises
        ------
        NotReadyError
            If somebody has kept a gradient that would be overwritten, one that the optimizer needs
            is not where it belongs, its options ask for other loops, or a result has another shape
            than it had. Nothing has been done then.
        RuntimeError
            If a result has another shape, and something has been done.
        """
        prepare(self.gradients)
        self.reached, advanced = -1, []
        try:
            for update in self.updates:
                update.advance()
                advanced.append(update)
            for take, array in zip(self.inputs, arrays, strict=True):
                take(array)
            for number, shape, dtype, point in self.outputs:
                self.handed_out[number] = fresh = np.empty(shape, dtype)
                point(fresh)
            for part, run in self.segments:
                self.reached = part
                run()
        except BaseException as error:
            self._stop(advanced)
            if isinstance(error, NotReadyError) and self._has_changed_something():
                raise RuntimeError(f"{error.reason}: such a step cannot be replayed.") from None
            raise
        self._finish()
        self.misses = 0
        return self.results()

    def results(self) -> Any:
        """Return what the step returns, in memory of its own."""
        output = self.record.output
        return self._result(output) if type(output) is Slot else mapped(output, self._result)

    def _result(self, stand: Any) -> Any:
        if type(stand) is not Slot:
            return stand.copy() if type(stand) is np.ndarray else self.layout.tensor(stand)
        array = self.handed_out.pop(stand.number, None)
        if array is None:
            array = self.layout.values[stand.number].copy(order="K")
        if stand.number in self.record.arrays:
            return array if array.ndim else array[()]
        return Tensor(array)

    def _finish(self) -> None:
        """Leave to others what the step leaves."""
        for _, memory in self.written:
            memory.stamp()
        for gradient in self.gradients:
            if not gradient.stays:
                gradient.leaf.grad = None
        for _, leaf in self.cleared:
            leaf.grad = None

    def _stop(self, advanced: list[Update]) -> None:
        """Leave what the step leaves if the part that was reached fails."""
        for update in reversed(advanced):
            if self.reached <= update.at:
                update.undo()
        for at, memory in self.written:
            if at < self.reached:
                memory.stamp()
        for at, leaf in self.cleared:
            if at < self.reached:
                leaf.grad = None
        for gradient in self.gradients:
            gradient.withdraw(self.reached)
        self.handed_out.clear()

    def _has_changed_something(self) -> bool:
        done = self.record.instructions[: max(self.reached, 0)]
        return any((i.result is None and i.function not in CLEARING) or i.draws() for i in done)

    # Making it

    def _trim(self) -> None:
        """Leave out copies, and what nobody looks at."""
        layout, earliest = self.layout, 0
        for i, instruction in enumerate(self.record.instructions):
            if layout.parts[i].python is not nothing:
                earliest = i + 1  # Python, or an error message, finds what is there by then
            # but a gradient is nowhere to be found before it is made
            at = 0 if instruction.function is accumulate else earliest
            deliver(self.loops, i, layout.made, layout.outside, at)
        thetas = [flat.theta for update in self.updates for flat in update.flats]
        drop_unused(self.loops, [*layout.outside, *(array for _, array in self.fixed), *thetas])

    def _segments(self) -> list[tuple[int, Callable[[], None]]]:
        """Divide the parts into runs of the machine and Python between them."""
        segments: list[tuple[int, Callable[[], None]]] = []
        start = stop = 0
        for i, mine in enumerate(self.loops):
            stop += len(mine)
            if self.in_python[i]:
                segments += [(i, self._segment(start, stop))] * (stop > start)
                segments.append((i, self.layout.parts[i].python))
                start = stop
        return segments + [(len(self.loops), self._segment(start, stop))] * (stop > start)

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
            point = self.code.pointer(mine)
            kept: list[np.ndarray] = []

            def read_there(given: np.ndarray) -> None:
                if not given.flags.aligned:  # which the machine cannot read
                    kept[:] = [copy_of(given)]
                    given = kept[0]
                point(given)

            return read_there

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
