"""Bad input to layers, losses, clipping and initial values: an error names the argument.

One table holds every argument of every public function, and what it must not take.
"""

import inspect
import math

import numpy as np
import pytest

import minigrad as mg
from minigrad import nn
from minigrad.nn import init

NO_COUNTS = [0, -1, 2.5, 2.0, math.nan, math.inf, "3", None, True, [3], (3, 5), int]
NO_COUNTS += [np.array([3]), mg.tensor(3)]
NO_NUMBERS = [math.nan, math.inf, "0.1", None, True, [0.1], float, 1j, np.array([0.1])]
NO_SHARES = [-0.1, 1.1, *NO_NUMBERS]
NO_FLAGS = [0, 1, "yes", None, [], bool]
NO_RNG = [0, 7, 0.5, "0", True, [0], np.random, np.random.RandomState(0), np.random.default_rng]
NO_DTYPES = ["float16", "int32", int, None, "real", ">f4", complex, 32, [np.float32], np.array(1.0)]
NO_SHAPES = [0, -1, (3, -1), (3, 0), (2.5, 3), "3", None, (None, 3), [[3]], (True, 3), {3: 4}]
NO_REDUCTIONS = ["avg", "Mean", None, True, 0, ["mean"], sum]
NO_ARRAYS = [None, "image", [[1.0], [2.0, 3.0]], int, {"a": 1}, np.array(["a"]), np.array([1j])]
NO_LIMITS = [0, -1, -1e-9, *NO_NUMBERS]

ROWS, IMAGES = np.ones((4, 3), np.float32), np.ones((2, 2, 4, 4), np.float32)
SEQUENCES = np.ones((2, 3, 4), np.float32)
SIZES = {"rng": NO_RNG, "dtype": NO_DTYPES}
NORM = {"eps": [-1e-9, *NO_NUMBERS], "dtype": NO_DTYPES}
LABELS = [0, 2, 1, 0]


def parameter():
    p = mg.tensor(np.ones(3), requires_grad=True)
    p.grad = mg.tensor(np.ones(3))
    return p


def clipping(limit):
    bad = [nn.Linear(2, 1), nn.Sequential(nn.Linear(2, 1)), None, 1.0, [1.0], np.ones(3), ["w"]]
    return {"parameters": [*bad, nn.Linear(2, 1).named_parameters()], limit: NO_LIMITS}


