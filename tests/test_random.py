"""Where randomness comes from, and what is refused as a source of it."""

import numpy as np
import pytest

import minigrad as mg
from minigrad.random import generator_or_default


def test_a_seed_restarts_the_default_generator():
    mg.seed(3)
    first = mg.default_rng().random(4)
    mg.seed(np.int64(3))
    assert np.array_equal(first, mg.default_rng().random(4))


@pytest.mark.parametrize("n", [-1, 1.0, "1", None, True, np.nan, [1], np.random.default_rng(0)])
def test_a_seed_is_an_integer_from_0(n):
    before = mg.default_rng().bit_generator.state
    with pytest.raises((TypeError, ValueError), match="seed: n is an integer, 0 or more; got"):
        mg.seed(n)
    assert mg.default_rng().bit_generator.state == before


def test_without_a_generator_the_default_one_draws():
    own = np.random.default_rng(0)
    assert generator_or_default(own, "here") is own
    assert generator_or_default(None, "here") is mg.default_rng()


@pytest.mark.parametrize("rng", [0, True, "0", np.random, np.random.RandomState(0), [0]])
def test_what_draws_takes_a_generator_and_nothing_else(rng):
    with pytest.raises(TypeError, match=r"here.*rng.*default_rng"):
        generator_or_default(rng, "here")
