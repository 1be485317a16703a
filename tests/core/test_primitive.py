"""A primitive of the user's own works like those that are built in."""

import numpy as np
import pytest

import minigrad as mg


@mg.primitive(lambda g, y, x: 3 * g * x**2)
def cube(x):
    """Third power."""
    return x**3


@mg.primitive(lambda g, y, x: -g)
def reverse(x):
    """The same numbers; the gradient turns round (Ganin & Lempitsky 2015)."""
    return x


@mg.primitive(lambda g, y, a, b: g * b, lambda g, y, a, b: g * a)
def times(a, b):
    """Product that relies on the walk for undoing broadcasting."""
    return np.multiply(a, b)


@mg.primitive(lambda g, y, x, *, scale: g * scale)
def scaled(x, *, scale):
    """Product with a number that has no derivative."""
    return x * scale


@mg.primitive(each=lambda i, g, y, *xs: g * (i + 1))
def weighted(*xs):
    """``1 x0 + 2 x1 + 3 x2 ...``."""
    return sum((i + 1) * x for i, x in enumerate(xs))


def leaf(*values):
    return mg.tensor(np.array(values), requires_grad=True)


def test_it_passes_gradcheck_to_second_order():
    x = leaf(0.5, -1.2, 2.0)
    assert mg.gradcheck(cube, x, order=2)
    assert mg.gradcheck(lambda x: scaled(x, scale=2.5), x, order=2)
    assert mg.gradcheck(times, [x, mg.tensor(np.array([[1.0], [2.0]]), True)], order=2)
    assert mg.gradcheck(lambda *xs: weighted(*xs), [x, leaf(1.0, 2.0, 3.0), leaf(0.0)], order=2)


def test_gradcheck_finds_a_wrong_derivative_and_says_where():
    @mg.primitive(lambda g, y, x: 2 * g * x**2)
    def wrong(x):
        return x**3

    with pytest.raises(AssertionError, match=r"order 1, input 0, element \(0,\).*2.*3"):
        mg.gradcheck(wrong, leaf(1.0))


def test_gradcheck_finds_a_derivative_that_is_wrong_at_second_order_only():
    @mg.primitive(lambda g, y, x: 3 * g * mg.tensor(x).data ** 2)  # x is cut off from the graph
    def cut(x):
        return x**3

    assert mg.gradcheck(cut, leaf(1.0))
    with pytest.raises(AssertionError, match="order 2"):
        mg.gradcheck(cut, leaf(1.0), order=2)


def test_its_third_derivative_is_right():
    x = leaf(2.0)
    g = cube(x)
    for expected in (12, 12, 6):
        (g,) = mg.grad(g, [x], create_graph=True)
        assert g.item() == expected


def test_arrays_in_give_an_array_out():
    assert type(cube(np.array([2.0]))) is np.ndarray
    assert cube(2.0) == 8.0


def test_it_keeps_its_name_and_docstring():
    assert cube.__name__ == "cube"
    assert cube.__doc__ == "Third power."


def test_a_tensor_may_be_passed_by_name():
    x = leaf(2.0)
    cube(x=x).backward()
    assert x.grad.item() == 12


def test_without_a_derivative_no_gradient_passes():
    @mg.primitive(None, lambda g, y, a, b: g)
    def second(a, b):
        return b + 0 * a

    a, b = leaf(1.0), leaf(2.0)
    second(a, b).backward()
    assert a.grad is None
    assert b.grad.item() == 1


def test_the_gradient_takes_the_type_of_its_argument():
    x = mg.tensor([1.0], requires_grad=True)
    times(x, np.array([2.0])).backward()
    assert x.grad.dtype == np.float32


def test_a_forward_may_return_a_plain_number():
    @mg.primitive(lambda g, y, x: mg.broadcast_to(g, x.shape))
    def total(x):
        return float(np.sum(x))

    x = leaf(1.0, 2.0)
    y = total(x)
    assert y.shape == ()
    y.backward()
    np.testing.assert_array_equal(x.grad.data, [1, 1])


# Shared memory


def test_gradient_reversal_turns_the_gradient_and_nothing_else():
    x = leaf(1.0, 2.0)
    y = reverse(x)
    np.testing.assert_array_equal(y.data, x.data)
    (y * y).sum().backward()
    np.testing.assert_array_equal(x.grad.data, [-2, -4])


@pytest.mark.parametrize("written", ["argument", "result"])
def test_a_forward_that_returns_its_argument_shares_its_writes(written):
    x = leaf(1.0, 2.0)
    y = reverse(x)
    loss = (x * x).sum() + (y * y).sum()
    (x if written == "argument" else y).data[0] = 5.0
    with pytest.raises(RuntimeError, match="changed in place"):
        loss.backward()


def test_a_forward_that_returns_its_second_argument_shares_its_writes():
    @mg.primitive(None, lambda g, y, a, b: g)
    def second(a, b):
        return b

    a, b = leaf(1.0), leaf(2.0)
    y = second(a, b)
    loss = b * b
    y.data[0] = 5.0
    with pytest.raises(RuntimeError, match="changed in place"):
        loss.backward()


def test_a_forward_that_returns_a_view_shares_its_writes():
    @mg.primitive(lambda g, y, x: mg.flip(g))
    def backwards(x):
        return x[::-1]

    x = leaf(1.0, 2.0)
    y = backwards(x)
    loss = (x * x).sum()
    y.data[0] = 5.0
    with pytest.raises(RuntimeError, match="changed in place"):
        loss.backward()
