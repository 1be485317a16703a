"""Every primitive: its value against NumPy's, its derivatives against finite differences."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from primitives import (
    DIFFERENTIABLE,
    LAYOUTS,
    MINIGRAD,
    NOT_FOR_USERS,
    REGISTRY,
    distinct,
    laid_out,
)

import minigrad as mg

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")  # 0/0 is a value here


@st.composite
def smooth_calls(draw, entry):
    shapes, params = draw(entry.calls)
    arrays = distinct(shapes, draw(st.integers(0, 2**32 - 1)), entry.positive)
    return [laid_out(a, draw(st.sampled_from(LAYOUTS))) for a in arrays], params


def test_the_registry_holds_every_public_primitive():
    assert set(REGISTRY) == set(vars(MINIGRAD)) - NOT_FOR_USERS


@pytest.mark.parametrize("name", sorted(REGISTRY))
def test_the_value_is_numpys(name):
    entry = REGISTRY[name]

    @given(smooth_calls(entry))
    def check(call):
        arrays, params = call
        value = entry.call(MINIGRAD, name, [mg.Tensor(a) for a in arrays], params)
        expected = entry.numpy(*arrays, **params)
        assert value.shape == np.shape(expected)
        assert value.dtype == np.asarray(expected).dtype
        np.testing.assert_allclose(value._data, expected, rtol=1e-12, atol=1e-13)

    check()


@pytest.mark.parametrize("name", sorted(REGISTRY))
def test_arrays_in_give_an_array_out(name):
    entry = REGISTRY[name]

    @settings(max_examples=20)
    @given(smooth_calls(entry))
    def check(call):
        arrays, params = call
        value = entry.call(MINIGRAD, name, arrays, params)
        assert isinstance(value, np.ndarray | np.generic)
        recorded = entry.call(MINIGRAD, name, [mg.Tensor(a) for a in arrays], params)
        np.testing.assert_array_equal(value, recorded._data)

    check()


@pytest.mark.parametrize("name", DIFFERENTIABLE)
def test_the_derivatives_are_right_to_second_order(name):
    entry = REGISTRY[name]

    @settings(max_examples=50, suppress_health_check=[HealthCheck.too_slow])
    @given(smooth_calls(entry))
    def check(call):
        arrays, params = call
        leaves = [mg.Tensor(a, requires_grad=True) for a in arrays]
        mg.gradcheck(lambda *xs: entry.call(MINIGRAD, name, xs, params), leaves, order=2)

    check()
