"""Whatever type numbers come in, layers and losses compute with real numbers."""

import numpy as np
import pytest

import minigrad as mg
from minigrad import nn

REAL = ["float32", "float64", ">f4", ">f8", "float16"]
WHOLE = [
    "bool",
    "uint8",
    "int8",
    "int16",
    ">i2",
    "uint32",
    "int32",
    ">i4",
    "int64",
    ">i8",
    "uint64",
]
LAYOUTS = {
    "in order": np.ascontiguousarray,
    "columns first": np.asfortranarray,
    "every second": lambda x: np.repeat(x, 2, axis=-1)[..., ::2],
    "backwards": lambda x: np.ascontiguousarray(x[::-1])[::-1],
    "read-only": lambda x: np.broadcast_to(x, x.shape),
}


def rng():
    return np.random.default_rng(0)


ROWS, IMAGES, SEQUENCES = (4, 6), (2, 2, 4, 4), (2, 3, 6)
LAYERS = {
    "Linear": (lambda: nn.Linear(6, 3, rng=rng()), ROWS),
    "Linear without bias": (lambda: nn.Linear(6, 3, False, rng=rng()), ROWS),
    "Conv2d": (lambda: nn.Conv2d(2, 3, 3, padding=1, rng=rng()), IMAGES),
    "MaxPool2d": (lambda: nn.MaxPool2d(2), IMAGES),
    "AvgPool2d": (lambda: nn.AvgPool2d(2), IMAGES),
    "BatchNorm1d": (lambda: nn.BatchNorm1d(6), ROWS),
    "BatchNorm1d in use": (lambda: nn.BatchNorm1d(6).eval(), ROWS),
    "BatchNorm2d": (lambda: nn.BatchNorm2d(2), IMAGES),
    "BatchNorm2d as it is": (lambda: nn.BatchNorm2d(2, affine=False), IMAGES),
    "LayerNorm": (lambda: nn.LayerNorm(6), ROWS),
    "LayerNorm as it is": (lambda: nn.LayerNorm((2, 4, 4), elementwise_affine=False), IMAGES),
    "Dropout": (lambda: nn.Dropout(0.5, rng()), ROWS),
    "GRU": (lambda: nn.GRU(6, 2, rng=rng()), SEQUENCES),
    "MultiHeadAttention": (lambda: nn.MultiHeadAttention(6, 2, rng=rng()), SEQUENCES),
    "LeakyReLU": (nn.LeakyReLU, ROWS),
}
LOSSES = {
    "mse_loss": nn.mse_loss,
    "l1_loss": nn.l1_loss,
    "huber_loss": nn.huber_loss,
    "binary_cross_entropy_with_logits": nn.binary_cross_entropy_with_logits,
    "the same with pos_weight": lambda x, t, **options: nn.binary_cross_entropy_with_logits(
        x, t, pos_weight=np.array([1, 2, 3, 4, 5, 6]), **options
    ),
}


def numbers(shape, dtype, seed=0):
    """Numbers that fit every type: 0 and 1 alone where there is no room for others."""
    most = 2 if np.dtype(dtype) == bool else 100
    return np.random.default_rng(seed).integers(0, most, shape).astype(dtype)


def float_type(dtype):
    return np.float64 if np.dtype(dtype).newbyteorder("=") == np.float64 else np.float32


def array(y):
    return y.numpy() if isinstance(y, mg.Tensor) else y


def outcome(layer, x):
    """What a layer makes of x, and the gradients of its parameters."""
    y = layer(x)
    y = y[0] if isinstance(y, tuple) else y
    if list(layer.parameters()):
        y.sum().backward()
    return array(y), [p.grad.numpy() for p in layer.parameters()]


