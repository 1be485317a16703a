"""Run a reader's code so that a sentence comes out, whatever the code does.

An exception of any kind becomes a `Complaint`, and a loop without end is stopped by a clock. What
the code changed around it (a patched function of NumPy, the state of a random generator) can be
put back, so that nothing later sees it. A call that never comes back to Python, such as
``sum(itertools.count())``, cannot be stopped from within.
"""

import builtins
import math
import random
import signal
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from operator import is_not
from typing import Any

import numpy as np

import minigrad as mg

from .verdict import Complaint

SECONDS = 10.0
_HAS_ALARM = hasattr(signal, "setitimer") and sys.platform != "emscripten"
_SURROUNDINGS = builtins, math, random, np, np.linalg, np.random, mg, mg.nn


class TooLongError(BaseException):
    """The clock ran out. No `except Exception` of the reader's catches it."""


def run(function: Callable[[], Any]) -> Any:
    """Return what ``function()`` returns, or raise a `Complaint` that says why it does not."""
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a wrong formula is judged by its numbers
        try:
            return _timed(function, SECONDS)
        except Complaint:
            raise
        except TooLongError:
            trouble = Complaint("It never stops, or takes far too long. What ends your loop?")
        except BaseException as error:
            trouble = Complaint(f"Your code raised {_described(error)}", type(error).__name__)
    raise trouble


def _described(error: BaseException) -> str:
    """Return the name and the words of an exception, whose ``__str__`` is the reader's too."""
    name = type(error).__name__
    try:
        words = " ".join(_timed(lambda: str(error), 1.0).split())
    except BaseException:
        words = ""
    return f"{name}: {words[:300]}" if words else f"{name}."


def _timed(function: Callable[[], Any], seconds: float) -> Any:
    if _alarm_rings():
        return _until_the_alarm(function, seconds)
    return _line_by_line(function, seconds)


def _alarm_rings() -> bool:
    return _HAS_ALARM and threading.current_thread() is threading.main_thread()


def _until_the_alarm(function: Callable[[], Any], seconds: float) -> Any:
    """Let the system's timer interrupt: nothing runs slower. On Unix, in the main thread."""
    running = [True]

    def ring(*_: Any) -> None:
        if running:
            raise TooLongError

    before = signal.signal(signal.SIGALRM, ring)
    # It rings again and again, because a bare `except:` inside a loop may catch the first.
    timer = signal.setitimer(signal.ITIMER_REAL, seconds, 0.05)
    try:
        try:
            return function()
        finally:
            running.clear()
    finally:
        running.clear()  # once more, should it have rung between the lines above
        signal.setitimer(signal.ITIMER_REAL, *timer)
        signal.signal(signal.SIGALRM, before)


def _line_by_line(function: Callable[[], Any], seconds: float) -> Any:
    """Look at a clock before every line of Python: slower, and the same on every system."""
    end = time.monotonic() + seconds

    def look(*_: Any) -> Any:
        if time.monotonic() > end:
            raise TooLongError
        return look

    before = sys.gettrace()
    sys.settrace(look)
    try:
        return function()
    finally:
        sys.settrace(before)


@contextmanager
def clock_stopped() -> Iterator[None]:
    """Let something take its time that is known to end, as compiling does."""
    trace = sys.gettrace()
    on = _alarm_rings()
    timer = signal.setitimer(signal.ITIMER_REAL, 0) if on else (0.0, 0.0)
    sys.settrace(None)
    try:
        yield
    finally:
        sys.settrace(trace)
        if on:
            signal.setitimer(signal.ITIMER_REAL, *timer)


@contextmanager
def surroundings_put_back() -> Iterator[None]:
    """Undo what is done to the modules around an answer, and to the generators they hold."""
    before = [dict(vars(module)) for module in _SURROUNDINGS]
    ours, states = mg.default_rng().bit_generator, (random.getstate(), np.random.get_state())
    state = ours.state
    try:
        yield
    finally:
        for names, now in zip(before, map(vars, _SURROUNDINGS), strict=True):
            if len(now) != len(names) or any(map(is_not, now.values(), names.values())):
                now.update(names)
        random.setstate(states[0])
        np.random.set_state(states[1])
        ours.state = state
