"""Layers: their derivatives to second order, and what each promises."""

import copy

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import minigrad as mg
from minigrad import nn

sizes = st.integers(1, 3)
batches = st.integers(0, 3)
seeds = st.integers(0, 2**32 - 1)
DOUBLE = {"dtype": np.float64}


@st.composite
def layer(draw, make, *shape, least=0):
    """A layer, and a shape that it takes.

    ``make(n, m, rng)`` makes it from two drawn sizes. A length of the shape is a strategy, or a
    function of n. The batch, in front, may be as small as ``least``.
    """
    n, m = draw(sizes), draw(sizes)
    lengths = [s(n) if s in (width, even) else draw(s) for s in shape]
    module = make(n, m, np.random.default_rng(draw(seeds)))
    return module, (draw(st.integers(least, 3)), *lengths)


def width(n):
    return n


def even(n):
    return 2 * n


LAYERS = {
    "Linear": layer(lambda n, m, rng: nn.Linear(n, m, rng=rng, **DOUBLE), width),
    "Linear without bias": layer(lambda n, m, rng: nn.Linear(n, m, False, rng, **DOUBLE), width),
    "Linear of sequences": layer(
        lambda n, m, rng: nn.Linear(n, m, rng=rng, **DOUBLE), sizes, width
    ),
    "Conv2d": layer(
        lambda n, m, rng: nn.Conv2d(n, m, 2, stride=m, padding=1, rng=rng, **DOUBLE),
        width,
        sizes,
        sizes,
    ),
    "MaxPool2d": layer(lambda n, m, rng: nn.MaxPool2d(2, stride=m), sizes, st.just(3), st.just(4)),
    "AvgPool2d": layer(lambda n, m, rng: nn.AvgPool2d(2, stride=m), sizes, st.just(3), st.just(4)),
    "Flatten": layer(lambda n, m, rng: nn.Flatten(), batches, sizes),
    "Dropout in use": layer(lambda n, m, rng: nn.Dropout().eval(), sizes),
    "BatchNorm1d": layer(
        lambda n, m, rng: scaled(nn.BatchNorm1d(n, **DOUBLE), rng), width, least=2
    ),
    "BatchNorm1d of sequences": layer(
        lambda n, m, rng: scaled(nn.BatchNorm1d(n, **DOUBLE), rng), width, st.just(2), least=1
    ),
    "BatchNorm1d in use": layer(
        lambda n, m, rng: scaled(nn.BatchNorm1d(n, **DOUBLE), rng).eval(), width
    ),
    "BatchNorm2d": layer(
        lambda n, m, rng: scaled(nn.BatchNorm2d(n, **DOUBLE), rng), width, sizes, sizes, least=2
    ),
    "LayerNorm": layer(lambda n, m, rng: scaled(nn.LayerNorm(n, **DOUBLE), rng), sizes, width),
    "LayerNorm of two axes": layer(
        lambda n, m, rng: scaled(nn.LayerNorm((2, n), **DOUBLE), rng), st.just(2), width
    ),
    "GRU": layer(lambda n, m, rng: nn.GRU(n, m, rng=rng, **DOUBLE), sizes, width),
    "MultiHeadAttention": layer(
        lambda n, m, rng: nn.MultiHeadAttention(2 * n, n, rng=rng, **DOUBLE), sizes, even
    ),
    "causal MultiHeadAttention": layer(
        lambda n, m, rng: Causal(2 * n, n, rng=rng, **DOUBLE), sizes, even
    ),
    **{
        kind.__name__: layer(lambda n, m, rng, kind=kind: kind(), sizes)
        for kind in (nn.ReLU, nn.LeakyReLU, nn.Tanh, nn.Sigmoid, nn.GELU, nn.SiLU, nn.Softmax)
    },
}


class Causal(nn.MultiHeadAttention):
    def forward(self, x):
        return super().forward(x, causal=True)


def scaled(norm, rng):
    """A normalisation whose parameters are not just ones and zeros."""
    for p in norm.parameters():
        p.data = rng.uniform(0.5, 1.5, p.shape)
    return norm


def leaf(shape, seed, layout="C"):
    """Numbers that stay clear of each other and of 0, where some layers have kinks."""
    rng = np.random.default_rng(seed)
    n = int(np.prod(shape))
    numbers = rng.permutation((np.arange(n) + 0.5) / max(n, 1) - 0.51).reshape(shape) * 4
    if layout == "every second":
        room = np.zeros([2 * s for s in shape])
        view = room[tuple(slice(None, None, 2) for _ in shape)]
        view[...] = numbers
        numbers = view
    return mg.Tensor(np.asarray(numbers, order="F" if layout == "F" else "K"), requires_grad=True)


@pytest.mark.parametrize("name", LAYERS)
@given(data=st.data())
@settings(max_examples=8)
def test_a_layers_derivatives_are_right_to_second_order(name, data):
    module, shape = data.draw(LAYERS[name])
    x = leaf(shape, data.draw(seeds), data.draw(st.sampled_from(["C", "F", "every second"])))

    def first(x, *parameters):
        y = module(x)
        return y[0] if isinstance(y, tuple) else y

    assert mg.gradcheck(first, [x, *module.parameters()], order=2)


