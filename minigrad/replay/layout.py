"""From a record to parts: loops over memory that stays, and Python for what no loop can do."""

from collections.abc import Callable
from types import FunctionType
from typing import Any, NamedTuple

import numpy as np
from numpy.lib.array_utils import byte_bounds

from ..core.autograd import accumulate
from ..core.modes import no_grad
from ..core.primitive import explained
from ..core.tensor import Tensor, write
from ..kernels.tracing import Loop, trace
from ..optim.optimizer import Optimizer
from .gradients import LeafGradient, NotReadyError
from .recording import (
    CLEARING,
    Gradient,
    Instruction,
    Record,
    Slot,
    items_of,
    mapped,
    name_of,
)
from .trimming import owner
from .updates import Update

machine: Any
try:
    from . import machine
except ImportError:  # no Numba: then all parts are Python
    machine = None


class Part(NamedTuple):
    """One instruction: loops, if it could be followed so far, or a function that does the same.

    Where loops may find something wrong with their data, there are both.
    """

    loops: list[Loop]
    python: Callable[[], None]


class Layout:
    """The memory of a program, and its parts. Making it runs the record once.

    Parameters
    ----------
    record : Record
    gradients : dict of LeafGradient
        By id of the leaf.
    inputs : list of arrays
        What the arguments hold.
    """

    def __init__(
        self, record: Record, gradients: dict[int, LeafGradient], inputs: list[np.ndarray]
    ) -> None:
        self.gradients = gradients
        self.inputs = [copy_of(x) for x in inputs]  # which the parts work on
        self.values: list[Any] = self.inputs + [None] * (record.size - len(inputs))
        self.outside: list[np.ndarray] = []  # memory that Python, or the caller, looks at
        self.made: list[np.ndarray] = []  # what a part fills anew in each run before it reads it
        self.fixed: dict[int, tuple[Tensor, np.ndarray]] = {}  # what is used where it lies, by id
        self.written: dict[int, tuple[int, Tensor]] = {}  # the first part that changes it, by id
        self.updates: list[Update] = []
        self.parts: list[Part] = []
        try:
            with no_grad():
                for instruction in record.instructions:
                    self.parts.append(self._part(instruction))
        except BaseException:
            for gradient in gradients.values():
                gradient.withdraw(len(self.parts))
            raise
        mapped(record.output, self._look_at)

    def tensor(self, stand: Any) -> Any:
        """Return the tensor that something in a record stands for."""
        if type(stand) is Slot:
            return Tensor(self.values[stand.number])
        if type(stand) is Gradient:
            return stand.leaf.grad
        return mapped(stand, self.tensor) if items_of(stand) else stand

    def array(self, stand: Any) -> Any:
        """Return the array that something in a record stands for."""
        kind = type(stand)
        if kind is Slot:
            return self.values[stand.number]
        if kind is Tensor:
            self.fixed[id(stand)] = stand, stand._data
            return stand._data
        if kind is Gradient:
            return self.gradients[id(stand.leaf)].array
        return mapped(stand, self.array) if items_of(stand) else stand

    def forget(self) -> None:
        """Let go of all memory but what others than loops look at."""
        kept = {id(owner(x)) for x in self.outside}
        self.values = [x if x is None or id(owner(x)) in kept else None for x in self.values]
        self.made.clear()

    def _look_at(self, *stands: Any) -> None:
        def look(x: Any) -> None:
            if isinstance(x, np.ndarray):
                self.outside.append(x)

        mapped(self.array(stands), look)

    def _part(self, instruction: Instruction) -> Part:
        """Run an instruction, and return it as a part."""
        function, args, params, slot = instruction
        if slot is not None:
            return self._operation(function, args, params, slot)
        if function is accumulate:
            leaf, g, had_none = args
            self.array(leaf)
            home, g = self.gradients[id(leaf)].array, self.array(g)
            return (
                self._ufunc(np.positive, g, home)
                if had_none
                else self._ufunc(np.add, home, g, home)
            )
        if function is write:
            target, source = map(self.array, args)
            for tensor, array in self.fixed.values():
                if np.may_share_memory(array, target):
                    self.written.setdefault(id(tensor), (len(self.parts), tensor))
            return self._ufunc(np.positive, source, target)
        if function in CLEARING:
            return Part([], nothing)
        if function is Optimizer.step:
            return self._step(*args)
        self._look_at(*args)

        def effect() -> None:
            function(*map(self.tensor, args), **params)

        effect()
        return Part([], effect)

    def _operation(self, function: Any, args: Any, params: dict[str, Any], slot: int) -> Part:
        arrays = tuple(map(self.array, args))

        def compute() -> Any:
            try:
                return function(*arrays, **params)
            except (ValueError, IndexError, TypeError) as error:
                raise explained(error, name_of(function), list(arrays)) from error

        try:
            if not (is_ours(function) and all(map(_is_plain, (*arrays, *params.values())))):
                raise TypeError("it may depend on more than its arrays")
            result, loops = trace(function, arrays, params)
            if loops:
                self.made += _made_anew(loops, arrays, result)
        except Exception:  # of whatever kind: then Python does it, or says what is wrong
            loops, result = [], np.array(compute())
        else:
            if not loops:
                self.values[slot] = result
                return Part([], nothing)
        self.values[slot] = result

        if loops and all(loop.answer is None for loop in loops):
            return Part(loops, nothing)  # none of them can fail

        def operation() -> None:
            value = np.asarray(compute())
            if (value.shape, value.dtype) != (result.shape, result.dtype):
                raise NotReadyError(
                    f"{name_of(function)} made shape {result.shape} ({result.dtype}) once and "
                    f"{value.shape} ({value.dtype}) from the same shapes"
                )
            np.copyto(result, value)

        self.outside.append(result)
        self._look_at(*args)
        return Part(loops, operation)

    def _ufunc(self, ufunc: np.ufunc, *operands: Any) -> Part:
        """Run a ufunc, whose last operand is its result, and return it as a part."""
        *arguments, out = operands

        def python() -> None:
            if ufunc is np.positive:  # which booleans have not
                np.copyto(out, arguments[0], casting="same_kind")
            else:
                ufunc(*arguments, out=out)

        python()
        loop = Loop(ufunc, operands)
        try:
            machine.Code([[loop]])
        except Exception:  # no Numba, or types that differ
            self._look_at(*operands)
            return Part([], python)
        return Part([loop], nothing)

    def _step(self, optimizer: Any) -> Part:
        try:
            update = Update(optimizer, len(self.parts))
            machine.Code([update.loops])
        except Exception:  # of whatever kind: then it steps in Python
            optimizer.step()
            return Part([], optimizer.step)
        optimizer.step()
        self.updates.append(update)
        for p in (p for flat in update.flats for p in flat.params):
            self.written.setdefault(id(p), (len(self.parts), p))
        return Part(update.loops, optimizer.step)


