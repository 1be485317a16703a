"""The pictures of searching for a rate: a range test that runs, and tries on a map."""

import numpy as np

from minigrad.course import figures

WORDS = {"title": "What it shows", "alt": "What is drawn."}


def test_a_range_test_plays_one_point_for_each_update():
    film = figures.animate_range([0.1, 1, 10], [2, 1, 3], [2, 1.5, 3], **WORDS)
    (track,) = film.tracks
    assert track.points.tolist() == [[0.1, 2], [1, 1.5], [10, 3]]
    assert track.values[1] == "η = 1, loss 1.50"


def test_a_range_test_ends_where_its_loss_is_no_longer_finite():
    film = figures.animate_range([0.1, 1, 10], [2, 1, np.inf], [2, 1.5, np.nan], **WORDS)
    assert len(film.tracks[0].points) == 2
    assert "NaN" not in film.html()


def test_the_film_of_a_range_test_is_the_same_each_time():
    films = [figures.animate_range([0.1, 1], [2, 1], [2, 1], **WORDS).html() for _ in range(2)]
    assert films[0] == films[1]


LOSSES = [[1.0, 2.0], [3.0, np.nan], [4.0, np.inf]]


def test_each_search_gets_a_panel_with_its_tries():
    looked = {"grid": [[0, 0], [2, 1]], "random": [[1, 0]]}
    figure = figures.searches([0.1, 1, 10], [0.01, 0.1], LOSSES, looked, ylabel="decay", **WORDS)
    grid, chance = figure.axes[:2]
    assert [panel.get_title("left") for panel in (grid, chance)] == ["grid", "random"]
    assert grid.lines[0].get_xydata().tolist() == [[0.1, 0.01], [10, 0.1]]
    assert chance.lines[0].get_xydata().tolist() == [[1, 0.01]]


def test_a_run_that_diverged_looks_like_the_worst():
    looked = {"grid": [[0, 0]]}
    figure = figures.searches(
        [0.1, 1, 10], [0.01, 0.1], LOSSES, looked, ylabel="decay", vmax=3.0, **WORDS
    )
    (mesh,) = figure.axes[0].collections
    colors = mesh.to_rgba(mesh.get_array()).reshape(2, 3, 4)
    assert np.array_equal(colors[1, 1], colors[0, 1])  # nan as 3.0
    assert not np.array_equal(colors[0, 0], colors[0, 1])
