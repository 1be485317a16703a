"""A run is known by exactly what it is: two that differ are two, and one is found again."""

import datetime
import enum
import fractions
import itertools
import math
import pathlib
import pickle
import subprocess
import sys
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from sweeping import one_by_one

import minigrad as mg
from minigrad.training.configurations import planned
from minigrad.training.sweeps import sweep


class Colour(enum.Enum):
    RED = 1
    BLUE = 2


@dataclass
class Settings:
    width: int
    start: object = None


def relu(x):
    return x


A = np.zeros(2000)
B = A.copy()
B[1000] = 5
DIFFERENT = [
    *(0.0, -0.0, 0, False, None, "", "0", "None", math.nan, math.inf, 1, 1.0, True, "1", "True"),
    *((1, 2), [1, 2], (1, (2,)), [], (), [[]], ["[]"], "[]", ["1"], [1], [1.0], [True]),
    *(A, B, A.astype(np.float32), A[:, None], [A], [B], (A,), np.zeros(0), np.zeros((0, 1))),
    *(Settings(1), Settings(2), Settings(1, A), Settings(1, B), Settings(1.0)),
    *("relu", relu, mg.relu, np.exp, math.exp, mg.optim.Adam, "Adam", mg.optim.SGD),
    *(mg.schedules.constant(0.1), mg.schedules.constant(0.2), "constant(0.1)"),
    *(Colour.RED, Colour.BLUE, 1j, -1j, b"", b"x", range(3), range(4), pathlib.Path("x"), "x"),
    *(fractions.Fraction(1, 3), datetime.date(2020, 1, 1), datetime.date(2020, 1, 2)),
]


def train(x, seed):
    return 0


def key(value) -> str:
    ((found, _),) = planned(train, {"x": [value]}, [0]).items()
    return found


def test_no_two_values_are_taken_for_one():
    keys = [key(value) for value in DIFFERENT]
    for (a, first), (b, second) in itertools.combinations(zip(DIFFERENT, keys, strict=True), 2):
        assert first != second, (a, b)


def test_a_copy_is_known_again():
    for value in DIFFERENT:
        assert key(pickle.loads(pickle.dumps(value))) == key(value)


@given(hnp.arrays(np.float64, (3,)), hnp.arrays(np.float64, (3,)))
def test_arrays_are_one_if_all_their_bits_are(a, b):
    assert (key(a) == key(b)) == (a.tobytes() == b.tobytes())


@given(st.floats(), st.floats())
def test_numbers_are_one_if_they_read_the_same(a, b):
    assert (key(a) == key(b)) == (repr(a) == repr(b))


def test_numpys_numbers_are_pythons_for_the_run_and_its_record():
    kinds = []
    for values in (np.arange(3), range(3), [np.uint8(0), np.int64(1), 2]):
        assert list(planned(train, {"x": values}, [0])) == [key(value) for value in range(3)]
        table = sweep(lambda x, seed: type(x).__name__, {"x": values}, [0], one_by_one())
        kinds += table.result.tolist()
    assert set(kinds) == {"int"}


def test_the_next_session_knows_a_run_again():
    code = """
import numpy as np, minigrad as mg
from minigrad.training.configurations import planned
grid = {"a": [np.arange(9.0)], "s": [mg.schedules.cosine(0.1, steps=9)], "f": [mg.relu, np.exp]}
print("".join(planned(lambda a, s, f, seed: 0, grid, [0])))
"""
    first, second = (
        subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(pathlib.Path(mg.__file__).parents[1])},
        ).stdout
        for seed in "12"
    )
    assert first == second != ""


def test_a_function_that_holds_something_is_not_known_by_its_name():
    def scaled(k):
        def scale(x):
            return k * x

        return scale

    with pytest.raises(ValueError, match="refers to nothing around it"):
        key(scaled(2))


def test_a_record_tells_arrays_apart(tmp_path):
    def total(w, seed):
        return float(w.sum())

    table = sweep(total, {"w": [A, B]}, [0], one_by_one(), path=tmp_path / "record")
    assert table.result.tolist() == [0, 5]
    assert table.w.nunique() == 2
    assert table.w.str.len().max() < 40
    again = sweep(total, {"w": [B]}, [0], one_by_one(), path=tmp_path / "record")
    assert again.result.tolist() == [5]
    assert len((tmp_path / "record").read_text().splitlines()) == 2