def _made_anew(loops: list[Loop], arrays: Any, result: np.ndarray) -> list[np.ndarray]:
    """Return the memory that loops fill anew, having seen that they give the same bits again.

    What had been in it is replaced first, by one thing and by another: none of that may find its
    way into the result, and nothing of it may be left.

    Raises
    ------
    TypeError, ValueError
        If it is not the same, or the loops cannot be run.
    """
    code, before = machine.Code([loops]), result.tobytes()

    def is_same() -> bool:
        return code.run(0, len(loops)) == len(loops) and result.tobytes() == before

    if not is_same():
        raise TypeError("the loops do not give what NumPy gives")
    given = {id(owner(x)) for x in arrays if isinstance(x, np.ndarray)} | {id(None)}
    blocks = {id(block): block for loop in loops for block in map(owner, loop.results())}
    made: list[np.ndarray] = []
    for key, block in blocks.items():
        if block is None or key in given:
            continue
        if block.dtype.kind != "f" and block is not owner(result):
            continue  # it may be a table of places, not to be destroyed while a kernel reads it
        content, left = block.copy(), []
        for number in (np.nan if block.dtype.kind == "f" else 1, 0):
            block.fill(number)
            left.append(block.tobytes() if is_same() else None)
        if left[0] is not None and left[0] == left[1]:
            made.append(block)
        else:
            np.copyto(block, content)
            is_same()
    return made


def nothing() -> None:
    """What there is to do for a view."""


def copy_of(x: np.ndarray) -> np.ndarray:
    """Return a copy with the same steps from element to element: sums depend on their order."""
    low, high = byte_bounds(x)
    first = x.__array_interface__["data"][0] - low
    room = np.empty(high - low, np.uint8)
    copy: np.ndarray = np.ndarray(x.shape, x.dtype, room, first, x.strides)
    np.copyto(copy, x)
    return copy


def is_ours(function: Any) -> bool:
    """Whether a function depends on its arguments alone; of the user's own nobody knows."""
    package = (function.__module__ or "").partition(".")[0]
    return not isinstance(function, FunctionType) or package in ("minigrad", "numpy")


def _is_plain(value: Any) -> bool:
    """Whether a value is all that it says, so that a loop made for it does not depend on more."""
    if isinstance(value, (tuple, list)):
        return all(map(_is_plain, value))
    kinds = (np.ndarray, np.generic, np.dtype, type, float, int, str, slice, type(None), type(...))
    return isinstance(value, kinds)
