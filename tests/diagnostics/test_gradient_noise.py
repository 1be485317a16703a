"""The noise of gradients is what linear regression and enumeration say it is."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import minigrad as mg
from minigrad.diagnostics import gradient_noise, gradient_noise_from_norms, per_example_gradients


def test_the_gradients_of_the_examples_are_those_of_linear_regression():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(7, 3)), rng.normal(size=(7, 1))
    model = mg.nn.Linear(3, 1, rng=rng, dtype=np.float64)

    def f(x, y):
        return mg.nn.mse_loss(model(x), y)

    weight, bias = per_example_gradients(f, list(model.parameters()), x, y)
    residual = x @ model.weight.data + model.bias.data - y
    np.testing.assert_allclose(weight, 2 * residual[:, None] * x[:, :, None])
    np.testing.assert_allclose(bias, 2 * residual)
    f(x, y).backward()
    np.testing.assert_allclose(weight.mean(axis=0), model.weight.grad.data)


def test_the_noise_of_linear_regression_at_its_solution_is_that_of_its_targets():
    # Every x is ±1 in each of three coordinates, every noise ±σ with each x: so at the true w the
    # gradient 2 ε x has mean 0 and variance 4 σ² in each coordinate; away from it, at w + d, the
    # mean gradient is 2 d.
    sigma, w, d = 0.5, np.array([[3.0], [-1.0], [2.0]]), np.array([[0.1], [0.0], [0.2]])
    x = np.array(list(itertools.product([-1.0, 1.0], repeat=3)) * 2)
    y = x @ w + np.repeat([sigma, -sigma], 8)[:, None]
    theta = mg.tensor(w, requires_grad=True)

    def f(x, y):
        return mg.nn.mse_loss(x @ theta, y)

    at_solution = gradient_noise(f, [theta], x, y)
    assert at_solution.variance == pytest.approx(3 * 4 * sigma**2)
    assert at_solution.signal == pytest.approx(0, abs=1e-20)
    assert at_solution.scale > 1e10

    theta.data = w + d
    moved = gradient_noise(f, [theta], x, y)
    # The residual x·d adds 4 (|x|² (x·d)² - |d|²) to it, on average 4 (3 - 1) |d|².
    size = float((d**2).sum())
    assert moved.signal == pytest.approx(4 * size)
    assert moved.variance == pytest.approx(12 * sigma**2 + 8 * size)
    assert moved.scale == moved.variance / moved.signal


@given(st.integers(0, 1000))
@settings(max_examples=20)
def test_norms_of_two_batch_sizes_give_the_noise_that_the_examples_have(seed):
    z = np.random.default_rng(seed).normal(1, 2, size=(3, 2))
    theta = mg.tensor(np.zeros((1, 2)), requires_grad=True)
    exact = gradient_noise(lambda z: ((theta - z) ** 2).sum() / 2, [theta], z)
    assert exact.variance == pytest.approx(z.var(axis=0).sum())
    # All batches that can be drawn with replacement, so that the means are expectations.
    norms = {
        size: [
            np.linalg.norm(z[list(drawn)].mean(axis=0))
            for drawn in itertools.product(range(3), repeat=size)
        ]
        for size in (1, 4)
    }
    estimate = gradient_noise_from_norms(norms[1], norms[4], 1, 4)
    np.testing.assert_allclose(estimate, exact, rtol=1e-9, atol=1e-12)


def test_equal_examples_have_no_noise():
    theta = mg.tensor([2.0], requires_grad=True)
    noise = gradient_noise(lambda z: ((theta - z) ** 2).mean(), [theta], np.ones((5, 1)))
    assert noise == (0.0, pytest.approx(4.0))
    assert noise.scale == 0


def test_an_estimate_without_signal_has_an_infinite_scale():
    assert gradient_noise_from_norms(2.0, 0.1, 1, 10).signal < 0
    assert gradient_noise_from_norms(2.0, 0.1, 1, 10).scale == math.inf


def test_gradients_of_examples_want_examples():
    theta = mg.tensor([2.0], requires_grad=True)
    for data in ((), (np.ones(0),), (np.ones(2), np.ones(3))):
        with pytest.raises(ValueError, match="one row for each example"):
            gradient_noise(lambda *_: theta.sum(), [theta], *data)
    with pytest.raises(ValueError, match="small_batch is below big_batch"):
        gradient_noise_from_norms(1.0, 1.0, 8, 8)


def test_gradient_noise_leaves_gradients_alone_and_works_where_nothing_is_recorded():
    theta = mg.tensor([2.0], requires_grad=True)
    with mg.no_grad():
        gradient_noise(lambda z: ((theta - z) ** 2).mean(), [theta], np.ones((5, 1)))
    assert theta.grad is None
