"""Comparisons of runs, amounts, functions and small arrays."""

import numpy as np
import pytest

from minigrad import plots

WORDS = {"title": "What it shows", "alt": "Lines."}


def test_losses_stand_below_the_updates_at_which_they_were_measured():
    figure = plots.rate_and_loss({"run": ([0.4, 0.3, 0.2, 0.1], [3, 2, 1])}, **WORDS)
    above, below = figure.axes
    assert above.lines[0].get_xdata().tolist() == [0, 1, 2, 3]
    assert below.lines[0].get_xdata().tolist() == [0, 2, 4]


def test_losses_of_several_seeds_give_their_median_and_their_spread():
    losses = [[1, 5], [2, 2], [9, 3]]
    _, below = plots.rate_and_loss({"run": ([0.1], losses)}, **WORDS).axes
    assert below.lines[0].get_ydata().tolist() == [2, 3]
    assert below.collections[0].get_paths()[0].get_extents().extents.tolist() == [0, 1, 1, 9]


def test_rates_are_drawn_from_zero():
    above, _ = plots.rate_and_loss({"run": ([0.4, 0.3], [2, 1])}, **WORDS).axes
    assert above.get_ylim()[0] == 0


def test_each_run_is_a_dot_and_the_median_a_bar():
    (axes,) = plots.dots({"": {"a": [1, 2, 9], "b": [4, 4, 5]}}, **WORDS).axes
    assert axes.lines[0].get_xdata().tolist() == [1, 2, 9]
    assert axes.lines[1].get_xdata().tolist() == [2]
    assert axes.lines[2].get_ydata().tolist() == [1, 1, 1]


def test_a_contender_keeps_its_row_in_each_panel():
    panels = {"first": {"a": [1], "b": [2]}, "second": {"b": [3]}}
    _, second = plots.dots(panels, **WORDS).axes
    assert second.lines[0].get_ydata().tolist() == [1]


@pytest.mark.parametrize("far", [50.0, np.inf, np.nan])
def test_a_run_beyond_the_picture_becomes_an_arrow_at_its_edge(far):
    (axes,) = plots.dots({"": {"a": [1, 2, far]}}, xlim=(0, 3), **WORDS).axes
    assert axes.lines[0].get_xdata().tolist() == [1, 2]
    assert axes.lines[1].get_marker() == ">" and axes.lines[1].get_xdata().tolist() == [1]


def test_the_same_drawing_gives_the_same_bytes():
    def page():
        lines = plots.rate_and_loss({"run": ([0.1], [[2, 1], [3, 1]])}, **WORDS).html()
        return lines + plots.dots({"": {"a": [1, 2]}}, **WORDS).html()

    assert page() == page()


def test_bars_say_their_amounts():
    figure = plots.bars({"many": 12345, "one": 1}, xlabel="calls", xscale="log", **WORDS)
    assert [text.get_text() for text in figure.axes[0].texts] == ["12,345", "1"]
    assert figure.axes[0].get_xscale() == "log"


def test_functions_leave_a_gap_where_there_is_no_value():
    figure = plots.functions([0, 1, 2], {"f": [0, np.nan, 2]}, xlabel="t", **WORDS)
    (line,) = (line for line in figure.axes[0].lines if line.get_label() == "f")
    assert np.isnan(line.get_ydata()[1])
    assert figure.axes[0].get_xlabel() == "t"


def test_signed_tiles_share_one_scale_around_zero():
    figure = plots.signed_tiles(
        [[[1.0, -3.0]], [[0.0, 0.5]], [[0.0, 0.0]]], title="x", alt="Tiles.", ends=("less", "more")
    )
    low, high = figure.axes[0].images[0].get_clim()
    assert low == -high < 0
