"""What a function of this room cannot take is refused by name, before anything has changed."""

import math
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np
import pytest
from naming import shown
from networks import bits

import minigrad as mg
from minigrad import callbacks as c

X = np.random.default_rng(0).standard_normal((40, 3)).astype(np.float32)
Y = X.sum(axis=1, keepdims=True)
NAN = math.nan
NO_INTEGERS = [1.5, NAN, math.inf, "3", None, [1], (1,), True, int]
NO_COUNTS = [0, -1, *NO_INTEGERS]
NO_NUMBERS = [NAN, "3", [1], (1, 2), True, float]
NO_LIMITS = [0, -1, math.inf, *NO_NUMBERS]
NO_FLAGS = [0, 3, "no", [True]]
NO_PATHS = [3, None, "", b"x", ["a"], int]
NO_MODELS = [None, mg.nn.Linear, "model", 3, lambda x: x, []]
NO_LOSSES = [None, "mse", mg.nn.Linear, *(lambda p, y, v=v: v for v in (1.0, None)), lambda p, y: p]
NO_PAIRS = [3, "ab", (X,), X, (X, Y, Y), (X[:0], Y[:0]), (X, Y[:3]), [(X, Y)], (None, None)]
NO_METRICS = [3, "accuracy", mg.accuracy, [None], {"accuracy": mg.accuracy}]
NO_METRICS += [[lambda p, y, v=v: v] for v in (None, "x", 1j, np.zeros(2))]


class Uneven:
    """Has a length, and gives no pairs."""

    def __len__(self):
        return 2

    def __iter__(self):
        return iter([X, Y])


def of(call, /, **bad):
    """Yield a call with each of the bad values, and the name of the argument that has it."""
    for name, values in bad.items():
        for value in values:
            yield pytest.param(
                partial(call, **{name: value}),
                name,
                id=f"{getattr(call, '__name__', call)}-{name}={shown(value):.25}",
            )


def fit(**options):
    model = mg.nn.Linear(3, 1)
    mg.fit(
        **{
            "model": model,
            "data": [(X, Y)],
            "loss": mg.nn.mse_loss,
            "optimizer": mg.optim.SGD(model.parameters(), 0.1),
            "epochs": 1,
            **options,
        }
    )


def evaluate(**options):
    mg.evaluate(**{"model": mg.nn.Linear(3, 1), "data": (X, Y), "loss": mg.nn.mse_loss, **options})


def checkpoint(path="run", **options):
    c.Checkpoint(path, **options)


def save(state=0, path="never"):
    mg.save(state, path)


def sweep(**options):
    given = {"train": lambda x, seed: 1, "grid": {"x": [1]}, "seeds": [0], "executor": one}
    mg.sweep(**{**given, **options})


def random_search(**options):
    mg.random_search(**{"space": {"x": [1]}, "n": 1, "rng": np.random.default_rng(0), **options})


def rates(low=0.1, high=1.0):
    mg.log_uniform(low, high)


def add_step(row):
    mg.History().add_step(row)


def add_epoch(row):
    mg.History().add_epoch(row)


def to_pandas(per):
    mg.History().to_pandas(per)


def load(path):
    mg.load(path)


