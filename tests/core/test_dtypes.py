"""float32 and float64: what a result is, what a gradient is, and how they find back."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from primitives import MINIGRAD, REGISTRY

import minigrad as mg
from minigrad.core import ops

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")  # 0/0 is a value here

FLOATS = [np.float32, np.float64]
DIFFERENTIABLE = sorted(
    name for name, entry in REGISTRY.items() if entry.differentiable and name != "astype"
)
OPERATORS = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "**": lambda a, b: a**b,
}


@pytest.mark.parametrize("name", DIFFERENTIABLE)
def test_a_result_has_the_widest_type_and_a_gradient_its_arguments(name):
    entry = REGISTRY[name]

    @settings(max_examples=30)
    @given(entry.calls, st.data())
    def check(call, data):
        shapes, params = call
        dtypes = [data.draw(st.sampled_from(FLOATS)) for _ in shapes]
        leaves = [
            mg.Tensor(np.ones(s, d), requires_grad=True)
            for s, d in zip(shapes, dtypes, strict=True)
        ]
        y = entry.call(MINIGRAD, name, leaves, params)
        assert y.dtype == np.result_type(*dtypes)
        for x, g in zip(leaves, mg.grad(y, leaves, np.ones(y.shape)), strict=True):
            assert (g.dtype, g.shape) == (x.dtype, x.shape)

    check()


@pytest.mark.parametrize("symbol", sorted(OPERATORS))
@pytest.mark.parametrize("dtype", FLOATS)
def test_a_python_number_takes_the_tensors_type(symbol, dtype):
    operator, x = OPERATORS[symbol], mg.tensor([1.5, 2.5], requires_grad=True, dtype=dtype)
    for number in (2, 0.1):
        for y in (operator(x, number), operator(number, x)):
            assert y.dtype == dtype
            assert mg.grad(y.sum(), x).dtype == dtype


@pytest.mark.parametrize("name", ["clip", "maximum", "minimum", "where"])
def test_a_python_number_among_the_arguments_takes_the_tensors_type(name):
    x = mg.tensor([-1.5, 0.5], requires_grad=True)
    y = mg.where(x > 0, x, 0.1) if name == "where" else getattr(mg, name)(x, 0.1)
    assert y.dtype == np.float32
    assert mg.grad(y.sum(), x).dtype == np.float32


@pytest.mark.parametrize(("a", "b"), [(1.0, 0.0), (0.5, 1), (False, 0.5)])
def test_where_makes_float32_of_python_numbers_alone_as_tensor_does(a, b):
    mask = mg.tensor([1.5, -2.5]) > 0
    chosen = mg.where(mask, a, b)
    assert chosen.dtype == mg.tensor([a, b]).dtype == np.float32
    assert chosen.numpy().tolist() == [a, b]


def test_where_leaves_other_numbers_their_type():
    mask = mg.tensor([1.5, -2.5]) > 0
    assert mg.where(mask, 1, 0).dtype == mg.tensor([1, 0]).dtype
    assert mg.where(mask, np.float64(1.0), 0.0).dtype == np.float32
    assert mg.where(mask, 1.0, np.zeros(2)).dtype == np.float64


def test_an_array_keeps_its_type_beside_a_tensor():
    x = mg.tensor([1.0, 2.0], requires_grad=True)
    assert (x * np.ones(2)).dtype == np.float64
    assert (np.ones(2) * x).dtype == np.float64
    assert mg.grad((x * np.ones(2)).sum(), x).dtype == np.float32


@pytest.mark.parametrize("source", FLOATS)
@pytest.mark.parametrize("target", FLOATS)
def test_a_gradient_passes_through_a_change_of_type(source, target):
    x = mg.tensor([1.0, 2.0], requires_grad=True, dtype=source)
    y = mg.astype(x, target)
    assert y.dtype == target
    g = mg.grad((y * y).sum(), x)
    assert g.dtype == source
    assert g.numpy().tolist() == [2, 4]


@given(
    hnp.mutually_broadcastable_shapes(num_shapes=2, max_dims=4, min_side=0, max_side=3),
    st.sampled_from(FLOATS),
    st.booleans(),
)
def test_fit_is_the_transpose_of_broadcasting(shapes, dtype, on_tensors):
    small, full = shapes.input_shapes[0], shapes.result_shape
    rng = np.random.default_rng(0)
    x, g = rng.integers(-4, 5, small).astype(dtype), rng.integers(-4, 5, full).astype(float)
    fitted = ops.fit(mg.Tensor(g) if on_tensors else g, x)
    fitted = fitted._data if on_tensors else fitted
    assert (fitted.shape, fitted.dtype) == (x.shape, x.dtype)
    assert np.sum(fitted * x) == np.sum(g * np.broadcast_to(x, full))


@pytest.mark.parametrize("key", [[0, 2, 0], np.array([0, 2, 0]), mg.tensor([0, 2, 0])])
def test_any_list_of_integers_is_a_key(key):
    x = mg.tensor(np.arange(6.0).reshape(3, 2), requires_grad=True)
    assert x[key].numpy().tolist() == [[0, 1], [4, 5], [0, 1]]
    assert mg.grad(x[key].sum(), x).numpy().tolist() == [[2, 2], [0, 0], [1, 1]]


@given(st.lists(st.integers(-3, 2), max_size=8), st.integers(0, 2))
def test_rows_scattered_to_one_place_add_up(rows, columns):
    values = np.arange(1.0, 1 + len(rows) * columns).reshape(len(rows), columns)
    expected = np.zeros((3, columns))
    for row, value in zip(rows, values, strict=True):
        expected[row] += value
    key = np.array(rows, int)
    np.testing.assert_array_equal(mg.scatter(values, key, (3, columns)), expected)
    np.testing.assert_array_equal(mg.scatter(values, (key,), (3, columns)), expected)


@pytest.mark.parametrize("function", [mg.softmax, mg.log_softmax, mg.logsumexp])
@pytest.mark.parametrize("axis", [0, -1])
def test_integers_count_as_floats_in_a_softmax(function, axis):
    numbers = [[1, -2, 3], [0, 1000, 5]]
    of_integers = function(mg.tensor(numbers), axis=axis).numpy()
    of_floats = function(np.array(numbers, np.float32), axis=axis)
    np.testing.assert_array_equal(of_integers, of_floats, strict=True)
