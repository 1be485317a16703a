"""Losses against PyTorch, also where numbers misbehave."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from torch_twins import assert_close, dtypes, normal, seeds, sizes

import minigrad as mg
from minigrad import nn

torch = pytest.importorskip("torch", reason="PyTorch is not installed")
from torch.nn import functional  # noqa: E402

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")  # NaN is a value here


def edges(dtype):
    huge = 1e30 if dtype == np.float32 else 1e250
    return [np.nan, np.inf, -np.inf, 0.0, huge, -huge, 1 / huge, -1 / huge, 50.0, -50.0]


@st.composite
def numbers(draw, shape, dtype):
    """Numbers as they come, with a few from the edges among them."""
    x = np.asarray(3 * normal(shape, draw(seeds), dtype))
    for value in draw(st.lists(st.sampled_from(edges(dtype)), max_size=3)):
        if x.size:
            x.flat[draw(st.integers(0, x.size - 1))] = value
    return x


def assert_same_loss(ours, theirs, x, dtype):
    a, b = mg.tensor(x, requires_grad=True), torch.tensor(x, requires_grad=True)
    y, z = ours(a), theirs(b)
    assert_close(y.numpy(), z, dtype, "loss", each=True)
    g = np.asarray(np.random.default_rng(0).uniform(0.5, 1, y.shape), dtype)
    y.backward(g)
    z.backward(torch.tensor(g))
    assert_close(a.grad.numpy(), b.grad, dtype, "gradient", each=True)


@given(data=st.data(), n=st.integers(1, 5), classes=sizes | st.just(80), dtype=dtypes)
@settings(max_examples=100)
def test_cross_entropy(data, n, classes, dtype):
    logits = data.draw(numbers((n, classes), dtype))
    labels = np.random.default_rng(data.draw(seeds)).integers(0, classes, n)
    reduction = data.draw(st.sampled_from(["mean", "sum", "none"]))
    smoothing = data.draw(st.sampled_from([0.0, 0.1, 1.0]))
    assert_same_loss(
        lambda x: nn.cross_entropy(x, labels, smoothing, reduction),
        lambda x: functional.cross_entropy(
            x, torch.tensor(labels), reduction=reduction, label_smoothing=smoothing
        ),
        logits,
        dtype,
    )


@given(data=st.data(), n=st.integers(1, 5), classes=st.integers(2, 5), dtype=dtypes)
@settings(max_examples=50)
def test_cross_entropy_with_weights_and_ignored_labels(data, n, classes, dtype):
    rng = np.random.default_rng(data.draw(seeds))
    labels = rng.integers(0, classes, n)
    ignored = data.draw(st.sampled_from([-100, 1]))
    labels[1:][rng.random(n - 1) < 0.3] = ignored
    labels[0] = 0  # one that counts
    weight = rng.uniform(0.5, 2, classes).astype(dtype)
    options = {
        "reduction": data.draw(st.sampled_from(["mean", "sum", "none"])),
        "label_smoothing": data.draw(st.sampled_from([0.0, 0.1, 1.0])),
        "ignore_index": ignored,
    }
    assert_same_loss(
        lambda x: nn.cross_entropy(x, labels, weight=weight, **options),
        lambda x: functional.cross_entropy(
            x, torch.tensor(labels), weight=torch.tensor(weight), **options
        ),
        np.asarray(3 * normal((n, classes), data.draw(seeds), dtype)),
        dtype,
    )


@given(data=st.data(), shape=st.lists(st.integers(1, 4), min_size=1, max_size=3), dtype=dtypes)
@settings(max_examples=50)
def test_binary_cross_entropy_with_pos_weight(data, shape, dtype):
    rng = np.random.default_rng(data.draw(seeds))
    weight = rng.uniform(0.5, 3, shape[-1]).astype(dtype)
    target = rng.random(shape).round(data.draw(st.integers(0, 2))).astype(dtype)
    assert_same_loss(
        lambda x: nn.binary_cross_entropy_with_logits(x, target, pos_weight=weight),
        lambda x: functional.binary_cross_entropy_with_logits(
            x, torch.tensor(target), pos_weight=torch.tensor(weight)
        ),
        np.asarray(3 * normal(tuple(shape), data.draw(seeds), dtype)),
        dtype,
    )


LOSSES = {
    "mse_loss": {},
    "l1_loss": {},
    "huber_loss": {"delta": 1.5},
    "binary_cross_entropy_with_logits": {},
}


@pytest.mark.parametrize("name", LOSSES)
@given(data=st.data(), shape=st.lists(st.integers(0, 4), max_size=3).map(tuple), dtype=dtypes)
@settings(max_examples=50)
def test_losses_of_numbers(name, data, shape, dtype):
    reduction = data.draw(st.sampled_from(["mean", "sum", "none"]))
    if 0 in shape and reduction == "mean":
        reduction = "sum"  # PyTorch's mean over nothing is NaN, minigrad refuses it
    x = data.draw(numbers(shape, dtype))
    if name == "binary_cross_entropy_with_logits":
        x[np.isinf(x)] = 0  # PyTorch gives NaN where the loss is 0 or infinite
    if name == "l1_loss":
        x[np.isnan(x)] = 0  # PyTorch's slope at NaN is 0, minigrad's is NaN
    target = np.random.default_rng(data.draw(seeds)).random(shape).astype(dtype)
    assert_same_loss(
        lambda x: getattr(nn, name)(x, target, reduction=reduction, **LOSSES[name]),
        lambda x: getattr(functional, name)(
            x, torch.tensor(target), reduction=reduction, **LOSSES[name]
        ),
        x,
        dtype,
    )
