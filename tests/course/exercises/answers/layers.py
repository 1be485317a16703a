"""Answers to the exercises of lesson 12: right ones written otherwise, and wrong ones."""

from functools import partial

import numpy as np

import minigrad as mg

RIGHT, WRONG = {}, {}

START, SLOPE = np.array([[2.0, 0.0], [0.0, 3.0]]), np.array([[3.0, 3.0], [-1.0, 1.0]])
U, _, VT = np.linalg.svd(SLOPE)

RIGHT["landing"] = [
    START - 0.1 * U @ VT,
    [[1.92929, -0.07071], [0.07071, 2.92929]],
    mg.tensor(START - 0.1 * SLOPE / np.linalg.norm(SLOPE, axis=1, keepdims=True)),
]


WRONG["landing"] = [
    (START - 0.1 * SLOPE, "plain step"),
    ([[1.9, -0.1], [0.1, 2.9]], "along the signs"),
    (START - 0.1 * SLOPE / np.sqrt(20), "norm as a whole"),
    (START - 0.1 * SLOPE / np.linalg.norm(SLOPE, 2), "largest singular value"),
    (START + 0.1 * U @ VT, "climbs"),
    (-0.1 * U @ VT, "how far W moved"),
    (START - U @ VT, "rate is missing"),
    (U @ VT, "the direction"),
    (START - 0.1 * SLOPE / (SLOPE**2).sum(axis=1, keepdims=True), "square of its length"),
    (START - 0.1 * SLOPE / np.linalg.norm(SLOPE, axis=0), "columns"),
    (START - 0.1 * (U @ VT).T, "transposed"),
    (np.eye(2), "has a 1 in place of both"),
]


def from_the_other_side(matrix, a, b, c, times, *, power=2):
    x = np.array(matrix) / np.sqrt(np.sum(np.square(matrix)))
    for _ in range(times):
        gram = x.T @ x
        x = x @ (a * np.eye(len(gram)) + b * gram + c * np.linalg.matrix_power(gram, power))
    return x


def by_values(matrix, a, b, c, times, *, divide=True, rounds=0):
    u, s, vt = np.linalg.svd(matrix, full_matrices=False)
    s = s / np.linalg.norm(s) if divide else s
    for _ in range(times + rounds):
        s = a * s + b * s**3 + c * s**5
    return u @ np.diag(s) @ vt


def by_numbers(matrix, a, b, c, times):
    x = matrix / np.linalg.norm(matrix)
    for _ in range(times):
        x = a * x + b * x**3 + c * x**5
    return x


def square_of_numbers(matrix, a, b, c, times):
    x = matrix / np.linalg.norm(matrix)
    for _ in range(times):
        gram = x @ x.T
        x = a * x + b * gram @ x + c * gram**2 @ x
    return x


RIGHT["orthogonal"] = [from_the_other_side, by_values]


WRONG["orthogonal"] = [
    (partial(by_values, divide=False), "not divided by its norm"),
    (lambda m, *rest: by_values(m / np.linalg.norm(m, 2), *rest, divide=False), "largest singular"),
    (lambda m, *rest: by_values(m / abs(m).max(), *rest, divide=False), "largest number"),
    (lambda m, *rest: by_values(m / (m**2).sum(), *rest, divide=False), "square of the norm"),
    (square_of_numbers, "squares each number"),
    (lambda m, a, b, c, times: by_values(m, a, b, 0, times), "term with c is missing"),
    (partial(from_the_other_side, power=1), "third power"),
    (partial(from_the_other_side, power=3), "seventh power"),
    (lambda m, a, b, c, times: by_values(m, a, c, b, times), "swapped"),
    (partial(by_values, rounds=-1), "too few"),
    (partial(by_values, rounds=1), "too many"),
    (lambda m, *rest: by_values(m, *rest).T, "transposed"),
    (lambda m, *rest: np.linalg.svd(m, full_matrices=False)[0], "sum of squares"),
    (by_numbers, "sum of squares"),
]


def by_the_engine(layers, grads, lr, weight_decay, make=mg.optim.LAMB, **options):
    weights = [mg.tensor(np.array(w), requires_grad=True) for w in layers]
    optimizer = make(weights, lr=lr, betas=(0.9, 0.99), weight_decay=weight_decay, **options)
    for row in grads:
        for weight, g in zip(weights, row, strict=True):
            weight.grad = mg.tensor(np.array(g))
        optimizer.step()
    return [weight.numpy() for weight in weights]


def planted(layers, grads, lr, weight_decay, *, own=False, early=False):
    m = s = np.zeros_like(layers)
    for t, g in enumerate(grads):
        m, s = 0.9 * m + 0.1 * g, 0.99 * s + 0.01 * g**2
        plain = m / (1 - 0.9 ** (t + 1)) / (np.sqrt(s / (1 - 0.99 ** (t + 1))) + 1e-8)
        u = plain + weight_decay * layers
        squares = [(part**2).sum(axis=1, keepdims=True) for part in (layers, u if early else plain)]
        size, length = squares if own else [part.sum() for part in squares]
        layers = layers - lr * np.sqrt(size / length) * u
    return layers


RIGHT["mended"] = [
    by_the_engine,
    partial(planted, own=True, early=True),
    lambda *given: list(planted(*given, own=True, early=True)),
]


