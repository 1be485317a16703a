"""What 2 × 2 matrices make of the unit circle."""

import numpy as np
import pytest

from minigrad.course import figures

WORDS = {"title": "A", "alt": "Ellipses."}


def test_a_panel_shows_the_ellipse_and_its_half_axes():
    matrix = np.array([[3.0, 0.0], [0.0, 0.5]])
    (axes,) = figures.circles({"stretches": matrix}, **WORDS).axes
    circle, ellipse = (line.get_xydata() for line in axes.lines)
    assert np.allclose((circle**2).sum(axis=1), 1)
    assert np.allclose(ellipse, circle @ matrix)
    tips = [note.xy for note in axes.texts]
    assert np.allclose(np.abs(tips), [[3, 0], [0, 0.5]])
    assert axes.get_title("left") == "stretches\n3.00 and 0.50"
    assert axes.get_aspect() == 1


def test_the_longest_image_fits_into_every_panel():
    matrices = {"small": 0.1 * np.eye(2), "large": [[0, 7], [1, 0]]}
    for axes in figures.circles(matrices, **WORDS).axes:
        assert axes.get_xlim()[1] > 7 and axes.get_ylim()[0] < -7


@pytest.mark.parametrize("matrix", [np.eye(3), np.ones((2, 3))])
def test_what_has_no_plane_is_refused(matrix):
    with pytest.raises(ValueError, match="shape"):
        figures.circles({"a": matrix}, **WORDS)
