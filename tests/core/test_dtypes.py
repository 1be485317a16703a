"""float32 and float64: what a result is, what a gradient is, and how they find back."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from primitives import MINIGRAD, NOT_FOR_USERS, REGISTRY

import minigrad as mg
from minigrad.core import ops

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")  # 0/0 is a value here

FLOATS = [np.float32, np.float64]
INTEGERS = [
    np.bool_,
    *map(np.dtype, ("i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", ">i2", ">u4")),
]
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


# Integers and booleans


@pytest.mark.parametrize("name", sorted(set(ops.__all__) - NOT_FOR_USERS - {"astype"}))
def test_integers_give_numpys_integers_or_float32_of_what_floats_give(name):
    entry = REGISTRY[name]

    @settings(max_examples=25)
    @given(entry.calls, st.sampled_from(INTEGERS), st.integers(0, 99), st.booleans())
    def check(call, dtype, seed, packed):
        shapes, params = call
        rng = np.random.default_rng(seed)
        least = 1 if entry.positive else -4 if np.dtype(dtype).kind == "i" else 0
        whole = [rng.integers(least, 5, s).astype(dtype) for s in shapes]
        if not packed:
            whole = [np.repeat(a[..., None], 2, axis=-1)[..., 0] for a in whole]
        try:
            y = entry.call(MINIGRAD, name, [mg.tensor(a) for a in whole], params)
        except (TypeError, ValueError):  # a difference of booleans, 2 ** -1
            with pytest.raises((TypeError, ValueError)):
                entry.numpy(*whole, **params)
            return
        if y.dtype.kind == "f":
            assert y.dtype == np.float32
            expected = entry.numpy(*(a.astype(float) for a in whole), **params)
        else:
            expected = np.asarray(entry.numpy(*whole, **params))
            assert y.dtype == expected.dtype.newbyteorder("=")
        np.testing.assert_allclose(y._data, expected, rtol=1e-5, atol=1e-6)

    check()


REAL = ["exp", "log1p", "tanh", "sigmoid", "gelu", "silu", "softplus", "relu", "erf", "sqrt"]


@pytest.mark.parametrize("name", [*REAL, "norm", "softmax", "logsumexp", "var", "std", "mean"])
@pytest.mark.parametrize("dtype", [d for d in INTEGERS if d is not np.bool_])
def test_a_function_of_real_numbers_takes_large_integers_for_reals(name, dtype):
    numbers = np.array([3, 60, 80], dtype)
    y = getattr(mg, name)(mg.tensor(numbers))
    assert y.dtype == np.float32
    expected = REGISTRY[name].numpy(numbers.astype(float), **_all_axes(name))
    np.testing.assert_allclose(y._data, expected, rtol=1e-5)


def _all_axes(name):
    if name in ("norm", "var", "std"):
        return {"axis": None, "keepdims": False} | ({"correction": 0} if name != "norm" else {})
    return {}


def test_arrays_without_a_tensor_are_real_numbers_too():
    few = np.array([3, 100], np.uint8)
    np.testing.assert_allclose(mg.sigmoid(few), [0.9525741, 1.0], rtol=1e-6)
    np.testing.assert_allclose(mg.gelu(few), [2.9959502, 100.0], rtol=1e-6)
    assert mg.exp(few).dtype == np.float32


def test_integers_beside_float64_are_not_rounded_to_float32():
    large = 2**24 + 1
    x = mg.tensor(np.array([0.5]))
    for y in (x * mg.tensor([large]), mg.tensor([large]) / (2 * x), x + np.array([large])):
        assert y.dtype == np.float64
        assert float(y) % 1 in (0, 0.5)
    assert (mg.tensor([large]) / (2 * x)).item() == large


@pytest.mark.parametrize("name", ["divide", "log", "sqrt", "exp", "mean", "norm", "softmax"])
@pytest.mark.parametrize("dtype", [">f4", ">f8"])
def test_the_byte_order_of_an_array_is_no_matter(name, dtype):
    swapped = np.array([1.5, 2.5], dtype)
    args = (swapped, mg.tensor([2.0, 4.0])) if name == "divide" else (mg.tensor(swapped),)
    native = np.array([1.5, 2.5])
    y = getattr(mg, name)(*args)
    assert y.dtype == np.dtype(dtype).newbyteorder("=")
    plain = (native, np.array([2.0, 4.0])) if name == "divide" else (native,)
    np.testing.assert_allclose(y._data, getattr(mg, name)(*plain), rtol=1e-6)


def test_indices_in_another_byte_order_find_their_gradient():
    x = mg.tensor(np.ones((3, 2)), requires_grad=True)
    x[np.array([0, 2, 2], ">i4")].sum().backward()
    assert x.grad.numpy().tolist() == [[1, 1], [0, 0], [2, 2]]


# Numbers beside a tensor

NUMBERS = st.one_of(
    st.integers(-3, 3),
    st.floats(-3, 3).map(lambda v: round(v, 2)),
    st.booleans(),
    st.floats(-3, 3).map(np.float64),
    st.floats(-3, 3, width=32).map(np.float32),
    st.integers(-3, 3).map(np.int64),
    st.floats(-3, 3).map(np.array),
)
BINARY = [mg.add, mg.subtract, mg.multiply, mg.divide, mg.maximum, mg.minimum, mg.pow]


@given(st.sampled_from(BINARY), NUMBERS, st.sampled_from(FLOATS), st.booleans(), st.booleans())
def test_any_number_takes_the_type_of_the_tensor_beside_it(function, number, dtype, first, scalar):
    x = mg.tensor(1.5 if scalar else [1.5, 2.5], requires_grad=True, dtype=dtype)
    y = function(number, x) if first else function(x, number)
    assert y.dtype == dtype
    plain = (float(number), x._data) if first else (x._data, float(number))
    np.testing.assert_allclose(y._data, function(*plain), rtol=1e-6)


@given(NUMBERS, st.sampled_from(FLOATS))
def test_a_number_among_the_parts_takes_the_type_of_the_others(number, dtype):
    t = mg.tensor(1.5, dtype=dtype)
    mask = mg.tensor([True, False])
    for y in (mg.stack([t, number]), mg.where(mask, t, number), mg.clip(t, number, None)):
        assert y.dtype == dtype


@pytest.mark.parametrize("numbers", [[True, False], [1, 2], np.array([1, 2], np.uint8)])
def test_a_float_beside_integers_makes_float32(numbers):
    x, real = mg.tensor(numbers), mg.tensor([0.5, 1.5])
    some = [x * 0.5, 0.5 + x, x / 2, x / x, x * np.float64(0.1), x**0.5, mg.maximum(x, 0.5)]
    for y in (*some, x * real, real - x, x * [0.5, 0.1], real * [0.5, 0.1], mg.where(x, 1.0, 0.0)):
        assert y.dtype == np.float32
    np.testing.assert_allclose((x * [0.5, 0.1])._data, np.multiply(numbers, [0.5, 0.1]), rtol=1e-6)


def test_a_list_beside_float64_keeps_its_digits():
    x = mg.tensor(np.ones(2))
    assert (x * [0.1, 0.2])._data.tolist() == [0.1, 0.2]
    assert mg.concat([x, [0.1]])._data.tolist() == [1, 1, 0.1]
    assert mg.stack([x[0], 0.1])._data.tolist() == [1, 0.1]


def test_a_gradient_flows_through_the_change_to_float32():
    x = mg.tensor([1.0, 2.0], requires_grad=True)
    y = x * mg.tensor([3, 4])
    assert mg.grad(y.sum(), x)._data.tolist() == [3, 4]


@pytest.mark.parametrize("made", [np.float16(2), np.ones(2, np.float16), np.ones(2, np.float32)])
def test_half_precision_never_comes_out(made):
    assert (mg.tensor([1, 2]) * made).dtype == np.float32
