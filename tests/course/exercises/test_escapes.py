"""Whatever an answer does, a sentence comes out, and the next check is unharmed."""

import sys
import threading

import numpy as np
import pytest
from asking import given, parts

import minigrad as mg
from minigrad.course.exercises import calling

PARTS = parts()
FUNCTIONS = [
    name
    for name, part in PARTS.items()
    if callable(part.answer) and name != "tensors.softmax_rows[2]"
]
NUMBERS = [name for name, part in PARTS.items() if not callable(part.answer)]


@pytest.fixture(autouse=True)
def an_alarm_may_ring_where_nobody_catches_it(monkeypatch):
    """In a callback of the garbage collector, say, which reports it and goes on."""
    monkeypatch.setattr(sys, "unraisablehook", lambda *_: None)


class SilentError(Exception):
    def __str__(self):
        raise RuntimeError

    __repr__ = __str__


class Stubborn:
    """A value that cannot be shown, read or compared."""

    def __repr__(self):
        raise RuntimeError

    __str__ = __float__ = __eq__ = __len__ = __iter__ = __bool__ = __repr__

    def __hash__(self):
        raise RuntimeError

    def __array__(self, *_, **__):
        raise KeyboardInterrupt


class Leaving:
    def __array__(self, *_, **__):
        raise SystemExit


def raises(error):
    def answer(*_):
        raise error

    return answer


def turns_for_ever(*_):
    while True:
        pass


def catches_everything(*_):
    while True:
        try:  # noqa: SIM105
            sum(range(10))
        except:  # noqa: E722
            pass


def gives_for_ever(*_):
    def parts():
        while True:
            yield 1.0

    return parts()


def calls_itself(*arguments):
    return calls_itself(*arguments)


def patches(*_):
    np.allclose = np.array_equal = np.isnan = np.asarray = lambda *_, **__: True
    np.random.seed(0)
    mg.seed(0)
    return 3.0


ANSWERS = {
    "SystemExit": raises(SystemExit(3)),
    "KeyboardInterrupt": raises(KeyboardInterrupt()),
    "GeneratorExit": raises(GeneratorExit()),
    "an exception without words": raises(SilentError()),
    "a loop": turns_for_ever,
    "an endless generator": gives_for_ever,
    "recursion": calls_itself,
    "a stubborn value": lambda *_: Stubborn(),
    "a value that leaves": lambda *_: Leaving(),
    "a list that holds itself": lambda *_: [values := [], values.append(values)][0],
    "patches": patches,
    "no arguments": lambda: 3.0,
}


@pytest.fixture(autouse=True)
def short_clock(monkeypatch):
    monkeypatch.setattr(calling, "SECONDS", 0.05)
    monkeypatch.setattr("minigrad.course.exercises.comparing._MOST", 1000)


def is_a_sentence(verdict):
    assert not verdict
    assert repr(verdict).startswith("Not yet. ")
    assert max(map(len, repr(verdict).splitlines())) <= 76


@pytest.mark.parametrize("name", FUNCTIONS)
def test_no_function_gets_out(name, monkeypatch):
    kept = np.allclose, np.isnan, np.asarray, np.random.get_state()[2]
    drawn = mg.default_rng().bit_generator.state
    for answer in ANSWERS.values():
        is_a_sentence(PARTS[name](answer, *given(name)))
    assert (np.allclose, np.isnan, np.asarray, np.random.get_state()[2]) == kept
    assert mg.default_rng().bit_generator.state == drawn
    monkeypatch.undo()
    assert PARTS[name](PARTS[name].answer, *given(name))


@pytest.mark.parametrize("name", NUMBERS)
def test_no_number_gets_out(name):
    for answer in (Stubborn(), Leaving(), gives_for_ever(), turns_for_ever, 10**400, {}, set()):
        is_a_sentence(PARTS[name](answer))
    assert PARTS[name](PARTS[name].answer)


def test_a_loop_that_catches_everything_ends_too():
    is_a_sentence(PARTS["momentum.step"](catches_everything))


def test_a_loop_without_end_ends_in_other_threads_too():
    """There the clock is looked at line by line, as on systems without an alarm."""
    trace, verdicts = sys.gettrace(), []
    exercise = PARTS["momentum.step"]
    for answer in (turns_for_ever, gives_for_ever, exercise.answer):
        thread = threading.Thread(target=lambda a=answer: verdicts.append(exercise(a)))
        thread.start()
        thread.join()
    is_a_sentence(verdicts[0])
    is_a_sentence(verdicts[1])
    assert verdicts[2]
    assert sys.gettrace() is trace


def test_a_compiled_loop_without_end_is_stopped_before_it_is_compiled():
    numba = pytest.importorskip("numba")

    @numba.njit
    def kernel(x, out):
        i = 0
        while i < x.shape[0]:
            out[i, 0] = x[i, 0]

    is_a_sentence(PARTS["tensors.softmax_rows[0]"](kernel))
