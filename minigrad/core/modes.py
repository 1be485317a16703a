"""How a thread runs operations: recorded or not, observed or not."""

import functools
import threading
from collections.abc import Callable, Iterator
from contextlib import ContextDecorator
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


class Observer:
    """Is told what the engine does; anomaly mode and the recorder of programs are observers.

    ``out``, ``result``, ``argument`` and the like are Tensors: what observes need not know them.
    """

    derivatives_on_tensors = False  # whether first-order derivatives run as operations, to be seen
    copies_arrays = True  # whether a recorded result keeps its own copies of plain arrays

    def argument(self, value: Any) -> Any:
        """Return what is to be computed with in place of an argument that is no tensor."""
        return value

    def answer(self, out: Any, function: Any, args: tuple[Any, ...], params: dict[str, Any]) -> Any:
        """Be told that a primitive, given no tensor, made an array, and return what it is to."""
        return out

    def operation(
        self, out: Any, function: Any, args: tuple[Any, ...], params: dict[str, Any]
    ) -> None:
        """Be told that a primitive made ``out``."""

    def derivative(self, share: Callable[[], Any], result: Any, argument: int) -> Any:
        """Compute, for the walk, an argument's share of the gradient of ``result``."""
        return share()

    def addition(self, both: Callable[[], Any], argument: Any) -> Any:
        """Compute, for the walk, the sum of two shares of one argument."""
        return both()

    def effect(self, function: Any, args: tuple[Any, ...], params: dict[str, Any]) -> None:
        """Be told that ``function`` is about to change something in place."""

    def after_effect(self, function: Any, args: tuple[Any, ...], result: Any) -> Any:
        """Be told that it has, and return what it is to return."""
        return result

    def alias(self, out: Any, source: Any) -> None:
        """Be told that ``out`` is ``source`` without its history."""

    def escape(self, tensor: Any) -> None:
        """Be told that the numbers of a tensor are being handed to Python."""

    def gradient(self, leaf: Any, is_set: bool) -> None:
        """Be told that the ``.grad`` of a tensor is read, or set, by Python."""

    def depends(self, read: Callable[[], Any]) -> None:
        """Be told that what follows depends on what ``read()`` returns."""


class _Mode(threading.local):
    recording = True
    observer: Observer | None = None

    def __init__(self) -> None:  # once in each thread
        self.outer: list[bool] = []  # what `recording` was around each `with` that is open


mode = _Mode()


def effect(function: Callable[P, R]) -> Callable[P, R]:
    """Mark a function that changes or checks something, so that a replay repeats it as a whole."""

    @functools.wraps(function)
    def run(*args: P.args, **params: P.kwargs) -> R:
        observer = mode.observer
        if observer is None:
            return function(*args, **params)
        args = tuple(list(a) if isinstance(a, Iterator) else a for a in args)  # type: ignore
        observer.effect(run, args, params)
        args = tuple(map(observer.argument, args))  # type: ignore[assignment]
        mode.observer = None
        try:
            result = function(*args, **params)
        finally:
            mode.observer = observer
        return observer.after_effect(run, args, result)

    return run


class no_grad(ContextDecorator):  # named like a statement
    """Run the enclosed operations without recording them.

    ``with mg.no_grad(): ...``, or ``@mg.no_grad()`` above a function.
    """

    _recording = False

    def __enter__(self) -> None:
        mode.outer.append(mode.recording)
        mode.recording = self._recording

    def __exit__(self, *error: Any) -> None:
        mode.recording = mode.outer.pop()


class recording(no_grad):
    """Record the enclosed operations, whatever surrounds them."""

    _recording = True


def is_recording() -> bool:
    """Whether operations on tensors that require a gradient are being recorded."""
    return mode.recording
