"""What a graph held is given back without the garbage collector."""

import gc
import tracemalloc
import weakref

import numpy as np
import pytest

import minigrad as mg


def network(x, w):
    hidden = mg.tanh(x @ w)
    return mg.logsumexp(mg.concat([hidden, hidden[:, :2] * 3.0], axis=1), axis=1).mean()


def data():
    rng = np.random.default_rng(0)
    return mg.tensor(rng.normal(size=(20, 5))), mg.tensor(rng.normal(size=(5, 5)), True)


def forward():
    network(*data())


def backward():
    network(*data()).backward()


def backward_twice():
    loss = network(*data())
    loss.backward(retain_graph=True)
    loss.backward()


def gradient():
    x, w = data()
    mg.grad(network(x, w), w)


def gradient_of_gradient():
    x, w = data()
    g = mg.grad(network(x, w), w, create_graph=True)
    mg.grad((g * g).sum(), w)


def penalty_without_an_end():
    x, w = data()
    mg.grad(network(x, w), w, create_graph=True)


def hessian_vector():
    x, w = data()
    mg.hvp(lambda w: network(x, w), w, np.ones(w.shape))


def error_forward():
    x, w = data()
    try:
        network(x, w) + mg.matmul(w, mg.tensor(np.ones((7, 7))))
    except ValueError:
        return
    raise AssertionError("shapes that do not fit passed")


@mg.primitive(lambda g, y, x: 1 / 0)
def broken(x):
    """Double, with a derivative that raises."""
    return 2 * x


def error_backward():
    x, w = data()
    try:
        network(x, broken(w)).backward()
    except ZeroDivisionError:
        return
    raise AssertionError("the derivative did not run")


def error_anomaly():
    _, w = data()
    try:
        with mg.detect_anomaly():
            mg.log(w - 100.0)
    except mg.AnomalyError:
        return
    raise AssertionError("the NaN passed")


EVERYTHING = [
    forward,
    backward,
    backward_twice,
    gradient,
    gradient_of_gradient,
    penalty_without_an_end,
    hessian_vector,
    error_forward,
    error_backward,
    error_anomaly,
]


@pytest.fixture
def no_collector():
    gc.collect()
    gc.disable()
    yield
    gc.set_debug(0)
    gc.garbage.clear()
    gc.enable()


@pytest.mark.parametrize("work", EVERYTHING, ids=lambda f: f.__name__)
def test_no_reference_cycle_is_left_behind(no_collector, work):
    work()  # the first run fills caches
    gc.collect()
    gc.set_debug(gc.DEBUG_SAVEALL)
    work()
    gc.collect()
    ours = [x for x in gc.garbage if isinstance(x, (mg.Tensor, np.ndarray))]
    assert not ours
    assert not gc.garbage


def test_backward_gives_the_memory_of_the_graph_back(no_collector):
    x = mg.tensor(np.ones(1_000), requires_grad=True)

    def loss_of(x):
        y = x
        for _ in range(200):
            y = mg.tanh(y) * 0.9
        return y.sum()

    loss_of(x).backward()
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        loss = loss_of(x)
        full = tracemalloc.get_traced_memory()[0] - before
        loss.backward()
        left = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert full > 200 * x.data.nbytes
    assert left < x.data.nbytes


def test_the_walk_frees_results_as_it_passes_them(no_collector):
    alive = []

    def count(g, y, x):
        alive.append(sum(r() is not None for r in results))
        return g

    @mg.primitive(count)
    def same(x):
        return x + 0

    x = mg.tensor(1.0, requires_grad=True)
    y, results = x, []
    for _ in range(10):
        y = same(y)
        results.append(weakref.ref(y))
    loss = y.sum()
    del y
    loss.backward()
    assert alive == list(range(10, 0, -1))


def test_the_walk_drops_a_gradient_as_soon_as_it_is_spent(no_collector):
    x = mg.tensor(np.ones(1_000), requires_grad=True)
    y = x
    for _ in range(200):
        y = mg.tanh(y)
    loss = y.sum()
    tracemalloc.start()
    try:
        loss.backward(retain_graph=True)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 20 * x.data.nbytes


def test_a_kept_result_does_not_keep_what_it_was_made_from(no_collector):
    x = mg.tensor([1.0, 2.0], requires_grad=True)
    y = x * x
    behind = weakref.ref(y)
    loss = mg.exp(y).sum()
    del y
    assert behind() is not None
    loss.backward()
    assert behind() is None


def test_a_detached_result_does_not_keep_the_graph(no_collector):
    x = mg.tensor([1.0, 2.0], requires_grad=True)
    y = x * x
    behind = weakref.ref(y)
    kept = mg.exp(y).sum().detach()
    del y
    assert behind() is None
    assert not kept.requires_grad
