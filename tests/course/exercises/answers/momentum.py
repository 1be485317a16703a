"""Answers to the exercises of lesson 06: right ones written otherwise, and wrong ones."""

from functools import partial

import numpy as np

import minigrad as mg

RIGHT, WRONG = {}, {}

RIGHT["landing"] = [0.48, 0.8 - 0.1 * 3.2, np.float32(0.48), mg.tensor(0.48)]


WRONG["landing"] = [
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
    ("left", "without quotes"),
]


def one_by_one(theta, before, grad, last_lr, lr, momentum):
    rows = zip(theta, before, grad, strict=True)
    kept = momentum * lr / last_lr
    return [(1 + kept) * t - kept * b - lr * g for t, b, g in rows]


def by_the_velocity(theta, before, grad, last_lr, lr, momentum):
    velocity = (before - theta) / last_lr
    return theta - lr * (momentum * velocity + grad)


def by_the_engine(theta, before, grad, last_lr, lr, momentum):
    """Let the optimizer walk: by the gradient that leads from `before` to `theta`, then on."""
    parameter = mg.tensor(before, requires_grad=True)
    optimizer = mg.optim.SGD([parameter], last_lr, momentum=momentum)
    parameter.grad = mg.tensor((before - theta) / last_lr)
    optimizer.step()
    optimizer.lr = lr
    parameter.grad = mg.tensor(grad)
    optimizer.step()
    return parameter.numpy()


RIGHT["step"] = [one_by_one, by_the_velocity, by_the_engine]


def stepping(base="theta", push="lr * grad", kept="momentum * lr / last_lr * (theta - before)"):
    """Write the next place with the parts that a reader may get wrong."""

    def step(theta, before, grad, last_lr, lr, momentum):
        names = dict(
            theta=theta, before=before, grad=grad, last_lr=last_lr, lr=lr, momentum=momentum
        )
        return eval(f"{base} - ({push}) + ({kept})", {}, names)

    return step


def in_place(theta, before, grad, last_lr, lr, momentum):
    theta += momentum * lr / last_lr * (theta - before)
    theta -= lr * grad
    return theta


WRONG["step"] = [
    (stepping(kept="0"), "plain gradient descent"),
    (stepping(push="-lr * grad"), "uphill"),
    (stepping(kept="momentum * lr / last_lr * (before - theta)"), "pulls back"),
    (stepping(kept="momentum * (theta - before)"), "as if the rate had not changed"),
    (stepping(push="last_lr * grad", kept="momentum * (theta - before)"), "last_lr for both"),
    (stepping(kept="momentum * last_lr / lr * (theta - before)"), "wrong way round"),
    (stepping(kept="lr * momentum * (theta - before)"), "Divide it out"),
    (stepping(push="grad"), "does not multiply the gradient"),
    (stepping(kept="lr / last_lr * (theta - before)"), "does not fade"),
    (stepping(push="momentum * lr * grad"), "velocity alone"),
    (stepping(push="lr * (1 - momentum) * grad"), "average form"),
    (stepping(base="before"), "stands at theta"),
    (stepping(base="0"), "not the next place"),
    (stepping(kept="momentum * before"), "hidden in the last step"),
    (stepping(push="0.1 * grad"), "hidden in the last step"),
    (
        lambda t, b, g, old, lr, mu: (t - lr * g + mu * lr / old * (t - b), t),
        "next place alone",
    ),
    (in_place, "changed the theta"),
]


def by_walking(lr, momentum, new_lr):
    """Convert by walking down a straight slope, without the formulas."""
    heavy = average = 0.0
    for _ in range(500):
        heavy = momentum * heavy + 1
        average = momentum * average + (1 - momentum)
    return np.array([lr * heavy / average, new_lr * heavy / (lr * heavy)])


RIGHT["convert"] = [by_walking, lambda a, mu, b: [a * (1 / (1 - mu)), b / a]]


WRONG["convert"] = [
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
    (lambda lr, mu, new: (new / lr, lr / (1 - mu)), "comes first"),
    (lambda lr, mu, new: lr / (1 - mu), "Return two numbers"),
]


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


RIGHT["walk"] = [rolled, by_polyak]


WRONG["walk"] = [
    (partial(rolled, **slip), hears)
    for slip, hears in [
        ({"late": True, "whole": False}, "Nothing has changed yet"),
        ({"whole": False}, "The order is right"),
        ({"late": True}, "the first update does nothing"),
        ({"fade": False}, "never fades"),
        ({"sign": 1}, "climbs"),
        ({"copy": False}, "append a copy"),
        ({"late": True, "fade": False}, "not heavy ball's"),
    ]
]


WRONG["walk"] += [
    (lambda lr, _, updates: rolled(lr, 0.0, updates), "memory is gone"),
    (lambda *settings: rolled(*settings)[1:], "lacks its start"),
]


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


RIGHT["limit"] = [by_bisection, lambda curve, mu: (1 + 1 / (1 + 2 * mu)) / curve]


WRONG["limit"] = [
    (lambda curve, mu: 2 * (1 + mu) / curve, "heavy ball's limit"),
    (lambda curve, mu: 2 / curve, "without momentum"),
    (lambda curve, mu: 2 / ((1 + 2 * mu) * curve), "factor of 1 + μ"),
    (lambda curve, mu: (1 + mu) / ((1 + 2 * mu) * curve), "factor of 2"),
    (lambda curve, mu: 2 * (1 + mu) / (1 + 2 * mu), "left out the curvature"),
    (lambda curve, mu: 2 * (1 + mu) / (1 + 2 * mu) * curve, "multiplied by the curvature"),
    (lambda curve, mu: 1 / curve, "lands on the floor"),
    (lambda curve, mu: curve, "Put r = -1"),
    (lambda curve, mu: "large", "without quotes"),
]
