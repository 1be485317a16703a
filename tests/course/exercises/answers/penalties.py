"""Answers to the exercises of lesson 17: right ones written otherwise, and wrong ones."""

from functools import partial
from statistics import median

import numpy as np

RIGHT, WRONG = {}, {}


def by_search():
    w = np.linspace(-4, 4, 80_001)
    return w[np.argmin(2 * (w + 2) ** 2 + 3 * abs(w))]


RIGHT["lowest"] = [-1.25, by_search(), np.array([-1.25])]


WRONG["lowest"] = [
    (0, "threshold 3"),
    (-0.5, "slope of"),
    (-2.75, "towards 0"),
    (-2, "without a price"),
    (1.25, "which side"),
    (-8 / 7, "That is L2"),
    (0.75, "how far"),
    (-0.75, "sign of -2"),
    (5, "Left of 0"),
]


def weight_by_weight(w, g, lr, l1, l2, *, rate=True):
    moved = []
    for place, slope in zip(w, g, strict=True):
        v = place - lr * slope
        t = lr * l1 if rate else l1
        u = v - t if v > t else v + t if v < -t else 0.0
        moved.append(u / (1 + lr * l2))
    return np.array(moved)


def clipped(w, g, lr, l1, l2):
    v = w - lr * g
    return (v - np.clip(v, -lr * l1, lr * l1)) / (1 + lr * l2)


def in_place(w, g, lr, l1, l2):
    w -= lr * g
    return weight_by_weight(w, 0 * g, lr, l1, l2)


RIGHT["net_step"] = [weight_by_weight, clipped]


WRONG["net_step"] = [
    (partial(weight_by_weight, rate=False), "threshold lacks the rate"),
    (lambda w, g, lr, l1, l2: weight_by_weight(w, g, lr, l1, 0), "L1 alone"),
    (lambda w, g, lr, l1, l2: weight_by_weight(w, g, lr, 0, l2), "L2 alone"),
    (lambda w, g, lr, l1, l2: weight_by_weight(w, g + l2 * w, lr, l1, 0), "through the gradient"),
    (lambda w, g, lr, l1, l2: weight_by_weight(w, -g, lr, l1, l2), "You climb"),
    (lambda w, g, lr, l1, l2: weight_by_weight(w, g * lr, 1.0, l1, l2), "Neither price"),
    (lambda w, g, lr, l1, l2: weight_by_weight(w, g, 1.0, l1, l2), "missing altogether"),
    (lambda w, g, lr, l1, l2: w - lr * (g + l1 * np.sign(w) + l2 * w), "at most all of it"),
    (in_place, "Leave that as it is"),
]


def layer_by_layer(params, grads, rates, weight_decay, momentum, *, bias=0.0, twice=False):
    left = []
    for i, p in enumerate(params):
        price = weight_decay if len(np.shape(p)) == 2 else weight_decay * bias
        v = np.zeros_like(p)
        for lr, gs in zip(rates, grads, strict=True):
            v = momentum * v + gs[i]
            p = (1 - (lr * lr if twice else lr) * price) * p - lr * v
        left.append(p)
    return left


def planted(params, grads, rates, weight_decay, momentum):
    params = list(params)
    velocities = [0 * p for p in params]
    for lr, gs in zip(rates, grads, strict=True):
        for i, g in enumerate(gs):
            velocities[i] = momentum * velocities[i] + g
            decay = lr * weight_decay * params[i] if params[i].size else 0
            params[i] = params[i] - lr * (velocities[i] + decay)
    return params


def by_l2(params, grads, rates, weight_decay, momentum):
    params, v = list(params), [0 * p for p in params]
    for lr, gs in zip(rates, grads, strict=True):
        for i, g in enumerate(gs):
            v[i] = momentum * v[i] + g + weight_decay * params[i] * (params[i].ndim > 1)
            params[i] = params[i] - lr * v[i]
    return params


RIGHT["mended"] = [layer_by_layer, lambda *given: tuple(layer_by_layer(*given))]


WRONG["mended"] = [
    (planted, "Nothing has changed"),
    (partial(layer_by_layer, bias=1.0), "biases still pay"),
    (partial(layer_by_layer, twice=True), "multiplies the decay twice"),
    (by_l2, "enters the velocity"),
    (lambda params, *rest: params, "Velocity as it was"),
    (lambda *given: layer_by_layer(*given)[0], "Return a list"),
]


def with_lists(run_a, run_b, prices_a, prices_b, tuning, fresh, *, see=0, judge=1, middle=median):
    chosen = []
    for run, prices in ((run_a, prices_a), (run_b, prices_b)):
        tried = sorted({0.0, *prices})
        scores = [middle([run(price, seed)[see] for seed in tuning]) for price in tried]
        chosen.append(tried[scores.index(min(scores))])
    a, b = chosen
    lower = [seed for seed in fresh if run_a(a, seed)[judge] < run_b(b, seed)[judge]]
    return [a, b, len(lower) / len(fresh)]


def on_fresh(run_a, run_b, prices_a, prices_b, tuning, fresh):
    return with_lists(run_a, run_b, prices_a, prices_b, fresh, fresh)


def on_tuning(run_a, run_b, prices_a, prices_b, tuning, fresh):
    return with_lists(run_a, run_b, prices_a, prices_b, tuning, tuning)


RIGHT["compare"] = [with_lists]


WRONG["compare"] = [
    (partial(with_lists, see=1), "choose by the test loss"),
    (partial(with_lists, judge=0), "judge by the validation loss"),
    (partial(with_lists, middle=np.mean), "mean is infinite"),
    (partial(with_lists, middle=min), "luckiest"),
    (partial(with_lists, middle=max), "unluckiest"),
    (on_fresh, "must not choose"),
    (on_tuning, "judge on the tuning"),
    (lambda *given: with_lists(*given)[:2], "three numbers"),
]


def row_by_row(w, g, lr, lam, *, norm=np.linalg.norm, stop=0.0):
    rows = []
    for v in w - lr * g:
        length = norm(v)
        rows.append(v * max(stop, 1 - lr * lam / length) if length else v)
    return np.array(rows)


def unguarded(w, g, lr, lam):
    v = w - lr * g
    length = np.linalg.norm(v, axis=1, keepdims=True)
    return v * np.maximum(1 - lr * lam / length, 0)


RIGHT["rows_step"] = [row_by_row, lambda *given: row_by_row(*given).tolist(), unguarded]


WRONG["rows_step"] = [
    (partial(row_by_row, stop=-1e9), "other side of 0"),
    (partial(row_by_row, norm=lambda v: v @ v), "squared length"),
    (partial(row_by_row, norm=lambda v: abs(v).sum()), "sum of the sizes"),
    (lambda w, g, lr, lam: row_by_row(w, g, lr, lam / lr), "lacks the rate"),
    (lambda w, g, lr, lam: row_by_row(w.T, g.T, lr, lam).T, "columns"),
    (lambda w, *rest: w, "each row v_r"),
]
