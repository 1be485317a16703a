"""A bowl whose lowest place lies behind a wall."""

import numpy as np
import pytest

from minigrad.course import figures

WORDS = {"title": "A", "alt": "A diamond and a circle.", "xlim": (-1, 3), "ylim": (-1, 2)}


def bowl(x1, x2):
    return (x1 - 2) ** 2 + (x2 - 1) ** 2


def test_each_place_lies_on_its_wall_and_on_its_contour_line():
    places = {"L1": (1.0, 0.0), "L2": (0.6, 0.8)}
    figure = figures.walls(bowl, (2.0, 1.0), places, **WORDS)
    for axes, (kind, place) in zip(figure.axes, places.items(), strict=True):
        assert axes.get_title("left").startswith(kind)
        assert axes.get_aspect() == 1
        ring, line = (
            np.concatenate([p.vertices for p in axes.collections[i].get_paths()]) for i in (2, 3)
        )
        size = abs(ring).sum(axis=1) if kind == "L1" else np.hypot(*ring.T)
        assert np.allclose(size, 1, atol=0.02)
        assert np.allclose(bowl(*line.T), bowl(*place), atol=0.02)


def test_a_wall_around_nothing_and_one_at_the_lowest_place_are_drawn():
    figures.walls(bowl, (2.0, 1.0), {"L1": (0.0, 0.0), "L2": (2.0, 1.0)}, **WORDS)


@pytest.mark.parametrize("places", [{"L3": (1.0, 0.0)}, {"L1": 1.0}])
def test_other_walls_are_refused(places):
    with pytest.raises(ValueError, match="walls: places"):
        figures.walls(bowl, (2.0, 1.0), places, **WORDS)
