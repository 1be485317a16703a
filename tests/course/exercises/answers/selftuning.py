"""Answers to the exercises of lesson 13: right ones written otherwise, and wrong ones."""

from functools import partial
from itertools import pairwise

import numpy as np

import minigrad as mg

RIGHT, WRONG = {}, {}


def by_the_engine():
    theta = mg.tensor(np.array([2.0]), requires_grad=True)
    optimizer = mg.optim.PolyakSGD([theta], lr=np.inf)
    for _ in range(2):
        optimizer.zero_grad()
        height = mg.sum(theta**4)
        height.backward()
        optimizer.step(height)
    return theta.numpy()


RIGHT["landing"] = [1.125, 2 * 0.75**2, by_the_engine()]


WRONG["landing"] = [
    (1.5, "one step"),
    (0.5, "halves on a parabola"),
    (1.0, "on a parabola"),
    (2 * (2 / 3) ** 2, "second derivative"),
    (0.875, "how far it moved"),
    (3.125, "goes downhill"),
    (0.125, "not one quarter"),
    (1 / 64, "That is a rate"),
    (0, "lowest height"),
    (17, "twice, with f"),
]


def rate_by_rate(slope, theta, lr, b, updates, *, sign=1, own=True, first=False):
    place, rates, before = list(theta), [lr] * len(theta), None
    for _ in range(updates):
        g = slope(np.array(place))
        for i in range(len(place)):
            if before is None:
                product = g[i] * g[i] if first else 0.0
            else:
                product = g[i] * before[i] if own else sum(g * before)
            rates[i] += sign * b * product
            place[i] -= rates[i] * g[i]
        before = g
    return np.array(place), np.array(rates)


def by_all_gradients(slope, theta, lr, b, updates):
    grads, rates = [], np.full(len(theta), lr)
    for _ in range(updates):
        grads.append(slope(theta))
        rates = lr + b * sum((p * q for p, q in pairwise(grads)), 0 * theta)
        theta = theta - rates * grads[-1]
    return [theta, rates]


def steps_first(slope, theta, lr, b, updates):
    rates, before = np.full(len(theta), lr), 0 * theta
    for _ in range(updates):
        g = slope(theta)
        theta = theta - rates * g
        rates, before = rates + b * g * before, g
    return theta, rates


def in_place(slope, theta, lr, b, updates):
    theta -= lr * slope(theta)
    return theta, np.full(len(theta), lr)


RIGHT["own_rates"] = [rate_by_rate, by_all_gradients]


WRONG["own_rates"] = [
    (partial(rate_by_rate, own=False), "whole dot product"),
    (partial(rate_by_rate, sign=-1), "wrong way"),
    (partial(rate_by_rate, first=True), "before` is 0"),
    (steps_first, "learn first"),
    (lambda *given: rate_by_rate(*given)[::-1], "other order"),
    (lambda *given: rate_by_rate(*given)[0], "two things"),
    (lambda slope, theta, lr, b, updates: (theta, lr), "an array like theta"),
    (in_place, "Leave that as it is"),
]


def with_lists(slope, theta, lr, beta, updates, *, first=0, at="z + beta * (x - z)"):
    zs, x = [theta], theta
    for _ in range(updates):
        z = zs[-1]
        y = eval(at, {}, {"z": z, "x": x, "beta": beta})
        zs.append(z - lr * slope(y))
        x = np.mean(zs[1 - first :], axis=0)
    return x


def by_the_optimizer(slope, theta, lr, beta, updates):
    parameter = mg.tensor(np.array(theta), requires_grad=True)
    optimizer = mg.optim.ScheduleFreeSGD([parameter], lr=lr, beta=beta)
    for _ in range(updates):
        parameter.grad = mg.tensor(slope(parameter.numpy()))
        optimizer.step()
    optimizer.eval()
    return parameter.numpy()


def planted(slope, theta, lr, beta, updates):
    x = z = theta
    for t in range(updates):
        y = beta * z + (1 - beta) * x
        z = z - lr * slope(y)
        x = x + (z - x) / (t + 2)
    return x


RIGHT["mended"] = [with_lists, by_the_optimizer]


WRONG["mended"] = [
    (planted, "Nothing has changed"),
    (partial(with_lists, at="x + beta * (z - x)"), "mean is right now"),
    (partial(with_lists, first=1), "mean of one number"),
    (partial(with_lists, at="z"), "average beside it"),
    (partial(with_lists, at="x"), "x itself"),
    (lambda slope, theta, *rest: theta, "a step of z"),
]


def with_a_loop(run, settings, seeds, *, choose=max, middle=np.median, back=True):
    def of(changed):
        return float(middle([run(seed, **changed) for seed in seeds]))

    base, now, answer = of(settings), dict(settings), {}
    for name in reversed(list(settings)):
        sides = []
        for factor in (10, 0.1):
            now[name] = settings[name] * 10 if factor == 10 else settings[name] / 10
            sides.append(of(now))
        if back:
            now[name] = settings[name]
        answer[name] = choose(sides) - base
    return answer


def sorted_middle(losses):
    return sorted(losses)[len(losses) // 2]


RIGHT["price"] = [with_a_loop, partial(with_a_loop, middle=sorted_middle)]


WRONG["price"] = [
    (partial(with_a_loop, choose=min), "better side"),
    (partial(with_a_loop, choose=np.mean), "mean of both"),
    (partial(with_a_loop, choose=lambda sides: sides[0]), "go up alone"),
    (partial(with_a_loop, choose=lambda sides: sides[1]), "go down alone"),
    (partial(with_a_loop, middle=np.mean), "mean is infinite"),
    (partial(with_a_loop, middle=np.min), "luckiest"),
    (partial(with_a_loop, middle=np.max), "unluckiest"),
    (lambda *given: list(with_a_loop(*given).values()), "dictionary"),
    (lambda *given: {}, "one entry for each name"),
]


def with_a_path(slope, theta, rho, updates, *, start=0, power=0.5, guard=True, present=True):
    path, squares, lr = [theta], [], 0.0
    for _ in range(updates):
        g = slope(path[-1])
        squares.append(np.sum(g**2))
        far = max([rho, *(np.sqrt(np.sum((p - path[start]) ** 2)) for p in path)])
        below = sum(squares if present else squares[:-1]) ** power
        lr = far / below if below or not guard else 0.0
        path.append(path[-1] - lr * g)
    return path[-1], lr


def nearest(slope, theta, rho, updates):
    begin, squares, lr = theta, 0.0, 0.0
    for _ in range(updates):
        g = slope(theta)
        squares += g @ g
        if squares:
            lr = max(rho, np.linalg.norm(theta - begin)) / np.sqrt(squares)
        theta = theta - lr * g
    return theta, lr


RIGHT["dog"] = [with_a_path]


WRONG["dog"] = [
    (nearest, "largest so far"),
    (partial(with_a_path, power=1.0), "root of the sum"),
    (partial(with_a_path, guard=False), "divide by 0"),
    (partial(with_a_path, present=False), "present gradient, too"),
    (lambda *given: with_a_path(*given)[::-1], "other order"),
    (lambda *given: with_a_path(*given)[0], "two things"),
]
