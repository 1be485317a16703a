"""A step whose course depends on numbers: on those it reads, on shapes they make, on errors."""

import numpy as np
import pytest

import minigrad as mg
from minigrad import nn

pytestmark = pytest.mark.filterwarnings("ignore:.*is not replayed:RuntimeWarning")


def test_a_primitive_of_the_users_own_is_called_in_each_replay():
    rng = np.random.default_rng(0)

    @mg.primitive(lambda g, y, x: g)
    def noisy(x):
        return x + rng.standard_normal(x.shape)

    compiled = mg.compile(lambda x: noisy(x) * 2)
    results = [compiled(mg.tensor([0.0, 0.0])).numpy().tobytes() for _ in range(8)]
    assert len(set(results)) == 8
    assert compiled.programs()


@mg.primitive(lambda g, y, x: mg.broadcast_to(g.sum(), x.shape))
def positive_ones(x):
    return x[x > 0]


@pytest.mark.parametrize(
    "select", [lambda x: x[x > 0], positive_ones], ids=["mask", "a primitive of the user's own"]
)
@pytest.mark.parametrize("kind", [mg.tensor, np.asarray])
def test_results_whose_shape_depends_on_numbers_are_right(select, kind):
    compiled = mg.compile(lambda x: select(x).sum())
    for numbers in ([1, 2, 3], [3, 2, 1], [1, 1, 1], [-1, -2, 10], [-1, -1, -1], [1, 2, 3]):
        x = kind(np.array(numbers, np.float32))
        assert float(compiled(x)) == sum(n for n in numbers if n > 0)


def test_a_shape_that_changes_after_an_update_is_an_error():
    w = mg.tensor([1.0, 2.0], requires_grad=True)
    optimizer = mg.optim.SGD([w], 0.1)

    def step(x):
        optimizer.zero_grad()
        (w * x).sum().backward()
        optimizer.step()
        return positive_ones(x)

    compiled = mg.compile(step)
    for _ in range(4):
        compiled(mg.tensor([1.0, 2.0]))
    with pytest.raises(RuntimeError, match=r"positive_ones made shape \(2,\).*cannot be replayed"):
        compiled(mg.tensor([1.0, -2.0]))
    assert optimizer.steps == 5


@pytest.mark.parametrize("fails_after", [True, False])
def test_an_error_leaves_the_update_and_its_count_as_the_step_does(fails_after):
    found = []
    for wrap in (lambda step: step, mg.compile):
        w = mg.tensor([1.0, 2.0, 3.0], requires_grad=True)
        optimizer = mg.optim.Adam([w], lr=0.1)

        def step(y, w=w, optimizer=optimizer):
            optimizer.zero_grad()
            loss = (w * w).sum()
            if not fails_after:
                loss = loss + nn.cross_entropy(w.reshape(1, 3), y)
            loss.backward()
            optimizer.step()
            return nn.cross_entropy(w.reshape(1, 3), y)

        step = wrap(step)
        for label in [0, 1, 2, 0, 7, 1, 7, 2]:
            try:
                step(np.array([label]))
            except ValueError:
                assert label == 7
            found.append((w.numpy().tobytes(), optimizer.steps, optimizer.last_lr))
    assert found[:8] == found[8:]


READERS = {
    "repr": lambda t: len(repr(t)),
    "str": lambda t: len(str(t)),
    "format": lambda t: len(f"{t}"),
    "float": float,
    "bool": bool,
    "item": lambda t: t.item(),
    "data": lambda t: t.data[()],
    "numpy": lambda t: float(t.numpy()),
    "array": lambda t: float(np.asarray(t)),
    "in": lambda t: 5.0 in [t],
}


@pytest.mark.parametrize("kind", [mg.tensor, np.array], ids=["tensor", "array"])
@pytest.mark.parametrize("name", READERS)
def test_numbers_that_are_read_are_noticed(name, kind):
    if kind is np.array and name in ("data", "numpy"):
        return

    def step(x):
        return x * READERS[name](x)

    compiled = mg.compile(step)
    for number in [1.0, 1.0, 1.0, 5.0, 0.0, 1e6, 12345.0]:
        x = kind(number)
        assert float(compiled(x)) == float(step(x))


ON_ARRAYS = {
    "not": lambda x, y: mg.where(~(y == 1), mg.tensor(1.0) * x, 0.0).sum(),
    "kind": lambda x, y: mg.tensor(1.0) * x if isinstance(x, np.ndarray) else x,
    "method": lambda x, y: mg.tensor(2.0) * (x - x.mean(axis=0)).reshape(-1).astype(np.float64),
    "types": lambda x, y: mg.tensor(1.0) * (y * 0.5),
    "index": lambda x, y: mg.tensor([1.0, 2.0, 3.0]) * np.eye(3)[y],
    "slice": lambda x, y: mg.tensor(1.0) * x[1:] ** 2,
    "function": lambda x, y: mg.tensor(1.0) * np.stack([x, np.exp(x), np.where(y > 0, x, -x)]),
    "sorted": lambda x, y: mg.tensor(1.0) * np.sort(x),
    "unique": lambda x, y: mg.tensor(1.0) * len(np.unique(y)),
    "engine": lambda x, y: mg.exp(x) * mg.tensor(1.0),
    "no tensor": lambda x, y: (x * 2, x.sum(), mg.relu(x)),
    "rows": lambda x, y: mg.tensor(1.0) * sum(row * i for i, row in enumerate(x)),
    "copied": lambda x, y: mg.tensor(1.0) * np.array(x).copy(),
}


@pytest.mark.parametrize("name", ON_ARRAYS)
def test_arrays_stay_arrays(name):
    step, rng = ON_ARRAYS[name], np.random.default_rng(0)
    compiled = mg.compile(step)
    for _ in range(6):
        x, y = rng.normal(size=3), rng.integers(0, 3, 3)
        expected, found = step(x, y), compiled(x, y)
        both = (expected, found) if isinstance(expected, tuple) else ((expected,), (found,))
        for a, b in zip(*both, strict=True):
            assert type(a) is type(b)
            a, b = (t._data if isinstance(t, mg.Tensor) else t for t in (a, b))
            np.testing.assert_array_equal(b, a, strict=True)


@pytest.mark.parametrize(
    "name", ["not", "kind", "method", "types", "slice", "function", "engine", "no tensor"]
)
def test_numpy_on_arguments_is_replayed(name):
    compiled = mg.compile(ON_ARRAYS[name])
    for _ in range(4):
        compiled(np.arange(3.0), np.arange(3))
    assert compiled.programs()
