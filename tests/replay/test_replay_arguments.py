"""Arguments and results of a compiled step may be of many kinds."""

import collections
import dataclasses

import numpy as np
import pytest

import minigrad as mg


def draw(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape)


def arrays_in(output):
    if isinstance(output, dict):
        output = output.values()
    if isinstance(output, (list, tuple)):
        return [array for item in output for array in arrays_in(item)]
    return [output._data if isinstance(output, mg.Tensor) else np.asarray(output)]


def check(step, calls, compiled=None):
    """Call a step and its compiled form with the same arguments; compare all results."""
    compiled = compiled or mg.compile(step)
    for args in calls:
        expected = step(*args)
        found = compiled(*args)
        for a, b in zip(arrays_in(expected), arrays_in(found), strict=True):
            np.testing.assert_array_equal(b, a, strict=True)
            np.testing.assert_array_equal(np.signbit(b), np.signbit(a))
    return compiled


def test_one_tensor_given_twice_is_two_arguments():
    a, b, c = (mg.tensor(draw(3, seed=i)) for i in range(3))
    check(lambda x, y: x * 2 + y, [(a, a)] * 3 + [(b, c), (c, c)] * 2)


def test_one_leaf_given_twice_is_one_argument():
    def slope(x, y):
        return mg.grad((x * y * y).sum(), x)

    a, b, c = (mg.tensor(draw(3, seed=i), requires_grad=True) for i in range(3))
    check(slope, [(a, a)] * 4 + [(b, c)] * 4)


def test_a_tensor_that_the_step_knows_by_itself_may_be_an_argument():
    w = mg.tensor(draw(3))
    check(lambda x: x * w, [(w,)] * 3 + [(draw(3, seed=1),), (w,)])


def test_parameters_may_be_arguments():
    w, v = (mg.tensor(draw(3, seed=i), requires_grad=True) for i in range(2))
    optimizers = [mg.optim.SGD([p], 0.1) for p in (w, v)]

    def step(p, x):
        optimizer = optimizers[p is v]
        optimizer.zero_grad()
        ((p - x) * (p - x)).sum().backward()
        optimizer.step()

    compiled = mg.compile(step)
    expected, rate = [w._data.copy(), v._data.copy()], 0.1
    for i in range(10):
        x, k = draw(3, seed=i), i % 2
        compiled((w, v)[k], x)
        expected[k] = expected[k] - rate * (2 * (expected[k] - x))
    np.testing.assert_allclose([w._data, v._data], expected)
    assert [len(p.updates) for p in compiled.programs()] == [1, 1]


def test_arguments_may_lie_in_containers_and_have_names():
    Pair = collections.namedtuple("Pair", "x y")

    def total(first, *, second):
        return first["a"] + second.x * second.y + first["b"][0]

    compiled = mg.compile(total)
    for i in range(5):
        a, b, x, y = (draw(3, seed=4 * i + k) for k in range(4))
        found = compiled({"a": a, "b": [mg.tensor(b), i]}, second=Pair(x, y))
        np.testing.assert_array_equal(found, a + x * y + b)
    again = mg.compile(total)
    for i in range(5):
        x = draw(3, seed=i)
        again({"a": x, "b": [x]}, second=Pair(x, x))
    assert len(again.programs()) == 1


@pytest.mark.parametrize(
    "values",
    [[0.0, -0.0], [(1,), (1.5,), (1.0,)], [True, 1, 1.0], [np.float32(0), np.float32(-0.0)]],
    ids=str,
)
@pytest.mark.filterwarnings("ignore:divide by zero")
def test_constants_that_are_equal_and_not_the_same_are_told_apart(values):
    def step(x, p):
        p = p[0] if isinstance(p, tuple) else p
        return x * p, 1 / mg.tensor(p) if isinstance(p, float) else x

    check(step, [(np.arange(3), p) for p in values for _ in range(4)])


def test_an_argument_that_cannot_be_compared_runs_as_it_is_and_says_so():
    compiled = mg.compile(lambda x, names: x * len(names))
    with pytest.warns(RuntimeWarning, match="neither a tensor nor"):
        assert compiled(draw(1), {"a", "b"}).item() == 2 * draw(1)[0]


def test_the_number_of_programs_is_bounded():
    compiled = mg.compile(lambda x, a: x * a)
    with pytest.warns(RuntimeWarning, match="100 programs"):
        for i in range(120):
            for _ in range(3):
                assert compiled(np.ones(1), float(i)).item() == i
    assert len(compiled.programs()) == 100


def test_a_write_to_a_part_of_an_argument_runs_as_it_is_and_says_so():
    def double(x):
        part = x[:2]
        with mg.no_grad():
            part *= 2

    compiled = mg.compile(double)
    with pytest.warns(RuntimeWarning, match="changes an argument"):
        compiled(draw(3))
    x = draw(3)
    compiled(x)
    np.testing.assert_array_equal(x, draw(3) * [2, 2, 1])


def test_an_argument_with_a_history_runs_as_it_is_and_says_so():
    w = mg.tensor([1.0, 2.0], requires_grad=True)

    def step(h):
        (h * h).sum().backward(retain_graph=True)

    compiled = mg.compile(step)
    with pytest.warns(RuntimeWarning, match="remembers operations"):
        for i in range(3):
            h = w * float(i)
            for _ in range(2):
                w.grad = None
                compiled(h)
                np.testing.assert_array_equal(w.grad.numpy(), 2 * i**2 * w.numpy())


@dataclasses.dataclass
class Outcome:
    loss: mg.Tensor


Named = collections.namedtuple("Named", "loss")


@pytest.mark.parametrize("wrap", [Named, Outcome, lambda x: collections.OrderedDict(loss=x)])
@pytest.mark.filterwarnings("ignore:.*it returned something else")
def test_results_may_lie_in_containers_of_other_kinds(wrap):
    compiled = mg.compile(lambda x: wrap(mg.sum(x)))
    for x in [1.0, 1.0, 1.0, 2.0, 3.0]:
        out = compiled(np.array([x]))
        assert (out["loss"] if isinstance(out, dict) else out.loss).item() == x
        assert type(out) is type(wrap(0))
