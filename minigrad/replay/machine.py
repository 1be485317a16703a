"""The machine that runs a program: one compiled loop over instructions.

An instruction is the address of a function and a *frame*, a row of 64-bit words that holds
all it works on: addresses of arrays, lengths, steps, numbers. Running a program is calling one
function after the other, with no Python between.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numba
import numpy as np
from llvmlite import ir
from numba import types
from numba.core.compiler_lock import global_compiler_lock
from numba.extending import intrinsic
from numba.np.numpy_support import as_dtype
from numpy.lib.array_utils import byte_bounds

from ..kernels.jit import Kernel, jit
from ..kernels.loops import inner_loop, nest_of, typed
from ..kernels.tracing import Loop
from .trimming import owner

WORD = ir.IntType(64)


@intrinsic
def _call_loop(typing_context, address, operands, lengths, steps, data):  # type: ignore
    """``loop(char **operands, intp *lengths, intp *steps, void *data)``; all are addresses."""

    def generate(context: Any, builder: Any, signature: Any, words: Any) -> Any:
        address, *arguments = words
        kind = ir.FunctionType(ir.VoidType(), [WORD] * 4)
        builder.call(builder.inttoptr(address, kind.as_pointer()), arguments)
        return context.get_dummy_value()

    return types.void(*[types.intp] * 5), generate


@intrinsic
def _call_thunk(typing_context, address, frame):  # type: ignore
    """``thunk(frame)``, which returns a word."""

    def generate(context: Any, builder: Any, signature: Any, words: Any) -> Any:
        kind = ir.FunctionType(WORD, [WORD])
        return builder.call(builder.inttoptr(words[0], kind.as_pointer()), [words[1]])

    return types.intp(types.intp, types.intp), generate


@jit
def _run(instructions, frames, start, stop):  # type: ignore
    """Run instructions from ``start`` on; return the first that fails, or ``stop``."""
    for i in range(start, stop):
        function, first = instructions[i]
        if function == 0:
            _run_nest(frames, first)
        elif _call_thunk(function, frames.ctypes.data + 8 * first):
            return i
    return stop


@jit
def _run_nest(frames, first):  # type: ignore
    """Run an inner loop for each combination of the outer loops' counters."""
    head = frames[first : first + 5]
    loop, data, operands, outer, lengths = head
    shape = first + 5
    counters = shape + outer
    strides = counters + outer
    here = strides + outer * operands
    given = here + operands  # a copy: some loops change it
    inner = given + operands
    base = frames.ctypes.data
    at, told, steps = base + 8 * given, base + 8 * inner, base + 8 * (inner + lengths)
    while True:
        for k in range(operands):
            frames[given + k] = frames[here + k]
        _call_loop(loop, at, told, steps, data)
        axis = outer - 1
        while axis >= 0:
            frames[counters + axis] += 1
            moves = 1
            if frames[counters + axis] == frames[shape + axis]:
                frames[counters + axis] = 0
                moves = 1 - frames[shape + axis]
            for k in range(operands):
                frames[here + k] += moves * frames[strides + axis * operands + k]
            if moves == 1:
                break
            axis -= 1
        if axis < 0:
            return


