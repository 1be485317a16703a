"""The kernels stand twice, and the two agree."""

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


@st.composite
def arrays(draw, dtype, shape):
    """Numbers that tie, with NaN and infinities among them."""
    usual = st.floats(-4, 4, width=16) | st.integers(-1, 1).map(float)
    few = draw(st.lists(st.sampled_from(ODD), max_size=2))
    return draw(hnp.arrays(dtype, shape, elements=usual | st.sampled_from(few) if few else usual))


@st.composite
def row_sums(draw):
    dtype, n, width = draw(DTYPES), draw(st.integers(1, 4)), draw(st.integers(0, 3))
    rows = draw(hnp.arrays(np.int64, st.integers(0, 6), elements=st.integers(-n - 1, n)))
    return [rows, draw(arrays(dtype, (rows.size, width)))], [empty((n, width), dtype)]


@st.composite
def fields(draw, dtype, filters):
    """Padded images, where each tap begins, and the room that is needed."""
    n, taps, rows, columns = (draw(st.integers(least, 3)) for least in (0, 1, 1, 1))
    across = columns + draw(st.integers(0, 2))
    starts = draw(hnp.arrays(np.int64, taps, elements=st.integers(0, 3)))
    field = draw(arrays(dtype, (n, rows * across + 3)))
    room = empty((taps, rows * across), dtype), empty((filters, rows * across), dtype)
    return field, starts, room, (n, filters, rows, columns)


@st.composite
def correlations(draw):
    dtype, filters = draw(DTYPES), draw(st.integers(1, 2))
    field, starts, room, shape = draw(fields(dtype, filters))
    w, bias = draw(arrays(dtype, (filters, starts.size))), draw(arrays(dtype, filters))
    return [field, starts, w, bias, *room], [empty(shape, dtype)]


@st.composite
def filter_correlations(draw):
    dtype, filters = draw(DTYPES), draw(st.integers(1, 2))
    field, starts, room, shape = draw(fields(dtype, filters))
    result = empty((filters, starts.size), dtype)
    return [field, starts, draw(arrays(dtype, shape)), *room, empty(result.shape, dtype)], [result]


