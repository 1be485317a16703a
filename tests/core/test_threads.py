"""Modes belong to a thread; threads and forked processes compute what one process computes."""

import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import minigrad as mg

# Modes


def test_no_grad_holds_inside_and_not_outside():
    x = mg.tensor(2.0, requires_grad=True)
    with mg.no_grad():
        assert not mg.is_recording()
        assert not (x * x).requires_grad
    assert mg.is_recording()
    assert (x * x).requires_grad


def test_no_grad_nests_also_when_one_is_entered_twice():
    outer = mg.no_grad()
    with outer:
        with outer, mg.no_grad():
            assert not mg.is_recording()
        assert not mg.is_recording()
    assert mg.is_recording()


def test_no_grad_ends_with_an_error():
    with pytest.raises(ZeroDivisionError), mg.no_grad(), mg.no_grad():
        raise ZeroDivisionError
    assert mg.is_recording()


def test_an_error_in_a_derivative_leaves_recording_on():
    @mg.primitive(lambda g, y, x: 1 / 0)
    def broken(x):
        return 2 * x

    x = mg.tensor(1.0, requires_grad=True)
    for take in (lambda y: y.backward(), lambda y: mg.grad(y, x, create_graph=True)):
        with pytest.raises(ZeroDivisionError):
            take(broken(x))
        assert mg.is_recording()


def test_gradients_are_taken_inside_no_grad_too():
    x = mg.tensor(2.0, requires_grad=True)
    y = x * x
    with mg.no_grad():
        g = mg.grad(y, x, create_graph=True)
        assert mg.grad(g, x).item() == 2
        value, gradient = mg.value_and_grad(lambda x: x * x * x)(2.0)
        assert (value.item(), gradient.item()) == (8, 12)
        assert not mg.is_recording()


def test_no_grad_holds_in_its_own_thread_only():
    seen = []
    with mg.no_grad():
        thread = threading.Thread(target=lambda: seen.append(mg.is_recording()))
        thread.start()
        thread.join()
    assert seen == [True]


# Threads


def trained(seed: int, steps: int = 30) -> list[float]:
    """Train a small network that meets every kind of kernel; return its numbers."""
    rng = np.random.default_rng(seed)
    images = rng.normal(size=(4, 1, 6, 6))
    labels = rng.integers(0, 3, 4)
    table = mg.tensor(rng.normal(size=(3, 8)), requires_grad=True)
    model = mg.nn.Sequential(
        mg.nn.Conv2d(1, 2, 3, rng=rng), mg.nn.MaxPool2d(2), mg.nn.Flatten(), mg.nn.Tanh()
    )
    parameters = [table, *model.parameters()]
    losses = []
    for _ in range(steps):
        features = model(mg.tensor(images))
        loss = mg.nn.cross_entropy(features @ table[labels].T, np.arange(4))
        for p in parameters:
            p.grad = None
        loss.backward()
        with mg.no_grad():
            for p in parameters:
                p -= 0.1 * p.grad
        losses.append(loss.item())
    return losses


def test_two_threads_give_the_bits_that_one_gives():
    serial = [trained(seed) for seed in range(8)]
    assert serial[0][-1] < serial[0][0]
    with ThreadPoolExecutor(max_workers=2) as pool:
        assert list(pool.map(trained, range(8))) == serial


def test_two_threads_take_gradients_of_the_same_parameters():
    rng = np.random.default_rng(0)
    w = mg.tensor(rng.normal(size=(5, 5)), requires_grad=True)
    batches = [mg.tensor(rng.normal(size=(3, 5))) for _ in range(200)]

    def gradient(x):
        return mg.grad(mg.tanh(x @ w).sum(), w).data.tolist()

    serial = [gradient(x) for x in batches]
    w.data  # noqa: B018  from now on every use looks at the memory
    with ThreadPoolExecutor(max_workers=2) as pool:
        assert list(pool.map(gradient, batches)) == serial


# Processes

FORK = """
import os, sys
sys.path.insert(0, sys.argv[1])
from test_threads import trained
import minigrad as mg

expected = [trained(seed, 5) for seed in range(2)]  # the kernels are compiled now
from concurrent.futures import ThreadPoolExecutor
with ThreadPoolExecutor(2) as pool:
    assert list(pool.map(lambda seed: trained(seed, 5), range(2))) == expected

child = os.fork()
if child == 0:
    os._exit(0 if [trained(seed, 5) for seed in range(2)] == expected else 1)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0, "os.fork"

import multiprocessing
with multiprocessing.get_context("fork").Pool(2) as pool:
    assert pool.starmap(trained, [(0, 5), (1, 5)] * 3) == expected * 3, "multiprocessing"
print("equal")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="macOS's own BLAS does not survive a fork")
@pytest.mark.parametrize("layer", ["default", "workqueue", "omp", "tbb"])
def test_a_forked_child_trains_and_gives_the_same_bits(layer):
    environment = {**os.environ, "PYTHONWARNINGS": "ignore", "NUMBA_THREADING_LAYER": layer}
    done = subprocess.run(
        [sys.executable, "-c", FORK, os.path.dirname(__file__)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.stdout == "equal\n", done.stderr


# Randomness

DRAW = """
import minigrad as mg
mg.seed(3)
print(mg.default_rng().integers(0, 2**63, 5).tolist())
model = mg.nn.Sequential(mg.nn.Linear(4, 4), mg.nn.Dropout(0.5), mg.nn.Linear(4, 2))
y = model(mg.tensor([[1.0, 2.0, 3.0, 4.0]]))
y.sum().backward()
print([p.grad.data.tobytes().hex() for p in model.parameters()], y.data.tobytes().hex())
"""


def test_the_same_seed_gives_the_same_bits_in_two_processes():
    runs = [
        subprocess.run([sys.executable, "-c", DRAW], capture_output=True, text=True, check=True)
        for _ in range(2)
    ]
    assert runs[0].stdout == runs[1].stdout != ""


def test_a_seed_repeats_and_another_differs():
    def draw(n):
        mg.seed(n)
        return mg.default_rng().normal(size=5).tolist(), mg.nn.Linear(3, 3).weight.data.tolist()

    assert draw(1) == draw(1) != draw(2)


def test_seeding_keeps_the_generator_that_others_hold():
    held = mg.default_rng()
    mg.seed(5)
    first = held.random()
    mg.seed(5)
    assert mg.default_rng() is held
    assert held.random() == first


def test_a_generator_that_is_passed_is_the_only_one_that_is_drawn_from():
    mg.seed(0)
    before = mg.default_rng().bit_generator.state
    first = mg.nn.Linear(3, 3, rng=np.random.default_rng(7)).weight.data.tolist()
    assert mg.nn.Linear(3, 3, rng=np.random.default_rng(7)).weight.data.tolist() == first
    assert mg.default_rng().bit_generator.state == before
