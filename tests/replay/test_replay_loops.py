"""NumPy's inner loops, called without NumPy, give what NumPy gives."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import special

import minigrad as mg

machine = pytest.importorskip("minigrad.replay.machine", reason="Numba is not installed")
from minigrad.kernels.loops import EXACT, inner_loop, is_packed  # noqa: E402
from minigrad.kernels.tracing import trace  # noqa: E402

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")

UFUNCS = [np.add, np.multiply, np.maximum, np.divide, np.less, np.not_equal]
UNARY = [np.exp, np.tanh, np.sqrt, np.negative, np.sign]


def drawn(seed, shape, dtype=np.float32):
    return np.random.default_rng(seed).normal(size=shape).astype(dtype)


def check(function, *arrays):
    """Trace a function, spoil its result, and have the machine compute it again."""
    expected = function(*arrays)
    result, loops = trace(function, arrays, {})
    np.testing.assert_array_equal(result, expected, strict=True)
    result.view(np.uint8 if result.dtype == bool else result.dtype).fill(7)
    assert machine.Code([loops]).run(0, len(loops)) == len(loops)
    np.testing.assert_array_equal(result, expected, strict=True)


@given(
    st.sampled_from(UFUNCS),
    hnp.mutually_broadcastable_shapes(num_shapes=2, min_side=1),
    st.booleans(),
    st.integers(0, 99),
)
def test_elementwise_over_what_broadcasts(ufunc, shapes, turned, seed):
    whole = len(shapes.result_shape)
    full = [(1,) * (whole - len(shape)) + shape for shape in shapes.input_shapes]
    x, y = (drawn(seed + i, shape) for i, shape in enumerate(full))
    check(ufunc, x.T if turned else x, y.T if turned else y)


@given(st.sampled_from(UNARY), hnp.array_shapes(min_dims=0, max_side=40), st.integers(1, 3))
def test_elementwise_over_views_with_gaps(ufunc, shape, step):
    x = drawn(0, (*shape, step))[..., 0]
    check(ufunc, x)
    if ufunc in EXACT and x.ndim:
        check(ufunc, x[..., ::-1])


@settings(max_examples=200)
@given(
    st.sampled_from([np.add, np.maximum, np.minimum]),
    hnp.array_shapes(max_dims=4, max_side=12),
    st.data(),
)
def test_reductions_in_numpys_order(ufunc, shape, data):
    order = data.draw(st.permutations(range(len(shape))))
    axis = data.draw(st.none() | st.sets(st.sampled_from(range(len(shape)))).map(tuple))
    keepdims = data.draw(st.booleans())
    x = drawn(data.draw(st.integers(0, 99)), shape).transpose(order)
    check(lambda x: ufunc.reduce(x, axis=axis, keepdims=keepdims), x)


def test_long_sums_in_numpys_order():
    x = drawn(0, (3, 100_001))
    check(lambda x: np.add.reduce(x, axis=None), x)
    check(lambda x: np.add.reduce(x, axis=1), x)
    check(lambda x: np.add.reduce(x, axis=0), x)


@given(
    hnp.mutually_broadcastable_shapes(num_shapes=2, min_side=1, max_dims=3),
    st.tuples(*[st.integers(1, 9)] * 3),
    st.booleans(),
)
def test_stacks_of_matrix_products(stacks, sizes, turned):
    rows, inner, columns = sizes
    first, second = stacks.input_shapes
    x, y = drawn(0, (*first, rows, inner)), drawn(1, (*second, inner, columns))
    if turned:
        x, y = np.ascontiguousarray(x.mT).mT, np.ascontiguousarray(y.mT).mT
    check(np.matmul, x, y)


@given(hnp.array_shapes(max_side=5), st.sampled_from([0, 1]), st.booleans())
def test_where_over_numbers_and_arrays(shape, number, first):
    x, y = drawn(0, shape), drawn(1, shape)
    check(lambda x, y: np.where(x > y, number if first else x, y if first else number), x, y)
    check(lambda x, y: np.where(x > y, x, y), x, y)


@pytest.mark.parametrize("kinds", ["?fd", "?df", "ffd", "fff"])
def test_where_over_several_types(kinds):
    def step(*xs):
        condition, *others = xs
        return mg.where(condition > 0 if kinds[0] == "?" else condition, *others)

    compiled = mg.compile(step)
    for i in range(6):
        arrays = [drawn(3 * i + j, 5, np.dtype(k.replace("?", "f"))) for j, k in enumerate(kinds)]
        expected = step(*map(mg.tensor, arrays))
        np.testing.assert_array_equal(np.asarray(compiled(*arrays)), expected.numpy(), strict=True)


@given(st.lists(st.integers(1, 4), min_size=1, max_size=4), st.sampled_from([0, 1]))
def test_parts_side_by_side(lengths, axis):
    parts = [drawn(i, (n, 3) if axis == 0 else (3, n)) for i, n in enumerate(lengths)]
    check(lambda *parts: np.concatenate(parts, axis=axis), *parts)


@pytest.mark.parametrize("p", [-1, 0.5, 1, 2, 3, 2.5])
def test_powers_as_arrays_take_them(p):
    check(lambda x: x**p, np.abs(drawn(0, 50)) + 0.1)


def test_what_cannot_be_followed_is_an_error():
    x = drawn(0, (4, 4))
    for function in [
        lambda x: np.asarray(x) * 2,
        lambda x: x * float(x[0, 0]),
        lambda x: x[[1, 2]],
        lambda x: x if np.sum(x) > 0 else -x,
        lambda x: np.sort(x),
        lambda x: np.add(x, x, where=x > 0),
        lambda x: np.add.accumulate(x),
        lambda x: x.astype(np.float64),
        lambda x: np.ones(3),
        lambda x: np.add.reduce(np.broadcast_to(x, (2, 4, 4)), axis=0),
    ]:
        with pytest.raises((TypeError, AttributeError)):
            trace(function, (x,), {})


def test_a_loop_that_is_not_numpys_own_is_refused():
    with pytest.raises(ValueError, match="not NumPy's own"):
        inner_loop(special.erf, "f->f")


def test_a_function_whose_bits_depend_on_the_loop_is_refused_where_loops_may_differ():
    x, y = np.abs(drawn(0, (2, 2))), np.abs(drawn(1, 2))
    for arguments in [(np.power, x.T, y), (np.power, y[::-1], y), (np.exp, x[:, ::-1])]:
        _, loops = trace(*arguments[:1], arguments[1:], {})
        with pytest.raises(TypeError, match="one row"):
            machine.Code([loops])
    check(np.power, x.T, x.T)


def test_operands_of_two_types_are_refused():
    result, loops = trace(np.add, (drawn(0, 3), drawn(0, 3, np.float64)), {})
    assert result.dtype == np.float64
    with pytest.raises(TypeError, match="convert"):
        machine.Code([loops])


def test_packed_memory_has_no_gaps():
    x = drawn(0, (3, 4, 5))
    assert is_packed(x) and is_packed(x.transpose(2, 0, 1)) and is_packed(x[1])
    assert not is_packed(x[:, :, ::2]) and not is_packed(x[:, 1:]) and not is_packed(x[::-1])
