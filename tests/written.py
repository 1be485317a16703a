"""What is written to in the tests of memory: a leaf with its square, and a small model."""

import numpy as np

import minigrad as mg


def leaf():
    return mg.tensor(np.arange(6.0).reshape(3, 2) + 1, requires_grad=True)


def square(x):
    return (x * x).sum()


def two_layers():
    rng = np.random.default_rng(0)
    return mg.nn.Sequential(mg.nn.Linear(2, 4, rng=rng), mg.nn.Tanh(), mg.nn.Linear(4, 1, rng=rng))


def loss_of(model):
    return (model(mg.tensor([[1.0, 2.0], [3.0, -1.0]])) ** 2.0).mean()
