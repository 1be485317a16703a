"""Results against the learning rate."""

import numpy as np
import pytest

from minigrad import plots

WORDS = {"title": "What it shows", "alt": "Lines."}


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


@pytest.mark.parametrize("heights", [[0, 2, 10], [10, 8, 0], [10, 8.5, 10], [0, 0, 0]])
def test_the_name_of_a_marked_rate_covers_no_curve(heights):
    x = np.linspace(1, 3, 200)
    curve = np.interp(x, [1, 2, 3], heights)
    words = WORDS | {"ylim": (0, 10), "xscale": "linear"}
    figure = plots.against_rate(x, {"a": curve}, marks={"a long name": 2.0}, **words)
    figure.draw_without_rendering()
    (axes,) = figure.axes
    (name,) = axes.texts
    drawn = axes.transData.transform(np.column_stack([x, curve]))
    assert name.get_window_extent().count_contains(drawn) == 0


def test_the_name_of_a_marked_rate_stays_clear_of_the_legend():
    falling = {"one": [9, 5, 1], "another": [8, 4, 0]}
    words = WORDS | {"xscale": "linear", "xlim": (1, 3)}
    figure = plots.against_rate([1, 2, 3], falling, marks={"at the edge": 2.99}, **words)
    figure.draw_without_rendering()
    (axes,) = figure.axes
    legend, name = axes.get_legend().get_window_extent(), axes.texts[0].get_window_extent()
    assert legend.x0 < name.x0 < legend.x1  # they share a column
    assert not legend.overlaps(name)


def test_ticks_chosen_by_hand_are_the_only_ones():
    ticks = {"xticks": [1, 2, 3], "xticklabels": ["1", "2", "3"]}
    figure = plots.against_rate([1, 2, 3], {"run": [1, 2, 3]}, **WORDS, **ticks)
    assert figure.axes[0].get_xticks().tolist() == [1, 2, 3]
    assert not len(figure.axes[0].get_xticks(minor=True))


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