@st.composite
def pools(draw):
    size, stride = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    sides = draw(st.tuples(st.integers(size, 5), st.integers(size, 5)))
    x = draw(arrays(draw(DTYPES), (draw(st.integers(0, 3)), *sides)))
    windows = [(side - size) // stride + 1 for side in sides]
    return [x, size, stride], [empty((len(x), *windows), np.int32)]


@st.composite
def placed(draw, gathered):
    """Planes and places in them, to take from there or to add there."""
    planes, elements, count = (draw(st.integers(least, 4)) for least in (0, 1, 0))
    dtype, shapes = draw(DTYPES), [(planes, elements), (planes, count)]
    places = draw(hnp.arrays(np.int32, (planes, count), elements=st.integers(0, elements - 1)))
    here, there = shapes if gathered else reversed(shapes)
    return [draw(arrays(dtype, here)), places], [empty(there, dtype)]


@st.composite
def field_layouts(draw):
    """Images, and fields for them: apart for a pull-back, or cut up for a stride."""
    stride, spread = draw(st.tuples(st.just(1), st.integers(1, 3)).flatmap(st.permutations))
    n, channels = draw(st.integers(0, 2)), draw(st.integers(1, 2))
    height, width, down, across = (draw(st.integers(1, 5)) for _ in range(4))
    x = draw(arrays(draw(DTYPES), (n, channels, height, width)))
    length = channels * stride**2 * down * across + draw(st.integers(0, across - 1))
    above, left = draw(st.integers(-2, 3)), draw(st.integers(-2, 3))
    return [x, stride, spread, above, left, across], [empty((n, length), x.dtype)]


@st.composite
def rows_of(draw, count):
    """So many rows of one length, and a row for the result."""
    shape, dtype = draw(st.integers(0, 40)), draw(DTYPES)
    return [draw(arrays(dtype, shape)) for _ in range(count)], [empty(shape, dtype)]


@st.composite
def dropped(draw):
    [x], results = draw(rows_of(1))
    seed = np.array([draw(st.integers(0, 2**63 - 1))])
    return [x, seed, draw(st.integers(0, 2**32)), draw(st.floats(0, 4, width=16))], results


@st.composite
def outer_products(draw):
    shape, dtype = (draw(st.integers(0, 20)), draw(st.integers(0, 20))), draw(DTYPES)
    return [draw(arrays(dtype, n)) for n in shape], [empty(shape, dtype)]


@st.composite
def logits(draw):
    shape = draw(st.integers(0, 4)), draw(st.integers(1, 40))
    x = draw(arrays(draw(DTYPES), shape))
    return [x], [empty((2, len(x)), x.dtype)]


@st.composite
def groups(draw):
    """Numbers that are in groups of at least two, and how they lie."""
    shape = draw(st.tuples(st.integers(2, 3), st.integers(1, 3), st.integers(1, 20)))
    x = draw(arrays(draw(DTYPES), shape))
    return [x, 1e-5], [empty((3, shape[1]), x.dtype)]


@st.composite
def normalized(draw, result):
    """Groups, their moments, and what else the kernel takes."""
    [x, eps], [parts] = draw(groups())
    reference.moments(x, eps, parts)
    w, b = (draw(arrays(x.dtype, x.shape[1])) for _ in "wb")
    if result == "y":
        return [x, parts, w, b], [empty(x.shape, x.dtype)]
    g, shares = draw(arrays(x.dtype, x.shape)), empty((2, x.shape[1]), x.dtype)
    if result == "shares":
        return [g, x, parts], [shares]
    reference.normalize_shares(g, x, parts, shares)
    return [g, x, parts, w, shares], [empty(x.shape, x.dtype)]


@st.composite
def labelled(draw, least, most):
    """Logits and their parts, labels, smoothing, and room for a loss of each row."""
    [x], [parts] = draw(logits())
    reference.softmax_parts(x, parts)
    elements = st.integers(least, x.shape[1] - 1 + most)
    labels = draw(hnp.arrays(np.int64, len(x), elements=elements))
    smoothing = draw(st.sampled_from([0.0, 0.1, 1.0]))
    return [x, parts, labels, smoothing], [empty(len(x), x.dtype)]


@st.composite
def slopes(draw):
    arguments, [losses] = draw(labelled(0, 0))
    x = arguments[0]
    # where probabilities cancel but for rounding, an infinite g makes anything of it
    g = draw(hnp.arrays(x.dtype, losses.shape, elements=st.floats(-4, 4, width=16)))
    return [g, *arguments], [empty(x.shape, x.dtype)]


def empty(shape, dtype):
    """What nobody has written to yet."""
    return np.full(shape, 7, dtype)


@st.composite
def softmaxed(draw):
    [x], _ = draw(logits())
    return [x], [empty(x.shape, x.dtype)]


@st.composite
def softmax_shares(draw):
    [x], [y] = draw(softmaxed())
    reference.softmax(x, y)
    return [draw(arrays(x.dtype, x.shape)), y], [empty(x.shape, x.dtype)]


# For each kernel what it is given, and what it is to write to.
ARGUMENTS = {
    "correlate": correlations(),
    "correlate_filter": filter_correlations(),
    "cross_entropy": labelled(-1, 1),
    "cross_entropy_slope": slopes(),
    "dropout": dropped(),
    "gather": placed(gathered=True),
    "gelu": rows_of(1),
    "gelu_slope": rows_of(2),
    "lay_fields": field_layouts(),
    "moments": groups(),
    "normalize": normalized("y"),
    "normalize_pull": normalized("dx"),
    "normalize_shares": normalized("shares"),
    "relu": rows_of(1),
    "outer": outer_products(),
    "relu_slope": rows_of(2),
    "scatter": placed(gathered=False),
    "softmax": softmaxed(),
    "softmax_parts": logits(),
    "softmax_pull": softmax_shares(),
    "sum_rows": row_sums(),
    "window_argmax": pools(),
}


def test_every_kernel_stands_twice_and_is_compared_here():
    assert set(jitted.__all__) == set(reference.__all__) == set(ARGUMENTS)


@pytest.mark.parametrize("name", sorted(ARGUMENTS))
def test_the_compiled_kernel_agrees_with_the_reference(name):
    @settings(max_examples=150)
    @given(ARGUMENTS[name])
    def check(arguments):
        given, results = arguments
        fast, plain = ([r.copy() for r in results] for _ in range(2))
        answer = getattr(reference, name)(*given, *plain)
        assert getattr(jitted, name)(*given, *fast) == answer
        for a, b in zip(fast, plain, strict=True):
            if answer is not False:  # it refused the data, and what it wrote is of no use
                assert_close(a, b)

    check()


def assert_close(fast, plain):
    """Equal within rounding, on the scale of what was added up."""
    rounding = 100 * np.finfo(plain.dtype).eps if plain.dtype.kind == "f" else 0
    np.testing.assert_allclose(fast, plain, rtol=rounding, atol=100 * rounding)
