"""Initial values have the spread their papers ask for; clipping does what it reports."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import minigrad as mg
from minigrad import nn
from minigrad.nn.clipping import total_norm

MATRIX, FILTERS = (200, 300), (100, 20, 3, 3)
VARIANCES = {
    "kaiming_uniform": lambda fan_in, fan_out: 2 / fan_in,
    "kaiming_normal": lambda fan_in, fan_out: 2 / fan_in,
    "xavier_uniform": lambda fan_in, fan_out: 2 / (fan_in + fan_out),
    "xavier_normal": lambda fan_in, fan_out: 2 / (fan_in + fan_out),
}


@pytest.mark.parametrize("name", VARIANCES)
@pytest.mark.parametrize(("shape", "fans"), [(MATRIX, (200, 300)), (FILTERS, (180, 900))])
def test_a_draw_has_the_variance_its_paper_asks_for(name, shape, fans):
    values = getattr(nn.init, name)(shape, np.random.default_rng(0), np.float64)
    wanted = VARIANCES[name](*fans)
    assert values.shape == shape
    assert abs(values.mean()) < 6 * math.sqrt(wanted / values.size)
    assert values.var() == pytest.approx(wanted, rel=0.05)
    if name.endswith("uniform"):
        assert np.abs(values).max() <= math.sqrt(3 * wanted)


@given(shape=st.lists(st.integers(1, 5), min_size=2, max_size=4).map(tuple), gain=st.floats(0.5, 2))
@settings(max_examples=30)
def test_all_singular_values_of_an_orthogonal_draw_are_the_gain(shape, gain):
    values = nn.init.orthogonal(shape, np.random.default_rng(0), gain, np.float64)
    singular = np.linalg.svd(values.reshape(shape[0], -1), compute_uv=False)
    np.testing.assert_allclose(singular, gain, rtol=1e-10)


def test_orthogonal_draws_favour_no_direction():
    rng = np.random.default_rng(0)
    draws = np.array([nn.init.orthogonal((2, 2), rng, dtype=np.float64) for _ in range(2000)])
    assert np.abs(draws.mean(axis=0)).max() < 6 * math.sqrt(0.5 / 2000)


@pytest.mark.parametrize("name", [*VARIANCES, "orthogonal"])
def test_a_vector_has_no_fans(name):
    with pytest.raises(ValueError, match=r"\(5,\)"):
        getattr(nn.init, name)((5,))


def test_draws_are_float32_unless_asked_and_follow_the_generator():
    a, b = (nn.init.kaiming_normal((3, 2), np.random.default_rng(1)) for _ in range(2))
    assert a.dtype == np.float32
    np.testing.assert_array_equal(a, b)
    mg.seed(5)
    c = nn.init.uniform((3,), 1.0)
    mg.seed(5)
    np.testing.assert_array_equal(nn.init.uniform((3,), 1.0), c)
    np.testing.assert_array_equal(nn.init.zeros((2,)), np.zeros(2, np.float32))


# Clipping


def parameters(*gradients):
    made = []
    for g in gradients:
        p = mg.tensor(np.ones_like(g), requires_grad=True)
        p.grad = mg.tensor(g)
        made.append(p)
    return made


def gradients(parameters):
    return [p.grad.numpy() for p in parameters]


def test_long_gradients_are_scaled_together_and_the_old_norm_returned():
    ps = parameters(np.array([3.0, 0.0]), np.array([[0.0], [4.0]]))
    assert nn.clip_grad_norm_(ps, 1.0) == pytest.approx(5.0)
    np.testing.assert_allclose(gradients(ps)[0], [0.6, 0.0], rtol=1e-6)
    np.testing.assert_allclose(gradients(ps)[1], [[0.0], [0.8]], rtol=1e-6)


def test_short_gradients_are_left_alone():
    ps = parameters(np.array([3.0, 4.0]))
    assert nn.clip_grad_norm_(ps, 5.1) == pytest.approx(5.0)
    np.testing.assert_array_equal(gradients(ps)[0], [3.0, 4.0])


def test_the_norm_of_huge_float32_gradients_does_not_overflow():
    ps = parameters(np.full(4, 1e30, np.float32))
    assert nn.clip_grad_norm_(ps, 1.0) == pytest.approx(2e30)
    np.testing.assert_allclose(gradients(ps)[0], np.full(4, 0.5), rtol=1e-6)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_norm_that_is_not_finite_is_returned(bad):
    assert not np.isfinite(nn.clip_grad_norm_(parameters(np.array([1.0, bad])), 1.0))


def test_an_infinite_limit_takes_the_norm_and_changes_nothing():
    ps = parameters(np.array([3.0, np.inf]), np.array([4.0]))
    assert nn.clip_grad_norm_(ps, np.inf) == np.inf
    np.testing.assert_array_equal(gradients(ps)[0], [3.0, np.inf])
    assert nn.clip_grad_norm_(ps[1:], np.inf) == 4.0


def test_a_parameter_that_is_given_twice_is_clipped_once():
    (p,) = parameters(np.array([3.0, 4.0]))
    assert nn.clip_grad_norm_([p, p], 1.0) == pytest.approx(5.0)
    np.testing.assert_allclose(p.grad.numpy(), [0.6, 0.8], rtol=1e-6)
    (p,) = parameters(np.array([3.0, 0.5]))
    assert nn.clip_grad_value_([p, p], 1.0) == 0.5


def test_a_norm_of_many_arrays_is_that_of_one_long_vector():
    arrays = [np.array([[3.0], [0.0]]), np.zeros((0, 2)), np.array(4.0, np.float32)]
    assert total_norm(arrays) == 5.0
    assert total_norm([]) == 0.0
    tiny = np.full(4, 1e-30, np.float32)  # whose squares are 0 in float32
    assert total_norm([tiny]) == pytest.approx(2e-30)


def test_values_are_clipped_and_their_share_returned():
    ps = parameters(np.array([-3.0, 0.5]), np.array([1.0, 2.0]))
    assert nn.clip_grad_value_(ps, 1.0) == 0.5
    np.testing.assert_array_equal(np.stack(gradients(ps)), [[-1.0, 0.5], [1.0, 1.0]])


def test_adaptive_clipping_holds_each_unit_to_a_share_of_its_weights():
    (p,) = parameters(np.array([[3.0, 0.01], [4.0, 0.0]]))  # weights of ones: columns of root 2
    assert nn.adaptive_clip_grad_(p, 0.1) == 0.5
    limit = 0.1 * math.sqrt(2)
    np.testing.assert_allclose(p.grad.numpy(), [[0.6 * limit, 0.01], [0.8 * limit, 0.0]])


def test_adaptive_clipping_lets_weights_of_zero_move():
    p = mg.tensor(np.zeros(2), requires_grad=True)
    p.grad = mg.tensor(np.array([3.0, 4.0]))
    assert nn.adaptive_clip_grad_(p, 0.1, eps=0.01) == 1.0
    np.testing.assert_allclose(p.grad.numpy(), [0.0006, 0.0008])


@pytest.mark.parametrize(("shape", "units"), [((), 1), ((4,), 1), ((4, 3), 3), ((4, 3, 2, 2), 4)])
def test_a_unit_is_a_column_a_filter_or_a_vector(shape, units):
    weight, unit = np.zeros(shape), {2: (0, 1)}.get(len(shape), (0,) * len(shape))
    p = mg.tensor(np.ones(shape), requires_grad=True)
    weight[unit] = 1e3
    p.grad = mg.tensor(weight)
    assert nn.adaptive_clip_grad_(p) == 1 / units


@pytest.mark.parametrize("clip", [nn.clip_grad_norm_, nn.clip_grad_value_, nn.adaptive_clip_grad_])
def test_parameters_without_a_gradient_are_passed_over(clip):
    assert clip([mg.tensor([1.0], requires_grad=True)], 1.0) == 0.0
    assert clip([], 1.0) == 0.0


@pytest.mark.parametrize("clip", [nn.clip_grad_norm_, nn.clip_grad_value_, nn.adaptive_clip_grad_])
def test_clipping_takes_an_iterator_and_writes_in_place(clip):
    ps = parameters(np.full(2, 1e3, np.float32), np.full((1, 2), 1e3, np.float32))
    memory = [p.grad.data for p in ps]
    clip(iter(ps), 0.5)
    assert all((g < 1e3).all() and g.dtype == np.float32 for g in memory)
    assert all(np.shares_memory(g, p.grad.data) for g, p in zip(memory, ps, strict=True))
