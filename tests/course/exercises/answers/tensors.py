"""Answers to the exercises of lesson 02: right ones written otherwise, and wrong ones."""

import numba
import numpy as np

import minigrad as mg

RIGHT, WRONG = {}, {}

RIGHT["stretched"] = [
    (shape, share)
    for shape in [(3, 4), [3, 4], np.zeros((3, 4)).shape]
    for share in [1 / 3, 4 / 12, np.float32(1 / 3), mg.tensor(1 / 3), [1 / 3]]
]


WRONG["stretched"] = [
    ((shape, share), hears)
    for shape, share, hears in [
        ((4, 3), 1 / 3, "other way round"),
        ((3, 1), 1 / 3, "stretched too"),
        ((4,), 1 / 3, "three rows"),
        ((1, 4), 1 / 3, "Where is the 3"),
        ((3, 1, 4), 1 / 3, "not joined"),
        (12, 1 / 3, "number of elements"),
        ("3 by 4", 1 / 3, "without quotes"),
        ((3, 4), 4, "for the sum"),
        ((3, 4), 1 / 12, "share of one result"),
        ((3, 4), 1 / 4, "element of b"),
        ((3, 4), 1, "used once"),
        ((3, 4), 3, "for the sum"),
        ((3, 4), [1 / 3] * 3, "one number"),
        ((3, 4), 0.33, "as a fraction"),
        ((3, 4), 7, "same weight"),
    ]
]


def by_loops(g, shape):
    """Collect one by one, where the argument's index is the result's without the stretched."""
    out = np.zeros(shape)
    for index in np.ndindex(g.shape):
        mine = index[g.ndim - len(shape) :]
        out[tuple(i if n > 1 else 0 for i, n in zip(mine, shape, strict=True))] += g[index]
    return out


def by_the_engine(g, shape):
    a = mg.tensor(np.zeros(shape), requires_grad=True)
    return mg.grad(mg.broadcast_to(a, g.shape), a, grad_output=g)


def step_by_step(g, shape):
    while g.ndim > len(shape):
        g = g.sum(axis=0)
    for axis, n in enumerate(shape):
        if n == 1:
            g = g.sum(axis=axis, keepdims=True)
    return g


RIGHT["unbroadcast"] = [by_loops, by_the_engine, step_by_step]


def differing(g, shape):
    extra = g.ndim - len(shape)
    stretched = (extra + i for i, n in enumerate(shape) if n != g.shape[extra + i])
    return (*range(extra), *stretched)


def in_place(g, shape):
    g *= 2
    return g


def without_keepdims(g, shape, look):
    while g.ndim > len(shape):
        g = g.sum(axis=0)
    for i in range(len(shape)):
        if shape[i] == 1 and (not look or g.shape[i] > 1):
            g = g.sum(axis=i)
    return g


def ones_without_keepdims(g, shape):
    while g.ndim > len(shape):
        g = g.sum(axis=0)
    return g.sum(axis=tuple(i for i in range(len(shape)) if shape[i] == 1))


WRONG["unbroadcast"] = [
    (ones_without_keepdims, "takes its axis away, unless"),
    (lambda g, shape: without_keepdims(g, shape, look=False), "the axes behind it move up"),
    (lambda g, shape: without_keepdims(g, shape, look=True), "the lengths behind it move up"),
    (lambda g, shape: g, "g itself"),
    (lambda g, shape: g.sum(axis=tuple(range(g.ndim - len(shape)))), "axes of length 1"),
    (lambda g, shape: g.sum(axis=differing(g, shape)), "keepdims"),
    (lambda g, shape: g.sum(axis=differing(g, shape), keepdims=True), "still there"),
    (lambda g, shape: step_by_step(g, shape) * np.prod(shape) / g.size, "mean"),
    (lambda g, shape: g[(0,) * (g.ndim - len(shape))][tuple(map(slice, shape))], "one copy"),
    (lambda g, shape: np.full(shape, g.sum()), "everything"),
    (lambda g, shape: np.broadcast_to(step_by_step(g, shape), g.shape), "stretched once more"),
    (lambda g, shape: g.reshape(shape), "raised ValueError: cannot reshape"),
    (lambda g, shape: np.zeros((2, 2)), "has the shape of its argument"),
    (lambda g, shape: 2 * step_by_step(g, shape), "the shares of all its copies"),
    (lambda g, shape: None, "return"),
    (in_place, "changed the g"),
]