GOOD = {  # a call that works
    nn.Linear: {"in_features": 3, "out_features": 2},
    nn.Conv2d: {"in_channels": 2, "out_channels": 3, "kernel_size": 2},
    nn.MaxPool2d: {"kernel_size": 2},
    nn.AvgPool2d: {"kernel_size": 2},
    nn.Embedding: {"num_embeddings": 3, "embedding_dim": 2},
    nn.Dropout: {},
    nn.LeakyReLU: {},
    nn.Softmax: {},
    nn.LayerNorm: {"normalized_shape": 3},
    nn.BatchNorm1d: {"num_features": 3},
    nn.BatchNorm2d: {"num_features": 3},
    nn.GRU: {"input_size": 3, "hidden_size": 2},
    nn.MultiHeadAttention: {"embed_dim": 4, "num_heads": 2},
    nn.mse_loss: {"input": ROWS, "target": ROWS},
    nn.l1_loss: {"input": ROWS, "target": ROWS},
    nn.huber_loss: {"input": ROWS, "target": ROWS},
    nn.binary_cross_entropy_with_logits: {"input": ROWS, "target": ROWS},
    nn.cross_entropy: {"logits": mg.tensor(ROWS), "labels": LABELS},
    nn.clip_grad_norm_: {"parameters": [parameter()], "max_norm": 1.0},
    nn.clip_grad_value_: {"parameters": [parameter()], "clip_value": 1.0},
    nn.adaptive_clip_grad_: {"parameters": [parameter()]},
    init.fans: {"shape": (3, 2)},
    init.uniform: {"shape": (3, 2), "bound": 1.0},
    init.normal: {"shape": (3, 2)},
    init.zeros: {"shape": (3, 2)},
    init.kaiming_uniform: {"shape": (3, 2)},
    init.kaiming_normal: {"shape": (3, 2)},
    init.xavier_uniform: {"shape": (3, 2)},
    init.xavier_normal: {"shape": (3, 2)},
    init.orthogonal: {"shape": (3, 2)},
}
TARGETS = [*NO_ARRAYS, np.ones(4), np.ones((4, 1)), np.ones((3, 4)), 1.0, []]
NUMBERS = {"input": TARGETS, "target": TARGETS, "reduction": NO_REDUCTIONS}
DRAW = {"shape": NO_SHAPES, **SIZES}
BAD = {
    nn.Linear: {"in_features": NO_COUNTS, "out_features": NO_COUNTS, "bias": NO_FLAGS, **SIZES},
    nn.Conv2d: {
        **dict.fromkeys(["in_channels", "out_channels", "kernel_size", "stride"], NO_COUNTS),
        "padding": NO_COUNTS[1:],
        "bias": NO_FLAGS,
        **SIZES,
    },
    nn.MaxPool2d: {"kernel_size": NO_COUNTS, "stride": [v for v in NO_COUNTS if v is not None]},
    nn.AvgPool2d: {"kernel_size": NO_COUNTS, "stride": [v for v in NO_COUNTS if v is not None]},
    nn.Embedding: {"num_embeddings": NO_COUNTS, "embedding_dim": NO_COUNTS, **SIZES},
    nn.Dropout: {"p": NO_SHARES, "rng": NO_RNG},
    nn.LeakyReLU: {"negative_slope": NO_NUMBERS},
    nn.Softmax: {"dim": NO_COUNTS[2:]},
    nn.LayerNorm: {"normalized_shape": [*NO_SHAPES, ()], "elementwise_affine": NO_FLAGS, **NORM},
    nn.BatchNorm1d: {
        "num_features": NO_COUNTS, "momentum": NO_SHARES, "affine": NO_FLAGS, **NORM
    },
    nn.BatchNorm2d: {
        "num_features": NO_COUNTS, "momentum": NO_SHARES, "affine": NO_FLAGS, **NORM
    },
    nn.GRU: {"input_size": NO_COUNTS, "hidden_size": NO_COUNTS, **SIZES},
    nn.MultiHeadAttention: {"embed_dim": [3, *NO_COUNTS], "num_heads": [3, *NO_COUNTS], **SIZES},
    nn.mse_loss: NUMBERS,
    nn.l1_loss: NUMBERS,
    nn.huber_loss: {**NUMBERS, "delta": NO_LIMITS},
    nn.binary_cross_entropy_with_logits: {
        **NUMBERS,
        "pos_weight": [*NO_ARRAYS[1:], 0, -1, math.nan, math.inf, [1, 2], [[1, 2, 3]], [1, 0, 1]],
    },
    nn.cross_entropy: {
        "logits": [*NO_ARRAYS, LABELS, np.ones((4, 3), int), np.ones(3), np.ones((5, 3)), 1.0],
        "labels": [
            *NO_ARRAYS,
            *[[0, 1, wrong, 0] for wrong in (3, -1, 0.5, math.nan)],
            *[ROWS, np.ones((4, 1), int), [0, 1], 1, np.eye(3), []],
        ],
        "label_smoothing": NO_SHARES,
        "reduction": NO_REDUCTIONS,
        "weight": [*NO_ARRAYS[1:], 1.0, [1, 2], [[1, 2, 3]], [1, -1, 1], [1, math.nan, 1], []],
        "ignore_index": [v for v in NO_COUNTS[2:] if v is not None],
    },
    nn.clip_grad_norm_: {
        **clipping("max_norm"), "max_norm": [v for v in NO_LIMITS if v is not math.inf]
    },
    nn.clip_grad_value_: clipping("clip_value"),
    nn.adaptive_clip_grad_: {**clipping("clip_factor"), "eps": [-1e-9, *NO_NUMBERS]},
    init.fans: {"shape": [*NO_SHAPES, 3, (3,), ()]},
    init.uniform: {**DRAW, "bound": [-1.0, *NO_NUMBERS]},
    init.normal: {**DRAW, "std": [-1.0, *NO_NUMBERS]},
    init.zeros: {"shape": NO_SHAPES, "dtype": NO_DTYPES},
    **dict.fromkeys(
        [init.kaiming_uniform, init.kaiming_normal, init.xavier_uniform, init.xavier_normal], DRAW
    ),
    init.orthogonal: {**DRAW, "gain": [-1.0, *NO_NUMBERS]},
}  # fmt: skip
LAYERS = {  # what forward() takes: an input that works, and those that do not
    nn.Linear: (ROWS, [np.ones((4, 2)), np.ones(()), 1.0]),
    nn.Conv2d: (IMAGES, [IMAGES[0], IMAGES[:, :1], IMAGES[..., :1], ROWS]),
    nn.MaxPool2d: (IMAGES, [IMAGES[0], IMAGES[..., :1], ROWS]),
    nn.AvgPool2d: (IMAGES, [IMAGES[0], IMAGES[..., :1], ROWS]),
    nn.Embedding: ([[0, 1], [2, 2]], [[0, 3], [-1], [0.0], [True], "a", None, [[1], [1, 2]]]),
    nn.Dropout: (ROWS, []),
    **{kind: (ROWS, []) for kind in (nn.ReLU, nn.LeakyReLU, nn.Tanh, nn.Sigmoid, nn.GELU)},
    **{kind: (ROWS, []) for kind in (nn.SiLU, nn.Softmax)},
    nn.LayerNorm: (ROWS, [ROWS[:, :2], np.ones(()), 1.0]),
    nn.BatchNorm1d: (ROWS, [ROWS[:, :2], ROWS[:1], ROWS[0], IMAGES, 1.0]),
    nn.BatchNorm2d: (np.ones((2, 3, 2, 2)), [IMAGES, ROWS, np.ones((1, 3, 1, 1))]),
    nn.GRU: (np.ones((2, 3, 3)), [ROWS, SEQUENCES, np.ones((2, 0, 3))]),
    nn.MultiHeadAttention: (SEQUENCES, [ROWS, SEQUENCES[..., :2], SEQUENCES[:, :0]]),
}


