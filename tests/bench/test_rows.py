"""Every row of the benchmark is the same work in every library that is installed."""

import sys

import numpy as np
import pytest

from benchmarks import catalogue
from benchmarks.harness import Contender, Row, aged, check, measure

TINY = dict(
    batch=3,
    channels=4,
    classes=5,
    heads=2,
    length=8,
    n=6,
    p=0.0,
    points=7,
    size=5,
    tensors=3,
    width=8,
)


def tiny(row: Row) -> dict:
    sizes = {name: TINY[name] for name in row.sizes if name in TINY}
    if "widths" in row.sizes:
        sizes["widths"] = tuple(min(width, 6) for width in row.sizes["widths"])
    return sizes


@pytest.fixture
def single_precision():
    """A row may ask JAX for float64; the next one, and the next test, get what they expect."""
    yield
    if sys.modules.get("jax"):
        sys.modules["jax"].config.update("jax_enable_x64", False)


@pytest.mark.usefixtures("single_precision")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # the libraries' own
@pytest.mark.parametrize("row", catalogue.rows(), ids=lambda row: row.name)
def test_all_contenders_take_the_same_three_steps(row):
    contenders, absent = row.build(**tiny(row))
    contenders.pop("torch.compile", None)  # compiles for seconds
    assert set(contenders) | set(absent) | {"torch.compile"} == {*row.contenders, "torch.compile"}
    check(contenders)


def test_every_row_has_a_name_of_its_own():
    names = [item.name for items in catalogue.measured().values() for item in items]
    assert len(names) == len(set(names))


def test_every_goal_is_that_of_a_contender():
    for row in catalogue.rows():
        assert set(row.goals) <= set(row.contenders)
        assert set(row.baselines) <= set(row.contenders)


def counter(start: float = 0.0, by: float = 1.0) -> Contender:
    count = start

    def step():
        nonlocal count
        count += by

    def reset():
        nonlocal count
        count = start

    return Contender(step, lambda: count, reset)


def test_contenders_that_differ_are_named():
    with pytest.raises(AssertionError, match="second against first"):
        check({"first": counter(), "second": counter(by=1.01)})


def test_a_difference_in_rounding_is_none():
    check({"first": counter(), "second": counter(by=1 + 1e-7)})


def test_contenders_are_compared_from_fresh_parameters():
    used = counter()
    used.step()
    check({"first": used, "second": counter()})


def test_a_limit_has_no_numbers_to_agree_on():
    check({"first": counter(), "limit": Contender(lambda: None, lambda: None)})


def test_each_round_measures_each_contender_once():
    times = measure({"first": counter(), "second": counter()}, rounds=3)
    assert {name: len(seconds) for name, seconds in times.items()} == {"first": 3, "second": 3}
    assert np.all(np.array(list(times.values())) > 0)


def test_old_contenders_stay_old():
    old = aged(counter(), 5)
    old.reset()
    assert old.numbers() == 5