one = ThreadPoolExecutor(1)
itself: list = []
itself.append(itself)
ROWS = [None, 3, [1], {"a": "x"}, {"a": None}, {1: 2}, {"a": [1, 2]}, {"a": 1j}, {"a": np.zeros(2)}]
BAD = [
    *of(
        fit,
        model=NO_MODELS,
        data=[None, "abc", 3, (X, Y), [X, Y], X, iter([(X, Y)]), [], {}, [1, 2], [(X,)], ["ab"]],
        loss=NO_LOSSES,
        optimizer=[None, mg.optim.SGD, "sgd", 0.1, [1]],
        epochs=[-1, *NO_INTEGERS],
        validation=[*NO_PAIRS, mg.data.minibatches(X, Y, 8)],
        callbacks=[c.Callback(), c.Callback, [c.EarlyStopping], "early", [None], 3, {"a": 1}],
        metrics=NO_METRICS,
        accumulate=NO_COUNTS,
        progress=NO_FLAGS,
    ),
    *of(fit, data=[[(X, Y, Y)], [(X, Y[:0])], [(X, 3)], Uneven(), mg.tensor(X), fit]),
    *of(
        evaluate,
        model=NO_MODELS,
        data=[None, *NO_PAIRS],
        loss=NO_LOSSES,
        metrics=NO_METRICS,
        batch_size=NO_COUNTS,
    ),
    *of(
        c.EarlyStopping,
        monitor=[3, None, ["loss"], c.Callback],
        patience=[-1, *NO_INTEGERS],
        min_delta=[-1, math.inf, None, *NO_NUMBERS],
        mode=["low", 3, None, ["min"], min, np.array(["min", "max"])],
    ),
    *of(checkpoint, path=NO_PATHS, every=NO_COUNTS, resume=[None, *NO_FLAGS]),
    *of(c.Clip, norm=NO_LIMITS, value=NO_LIMITS, adaptive=NO_LIMITS),
    *of(c.Average, decay=[-1, 1, 1.5, math.inf, *NO_NUMBERS], start=[-1, *NO_INTEGERS]),
    *of(c.TensorBoard, directory=NO_PATHS),
    *of(
        save,
        state=[{1}, object(), [{(1, 2): 3}], len, b"x", 1j, itself, np.ma.array([1], mask=[1])],
        path=NO_PATHS,
    ),
    *of(load, path=NO_PATHS),
    *of(
        sweep,
        train=[None, 3, "train", lambda: 1],
        grid=[None, 3, "ab", [1], ["ab"], {"x": 3}, {"x": "ab"}, {"x": {1}}, {"x": {"a": 1}}, []],
        seeds=[None, 3, "ab", [1.9], ["0"], [None], [-1], [NAN], [True], [0, 0], [], [[0]]],
        executor=[3, "pool", ThreadPoolExecutor, [1]],
        path=[value for value in NO_PATHS if value is not None],
        progress=NO_FLAGS,
    ),
    *of(sweep, grid=[{"x": []}, {"x": np.array(3)}, {1: [2]}, [{1: 2}], {"x": [1, 1]}]),
    *of(
        random_search,
        space=[None, 3, "ab", [1], {}, {"x": "ab"}, {"x": 3}, {"x": []}, {"x": {1}}, {1: [2]}],
        n=NO_COUNTS,
        rng=[0, "r", np.random.RandomState(0), np.random, int, [1]],
    ),
    *of(rates, low=[0, -1, 1, 2, *NO_NUMBERS], high=[0, 0.1, math.inf, None, *NO_NUMBERS]),
    *of(add_step, row=ROWS),
    *of(add_epoch, row=ROWS),
    *of(to_pandas, per=["run", None, 3, ["step"], np.array(["step"])]),
]
WORD = {"metrics": "metric", "row": "add_", "epochs": "epochs"}


@pytest.mark.parametrize(("call", "name"), BAD)
def test_what_cannot_be_taken_is_named(call, name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises((TypeError, ValueError)) as refusal:
        call()
    assert WORD.get(name, name) in str(refusal.value)
    assert list(tmp_path.iterdir()) == []


def test_a_refused_fit_has_changed_nothing():
    model = mg.nn.Sequential(mg.nn.Linear(3, 1), mg.nn.Dropout(0.5)).eval()
    optimizer = mg.optim.SGD(model.parameters(), 0.1)
    before = bits(model)
    for bad in ({"epochs": -1}, {"callbacks": [None]}, {"data": Uneven()}, {"metrics": [None]}):
        with pytest.raises((TypeError, ValueError)):
            fit(model=model, optimizer=optimizer, **bad)
    assert (bits(model), optimizer.steps, model.training) == (before, 0, False)


@pytest.mark.parametrize(
    ("grid", "word"),
    [
        ({"x": [{1, 2}]}, "x={1, 2} has no name"),
        ({"x": [object()]}, "has no name"),
        ({"x": [lambda: 0]}, "has no name"),
        ({"x": [partial(print, object())]}, "has no name"),
        ({"x": [(i for i in range(3))]}, "has no name"),
    ],
)
def test_a_value_that_cannot_be_told_from_others_is_refused(grid, word):
    with pytest.raises(ValueError, match=word):
        sweep(grid=grid)