def called(function):
    return function.__name__


@pytest.mark.parametrize("function", BAD, ids=called)
def test_an_argument_that_is_wrong_is_named_with_what_was_given(function):
    function(**GOOD[function])
    for name, values in BAD[function].items():
        for value in values:
            with pytest.raises((TypeError, ValueError)) as refusal:
                function(**{**GOOD[function], name: value})
            said = str(refusal.value)
            label = name == "labels" and "label" in said
            assert name in said or label, f"{name}={value!r}: {said}"
            shown = "got" in said or "shape" in said or label
            assert shown or str(value) in said, f"{name}={value!r}: {said}"
            assert "Failed in nopython" not in said


def test_every_argument_of_every_function_is_in_the_table():
    public = {getattr(nn, name) for name in nn.__all__ if name not in ("init", "Module")}
    public |= {f for _, f in inspect.getmembers(init, inspect.isfunction) if f.__doc__}
    public -= {nn.Sequential, init.checked_shape, init.checked_dtype, init.check_integers}
    public -= {init.check_numbers, init.generator_or_default}
    for function in public:
        wanted = set(inspect.signature(function).parameters)
        assert set(BAD.get(function, {})) == wanted, function


@pytest.mark.parametrize("kind", LAYERS, ids=called)
def test_an_input_that_a_layer_cannot_take_is_refused_in_its_name(kind):
    layer = kind(**GOOD.get(kind, {}))
    good, bad = LAYERS[kind]
    layer(good)
    for x in [*NO_ARRAYS, *bad]:
        with pytest.raises((TypeError, ValueError, IndexError)) as refusal:
            layer(x)
        said = str(refusal.value).lower()
        names = {kind.__name__, "conv2d", "max_pool2d", "avg_pool2d", "linear"}
        assert any(said.startswith(name.lower()) for name in names), f"{x!r}: {said}"


@pytest.mark.parametrize("x", [*NO_ARRAYS[:-2], np.ones(()), 1.0])
def test_flatten_takes_whatever_has_examples(x):
    assert nn.Flatten()([[[1, 2]], [[3, 4]]]).shape == (2, 2)
    with pytest.raises((TypeError, ValueError), match=r"Flatten: x is .*got"):
        nn.Flatten()(x)


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (nn.Conv2d, "stride"),
        (nn.Conv2d, "padding"),
        (nn.MaxPool2d, "kernel_size"),
        (nn.AvgPool2d, "stride"),
        (nn.Dropout, "p"),
        (nn.LeakyReLU, "negative_slope"),
        (nn.LayerNorm, "eps"),
        (nn.BatchNorm1d, "eps"),
        (nn.BatchNorm2d, "momentum"),
        (nn.Softmax, "dim"),
    ],
)
def test_an_option_is_checked_again_when_it_is_set(kind, name):
    layer = kind(**GOOD[kind])
    before = getattr(layer, name)
    for value in BAD[kind][name]:
        with pytest.raises((TypeError, ValueError), match=f"{kind.__name__}: {name} is "):
            setattr(layer, name, value)
    assert getattr(layer, name) == before


