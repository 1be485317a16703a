"""Functions that act on each element by itself."""

from __future__ import annotations

from ..compile import jit


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