WRONG["mended"] = [
    (planted, "Nothing has changed"),
    (partial(planted, own=True), "after `length` was"),
    (partial(planted, early=True), "share one ratio"),
    (lambda layers, grads, lr, lam: by_the_engine(layers, grads, lr, 0.0), "decay is gone"),
    (
        lambda *given: by_the_engine(*given, layerwise=False),
        "The ratio is gone",
    ),
    (lambda layers, grads, lr, lam: layers, "For each layer by itself"),
    (lambda *given: by_the_engine(*given)[0], "For each layer by itself"),
]


def by_squares(step, shape, size, *, outputs=1):
    """Convert by the mean square of a step at the rate 1."""
    rows, columns = shape
    plain = min(rows, columns) / (rows * columns)
    original = plain * max(1.0, columns / rows) ** outputs
    matched = plain * 0.04 * max(rows, columns)
    return [step / size, step / np.sqrt(original), step / np.sqrt(matched)]


RIGHT["convert"] = [by_squares, lambda *given: np.array(by_squares(*given))]


def but(number, rule):
    def convert(step, shape, size):
        rates = by_squares(step, shape, size)
        rates[number] = rule(step, shape, size)
        return rates

    return convert


WRONG["convert"] = [
    (but(0, lambda step, shape, size: step * size), "share of the weights"),
    (but(0, lambda step, shape, size: step), "Adam's rate"),
    (but(0, lambda step, shape, size: step / (size * np.sqrt(np.prod(shape)))), "shape cancels"),
    (but(0, lambda step, shape, size: step / np.sqrt(size)), "No second root"),
    (but(0, lambda step, shape, size: step / size**2), "one size too many"),
    (but(0, lambda step, shape, size: size / step), "upside down"),
    (but(0, lambda step, shape, size: 7.0), "Make that equal"),
    (partial(by_squares, outputs=0), "left out a"),
    (but(1, lambda step, shape, size: step * np.sqrt(min(shape))), "shorter side"),
    (but(1, lambda step, shape, size: step * np.sqrt(shape[1])), "(in, out) here"),
    (but(1, lambda step, shape, size: step / np.sqrt(shape[0])), "must be divided"),
    (but(1, lambda step, shape, size: step * shape[0]), "without the root"),
    (but(1, lambda step, shape, size: step / size), "does not depend"),
    (but(1, lambda step, shape, size: step), "smaller than 1"),
    (but(1, lambda step, shape, size: 5 * step), "matched form"),
    (but(1, lambda step, shape, size: 7.0), "squared singular values"),
    (but(2, lambda step, shape, size: 0.2 * step), "a fifth"),
    (but(2, lambda step, shape, size: step), "not 1"),
    (but(2, lambda step, shape, size: 5 * step * np.sqrt(max(shape))), "put into a"),
    (but(2, lambda step, shape, size: 5 * step / np.sqrt(max(shape))), "the 0.2 stays"),
    (but(2, lambda step, shape, size: step / 0.23), "Adam's 0.23"),
    (but(2, lambda step, shape, size: 7.0), "is 0.2"),
    (lambda step, shape, size: step / size, "Return three rates"),
]


def moved(run, rates, narrow, wide, tuning, fresh, *, at=None, middle=np.median, judged=None):
    def best(width):
        return min(rates, key=lambda lr: middle([run(lr, width, seed) for seed in tuning]))

    first, second = best(narrow), best(wide)
    pairs = [(run(first, at or wide, s), run(second, at or wide, s)) for s in judged or fresh]
    return [first, second, sum(one > other for one, other in pairs)]


RIGHT["transfer"] = [moved, lambda *given: np.array(moved(*given), dtype=float)]


WRONG["transfer"] = [
    (lambda *given: moved(*given[:4], given[5], given[5]), "lucky there"),
    (lambda *given: moved(*given, judged=given[4]), "Race on the fresh"),
    (partial(moved, middle=np.mean), "by the mean"),
    (partial(moved, middle=np.min), "luckiest"),
    (partial(moved, middle=np.max), "unluckiest"),
    (lambda *given: moved(*given, at=given[2]), "at the narrow width. What"),
    (lambda run, rates, n, w, *rest: moved(run, rates, w, n, *rest, at=w), "are swapped"),
    (lambda run, rates, n, w, *rest: moved(run, rates, n, n, *rest, at=w), "Both rates"),
    (lambda *given: moved(*given)[:2], "Return three numbers"),
    (lambda *given: [1.0, 2.0, 3], "either width"),
]


def at_right_angles(theta, grads, lr, *, shrink=True, power=0.5):
    for g in grads:
        step = lr * np.sqrt((theta**2).sum() / (g**2).sum()) * g
        theta = (theta - step) / ((1 + lr * lr) ** power if shrink else 1.0)
    return theta


def lars(theta, grads, lr):
    weight = mg.tensor(np.array(theta), requires_grad=True)
    optimizer = mg.optim.LARS([weight], lr=lr, momentum=0.0, trust_coefficient=1.0)
    for g in grads:
        weight.grad = mg.tensor(np.array(g))
        optimizer.step()
    return weight.numpy()


RIGHT["fromage"] = [at_right_angles, lambda *given: list(at_right_angles(*given))]


WRONG["fromage"] = [
    (lars, "that is LARS"),
    (partial(at_right_angles, power=1), "it is its root"),
    (partial(at_right_angles, power=-0.5), "instead of divided"),
    (lambda theta, grads, lr: theta, "at every update"),
    (lambda *given: at_right_angles(*given) - given[0], "at every update"),
    (lambda theta, grads, lr: at_right_angles(theta, -grads, lr), "climbs"),
    (lambda theta, grads, lr: at_right_angles(theta, grads[:1], lr), "at every update"),
]
