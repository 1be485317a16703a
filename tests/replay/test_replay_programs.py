"""What a program may rely on, and what it leaves behind."""

import contextlib
import copy
import gc
import io
import re
import threading
import tracemalloc
import weakref
from pathlib import Path

import numpy as np
import pytest

import minigrad as mg
from minigrad import nn
from minigrad.core.autograd import accumulate
from minigrad.core.modes import no_grad
from minigrad.replay.program import Program
from minigrad.replay.recording import record

pytest.importorskip("numba", reason="without Numba a program is Python")


def draw(*shape):
    return np.random.default_rng(0).normal(size=shape).astype(np.float32)


def trainer(model, optimizer=None, loss=nn.cross_entropy):
    optimizer = optimizer or mg.optim.SGD(model.parameters(), 0.1, momentum=0.9)

    def step(x, y):
        optimizer.zero_grad()
        value = loss(model(x), y)
        value.backward()
        optimizer.step()
        return value

    return step


def mlp():
    rng = np.random.default_rng(1)
    return nn.Sequential(nn.Linear(36, 16, rng=rng), nn.ReLU(), nn.Linear(16, 4, rng=rng))


def program_of(step, *args):
    kept, _ = record(step, tuple(map(mg.Tensor, args)))
    return Program(kept, list(args))


class Transformer(nn.Module):
    def __init__(self):
        self.attention = nn.MultiHeadAttention(8, 2)
        self.norm = nn.LayerNorm(8)
        self.linear = nn.Sequential(nn.Linear(8, 16), nn.GELU(), nn.Linear(16, 8))
        self.head = nn.Linear(8, 4)

    def forward(self, x):
        x = x + self.attention(self.norm(x))
        return self.head(x + self.linear(x))[:, -1]


