"""Gradients, and what else a compiled step leaves behind, are what the step leaves behind."""

import contextlib
import gc
import weakref

import numpy as np
import pytest

import minigrad as mg
from minigrad import nn

AS_IT_IS = pytest.mark.filterwarnings("ignore:.* is not replayed")


class World:
    """A parameter, its optimizer and a buffer, of which one is stepped and one is replayed."""

    def __init__(self):
        self.w = mg.tensor(np.linspace(-1, 1, 16).reshape(4, 4), requires_grad=True)
        self.buffer = mg.tensor(np.linspace(-1, 1, 5))
        self.optimizer = mg.optim.SGD([self.w], 0.1)
        self.average = mg.optim.EMA([self.w], 0.5)

    def backward(self, x):
        self.optimizer.zero_grad()
        (self.w * self.w * x).sum().backward()


def x_of(call):
    return np.random.default_rng(call).normal(size=(4, 4))


def check(step, between=lambda world, call: None, calls=9):
    """Run ``step(world, x)`` as it is and compiled, in two worlds; compare all there is."""
    plain, other = World(), World()
    compiled = mg.compile(lambda x: step(other, x))
    for call in range(calls):
        for world in (plain, other):
            between(world, call)
        x, found = x_of(call), []
        for world, run in ((plain, lambda x: step(plain, x)), (other, compiled)):
            try:
                result = run(mg.Tensor(x))
            except (ValueError, RuntimeError) as error:
                result = str(error)
            result = result._data.copy() if isinstance(result, mg.Tensor) else result
            grad = None if world.w.grad is None else world.w.grad._data.copy()
            left = world.w._data.copy(), world.buffer._data.copy()
            found.append((result, grad, *left, world.optimizer.steps))
        for a, b in zip(*found, strict=True):
            np.testing.assert_array_equal(b, a, strict=True)
    return compiled


@AS_IT_IS
def test_a_gradient_that_is_returned_after_it_was_cleared():
    def step(world, x):
        world.backward(x)
        gradient = world.w.grad
        world.optimizer.step()
        world.optimizer.zero_grad()
        return gradient

    check(step)


@AS_IT_IS
def test_two_gradients_of_one_parameter():
    def step(world, x):
        world.backward(x)
        first = world.w.grad
        world.backward(x * x)
        return world.w.grad - first

    check(step)


def test_a_gradient_that_is_detached():
    def step(world, x):
        world.backward(x)
        return world.w.grad.detach() * 2

    assert check(step).programs()


@AS_IT_IS
def test_a_gradient_that_is_set_by_hand():
    def step(world, x):
        world.w.grad = mg.grad((world.w * world.w * x).sum(), world.w)
        world.optimizer.step()

    check(step)


@AS_IT_IS
def test_a_gradient_that_was_there_before():
    def step(world, x):
        return world.w.grad * x

    check(step, lambda world, call: call % 3 or world.backward(x_of(call)))


def test_an_optimizer_steps_with_the_gradients_that_are_there():
    kept = []

    def between(world, call):
        world.backward(x_of(call))
        if call == 4:
            world.optimizer.zero_grad()  # an error
        if call == 5:
            world.w.grad = mg.tensor(x_of(1))
        if call >= 7:
            kept.append(world.w.grad)

    assert check(lambda world, x: world.optimizer.step(), between).programs()


def test_a_gradient_turned_round_and_added_to_itself():
    def step(world, x):
        world.backward(x)
        world.w.T.backward(world.w.grad)
        return world.w * 1

    check(step)


@pytest.mark.parametrize("frozen", [range(4, 7), range(2, 6), range(1, 3)], ids=str)
def test_a_parameter_that_is_frozen_and_thawed(frozen):
    def between(world, call):
        world.w.requires_grad = call not in frozen
        world.w.grad = None

    def step(world, x):
        v = mg.tensor(np.ones(4), requires_grad=True)
        (gradient,) = mg.grad((world.w * x * v).sum(), [v])
        if world.w.requires_grad:
            (world.w * x).sum().backward()
        return gradient

    check(step, between)


@pytest.mark.parametrize("wrong", [2, 5])
@pytest.mark.parametrize("clear", [True, False])
def test_a_step_that_fails_leaves_what_the_step_leaves(wrong, clear):
    left = []
    for wrap in (lambda f: f, mg.compile):
        world, errors = World(), []

        @wrap
        def step(x, labels, world=world):
            if clear:
                world.optimizer.zero_grad()
            nn.cross_entropy(x @ world.w, labels).backward()

        for call in range(9):
            x = mg.tensor(x_of(call)[:3])
            try:
                step(x, mg.tensor(np.array([0, 1, 4 if call == wrong else 2])))
            except ValueError as error:
                errors.append(str(error))
            left.append(None if world.w.grad is None else world.w.grad.numpy().copy())
            if call != wrong:
                world.w.grad = None
        left.append(errors)
    np.testing.assert_equal(left[10:], left[:10])


@AS_IT_IS
@pytest.mark.parametrize("use", [lambda n: n, lambda n: n > 0, lambda n: n + 1, float])
def test_a_number_that_an_effect_returns(use):
    def step(world, x):
        world.backward(x)
        return use(nn.clip_grad_value_([world.w], 2.5))

    check(step)


