"""A network is drawn unit by unit, a bowl with its directions at right angles."""

import numpy as np
import pytest

from minigrad.course import figures

WORDS = {"title": "What it shows", "alt": "What is drawn."}


def test_every_weight_between_the_units_drawn_is_a_line():
    (axes,) = figures.network({"input": 3, "hidden": 4, "scores": 2}, **WORDS).axes
    assert sum(line.get_linestyle() == "-" for line in axes.lines) == 3 * 4 + 4 * 2
    assert [text.get_text() for text in axes.texts] == ["input\n3", "hidden\n4", "scores\n2"]


def test_of_many_units_some_are_left_out_and_all_are_counted():
    (axes,) = figures.network({"input": 784, "scores": 10}, **WORDS).axes
    words = [text.get_text() for text in axes.texts]
    assert words.count("⋮") == 2 and "input\n784" in words
    units = [line for line in axes.lines if line.get_marker() == "o"]
    assert [len(line.get_xdata()) for line in units] == [6, 6]


def test_eigenvectors_point_along_the_axes_of_the_ellipses_at_equal_scales():
    words = WORDS | {"xlim": (-3, 3), "ylim": (-2, 2)}
    (axes,) = figures.eigenvectors([[2, 1], [1, 2]], **words).axes
    assert axes.get_aspect() == 1.0
    tips = np.array([text.xy for text in axes.texts if "λ" in text.get_text()])
    assert [text.get_text() for text in axes.texts if text.get_text()] == ["λ = 1", "λ = 3"]
    assert tips[0] @ tips[1] == pytest.approx(0, abs=1e-12)
    assert abs(tips[1, 0]) == pytest.approx(abs(tips[1, 1]))


@pytest.mark.parametrize("matrix", [[[1, 2], [0, 1]], [[1, 0], [0, -1]], np.eye(3)])
def test_what_is_no_bowl_is_refused(matrix):
    with pytest.raises(ValueError, match="hessian is symmetric"):
        figures.eigenvectors(matrix, **WORDS, xlim=(-1, 1), ylim=(-1, 1))