MODELS = {
    "softmax regression": (lambda: nn.Linear(36, 4), (8, 36)),
    "multilayer perceptron": (mlp, (8, 36)),
    "float64": (
        lambda: nn.Sequential(nn.Linear(36, 4, dtype=np.float64), nn.Tanh()),
        (8, 36),
    ),
    "tanh": (lambda: nn.Sequential(nn.Linear(36, 4), nn.Tanh(), nn.Linear(4, 4)), (8, 36)),
    "batch normalisation": (
        lambda: nn.Sequential(nn.Linear(36, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Linear(16, 4)),
        (8, 36),
    ),
    "convolution": (
        lambda: nn.Sequential(
            nn.Conv2d(1, 3, 3, padding=1),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Flatten(),
            nn.Linear(27, 4),
        ),
        (8, 1, 6, 6),
    ),
    "transformer": (Transformer, (8, 5, 8)),
}


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("optimizer", [mg.optim.SGD, mg.optim.AdamW])
def test_the_models_of_the_course_run_without_python(name, optimizer):
    make, shape = MODELS[name]
    model = make()
    labels = np.arange(8) % 4
    x = draw(*shape).astype(next(model.parameters()).dtype)
    program = program_of(trainer(model, optimizer(model.parameters(), 0.01)), x, labels)
    assert not any(program.in_python), str(program)
    assert len(program.segments) == 1


def test_a_gradient_is_made_where_the_optimizer_reads_it():
    program = program_of(trainer(mlp()), draw(8, 36), np.arange(8) % 4)
    parts = zip(program.record.instructions, program.code.parts, strict=True)
    copies = [loops for instruction, loops in parts if instruction.function is accumulate]
    assert copies == [[], [], [], []]


def test_a_gradient_that_is_kept_keeps_its_numbers():
    model, other = mlp(), mlp()
    step, compiled = trainer(model), mg.compile(trainer(other))
    kept, expected = [], []
    for i in range(8):
        x, y = draw(8, 36) * (i + 1), np.arange(8) % 4
        step(x, y)
        compiled(x, y)
        expected.append(model[0].weight.grad.numpy().copy())
        kept.append(other[0].weight.grad if i % 2 else other[0].weight.grad.numpy()[:])
    for a, b in zip(expected, kept, strict=True):
        np.testing.assert_array_equal(a, np.asarray(b))


def test_two_programs_share_the_parameters_of_one_model():
    model, other = mlp(), mlp()
    step, compiled = trainer(model), mg.compile(trainer(other))
    for size in [8, 8, 8, 3, 3, 3, 8, 3, 8, 3]:
        x, y = draw(size, 36), np.arange(size) % 4
        assert step(x, y).item() == compiled(x, y).item()


def test_weights_that_are_loaded_between_steps_are_used():
    model, other = mlp(), mlp()
    start = copy.deepcopy(model.state_dict())
    step, compiled = trainer(model), mg.compile(trainer(other))
    for i in range(8):
        if i == 5:
            model.load_state_dict(start)
            other.load_state_dict(start)
        x, y = draw(8, 36), np.arange(8) % 4
        assert step(x, y).item() == compiled(x, y).item()


def test_an_optimizers_state_that_is_loaded_between_steps_is_used():
    losses = []
    for wrap in [lambda f: f, mg.compile]:
        model = mlp()
        optimizer = mg.optim.Adam(model.parameters(), 0.01)
        step = wrap(trainer(model, optimizer))
        saved = None
        for i in range(9):
            if i == 2:
                saved = copy.deepcopy(optimizer.state_dict())
            if i == 6:
                optimizer.load_state_dict(saved)
            losses.append(step(draw(8, 36), np.arange(8) % 4).item())
    assert losses[:9] == losses[9:]


def test_gradients_that_add_up_over_calls_do_so_in_a_replay():
    w, v = (mg.tensor([1.0, 2.0], requires_grad=True) for _ in range(2))
    for tensor in (w, v):
        tensor.grad = mg.tensor([0.0, 0.0])

    def step(tensor, x):
        (tensor * x).sum().backward()

    compiled = mg.compile(lambda x: step(v, x))
    for i in range(6):
        x = draw(2) * i
        step(w, x)
        compiled(x)
        np.testing.assert_array_equal(w.grad.numpy(), v.grad.numpy())


def test_a_change_by_a_replay_is_noticed_by_a_graph_that_used_the_parameter():
    model = mlp()
    compiled = mg.compile(trainer(model))
    x, y = draw(8, 36), np.arange(8) % 4
    for _ in range(4):
        compiled(x, y)
    loss = nn.cross_entropy(model(x), y)
    compiled(x, y)
    with pytest.raises(RuntimeError, match="changed in place"):
        loss.backward()


@pytest.mark.parametrize("rows", [3, 3000])
def test_arguments_may_lie_anywhere_and_are_not_changed(rows):
    total = mg.compile(lambda x: mg.sum(x * 2, axis=0))
    for i in range(6):
        room = np.zeros(rows * 16 + 1, np.uint8)
        x = room[i % 2 : i % 2 + rows * 16].view(np.float64).reshape(rows, 2)
        x[...] = np.arange(rows * 2).reshape(rows, 2) + i
        before = x.copy()
        np.testing.assert_array_equal(total(x), (2 * before).sum(0))
        np.testing.assert_array_equal(x, before)


def test_a_large_argument_with_a_wrong_label_is_an_error_and_the_next_is_not():
    step = mg.compile(lambda x, y: nn.cross_entropy(x, y))
    x, y = draw(3000, 4), np.arange(3000) % 4
    for _ in range(4):
        expected = step(x, y).item()
    with pytest.raises(ValueError, match="label 4 at index 2999"):
        step(x, np.where(np.arange(3000) == 2999, 4, y))
    assert step(x, y).item() == expected


def test_a_step_that_fails_is_not_counted():
    model = mlp()
    optimizer = mg.optim.SGD(model.parameters(), 0.1)
    compiled = mg.compile(trainer(model, optimizer))
    x, y = draw(8, 36), np.arange(8) % 4
    for _ in range(4):
        compiled(x, y)
    with pytest.raises(ValueError, match="label"):
        compiled(x, y + 1)
    assert optimizer.steps == 4


def test_a_step_that_changes_an_argument_runs_as_it_is_and_says_so():
    def double(x):
        with no_grad():
            x *= 2

    compiled = mg.compile(double)
    with pytest.warns(RuntimeWarning, match="changes an argument"):
        compiled(draw(2))
    x = draw(2)
    expected = 2 * x
    compiled(x)
    np.testing.assert_array_equal(x, expected)


def test_a_step_that_leaves_a_gradient_on_an_argument_runs_as_it_is_and_says_so():
    compiled = mg.compile(lambda x: (x * x).sum().backward())
    x = mg.tensor([3.0], requires_grad=True)
    with pytest.warns(RuntimeWarning, match=r"return mg.grad"):
        compiled(x)
    assert x.grad.item() == 6


def test_threads_do_not_meet_in_one_program():
    compiled = mg.compile(lambda x: mg.exp(x).sum())
    xs = [draw(100_000) * i for i in range(4)]
    expected = [mg.exp(mg.Tensor(x)).sum().item() for x in xs]
    wrong = []

    def work(i):
        for _ in range(50):
            if compiled(xs[i]).item() != expected[i]:
                wrong.append(i)

    threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_a_replay_allocates_nothing_but_what_it_returns():
    compiled = mg.compile(trainer(mlp()))
    x, y = draw(3000, 36), np.arange(3000) % 4
    for _ in range(4):
        compiled(x, y)
    tracemalloc.start()
    try:
        for _ in range(3):
            compiled(x, y)
        before, _ = tracemalloc.get_traced_memory()
        tracemalloc.reset_peak()
        for _ in range(1000):
            compiled(x, y)
        after, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert after - before < 10_000
    assert peak - before < 10_000  # bytes; one activation has 192,000, in each of 1000 steps


def test_memory_goes_with_the_compiled_function():
    compiled = mg.compile(lambda x: x * 2)
    for _ in range(4):
        compiled(draw(10))
    gone = weakref.ref(compiled)
    gc.disable()
    try:
        del compiled
        assert gone() is None
    finally:
        gc.enable()


def test_what_only_leads_to_unwanted_results_is_not_run():
    model = mlp()
    parameters = list(model.parameters())
    vectors = [draw(*p.shape) for p in parameters]

    def product(x, y):
        return mg.hvp(lambda *_: nn.cross_entropy(model(x), y), parameters, vectors)

    program = program_of(product, draw(8, 36), np.arange(8) % 4)
    first_layer = [
        loop
        for loops in program.code.parts
        for loop in loops
        if loop.function is np.matmul and any(36 in x.shape for x in loop.operands)
    ]
    assert len(first_layer) == 3  # forward, along the vector, back: no first gradient


def test_the_program_that_the_website_shows_is_the_one_that_is_printed():
    page = (Path(__file__).parents[2] / "book" / "replay.md").read_text(encoding="utf-8")
    code, shown = re.findall(r"```(?:python|text)\n(.*?)```", page, re.DOTALL)
    lines = io.StringIO()
    with contextlib.redirect_stdout(lines):
        exec(code, {"mg": mg, "x": draw(64, 784), "y": np.arange(64) % 10})
    assert lines.getvalue() == shown


@pytest.mark.parametrize("size", [3, 300_000])
def test_what_a_replay_returns_is_the_callers_own(size):
    compiled = mg.compile(lambda x: [mg.exp(x), x * 2, mg.sum(x)])
    results = []
    for i in range(7):
        x = draw(size) * i
        results.append((x, compiled(x)))
    for x, (a, b, c) in results:
        np.testing.assert_array_equal(a, np.exp(x))
        np.testing.assert_array_equal(b, x * 2)
        np.testing.assert_array_equal(c, np.sum(x))


def test_one_result_returned_twice_is_two_arrays():
    def twice(x):
        y = mg.exp(x)
        return y, y

    compiled = mg.compile(twice)
    for _ in range(5):
        a, b = compiled(draw(100_000))
    a[0] = 7
    assert b[0] != 7


def test_a_program_goes_on_after_the_optimizers_state_is_loaded():
    w = mg.tensor([1.0, -2.0], requires_grad=True)
    optimizer = mg.optim.Adam([w], lr=0.1)
    records = []

    @mg.compile
    def step(x):
        records.append(x)  # Python runs only while it is recorded
        optimizer.zero_grad()
        ((w - x) ** 2).sum().backward()
        optimizer.step()

    def five():
        for t in range(5):
            step(mg.tensor([t, 1.0]))
        return w.numpy().copy()

    five()
    start, state = w.numpy().copy(), optimizer.state_dict()
    once = five()
    w.data = start
    optimizer.load_state_dict(state)
    assert np.array_equal(five(), once) and len(records) == 2
