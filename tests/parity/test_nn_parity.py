"""Layers against PyTorch: values, gradients and running statistics."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from torch_twins import TOLERANCE, assert_close, dtypes, normal, seeds, sizes

import minigrad as mg
from minigrad import nn

torch = pytest.importorskip("torch", reason="PyTorch is not installed")

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")  # NaN is a value here

TORCH = {np.float32: torch.float32, np.float64: torch.float64}


def copy_weights(layer, twin, pairs):
    """Give PyTorch's twin the layer's numbers; matrices of (in, out) are transposed."""
    with torch.no_grad():
        for name, (there, turned) in pairs.items():
            ours = dict(layer.named_parameters())[name].numpy()
            there(twin).copy_(torch.tensor(ours.T if turned else ours))


def assert_same(layer, twin, pairs, x, dtype, ours=None, theirs=None):
    """The results, and the gradients of x and of every parameter, are the same."""
    copy_weights(layer, twin, pairs)
    a, b = mg.tensor(x, requires_grad=True), torch.tensor(x, requires_grad=True)
    y = (ours or (lambda layer, x: layer(x)))(layer, a)
    z = (theirs or (lambda twin, x: twin(x)))(twin, b)
    assert_close(y.numpy(), z, dtype, "result")
    g = normal(y.shape, 1, dtype)
    y.backward(g)
    z.backward(torch.tensor(g))
    assert_close(a.grad.numpy(), b.grad, dtype, "gradient of the input")
    for name, p in layer.named_parameters():
        there, turned = pairs[name]
        gradient = there(twin).grad
        assert_close(p.grad.numpy(), gradient.T if turned else gradient, dtype, name)


def named(*names, turned=()):
    return {name: (lambda m, name=name: getattr(m, name), name in turned) for name in names}


@given(n=sizes, m=sizes, batch=st.lists(st.integers(0, 4), max_size=2), dtype=dtypes, seed=seeds)
@settings(max_examples=30)
def test_linear(n, m, batch, dtype, seed):
    twin = torch.nn.Linear(n, m, dtype=TORCH[dtype])
    pairs = named("weight", "bias", turned={"weight"})
    assert_same(nn.Linear(n, m, dtype=dtype), twin, pairs, normal((*batch, n), seed, dtype), dtype)


@given(
    n=sizes,
    m=sizes,
    size=st.integers(1, 3),
    stride=st.integers(1, 3),
    padding=st.integers(0, 2),
    image=st.tuples(st.integers(1, 3), st.integers(3, 7), st.integers(3, 7)),
    dtype=dtypes,
)
@settings(max_examples=30)
def test_conv2d(n, m, size, stride, padding, image, dtype):
    layer = nn.Conv2d(n, m, size, stride, padding, dtype=dtype)
    twin = torch.nn.Conv2d(n, m, size, stride, padding, dtype=TORCH[dtype])
    batch, *pixels = image
    x = normal((batch, n, *pixels), 0, dtype)
    assert_same(layer, twin, named("weight", "bias"), x, dtype)


@pytest.mark.parametrize("name", ["MaxPool2d", "AvgPool2d"])
@given(
    size=st.integers(1, 3),
    stride=st.none() | st.integers(1, 3),
    shape=st.tuples(sizes, sizes, st.integers(3, 7), st.integers(3, 7)),
    dtype=dtypes,
)
@settings(max_examples=20)
def test_pooling_ties_included(name, size, stride, shape, dtype):
    x = np.round(normal(shape, 0, dtype))
    assert_same(
        getattr(nn, name)(size, stride), getattr(torch.nn, name)(size, stride), {}, x, dtype
    )


@pytest.mark.parametrize("name", ["ReLU", "Tanh", "Sigmoid", "GELU", "SiLU", "Flatten"])
@pytest.mark.parametrize("dtype", TOLERANCE)
def test_layers_without_parameters(name, dtype):
    x = np.concatenate([normal((3, 2, 4), 0, dtype), np.full((1, 2, 4), 30, dtype)])
    assert_same(getattr(nn, name)(), getattr(torch.nn, name)(), {}, x, dtype)


@pytest.mark.parametrize("dim", [0, 1, -1])
@pytest.mark.parametrize("dtype", TOLERANCE)
def test_softmax(dim, dtype):
    x = 100 * normal((3, 2, 4), 0, dtype)
    assert_same(nn.Softmax(dim), torch.nn.Softmax(dim), {}, x, dtype)


@pytest.mark.parametrize("dtype", TOLERANCE)
def test_embedding(dtype):
    layer, twin = nn.Embedding(5, 3, dtype=dtype), torch.nn.Embedding(5, 3, dtype=TORCH[dtype])
    copy_weights(layer, twin, named("weight"))
    indices = np.random.default_rng(0).integers(0, 5, (4, 6))
    y, z = layer(indices), twin(torch.tensor(indices))
    assert_close(y.numpy(), z, dtype)
    (y * y).sum().backward()
    (z * z).sum().backward()
    assert_close(layer.weight.grad.numpy(), twin.weight.grad, dtype)


@given(
    lengths=st.lists(sizes, max_size=2),
    normalised=st.lists(st.integers(3, 5), min_size=1, max_size=2),
    dtype=dtypes,
    affine=st.booleans(),
    seed=seeds,
)
@settings(max_examples=30)
def test_layer_norm(lengths, normalised, dtype, affine, seed):
    layer = nn.LayerNorm(tuple(normalised), elementwise_affine=affine, dtype=dtype)
    twin = torch.nn.LayerNorm(normalised, elementwise_affine=affine, dtype=TORCH[dtype])
    for i, p in enumerate(layer.parameters()):
        p.data = normal(p.shape, i, dtype)
    x = normal((*lengths, *normalised), seed, dtype)
    x += 3 * np.arange(normalised[-1], dtype=dtype)  # a variance near 0 would magnify roundings
    assert_same(layer, twin, named("weight", "bias") if affine else {}, x, dtype)


@pytest.mark.parametrize(("name", "rest"), [("1d", ()), ("1d", (4,)), ("2d", (3, 2))])
@given(
    channels=sizes,
    batch=st.integers(3, 6),
    dtype=dtypes,
    affine=st.booleans(),
    momentum=st.sampled_from([0.1, 0.5, 1.0]),
)
@settings(max_examples=15)
def test_batch_norm_in_training_in_use_and_its_averages(
    name, rest, channels, batch, dtype, affine, momentum
):
    options = {"affine": affine, "momentum": momentum, "eps": 1e-3}
    layer = getattr(nn, f"BatchNorm{name}")(channels, dtype=dtype, **options)
    twin = getattr(torch.nn, f"BatchNorm{name}")(channels, dtype=TORCH[dtype], **options)
    for i, p in enumerate(layer.parameters()):
        p.data = normal(p.shape, i, dtype)
    pairs = named("weight", "bias") if affine else {}
    for step in range(3):
        layer.zero_grad()
        twin.zero_grad()
        x = 3 * normal((batch, channels, *rest), step, dtype) + 2
        assert_same(layer, twin, pairs, x, dtype)
        assert_close(layer.running_mean.numpy(), twin.running_mean, dtype, "running mean")
        assert_close(layer.running_var.numpy(), twin.running_var, dtype, "running variance")
    layer.eval().zero_grad()
    twin.eval().zero_grad()
    assert_same(layer, twin, pairs, normal((batch, channels, *rest), 9, dtype), dtype)


@given(n=sizes, m=sizes, batch=sizes, steps=sizes, dtype=dtypes, from_state=st.booleans())
@settings(max_examples=20)
def test_gru(n, m, batch, steps, dtype, from_state):
    layer = nn.GRU(n, m, dtype=dtype)
    twin = torch.nn.GRU(n, m, batch_first=True, dtype=TORCH[dtype])
    pairs = {
        "weight_ih": (lambda m: m.weight_ih_l0, True),
        "weight_hh": (lambda m: m.weight_hh_l0, True),
        "bias_ih": (lambda m: m.bias_ih_l0, False),
        "bias_hh": (lambda m: m.bias_hh_l0, False),
    }
    h = normal((batch, m), 5, dtype) if from_state else None
    start = None if h is None else torch.tensor(h)[None]
    x = normal((batch, steps, n), 0, dtype)
    for result in (0, 1):  # the states, and the last one
        layer.zero_grad()
        twin.zero_grad()
        assert_same(
            layer,
            twin,
            pairs,
            x,
            dtype,
            ours=lambda layer, x, result=result: layer(x, h)[result],
            theirs=lambda twin, x, result=result: twin(x, start)[result].reshape(
                (batch, m) if result else (batch, steps, m)
            ),
        )


@given(
    heads=st.integers(1, 3),
    d=st.integers(1, 3),
    batch=sizes,
    steps=sizes,
    others=st.none() | sizes,
    causal=st.booleans(),
    padded=st.booleans(),
    dtype=dtypes,
)
@settings(max_examples=30)
def test_multi_head_attention(heads, d, batch, steps, others, causal, padded, dtype):
    features = heads * d
    layer = nn.MultiHeadAttention(features, heads, dtype=dtype)
    twin = torch.nn.MultiheadAttention(features, heads, batch_first=True, dtype=TORCH[dtype])
    for i, p in enumerate(layer.parameters()):
        p.data = normal(p.shape, i, dtype)
    weights = [layer.q, layer.k, layer.v]
    with torch.no_grad():
        packed = np.concatenate([part.weight.numpy().T for part in weights])
        twin.in_proj_weight.copy_(torch.tensor(packed))
        twin.in_proj_bias.copy_(torch.tensor(np.concatenate([p.bias.numpy() for p in weights])))
        twin.out_proj.weight.copy_(torch.tensor(layer.out.weight.numpy().T))
        twin.out_proj.bias.copy_(torch.tensor(layer.out.bias.numpy()))
    causal = causal and others is None
    query = normal((batch, steps, features), 0, dtype)
    key = None if others is None else normal((batch, others, features), 1, dtype)
    a, b = mg.tensor(query, requires_grad=True), torch.tensor(query, requires_grad=True)
    memory = b if key is None else torch.tensor(key)
    lengths = np.random.default_rng(0).integers(1, memory.shape[1] + 1, (batch, 1))
    padding = np.arange(memory.shape[1]) >= lengths if padded else None
    y, shares = layer(a, key, causal=causal, key_padding_mask=padding, need_weights=True)
    mask = torch.triu(torch.ones(steps, steps, dtype=torch.bool), 1) if causal else None
    ignored = None if padding is None else torch.tensor(padding)
    z, taken = twin(b, memory, memory, attn_mask=mask, key_padding_mask=ignored)
    assert_close(y.numpy(), z, dtype)
    assert_close(shares.numpy(), taken, dtype)
    g = normal(y.shape, 2, dtype)
    y.backward(g)
    z.backward(torch.tensor(g))
    assert_close(a.grad.numpy(), b.grad, dtype)
    packed = np.concatenate([part.weight.grad.numpy().T for part in weights])
    assert_close(packed, twin.in_proj_weight.grad, dtype)
    biases = np.concatenate([part.bias.grad.numpy() for part in weights])
    assert_close(biases, twin.in_proj_bias.grad, dtype)
    assert_close(layer.out.weight.grad.numpy().T, twin.out_proj.weight.grad, dtype)
    assert_close(layer.out.bias.grad.numpy(), twin.out_proj.bias.grad, dtype)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (lambda: nn.Linear(300, 200), lambda: torch.nn.Linear(300, 200)),
        (lambda: nn.Conv2d(20, 50, 3), lambda: torch.nn.Conv2d(20, 50, 3)),
        (lambda: nn.Embedding(300, 200), lambda: torch.nn.Embedding(300, 200)),
        (lambda: nn.GRU(100, 100), lambda: torch.nn.GRU(100, 100)),
        (lambda: nn.MultiHeadAttention(64, 4), lambda: torch.nn.MultiheadAttention(64, 4)),
    ],
)
def test_initial_values_are_spread_alike(ours, theirs):
    mg.seed(0)
    torch.manual_seed(0)
    matrices = [p.numpy() for p in ours().parameters() if p.ndim > 1]
    twins = [p.detach().numpy() for p in theirs().parameters() if p.ndim > 1]
    for mine, twin in ((matrices[0], twins[0]), (matrices[-1], twins[-1])):
        assert mine.std() == pytest.approx(twin.std(), rel=0.05)
        assert np.abs(mine).max() == pytest.approx(np.abs(twin).max(), rel=0.2)
