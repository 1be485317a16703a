"""Points and the curves that were fitted to them."""

import numpy as np
import pytest

from minigrad.course import figures

WORDS = {"title": "A line", "alt": "Two points and a line."}


def test_each_curve_is_a_line_and_the_points_stand_alone():
    figure = figures.fits(([0, 1], [0.1, 0.9]), [0, 0.5, 1], {"line": [0, 0.5, 1]}, **WORDS)
    (axes,) = figure.axes
    line, points = axes.lines
    assert np.stack(line.get_data()).tolist() == [[0, 0.5, 1], [0, 0.5, 1]]
    assert np.stack(points.get_data()).tolist() == [[0, 1], [0.1, 0.9]]
    assert points.get_linestyle() == "None"
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["line", "measured"]


def test_a_curve_is_as_long_as_the_places():
    with pytest.raises(ValueError, match="equally long"):
        figures.fits(([0, 1], [0, 1]), [0, 1], {"line": [0, 1, 2]}, **WORDS)


def test_each_point_has_a_place_and_a_height():
    with pytest.raises((TypeError, ValueError), match="points"):
        figures.fits(([0, 1], [0.1]), [0, 1], {"line": [0, 1]}, **WORDS)
