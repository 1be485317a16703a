"""What the data sets promise, and how minibatches deal them out."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minigrad import data


def passes(batches, epochs=1):
    return [[y.tolist() for _, y in batches] for _ in range(epochs)]


@given(n=st.integers(1, 40), fraction=st.floats(0, 1), seed=st.integers(0, 9))
def test_a_pass_deals_every_example_once_with_its_target(n, fraction, seed):
    size = 1 + int(fraction * (n - 1))
    x = np.arange(n)[:, None] * np.ones(3)
    batches = data.minibatches(x, np.arange(n), size, rng=np.random.default_rng(seed))
    dealt = list(batches)
    assert len(dealt) == len(batches)
    assert sorted(np.concatenate([y for _, y in dealt])) == list(range(n))
    assert all((xb == yb[:, None]).all() for xb, yb in dealt)


@given(n=st.integers(1, 40), fraction=st.floats(0, 1))
def test_the_short_last_batch_is_dropped_on_request(n, fraction):
    size = 1 + int(fraction * (n - 1))
    x = np.zeros((n, 2))
    sizes = [len(y) for _, y in data.minibatches(x, np.arange(n), size, drop_last=True)]
    assert sizes == [size] * (n // size)


def test_each_pass_has_a_new_order_that_depends_on_the_generator_alone():
    def deal():
        x = np.zeros((50, 1))
        return passes(data.minibatches(x, np.arange(50), 8, rng=np.random.default_rng(3)), 2)

    first, second = deal()
    assert first != second
    assert deal() == [first, second]


def test_a_generator_put_back_deals_the_same_pass_again():
    rng = np.random.default_rng(0)
    batches = data.minibatches(np.zeros((20, 1)), np.arange(20), 6, rng=rng)
    passes(batches, 3)
    state = rng.bit_generator.state
    fourth = passes(batches)
    rng.bit_generator.state = state
    assert passes(batches) == fourth


def test_a_transform_changes_what_is_dealt_and_not_the_data():
    def double_some(x, rng):
        x[rng.random(len(x)) < 0.5] *= 2
        return x

    x = np.ones((30, 1))
    rng = np.random.default_rng(0)
    batches = data.minibatches(x, np.arange(30), 10, rng=rng, transform=double_some)
    assert {1.0, 2.0} == set(np.concatenate([xb for xb, _ in batches]).ravel())
    assert (x == 1).all()


@pytest.mark.parametrize(
    ("x", "y", "size", "words"),
    [
        (np.zeros((0, 2)), np.zeros(0), 1, r"at least one; got shapes \(0, 2\)"),
        (np.zeros((3, 2)), np.zeros(4), 1, r"shapes \(3, 2\) and \(4,\)"),
        (
            np.zeros((3, 2)),
            np.zeros(3),
            4,
            "3 examples: batch_size is an integer from 1 to 3; got 4",
        ),
        (np.zeros((3, 2)), np.zeros(3), 0, "got 0"),
    ],
)
def test_minibatches_that_cannot_be_dealt_say_why(x, y, size, words):
    with pytest.raises(ValueError, match=words):
        data.minibatches(x, y, size)


def test_a_batch_size_is_a_whole_number():
    with pytest.raises(TypeError, match=r"batch_size is an integer from 1 to 3; got 2\.0"):
        data.minibatches(np.zeros((3, 2)), np.zeros(3), 2.0)


@pytest.mark.parametrize("make", [data.digits, data.breast_cancer, data.moons, data.regression])
def test_a_data_set_has_the_promised_shapes_and_dtypes(make):
    drawn = make()
    for x, y in (drawn.train, drawn.test):
        assert x.dtype == np.float32
        assert x.ndim == 2
        assert y.shape == (len(x),)
        assert y.dtype == (np.int64 if drawn.classes else np.float32)
    share = len(drawn.test[0]) / (len(drawn.test[0]) + len(drawn.train[0]))
    assert share == pytest.approx(0.2, abs=0.001)


@pytest.mark.parametrize("make", [data.digits, data.breast_cancer, data.moons, data.regression])
def test_the_seed_of_a_data_set_decides_it(make):
    assert np.array_equal(make(seed=1).train[0], make(seed=1).train[0])
    assert not np.array_equal(make(seed=1).train[0], make(seed=2).train[0])


@pytest.mark.parametrize("make", [data.digits, data.breast_cancer, data.moons])
def test_a_split_keeps_the_share_of_each_class(make):
    drawn = make()
    shares = [
        np.bincount(y, minlength=len(drawn.classes)) / len(y) for _, y in (drawn.train, drawn.test)
    ]
    assert np.abs(shares[0] - shares[1]).max() < 0.01


def test_digits_are_ink_between_0_and_1():
    x, _ = data.digits().train
    assert (x.min(), x.max()) == (0, 1)
    assert data.digits().classes == tuple("0123456789")


def test_breast_cancer_is_scaled_by_its_training_examples():
    x, _ = data.breast_cancer().train
    assert np.abs(x.mean(axis=0)).max() < 1e-5
    assert np.abs(x.std(axis=0) - 1).max() < 1e-5


def test_moons_without_noise_lie_on_their_circles():
    x, y = data.moons(noise=0).train
    centres = np.array([[0, 0], [1, 0.5]])
    assert np.allclose(np.linalg.norm(x - centres[y], axis=1), 1)


@pytest.mark.parametrize("features", [1, 4])
def test_regression_is_the_plane_it_says(features):
    x, y = data.regression(features=features, noise=0).train
    weights, *_ = np.linalg.lstsq(np.column_stack([x, np.ones(len(x))]), y, rcond=None)
    assert np.linalg.norm(weights[:-1]) == pytest.approx(3, rel=1e-5)
    assert weights[-1] == pytest.approx(2, rel=1e-5)


def test_the_line_of_regression_has_slope_3():
    x, y = data.regression(noise=0.1).train
    assert np.polyfit(x[:, 0], y, 1) == pytest.approx([3, 2], abs=0.05)


def test_batch_sizes_of_numpy_do_not_overflow():
    batches = data.minibatches(np.zeros(1000), np.arange(1000), np.uint8(200))
    assert [len(y) for _, y in batches] == [200] * 5


def test_an_interrupted_pass_leaves_the_next_one_whole():
    batches = data.minibatches(np.zeros(10), np.arange(10), 3, rng=np.random.default_rng(0))
    next(iter(batches))
    assert sorted(np.concatenate(passes(batches)[0])) == list(range(10))


@pytest.mark.parametrize(
    "transform", [lambda x, rng: None, lambda x, rng: x[:1], lambda x, rng: x.sum()]
)
def test_a_transform_that_loses_examples_is_reported(transform):
    batches = data.minibatches(np.zeros((6, 2)), np.zeros(6), 3, transform=transform)
    with pytest.raises(ValueError, match="transform returns what is dealt in place of its 3 ex"):
        next(iter(batches))


NO_COUNTS = [2.5, 2.0, math.nan, "3", None, True, [3], int, np.array([3])]
NO_NUMBERS = ["0.1", None, True, [0.1], float, 1j]
NO_SEEDS = [None, -1, 2**32, *NO_COUNTS, np.random.default_rng(0)]
NO_RNG = [0, 7, "0", np.random.RandomState(0), np.random, np.random.default_rng, [0], True, 0.5]
X, Y = np.zeros((12, 2)), np.zeros(12)
BAD = [
    (lambda v: data.minibatches(X, Y, v), "batch_size", [0, -1, 13, *NO_COUNTS]),
    (lambda v: data.minibatches(X, Y, 2, rng=v), "rng", NO_RNG),
    (lambda v: data.minibatches(X, Y, 2, drop_last=v), "drop_last", [0, 1, "no", None, []]),
    (lambda v: data.minibatches(X, Y, 2, transform=v), "transform", [1, "flip", [], type]),
    (lambda v: data.minibatches(v, Y, 2), "x", [None, 3, "images", int, {}, [[1], [1, 2]], X[1:]]),
    (lambda v: data.minibatches(X, v, 2), "y", [None, 3, "labels", int, {}, [[1], [1, 2]], Y[1:]]),
    *[
        (lambda v, make=make: make(seed=v), "seed", NO_SEEDS)
        for make in (data.digits, data.breast_cancer, data.moons, data.regression)
    ],
    (lambda v: data.moons(v), "n", [0, -1, 5, *NO_COUNTS]),
    (lambda v: data.moons(noise=v), "noise", [-1, math.nan, math.inf, *NO_NUMBERS]),
    (lambda v: data.regression(v), "n", [0, -1, 1, *NO_COUNTS]),
    (lambda v: data.regression(features=v), "features", [0, -1, *NO_COUNTS]),
    (lambda v: data.regression(noise=v), "noise", [-1, math.nan, math.inf, *NO_NUMBERS]),
    (lambda v: data.mnist(v), "data_home", [0, "", True, [], int]),
    (lambda v: data.fashion_mnist(v), "data_home", [0, "", True, [], int]),
    (lambda v: data.Dataset(v, (X, Y)), "train", [None, X, [X, Y], (X,), (X, Y[1:]), (1, 2)]),
    (lambda v: data.Dataset((X, Y), v), "test", [None, X, [X, Y], (X,), (X, Y[1:]), (1, 2)]),
]


@pytest.mark.parametrize(
    ("call", "name", "value"),
    [(call, name, value) for call, name, values in BAD for value in values],
)
def test_bad_input_is_refused_by_name(call, name, value):
    with pytest.raises((TypeError, ValueError), match=rf"^[\w ]+: .*\b{name}\b.*\bgot\b"):
        call(value)


@pytest.mark.parametrize("n", [6, 7, 11])
def test_the_smallest_moons_can_be_split(n):
    assert sum(len(y) for _, y in (data.moons(n).train, data.moons(n).test)) == n


def test_a_file_is_no_place_for_a_download(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(NotADirectoryError, match=r"mnist: data_home is a directory; .*file"):
        data.mnist(tmp_path / "file")
