"""The weights of attention as a picture."""

import numpy as np
import pytest

from minigrad.course import figures

WORDS = {"title": "Aligned", "alt": "A diagonal."}


def test_a_row_is_what_was_written_and_a_column_what_was_read():
    weights = np.array([[0.75, 0.25, 0.0], [0.0, 0.0, 1.0]])
    (axes,) = figures.alignment(weights, ["M", "a", "y"], ["wǔ", "yuè"], **WORDS).axes
    (picture,) = axes.images
    assert np.array_equal(picture.get_array(), weights)
    assert [label.get_text() for label in axes.get_xticklabels()] == ["M", "a", "y"]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["wǔ", "yuè"]
    assert picture.get_clim() == (0, 1)


def test_what_does_not_belong_together_is_refused():
    with pytest.raises(ValueError, match="rows of weights 2, target 1"):
        figures.alignment(np.ones((2, 3)), ["a", "b", "c"], ["x"], **WORDS)
    with pytest.raises(ValueError, match="columns of weights 3, source 2"):
        figures.alignment(np.ones((1, 3)), ["a", "b"], ["x"], **WORDS)
    with pytest.raises(TypeError, match="source is a list of texts"):
        figures.alignment(np.ones((1, 1)), [1], ["x"], **WORDS)
