"""Parameters and gradients lie in one array, and nobody has to know."""

import numpy as np
import pytest
from steps import gradients, parameters, quadratic, same_bits

import minigrad as mg
from minigrad.core.tensor import memory_of


def test_parameters_become_views_of_one_array_and_each_watches_itself():
    a, b = parameters()[:2]
    opt = mg.optim.SGD([a, b], lr=0.1)
    flat = opt.flats[0][0].theta
    assert np.shares_memory(a._data, flat) and np.shares_memory(b._data, flat)
    assert memory_of(a) is not memory_of(b)
    assert not np.shares_memory(memory_of(a).array, memory_of(b).array)


def test_an_empty_parameter_is_carried_along():
    empty = mg.tensor(np.zeros((0, 3)), requires_grad=True)
    [a, *_], [alone, *_] = parameters(), parameters()
    opt, other = mg.optim.Adam([empty, a], lr=0.1), mg.optim.Adam([alone], lr=0.1)
    (empty.sum() + quadratic(a)).backward()
    quadratic(alone).backward()
    opt.step()
    other.step()
    assert empty.shape == (0, 3) and same_bits([a.numpy()], [alone.numpy()])


def test_backward_writes_the_gradient_into_the_flat_array():
    a, b = parameters()[:2]
    opt = mg.optim.SGD([a, b], lr=0.1)
    (quadratic(a) + quadratic(b)).backward()
    flat = opt.flats[0][0]
    assert np.array_equal(flat.grad, 2 * flat.theta)
    (quadratic(a) + quadratic(b)).backward()
    assert np.array_equal(flat.grad, 4 * flat.theta)


@pytest.mark.parametrize(
    "keep",
    [lambda g: g, lambda g: g.numpy(), lambda g: g.numpy()[1:], lambda g: g.detach()],
    ids=["tensor", "array", "view", "detached"],
)
def test_a_gradient_that_somebody_keeps_keeps_its_numbers(keep):
    a = parameters()[0]
    opt = mg.optim.SGD([a], lr=0.1)
    quadratic(a).backward()
    kept = keep(a.grad)
    before = np.array(kept)
    for _ in range(3):
        opt.step()
        opt.zero_grad()
        quadratic(a).backward()
        assert np.array_equal(a.grad.numpy(), 2 * a.numpy())
    assert np.array_equal(kept, before)


def test_gradients_return_to_the_flat_array_when_nobody_keeps_one():
    a = parameters()[0]
    opt = mg.optim.SGD([a], lr=0.1)
    quadratic(a).backward()
    kept = a.grad
    opt.zero_grad()
    quadratic(a).backward()
    flat = opt.flats[0][0].grad
    assert not np.shares_memory(a.grad._data, flat)
    del kept
    opt.zero_grad()
    quadratic(a).backward()
    assert np.shares_memory(a.grad._data, flat)


def test_gradients_are_used_wherever_they_are_put():
    p = mg.tensor(np.array([1.0, 2.0]), requires_grad=True)
    opt = mg.optim.SGD([p], lr=1.0)
    p.sum().backward()
    opt.step()
    opt.step()  # the same gradient again
    np.testing.assert_array_equal(p.numpy(), [-1.0, 0.0])
    p.grad = mg.tensor(np.array([10.0, 20.0]))
    opt.step()
    p.grad.data[0] = 0.0
    opt.step()
    np.testing.assert_array_equal(p.numpy(), [-11.0, -40.0])
    kept = p.grad
    opt.zero_grad()
    p.sum().backward()
    opt.step()
    np.testing.assert_array_equal(p.numpy(), [-12.0, -41.0])
    np.testing.assert_array_equal(kept.numpy(), [0.0, 20.0])


def test_zero_grad_forgets_the_gradients():
    params = parameters()
    opt = mg.optim.SGD(params, lr=0.1)
    gradients(params, 0)
    opt.zero_grad()
    assert all(p.grad is None for p in params)


def test_a_step_between_forward_and_backward_is_noticed():
    a, b = parameters()[:2]
    opt = mg.optim.SGD([a, b], lr=0.1)
    (quadratic(a) + quadratic(b)).backward()
    loss = quadratic(a) + quadratic(b)
    opt.step()
    with pytest.raises(RuntimeError, match="changed in place"):
        loss.backward()


def test_making_an_optimizer_between_forward_and_backward_changes_nothing():
    a, b = parameters()[:2]
    loss = quadratic(a) + quadratic(b)
    mg.optim.SGD([a, b], lr=0.1)
    loss.backward()
    for p in (a, b):
        assert np.array_equal(p.grad.numpy(), 2 * p.numpy())


def test_a_write_before_the_optimizer_was_made_is_still_noticed():
    a = parameters()[0]
    loss = quadratic(a)
    a.data[0] = 7.0
    mg.optim.SGD([a], lr=0.1)
    with pytest.raises(RuntimeError, match="changed in place"):
        loss.backward()


def test_two_optimizers_may_take_turns_on_the_same_parameters():
    a, b = parameters(), parameters()
    one, two = mg.optim.SGD(a, lr=0.1), mg.optim.SGD(a, lr=0.01)
    reference = mg.optim.SGD(b, lr=0.1)
    for t in range(4):
        opt = (one, two)[t % 2]
        reference.lr = (0.1, 0.01)[t % 2]
        loss, twin = sum(map(quadratic, a)), sum(map(quadratic, b))
        opt.zero_grad()
        reference.zero_grad()
        loss.backward()
        twin.backward()
        opt.step()
        reference.step()
    assert same_bits([p.numpy() for p in a], [p.numpy() for p in b])
