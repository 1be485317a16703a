"""The walk backwards: any length, each derivative once, and the memory back at the end."""

import gc
import sys
import tracemalloc
import weakref

import numpy as np
import pytest

import minigrad as mg

LONG = 100_000

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning:minigrad")  # NaN is a result


def counted(calls):
    """Return a primitive ``a + b`` that notes every evaluation of its derivatives."""

    def share(g, y, a, b):
        calls.append(1)
        return g

    @mg.primitive(share, share)
    def join(a, b):
        return a + b

    return join


# How far and how often


def test_a_chain_of_100_000_operations_goes_forward_and_backward():
    calls = []
    join = counted(calls)
    x = mg.tensor(1.0, requires_grad=True)
    y = x
    for _ in range(LONG):
        y = join(y, 1.0)
    y.backward()
    assert x.grad.item() == 1
    assert len(calls) == LONG > sys.getrecursionlimit()


def test_a_long_chain_goes_through_the_second_order_too():
    x = mg.tensor(1.0, requires_grad=True, dtype=mg.float64)
    y = x * x
    for _ in range(LONG // 10):
        y = y * 1.0
    (g,) = mg.grad(y, [x], create_graph=True)
    assert mg.grad(g, x).item() == 2


def test_a_long_chain_is_dropped_without_a_walk():
    x = mg.tensor(1.0, requires_grad=True)
    y = x
    for _ in range(LONG):
        y = y + 1.0
    middle = weakref.ref(y)
    y = None  # freeing one result frees the next, 100,000 deep
    assert middle() is None


def test_twenty_doublings_cost_twenty_steps():
    calls = []
    join = counted(calls)
    x = mg.tensor(1.0, requires_grad=True)
    y = x
    for _ in range(20):
        y = join(y, y)
    y.backward()
    assert x.grad.item() == 2**20
    assert len(calls) == 2 * 20  # each step has two arguments


def test_what_the_output_does_not_depend_on_is_not_walked():
    calls = []
    join = counted(calls)
    x = mg.tensor([1.0, 2.0], requires_grad=True)
    join(x, x)
    x.sum().backward()
    assert not calls


# What comes out


def test_backward_adds_up_in_grad_until_it_is_cleared():
    x = mg.tensor([1.0, 2.0], requires_grad=True)
    (x * x).sum().backward()
    (x * x).sum().backward()
    np.testing.assert_array_equal(x.grad.data, [4, 8])
    x.grad = None
    (x * x).sum().backward()
    np.testing.assert_array_equal(x.grad.data, [2, 4])


def test_two_leaves_never_share_one_gradient():
    x = mg.tensor([1.0], requires_grad=True)
    y = mg.tensor([1.0], requires_grad=True)
    (x + y).backward()
    x.grad.data[0] = 7
    assert y.grad.item() == 1


def test_only_leaves_keep_a_gradient():
    x = mg.tensor(2.0, requires_grad=True)
    y = x * x
    (3 * y).backward()
    assert y.grad is None
    assert x.grad.item() == 12


def test_backward_from_a_leaf_is_one():
    x = mg.tensor(2.0, requires_grad=True)
    x.backward()
    assert x.grad.item() == 1


def test_backward_starts_from_a_given_gradient():
    x = mg.tensor([1.0, 2.0], requires_grad=True)
    (x * x).backward(np.array([1.0, 10.0]))
    np.testing.assert_array_equal(x.grad.data, [2, 40])
    assert x.grad.dtype == np.float32


def test_a_retained_graph_can_be_walked_again():
    x = mg.tensor(3.0, requires_grad=True)
    y = x * x
    y.backward(retain_graph=True)
    y.backward()
    assert x.grad.item() == 12


def test_grad_leaves_the_attribute_alone_and_answers_like_its_inputs():
    x = mg.tensor(3.0, requires_grad=True)
    w = mg.tensor(2.0, requires_grad=True)
    assert mg.grad(x * w, x).item() == 2
    assert [g.item() for g in mg.grad(x * w, [x, w, x])] == [2, 3, 2]
    assert x.grad is None
    assert w.grad is None


def test_grad_of_an_intermediate_and_of_what_lies_behind_it():
    x = mg.tensor(3.0, requires_grad=True)
    y = x * x
    assert [g.item() for g in mg.grad(5 * y, [y, x])] == [5, 30]


def test_grad_of_an_input_that_does_not_matter_is_zero():
    x = mg.tensor(3.0, requires_grad=True)
    other = mg.tensor([1.0, 2.0], requires_grad=True)
    np.testing.assert_array_equal(mg.grad(x * x, other).data, [0, 0])


def test_gradients_of_gradients_of_any_order():
    x = mg.tensor(1.5, requires_grad=True, dtype=mg.float64)
    g = x**5
    for factor, power in [(5, 4), (20, 3), (60, 2), (120, 1), (120, 0)]:
        (g,) = mg.grad(g, [x], create_graph=True)
        assert g.item() == pytest.approx(factor * 1.5**power, rel=1e-12)


def test_value_and_grad_gives_both():
    value, gradient = mg.value_and_grad(lambda x: (x * x).sum())(np.array([1.0, 2.0]))
    assert value.item() == 5
    np.testing.assert_array_equal(gradient.data, [2, 4])
    value, gradients = mg.value_and_grad(lambda xs: xs[0] * xs[1])([2.0, 3.0])
    assert [value.item(), *(g.item() for g in gradients)] == [6, 3, 2]


def test_hvp_is_the_hessian_times_the_vector():
    rng = np.random.default_rng(0)
    a = rng.normal(size=(4, 4))
    x = mg.tensor(rng.normal(size=4), requires_grad=True)
    v = rng.normal(size=4)
    product = mg.hvp(lambda x: (x @ a @ x) / 2, x, v)
    np.testing.assert_allclose(product.data, (a + a.T) / 2 @ v, rtol=1e-12)


def test_hvp_of_a_linear_function_is_zero():
    x = mg.tensor([1.0, 2.0], requires_grad=True)
    np.testing.assert_array_equal(mg.hvp(lambda x: x.sum(), x, [1.0, 1.0]).data, [0, 0])


# The memory is back, without the garbage collector


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
