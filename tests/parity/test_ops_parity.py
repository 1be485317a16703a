"""Every primitive against PyTorch: values and gradients, also where numbers misbehave."""

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from primitives import MINIGRAD, REGISTRY

import minigrad as mg

torch = pytest.importorskip("torch", reason="PyTorch is not installed")
import torch_vocabulary  # noqa: E402

pytestmark = [  # NaN is a value here
    pytest.mark.filterwarnings("ignore::RuntimeWarning"),
    pytest.mark.filterwarnings("ignore:.*degrees of freedom:UserWarning"),
]

TOLERANCE = {np.dtype(np.float32): 1e-5, np.dtype(np.float64): 1e-12}
SHARED = sorted(name for name in REGISTRY if hasattr(torch_vocabulary, name))


def assert_close(ours, theirs, scale=0.0):
    """NaN and infinities stand in the same places; elsewhere the error is within the tolerance.

    It is relative to PyTorch's number, or to ``scale`` where that is greater. Differences below
    the smallest normal number, where floats lose their precision, do not count.
    """
    assert ours.dtype == theirs.dtype
    assert ours.shape == theirs.shape
    if theirs.dtype not in TOLERANCE:
        np.testing.assert_array_equal(ours, theirs)
        return
    odd = ~np.isfinite(theirs)
    np.testing.assert_array_equal(ours[odd], theirs[odd])
    size = np.fmax(np.abs(theirs), scale)
    bound = TOLERANCE[theirs.dtype] * size + 2 * np.finfo(theirs.dtype).tiny
    wrong = ~odd & ~(np.abs(ours - theirs) <= bound)
    assert not wrong.any(), f"minigrad {ours[wrong]}, PyTorch {theirs[wrong]}"


# The scales. Where numbers are added that may cancel, the sum can be smaller than the rounding of
# what was added; the error is measured on the scale of the latter. All upstream gradients here are
# between 1/2 and 1.

# Sums of products: the same sums over absolute values.
SUMS = {
    "add", "avg_pool2d", "conv2d", "cumsum", "einsum", "matmul", "mean", "scatter", "subtract",
    "sum",
}  # fmt: skip


def _of_distances(value, x, axis, keepdims, correction):
    largest = np.abs(x[np.isfinite(x)]).max(initial=0)
    return largest**2, largest


def _of_a_deviation(value, x, axis, keepdims, correction):
    # the derivative is (x - mean) / std: without spread it is rounding over rounding
    largest = np.abs(x[np.isfinite(x)]).max(initial=0)
    return largest, largest / np.std(x, axis=axis, keepdims=True)


# name -> scales of the value and of the gradient, from the value and the arguments
SCALES = {
    "gelu": lambda y, x: (np.abs(x), 1),  # x (1 + erf) / 2
    "log_softmax": lambda y, x, axis: (1, len(x)),  # g - softmax * sum(g)
    "logsumexp": lambda y, x, axis, keepdims: (1, 0),  # log of 1 and a rest
    "sigmoid": lambda y, x: (0, y),  # y - y^2
    "silu": lambda y, x: (0, 1),  # s + x s (1 - s)
    "softmax": lambda y, x, axis: (0, y),  # y g - y sum(y g)
    "std": _of_a_deviation,
    "tanh": lambda y, x: (0, 1),  # 1 - y^2
    "var": _of_distances,
}


def scales(name, value, arrays, params):
    """The scale of the value, and one for each gradient."""
    if name in SUMS:
        twin = "add" if name == "subtract" else name
        total, shares = by_torch(twin, [np.abs(a) for a in arrays], params, np.ones_like(value))
        return [total, *shares]
    if name in SCALES and value.size:
        return SCALES[name](value, *arrays, **params)
    return [0.0] * (1 + len(arrays))


# The inputs


def edges(name, dtype):
    """What is mixed among usual numbers."""
    power = {np.float32: 30, np.float64: 250}[dtype]
    if name in ("norm", "std", "var"):  # their squares must not leave the range of floats
        power //= 2
    if name == "einsum":  # nor products of three
        power //= 4
    finite = [0.0, -0.0, 20.0, *(s * 10.0**p for s in (1, -1) for p in (power, -power))]
    least = float(np.finfo(dtype).tiny)
    if name == "prod":  # see the differences below
        return [0.0, -0.0, 20.0]
    return [*finite, least, np.nan, np.inf, -np.inf]


@st.composite
def calls(draw, name):
    dtype = draw(st.sampled_from([np.float32, np.float64]))
    few = draw(st.lists(st.sampled_from(edges(name, dtype)), max_size=2))
    usual = st.floats(-8, 8, width=16) | st.integers(-2, 2).map(float)  # ties are common
    elements = usual | st.sampled_from(few) if few else usual
    shapes, params = draw(REGISTRY[name].calls)
    if name == "astype":
        params = {"dtype": draw(st.sampled_from([np.float32, np.float64]))}
    arrays = [draw(hnp.arrays(dtype, shape, elements=elements)) for shape in shapes]
    # zero times infinity depends on the order of sums and factors, where there is a choice
    ordered = name == "einsum" and len(arrays) > 1
    for x in arrays:
        assume(not ordered or np.isfinite(x).all())
        assume(name not in DIFFERENT or DIFFERENT[name](x, **params))
    return arrays, params, draw(st.integers(0, 2**32 - 1))


