"""What a diagnostic cannot use is refused, with the argument, what it takes and what it got."""

import math

import numpy as np
import pytest

import minigrad as mg
from minigrad import diagnostics as d

MODEL = mg.nn.Sequential(mg.nn.Linear(4, 3), mg.nn.ReLU())
W = mg.tensor([1.0, 2.0], requires_grad=True)
X = np.ones((5, 2), np.float32)


def loss(*_):
    return (W * W).sum()


NO_NUMBER = {"string": "1", "nan": math.nan, "none": None, "class": float, "list": [1.0, 2.0],
             "boolean": True, "complex": 1j}  # fmt: skip
NO_POSITIVE = {**NO_NUMBER, "zero": 0.0, "negative": -1.0, "infinite": math.inf}
NO_COUNT = {**NO_POSITIVE, "fraction": 2.5}
NO_FUNCTION = {"number": 1.0, "string": "loss", "none": None, "class": float, "tensor": W}
NO_MODEL = {"class": mg.nn.Linear, "function": loss, "none": None, "string": "m", "tensor": W,
            "list": [MODEL]}  # fmt: skip
NO_INPUTS = {"array": X, "string": "w", "none": None, "number": 1.0, "class": mg.Tensor,
             "empty": [], "generator of numbers": [1.0], "constant": mg.tensor([1.0]),
             "mixed": [W, X], "twice": [W, W], "model": MODEL, "dict": {"w": W}}  # fmt: skip
NO_NORMS = {"string": "1", "empty": [], "negative": [1.0, -1.0], "nan": [math.nan], "none": None,
            "infinite": [math.inf], "matrix": np.ones((2, 2)), "complex": [1j],
            "ragged": [[1.0], [1.0, 2.0]], "class": float}  # fmt: skip
NO_ROWS = {"number": 1.0, "list": [1.0], "none": None, "scalar": np.array(1.0), "string": "ab"}

# Function, the argument, bad values, and the call that hands one over.
TABLE = [
    ("sharpness", "f", NO_FUNCTION, lambda v: d.sharpness(v, W)),
    ("sharpness", "inputs", NO_INPUTS, lambda v: d.sharpness(loss, v)),
    ("sharpness", "tol", NO_POSITIVE | {"above": 2.0}, lambda v: d.sharpness(loss, W, tol=v)),
    ("sharpness", "rng", {"seed": 0, "module": np.random, "class": np.random.Generator,
                          "old": np.random.RandomState(0)},
     lambda v: d.sharpness(loss, W, rng=v)),
    ("sharpness", "optimizer", {"class": mg.optim.Adam, "string": "Adam", "number": 0.1},
     lambda v: d.sharpness(loss, W, v)),
    *[
        (name, argument, bad, call)
        for name in ("gradient_noise", "per_example_gradients")
        for argument, bad, call in (
            ("f", NO_FUNCTION, lambda v, name=name: getattr(d, name)(v, W, X)),
            ("inputs", NO_INPUTS, lambda v, name=name: getattr(d, name)(loss, v, X)),
            ("data", NO_ROWS, lambda v, name=name: getattr(d, name)(loss, W, X, v)),
        )
    ],
    *[
        ("gradient_noise_from_norms", argument, bad,
         lambda v, argument=argument: d.gradient_noise_from_norms(
             **{"small": 2.0, "big": 1.0, "small_batch": 1, "big_batch": 8, argument: v}))
        for argument, bad in (("small", NO_NORMS), ("big", NO_NORMS), ("small_batch", NO_COUNT),
                              ("big_batch", NO_COUNT))
    ],
    ("layer_norms", "model", NO_MODEL, d.layer_norms),
    ("layer_norms", "before",
     {"list": [1], "string": "x", "empty": {}, "other": {"0.weight": X, "0.bias": X},
      "class": dict, "numbers": {"0.weight": 1.0, "0.bias": None}},
     lambda v: d.layer_norms(MODEL, v)),
    ("dead_units", "model", NO_MODEL, lambda v: d.dead_units(v, X)),
    ("DivergenceDetector", "model", NO_MODEL, d.DivergenceDetector),
    ("DivergenceDetector", "factor", NO_POSITIVE | {"one": 1.0},
     lambda v: d.DivergenceDetector(MODEL, v)),
    ("range_test", "step", NO_FUNCTION, d.range_test),
    ("range_test", "step", {"none": None, "string": "1", "list": [1.0, 2.0], "complex": 1j,
                            "boolean": True, "tensor": W},
     lambda v: d.range_test(lambda lr: v)),
    ("range_test", "low", NO_POSITIVE, lambda v: d.range_test(lambda lr: 1.0, low=v)),
    ("range_test", "high", NO_POSITIVE, lambda v: d.range_test(lambda lr: 1.0, high=v)),
    ("range_test", "steps", NO_COUNT | {"one": 1},
     lambda v: d.range_test(lambda lr: 1.0, steps=v)),
    ("range_test", "smoothing", NO_COUNT | {"even": 4},
     lambda v: d.range_test(lambda lr: 1.0, smoothing=v)),
    ("range_test", "stop", NO_NUMBER | {"one": 1.0, "negative": -math.inf},
     lambda v: d.range_test(lambda lr: 1.0, stop=v)),
]  # fmt: skip


