"""The exercises of lesson 06: right answers pass as they come, each slip hears its own name."""

import numpy as np
import pytest

import minigrad as mg
from minigrad.check import momentum as lesson


def test_a_number_left_open_says_what_to_do():
    assert lesson.landing(...).message.startswith("Replace the three dots")


@pytest.mark.parametrize("exercise", [lesson.update, lesson.convert, lesson.walk, lesson.limit])
def test_a_function_left_open_says_what_to_do(exercise):
    assert exercise(lambda *_: ...).message.startswith("Replace the three dots")


@pytest.mark.parametrize("exercise", [lesson.update, lesson.convert, lesson.walk, lesson.limit])
def test_code_that_raises_gets_a_verdict(exercise):
    assert "raised ZeroDivisionError" in exercise(lambda *_: 1 / 0).message


@pytest.mark.parametrize("answer", [0.48, 0.8 - 0.1 * 3.2, np.float32(0.48), mg.tensor(0.48)])
def test_landing_accepts(answer):
    assert lesson.landing(answer)


@pytest.mark.parametrize(
    ("answer", "hears"),
    [
        (0.8**2, "without a memory"),
        (0.8, "after one update"),
        (0.128, "after three"),
        (0.8 - 0.1 * 3.6, "velocity fades"),
        (0.8896, "You averaged"),
        (0.5776, "enters the velocity whole"),
        (0.73, "2θ, not θ"),
        (1.6, "climbs"),
        (-0.6, "left out the rate"),
        (0.2816, "Nesterov"),
        (5, "in this order"),
        ("left", "in this order"),
    ],
)
def test_landing_turns_down(answer, hears):
    verdict = lesson.landing(answer)
    assert not verdict and hears in verdict.message


def one_by_one(theta, velocity, grad, lr, momentum):
    rows = zip(theta, velocity, grad, strict=True)
    velocity = [momentum * v + g for _, v, g in rows]
    return [t - lr * v for t, v in zip(theta, velocity, strict=True)], velocity


def by_the_engine(theta, velocity, grad, lr, momentum):
    """Let the optimizer walk from the velocity's source: a first gradient that leaves it behind."""
    parameter = mg.tensor(theta, requires_grad=True)
    optimizer = mg.optim.SGD([parameter], lr, momentum=momentum)
    for g in (velocity, grad):
        parameter.data[:] = theta
        parameter.grad = mg.tensor(g)
        optimizer.step()
    return parameter.numpy(), (theta - parameter.numpy()) / lr


@pytest.mark.parametrize("answer", [one_by_one, by_the_engine])
def test_update_accepts(answer):
    assert lesson.update(answer)


def rolling(*, keep=1.0, take=1.0, sign=-1.0, rate=True, late=False, swap=False):
    """Write heavy ball's update with the slips that a reader may make."""

    def update(theta, velocity, grad, lr, momentum):
        new = keep * velocity + take * grad
        step = (lr if rate else 1) * (velocity if late else new)
        return (new, theta + sign * step) if swap else (theta + sign * step, new)

    return update


def in_place(theta, velocity, grad, lr, momentum):
    velocity *= momentum
    velocity += grad
    theta -= lr * velocity
    return theta, velocity


@pytest.mark.parametrize(
    ("answer", "hears"),
    [
        (rolling(keep=0.6, swap=True), "wrong way round"),
        (rolling(keep=0.6, take=0.4), "average form"),
        (rolling(keep=0.6, late=True), "old velocity: find the new"),
        (rolling(keep=0.6, sign=1.0), "uphill"),
        (rolling(), "does not fade"),
        (rolling(keep=0.6, take=0.6), "old velocity alone"),
        (rolling(take=0.6), "gave it to the gradient"),
        (lambda t, v, g, lr, mu: (t - lr * g, mu * v + g), "that step is plain"),
        (rolling(keep=0.6, rate=False), "rate is not used"),
        (rolling(keep=0.6, take=0.1), "in there twice"),
        (rolling(keep=0.6, take=0.1, rate=False), "rate-inside form"),
        (lambda t, v, g, lr, mu: (t - lr * (g + mu * (mu * v + g)), mu * v + g), "Nesterov"),
        (rolling(keep=0.0), "forget everything"),
        (lambda t, v, g, lr, mu: t - lr * (mu * v + g), "Return two things"),
        (lambda t, v, g, lr, mu: (t, v), "First the velocity"),
        (in_place, "changed the arrays"),
    ],
)
def test_update_turns_down(answer, hears):
    verdict = lesson.update(answer)
    assert not verdict and hears in verdict.message


def by_walking(lr, momentum, new_lr):
    """Convert by walking down a straight slope, without the formulas."""
    heavy = average = 0.0
    for _ in range(500):
        heavy = momentum * heavy + 1
        average = momentum * average + (1 - momentum)
    return np.array([lr * heavy / average, new_lr * heavy / (lr * heavy)])


@pytest.mark.parametrize("answer", [by_walking, lambda a, mu, b: [a * (1 / (1 - mu)), b / a]])
def test_convert_accepts(answer):
    assert lesson.convert(answer)


