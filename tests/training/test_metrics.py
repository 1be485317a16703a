"""A metric is recorded under a name of its own, as one number; accuracy counts what it says."""

import functools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score

import minigrad as mg

X = np.zeros((4, 2), np.float32)
Y = np.zeros((4, 1), np.float32)


def fit(metrics, make=mg.optim.SGD, **options):
    model = mg.nn.Linear(2, 1)
    optimizer = make(model.parameters(), 0.1)
    return mg.fit(model, [(X, Y)], mg.nn.mse_loss, optimizer, 1, metrics=metrics, **options)


def one(prediction, y):
    return 1.0


def top(prediction, y, k):
    return float(k)


class Share:
    def __call__(self, prediction, y):
        return 0.5


# Names


def test_a_metric_has_the_name_of_its_function_whatever_it_is_wrapped_in():
    named = functools.partial(top, k=1)
    named.__name__ = "top1"
    metrics = [one, functools.partial(functools.partial(top), k=3), named, Share()]
    epochs = fit(metrics, validation=(X, Y)).epochs
    assert {name: v for name, (v,) in epochs.items() if "loss" not in name} == {
        "one": 1.0,
        "top": 3.0,
        "top1": 1.0,
        "Share": 0.5,
        "validation_one": 1.0,
        "validation_top": 3.0,
        "validation_top1": 1.0,
        "validation_Share": 0.5,
    }


@pytest.mark.parametrize("name", ["loss", "validation_loss", "validation_one", "one"])
def test_a_metric_cannot_take_the_name_of_another_column(name):
    def other(prediction, y):
        return 2.0

    other.__name__ = name
    for call in (
        lambda: fit([one, other]),
        lambda: mg.evaluate(mg.nn.Linear(2, 1), (X, Y), mg.nn.mse_loss, [one, other]),
    ):
        with pytest.raises(ValueError, match=f"{name!r} is taken: write `def another_name"):
            call()


# Values


@pytest.mark.parametrize(
    "value",
    [1, True, np.float32(1), np.array(1.0), np.array([[1.0]]), mg.tensor([1.0]), np.bool_(True)],
)
def test_one_number_of_any_kind_is_a_number(value):
    assert fit([lambda prediction, y: value]).epochs["<lambda>"] == [1.0]


def test_a_metric_is_given_arrays():
    def kinds(prediction, y):
        assert type(prediction) is type(y) is np.ndarray
        return 0

    model = mg.nn.Linear(2, 1)
    data = [(mg.tensor(X), mg.tensor(Y))]
    optimizer = mg.optim.SGD(model.parameters(), 0.1)
    mg.fit(model, data, mg.nn.mse_loss, optimizer, 1, metrics=[kinds])


def test_metrics_are_of_the_weights_that_the_loss_is_of():
    def mse(prediction, y):
        return float(np.mean((prediction - y) ** 2))

    def far(params, lr):
        return mg.optim.SAM(mg.optim.SGD(params, lr), rho=5.0)

    model = mg.nn.Linear(2, 1)
    data = [(X + 1, Y)]
    history = mg.fit(*(model, data, mg.nn.mse_loss, far(model.parameters(), 0.1), 1), metrics=[mse])
    assert history.epochs["mse"] == pytest.approx(history.epochs["loss"])


def test_a_model_may_return_what_its_loss_understands():
    class Two(mg.nn.Module):
        def __init__(self):
            self.inner = mg.nn.Linear(2, 1)

        def forward(self, x):
            return self.inner(x), "more"

    model = Two()
    optimizer = mg.optim.SGD(model.parameters(), 0.1)
    history = mg.fit(model, [(X, Y)], lambda p, y: mg.nn.mse_loss(p[0], y), optimizer, 1)
    assert len(history.steps["loss"]) == 1


# Accuracy


@given(st.integers(1, 30), st.integers(2, 5), st.sampled_from(["i8", "u1", "f4", ">i2"]))
def test_accuracy_of_classes_is_that_of_scikit_learn(n, classes, dtype):
    rng = np.random.default_rng(n)
    scores, labels = rng.normal(size=(n, classes)), rng.integers(0, classes, n)
    wanted = accuracy_score(labels, scores.argmax(axis=1))
    assert mg.accuracy(scores, labels.astype(dtype)) == wanted
    assert mg.accuracy(mg.tensor(scores), labels.tolist()) == wanted


@given(st.integers(1, 30))
def test_one_logit_an_example_is_for_class_1_in_whatever_shape(n):
    rng = np.random.default_rng(n)
    logits, labels = rng.normal(size=n), rng.integers(0, 2, n)
    wanted = accuracy_score(labels, logits > 0)
    for scores in (logits, logits[:, None]):
        for classes in (labels, labels[:, None], labels.astype(bool), labels[:, None] * 1.0):
            assert mg.accuracy(scores, classes) == wanted


def test_what_is_not_a_number_is_not_right():
    scores = np.array([[np.nan, np.nan], [0.0, 1.0]])
    assert mg.accuracy(scores, [0, 1]) == 0.5
    assert mg.accuracy([np.nan, 1.0], [0, 1]) == 0.5


@pytest.mark.parametrize(
    ("scores", "labels", "words"),
    [
        (np.zeros((4, 3)), np.zeros(3), r"got \(4, 3\) and \(3,\)"),
        (np.zeros((4, 3)), np.zeros((4, 1)), r"got \(4, 3\) and \(4, 1\)"),
        (np.zeros((4, 1)), np.zeros(3), r"got \(4, 1\) and \(3,\)"),
        (np.zeros(4), np.zeros((2, 2)), r"got \(4,\) and \(2, 2\)"),
        (np.zeros((4, 3)), np.eye(4, 3), r"labels.argmax\(axis=1\)"),
        (np.zeros((0, 3)), np.zeros(0), "there are no examples"),
        (np.zeros((4, 0)), np.zeros(4), "there are no examples"),
        (np.zeros((4, 3)), [0, 1, 2, 3], "from 0 to 2; got 0 to 3"),
        (np.zeros((4, 3)), [0, 1, 2, -100], "from 0 to 2; got -100 to 2"),
        (np.zeros((4, 3)), [0, 1, 2, 0.5], "whole numbers from 0 to 2"),
        (np.zeros((4, 3)), [0, 1, 2, np.nan], "whole numbers from 0 to 2"),
        (np.zeros(4), [-1, 1, -1, 1], "of one logit an example are whole numbers from 0 to 1"),
    ],
)
def test_shapes_and_labels_that_do_not_fit_are_refused(scores, labels, words):
    with pytest.raises(ValueError, match=f"accuracy: .*{words}"):
        mg.accuracy(scores, labels)


@pytest.mark.parametrize(
    ("scores", "labels", "name"),
    [
        ("abc", [1], "scores"),
        (None, [1], "scores"),
        ([1j], [1], "scores"),
        ([1.0], ["a"], "labels"),
    ],
)
def test_what_holds_no_numbers_has_no_accuracy(scores, labels, name):
    with pytest.raises(TypeError, match=f"accuracy: {name} is an array of numbers"):
        mg.accuracy(scores, labels)