@AS_IT_IS
def test_a_number_that_is_kept_keeps_nothing_else():
    world, norms, made = World(), [], []

    def step(x):
        large = mg.exp(mg.broadcast_to(x, (1000, *x.shape)))
        made.append(weakref.ref(large))
        world.backward(x)
        norms.append(nn.clip_grad_norm_([world.w], 0.5))

    compiled = mg.compile(step)
    for call in range(4):
        compiled(x_of(call))
    assert [norm > 0.5 for norm in norms] == [True] * 4
    gc.collect()
    assert [array() for array in made] == [None] * 4


def test_a_number_that_is_dropped_does_no_harm():
    def step(world, x):
        world.backward(x)
        nn.clip_grad_value_([world.w], 0.5)
        world.optimizer.step()

    assert check(step).programs()


@AS_IT_IS
def test_an_average_that_is_applied_is_the_present_one():
    def between(world, call):
        if call % 3 == 0:
            world.backward(x_of(call))
            world.optimizer.step()
            world.average.update()

    def step(world, x):
        with world.average.applied():
            return (world.w * x).sum()

    check(step, between)


def test_a_detached_parameter_is_followed_to_its_new_place():
    results = []
    for wrap in (lambda f: f, mg.compile):
        w = mg.tensor(np.ones(3), requires_grad=True)
        step = wrap(lambda x, w=w: x * w.detach())
        for call in range(8):
            results.append(step(mg.tensor([1.0, 2.0, 3.0])).numpy().copy())
            if call == 4:
                optimizer = mg.optim.SGD([w], 0.1)
                (w * w).sum().backward()
                optimizer.step()
    np.testing.assert_array_equal(results[8:], results[:8])


# Writes


@AS_IT_IS
@pytest.mark.parametrize("whole", [True, False])
def test_a_tensor_that_is_made_and_changed_within_the_step(whole):
    def step(world, x):
        total = mg.tensor(np.zeros(4))
        with mg.no_grad():
            if whole:
                total += mg.sum(world.buffer)
            else:
                total[0] = total[0] + mg.sum(world.buffer)
        return total * 1

    check(step)


def test_a_buffer_that_is_written_over_itself():
    def step(world, x):
        with mg.no_grad():
            world.buffer.data = world.buffer[::-1]

    check(step)


def test_a_buffer_that_is_read_by_python_before_it_is_written():
    def step(world, x):
        new = world.buffer * 0.9 + x[0, 0]
        sums = mg.cumsum(world.buffer)
        with mg.no_grad():
            world.buffer.data = new
        return sums

    assert check(step).programs()


def test_buffers_of_other_types():
    def prepare(world, call):
        if not call:
            world.mask, world.single = mg.tensor([True] * 4), mg.tensor(np.zeros(4, np.float32))

    def step(world, x):
        with mg.no_grad():
            world.mask.data = x[0] > 0
            world.single.data = mg.exp(x[1] * 2) + 1
        return mg.where(world.mask, world.single, world.single * x[2])

    assert check(step, prepare).programs()


@AS_IT_IS
def test_a_write_that_fails_and_is_caught():
    def step(world, x):
        y = x * 1
        for row in range(6):
            with mg.no_grad(), contextlib.suppress(IndexError):
                y[row] = world.buffer[row]
        return y

    check(step)


def test_a_key_that_is_computed():
    def step(world, x):
        y = mg.where(x > 0, x, 1.0)
        with mg.no_grad():
            y[x[:, 0] > 0, 1] = 0
        return y

    assert check(step).programs()


@AS_IT_IS
@pytest.mark.parametrize("kept", [0, 1])
def test_a_gradient_that_somebody_keeps_while_another_is_free(kept):
    found, keep = [], []
    for wrap in (lambda f: f, mg.compile):
        pair = [mg.tensor([1.0, 2.0 + i], requires_grad=True) for i in range(2)]
        step = wrap(lambda x, pair=pair: (pair[0] * pair[1] * x).sum().backward())
        for call in range(9):
            if call >= 5:
                keep.append(pair[kept].grad)
            for p in pair:
                p.grad = None
            step(mg.tensor([1.0, float(call)]))
            found += [p.grad.numpy().copy() for p in pair]
    np.testing.assert_array_equal(found[18:], found[:18])


@pytest.mark.parametrize("largest", [0.01, 1e9])
def test_clipped_gradients_do_not_bring_python_back(largest):
    calls = 0

    def step(world, x):
        nonlocal calls
        calls += 1
        world.backward(x)
        nn.clip_grad_norm_([world.w], largest)
        world.optimizer.step()

    check(step, calls=9)
    assert calls == 9 + 2  # nine times as it is, and recorded twice


def test_who_keeps_every_gradient_is_told_at_their_own_line_that_it_costs_the_replay():
    kept = []

    def step(world, x):
        world.backward(x)
        world.optimizer.step()

    def keep(world, call):
        kept.append(world.w.grad)

    with pytest.warns(RuntimeWarning, match="gradients are kept by others") as said:
        check(step, keep, calls=20)
    assert [warning.filename for warning in said] == [__file__]