@pytest.mark.parametrize(
    ("answer", "hears"),
    [
        (lambda lr, mu, new: (lr * (1 - mu), new / lr), "the wrong way"),
        (lambda lr, mu, new: (lr, new / lr), "unchanged"),
        (lambda lr, mu, new: (lr / mu, new / lr), "That is not μ"),
        (lambda lr, mu, new: (lr / (1 + mu), new / lr), "a sign slipped"),
        (lambda lr, mu, new: (new / (1 - mu), new / lr), "before the change"),
        (lambda lr, mu, new: (1 / (1 - mu), new / lr), "that is the ratio"),
        (lambda lr, mu, new: (0.0, new / lr), "after many equal gradients"),
        (lambda lr, mu, new: (lr / (1 - mu), lr / new), "turned over"),
        (lambda lr, mu, new: (lr / (1 - mu), 1), "left alone"),
        (lambda lr, mu, new: (lr / (1 - mu), 0), "emptied"),
        (lambda lr, mu, new: (lr / (1 - mu), new), "that is the new rate"),
        (lambda lr, mu, new: (lr / (1 - mu), mu * new / lr), "has its turn"),
        (lambda lr, mu, new: (lr / (1 - mu), 7), "By what does"),
        (lambda lr, mu, new: (new / lr, lr / (1 - mu)), "wrong order"),
        (lambda lr, mu, new: lr / (1 - mu), "Return two numbers"),
    ],
)
def test_convert_turns_down(answer, hears):
    verdict = lesson.convert(answer)
    assert not verdict and hears in verdict.message


def rolled(lr, momentum, updates, *, late=False, whole=True, fade=True, sign=-1, copy=True):
    """Walk through the valley in place, with the slips that a reader may make."""
    theta, velocity = np.array([-9.0, 1.0]), np.zeros(2)
    path = [theta.copy() if copy else theta]
    for _ in range(updates):
        grad = [0.2, 4.0] * theta
        if late:
            theta += sign * lr * velocity
        velocity *= momentum if fade else 1
        velocity += (1 if whole else 1 - momentum) * grad
        if not late:
            theta += sign * lr * velocity
        path.append(theta.copy() if copy else theta)
    return path


def by_polyak(lr, momentum, updates):
    """Walk without a velocity: Polyak's two-step form."""
    path = [np.array([-9.0, 1.0])] * 2
    for _ in range(updates):
        push = lr * np.array([0.2, 4.0]) * path[-1]
        path.append(path[-1] - push + momentum * (path[-1] - path[-2]))
    return np.array(path[1:])


@pytest.mark.parametrize("answer", [rolled, by_polyak])
def test_walk_accepts(answer):
    assert lesson.walk(answer)


@pytest.mark.parametrize(
    ("slip", "hears"),
    [
        ({"late": True, "whole": False}, "Nothing has changed yet"),
        ({"whole": False}, "The order is right"),
        ({"late": True}, "the first update does nothing"),
        ({"fade": False}, "never fades"),
        ({"sign": 1}, "climbs"),
        ({"copy": False}, "append a copy"),
        ({"late": True, "fade": False}, "not heavy ball's"),
    ],
)
def test_walk_turns_down(slip, hears):
    verdict = lesson.walk(lambda *settings: rolled(*settings, **slip))
    assert not verdict and hears in verdict.message


def test_walk_turns_down_a_walk_without_its_memory_or_its_start():
    assert "memory is gone" in lesson.walk(lambda lr, _, updates: rolled(lr, 0.0, updates)).message
    assert "lacks its start" in lesson.walk(lambda *settings: rolled(*settings)[1:]).message


def by_bisection(curvature, momentum):
    """Find where Nesterov's walk stops shrinking, without the formula."""

    def largest_root(lr):
        ahead = 1 - lr * curvature
        return max(abs(np.roots([1, -(1 + momentum) * ahead, momentum * ahead])))

    low, high = 0.0, 2 / curvature + 1e-9
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if largest_root(middle) < 1 else (low, middle)
    return low


@pytest.mark.parametrize("answer", [by_bisection, lambda curve, mu: (1 + 1 / (1 + 2 * mu)) / curve])
def test_limit_accepts(answer):
    assert lesson.limit(answer)


@pytest.mark.parametrize(
    ("answer", "hears"),
    [
        (lambda curve, mu: 2 * (1 + mu) / curve, "heavy ball's limit"),
        (lambda curve, mu: 2 / curve, "without momentum"),
        (lambda curve, mu: 2 / ((1 + 2 * mu) * curve), "factor of 1 + μ"),
        (lambda curve, mu: (1 + mu) / ((1 + 2 * mu) * curve), "factor of 2"),
        (lambda curve, mu: 2 * (1 + mu) / (1 + 2 * mu), "left out the curvature"),
        (lambda curve, mu: 2 * (1 + mu) / (1 + 2 * mu) * curve, "multiplied by the curvature"),
        (lambda curve, mu: 1 / curve, "lands on the floor"),
        (lambda curve, mu: curve, "Put r = -1"),
        (lambda curve, mu: "large", "Put r = -1"),
    ],
)
def test_limit_turns_down(answer, hears):
    verdict = lesson.limit(answer)
    assert not verdict and hears in verdict.message
