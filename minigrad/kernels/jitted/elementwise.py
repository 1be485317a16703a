"""Functions that act on each element by itself."""

import math

from ..jit import jit
from .vector import below, exp


@jit
def relu(x, y):
    none = x.dtype.type(0)
    for i in range(x.size):
        y[i] = none if x[i] <= 0 else x[i]


@jit
def relu_slope(g, y, dx):
    none = g.dtype.type(0)
    for i in range(y.size):
        dx[i] = none if y[i] <= 0 else g[i]


@jit
def gelu(x, y):
    minus_half = x.dtype.type(-0.5)
    for i in range(x.size):
        y[i] = x[i] * below(x[i], exp(minus_half * (x[i] * x[i])))


@jit
def gelu_slope(g, x, dx):
    minus_half, height = x.dtype.type(-0.5), x.dtype.type(1 / math.sqrt(2 * math.pi))
    for i in range(x.size):
        bell = exp(minus_half * (x[i] * x[i]))
        dx[i] = g[i] * (below(x[i], bell) + x[i] * (height * bell))