def by_minigrad(name, arrays, params, g=None):
    leaves = [mg.Tensor(a, requires_grad=True) for a in arrays]
    y = REGISTRY[name].call(MINIGRAD, name, leaves, params)
    if not y.requires_grad:
        return y._data, [np.zeros_like(a) for a in arrays]
    return y._data, [x._data for x in mg.grad(y, leaves, np.ones(y.shape) if g is None else g)]


def by_torch(name, arrays, params, g=None):
    leaves = [torch.tensor(a, requires_grad=True) for a in arrays]
    y = REGISTRY[name].call(torch_vocabulary, name, leaves, params)
    if not y.requires_grad:
        return y.numpy(), [np.zeros_like(a) for a in arrays]
    g = torch.ones_like(y) if g is None else torch.tensor(g, dtype=y.dtype)
    gradients = torch.autograd.grad(y, leaves, g, allow_unused=True, materialize_grads=True)
    return y.detach().numpy(), [x.numpy() for x in gradients]


@pytest.mark.parametrize("name", SHARED)
def test_values_and_gradients_are_pytorchs(name):
    @settings(max_examples=200, suppress_health_check=list(HealthCheck))
    @given(calls(name))
    def check(call):
        arrays, params, seed = call
        value, _ = by_torch(name, arrays, params)
        g = np.random.default_rng(seed).uniform(0.5, 1, value.shape)
        value, gradients = by_torch(name, arrays, params, g)
        ours, our_gradients = by_minigrad(name, arrays, params, g)
        value_scale, *gradient_scales = scales(name, value, arrays, params)
        assert_close(ours, value, value_scale)
        assert len(our_gradients) == len(gradients)
        for a, b, scale in zip(our_gradients, gradients, gradient_scales, strict=True):
            assert_close(a, b, scale)

    check()


# The known differences. Each is left out of the calls above, and stated below.


DIFFERENT = {
    "abs": lambda x: not np.isnan(x).any(),
    "conv2d": lambda x, stride, padding: np.isfinite(x).all(),
    "gelu": lambda x: not np.isinf(x).any(),
    "max_pool2d": lambda x, size, stride: np.isnan(x).sum() < 2,
    "norm": lambda x, axis, keepdims: np.all((np.abs(x) > 1e-10) | (x == 0)),
    "pow": lambda x: not np.isneginf(x).any(),
    "sign": lambda x: not np.isnan(x).any(),
}


def difference(name, *arrays, **params):
    ours, [mine, *_] = by_minigrad(name, arrays, params)
    theirs, [other, *_] = by_torch(name, arrays, params)
    return ours.tolist(), mine.tolist(), theirs.tolist(), other.tolist()


def test_the_sign_of_nan_is_nan_in_minigrad_and_0_in_pytorch():
    ours, _, theirs, _ = difference("sign", np.array(np.nan))
    assert np.isnan(ours)
    assert theirs == 0
    _, mine, _, other = difference("abs", np.array(np.nan))
    assert np.isnan(mine)
    assert other == 0


def test_gelu_of_infinity_is_infinity():  # in PyTorch it is, or NaN, depending on the type
    ours, *_ = difference("gelu", np.array([np.inf, np.inf]))
    assert ours == [np.inf, np.inf]


def test_a_filter_of_infinities_reaches_pixels_between_its_windows_in_minigrad():
    image, weight = np.zeros((1, 1, 1, 2)), np.full((1, 1, 1, 1), np.inf)
    ours, mine, theirs, other = difference("conv2d", image, weight, stride=2, padding=0)
    np.testing.assert_array_equal(ours, theirs)
    assert np.ravel(mine).tolist() == pytest.approx([np.inf, np.nan], nan_ok=True)
    assert np.ravel(other).tolist() == [np.inf, 0]


def test_of_several_nan_a_pool_takes_the_first_in_minigrad_and_the_last_in_pytorch():
    image = np.full((1, 1, 2, 2), np.nan)
    _, mine, _, other = difference("max_pool2d", image, size=2, stride=None)
    assert np.ravel(mine).tolist() == [1, 0, 0, 0]
    assert np.ravel(other).tolist() == [0, 0, 0, 1]


def test_the_length_of_one_tiny_number_underflows_in_minigrad_as_that_of_two_does_in_both():
    tiny = {"axis": None, "keepdims": False}
    ours, _, theirs, _ = difference("norm", np.array([1e-200]), **tiny)
    assert (ours, theirs) == (0, 1e-200)
    ours, _, theirs, _ = difference("norm", np.array([1e-200, 1e-200]), **tiny)
    assert (ours, theirs) == (0, 0)


def test_the_gradient_of_a_product_needs_no_division_in_minigrad():
    everything = {"axis": None, "keepdims": False}
    _, mine, _, other = difference("prod", np.array([np.inf, 2.0]), **everything)
    assert mine == [2, np.inf]
    assert np.isnan(other[0])
    _, mine, _, other = difference("prod", np.array([np.nan]), **everything)
    assert mine == [1]
    assert np.isnan(other[0])


def test_one_exponent_of_a_half_is_a_square_root():
    bases = np.array([-np.inf, 4.0])
    half = mg.pow(mg.tensor(bases), 0.5)._data
    np.testing.assert_array_equal(half, torch.pow(torch.tensor(bases), 0.5).numpy())
    ours, _, theirs, _ = difference("pow", bases, np.array(0.5))
    assert np.isnan(ours[0])
    assert theirs[0] == np.inf


def test_softplus_has_no_threshold_in_minigrad():
    exact = 21 + np.log1p(np.exp(-21.0))
    assert mg.softplus(np.array(21.0)) == exact
    assert torch.nn.functional.softplus(torch.tensor(21.0, dtype=torch.float64)).item() == 21
