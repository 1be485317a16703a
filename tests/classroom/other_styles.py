"""Right answers to the tasks, each written in three other ways than the source's."""

import cmath
import math

import numpy as np

import minigrad as mg
from classroom.tasks.derivatives import Value

OTHERS = {}

OTHERS["on-paper-test"] = [
    [15, -8],
    np.array([15.0, -8.0]),
    (2 * 4 * 3 - 3**2, mg.tensor(4.0**2 - 2 * 4 * 3)),
]


def softplus_by_numpy(a):
    slope = np.exp(-np.logaddexp(0.0, -a.data))
    return Value(np.logaddexp(0.0, a.data), [a], [slope])


def softplus_in_halves(a):
    if a.data < 0:
        e = math.exp(a.data)
        return Value(math.log1p(e), (a,), (e / (1 + e),))
    e = math.exp(-a.data)
    return Value(a.data + math.log1p(e), (a,), (1 / (1 + e),))


def softplus_by_tanh(a):
    x = a.data
    value = x if x > 30 else math.log1p(math.exp(x))
    return Value(value, parents=(a,), slopes=((1 + math.tanh(x / 2)) / 2,))


OTHERS["softplus-test"] = [softplus_by_numpy, softplus_in_halves, softplus_by_tanh]


def larger_by_cases(a, b):
    if a.data > b.data:
        return Value(a.data, (a, b), (1, 0))
    if b.data > a.data:
        return Value(b.data, (a, b), (0, 1))
    return Value(a.data, (a, b), (0.5, 0.5))


def larger_by_sign(a, b):
    sign = np.sign(a.data - b.data)
    return Value(max(a.data, b.data), (a, b), ((1 + sign) / 2, (1 - sign) / 2))


def larger_by_sorting(a, b):
    if a.data == b.data:
        return (a + b) / 2
    small, large = sorted([a, b], key=lambda each: each.data)
    return Value(large.data, (large, small), (1.0, 0.0))


OTHERS["larger-test"] = [larger_by_cases, larger_by_sign, larger_by_sorting]


def by_norm(f, values, errors):
    inputs = list(map(Value, values))
    result = f(*inputs)
    result.backward()
    return np.linalg.norm([each.grad * error for each, error in zip(inputs, errors, strict=True)])


def by_nudging(f, values, errors):
    total, h = 0.0, 1e-5
    for i, error in enumerate(errors):
        up, down = list(values), list(values)
        up[i] += h
        down[i] -= h
        total += ((f(*up) - f(*down)) / (2 * h) * error) ** 2
    return total**0.5


def by_complex_steps(f, values, errors):
    shares = []
    for i, error in enumerate(errors):
        nudged = [complex(v, 1e-20 if i == j else 0.0) for j, v in enumerate(values)]
        shares.append(f(*nudged).imag / 1e-20 * error)
    return abs(cmath.sqrt(sum(share**2 for share in shares)))


OTHERS["uncertainty-test"] = [by_norm, by_nudging, by_complex_steps]


@mg.primitive(lambda g, y, x: g * y * y / (y * y + 1))
def squareplus_by_result(x):
    return x / 2 + np.sqrt(x**2 / 4 + 1)


@mg.primitive(lambda g, y, x: g * (0.5 + 0.5 * x * (x**2 + 4) ** -0.5))
def squareplus_by_power(x):
    return 0.5 * (x + np.hypot(x, 2.0))


def derivative(g, y, x):
    root = mg.sqrt(mg.multiply(x, x) + 4.0)
    return mg.multiply(g, (root + x) / (2.0 * root))


@mg.primitive(derivative)
def squareplus_by_function(x):
    root = np.sqrt(np.square(x) + 4)
    return np.add(x, root) * 0.5


SQUAREPLUS = [squareplus_by_result, squareplus_by_power, squareplus_by_function]
OTHERS["squareplus-test"] = OTHERS["bend-test"] = SQUAREPLUS


def walk_in_place(hessian, b, start, lr, steps):
    found = np.empty((steps + 1, len(start)))
    found[0] = start
    for t in range(steps):
        found[t + 1] = found[t] - lr * (hessian @ found[t] - b)
    return found


def walk_by_formula(hessian, b, start, lr, steps):
    bottom = np.linalg.solve(hessian, b)
    once = np.eye(len(b)) - lr * hessian
    return [bottom + np.linalg.matrix_power(once, t) @ (start - bottom) for t in range(steps + 1)]


def walk_by_minigrad(hessian, b, start, lr, steps):
    theta, found = mg.tensor(np.array(start)), [np.array(start)]
    for _ in range(steps):
        theta = mg.tensor(theta.numpy(), requires_grad=True)
        loss = 0.5 * mg.sum(theta * (mg.tensor(hessian) @ theta)) - mg.sum(mg.tensor(b) * theta)
        theta = theta.detach() - lr * mg.grad(loss, theta)
        found.append(theta.numpy().copy())
    return np.stack(found)


