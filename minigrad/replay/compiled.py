"""Replace a step by its program, where that gives the same."""

from __future__ import annotations

import functools
import sys
import threading
import warnings
from collections.abc import Callable, Iterable
from types import MethodType
from typing import Any

import numpy as np

from ..core.modes import mode
from ..core.tensor import Tensor
from .given import plain
from .gradients import NotReadyError
from .noticed import Noticed
from .program import Program
from .recording import Record, is_parameter, items_of, mapped, record

MOST = 100  # programs of one function; each holds memory
PATIENCE = 6  # calls in a row that found something else than the call before


class Compiled:
    """A step that is replayed where that gives the same; see :func:`compile`."""

    def __init__(self, step: Callable[..., Any]) -> None:
        functools.update_wrapper(self, step, updated=())
        self._step = step
        self._known: dict[Any, Record | Program | str] = {}  # a string: why it is not replayed
        self._busy = threading.Lock()  # a program owns its memory: one run at a time

    def __call__(self, *args: Any, **named: Any) -> Any:
        """Do what the step does."""
        found: Any
        # watched by anomaly mode, part of another recording, or run by two threads at a time
        if mode.observer is not None or not self._busy.acquire(blocking=False):
            return self._step(*args, **named)
        try:
            parts: list[Any] = [mode.recording]
            arrays: list[np.ndarray] = []
            _sort((args, named) if named else args, parts, arrays, [])
            key: Any = tuple(parts)
            try:
                found = self._known.get(key)
            except TypeError:  # it has no hash
                key, found = "unknown", self._known.get("unknown")
                reason = "an argument is neither a tensor nor can it be part of a program"
                found = found or self._refuse(key, reason, stacklevel=3)
            if type(found) is Program and found.holds():
                return found.run(arrays)
            return self._advance(key, found, arrays, args, named)
        except NotReadyError as error:
            found.misses += 1
            if error.reason is not None or found.misses > PATIENCE:
                self._refuse(key, error.reason or "its gradients are kept by others", stacklevel=3)
            return _detached(self._step(*args, **named))
        finally:
            self._busy.release()

    def _advance(
        self, key: Any, found: Any, arrays: list[np.ndarray], args: Any, named: Any
    ) -> Any:
        """Run the step, of which ``found`` is known, in the way that is next."""
        if found is None and len(self._known) >= MOST:
            key, found = MOST, self._known.get(MOST)
            reason = f"there are {MOST} programs for other arguments already"
            found = found or self._refuse(key, reason)
        if isinstance(found, str):
            return _detached(self._step(*args, **named))
        before = found if type(found) is Record and found.holds() else None
        if before is not None and before.confirmed:
            self._known[key] = program = Program(before, arrays)
            return program.results()
        again, output = record(self._step, args, named)
        self._known[key] = again
        if before is not None:
            again.obstacle = again.obstacle or before.difference(again)
            again.confirmed, again.misses = True, before.misses
        elif found is not None:
            again.misses = found.misses + 1
            if again.misses > PATIENCE:
                again.obstacle = again.obstacle or found.change()
        if again.obstacle is not None:
            self._refuse(key, again.obstacle)
        return _detached(output)

    def _refuse(self, key: Any, reason: str, stacklevel: int = 4) -> str:
        self._known[key] = reason
        name = getattr(self._step, "__name__", "step")
        warnings.warn(
            f"{name}() is not replayed, because {reason}; it runs as it is.",
            RuntimeWarning,
            stacklevel=stacklevel,  # the line that called the step
        )
        return reason

    def programs(self) -> list[Program]:
        """Return the programs it has made so far."""
        return [x for x in self._known.values() if isinstance(x, Program)]

    def __get__(self, owner: Any, kind: type | None = None) -> Any:
        # as functions do, so that a method may be compiled
        return self if owner is None else MethodType(self, owner)

    def __reduce__(self) -> Any:
        # what is recorded stays here: the copy records anew
        module, name = self._step.__module__, getattr(self._step, "__qualname__", "")
        if module != "__main__" and getattr(sys.modules.get(module), name, None) is self:
            return name
        return compile, (self._step,)


def compile(step: Callable[..., Any]) -> Compiled:
    """Return a function that does what ``step`` does, from a recording.

    The step's loops run one after the other over memory that is laid out once; no tensor is
    made, no graph, and no Python runs in between. This is what ``torch.compile`` and ``jax.jit``
    start from as well.

    The danger is that Python is not in the record. So a step is recorded twice, in its first two
    calls, and the two are compared; from the third call on it is replayed. Before each replay all
    that the step's code refers to is compared with what it was: a step that finds other shapes,
    another model, another attribute of a module or another setting is recorded anew. One that
    reads a number into Python (``loss.item()``) is not replayed at all.

    Parameters
    ----------
    step : callable
        A whole training step, or any function of tensors: ``step(x, y)`` may run the model, take
        ``loss.backward()`` and ``optimizer.step()``, and return the loss. What differs from call
        to call comes in through its arguments, or through lists, tuples and dictionaries of them:
        tensors and arrays by their numbers, everything else (a flag, a string) as a part of the
        program, of which there may be a hundred.

    Returns
    -------
    callable
        Gives the same results as ``step``, to the bit; tensors it returns carry no graph.
        ``.programs()`` lists the programs it has made so far, to be printed and read.

    Warns
    -----
    RuntimeWarning
        If the step cannot be replayed: because Python decides within it, because two records of
        it differ (a random choice made outside the engine, say), because what it refers to is
        another at each call, or because it changes what is not its own (an argument, a ``.grad``
        set by hand). It then runs as it is.

    Notes
    -----
    What a step does to Python's own objects is not done again: in a replay nothing is printed,
    and a list that it appends to, or a counter, stays as it was. Nor does a replay notice the
    time, files, the environment, what a library keeps to itself, or numbers written into an array
    of more than 16 kB that the step computes on with NumPy: pass these as arguments.

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
    return Compiled(step)


def _sort(
    args: Iterable[Any], key: list[Any], arrays: list[np.ndarray], tracked: list[Tensor]
) -> None:
    """Put the numbers among the arguments into ``arrays``, and all that is fixed into ``key``."""
    for arg in args:
        kind = type(arg)
        array = arg._data if kind is Tensor else arg
        if isinstance(array, np.ndarray):
            key += kind, array.shape, array.strides, array.dtype
            if kind is Tensor and arg.requires_grad:
                if is_parameter(arg):
                    key.append(arg)
                    continue
                key += arg._primitive is None, *(other is arg for other in tracked)
                tracked.append(arg)
            arrays.append(array)
        elif (items := items_of(arg)) is not None:
            key += kind, len(arg)
            if items is not arg:
                key += arg
            _sort(items, key, arrays, tracked)
        elif isinstance(arg, (float, np.generic)):
            key += kind, np.asarray(arg).tobytes()  # 0.0 is not -0.0
        else:
            key += kind, arg


def _detached(output: Any) -> Any:
    return mapped(output, _plain_leaf)


def _plain_leaf(leaf: Any) -> Any:
    if type(leaf) is Noticed:
        return float.__float__(leaf)
    return leaf.detach() if type(leaf) is Tensor else plain(leaf)