@pytest.mark.parametrize("dtype", REAL + WHOLE)
@pytest.mark.parametrize("name", LAYERS)
def test_a_layer_computes_with_the_real_numbers_of_any_array(name, dtype):
    make, shape = LAYERS[name]
    for lay_out in LAYOUTS.values():
        x = lay_out(numbers(shape, dtype))
        expected, slopes = outcome(make(), mg.tensor(x.astype(float_type(dtype))))
        found, others = outcome(make(), x)
        assert found.dtype == expected.dtype
        np.testing.assert_array_equal(found, expected)
        for one, other in zip(slopes, others, strict=True):
            np.testing.assert_array_equal(one, other)
        if dtype in WHOLE:
            np.testing.assert_array_equal(outcome(make(), mg.tensor(x))[0], expected)


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
@pytest.mark.parametrize("dtype", REAL + WHOLE)
@pytest.mark.parametrize("name", LOSSES)
def test_a_loss_computes_with_the_real_numbers_of_any_array(name, dtype, reduction):
    x = numbers(ROWS, dtype, 1)
    real = mg.tensor(x.astype(float_type(dtype)))
    for target_dtype in REAL + WHOLE:
        t = numbers(ROWS, "bool", 2).astype(target_dtype)
        like = float_type(target_dtype if target_dtype in REAL else dtype)
        expected = LOSSES[name](real, mg.tensor(t.astype(like)), reduction=reduction)
        for given in (x, mg.tensor(x)) if dtype in WHOLE else (x,):
            found = LOSSES[name](given, t, reduction=reduction)
            assert found.dtype == expected.dtype
            np.testing.assert_array_equal(array(found), expected.numpy())


def test_a_loss_of_bytes_does_not_wrap_around():
    assert nn.l1_loss(np.array([2], np.uint8), np.array([3], np.uint8)) == 1
    assert nn.mse_loss(mg.tensor(np.array([0], np.uint8)), np.array([200], np.uint8)).item() == 4e4


def test_pooling_of_bytes_is_not_a_byte():
    image = np.array([0, 100, 200, 255], np.uint8).reshape(1, 1, 2, 2)
    assert nn.AvgPool2d(2)(mg.tensor(image)).item() == 138.75
    assert nn.MaxPool2d(2)(mg.tensor(image)).dtype == np.float32


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("dtype", WHOLE[1:])
def test_an_embedding_takes_indices_of_any_integer_type(dtype, layout):
    table, plain = (nn.Embedding(5, 2, rng()) for _ in range(2))
    indices = LAYOUTS[layout](np.array([[4, 1], [1, 0]], dtype))
    rows, expected = table(indices), plain(indices.astype(np.int64))
    np.testing.assert_array_equal(rows.numpy(), expected.numpy())
    for y in (rows, expected):
        (y * np.arange(8.0, dtype=np.float32).reshape(2, 2, 2)).sum().backward()
    np.testing.assert_array_equal(table.weight.grad.numpy(), plain.weight.grad.numpy())


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("dtype", WHOLE[1:])
def test_cross_entropy_takes_labels_of_any_integer_type(dtype, layout):
    labels = LAYOUTS[layout](np.array([[2, 1, 0], [0, 0, 1]], dtype))
    losses, slopes = [], []
    for given in (labels, labels.astype(np.int64)):
        logits = mg.tensor(rng().normal(size=(2, 3, 3)), requires_grad=True)
        loss = nn.cross_entropy(logits, given, 0.1, weight=np.array([1, 2, 3]), ignore_index=1)
        loss.backward()
        losses.append(loss.item())
        slopes.append(logits.grad.numpy())
    assert losses[0] == losses[1]
    np.testing.assert_array_equal(*slopes)


@pytest.mark.parametrize("dtype", ["complex64", "object", "U3", "M8[s]"])
@pytest.mark.parametrize("name", [*LAYERS, *LOSSES])
def test_what_is_not_real_is_refused_by_name(name, dtype):
    shape = LAYERS[name][1] if name in LAYERS else ROWS
    x = np.ones(shape, int).astype(dtype)
    with pytest.raises(TypeError, match="made of real numbers; got an array of"):
        if name in LAYERS:
            LAYERS[name][0]()(x)
        else:
            LOSSES[name](mg.tensor(np.ones(shape)), x)


@pytest.mark.parametrize("x", [None, "image", [1, "a"], [[1.0], [2.0, 3.0]], {"a": 1}, int])
@pytest.mark.parametrize("name", [*LAYERS, *LOSSES])
def test_what_is_no_array_is_refused_by_name(name, x):
    with pytest.raises(TypeError, match=r"(made of real|list of) numbers; got"):
        if name in LAYERS:
            LAYERS[name][0]()(x)
        else:
            LOSSES[name](x, mg.tensor(np.ones(ROWS)))


def test_a_list_beside_float64_is_not_rounded_to_float32():
    assert nn.mse_loss(mg.tensor(np.array([0.1])), [0.1]).item() == 0.0
    assert nn.mse_loss(mg.tensor([0.1]), [0.1]).item() == 0.0
