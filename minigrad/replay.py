"""Record a training step once, then run it again without the bookkeeping.

A step that does the same operations on the same shapes each time need not be traced each time:
what the engine writes down while the step runs is a program, a list of functions of arrays. Running
that list gives the same numbers, to the bit, and pays for no tensors, no graph and no walk. This
is what ``torch.compile`` and ``jax.jit`` start from as well.

The danger of recording is that Python is not in the record. So a step is recorded twice and
compared before it is ever replayed; a step that reads a number into Python (``loss.item()``)
is not replayed at all; and one that finds other shapes, or a module switched from training to
use, is recorded anew.
"""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from .autograd import accumulate
from .modes import Observer, is_recording, mode
from .tensor import Tensor


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
        self.size = len(inputs)

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
        self._alive.append(args)
        self.instructions.append(Instruction(function, stands, params, None))

    def after_effect(self, function: Callable[..., Any], args: tuple[Any, ...]) -> None:
        if function is accumulate.__wrapped__:  # type: ignore[attr-defined]
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


class Program:
    """What was recorded of one call, ready to be run."""

    def __init__(self, recorder: Recorder, output: Any) -> None:
        self.instructions = recorder.instructions
        self.conditions = recorder.conditions
        self.obstacle = recorder.obstacle
        self.size = recorder.size
        self.output = _mapped(output, recorder.stand_in)

    def holds(self) -> bool:
        """Whether what the record depends on in Python is as it was."""
        return all(read() == value for read, value in self.conditions)

    def run(self, inputs: list[Tensor]) -> Any:
        """Do it again on other inputs of the same shapes."""
        values: list[Any] = [tensor._data for tensor in inputs]
        values += [None] * (self.size - len(inputs))

        for function, args, params, result in self.instructions:
            if result is None:
                function(*(_as_tensor(arg, values) for arg in args), **params)
            else:
                y = function(*(_as_array(arg, values) for arg in args), **params)
                values[result] = y if type(y) is np.ndarray else np.asarray(y)
        return _mapped(self.output, lambda stand: _as_tensor(stand, values))

    def difference(self, other: Program) -> str | None:
        """Say where two records of the same step differ, if they do."""
        if len(self.instructions) != len(other.instructions):
            return (
                f"it ran {len(self.instructions)} operations once and "
                f"{len(other.instructions)} the next time"
            )
        for a, b in zip(self.instructions, other.instructions, strict=True):
            if a.function != b.function or a.result != b.result:
                return f"it ran {_name(a.function)} once and {_name(b.function)} the next time"
            if not _same((a.args, a.params), (b.args, b.params)):
                return f"{_name(a.function)} got other constants the next time"
        return None if _same(self.output, other.output) else "it returned something else"


def compile(step: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that does what ``step`` does, from a recording.

    Parameters
    ----------
    step : callable
        A whole training step, or any function of tensors: ``step(x, y)`` may run the model, take
        ``loss.backward()`` and ``optimizer.step()``, and return the loss. What differs from call
        to call comes in through its arguments: tensors and arrays by their numbers, everything
        else (a flag, a string) as a part of the program.

    Returns
    -------
    callable
        Gives the same results as ``step``, to the bit; tensors it returns carry no graph. Each
        combination of shapes is recorded in its first two calls and replayed from the third.

    Warns
    -----
    RuntimeWarning
        If the step cannot be replayed: because Python decides within it, or because two records
        of it differ (a random choice made outside the engine, say). It then runs as it is.

    Examples
    --------
    >>> @mg.compile
    ... def step(x, y):
    ...     optimizer.zero_grad()
    ...     loss = mg.nn.cross_entropy(model(x), y)
    ...     loss.backward()
    ...     optimizer.step()
    ...     return loss
    """
    programs: dict[Any, Program] = {}
    trusted: set[Any] = set()

    @functools.wraps(step)
    def run(*args: Any) -> Any:
        args = tuple(Tensor(arg) if isinstance(arg, np.ndarray) else arg for arg in args)
        if mode.observer is not None:  # watched by anomaly mode, or part of another recording
            return step(*args)
        inputs = [arg for arg in args if type(arg) is Tensor]
        key = (is_recording(), *(_signature(arg) for arg in args))
        program = programs.get(key)
        if program is not None and program.obstacle is not None:
            return _detached(step(*args))
        if program is not None and program.holds():
            if key in trusted:
                return program.run(inputs)
        else:
            trusted.discard(key)
            program = None
        again, output = _record(step, args, inputs)
        programs[key] = again
        if program is not None:
            again.obstacle = again.obstacle or program.difference(again)
            trusted.add(key)
        if again.obstacle is not None:
            warnings.warn(
                f"{getattr(step, '__name__', 'step')}() is not replayed, because {again.obstacle}; "
                "it runs as it is.",
                RuntimeWarning,
                stacklevel=2,
            )
        return _detached(output)

    return run


def _record(
    step: Callable[..., Any], args: tuple[Any, ...], inputs: list[Tensor]
) -> tuple[Program, Any]:
    recorder = Recorder(inputs)
    mode.observer = recorder
    try:
        output = step(*args)
    finally:
        mode.observer = None
    return Program(recorder, output), output


def _signature(arg: Any) -> Any:
    if type(arg) is Tensor:
        return arg.shape, arg.dtype, arg.requires_grad
    return type(arg), arg


def _as_array(stand: Any, values: list[Any]) -> Any:
    kind = type(stand)
    if kind is Slot:
        return values[stand.number]
    if kind is Tensor:
        return stand._data
    if kind is Gradient:
        return stand.leaf.grad._data
    return stand


def _as_tensor(stand: Any, values: list[Any]) -> Any:
    kind = type(stand)
    if kind is Slot:
        return Tensor(values[stand.number])
    return stand.leaf.grad if kind is Gradient else stand


def _mapped(output: Any, change: Callable[[Any], Any]) -> Any:
    """Apply ``change`` to each leaf of nested lists, tuples and dictionaries."""
    if type(output) in (list, tuple):
        return type(output)(_mapped(item, change) for item in output)
    if type(output) is dict:
        return {key: _mapped(item, change) for key, item in output.items()}
    return change(output)


def _detached(output: Any) -> Any:
    return _mapped(output, lambda leaf: leaf.detach() if type(leaf) is Tensor else leaf)


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


def _name(function: Callable[..., Any]) -> str:
    return getattr(function, "__name__", repr(function))
