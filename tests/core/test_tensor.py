"""What a tensor is: types, memory, operators, conversions."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import minigrad as mg

# Types


@pytest.mark.parametrize(
    ("data", "dtype"),
    [
        (1.5, mg.float32),
        ([1.0, 2.0], mg.float32),
        ([1, 2.0], mg.float32),
        ([[]], mg.float32),
        (np.float64(1.5), mg.float64),
        (np.ones(2), mg.float64),
        (np.ones(2, np.float32), mg.float32),
        (1, mg.int64),
        ([1, 2], mg.int64),
        (np.ones(2, np.int8), np.int8),
        ([True, False], mg.bool_),
    ],
)
def test_the_type_follows_from_what_is_given(data, dtype):
    assert mg.tensor(data).dtype == dtype


def test_a_type_that_is_asked_for_is_given():
    assert mg.tensor([1, 2], dtype=mg.float64).dtype == mg.float64
    assert mg.tensor(np.ones(2), requires_grad=True, dtype=mg.float32).dtype == mg.float32
    assert mg.tensor(mg.tensor([1.5]), dtype=mg.int64).data.tolist() == [1]


@pytest.mark.parametrize("dtype", [mg.float32, mg.float64])
@pytest.mark.parametrize(
    "operation",
    [
        lambda x: x + 1,
        lambda x: 1.5 * x,
        lambda x: x / 3,
        lambda x: 2**x,
        lambda x: x**2.5,
        lambda x: mg.where(x > 0, x, 0.0),
        lambda x: mg.maximum(x, 0.1),
        lambda x: mg.clip(x, 0.0, 1.0),
        lambda x: x * True,
        lambda x: x * mg.tensor([1.0, 2.0], dtype=x.dtype),
        lambda x: x.mean(),
        lambda x: mg.softmax(x),
    ],
)
def test_a_python_number_beside_a_tensor_takes_its_type(dtype, operation):
    x = mg.tensor([1.0, 2.0], requires_grad=True, dtype=dtype)
    y = operation(x)
    assert y.dtype == dtype
    y.sum().backward()
    assert x.grad.dtype == dtype


def test_float32_with_float64_is_float64_and_each_gradient_has_its_own_type():
    a = mg.tensor([1.0], requires_grad=True)
    b = mg.tensor([1.0], requires_grad=True, dtype=mg.float64)
    y = a * b
    assert y.dtype == mg.float64
    y.backward()
    assert (a.grad.dtype, b.grad.dtype) == (mg.float32, mg.float64)


def test_integers_and_comparisons_are_not_recorded():
    x = mg.tensor([1.0, 2.0], requires_grad=True)
    for y in (x > 1.0, x == x, x.argmax(), mg.tensor([1]) + 1, x.astype(mg.int64)):
        assert not y.requires_grad


# Memory


def test_a_tensor_copies_what_it_is_made_from():
    a = np.ones(2)
    x = mg.tensor(a)
    a[0] = 7
    assert x.data.tolist() == [1, 1]
    y = mg.tensor(x)
    y.data[0] = 7
    assert x.data.tolist() == [1, 1]


def test_data_numpy_asarray_and_detach_share_the_memory():
    x = mg.tensor([1.0, 2.0], requires_grad=True)
    for shared in (x.data, x.numpy(), np.asarray(x.detach()), x.detach().data):
        assert np.shares_memory(shared, x.data)
    assert not np.shares_memory(np.array(x.detach()), x.data)
    assert np.asarray(x.detach(), dtype=np.float64).dtype == np.float64


def test_detach_remembers_nothing():
    x = mg.tensor([1.0, 2.0], requires_grad=True)
    y = (x * x).detach()
    assert not y.requires_grad
    (y * x).sum().backward()
    assert x.grad.data.tolist() == [1, 4]


def test_in_place_operators_under_no_grad_write_into_the_same_memory():
    p = mg.tensor([8.0, 4.0], requires_grad=True)
    same, array = p, p.data
    with mg.no_grad():
        p += 2.0
        p -= mg.tensor([1.0, 1.0])
        p *= np.float32(2)
        p /= 3.0
    assert p is same
    assert array.tolist() == [6, pytest.approx(10 / 3)]
    assert p.requires_grad
    assert p.dtype == mg.float32


def test_adding_a_term_to_a_loss_is_recorded():
    x = mg.tensor(3.0, requires_grad=True)
    loss = x * x
    loss += 2.0 * x
    total = 0.0
    total += loss
    total.backward()
    assert x.grad.item() == 8


def test_assigning_data_keeps_the_tensor_and_its_memory():
    x = mg.tensor([1.0, 2.0], requires_grad=True)
    array = x.data
    x.data = [3.0, 4.0]
    assert array.tolist() == [3, 4]
    x.data = mg.tensor([5.0, 6.0])
    assert array.tolist() == [5, 6]


# As a Python object


@given(hnp.arrays(st.sampled_from([np.float32, np.float64]), hnp.array_shapes(min_dims=0)))
def test_shape_size_ndim_and_length_are_those_of_the_array(array):
    x = mg.tensor(array)
    assert (x.shape, x.size, x.ndim, x.dtype) == (array.shape, array.size, array.ndim, array.dtype)
    np.testing.assert_array_equal(x.data, array)
    if array.ndim:
        assert len(x) == len(array)
        for row, expected in zip(x, array, strict=True):
            np.testing.assert_array_equal(row.data, expected)


def test_one_number_converts_to_python():
    for x in (mg.tensor(2.0), mg.tensor([[2.0]])):
        assert (x.item(), float(x), int(x), bool(x)) == (2.0, 2.0, 2, True)
    assert type(mg.tensor(2).item()) is int


def test_the_representation_says_what_matters():
    assert repr(mg.tensor([1.0, 2.0])) == "tensor([1., 2.])"
    assert repr(mg.tensor(1.0, requires_grad=True)) == "tensor(1., requires_grad=True)"
    assert repr(mg.tensor(np.ones(1))) == "tensor([1.], dtype=float64)"
    assert repr(mg.tensor([1])) == "tensor([1], dtype=int64)"


def test_tensors_are_keys_by_identity():
    a, b = mg.tensor([1.0]), mg.tensor([1.0])
    assert {a: "a", b: "b"}[a] == "a"


def test_operators_work_with_numbers_and_arrays_on_either_side():
    x, a = mg.tensor(np.array([[1.0, 2.0], [3.0, 4.0]])), np.array([[2.0, 0.5], [1.0, -1.0]])
    for operate in (
        lambda p, q: p + q,
        lambda p, q: p - q,
        lambda p, q: p * q,
        lambda p, q: p / q,
        lambda p, q: abs(p) ** q,
        lambda p, q: p < q,
        lambda p, q: p >= q,
        lambda p, q: p != q,
    ):
        for other in (a, 2.0, np.float64(2), mg.tensor(a)):
            plain = other.data if isinstance(other, mg.Tensor) else other
            for result, expected in (
                (operate(x, other), operate(x.data, plain)),
                (operate(other, x), operate(plain, x.data)),
            ):
                assert type(result) is mg.Tensor
                np.testing.assert_array_equal(result.data, expected)
    np.testing.assert_array_equal((x @ a).data, x.data @ a)
    np.testing.assert_array_equal((a @ x).data, a @ x.data)
    np.testing.assert_array_equal((-x).T.data, -x.data.T)


def test_an_array_plus_equals_a_tensor_becomes_a_tensor_or_is_refused():
    total = np.zeros(2)
    with pytest.raises(TypeError):
        total += mg.tensor([1.0, 2.0], requires_grad=True)


def test_a_copied_model_shares_nothing():
    import copy

    x = mg.tensor([1.0, 2.0], requires_grad=True)
    y = copy.deepcopy(x)
    y.data[0] = 7
    assert x.data.tolist() == [1, 2]
    assert y.requires_grad
