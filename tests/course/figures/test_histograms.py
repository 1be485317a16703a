"""Histograms with the same bins, a panel for each set."""

import numpy as np
import pytest

from minigrad.course import figures

WORDS = {"title": "A", "alt": "Two histograms.", "xlim": (-1, 1)}


def test_a_panel_shows_shares_and_counts_what_is_exactly_zero():
    numbers = np.array([0.0, 0.0, 0.01, 0.9])
    (axes,) = figures.histograms({"weights": numbers}, bins=5, **WORDS).axes
    assert [bar.get_height() for bar in axes.patches] == [0, 0, 0.75, 0, 0.25]
    assert axes.get_title("left") == "weights\n50% are 0"


def test_a_number_beyond_the_ends_is_counted_in_the_outer_bin():
    one, other = figures.histograms({"a": [-7.0, 0.0], "b": [0.5, 9.0]}, bins=4, **WORDS).axes
    assert [bar.get_height() for bar in one.patches] == [0.5, 0, 0.5, 0]
    assert [bar.get_height() for bar in other.patches] == [0, 0, 0, 1]


def test_numbers_are_wanted():
    with pytest.raises((TypeError, ValueError), match="sets"):
        figures.histograms({"a": [[1.0, 2.0]]}, **WORDS)