def by_backward(g):
    x = mg.tensor(np.zeros_like(g), requires_grad=True)
    return mg.grad(x - mg.mean(x, axis=0), x, grad_output=g)


def by_a_matrix(g):
    n = len(g)
    return (np.eye(n) - np.ones((n, n)) / n) @ g


RIGHT["centring"] = [
    by_backward,
    by_a_matrix,
    lambda g: g - g.sum(axis=0, keepdims=True) / g.shape[0],
]


def centred_in_place(g):
    g -= g.mean(axis=0)
    return g


WRONG["centring"] = [
    (lambda g: g, "Nothing has changed"),
    (lambda g: g - g.sum(axis=0), "without its weight"),
    (lambda g: g - np.mean(g), "whole array"),
    (lambda g: g - g.mean(axis=1)[:, None], "means of the rows"),
    (lambda g: g + g.mean(axis=0), "a minus"),
    (lambda g: 0 * g - g.mean(axis=0), "through the mean alone"),
    (lambda g: -g.mean(axis=0), "has the shape of x"),
    (lambda g: g * (1 - 1 / len(g)), "own row"),
    (lambda g: np.zeros_like(g), "Two paths"),
    (lambda g: g - x.mean(axis=0), "NameError"),  # noqa: F821
    (lambda g: g.mean(axis=0) - g, "Two paths"),
    (lambda g: print(g - g.mean(axis=0)), "return"),
    (centred_in_place, "changed the g"),
]


def one_pass_each(x, out):
    for i in range(x.shape[0]):
        top = x[i, 0]
        for j in range(x.shape[1]):
            top = max(top, x[i, j])
        total = 0.0
        for j in range(x.shape[1]):
            out[i, j] = np.exp(x[i, j] - top)
            total += out[i, j]
        for j in range(x.shape[1]):
            out[i, j] /= total


def by_logarithms(x, out):
    for i in range(len(x)):
        greatest, total = max(x[i]), 0.0
        for j in range(x.shape[1]):
            total += np.exp(x[i, j] - greatest)
        for j in range(x.shape[1]):
            out[i, j] = np.exp(x[i, j] - greatest - np.log(total))


def without_the_greatest(x, out):
    for i in range(x.shape[0]):
        total = 0.0
        for j in range(x.shape[1]):
            out[i, j] = np.exp(x[i, j])
            total += out[i, j]
        for j in range(x.shape[1]):
            out[i, j] /= total


RIGHT["softmax_rows"] = [numba.njit(f) for f in [one_pass_each, by_logarithms]]


def writes(rule):
    def kernel(x, out):
        out[:] = rule(x, np.exp(x))

    return kernel


def running_on(x, e):
    shifted = np.exp(x - x.max(axis=1, keepdims=True))
    return shifted / shifted.sum(axis=1).cumsum()[:, None]


def short(x, out):
    one_pass_each(x[:, :-1], out[:, :-1])


def takes_the_name(x, out):
    out = np.exp(x)  # noqa: F841


def overwrites(x, out):
    out[:] = 1
    x[:] = 0


