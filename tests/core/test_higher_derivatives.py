"""Derivatives of the third order, and those at places where a formula divides by 0."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import minigrad as mg


def at(value):
    return mg.tensor(np.array(value), requires_grad=True)


def derivatives(f, x, order):
    """Return f and its derivatives at the number ``x``."""
    leaf = at(x)
    found = [f(leaf)]
    for _ in range(order):
        found.append(
            mg.grad(found[-1], leaf, create_graph=True)
            if found[-1].requires_grad
            else mg.tensor(np.zeros(()))
        )
    return [y.item() for y in found]


def cycle(*of):
    return lambda x: [f(x) for f in of]


def _logistic(x):
    s = 1 / (1 + math.exp(-x))
    c = math.exp(-x) / (1 + math.exp(-x))  # 1 - s, not rounded to 0
    return s, c


CLOSED = {  # the value and three derivatives
    "exp": lambda x: [math.exp(x)] * 4,
    "expm1": lambda x: [math.expm1(x)] + [math.exp(x)] * 3,
    "log": lambda x: [math.log(x), 1 / x, -(x**-2), 2 * x**-3],
    "log1p": lambda x: [math.log1p(x), 1 / (1 + x), -((1 + x) ** -2), 2 * (1 + x) ** -3],
    "sqrt": lambda x: [x**0.5, 0.5 * x**-0.5, -0.25 * x**-1.5, 0.375 * x**-2.5],
    "sin": cycle(math.sin, math.cos, lambda x: -math.sin(x), lambda x: -math.cos(x)),
    "cos": cycle(math.cos, lambda x: -math.sin(x), lambda x: -math.cos(x), math.sin),
    "softplus": lambda x: _softplus(x),
    "sigmoid": lambda x: _sigmoid(x),
    "tanh": lambda x: _tanh(x),
    "erf": lambda x: _erf(x),
}


def _softplus(x):
    s, c = _logistic(x)
    return [math.log1p(math.exp(-abs(x))) + max(x, 0), s, s * c, s * c * (c - s)]


def _sigmoid(x):
    s, c = _logistic(x)
    return [s, s * c, s * c * (c - s), s * c * ((c - s) ** 2 - 2 * s * c)]


def _tanh(x):
    t = math.tanh(x)
    u = 1 - t * t
    return [t, u, -2 * t * u, u * (6 * t * t - 2)]


def _erf(x):
    b = 2 / math.sqrt(math.pi) * math.exp(-x * x)
    return [math.erf(x), b, -2 * x * b, (4 * x * x - 2) * b]


@pytest.mark.parametrize("name", CLOSED)
def test_three_derivatives_are_those_of_the_closed_form(name):
    @settings(max_examples=40)
    @given(st.floats(0.05, 3) if name in ("log", "log1p", "sqrt") else st.floats(-3, 3))
    def check(x):
        found = derivatives(getattr(mg, name), x, 3)
        np.testing.assert_allclose(found, CLOSED[name](x), rtol=1e-9, atol=1e-9)

    check()


@pytest.mark.parametrize("x", [-700.0, -40.0, 20.0, 40.0, 600.0])
def test_the_curvature_of_softplus_is_right_in_its_tails(x):
    np.testing.assert_allclose(derivatives(mg.softplus, x, 3)[1:], _softplus(x)[1:], rtol=1e-12)


def falling(k, n):
    """k (k - 1) ... to n factors."""
    return math.prod(k - i for i in range(n))


@given(st.integers(0, 5), st.sampled_from([0.0, 0.5, -1.5]), st.sampled_from(["number", "array"]))
def test_every_derivative_of_a_whole_power_is_finite_and_right(k, x, kind):
    p = k if kind == "number" else np.array([float(k)])
    found = derivatives(lambda v: mg.sum(v**p), x, k + 4)
    expected = [falling(k, n) * x ** (k - n) if k >= n else 0 for n in range(k + 5)]
    np.testing.assert_allclose(found, expected, rtol=1e-12)


@given(st.floats(0.2, 3), st.sampled_from([-2.0, -1.0, 0.0, 0.5, 1.0, 2.0, 3.0]))
def test_a_power_may_be_differentiated_in_base_and_exponent_in_either_order(base, exponent):
    x, p = at(base), at(exponent)
    in_x, in_p = mg.grad(x**p, [x, p], create_graph=True)
    mixed = base ** (exponent - 1) * (1 + exponent * math.log(base))
    np.testing.assert_allclose(mg.grad(in_x, p).item(), mixed, rtol=1e-12)
    np.testing.assert_allclose(mg.grad(in_p, x).item(), mixed, rtol=1e-12)


def test_nothing_is_made_nan_by_powers_of_0():
    x, p = at([0.0, 0.0, 2.0]), at([0.0, 2.0, 0.0])
    gradients = mg.grad((x**p).sum(), [x, p], create_graph=True)
    assert [g.tolist() for g in gradients] == [[0, 0, 0], [0, 0, math.log(2)]]
    for g in gradients:
        assert all(
            np.isfinite(h.numpy()).all() for h in mg.grad(g.sum(), [x, p], create_graph=True)
        )


@pytest.mark.parametrize("length", [mg.norm, mg.std], ids=["norm", "std"])
def test_a_second_derivative_that_is_not_there_is_nan_and_not_a_number_that_is_wrong(length):
    x = at([0.0, 0.0])
    assert mg.grad(length(x), x).tolist() == [0, 0]
    assert mg.grad(length(x) ** 2, x).tolist() == [0, 0]
    assert np.isnan(mg.hvp(lambda x: length(x) ** 2, x, [1.0, -1.0]).numpy()).all()
    near = at([1e-9, -1e-9])
    along = mg.hvp(lambda x: length(x) ** 2, near, [1.0, -1.0]).numpy()
    np.testing.assert_allclose(
        along, mg.hvp(lambda x: length(x) ** 2, at([3.0, -4.0]), [1.0, -1.0])
    )
    assert mg.gradcheck(length, at([0.3, -0.7]), order=3)


def test_a_base_that_is_a_number_keeps_the_precision_of_the_exponent():
    x = mg.tensor(np.array([0.3, 1.1]), requires_grad=True)
    for base in (2, 2.0, 0.7):
        bend = mg.hvp(lambda x, base=base: mg.sum(base**x), x, np.ones(2))
        expected = base ** x.numpy() * np.log(base) ** 2
        np.testing.assert_allclose(bend.numpy(), expected, rtol=1e-15)