OTHERS["walk-test"] = [walk_in_place, walk_by_formula, walk_by_minigrad]


def needed_by_counting(hessian, lr, shrink):
    rho = max(abs(1 - lr * each) for each in np.linalg.eigvals(hessian).real)
    if rho >= 1:
        return float("inf")
    n, left = 0, 1.0
    while left > 1 / shrink:
        left *= rho
        n += 1
    return n


def needed_by_powers(hessian, lr, shrink):
    rho = np.linalg.norm(np.eye(len(hessian)) - lr * hessian, 2)
    if rho >= 1:
        return np.inf
    return 1 + np.argmax(rho ** np.arange(1, 100_000) <= 1 / shrink)


def needed_by_ends(hessian, lr, shrink):
    values = np.linalg.eigvalsh(hessian)
    rho = np.maximum(np.abs(1 - lr * values[0]), np.abs(1 - lr * values[-1]))
    if not rho < 1:
        return math.inf
    return np.ceil(-np.log(shrink) / np.log(rho))


OTHERS["updates-needed-test"] = [needed_by_counting, needed_by_powers, needed_by_ends]


def line_by_matrix(x, y, lr, steps):
    inputs = np.stack([x, np.ones_like(x)], axis=1)
    theta = np.zeros(2)
    for _ in range(steps):
        theta = theta - lr * 2 / len(x) * inputs.T @ (inputs @ theta - y)
    return theta


def line_by_loops(x, y, lr, steps):
    w = c = 0.0
    for _ in range(steps):
        in_w = in_c = 0.0
        for a, b in zip(x, y, strict=True):
            in_w += 2 * (w * a + c - b) * a / len(x)
            in_c += 2 * (w * a + c - b) / len(x)
        w, c = w - lr * in_w, c - lr * in_c
    return [w, c]


def line_by_minigrad(x, y, lr, steps):
    theta = mg.tensor(np.zeros(2), requires_grad=True)
    for _ in range(steps):
        loss = mg.mean((theta[0] * x + theta[1] - y) ** 2)
        theta = mg.tensor(theta.numpy() - lr * mg.grad(loss, theta).numpy(), requires_grad=True)
    return theta


OTHERS["fit-line-test"] = [line_by_matrix, line_by_loops, line_by_minigrad]
OTHERS["exponent-test"] = [1.4998, np.float32(1.5), mg.tensor(1.4995)]


def limit_by_formula(x):
    half = (np.mean(x**2) + 1) / 2
    return 1 / (half + np.sqrt(half**2 - np.var(x)))


def limit_by_singular_values(x):
    inputs = np.vander(x, 2)
    return len(x) / np.linalg.svd(inputs, compute_uv=False)[0] ** 2


def limit_by_power_iteration(x):
    hessian = 2 * np.array([[np.mean(x * x), np.mean(x)], [np.mean(x), 1.0]])
    v = np.array([0.6, 0.8])
    for _ in range(5000):
        v = hessian @ v
        v /= np.linalg.norm(v)
    return 2 / (v @ hessian @ v)


OTHERS["limit-test"] = [limit_by_formula, limit_by_singular_values, limit_by_power_iteration]


def measured_geometrically(gradient, start, low, high):
    while high / low > 1.005:
        rate = math.sqrt(low * high)
        theta = start
        for _ in range(1000):
            theta = theta - rate * gradient(theta)
        grown = np.linalg.norm(gradient(theta)) / np.linalg.norm(gradient(start))
        low, high = (rate, high) if grown < 1 else (low, rate)
    return low


def measured_by_steps(gradient, start, low, high):
    """Watch the length of the last steps: it grows above the limit."""
    while high - low > 0.004 * low:
        rate = (low + high) / 2
        theta, steps = np.array(start), []
        for _ in range(600):
            step = rate * gradient(theta)
            theta = theta - step
            steps.append(np.sum(step**2))
            if steps[-1] > 1e100:
                break
        if steps[-1] > steps[len(steps) // 2] and steps[-1] > 1e-28:
            high = rate
        else:
            low = rate
    return high


def measured_by_curvature(gradient, start, low, high):
    """Power iteration on differences of the gradient: no walk at all."""
    v = gradient(start) / np.linalg.norm(gradient(start))
    top = 0.0
    for _ in range(2000):
        bent = gradient(start + v) - gradient(start)
        top = np.linalg.norm(bent)
        v = bent / top
    return 2 / top


OTHERS["measured-limit-test"] = [
    measured_geometrically,
    measured_by_steps,
    measured_by_curvature,
]
