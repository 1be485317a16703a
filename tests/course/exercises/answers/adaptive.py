"""Answers to the exercises of lesson 10: right ones written otherwise, and wrong ones."""

import math

import numpy as np

import minigrad as mg

RIGHT, WRONG = {}, {}

RIGHT["second_step"] = [0.1 / math.sqrt(0.19), 0.2294, np.float32(0.22942), [0.2294]]

WRONG["second_step"] = [
    (0.1 / math.sqrt(0.1), "first step"),
    (0.1, "end up"),
    (0.1 / math.sqrt(2), "AdaGrad's second step"),
    (0.1 / 0.19, "forgot the root"),
    (0.7, "plain descent"),
    (0.1 * math.sqrt(0.19), "divided by it"),
    (0.1 / math.sqrt(0.99), "the part that stays"),
    (0.7 / math.sqrt(0.19), "divide by |g|"),
    (-3.0, "Find s_1"),
]


def by_the_engine(kind):
    def walk(theta, slope, *settings):
        *options, n = settings
        names = ("lr", "eps") if kind is mg.optim.Adagrad else ("lr", "alpha", "eps")
        parameter = mg.tensor(theta.copy(), requires_grad=True)
        optimizer = kind([parameter], **dict(zip(names, options, strict=True)))
        path = [theta]
        for _ in range(n):
            parameter.grad = mg.tensor(slope(parameter.numpy()))
            optimizer.step()
            path.append(parameter.numpy().copy())
        return np.array(path)

    return walk


def adagrad(theta, slope, lr, eps, n, *, power=0.5, inside=False, root=True, shared=False):
    squares, path = [], [theta]
    for _ in range(n):
        grad = slope(path[-1])
        squares.append((grad**2).sum() if shared else grad**2)
        s = sum(squares)
        below = np.sqrt(s + eps) if inside else s**power + eps
        path.append(path[-1] - lr * grad / below)
    return path


def rmsprop(theta, slope, lr, alpha, eps, n, *, new=None, keep=None, late=False, inside=False):
    s, path = 0 * theta, [theta]
    for _ in range(n):
        grad, old = slope(path[-1]), s
        s = (alpha if keep is None else keep) * s + (1 - alpha if new is None else new) * grad**2
        used = old if late else s
        below = np.sqrt(used + eps) if inside else np.sqrt(used) + eps
        path.append(path[-1] - lr * grad / below)
    return path


def in_place(theta, slope, lr, eps, n):
    theta, s = theta.copy(), 0.0
    path = [theta]
    for _ in range(n):
        grad = slope(theta)
        s = s + grad**2
        theta -= lr * grad / (np.sqrt(s) + eps)
        path.append(theta)
    return path


RIGHT["walks"] = [
    (adagrad, rmsprop),
    (by_the_engine(mg.optim.Adagrad), by_the_engine(mg.optim.RMSprop)),
    (lambda *a: tuple(adagrad(*a)), lambda *a: np.stack(rmsprop(*a))),
]

WRONG["walks"] = [
    ((lambda *a: adagrad(*a, power=1), rmsprop), "root of s is missing"),
    ((lambda *a: adagrad(*a, inside=True), rmsprop), "inside the root"),
    ((lambda *a: adagrad(*a, shared=True), rmsprop), "one sum for all"),
    ((in_place, rmsprop), "same one"),
    ((lambda *a: adagrad(*a)[-1], rmsprop), "whole path"),
    ((lambda *a: adagrad(*a)[1:], rmsprop), "lacks its start"),
    ((adagrad, lambda t, f, lr, a, eps, n: adagrad(t, f, lr, eps, n)), "AdaGrad again"),
    ((adagrad, lambda t, f, lr, a, e, n: rmsprop(t, f, lr, 1 - a, e, n)), "part of s that stays"),
    ((adagrad, lambda *a: rmsprop(*a, new=1)), "not all of it"),
    ((adagrad, lambda *a: rmsprop(*a, keep=1)), "does not fade"),
    ((adagrad, lambda *a: rmsprop(*a, late=True)), "before you divide"),
    ((adagrad, lambda *a: rmsprop(*a, inside=True)), "inside the root"),
    ((adagrad, lambda *a: 3), "whole path"),
]


def colleague(theta, slope, lr, alpha, n, *, compound=True, swapped=True):
    s, path = np.zeros_like(theta), [theta]
    for _ in range(n):
        grad = slope(theta)
        s = (1 - alpha) * s + alpha * grad**2 if swapped else alpha * s + (1 - alpha) * grad**2
        rate = lr / (np.sqrt(s) + 1e-8)
        theta = theta - rate * grad
        lr = rate if compound else lr
        path.append(theta)
    return path


RIGHT["mended"] = [
    lambda t, f, lr, a, n: rmsprop(t, f, lr, a, 1e-8, n),
    lambda *a: colleague(*a, compound=False, swapped=False),
]

WRONG["mended"] = [
    (colleague, "Nothing has changed"),
    (lambda *a: colleague(*a, swapped=False), "divided again"),
    (lambda *a: colleague(*a, compound=False), "how much of s stays"),
    (lambda t, f, lr, a, n: adagrad(t, f, lr, 1e-8, n), "that is AdaGrad"),
    (lambda t, f, lr, a, n: rmsprop(t, f, lr, a, 1e-8, n)[1:], "lacks its start"),
    (lambda t, f, lr, a, n: rmsprop(t, f, 2 * lr, a, 1e-8, n), "three updates"),
]


def race(run, rates, tuning, fresh, *, choose=np.median, chosen_on=None, judged_on=None):
    rows = {}
    for name, tries in rates.items():
        scores = [choose([run(name, lr, s) for s in chosen_on or tuning]) for lr in tries]
        rows[name] = tries[int(np.argmin(scores))]
    (a, lr_a), (b, lr_b) = rows.items()
    judges = judged_on or fresh
    return lr_a, lr_b, sum(run(a, lr_a, s) < run(b, lr_b, s) for s in judges)


RIGHT["race"] = [race, lambda *a: np.array(race(*a)), lambda *a: list(race(*a))]

WRONG["race"] = [
    (lambda run, rates, t, f: race(run, rates, f, f), "judge"),
    (lambda run, rates, t, f: race(run, rates, t, t), "nobody has seen"),
    (lambda *a: race(*a, choose=np.mean), "mean"),
    (lambda *a: race(*a, choose=np.min), "luckiest"),
    (lambda *a: race(*a, choose=np.max), "worst"),
    (lambda run, rates, t, f: race(run, rates, t[:1], f), "single seed"),
    (lambda *a: race(*a)[2], "three numbers"),
    (lambda run, rates, t, f: (run("sgd", 1, 0), 1, 1), "no contender"),
    (lambda run, rates, t, f: (*race(run, rates, t, f)[:2], len(f) + 1), "lowest median"),
]

RIGHT["norm"] = [
    lambda t, f, lr, n: adagrad(t, f, lr, 0.0, n, shared=True),
    lambda t, f, lr, n: np.array(adagrad(t, f, lr, 0.0, n, shared=True)),
]

WRONG["norm"] = [
    (lambda t, f, lr, n: adagrad(t, f, lr, 0.0, n), "has its own sum"),
    (lambda t, f, lr, n: adagrad(t, f, lr, 0.0, n, shared=True, power=1), "root of s is missing"),
    (lambda t, f, lr, n: adagrad(t, f, lr, 0.0, n, shared=True)[-1], "whole path"),
    (lambda t, f, lr, n: adagrad(t, f, 2 * lr, 0.0, n, shared=True), "s is one number"),
]
