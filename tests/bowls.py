"""A quadratic whose minimum is known, and ways down."""

import numpy as np

import minigrad as mg

CURVATURE = np.array([0.1, 0.5, 1.0, 4.0])
TARGET = np.array([3.0, -2.0, 1.0, 0.5])


def bowl(p):
    """A quadratic with minimum 3 at TARGET."""
    return 0.5 * (CURVATURE * (p - TARGET) * (p - TARGET)).sum() + 3.0


def descend(opt, loss, steps):
    """Take steps on ``loss()``, and return its values."""

    def closure():
        opt.zero_grad()
        value = loss()
        value.backward()
        return value

    return [opt.step_with(closure).item() for _ in range(steps)]


def zeros(n=4, dtype=np.float64):
    return mg.tensor(np.zeros(n, dtype), requires_grad=True)
