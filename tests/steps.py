"""Parameters and gradients drawn at random, and the steps that an optimizer takes with them."""

import functools

import numpy as np
from optimizers import CASES, shapes_for, take_step

import minigrad as mg

SHAPES = shapes_for(CASES[0])


def parameters(dtype=np.float64, seed=0, shapes=SHAPES):
    rng = np.random.default_rng(seed)
    return [mg.tensor(np.asarray(rng.normal(size=s), dtype), requires_grad=True) for s in shapes]


def gradients(params, t):
    """Give every parameter a gradient that depends on its place and the step; return a loss."""
    for i, p in enumerate(params):
        g = np.random.default_rng([t, i]).normal(size=p.shape)
        p.grad = mg.tensor(np.asarray(g, p.dtype))
    return 1.0 / (t + 1)


def train(opt, params, steps, first=0):
    """Take the steps from ``first`` up to ``steps``, and return where they lead."""
    for t in range(first, steps):
        take_step(opt, functools.partial(gradients, params, t))
    return [p.numpy().copy() for p in params]


def same_bits(a, b):
    return all(x.dtype == y.dtype and x.tobytes() == y.tobytes() for x, y in zip(a, b, strict=True))


def quadratic(p):
    return (p * p).sum()
