"""A quantity over a plane of two settings."""

import numpy as np
from matplotlib.colors import to_hex

from minigrad.course import figures

WORDS = {"title": "A", "alt": "Bands.", "xlabel": "x", "ylabel": "y", "label": "size"}
X, Y = np.linspace(0, 1, 11), np.linspace(0, 2, 21)


def bands(values, levels):
    figure = figures.plane(X, Y, values, levels, **WORDS)
    return figure, figure.axes[0].collections[0]


def test_every_band_has_its_own_colour_however_unequal_the_levels():
    _, contours = bands(X + 50 * Y[:, None], [0, 1, 2, 50])
    colors = {to_hex(color) for color in contours.get_facecolor()}
    assert len(colors) == 4  # the last one for what lies above all levels


def test_the_plane_stays_empty_where_there_is_no_number():
    values = np.where(X < 0.55, 1.0, np.nan) * np.ones((Y.size, 1))
    _, contours = bands(values, [0, 2])
    assert contours.get_datalim(contours.axes.transData).x1 <= 0.55


def test_lines_points_and_texts_carry_their_names():
    figure = figures.plane(
        X, Y, X * Y[:, None], [0, 1],
        lines={"edge": (X, 2 * X)}, points={"best": (0.5, 1)}, texts={"beyond": (0.2, 1.5)},
        **WORDS,
    )  # fmt: skip
    axes = figure.axes[0]
    assert {text.get_text() for text in axes.texts} == {"best", "beyond"}
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["edge"]
    assert 'alt="Bands."' in figure.html()


def test_the_same_plane_gives_the_same_bytes():
    assert bands(X * Y[:, None], [0, 1])[0].svg() == bands(X * Y[:, None], [0, 1])[0].svg()