@pytest.mark.parametrize("name", LAYERS)
@given(data=st.data())
@settings(max_examples=5)
def test_a_float32_layer_keeps_float32(name, data):
    module, shape = data.draw(LAYERS[name])
    for tensor in [*module.parameters(), *module.buffers()]:
        tensor._data = tensor._data.astype(np.float32)
    y = module(mg.tensor(leaf(shape, 0).numpy(), dtype=np.float32))
    assert (y[0] if isinstance(y, tuple) else y).dtype == np.float32


def test_the_same_seed_makes_the_same_layers():
    def states():
        mg.seed(3)
        model = nn.Sequential(nn.Linear(3, 4), nn.GRU(4, 2), nn.MultiHeadAttention(2, 1))
        return model.state_dict()

    for one, other in zip(states().values(), states().values(), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize(
    ("make", "fan_in"),
    [
        (lambda rng: nn.Linear(64, 50, rng=rng), 64),
        (lambda rng: nn.Conv2d(8, 40, 3, rng=rng), 72),
        (lambda rng: nn.GRU(7, 64, rng=rng), 64),
    ],
)
def test_layers_start_within_one_over_the_root_of_fan_in(make, fan_in):
    bound = fan_in**-0.5
    for p in make(np.random.default_rng(0)).parameters():
        assert 0.9 * bound < np.abs(p.numpy()).max() <= bound


def test_a_linear_weight_is_in_by_out():
    layer = nn.Linear(5, 2)
    x = np.random.default_rng(0).normal(size=(3, 5)).astype(np.float32)
    assert layer.weight.shape == (5, 2)
    expected = x @ layer.weight.numpy() + layer.bias.numpy()
    np.testing.assert_allclose(layer(x).numpy(), expected, rtol=1e-6)
    np.testing.assert_allclose(layer(x[0]).numpy(), expected[0], rtol=1e-5)


def test_linear_names_the_shapes_that_do_not_fit():
    with pytest.raises(ValueError, match=r"linear of shape \(2, 3\) .* weight of shape \(5, 2\)"):
        nn.Linear(5, 2)(np.ones((2, 3), np.float32))


# Convolution


def test_a_pixel_that_is_no_number_is_seen_by_the_windows_on_it_and_by_no_other():
    layer, image = nn.Conv2d(1, 2, 3, padding=1), np.zeros((2, 1, 6, 6), np.float32)
    image[0, 0, 1, 2] = np.nan
    y = layer(mg.tensor(image)).numpy()
    assert np.isnan(y[0, :, 0:3, 1:4]).all()
    assert np.isnan(y).sum() == 2 * 9


def test_a_pixel_that_is_no_number_is_not_lost_on_the_way_to_the_filter():
    layer, image = nn.Conv2d(1, 2, 3), np.zeros((1, 1, 6, 6), np.float32)
    image[0, 0, 2, 2] = np.nan
    layer(mg.tensor(image)).sum().backward()
    assert np.isnan(layer.weight.grad.numpy()).all()


def test_a_leaky_relu_leaks_as_much_as_asked_also_at_zero():
    x = mg.tensor([-2.0, 0.0, 3.0, np.nan], requires_grad=True)
    y = nn.LeakyReLU(0.25)(x)
    y.sum().backward()
    np.testing.assert_array_equal(y.numpy(), [-0.5, 0.0, 3.0, np.nan])
    np.testing.assert_array_equal(x.grad.numpy(), [0.25, 0.25, 1.0, 0.25])


# Dropout


@given(p=st.floats(0.1, 0.9), seed=seeds)
@settings(max_examples=20)
def test_dropout_keeps_the_mean(p, seed):
    y = nn.Dropout(p, np.random.default_rng(seed))(mg.tensor(np.ones(20_000))).numpy()
    assert set(np.unique(y)) == {0.0, 1 / (1 - p)}
    assert abs(y.mean() - 1) < 6 * np.sqrt(p / (1 - p) / y.size)


def test_dropout_lets_the_gradient_through_where_it_let_the_value_through():
    x = mg.tensor(np.ones(100), requires_grad=True)
    y = nn.Dropout(0.3, np.random.default_rng(0))(x)
    y.sum().backward()
    np.testing.assert_array_equal(x.grad.numpy(), y.numpy())


def test_dropout_draws_anew_in_each_call_and_again_the_same_from_the_same_seed():
    x = mg.tensor(np.ones(100))
    one, other = (nn.Dropout(rng=np.random.default_rng(0)) for _ in range(2))
    first, second = one(x).numpy(), one(x).numpy()
    assert (first != second).any()
    np.testing.assert_array_equal(other(x).numpy(), first)


def test_a_copy_of_a_dropout_still_obeys_the_seed():
    x, layer = mg.tensor(np.ones(100)), copy.deepcopy(nn.Dropout())
    mg.seed(1)
    first = layer(x).numpy()
    mg.seed(1)
    np.testing.assert_array_equal(layer(x).numpy(), first)


@pytest.mark.parametrize("value", [0, np.random, "seed"])
def test_a_generator_that_is_none_is_refused_also_later(value):
    layer = nn.Dropout()
    layer.rng = value
    with pytest.raises(TypeError, match="Dropout: rng must be a"):
        layer(mg.tensor(np.ones(3)))


def test_dropout_does_nothing_in_use():
    x = mg.tensor(np.ones(5))
    assert nn.Dropout(0.9).eval()(x) is x


def test_dropout_of_everything_gives_zeros():
    np.testing.assert_array_equal(nn.Dropout(1.0)(mg.tensor(np.ones(5))).numpy(), np.zeros(5))


@pytest.mark.parametrize("p", [-0.1, 1.1, float("nan")])
def test_dropout_wants_a_probability(p):
    with pytest.raises(ValueError, match="p is a number from 0 to 1"):
        nn.Dropout(p)


# Embedding


@pytest.mark.parametrize("as_tensor", [False, True])
def test_an_embedding_looks_rows_up_and_adds_their_gradients(as_tensor):
    table = nn.Embedding(4, 2)
    indices = np.array([[1, 3, 1]])
    rows = table(mg.tensor(indices) if as_tensor else indices)
    np.testing.assert_array_equal(rows.numpy(), table.weight.numpy()[indices])
    rows.sum().backward()
    np.testing.assert_array_equal(table.weight.grad.numpy()[:, 0], [0, 2, 0, 1])


@given(shape=st.tuples(batches, batches), seed=seeds)
@settings(max_examples=8)
def test_an_embeddings_derivative_is_right(shape, seed):
    rng = np.random.default_rng(seed)
    table, indices = nn.Embedding(3, 2, rng, np.float64), rng.integers(0, 3, shape)
    assert mg.gradcheck(lambda w: mg.tanh(table(indices)), [table.weight], order=2)


@pytest.mark.parametrize("wrong", [[0, 4], [-1, 2]])
def test_an_embedding_names_indices_out_of_range(wrong):
    with pytest.raises(IndexError, match=f"{min(wrong)} to {max(wrong)}.* 0 to 3"):
        nn.Embedding(4, 2)(np.array(wrong))


def test_an_embedding_wants_integers():
    with pytest.raises(TypeError, match="integers"):
        nn.Embedding(4, 2)(np.array([1.0]))


# Normalisation


def test_batch_normalisation_follows_the_batches_in_training_only():
    norm = nn.BatchNorm1d(2, momentum=0.5, dtype=np.float64)
    x = np.array([[0.0, 2.0], [4.0, 2.0]])
    norm(mg.tensor(x))
    np.testing.assert_allclose(norm.running_mean.numpy(), [1.0, 1.0])
    np.testing.assert_allclose(norm.running_var.numpy(), [0.5 + 4.0, 0.5])  # 8 / (2 - 1) is 8
    norm.eval()(mg.tensor(x))
    np.testing.assert_allclose(norm.running_mean.numpy(), [1.0, 1.0])


def test_in_use_an_example_does_not_depend_on_its_batch():
    norm, x = nn.BatchNorm2d(3), np.random.default_rng(0).normal(size=(4, 3, 2, 2))
    norm(mg.tensor(x))
    norm.eval()
    np.testing.assert_array_equal(norm(x).numpy()[:1], norm(x[:1]).numpy())


@pytest.mark.parametrize("n", [0, 1])
def test_one_value_in_a_channel_has_no_variance(n):
    norm = nn.BatchNorm1d(3)
    with pytest.raises(ValueError, match=rf"\({n}, 3\).*eval\(\)"):
        norm(np.ones((n, 3), np.float32))
    norm.eval()(np.ones((n, 3), np.float32))


@pytest.mark.parametrize("seed", range(3))
def test_normalised_numbers_keep_their_precision_far_from_zero(seed):
    x = np.random.default_rng(seed).normal(size=(50, 3))
    near, far = (nn.BatchNorm1d(3, dtype=np.float64)(mg.tensor(x + s)).numpy() for s in (0, 1e6))
    np.testing.assert_allclose(near, far, atol=1e-8)


@pytest.mark.parametrize(
    ("norm", "shape"),
    [
        (nn.BatchNorm1d(3), (2, 4)),
        (nn.BatchNorm1d(3), (2, 3, 1, 1)),
        (nn.BatchNorm2d(3), (2, 3)),
        (nn.LayerNorm((2, 3)), (3,)),
        (nn.LayerNorm(3), (3, 2)),
    ],
)
def test_a_normalisation_names_a_shape_that_does_not_fit(norm, shape):
    with pytest.raises(ValueError, match=str(shape).replace("(", r"\(").replace(")", r"\)")):
        norm(np.ones(shape, np.float32))