@pytest.mark.parametrize("value", NO_FLAGS)
def test_the_mode_of_a_module_is_true_or_false(value):
    layer = nn.Linear(1, 1)
    with pytest.raises(TypeError, match="mode is True or False; got"):
        layer.train(value)
    with pytest.raises(TypeError, match="Linear: training is True or False; got"):
        layer.training = value


@pytest.mark.parametrize("value", [nn.ReLU, [nn.ReLU()], None, "relu", 3])
def test_sequential_names_what_is_no_layer(value):
    with pytest.raises(TypeError, match="Sequential: layer 1 is a module or a function"):
        nn.Sequential(nn.Linear(1, 1), value)


@pytest.mark.parametrize("value", [None, "state", [("weight", 1)], 3, nn.Linear(2, 1)])
def test_a_state_is_a_mapping(value):
    with pytest.raises(TypeError, match="load_state_dict: state is a mapping of names to arrays"):
        nn.Linear(2, 1).load_state_dict(value)


@pytest.mark.parametrize("value", [None, "a", [[1.0], [1.0, 2.0]], np.array(["a", "b"]), {}, 1j])
def test_a_state_with_what_is_no_array_is_refused_whole(value):
    model = nn.Linear(2, 1)
    before = model.state_dict()
    with pytest.raises(ValueError, match="bias: "):
        model.load_state_dict({"weight": np.zeros((2, 1)), "bias": value})
    for name, array in model.state_dict().items():
        np.testing.assert_array_equal(array, before[name])


@pytest.mark.parametrize("h", [np.ones(2), np.ones((1, 2)), np.ones((2, 3)), *NO_ARRAYS[1:]])
def test_a_gru_names_a_state_that_does_not_fit(h):
    with pytest.raises((TypeError, ValueError), match="GRU: h "):
        nn.GRU(3, 2)(np.ones((2, 5, 3)), h)


@pytest.mark.parametrize(
    ("name", "x"),
    [
        ("key", SEQUENCES[:1]),
        ("key", SEQUENCES[0]),
        ("key", SEQUENCES[:, :0]),
        ("value", SEQUENCES[:, :2]),
        ("value", SEQUENCES[..., :2]),
        *[("key", x) for x in NO_ARRAYS[1:]],
        *[("value", x) for x in NO_ARRAYS[1:]],
        *[("causal", flag) for flag in NO_FLAGS],
        *[("need_weights", flag) for flag in NO_FLAGS],
        *[("key_padding_mask", mask) for mask in NO_ARRAYS[1:]],
        ("key_padding_mask", np.zeros((2, 3))),
        ("key_padding_mask", np.zeros((2, 3), int)),
        ("key_padding_mask", np.zeros((3, 2), bool)),
        ("key_padding_mask", np.zeros(3, bool)),
        ("key_padding_mask", np.ones((2, 3), bool)),
        ("key_padding_mask", True),
    ],
)
def test_attention_names_what_does_not_fit(name, x):
    with pytest.raises((TypeError, ValueError), match=f"MultiHeadAttention: .*{name}"):
        nn.MultiHeadAttention(4, 2)(SEQUENCES, **{name: x})


def test_the_first_of_causal_attention_needs_the_first_key():
    with pytest.raises(ValueError, match="key_padding_mask leaves a query of row 1 no key"):
        nn.MultiHeadAttention(4, 2)(
            SEQUENCES, causal=True, key_padding_mask=[[False] * 3, [True, False, False]]
        )


@pytest.mark.parametrize("loss", [nn.mse_loss, nn.l1_loss, nn.huber_loss, nn.cross_entropy])
def test_there_is_no_mean_over_an_empty_batch(loss):
    x, y = np.ones((0, 3)), np.ones(0, int) if loss is nn.cross_entropy else np.ones((0, 3))
    with pytest.raises(ValueError, match=f"{loss.__name__}: there is no mean over an empty batch"):
        loss(mg.tensor(x), y)
    assert loss(mg.tensor(x), y, reduction="sum").item() == 0


def test_sizes_of_numpy_do_not_overflow():
    byte = np.uint8(200)
    assert nn.MultiHeadAttention(byte, np.uint8(2)).q.weight.shape == (200, 200)
    assert nn.GRU(byte, byte).weight_hh.shape == (200, 600)
    assert nn.LayerNorm(np.int64(3))(ROWS).shape == ROWS.shape
    assert nn.Conv2d(1, 1, 3, padding=byte)(np.ones((1, 1, 3, 3))).shape == (1, 1, 401, 401)
