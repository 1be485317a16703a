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


# What people reach for


def test_a_number_is_formatted_like_pythons():
    loss = mg.tensor(1.23456, requires_grad=True)
    assert f"{loss:.3f}" == "1.235" and f"{loss * 2:8.2e}" == "2.47e+00"
    assert f"{mg.tensor([1.0])}" == "tensor([1.])"


def test_booleans_combine():
    a, b = mg.tensor([True, True, False]), mg.tensor([True, False, False])
    assert (~a).tolist() == [False, False, True] == mg.logical_not(a).tolist()
    assert (a & b).tolist() == [True, False, False] == mg.logical_and(a, b).tolist()
    assert (a | b).tolist() == [True, True, False] == mg.logical_or(a, b).tolist()
    assert (a ^ b).tolist() == [False, True, False]
    assert (np.array([True, False, True]) & a).tolist() == [True, False, False]
    assert (mg.tensor([6, 5]) & 3).tolist() == [2, 1] and (~mg.tensor([0])).tolist() == [-1]
    assert bool(a.any()) and not bool(a.all()) and a.all(axis=0, keepdims=True).shape == (1,)
    with pytest.raises(TypeError, match=r"bitwise_and.*float32"):
        mg.tensor([1.0]) & a


def test_infinities_and_nan_are_found():
    x = mg.tensor([1.0, np.inf, np.nan])
    assert mg.isfinite(x).tolist() == [True, False, False]
    assert mg.isnan(x).tolist() == [False, False, True]


def test_methods_do_what_the_functions_do():
    x = mg.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    for name in (
        "sum",
        "mean",
        "max",
        "min",
        "prod",
        "var",
        "std",
        "any",
        "all",
        "argmax",
        "argmin",
    ):
        method, function = getattr(x, name), getattr(mg, name)
        assert method(axis=0).tolist() == function(x, axis=0).tolist()
        assert method().tolist() == function(x).tolist()
    for name in ("exp", "log", "sqrt"):
        assert getattr(x, name)().tolist() == getattr(mg, name)(x).tolist()
    assert x.flatten().tolist() == [1, 2, 3, 4]
    assert x.tolist() == [[1, 2], [3, 4]] and type(x.tolist()[0][0]) is float


def test_a_list_of_arrays_keeps_their_type():
    assert mg.tensor([np.array([1 / 3]), np.array([2 / 3])]).dtype == np.float64
    assert mg.tensor([np.ones(1, np.float32), [0.5]]).dtype == np.float64  # as NumPy
    assert mg.tensor([[1.0], [2.0]]).dtype == np.float32


@pytest.mark.parametrize("dtype", [">f4", ">f8", ">i4", ">u2"])
def test_a_tensor_has_the_byte_order_of_the_machine(dtype):
    x = mg.tensor(np.array([1, 2], dtype))
    assert x.dtype.isnative and x.tolist() == [1, 2]
    assert mg.tensor([1, 2], dtype=dtype).dtype.isnative


@given(
    hnp.arrays(np.int64, hnp.array_shapes(min_dims=1, max_dims=3, max_side=3)),
    st.data(),
)
def test_take_along_axis_broadcasts_as_numpys(x, data):
    axis = data.draw(st.integers(-x.ndim, x.ndim - 1))
    shape = [data.draw(st.sampled_from([1, n])) for n in x.shape]
    shape[axis] = data.draw(st.integers(0, 3))
    indices = data.draw(
        hnp.arrays(np.intp, tuple(shape), elements=st.integers(0, x.shape[axis] - 1))
    )
    expected = np.take_along_axis(x, indices, axis)
    assert mg.take_along_axis(mg.tensor(x), indices, axis).tolist() == expected.tolist()


def test_an_empty_list_takes_nothing():
    x = mg.tensor(np.ones((4, 2)), requires_grad=True)
    assert x[[]].shape == (0, 2)
    assert mg.grad(x[[]].sum(), x).tolist() == np.zeros((4, 2)).tolist()


def test_tensors_come_from_a_generator_too():
    parts = [mg.tensor([float(k)], requires_grad=True) for k in range(3)]
    assert mg.stack(p for p in parts).tolist() == [[0], [1], [2]]
    assert mg.concat(p for p in parts).tolist() == [0, 1, 2]


def test_concat_without_an_axis_reads_each_as_one_row():
    a = mg.tensor([[1.0, 2.0]], requires_grad=True)
    y = mg.concat([a, a, np.ones((2, 1), np.float32)], axis=None)
    assert y.tolist() == [1, 2, 1, 2, 1, 1]
    assert mg.grad(y.sum(), a).tolist() == [[2, 2]]


@pytest.mark.parametrize(
    ("subscripts", "shapes"),
    [
        ("...ij,...jk->...ik", [(2, 3, 2), (2, 2, 4)]),
        ("...ij,jk->...ik", [(2, 1, 3, 2), (2, 4)]),
        ("...i,...i", [(3, 2), (2,)]),
        ("...i,...i->...", [(3, 1, 2), (4, 2)]),
        ("i...->...", [(2, 3, 2)]),
        ("...->...", [()]),
        ("...,...", [(2,), (3, 1)]),
        ("...ii->...i", [(2, 3, 3)]),
        ("ij,jk->ik", [(3, 1), (4, 2)]),
        ("ij,jk", [(3, 4), (1, 2)]),
        ("ij,ij->", [(3, 1), (1, 4)]),
        ("ij,ij,kj->ik", [(1, 4), (3, 4), (2, 1)]),
    ],
)
def test_einsum_takes_ellipses_and_axes_of_length_1(subscripts, shapes):
    rng = np.random.default_rng(0)
    xs = [mg.tensor(rng.normal(size=s), requires_grad=True) for s in shapes]
    expected = np.einsum(subscripts, *(x.numpy() for x in xs))
    np.testing.assert_allclose(mg.einsum(subscripts, *xs).numpy(), expected, rtol=1e-12)
    assert mg.gradcheck(lambda *xs: mg.einsum(subscripts, *xs), xs, order=2)


@pytest.mark.parametrize("wanted", ["yes", 1, None])
def test_requires_grad_is_true_or_false(wanted):
    x = mg.tensor([1.0])
    with pytest.raises(TypeError, match="requires_grad is True or False; got"):
        x.requires_grad = wanted


def test_an_integer_cannot_be_made_to_require_a_gradient_later():
    x = mg.tensor([1, 2])
    with pytest.raises(TypeError, match="only float tensors can require a gradient"):
        x.requires_grad = True
    x.requires_grad = False


def test_a_result_cannot_be_made_to_forget_how_it_was_made():
    y = mg.tensor([1.0], requires_grad=True) * 2
    with pytest.raises(RuntimeError, match=r"multiply remembers.*detach"):
        y.requires_grad = False
    y.requires_grad = True
