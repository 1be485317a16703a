"""Answers to the exercises of lesson 00: right ones written otherwise, and wrong ones."""

from functools import partial

import numpy as np

import minigrad as mg

RIGHT, WRONG = {}, {}

RIGHT["landing"] = [0.6, np.float32(0.6), 3 - 0.4 * 6, mg.tensor(0.6)]
WRONG["landing"] = [
    (5.4, "uphill"),
    (2.4, "length of the step"),
    (2.6, "multiplies the slope"),
    (1.8, "not θ"),
    (-3, "slope alone"),
    (0, "What is the slope"),
    ("0.6", "without quotes"),
]


def one_by_one(theta, grad, lr):
    return [t - lr * g for t, g in zip(theta, grad, strict=True)]


RIGHT["update"] = [
    lambda theta, grad, lr: -lr * grad + theta,
    lambda *a: np.add(a[0], -a[1] * a[2]),
    one_by_one,
]


def in_place(theta, grad, lr):
    theta -= lr * grad
    return theta


WRONG["update"] = [
    (lambda theta, grad, lr: theta + lr * grad, "uphill"),
    (lambda theta, grad, lr: theta - grad, "rate is not used"),
    (lambda theta, grad, lr: theta - 0.1 * grad, "first formula"),
    (lambda theta, grad, lr: theta - lr, "gradient is not used"),
    (lambda theta, grad, lr: -lr * grad, "step itself"),
    (lambda theta, grad, lr: theta - lr * np.sign(grad), "drop its size"),
    (lambda theta, grad, lr: theta - grad / lr, "divide by the rate"),
    (lambda theta, grad, lr: theta - lr * abs(grad), "first formula"),
    (lambda theta, grad, lr: theta * 0, "first formula"),
    (lambda theta, grad, lr: theta - lr * gradient, "raised NameError"),  # noqa: F821
    (lambda theta, grad, lr: None, "return"),
    (np.array([1.0]), "without calling it"),
    (in_place, "changed the theta"),
]


def descent(lr, updates, *, forget=True, sign=-1, rate=True, copy=True, start=True):
    """Walk through the valley, with the slips that a reader may make."""
    theta = mg.tensor([-9.0, 1.0], requires_grad=True)
    keep = np.copy if copy else np.asarray
    path = [keep(theta.numpy())] if start else []
    for _ in range(updates):
        if forget:
            theta.grad = None
        (0.1 * theta[0] ** 2 + 2 * theta[1] ** 2).backward()
        with mg.no_grad():
            theta += sign * (lr if rate else 1) * theta.grad
        path.append(keep(theta.numpy()))
    return np.array(path)


def by_powers(lr, updates):
    return [
        np.array([-9.0, 1.0]) * (1 - lr * np.array([0.2, 4.0])) ** t for t in range(updates + 1)
    ]


RIGHT["descend"] = [descent, by_powers]
WRONG["descend"] = [
    (partial(descent, forget=False), "those after it are not"),
    (partial(descent, sign=1), "climbs"),
    (partial(descent, rate=False), "rate is not used"),
    (partial(descent, copy=False), "append a copy"),
    (partial(descent, start=False), "lacks its start"),
    (partial(descent, forget=False, start=False), "do not follow"),
    (lambda lr, updates: descent(lr, updates)[-1], "last place alone"),
    (lambda lr, updates: descent(0.1, updates), "do not follow"),
]

RIGHT["rate"] = [0.41, 0.45, 2 / 4.2, np.float32(0.48)]
WRONG["rate"] = [
    (0.4, "Too small"),
    (0.01, "Too small"),
    (0.49, "Close"),
    (0.51, "Too big"),
    (0.0, "stand still or climb"),
    (-0.4, "stand still or climb"),
    ("0.45", "without quotes"),
    ([0.45, 0.46], "one number"),
    (float("nan"), "one number"),
]
