"""The kernels stand twice, and the two agree."""

import inspect

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from minigrad.kernels import reference

jitted = pytest.importorskip("minigrad.kernels.jitted", reason="Numba is not installed")

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")  # inf - inf is a value here

DTYPES = st.sampled_from([np.float32, np.float64])
ODD = [np.nan, np.inf, -np.inf, 0.0, 1.0, -1.0]


def names(module):
    """The functions that a module defines and offers."""
    return {
        name
        for name, value in vars(module).items()
        if not name.startswith("_") and _home(value) == module.__name__
    }


def _home(value):
    function = getattr(value, "py_func", value)
    return function.__module__ if inspect.isfunction(function) else None


@st.composite
def arrays(draw, dtype, shape):
    """Numbers that tie, with NaN and infinities among them, in any order in memory."""
    usual = st.floats(-4, 4, width=16) | st.integers(-1, 1).map(float)
    few = draw(st.lists(st.sampled_from(ODD), max_size=2))
    array = draw(hnp.arrays(dtype, shape, elements=usual | st.sampled_from(few) if few else usual))
    return draw(st.sampled_from([array, np.array(array, order="F"), array[::-1].copy()[::-1]]))


@st.composite
def row_sums(draw):
    dtype, n, width = draw(DTYPES), draw(st.integers(1, 4)), draw(st.integers(0, 3))
    rows = draw(hnp.arrays(np.int64, st.integers(0, 6), elements=st.integers(-n, n - 1)))
    return draw(arrays(dtype, (n, width))), rows, draw(arrays(dtype, (rows.size, width)))


@st.composite
def convolutions(draw, of):
    """Arguments for one of the three: two of image, filter and result, and the third's shape."""
    dtype, stride, padding = draw(DTYPES), draw(st.integers(1, 3)), draw(st.integers(0, 3))
    n, c, o = draw(st.integers(0, 2)), draw(st.integers(1, 2)), draw(st.integers(1, 2))
    kernel = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    sides = [draw(st.integers(max(1, k - 2 * padding), 5)) for k in kernel]
    windows = [
        (side + 2 * padding - k) // stride + 1 for side, k in zip(sides, kernel, strict=True)
    ]
    image, weight, result = (n, c, *sides), (o, c, *kernel), (n, o, *windows)
    first, second, third = {
        "conv2d": (image, weight, ()),
        "conv2d_image": (result, weight, (image,)),
        "conv2d_filter": (image, result, (weight,)),
    }[of]
    a, b = draw(arrays(dtype, first)), draw(arrays(dtype, second))
    return a, b, *third, stride, padding


@st.composite
def pools(draw):
    size = draw(st.integers(1, 3))
    sides = draw(st.tuples(st.integers(size, 5), st.integers(size, 5)))
    shape = (draw(st.integers(0, 2)), draw(st.integers(1, 2)), *sides)
    return draw(arrays(draw(DTYPES), shape)), size, draw(st.integers(1, 3))


@st.composite
def labelled_rows(draw):
    n, classes = draw(st.integers(0, 4)), draw(st.integers(1, 4))
    labels = draw(hnp.arrays(np.int64, n, elements=st.integers(0, classes - 1)))
    return draw(arrays(draw(DTYPES), (n, classes))), labels, draw(st.sampled_from([0.0, 0.1, 1.0]))


ARGUMENTS = {
    "add_rows": row_sums(),
    "conv2d": convolutions("conv2d"),
    "conv2d_filter": convolutions("conv2d_filter"),
    "conv2d_image": convolutions("conv2d_image"),
    "cross_entropy": labelled_rows(),
    "cross_entropy_slope": labelled_rows(),
    "window_argmax": pools(),
}


def result(kernel, arguments):
    """What a kernel returns and what it writes into its arguments."""
    arguments = [a.copy(order="K") if isinstance(a, np.ndarray) else a for a in arguments]
    returned = kernel(*arguments)
    written = [a for a in arguments if isinstance(a, np.ndarray)]
    return written if returned is None else [returned, *written]


def test_every_kernel_stands_twice_and_is_compared_here():
    assert names(jitted) == names(reference) == set(ARGUMENTS)


@pytest.mark.parametrize("name", sorted(ARGUMENTS))
def test_the_compiled_kernel_agrees_with_the_reference(name):
    @settings(max_examples=300)
    @given(ARGUMENTS[name])
    def check(arguments):
        pairs = zip(
            result(getattr(jitted, name), arguments),
            result(getattr(reference, name), arguments),
            strict=True,
        )
        for fast, plain in pairs:
            assert fast.dtype == plain.dtype
            rounding = 100 * np.finfo(plain.dtype).eps if plain.dtype.kind == "f" else 0
            np.testing.assert_allclose(fast, plain, rtol=rounding, atol=100 * rounding)

    check()


@pytest.mark.parametrize("module", [jitted, reference])
def test_a_row_that_does_not_exist_is_refused(module):
    with pytest.raises(IndexError):
        module.add_rows(np.zeros((2, 3)), np.array([0, 2]), np.ones((2, 3)))
