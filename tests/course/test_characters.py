"""Names of characters as bags of words."""

import unicodedata

import numpy as np
import pytest

from minigrad.course.characters import bags_of_words


@pytest.fixture(scope="module")
def bags():
    return bags_of_words(at_least=5)


def test_everybody_has_the_same_names(bags):
    assert (len(bags.names), len(bags.words), len(bags.kinds)) == (11606, 761, 26)
    assert bags.names[0] == "SPACE"
    assert bags.words[:3] == ["LETTER", "WITH", "SMALL"]
    assert bags.kinds[:2] == ["Lo", "So"]


def test_a_row_marks_the_words_of_its_name_and_y_its_kind(bags):
    row = bags.names.index("GREEK SMALL LETTER ALPHA WITH PSILI")
    marked = {bags.words[i] for i in np.flatnonzero(bags.x[row])}
    assert marked == {"GREEK", "SMALL", "LETTER", "ALPHA", "WITH", "PSILI"}
    assert bags.kinds[bags.y[row]] == unicodedata.category("ἀ") == "Ll"


def test_only_words_and_kinds_that_occur_are_counted_the_most_frequent_first(bags):
    assert bags.x.sum(axis=0).min() == 5
    assert (np.diff(bags.x.sum(axis=0)) <= 0).all()
    assert (np.diff(np.bincount(bags.y)) <= 0).all()


def test_a_word_that_stands_twice_in_a_name_counts_once(bags):
    assert set(np.unique(bags.x)) == {0, 1}
