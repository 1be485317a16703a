"""Regions of a classifier in the plane, still and moving."""

import json
import re

import matplotlib.pyplot as plt
import numpy as np

from minigrad.course import figures

X, Y = [[-1.0, 0.0], [1.0, 0.0], [1.0, 0.5]], [0, 1, 1]
WORDS = {"title": "What it shows", "alt": "Points.", "xlim": (-2, 2), "ylim": (-1, 1)}


def right_half(places):
    return 1 / (1 + np.exp(-5 * places[:, 0]))


def boundary(axes):
    """Return the places of the line where both classes are equally probable."""
    line = axes.collections[-1]
    return np.concatenate([path.vertices for path in line.get_paths() if len(path.vertices)])


def test_the_line_lies_where_both_classes_are_equally_probable():
    (axes,) = figures.regions({"half": right_half}, X, Y, **WORDS).axes
    assert np.allclose(boundary(axes)[:, 0], 0, atol=1e-6)


def test_each_class_has_its_points():
    (axes,) = figures.regions({"half": right_half}, X, Y, **WORDS).axes
    first, second = axes.lines
    assert np.stack(first.get_data(), axis=1).tolist() == X[:1]
    assert np.stack(second.get_data(), axis=1).tolist() == X[1:]


def test_a_model_that_is_sure_everywhere_has_no_line():
    sure = {"sure": lambda places: np.full(len(places), 0.9)}
    with_line, without = (
        figures.regions(models, X, Y, **WORDS).axes[0] for models in ({"half": right_half}, sure)
    )
    assert len(without.collections) < len(with_line.collections)


def test_each_model_has_its_panel():
    figure = figures.regions({"one": right_half, "two": right_half}, X, Y, **WORDS)
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["one", "two"]


def test_an_animation_draws_each_moment_before_the_next():
    where = [-1.0]

    def moments():
        for edge in (-1.0, 0.0, 1.0):
            where[0] = edge
            yield {"model": lambda places: right_half(places - where[0])}, f"edge {edge}"

    film = figures.animate_regions(moments(), X, Y, **WORDS)
    lines = [boundary(figure.axes[0])[:, 0].mean() for figure, _ in film.frames]
    assert np.allclose(lines, [-1, 0, 1], atol=1e-5)


def test_an_animation_plays_with_its_captions_and_leaves_no_open_figure():
    moments = [({"model": right_half}, "before"), ({"model": right_half}, "after")]
    film = figures.animate_regions(moments, X, Y, **WORDS)
    assert not plt.get_fignums()
    data = re.search(r'<script type="application/json">(.*?)</script>', film.html())[1]
    assert [frame["caption"] for frame in json.loads(data)["frames"]] == ["before", "after"]
