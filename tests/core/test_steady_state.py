"""What a training loop may take from the machine, however long it runs."""

import gc
import itertools
import os
import subprocess
import sys
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

import minigrad as mg

HERE = Path(__file__).parent


def training_step(sizes, batch, optimizer):
    rng = np.random.default_rng(0)
    first, last = (mg.nn.Linear(a, b, rng=rng) for a, b in itertools.pairwise(sizes))
    model = mg.nn.Sequential(first, mg.nn.ReLU(), last)
    opt = optimizer(model.parameters())
    x = rng.random((batch, sizes[0]), dtype=np.float32)
    y = rng.integers(0, sizes[-1], batch)

    def step():
        opt.zero_grad()
        mg.nn.cross_entropy(model(x), y).backward()
        opt.step()

    return step


OPTIMIZERS = {
    "momentum": lambda params: mg.optim.SGD(params, lr=0.01, momentum=0.9),
    "Adam": lambda params: mg.optim.Adam(params, lr=1e-3),
}


@pytest.fixture
def traced():
    gc.collect()
    gc.disable()
    tracemalloc.start()
    yield tracemalloc.get_traced_memory
    tracemalloc.stop()
    gc.enable()


BATCH, SIZES = 64, (200, 300, 10)
every_optimizer = pytest.mark.parametrize("optimizer", OPTIMIZERS.values(), ids=OPTIMIZERS)


def memory_of_twenty_steps(optimizer, traced):
    """Return what is left of it, and the most that there was; without the collector."""
    step = training_step(SIZES, BATCH, optimizer)
    for _ in range(30):
        step()
    before = traced()[0]
    tracemalloc.reset_peak()
    for _ in range(20):
        step()
    after, peak = traced()
    return after - before, peak - before


@every_optimizer
def test_a_step_leaves_no_memory_behind(optimizer, traced):
    left, _ = memory_of_twenty_steps(optimizer, traced)
    assert left < 10_000


@every_optimizer
def test_a_step_takes_the_memory_of_its_intermediates_and_none_for_the_update(optimizer, traced):
    pytest.importorskip("numba", reason="an update in NumPy takes memory")
    _, most = memory_of_twenty_steps(optimizer, traced)
    activations = 4 * BATCH * sum(SIZES[1:])
    weight_gradient = 4 * SIZES[0] * SIZES[1]  # made before it is added to the parameter's own
    assert most < 3 * activations + weight_gradient + 20_000


def test_ten_thousand_steps_do_not_grow_the_process():
    statm = Path("/proc/self/statm")
    if not statm.exists():
        pytest.skip("the system does not say how much memory a process has")
    step = training_step((8, 16, 3), 16, OPTIMIZERS["Adam"])
    for _ in range(500):
        step()
    pages = int(statm.read_text().split()[1])
    for _ in range(10_000):
        step()
    grown = (int(statm.read_text().split()[1]) - pages) * os.sysconf("SC_PAGE_SIZE")
    assert grown < 2e6


def faults_of_a_step(**environment):
    """Return how many pages the system has to map for one step on a large batch."""
    code = """
import resource, test_steady_state as t
step = t.training_step((300, 400, 10), 1024, t.OPTIMIZERS["momentum"])
for _ in range(5): step()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(20): step()
print((resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before) / 20)
"""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), **environment}
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=HERE, env=environment, capture_output=True, check=True
    )
    return float(run.stdout)


@pytest.mark.skipif(
    "CS_GNU_LIBC_VERSION" not in getattr(os, "confstr_names", ()), reason="not GNU's C library"
)
def test_the_memory_of_one_step_serves_the_next():
    assert faults_of_a_step() < 20
    by_hand = {"MALLOC_MMAP_THRESHOLD_": "65536", "MALLOC_TRIM_THRESHOLD_": "65536"}
    assert faults_of_a_step(**by_hand) > 200  # what the environment says is left alone


def test_a_recorded_operation_takes_at_most_400_bytes(traced):
    y = mg.tensor(1.0, requires_grad=True)
    before = traced()[0]
    for _ in range(10_000):
        y = y * 0.9999
        y = y + 0.0001
    assert (traced()[0] - before) / 20_000 <= 400


def test_a_chain_of_a_million_operations_goes_forward_and_backward():
    x = mg.tensor(np.array(1.0), requires_grad=True)
    y = x
    for _ in range(500_000):
        y = y * 0.999999
        y = y + 0.000001
    y.backward()
    np.testing.assert_allclose(x.grad.item(), 0.999999**500_000)
