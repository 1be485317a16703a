"""A compiled step gives what the step gives, to the bit, or says why it cannot."""

import itertools
import warnings

import numpy as np
import pytest

import minigrad as mg
from minigrad import nn


def same_bits(a, b):
    return a.dtype == b.dtype and a.tobytes() == b.tobytes()


def model_of(kind):
    rng = np.random.default_rng(1)
    if kind == "mlp":
        return nn.Sequential(
            nn.Linear(36, 16, rng=rng), nn.BatchNorm1d(16), nn.ReLU(), nn.Linear(16, 4, rng=rng)
        )
    if kind == "dropout":
        return nn.Sequential(
            nn.Linear(36, 16, rng=rng),
            nn.GELU(),
            nn.Dropout(0.3, rng=rng),
            nn.LayerNorm(16),
            nn.Linear(16, 4, rng=rng),
        )
    return nn.Sequential(
        Image(),
        nn.Conv2d(1, 3, 3, padding=1, rng=rng),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(27, 4, rng=rng),
    )


class Image(nn.Module):
    def forward(self, x):
        return x.reshape(-1, 1, 6, 6)


def trainer(model):
    """Return a step of plain gradient descent, written out."""
    parameters = list(model.parameters())

    def step(x, y):
        model.zero_grad()
        loss = nn.cross_entropy(model(x), y)
        loss.backward()
        nn.clip_grad_norm_(model.parameters(), 1.0)
        with mg.no_grad():
            for p in parameters:
                p -= 0.1 * p.grad
        return loss

    return step


def batches(count, size=8):
    rng = np.random.default_rng(2)
    for _ in range(count):
        x = rng.normal(size=(size, 36)).astype(np.float32)
        yield x, rng.integers(0, 4, size)


@pytest.mark.parametrize("kind", ["mlp", "dropout", "convolution"])
def test_a_replayed_step_gives_the_same_bits(kind):
    plain, replayed = model_of(kind), model_of(kind)
    step, compiled = trainer(plain), mg.compile(trainer(replayed))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for x, y in batches(6):
            assert same_bits(step(x, y)._data, compiled(x, y)._data)
    a, b = plain.state_dict(), replayed.state_dict()
    assert all(same_bits(a[name], b[name]) for name in a)


def test_the_third_call_does_not_run_python():
    calls = []

    @mg.compile
    def double(x):
        calls.append(1)
        return x * 2

    results = [double(np.float32([i])).item() for i in range(5)]
    assert results == [0, 2, 4, 6, 8]
    assert len(calls) == 2


def test_other_shapes_are_recorded_anew():
    total = mg.compile(lambda x: (x * x).sum())
    for n in [3, 3, 3, 5, 3, 5, 5, 5]:
        assert total(np.arange(n, dtype=np.float64)).item() == np.sum(np.arange(n) ** 2)


def test_a_switch_from_training_to_use_is_noticed():
    model = nn.Sequential(nn.Linear(36, 8, rng=np.random.default_rng(0)), nn.Dropout(0.5))
    run = mg.compile(model)
    x = next(batches(1))[0]
    for _ in range(3):
        assert (run(x)._data == 0).any()
    model.eval()
    for _ in range(3):
        assert same_bits(run(x)._data, model(x)._data)


def test_an_index_that_differs_from_call_to_call_is_an_argument():
    table = nn.Embedding(10, 3, rng=np.random.default_rng(0))
    grid = np.arange(16.0).reshape(4, 4)
    rows = mg.compile(lambda i: table(i))
    places = mg.compile(lambda i: mg.take_along_axis(grid, i, axis=1))
    corner = mg.compile(lambda i, j: mg.tensor(grid)[i, j:])
    for n in range(3):
        index = np.array([[n], [0], [n + 1], [1]])
        assert same_bits(rows(index)._data, table.weight._data[index])
        assert same_bits(np.asarray(places(index)), np.take_along_axis(grid, index, axis=1))
        assert same_bits(corner(index, n)._data, grid[index, n:])


def test_a_label_out_of_range_is_an_error_in_a_replay_too():
    step = mg.compile(lambda x, y: nn.cross_entropy(x, y))
    x = np.zeros((2, 3), np.float32)
    for _ in range(3):
        step(x, np.array([0, 2]))
    with pytest.raises(ValueError, match="label 3 at index 1"):
        step(x, np.array([0, 3]))


