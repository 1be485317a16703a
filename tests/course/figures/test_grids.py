"""Figures of arrays."""

from base64 import b64decode

import matplotlib.pyplot as plt
import numpy as np
import pytest

from minigrad.course import figures

WORDS = {"title": "What it shows", "alt": "What is drawn."}


def words(figure):
    return [text.get_text() for axes in figure.axes for text in axes.texts]


def dashed(figure):
    return sum(patch.get_linestyle() == "--" for patch in figure.axes[0].patches)


def test_a_grid_writes_its_numbers_its_name_and_its_shape():
    figure = figures.grids([figures.Grid("a", [[1, 2], [3, 4.5]])], **WORDS)
    assert words(figure) == ["1", "2", "3", "4.5", "a", "(2, 2)"]


def test_copies_are_dashed_and_the_shape_is_that_of_the_array_itself():
    figure = figures.grids([figures.Grid("b", [7, 8], stretched=(3, 2))], **WORDS)
    assert dashed(figure) == 4 and "(2,)" in words(figure)


@pytest.mark.parametrize("shapes", [((3, 4), (4,)), ((3, 1), (4,)), ((3,), (3, 1)), ((2,), (1,))])
def test_broadcast_draws_what_numpy_does(shapes):
    figure = figures.broadcast(*shapes)
    shape = np.broadcast_shapes(*shapes)
    assert str(shape) in words(figure) and str(shape) in figure.get_suptitle()
    copies = sum(np.prod(shape) - np.prod(each) for each in shapes)
    assert dashed(figure) == copies


def test_broadcast_says_when_shapes_do_not_fit():
    assert "do not fit" in figures.broadcast((3,), (4,)).get_suptitle()


def test_the_animation_ends_with_the_sum_over_the_stretched_axis():
    x, g = np.zeros((3, 2)), np.array([[1, 10], [2, 20], [3, 30]])
    film = figures.animate_broadcast(x, [5, 6], g, **WORDS)
    assert [caption for _, caption in film.frames][-1] == "row 2 of g is added to b's gradient"
    assert {"6", "60"} <= set(words(film.frames[-1][0]))
    assert "60" not in words(film.frames[-2][0])
    sizes = {tuple(figure.get_size_inches()) for figure, _ in film.frames}
    assert len(sizes) == 1
    assert not plt.get_fignums()


def test_the_last_picture_shows_both_ways():
    film = figures.animate_broadcast([[1, 2], [3, 4]], [50, 60], [[7, 8], [9, 0]], **WORDS)
    assert {"51", "64", "16"} <= set(words(film.frames[-1][0]))
    assert "7" not in words(film.frames[2][0])  # forwards, no gradient is there yet


def test_an_animation_of_figures_plays_and_keeps_its_bytes():
    once, again = (
        figures.animate_broadcast([[1, 2], [3, 4]], [5, 6], [[1, 1], [1, 1]], **WORDS).html()
        for _ in range(2)
    )
    assert "minigrad-player" in once and once == again
    assert b"<svg" in b64decode(once.split("base64,")[1].split('"')[0])
