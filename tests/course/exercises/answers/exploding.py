"""Answers to the exercises of lesson 14: right ones written otherwise, and wrong ones."""

from functools import partial

import numpy as np

import minigrad as mg

RIGHT, WRONG = {}, {}

RIGHT["rate"] = [0.9, 0.1 * 6**2 / 2**2]


WRONG["rate"] = [
    (0.3, "longer, too"),
    (0.1, "ninth of the angle"),
    (1 / 90, "wrong way"),
    (3.6, "plays no part"),
    (17, "to stay"),
]


def by_the_engine(grads, max_norm):
    parameters = [mg.tensor(0 * g, requires_grad=True) for g in grads]
    for p, g in zip(parameters, grads, strict=True):
        p.grad = mg.tensor(np.array(g))
    norm = mg.nn.clip_grad_norm_(parameters, max_norm)
    if not np.isfinite(norm):
        return [np.zeros(g.shape) for g in grads], norm
    return [p.grad.numpy() for p in parameters], norm


def as_one_vector(grads, max_norm, *, check=True, each=False):
    flat = np.concatenate([g.ravel() for g in grads])
    norm = np.linalg.norm(flat)
    if check and not np.isfinite(norm):
        return [g * 0 if np.isfinite(g).all() else np.zeros(g.shape) for g in grads], np.nan
    new = []
    for g in grads:
        long = np.linalg.norm(g) if each else norm
        new.append(g / max(1, long / max_norm))
    return new, norm


def in_place(grads, max_norm):
    for g in grads:
        g *= max_norm
    return grads, 1.0


RIGHT["clip_or_skip"] = [by_the_engine, as_one_vector]


WRONG["clip_or_skip"] = [
    (partial(as_one_vector, each=True), "its own norm"),
    (lambda grads, c: ([np.clip(g, -c, c) for g in grads], 1.0), "root of the sum"),
    (lambda grads, c: as_one_vector(grads, c)[0][0], "two things"),
    (lambda grads, c: as_one_vector(grads, c)[::-1], "two things"),
    (in_place, "Leave that as it is"),
]


def row_by_row(z, mean, var, training, momentum, eps):
    if not training:
        return [(row - mean) / (var + eps) ** 0.5 for row in z], mean, var
    m = sum(z) / len(z)
    squares = sum((row - m) ** 2 for row in z)
    y = [(row - m) / np.sqrt(squares / len(z) + eps) for row in z]
    unbiased = squares / (len(z) - 1)
    return (
        y,
        (1 - momentum) * mean + momentum * m,
        (1 - momentum) * var + momentum * unbiased,
    )


def by_the_layer(z, mean, var, training, momentum, eps):
    layer = mg.nn.BatchNorm1d(z.shape[1], eps=eps, momentum=momentum, dtype=np.float64)
    layer.running_mean.data, layer.running_var.data = mean.copy(), var.copy()
    if not training:
        layer.eval()
    return layer(z), layer.running_mean, layer.running_var


def always_the_batch(z, mean, var, training, momentum, eps):
    _, mean, var = row_by_row(z, mean, var, training, momentum, eps)
    return (z - z.mean(0)) / np.sqrt(z.var(0) + eps), mean, var


RIGHT["batch_norm"] = [row_by_row, by_the_layer]


WRONG["batch_norm"] = [
    (always_the_batch, "still standardises by the batch"),
    (lambda *given: row_by_row(*given)[0], "three things"),
    (lambda z, mean, var, *rest: (mean, z, var), "y comes first"),
    (lambda z, mean, var, *rest: (z, mean, var), "over axis 0"),
]


def planted(pieces, max_norm):
    total = np.zeros_like(pieces[0])
    for g in pieces:
        total = total + g * min(1, max_norm / max(np.linalg.norm(g), 1e-12))
    return total


def halves(pieces, max_norm, *, divide=True, once=True):
    total = sum(pieces) / (len(pieces) if divide else 1)
    length = (total @ total) ** 0.5
    return total / max(1, length / max_norm) if once else total


RIGHT["step"] = [halves]


WRONG["step"] = [
    (planted, "Nothing has changed"),
    (lambda pieces, c: planted(pieces, c) / len(pieces), "divided now"),
    (partial(halves, divide=False), "clipped once now"),
    (partial(halves, once=False), "Nothing is clipped"),
    (lambda pieces, c: 0 * pieces[0], "mean over the pieces"),
]


def with_loops(run, rates, more_rates, limits, tries, race, *, more=True, shared=False):
    best, plain = np.inf, None
    for lr in [*more_rates, *rates] if more else rates:
        loss = np.median([run(seed, lr, np.inf) for seed in tries])
        if loss < best:
            best, plain = loss, lr
    best, pair = np.inf, None
    for c in limits:
        for lr in [plain] if shared else rates:
            loss = np.median([run(seed, lr, c) for seed in tries])
            if loss < best:
                best, pair = loss, (lr, c)
    wins = [run(seed, *pair) < run(seed, plain, np.inf) for seed in race]
    return plain, list(pair), sum(wins)


RIGHT["decides"] = [with_loops]


WRONG["decides"] = [
    (partial(with_loops, more=False), "fewer tries"),
    (partial(with_loops, shared=True), "kept the plain rate"),
    (lambda *given: with_loops(*given)[0], "three things"),
    (lambda *given: (0.1, 0.1, 3), "three things"),
    (lambda *given: (0.1, (0.1, 1.0), 3), "by the median"),
]


def column_by_column(W, G, factor, eps, *, transpose=False):
    W, G = (W.T, G.T) if transpose else (W, G)
    new = G.copy()
    for j in range(W.shape[1]):
        limit = factor * max(np.linalg.norm(W[:, j]), eps)
        length = np.linalg.norm(G[:, j])
        if length > limit:
            new[:, j] *= limit / length
    return new.T if transpose else new


def by_adaptive_clipping(W, G, factor, eps):
    theta = mg.tensor(np.array(W), requires_grad=True)
    theta.grad = mg.tensor(np.array(G))
    mg.nn.adaptive_clip_grad_([theta], factor, eps)
    return theta.grad


RIGHT["by_unit"] = [column_by_column, by_adaptive_clipping]


WRONG["by_unit"] = [
    (partial(column_by_column, transpose=True), "measure rows"),
    (lambda W, G, factor, eps: column_by_column(W, G, factor, 0.0), "eps is missing"),
    (lambda W, G, factor, eps: G, "longer, times"),
]
