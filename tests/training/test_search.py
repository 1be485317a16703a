"""A random search draws configurations, and a sweep runs them."""

import numpy as np
import pytest
from sweeping import one_by_one, square

from minigrad.training.search import log_uniform, random_search
from minigrad.training.sweeps import sweep


def test_a_random_search_is_the_same_from_the_same_generator():
    space = {"lr": log_uniform(1e-4, 1), "momentum": [0, 0.9]}
    first, again = (random_search(space, 5, np.random.default_rng(0)) for _ in range(2))
    assert first == again
    assert random_search(space, 5, np.random.default_rng(1)) != first


def test_every_decade_is_equally_likely():
    rng = np.random.default_rng(0)
    draw = log_uniform(1e-4, 1)
    drawn = np.array([draw(rng) for _ in range(4000)])
    assert drawn.min() >= 1e-4
    assert drawn.max() <= 1
    counts = np.histogram(np.log10(drawn), bins=[-4, -3, -2, -1, 0])[0]
    assert np.abs(counts - 1000).max() < 5 * np.sqrt(750)


def test_values_of_a_list_are_equally_likely():
    drawn = random_search({"momentum": [0, 0.5, 0.9]}, 3000, np.random.default_rng(0))
    counts = [sum(config["momentum"] == m for config in drawn) for m in (0, 0.5, 0.9)]
    assert np.abs(np.array(counts) - 1000).max() < 5 * np.sqrt(667)


def test_drawn_configurations_can_be_swept():
    configs = random_search({"x": log_uniform(0.1, 10)}, 3, np.random.default_rng(0))
    table = sweep(square, configs, range(2), one_by_one())
    assert table.x.tolist() == [config["x"] for config in configs for _ in range(2)]
    assert (table.result == table.x**2 + table.seed).all()


def test_a_configuration_that_is_drawn_twice_is_run_once():
    configs = random_search({"x": [1, 2, 3]}, 50, np.random.default_rng(0))
    table = sweep(square, configs, range(2), one_by_one())
    first_drawn = list(dict.fromkeys(config["x"] for config in configs))
    assert table.x.tolist() == [x for x in first_drawn for _ in range(2)]


@pytest.mark.parametrize("bounds", [(1e-300, 1e300), (0.1, 0.1 + 1e-16), (3, 7)])
def test_a_draw_keeps_to_its_bounds(bounds):
    class Extreme(np.random.Generator):
        def uniform(self, low, high):
            return low if self.random() < 0.5 else high

    rng, (low, high) = Extreme(np.random.PCG64(0)), bounds
    drawn = {log_uniform(low, high)(rng) for _ in range(20)}
    assert low <= min(drawn) <= max(drawn) <= high


@pytest.mark.parametrize(("low", "high"), [(0, 1), (1, 1), (2, 1), (-1, 1), (1, float("inf"))])
def test_a_range_without_a_logarithm_is_refused(low, high):
    with pytest.raises(ValueError, match="0 < low < high"):
        log_uniform(low, high)