WRONG["softmax_rows"] = [
    (numba.njit(without_the_greatest), "divides by 0"),
    (one_pass_each, "@numba.njit"),
    (writes(lambda x, e: e), "Each row must add up to 1"),
    (writes(lambda x, e: np.exp(x - x.max(axis=1)[:, None])), "after the shift"),
    (writes(lambda x, e: e / e.sum()), "whole array"),
    (writes(lambda x, e: e / e.sum(axis=1).cumsum()[:, None]), "row to row"),
    (writes(running_on), "rows above"),
    (writes(lambda x, e: e / e.sum(axis=0)), "columns"),
    (writes(lambda x, e: np.log(e / e.sum(axis=1)[:, None])), "logarithm"),
    (writes(lambda x, e: x / x.sum(axis=1)[:, None]), "exponential is missing"),
    (writes(lambda x, e: e / e.cumsum(axis=1)), "still growing"),
    (writes(lambda x, e: e / e.sum(axis=1)[:, None]), "overflows"),
    (
        writes(lambda x, e: np.exp(x - x.max()) / np.exp(x - x.max()).sum(axis=1)[:, None]),
        "overflows",
    ),
    (writes(lambda x, e: 7), "find the greatest"),
    (short, "every column"),
    (overwrites, "changed the x"),
    (lambda x, out: mg.softmax(x), "out is untouched"),
    (takes_the_name, "out is untouched"),
    (numba.njit(takes_the_name), "give the name to another"),
    (lambda x: x, "TypeError"),
]


def primitive(forward, *derivatives):
    return mg.primitive(*derivatives)(lambda x: forward(x))


def log_cosh(x):
    return np.logaddexp(x, -x) - np.log(2)


RIGHT["log_cosh"] = [
    primitive(log_cosh, lambda g, y, x: g * mg.tanh(x)),
    primitive(log_cosh, lambda g, y, x: g * (mg.exp(x) - mg.exp(-x)) / (mg.exp(x) + mg.exp(-x))),
    primitive(
        lambda x: np.abs(x) + np.log1p(np.exp(-2 * np.abs(x))) - np.log(2),
        lambda g, y, x: g * (1 - 2 * mg.sigmoid(-2 * x)),
    ),
]


WRONG["log_cosh"] = [
    (primitive(np.cosh, lambda g, y, x: g), "Take its logarithm"),
    (primitive(lambda x: np.log10(np.cosh(x)), lambda g, y, x: g), "base 10"),
    (primitive(lambda x: np.cosh(np.log(np.abs(x))), lambda g, y, x: g), "order is turned"),
    (primitive(np.tanh, lambda g, y, x: g), "function under the decorator"),
    (primitive(np.sin, lambda g, y, x: g), "not log(cosh(x))"),
    (lambda x: np.log(np.cosh(x.numpy())), "No Tensor"),
    (log_cosh, "@mg.primitive(derivative) belongs"),
    (lambda x: mg.tensor(log_cosh(x.numpy())), "nothing was recorded"),
    (lambda x: mg.log((mg.exp(x) + mg.exp(-x)) / 2), "Make it one of its own"),
    (primitive(log_cosh), "no derivative in its brackets"),
    (primitive(log_cosh, lambda g, y, x: mg.tanh(x)), "g that comes in is not used"),
    (primitive(log_cosh, lambda g, y, x: g * mg.tanh(y)), "wants the argument x"),
    (primitive(log_cosh, lambda g, y, x: g / np.cosh(x)), "logarithm alone"),
    (primitive(log_cosh, lambda g, y, x: g * np.sinh(x)), "cosh alone"),
    (primitive(log_cosh, lambda g, y, x: -g * mg.tanh(x)), "sign"),
    (primitive(log_cosh, lambda g, y, x: mg.tanh(g * x)), "multiply by g outside"),
    (primitive(log_cosh, lambda g, y, x: 7 * g), "chain rule"),
    (primitive(log_cosh, lambda g, x: g * mg.tanh(x)), "raised TypeError"),
    (primitive(log_cosh, lambda g, y, x: g * np.tanh(x)), "not with NumPy's"),
    (primitive(lambda x: np.log(np.cosh(x)), lambda g, y, x: g * mg.tanh(x)), "logaddexp"),
]
