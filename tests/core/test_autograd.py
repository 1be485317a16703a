"""The walk backwards: through any length, each derivative once, to gradients of any order."""

import sys
import weakref

import numpy as np
import pytest

import minigrad as mg

LONG = 100_000


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
    y, first = x, None
    for _ in range(LONG):
        y = y + 1.0
        first = first or weakref.ref(y)
    y = None  # freeing one result frees the next, 100,000 deep
    assert first() is None


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


def test_value_and_grad_takes_a_dictionary():
    value, gradient = mg.value_and_grad(lambda p: (p["w"] * p["b"]).sum())(
        {"w": [1.0, 2.0], "b": 3.0}
    )
    assert value.item() == 9
    assert {name: g.tolist() for name, g in gradient.items()} == {"w": [3, 3], "b": 3}


def test_value_and_grad_nests():
    slope = lambda f: lambda x: mg.value_and_grad(f)(x)[1]  # noqa: E731
    cube = lambda x: x * x * x  # noqa: E731
    assert [
        f(2.0).item() for f in (slope(cube), slope(slope(cube)), slope(slope(slope(cube))))
    ] == [
        12,
        12,
        6,
    ]
    x = mg.tensor(2.0, requires_grad=True)
    assert mg.grad(slope(cube)(x), x).item() == 12
    assert mg.grad(mg.value_and_grad(cube)(x)[0], x).item() == 12
    inner = mg.value_and_grad(lambda p: p["a"] * x)  # closed over, and no argument
    outer = mg.value_and_grad(lambda a: inner({"a": a})[1]["a"] * a)
    assert outer(3.0)[1].item() == 2


def test_value_and_grad_without_recording_leaves_no_graph():
    x = mg.tensor(2.0, requires_grad=True)
    with mg.no_grad():
        value, gradient = mg.value_and_grad(lambda x: x * x)(x)
    assert gradient.item() == 4 and not gradient.requires_grad and not value.requires_grad


def test_no_grad_is_a_decorator_too():
    x = mg.tensor(2.0, requires_grad=True)

    @mg.no_grad()
    def quietly(x):
        """Double."""
        return 2 * x

    for _ in range(2):
        assert not quietly(x).requires_grad and mg.is_recording()
    assert quietly.__name__ == "quietly" and quietly.__doc__ == "Double."
    assert (2 * x).requires_grad


def test_gradcheck_takes_a_tensor_whose_elements_share_memory():
    x = mg.broadcast_to(mg.tensor([1.5], dtype=mg.float64), (2,)).detach()
    x.requires_grad = True
    assert mg.gradcheck(lambda v: v * v, x, order=2)
    with pytest.raises(AssertionError, match=r"element \(0,\)"):
        mg.gradcheck(mg.primitive(lambda g, y, v: g)(lambda v: v * v), x)
