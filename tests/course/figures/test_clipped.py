"""What clipping leaves of an arrow, and the sizes that a threshold is chosen from."""

import numpy as np
import pytest

from minigrad.course import figures

WORDS = {"title": "What it shows", "alt": "What is drawn."}


def arrows(axes):
    return [note.xy for note in axes.texts]


def test_by_value_the_arrow_turns_and_by_norm_it_does_not():
    by_value, by_norm = figures.clipped([3.0, 4.0], 1.0, **WORDS).axes
    assert np.allclose(arrows(by_value), [[3, 4], [1, 1]])
    assert np.allclose(arrows(by_norm), [[3, 4], [0.6, 0.8]])
    assert by_value.get_title("left").endswith("8°")
    assert by_norm.get_title("left").endswith("0°")


def test_a_short_arrow_stays():
    for axes in figures.clipped([0.3, 0.0], 1.0, **WORDS).axes:
        assert np.allclose(arrows(axes), [[0.3, 0], [0.3, 0]])


def test_a_gradient_is_two_numbers():
    with pytest.raises(ValueError, match=r"clipped: gradient has shape \(2,\)"):
        figures.clipped([1.0, 2.0, 3.0], 1.0, **WORDS)


def test_a_histogram_counts_what_is_positive_and_finite():
    sizes = [0.5, 1.0, 1.0, 20.0, 0.0, np.inf, np.nan]
    (axes,) = figures.histogram(sizes, {"c = 1": 1.0}, **WORDS).axes
    assert sum(bar.get_height() for bar in axes.patches) == 4
    assert axes.lines[0].get_xdata()[0] == 1.0


def test_a_histogram_of_nothing_is_refused():
    with pytest.raises(ValueError, match="no positive"):
        figures.histogram([0.0, np.nan], {"c": 1.0}, **WORDS)
