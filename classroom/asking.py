"""Ask a student's code for its answers, in a process of its own that knows no right ones."""

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import cloudpickle

from minigrad.course.exercises.verdict import Complaint

from . import wire
from .sandbox import ceilings, enclosed
from .task import Inputs, Task

WORKER = str(Path(__file__).with_name("worker.py"))
NEVER_STOPS = "It never stops, or takes far too long. What ends your loop?"
ENDED = "Python ended while this was called: an exit, a crash, or too much memory."
LATER = "It was not called: other cells and calls had used up the time."
GRACE = 5.0  # seconds that Python gets to interrupt a cell by itself

Asked = Mapping[str, tuple[Task, Inputs]]


def outcomes(
    cells: Sequence[str], tasks: Asked, *, seconds: float = 10.0, in_all: float = 240.0
) -> tuple[dict[str, list[Any]], list[str]]:
    """Run a notebook's cells and return what its answers give.

    A cell that ends Python is left out the next time, and a call that does ends its own task:
    neither takes another answer with it.

    Parameters
    ----------
    cells : sequence of str
        Sources, in order.
    tasks : mapping from str to (Task, inputs)
        The answers to call, and with what.
    seconds, in_all : float
        For each cell and each call, and for everything.

    Returns
    -------
    dict, list of str
        For each task its outcomes, in plain form or a `Complaint`; and words about cells that
        raised, never stopped or ended Python.

    Raises
    ------
    RuntimeError
        Where not even the first cell was begun: that is not the student's doing.
    """
    got: dict[str, dict[int, Any]] = {name: {} for name in tasks}
    left: dict[int, str] = dict(enumerate(cells))
    waiting = dict(tasks)
    troubles: dict[int, str] = {}
    end = time.monotonic() + in_all
    while waiting:
        begun: int | str | None = None
        silent = False
        for said in _lines(_job(left, waiting, seconds), seconds + GRACE, end):
            match said:
                case {"cell": int(i), "failed": str(words)} if i in left:
                    troubles[i] = words
                case {"cell": int(i)} if i in left:
                    begun = i
                case {"task": str(name), "input": int(i), "got": told} if name in waiting:
                    got[name][i] = wire.unpacked(told)
                case {"task": str(name)} if name in waiting:
                    begun = name
                case {"done": True}:
                    _fill(got, waiting, list(waiting), "Your answer could not be read.")
                    return _in_order(got, tasks), _named(troubles, cells)
                case {"silent": True}:
                    silent = True
        if begun is None:
            raise RuntimeError("The sandbox did not begin to run the notebook.")
        if time.monotonic() > end:
            _fill(got, waiting, list(waiting), LATER)
        elif isinstance(begun, int):
            troubles[begun] = NEVER_STOPS if silent else "Python ended in this cell."
            troubles[begun] += " The others were run without it."
            del left[begun]
        else:
            before = list(waiting)[: list(waiting).index(begun)]
            _fill(got, waiting, before, "Your answer could not be read.")
            _fill(got, waiting, [begun], NEVER_STOPS if silent else ENDED)
    return _in_order(got, tasks), _named(troubles, cells)


def _fill(got: Any, waiting: dict[str, Any], names: list[str], words: str) -> None:
    """Say of every call of some tasks that brought nothing why, and wait for them no longer."""
    for name in names:
        for i in range(len(waiting.pop(name)[1])):
            got[name].setdefault(i, Complaint(words, "Lost"))


def _in_order(got: dict[str, dict[int, Any]], tasks: Asked) -> dict[str, list[Any]]:
    return {name: [got[name][i] for i in range(len(tasks[name][1]))] for name in tasks}


def _named(troubles: dict[int, str], cells: Sequence[str]) -> list[str]:
    def first_line(i: int) -> str:
        return next((line for line in cells[i].splitlines() if line.strip()), "")[:60]

    return [f"{first_line(i)} ...: {words}" for i, words in sorted(troubles.items())]


def _job(cells: Mapping[int, str], tasks: Asked, seconds: float) -> bytes:
    calls = {
        name: (task.exercise.blank(), task.name, tuple(task.given), list(enumerate(inputs)))
        for name, (task, inputs) in tasks.items()
    }
    job = {
        "cells": list(cells.items()),
        "calls": calls,
        "seconds": seconds,
        "packed": wire.packed,
        "ceilings": ceilings(600),
    }
    # The sandbox does not see this package, so what it needs of it travels by value.
    ours = [module for name, module in sys.modules.items() if name.startswith(__package__ + ".")]
    for module in ours:
        cloudpickle.register_pickle_by_value(module)
    try:
        return cloudpickle.dumps(job)
    finally:
        for module in ours:
            cloudpickle.unregister_pickle_by_value(module)


def _lines(job: bytes, pause: float, end: float) -> Iterator[Any]:
    """Run a worker, and yield what it says. A last word says that it was silent for too long."""
    read, write = os.pipe()
    with (
        tempfile.TemporaryDirectory(prefix="judge") as folder,
        tempfile.TemporaryFile() as written,
        os.fdopen(read, "rb") as told,
    ):
        written.write(job)
        written.seek(0)
        program = [sys.executable, "-I", WORKER, str(write)]
        process = subprocess.Popen(
            enclosed(program, write=(folder,), read=(WORKER,)),
            stdin=written, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            pass_fds=[write], cwd=folder, start_new_session=True,
        )  # fmt: skip
        os.close(write)
        try:
            yield from _told(told, pause, end)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _told(told: Any, pause: float, end: float) -> Iterator[Any]:
    buffer, most = b"", 16_000_000  # what is written beyond is not looked at
    while most > 0:
        patience = min(pause, end - time.monotonic())
        if patience <= 0 or not select.select([told], [], [], patience)[0]:
            yield {"silent": True}
            return
        piece = os.read(told.fileno(), 1_000_000)
        if not piece:
            return
        most -= len(piece)
        *lines, buffer = (buffer + piece).split(b"\n")
        for line in lines:
            try:
                yield json.loads(line)
            except (ValueError, RecursionError):
                continue