def test_hessian_vector_products_replay():
    model = model_of("mlp").eval()
    parameters = list(model.parameters())
    vectors = [np.ones_like(p._data) for p in parameters]

    def product(x, y):
        return mg.hvp(lambda *_: nn.cross_entropy(model(x), y), parameters, vectors)

    compiled = mg.compile(product)
    for x, y in batches(4):
        for a, b in zip(product(x, y), compiled(x, y), strict=True):
            assert same_bits(a._data, b._data)


def test_a_detached_value_is_computed_anew():
    def step(x):
        return x * (2 * x).detach()

    compiled = mg.compile(step)
    for value in [1.0, 2.0, 3.0, 4.0]:
        assert compiled(mg.tensor([value])).item() == 2 * value**2


def reads_a_number(x):
    return x * 2 if x.sum().item() > 0 else x


def branches_on_a_comparison(x):
    return x * 2 if (x > 0).astype(np.int64).min() else x


def looks_through_data(x):
    return x * float(x.data[0])


@pytest.mark.parametrize(
    "step", [reads_a_number, branches_on_a_comparison, looks_through_data], ids=lambda f: f.__name__
)
def test_a_step_in_which_python_decides_runs_as_it_is_and_says_so(step):
    compiled = mg.compile(step)
    with pytest.warns(RuntimeWarning, match="not replayed, because it reads the numbers"):
        first = compiled(mg.tensor([1.0]))
    assert same_bits(first._data, step(mg.tensor([1.0]))._data)
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # said once
        for value in [-1.0, 2.0, -3.0]:
            x = mg.tensor([value])
            assert same_bits(compiled(x)._data, step(x)._data)


def test_chance_outside_of_the_engine_is_noticed():
    rng = np.random.default_rng(0)
    compiled = mg.compile(lambda x: x + rng.normal(size=3))
    with pytest.warns(RuntimeWarning, match="draws random numbers by itself"):
        compiled(np.zeros(3))
    assert compiled(np.zeros(3))[0] != compiled(np.zeros(3))[0]


def test_what_a_generator_of_the_steps_own_drew_is_noticed():
    compiled = mg.compile(lambda x: x + np.random.default_rng().normal(size=3))
    compiled(np.zeros(3))
    with pytest.warns(RuntimeWarning, match="add got other constants"):
        compiled(np.zeros(3))
    assert compiled(np.zeros(3))[0] != compiled(np.zeros(3))[0]


def test_a_step_that_does_something_else_each_time_is_noticed():
    turns = itertools.cycle([mg.exp, mg.sin])
    compiled = mg.compile(lambda x: next(turns)(x))
    compiled(np.zeros(1))
    with pytest.warns(RuntimeWarning, match="exp once and sin the next time"):
        compiled(np.zeros(1))
    assert [compiled(np.zeros(1)).item() for _ in range(4)] == [1, 0, 1, 0]


def test_arguments_that_are_not_arrays_are_part_of_the_program():
    power = mg.compile(lambda x, p: x**p)
    x = np.array([3.0])
    assert [power(x, p).item() for p in [1, 2, 1, 2, 1, 2, 1, 2]] == [3, 9] * 4


def test_lists_and_dictionaries_come_back_as_they_went():
    compiled = mg.compile(lambda x: {"double": x * 2, "both": (x, [x + 1, "text"])})
    for value in [1.0, 2.0, 3.0]:
        out = compiled(np.array([value]))
        assert out["double"].item() == 2 * value
        x, (next_one, text) = out["both"]
        assert (x.item(), next_one.item(), text) == (value, value + 1, "text")


def test_a_step_that_clears_gradients_by_hand_runs_as_it_is_and_says_so():
    w = mg.tensor([1.0], requires_grad=True)

    @mg.compile
    def step(x):
        w.grad = None
        (w * x).sum().backward()

    with pytest.warns(RuntimeWarning, match="zero_grad"):
        step(np.float32([1]))
    for x in [2, 3, 4]:
        step(np.float32([x]))
        assert w.grad.item() == x


def test_anomaly_mode_sees_through_a_compiled_step():
    compiled = mg.compile(lambda x: mg.log(x))
    for _ in range(3):
        compiled(mg.tensor([1.0]))
    with mg.detect_anomaly(), pytest.raises(mg.AnomalyError, match="log made NaN"):
        compiled(mg.tensor([-1.0]))


def test_an_error_in_a_recording_leaves_nothing_behind():
    compiled = mg.compile(lambda x, y: x @ y)
    for _ in range(2):
        with pytest.raises(ValueError, match="matmul"):
            compiled(np.zeros((2, 3)), np.zeros((2, 3)))
    assert compiled(np.zeros((2, 3)), np.zeros((3, 2))).shape == (2, 2)
