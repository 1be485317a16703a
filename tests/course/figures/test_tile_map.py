"""Maps of tiles, and what a table of values says about them."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from minigrad.course import figures

WORDS = {"moves": "LDRU", "title": "A lake", "alt": "Four tiles."}
LAKE = ["SF", "HG"]
TABLE = np.array([[0, 0, 0.5, 0], [0, 0.9, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]])


def words(axes):
    return [text.get_text() for text in axes.texts]


def test_each_tile_shows_its_best_move_and_its_value_and_an_end_its_letter():
    (axes,) = figures.tile_map(LAKE, {"": TABLE}, **WORDS).axes
    assert words(axes) == ["→", "0.50", "↓", "0.90", "H", "G"]


def test_the_order_of_the_moves_is_that_of_the_columns():
    (axes,) = figures.tile_map(LAKE, {"": TABLE}, **(WORDS | {"moves": "URDL"})).axes
    assert words(axes)[0] == "↓" and words(axes)[2] == "→"


def test_moves_that_are_equally_good_have_an_arrow_each():
    table = TABLE.copy()
    table[0] = 0.1, 0.3, 0.1 + 0.2, 0
    (axes,) = figures.tile_map(LAKE, {"": table}, **WORDS).axes
    assert words(axes)[0] == "↓→"


def test_where_all_moves_are_equally_good_there_is_no_arrow():
    (axes,) = figures.tile_map(LAKE, {"": 0 * TABLE}, **WORDS).axes
    assert words(axes) == ["0.00", "0.00", "H", "G"]


def test_large_values_are_whole_numbers_without_a_minus_before_zero():
    (axes,) = figures.tile_map(["SFG"], {"": [[-9.4] * 4, [-0.2] * 4, [0] * 4]}, **WORDS).axes
    assert words(axes) == ["-9", "0", "G"]


def test_square_maps_stand_side_by_side_and_wide_ones_below_each_other():
    square = figures.tile_map(LAKE, {"a": TABLE, "b": TABLE}, **WORDS).axes
    assert square[0].get_gridspec().ncols == 2
    row = np.zeros((6, 4))
    wide = figures.tile_map(["SFFFFG"], {"a": row, "b": row}, **WORDS).axes
    assert wide[0].get_gridspec().nrows == 2


def test_a_film_keeps_one_scale_and_leaves_no_figure_open():
    film = figures.animate_tile_map(LAKE, {"first": {"": 0 * TABLE}, "last": {"": TABLE}}, **WORDS)
    assert [caption for _, caption in film.frames] == ["first", "last"]
    first, last = (figure.axes[0].patches for figure, _ in film.frames)
    assert first[0].get_facecolor() == (1, 1, 1, 1)
    assert last[1].get_facecolor() != last[0].get_facecolor() != first[0].get_facecolor()
    assert not plt.get_fignums()


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"world": ["SF", "G"]}, "rows of one length"),
        ({"world": ["SX"]}, "of the letters"),
        ({"tables": {"": TABLE[:3]}}, "4 tiles with 4 moves"),
        ({"moves": "LLRU"}, "each once"),
    ],
)
def test_what_does_not_fit_is_refused(changed, message):
    given = {"world": LAKE, "tables": {"": TABLE}} | WORDS | changed
    with pytest.raises(ValueError, match=f"tile_map: .*{message}"):
        figures.tile_map(**given)