class Code:
    """Loops as instructions.

    Parameters
    ----------
    parts : list of lists of Loop
        The operands' memory is used where it is; this object keeps it alive.

    Raises
    ------
    TypeError, ValueError
        If NumPy has no loop for the operands, or there is nothing to loop over, or NumPy would
        copy an operand first.
    """

    def __init__(self, parts: Sequence[list[Loop]]) -> None:
        rows: list[tuple[int, int]] = []
        words: list[int] = []
        self.parts = parts
        self.owners: list[int] = []  # the part of each instruction
        self.first_words: dict[int, int] = {}  # where the frame of a loop begins, by its id
        self.addresses: list[int] = []  # words that say where an array lies
        self._kept: dict[int, Any] = {}  # the blocks of memory that they work on, by id
        for part, loops in enumerate(parts):
            for loop in loops:
                ufunc = isinstance(loop.function, np.ufunc)
                function, frame, places, kept = (_nest_frame if ufunc else _kernel_frame)(loop)
                self.addresses += [len(words) + place for place in places]
                self.owners.append(part)
                self.first_words[id(loop)] = len(words)
                rows.append((function, len(words)))
                words += frame
                for x in kept:
                    if not x.flags.aligned:
                        raise TypeError("an array begins between two words")
                    block = owner(x)
                    block = x if block is None else block
                    self._kept[id(block)] = block
        self.instructions = np.array(rows, np.int64).reshape(-1, 2)
        self.frames = np.array(words, np.int64)

    def run(self, start: int, stop: int) -> int:
        """Run instructions from ``start`` on; return the first that fails, or ``stop``."""
        return _run(self.instructions, self.frames, start, stop)

    def pointer(self, mine: np.ndarray) -> Callable[[np.ndarray], None]:
        """Return a function that makes all that works on ``mine`` work on another array.

        The other has the same shape, steps and type, and lives for as long as it is worked on.
        The memory of ``mine`` is not used again.
        """
        low, high = byte_bounds(mine)
        words = [w for w in self.addresses if low <= self.frames[w] < high]
        here = _address(mine)
        self._kept.pop(id(owner(mine)), None)

        def point(given: np.ndarray) -> None:
            nonlocal here
            there = _address(given)
            self.frames[words] += there - here
            here = there

        return point

    def places(self, loop: Loop) -> list[tuple[np.ndarray, int, int]]:
        """Return where the numbers of a kernel stand: (frames as its type, place, operand)."""
        found, place = [], self.first_words[id(loop)]
        for i, x in enumerate(loop.operands):
            if not isinstance(x, np.ndarray):
                view = self.frames if isinstance(x, bool) else self.frames.view(np.asarray(x).dtype)
                found.append((view, place * (8 // view.itemsize), i))
            place += len(_words(x))
        return found


def _nest_frame(loop: Loop) -> tuple[int, list[int], list[int], Any]:
    """Return the words of a nest of loops around one of NumPy's; see `_run_nest`."""
    kinds, operands = typed(loop.function, loop.operands)
    if not all(x.size for x in operands):
        raise ValueError("there is nothing to loop over")
    result = operands[-1]
    for x in operands[:-1]:
        same = (_address(x), x.shape, x.strides) == (_address(result), result.shape, result.strides)
        if not same and np.may_share_memory(x, result):
            raise TypeError("a result is written over what is yet to be read")
    nest = nest_of(loop.function, operands)
    frame = [
        *inner_loop(loop.function, kinds),
        len(operands),
        len(nest.shape),
        len(nest.lengths),
        *nest.shape,
        *(0 for _ in nest.shape),
        *(stride for strides in nest.strides for stride in strides),
        *map(_address, operands),
        *(0 for _ in operands),
        *nest.lengths,
        *nest.steps,
    ]
    first = 5 + len(nest.shape) * (2 + len(operands))
    return 0, frame, [first + i for i in range(len(operands))], operands


def _kernel_frame(loop: Loop) -> tuple[int, list[int], list[int], Any]:
    """Return the words of a kernel's arguments, and its answer; see `_thunk`."""
    answer = 0 if loop.answer is None else int(loop.answer)
    frame: list[int] = []
    addresses = []
    for x in loop.operands:
        addresses += [len(frame) + 4] * isinstance(x, np.ndarray)
        frame += _words(x)
    arrays = [x for x in loop.operands if isinstance(x, np.ndarray)]
    return _thunk(loop.function, loop.operands), [*frame, answer], addresses, arrays


def _words(x: Any) -> list[int]:
    """Return the words of an argument, laid out as Numba does."""
    if isinstance(x, np.ndarray):
        return [0, 0, x.size, x.itemsize, _address(x), *x.shape, *x.strides]
    bits = np.asarray(x, as_dtype(numba.typeof(x))).tobytes()
    return [int.from_bytes(bits.ljust(8, b"\0"), "little", signed=True)]


def _address(x: np.ndarray) -> int:
    return x.__array_interface__["data"][0]


_thunks: dict[Any, tuple[int, Any]] = {}


def _thunk(kernel: Kernel, operands: tuple[Any, ...]) -> int:
    """Return the address of a function that calls ``kernel`` with what it finds in a frame.

    It returns whether the answer differs from the one in the frame's last word.
    """
    signature = tuple(map(numba.typeof, operands))
    if (kernel, signature) not in _thunks:
        kernel.compile(signature)
        _thunks[kernel, signature] = _build(kernel.overloads[signature], kernel.targetctx)
    return _thunks[kernel, signature][0]


@global_compiler_lock
def _build(compiled: Any, context: Any) -> tuple[int, Any]:
    """Write the function in LLVM's language: load the arguments, call, compare."""
    name = compiled.fndesc.llvm_func_name
    arguments, result = compiled.signature.args, compiled.signature.return_type
    library = context.codegen().create_library("thunk")
    module = library.create_ir_module("thunk")
    function = ir.Function(module, ir.FunctionType(WORD, [WORD.as_pointer()]), f"thunk_{name}")
    builder = ir.IRBuilder(function.append_basic_block())
    at, values = 0, []
    for kind in (*arguments, types.intp):
        word = builder.gep(function.args[0], [WORD(at)])
        kept = types.uint8 if kind == types.boolean else kind
        value = builder.load(builder.bitcast(word, context.get_value_type(kept).as_pointer()))
        values.append(builder.trunc(value, ir.IntType(1)) if kept is not kind else value)
        at += 5 + 2 * kind.ndim if isinstance(kind, types.Array) else 1
    convention = context.call_conv
    kind = convention.get_function_type(result, arguments).as_pointer()
    target = builder.inttoptr(WORD(compiled.library.get_pointer_to_function(name)), kind)
    status, answer = convention.call_function(builder, target, result, arguments, values[:-1])
    wrong = status.is_error
    if result is not types.none:
        answer = context.cast(builder, answer, result, types.intp)
        wrong = builder.or_(wrong, builder.icmp_signed("!=", answer, values[-1]))
    builder.ret(builder.zext(wrong, WORD))
    library.add_ir_module(module)
    library.finalize()
    return library.get_pointer_to_function(function.name), library  # which owns the code
