"""Dropout."""

import numpy as np

from ..jit import jit

GOLDEN = np.uint64(0x9E3779B97F4A7C15)
FIRST, SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
LOW_HALF = np.uint64(0xFFFFFFFF)


@jit
def dropout(x, seed, threshold, scale, y):
    least, kept, dropped = np.uint64(threshold), x.dtype.type(scale), x.dtype.type(0)
    half = (x.size + 1) // 2
    first, second = x[:half], x[half:]
    first_y, second_y = y[:half], y[half:]
    for i in range(second.size):  # one draw for two numbers far apart, so that both loads are runs
        draw = _draw(seed[0], i)
        first_y[i] = first[i] * (kept if draw & LOW_HALF >= least else dropped)
        second_y[i] = second[i] * (kept if draw >> np.uint64(32) >= least else dropped)
    for i in range(second.size, half):
        first_y[i] = first[i] * (kept if _draw(seed[0], i) & LOW_HALF >= least else dropped)


@jit
def _draw(seed, i):
    z = np.uint64(seed) + np.uint64(i + 1) * GOLDEN
    z = (z ^ (z >> np.uint64(30))) * FIRST
    z = (z ^ (z >> np.uint64(27))) * SECOND
    return z ^ (z >> np.uint64(31))
