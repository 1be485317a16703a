"""Results against the learning rate."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from minigrad import plots

WORDS = {"title": "What it shows", "alt": "Lines."}


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def test_several_seeds_give_their_median_and_their_spread():
    figure = plots.against_rate([0.1, 1], {"run": [[1, 5], [2, 2], [9, 3]]}, **WORDS)
    (axes,) = figure.axes
    assert axes.lines[0].get_ydata().tolist() == [2, 3]
    (band,) = axes.collections
    assert band.get_paths()[0].get_extents().extents.tolist() == [0.1, 1, 1, 9]


def test_a_line_has_a_gap_where_a_run_diverged():
    figure = plots.against_rate([1, 2, 3], {"run": [1.0, 2.0, np.inf]}, **WORDS)
    assert np.isnan(figure.axes[0].lines[0].get_ydata()).tolist() == [False, False, True]


def test_rates_stand_on_a_logarithmic_axis_unless_asked_otherwise():
    line = {"run": [1, 2]}
    assert plots.against_rate([1, 2], line, **WORDS).axes[0].get_xscale() == "log"
    straight = plots.against_rate([1, 2], line, xscale="linear", **WORDS)
    assert straight.axes[0].get_xscale() == "linear"


def test_a_marked_rate_gets_its_name_at_its_place():
    figure = plots.against_rate([1, 2, 3], {"run": [1, 2, 3]}, marks={"limit": 2.5}, **WORDS)
    (axes,) = figure.axes
    assert axes.lines[1].get_xdata() == [2.5, 2.5]
    assert [(text.get_text(), text.xy[0]) for text in axes.texts] == [("limit", 2.5)]


def test_only_several_results_need_a_legend():
    one, two = {"a": [1, 2]}, {"a": [1, 2], "b": [2, 1]}
    assert plots.against_rate([1, 2], one, **WORDS).axes[0].get_legend() is None
    assert plots.against_rate([1, 2], two, **WORDS).axes[0].get_legend() is not None


def test_the_same_drawing_gives_the_same_bytes():
    pictures = [
        plots.against_rate([1, 2], {"a": [1, 2]}, marks={"best": 1.5}, **WORDS).html()
        for _ in range(2)
    ]
    assert pictures[0] == pictures[1]
