"""Clouds of walkers: each moves, none draws a path, and theory is drawn where it is given."""

import json
import re

import numpy as np
import pytest
from matplotlib.patches import Ellipse

from minigrad.course import figures

WORDS = {"title": "Two clouds", "alt": "Two clouds.", "xlim": (-3, 3), "ylim": (-2, 2)}


def bowl(x1, x2):
    return x1**2 + x2**2


def cloud(spread: float, updates: int = 4, walkers: int = 7) -> np.ndarray:
    places = np.random.default_rng(0).normal(size=(updates + 1, walkers, 2)) * spread
    places[0] = 1.0
    return places


def film(animation):
    data = re.search(r'<script type="application/json">(.*?)</script>', animation.html())
    return json.loads(data[1])


def test_every_walker_has_a_place_at_every_update():
    shown = film(figures.animate_clouds(bowl, {"a": cloud(0.1), "b": cloud(0.5)}, **WORDS))
    assert shown["updates"] == 4
    assert [np.shape(track["points"]) for track in shown["tracks"]] == [(5, 7, 2)] * 2


def test_walkers_in_one_place_of_the_plane_stand_in_one_place_of_the_picture():
    (track,) = film(figures.animate_clouds(bowl, {"a": cloud(0.5)}, **WORDS))["tracks"]
    assert len({tuple(place) for place in track["points"][0]}) == 1
    assert len({tuple(place) for place in track["points"][4]}) == 7


def test_the_mean_over_the_cloud_stands_beside_it():
    (track,) = film(figures.animate_clouds(bowl, {"a": cloud(0.5)}, **WORDS))["tracks"]
    end = np.mean(np.sum(cloud(0.5)[-1] ** 2, axis=1))
    assert track["values"][0] == "mean f = 2.00"
    assert track["values"][-1] == f"mean f = {end:.2f}"


def test_the_ellipse_of_theory_is_two_standard_deviations_to_each_side():
    figure = figures.clouds(bowl, {"a": cloud(0.5)}, spreads={"a": (0.5, 0.25)}, **WORDS)
    (ellipse,) = (patch for patch in figure.axes[0].patches if isinstance(patch, Ellipse))
    assert (ellipse.width, ellipse.height) == (2.0, 1.0)


def test_the_same_clouds_give_the_same_bytes():
    first, second = (figures.animate_clouds(bowl, {"a": cloud(0.5)}, **WORDS) for _ in range(2))
    assert first.html() == second.html()


def test_clouds_that_do_not_fit_are_refused_with_their_shapes():
    with pytest.raises(ValueError, match=r"clouds\['a'\] holds numbers, .*shape \(5, 2\)"):
        figures.clouds(bowl, {"a": np.zeros((5, 2))}, **WORDS)
    with pytest.raises(ValueError, match="equally many points"):
        figures.animate_clouds(bowl, {"a": cloud(1), "b": cloud(1, updates=2)}, **WORDS)
    with pytest.raises(ValueError, match="it is empty"):
        figures.clouds(bowl, {}, **WORDS)
