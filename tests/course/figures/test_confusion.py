"""Confusion matrices."""

import pytest

from minigrad.course import figures

WORDS = {"title": "Two kinds of mistakes", "alt": "Three rows of three numbers."}


def test_a_row_is_what_it_is_and_a_column_what_it_was_taken_for():
    (axes,) = figures.confusion([[7, 0, 1], [4, 5, 0], [0, 0, 9]], **WORDS).axes
    found = {text.get_position(): text.get_text() for text in axes.texts}
    assert found == {(0, 0): "7", (2, 0): "1", (0, 1): "4", (1, 1): "5", (2, 2): "9"}
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("taken for", "what it is")


def test_the_area_of_a_square_is_the_number_of_mistakes():
    (axes,) = figures.confusion([[7, 0, 1], [4, 5, 0], [0, 0, 9]], **WORDS).axes
    one, four = axes.patches
    assert four.get_width() == pytest.approx(2 * one.get_width())
    assert one.get_x() + one.get_width() / 2 == pytest.approx(2)


def test_without_a_mistake_there_is_no_square():
    (axes,) = figures.confusion([[3, 0], [0, 2]], **WORDS).axes
    assert not axes.patches


def test_counts_are_a_square_table():
    with pytest.raises(ValueError, match="as many rows as columns"):
        figures.confusion([[1, 2, 3], [4, 5, 6]], **WORDS)
