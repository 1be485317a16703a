"""Runs that share their seeds are compared in pairs."""

import math

import numpy as np
import pytest

from minigrad.course.pairs import paired


def test_says_how_often_and_by_how_much():
    assert repr(paired(np.arange(6.0), np.arange(6.0) + 0.1)) == "lower in 6 of 6, typically by 0.1"
    assert repr(paired(np.arange(6.0) + 2, np.arange(6.0))) == "higher in 6 of 6, typically by 2"


def test_few_or_divided_pairs_are_not_told_apart():
    for difference in ([1.0, 1.0, 1.0], [1.0, -1.0] * 15):
        pairs = paired(difference, np.zeros(len(difference)))
        assert not pairs.told_apart
        assert repr(pairs).startswith(f"not told apart by {len(difference)} seeds")


def test_one_wild_run_moves_neither_the_count_nor_the_median():
    first = [0.9] * 29 + [math.inf]
    pairs = paired(first, np.ones(30))
    assert (pairs.lower, pairs.higher) == (29, 1)
    assert pairs.by == pytest.approx(-0.1)


def test_ties_count_for_neither_and_decide_nothing():
    pairs = paired([1.0, math.inf, 0.5], [1.0, math.inf, 1.0])
    assert (pairs.lower, pairs.higher, pairs.told_apart) == (1, 0, False)
    assert not paired([1.0], [1.0]).told_apart


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        ([1.0, 2.0], [1.0], "one length"),
        ([[1.0]], [[1.0]], "one length"),
        ([], [], "one length"),
        ([math.nan], [1.0], "NaN"),
    ],
)
def test_what_is_no_list_of_pairs_is_refused(first, second, said):
    with pytest.raises(ValueError, match=said):
        paired(first, second)
