"""Carts and poles, frame by frame."""

import numpy as np
import pytest

from minigrad.course import figures

WORDS = {"title": "It falls", "alt": "A pole on a cart falls."}


def seen(steps, place=0.0, angle=0.0):
    return np.column_stack([np.full(steps, n) for n in (place, 0.0, angle, 0.0)])


def test_the_pole_leans_where_the_angle_points_and_stands_on_the_cart():
    film = figures.animate_carts({"right": seen(3, 1.0, np.pi / 6)}, **WORDS)
    tip = film.tracks[0].points[0][-1]
    assert np.allclose(tip, [1 + 0.5, 0.3 + np.sqrt(0.75)])
    assert film.tracks[0].points[0][:, 1].min() == 0


def test_a_run_that_is_over_stands_still_and_says_how_long_it_was():
    film = figures.animate_carts({"short": seen(4), "long": seen(21)}, **WORDS, every=5)
    short, long = film.tracks
    assert long.values == ["step 0", "step 5", "step 10", "step 15", "over: 21 steps"]
    assert short.values == ["step 0", *["over: 4 steps"] * 4]
    assert len(short.points) == len(long.points)


def test_before_play_the_end_is_not_seen():
    film = figures.animate_carts({"a": seen(4), "b": seen(9)}, **WORDS)
    assert len(film.played) == 2
    assert {artist.axes for artist in film.played} == {track.axes for track in film.tracks}


@pytest.mark.parametrize("wrong", [np.zeros((3, 2)), np.zeros((0, 4)), np.full((2, 4), np.nan)])
def test_each_step_is_four_finite_numbers(wrong):
    with pytest.raises(ValueError, match="animate_carts: runs"):
        figures.animate_carts({"a": wrong}, **WORDS)
