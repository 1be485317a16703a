"""Replace a step by its program, where that gives the same."""

from __future__ import annotations

import functools
import threading
import warnings
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from ..core.modes import mode
from ..core.tensor import Tensor
from .gradients import NotReadyError
from .noticed import Noticed
from .program import Program
from .recording import Record, is_parameter, items_of, mapped, record

MOST = 100  # programs of one function; each holds memory


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
        it differ (a random choice made outside the engine, say), or because it changes what is
        not its own (an argument, a ``.grad`` set by hand). It then runs as it is.

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

    def plain(args: tuple[Any, ...], named: dict[str, Any]) -> Any:
        args, named = mapped((args, named), _as_tensor)
        return step(*args, **named)

    def advance(key: Any, found: Any, arrays: list[np.ndarray], args: Any, named: Any) -> Any:
        """Run the step in the way that is next for this key, under which ``found`` is known."""
        if found is None and len(known) >= MOST:
            key = MOST
            if key not in known:
                refuse(key, f"there are {MOST} programs for other arguments already")
            found = known[key]
        if isinstance(found, str):
            return _detached(plain(args, named))
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
                return _detached(plain(args, named))
        again, output = record(step, *mapped((args, named), _as_tensor))
        known[key] = again
        if isinstance(found, Record) and found.holds():
            again.obstacle = again.obstacle or found.difference(again)
            again.confirmed = True
        if again.obstacle is not None:
            refuse(key, again.obstacle)
        return _detached(output)

    @functools.wraps(step)
    def run(*args: Any, **named: Any) -> Any:
        # watched by anomaly mode, part of another recording, or run by two threads at a time
        if mode.observer is not None or not busy.acquire(blocking=False):
            return plain(args, named)
        try:
            parts: list[Any] = [mode.recording]
            arrays: list[np.ndarray] = []
            _sort((args, named) if named else args, parts, arrays, [])
            key: Any = tuple(parts)
            try:
                found = known.get(key)
            except TypeError:  # it has no hash
                key = "unknown"
                if key not in known:
                    refuse(key, "an argument is neither a tensor nor can it be part of a program")
                found = known[key]
            return advance(key, found, arrays, args, named)
        finally:
            busy.release()

    run.programs = lambda: [x for x in known.values() if isinstance(x, Program)]  # type: ignore
    return run


def _sort(
    args: Iterable[Any], key: list[Any], arrays: list[np.ndarray], tracked: list[Tensor]
) -> None:
    """Put the numbers among the arguments into ``arrays``, and all that is fixed into ``key``."""
    for arg in args:
        kind = type(arg)
        array = arg._data if kind is Tensor else arg
        if isinstance(array, np.ndarray):
            key += array.shape, array.strides, array.dtype
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


def _as_tensor(arg: Any) -> Any:
    return Tensor(arg) if isinstance(arg, np.ndarray) else arg


def _detached(output: Any) -> Any:
    return mapped(output, _plain_leaf)


def _plain_leaf(leaf: Any) -> Any:
    if type(leaf) is Noticed:
        return float.__float__(leaf)
    return leaf.detach() if type(leaf) is Tensor else leaf
