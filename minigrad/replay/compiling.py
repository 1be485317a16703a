"""Replace a step by its program, where that gives the same."""

from __future__ import annotations

import functools
import threading
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from ..modes import mode
from ..tensor import Tensor
from .gradients import NotReadyError
from .program import Program
from .recording import Record, mapped, record


def compile(step: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that does what ``step`` does, from a recording.

    The step's loops run one after the other over memory that is laid out once; no tensor is
    made, no graph, and no Python runs in between. This is what ``torch.compile`` and ``jax.jit``
    start from as well.

    The danger is that Python is not in the record. So a step is recorded twice, in its first two
    calls, and the two are compared; from the third call on it is replayed. A step that reads a
    number into Python (``loss.item()``) is not replayed at all; and one that finds other shapes,
    or a module switched from training to use, is recorded anew.

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
        Gives the same results as ``step``, to the bit; tensors it returns carry no graph.
        ``.programs()`` lists the programs it has made so far, to be printed and read.

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
    known: dict[Any, Record | Program | str] = {}  # a string says why it is not replayed
    busy = threading.Lock()  # a program owns its memory: one run at a time

    def refuse(key: Any, reason: str) -> None:
        known[key] = reason
        warnings.warn(
            f"{getattr(step, '__name__', 'step')}() is not replayed, because {reason}; "
            "it runs as it is.",
            RuntimeWarning,
            stacklevel=4,
        )

    def advance(key: Any, arrays: list[np.ndarray], args: tuple[Any, ...]) -> Any:
        """Run the step in the way that is next for this key."""
        found = known.get(key)
        if isinstance(found, str):
            return _detached(step(*_as_tensors(args)))
        if found is not None and found.holds():
            try:
                if isinstance(found, Program):
                    return found.run(arrays)
                if found.confirmed:
                    known[key] = program = Program(found, arrays)
                    return program.results()
            except NotReadyError as error:
                if error.reason is not None:
                    refuse(key, error.reason)
                return _detached(step(*_as_tensors(args)))
        again, output = record(step, _as_tensors(args))
        known[key] = again
        if isinstance(found, Record) and found.holds():
            again.obstacle = again.obstacle or found.difference(again)
            again.confirmed = True
        if again.obstacle is not None:
            refuse(key, again.obstacle)
        return _detached(output)

    @functools.wraps(step)
    def run(*args: Any) -> Any:
        # watched by anomaly mode, part of another recording, or run by two threads at a time
        if mode.observer is not None or not busy.acquire(blocking=False):
            return step(*_as_tensors(args))
        try:
            key: list[Any] = [mode.recording]
            arrays = []
            for arg in args:
                array = arg._data if type(arg) is Tensor else arg
                if isinstance(array, np.ndarray):
                    arrays.append(array)
                    tracked = array is not arg and arg.requires_grad
                    key += array.shape, array.strides, array.dtype, tracked
                else:
                    key += type(arg), arg
            return advance(tuple(key), arrays, args)
        finally:
            busy.release()

    run.programs = lambda: [x for x in known.values() if isinstance(x, Program)]  # type: ignore
    return run


def _as_tensors(args: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(Tensor(arg) if isinstance(arg, np.ndarray) else arg for arg in args)


def _detached(output: Any) -> Any:
    return mapped(output, lambda leaf: leaf.detach() if type(leaf) is Tensor else leaf)