@pytest.mark.parametrize(
    ("function", "argument", "value", "call"),
    [
        pytest.param(name, argument, value, call, id=f"{name}-{argument}-{kind}")
        for name, argument, bad, call in TABLE
        for kind, value in bad.items()
    ],
)
def test_a_bad_argument_is_named_with_what_it_takes(function, argument, value, call):
    with pytest.raises((TypeError, ValueError)) as refused:
        call(value)
    said = str(refused.value)
    assert said.startswith(f"{function}: ")
    assert argument in said
    assert "<function" not in said.split(";")[0]
    assert len(said) < 300


def test_every_public_function_stands_in_the_table():
    results = {"Divergence", "GradientNoise", "RangeTest"}  # made by the others
    assert {name for name, *_ in TABLE} == set(d.__all__) - results


@pytest.mark.parametrize("value", [W, 1.0, None, "1"], ids=["vector", "float", "none", "string"])
def test_what_a_loss_function_returns_is_one_number(value):
    for call in (
        lambda: d.sharpness(lambda *_: value, W),
        lambda: d.gradient_noise(lambda *_: value, W, X),
    ):
        with pytest.raises(TypeError, match="f returns the loss, a tensor with one number; got"):
            call()


@pytest.mark.parametrize("n", [1, 2, 5])
@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_the_sharpness_of_a_loss_that_is_not_finite_is_nan(n, bad):
    w = mg.tensor(np.ones(n), requires_grad=True)
    assert math.isnan(d.sharpness(lambda w: (w * w).sum() + bad, w))
    assert math.isnan(d.sharpness(lambda w: (w * w * bad).sum(), w))


def test_curvature_that_is_not_finite_is_nan_where_the_loss_is_a_number():
    w = mg.tensor(np.zeros(3), requires_grad=True)
    assert math.isnan(d.sharpness(lambda w: (w**1.5).sum(), w))


def test_noise_of_gradients_that_are_not_finite_is_nan_and_not_infinite():
    noise = d.gradient_noise(lambda z: ((W - z) ** 2).mean(), W, np.full((3, 2), math.nan))
    assert math.isnan(noise.variance) and math.isnan(noise.signal) and math.isnan(noise.scale)


def test_a_lone_tensor_is_taken_and_given_back_as_in_grad():
    def f(z):
        return ((W - z) ** 2).sum()

    alone = d.per_example_gradients(f, W, X)
    (listed,) = d.per_example_gradients(f, [W], X)
    assert alone.shape == (5, 2)
    np.testing.assert_array_equal(alone, listed)
    assert d.gradient_noise(f, W, X) == d.gradient_noise(f, [W], X)
