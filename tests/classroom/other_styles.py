"""Right answers to the tasks, each written in three other ways than the source's."""

import cmath
import itertools
import math
import statistics

import numpy as np
from scipy import stats

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


def epoch_by_shuffle(n, size, rng):
    order = np.arange(n)
    rng.shuffle(order)
    return np.split(order, range(size, n, size))


def epoch_by_yield(n, size, rng):
    rest = list(rng.permutation(n))
    while rest:
        yield rest[:size]
        rest = rest[size:]


def epoch_by_sorting(n, size, rng):
    order, batches = np.argsort(rng.random(n)), []
    for number in range(-(-n // size)):
        batches.append(order[number * size :][:size].tolist())
    return batches


OTHERS["epoch-test"] = [epoch_by_shuffle, epoch_by_yield, epoch_by_sorting]


def accumulated_by_loop(gradients, sizes):
    total = 0.0
    for gradient, size in zip(gradients, sizes, strict=True):
        total = total + size / sum(sizes) * gradient
    return total


OTHERS["accumulated-test"] = [
    accumulated_by_loop,
    lambda gradients, sizes: np.repeat(gradients, sizes, axis=0).mean(axis=0),
    lambda gradients, sizes: np.einsum("i,ij->j", np.array(sizes) / np.sum(sizes), gradients),
]


def noise_by_enumeration(gradients, size, replace):
    """Of every batch there is, up to those of three; larger ones by the trace."""
    n = len(gradients)
    if size > 3:
        return noise_by_trace(gradients, size, replace)
    choose = itertools.product if replace else itertools.combinations
    batches = choose(range(n), repeat=size) if replace else choose(range(n), size)
    away = [gradients[list(b)].mean(axis=0) - gradients.mean(axis=0) for b in batches]
    return np.mean(np.sum(np.square(away), axis=1))


def noise_by_trace(gradients, size, replace):
    result = np.trace(np.atleast_2d(np.cov(gradients.T, bias=True))) / size
    if not replace:
        result *= (len(gradients) - size) / (len(gradients) - 1)
    return result


def noise_by_squares(gradients, size, replace):
    centred = gradients - gradients.mean(axis=0)
    n = len(centred)
    return (centred**2).sum() / n / size * [(n - size) / (n - 1), 1][replace]


OTHERS["noise-test"] = [noise_by_enumeration, noise_by_trace, noise_by_squares]


def momentum_with_rate_inside(form, gradient, start, lr, mu, steps):
    theta, step = np.array(start), 0 * np.array(start)
    found = [theta]
    for _ in range(steps):
        at = theta - mu * step if form == "nesterov" else theta
        step = mu * step + lr * (1 - mu if form == "average" else 1) * gradient(at)
        theta = theta - step
        found.append(theta)
    return found


def momentum_by_differences(form, gradient, start, lr, mu, steps):
    """The heavy ball in two positions: θ + μ(θ - before) - ηg."""
    found = [np.array(start), np.array(start)]
    for _ in range(steps):
        drift = mu * (found[-1] - found[-2])
        at = found[-1] + drift if form == "nesterov" else found[-1]
        rate = lr * (1 - mu) if form == "average" else lr
        found.append(found[-1] + drift - rate * gradient(at))
    return np.stack(found[1:])


def momentum_by_match(form, gradient, start, lr, mu, steps):
    rules = {
        "heavy ball": lambda theta, v: mu * v + gradient(theta),
        "average": lambda theta, v: v + (1 - mu) * (gradient(theta) - v),
        "nesterov": lambda theta, v: mu * v + gradient(theta - lr * mu * v),
    }
    found, v = np.zeros((steps + 1, len(start))), np.zeros(len(start))
    found[0] = start
    for t in range(steps):
        v = rules[form](found[t], v)
        found[t + 1] = found[t] - lr * v
    return mg.tensor(found)


OTHERS["momentum-test"] = [
    momentum_with_rate_inside,
    momentum_by_differences,
    momentum_by_match,
]
OTHERS["twin-test"] = [
    lambda form, lr, mu: lr * (1 - mu) ** (-1 if form == "heavy ball" else 1),
    lambda form, lr, mu: {"heavy ball": lr / (1 - mu), "average": lr - lr * mu}[form],
    lambda form, lr, mu: np.array([lr / (1 - mu)]) if form.startswith("h") else [lr * (1 - mu)],
]


def limit_by_roots(form, curvature, mu):
    """Bisect on the largest root of the recurrence's polynomial."""
    low, high = 0.0, 4 * (1 + mu) / (1 - mu) / curvature
    for _ in range(40):
        rate = (low + high) / 2
        a = rate * curvature * ((1 - mu) if form == "average" else 1)
        if form == "nesterov":
            roots = np.roots([1, -(1 + mu) * (1 - a), mu * (1 - a)])
        else:
            roots = np.roots([1, -(1 + mu - a), mu])
        low, high = (rate, high) if max(abs(roots)) < 1 else (low, rate)
    return low


def limit_by_walking(form, curvature, mu):
    low, high = 0.01 / curvature, 100 / curvature
    for _ in range(16):
        rate = (low * high) ** 0.5
        theta, v = 1.0, 0.0
        for _ in range(2000):
            at = theta - rate * mu * v if form == "nesterov" else theta
            v = mu * v + (1 - mu if form == "average" else 1) * curvature * at
            theta -= rate * v
            if abs(theta) > 1e6:
                break
        low, high = (low, rate) if abs(theta) > 1 else (rate, high)
    return high


def limit_by_table(form, curvature, mu):
    factor = {"heavy ball": 1, "average": 1 - mu, "nesterov": 1 + 2 * mu}[form]
    return (2 + 2 * mu) / (curvature * factor)


OTHERS["momentum-limit-test"] = [limit_by_roots, limit_by_walking, limit_by_table]


def drops_one_by_one(t, first, factor, at):
    rate = first
    for update in range(t + 1):
        if update in at:
            rate *= factor
    return rate


OTHERS["drops-test"] = [
    drops_one_by_one,
    lambda t, first, factor, at: first * factor ** np.searchsorted(at, t, side="right"),
    lambda t, first, factor, at: mg.schedules.piecewise_constant(
        [first * factor**k for k in range(len(at) + 1)], at
    )(t),
]


def cosine_by_sine(t, peak, floor, warmup, steps):
    if t + 1 < warmup:
        return (t + 1) * peak / warmup
    left = max(steps - 1 - t, 0) / (steps - 1 - warmup)
    return floor + (peak - floor) * math.sin(math.pi / 2 * min(left, 1)) ** 2


def cosine_by_table(t, peak, floor, warmup, steps):
    up = peak * np.arange(1, warmup + 1) / max(warmup, 1)
    angle = np.linspace(0, np.pi, steps - warmup)
    table = np.concatenate([up, (peak + floor) / 2 + (peak - floor) / 2 * np.cos(angle)])
    return table[min(t, len(table) - 1)]


def cosine_by_cases(t, peak, floor, warmup, steps):
    if t >= steps - 1:
        return floor
    if t >= warmup:
        angle = np.pi * (t - warmup) / (steps - warmup - 1)
        return 0.5 * (peak * (1 + np.cos(angle)) + floor * (1 - np.cos(angle)))
    return np.interp(t, [-1, warmup - 1], [0, peak])


OTHERS["cosine-test"] = [cosine_by_sine, cosine_by_table, cosine_by_cases]
OTHERS["inverse-root-test"] = [
    lambda t, peak, warmup: (
        peak * (t + 1) / warmup if t < warmup else peak * (warmup / (t + 1)) ** 0.5
    ),
    lambda t, peak, warmup: (
        peak * warmup**0.5 * np.minimum((t + 1) ** -0.5, (t + 1) * warmup**-1.5)
    ),
    lambda t, peak, warmup: np.float32(peak) / max(warmup / (t + 1), np.sqrt((t + 1) / warmup)),
]


def plateau_by_table(t, peak, warmup, stable, decay):
    up = np.linspace(0, peak, warmup + 1)[1:]
    down = np.linspace(peak, 0, decay + 2)[1:-1]
    table = np.concatenate([up, np.full(stable, peak), down])
    return table[t] if t < len(table) else 0.0


def plateau_by_minimum(t, peak, warmup, stable, decay):
    end = warmup + stable + decay
    return peak * max(0, min((t + 1) / warmup, 1, (end - t) / (decay + 1)))


def plateau_by_interpolation(t, peak, warmup, stable, decay):
    last = warmup + stable - 1
    return np.interp(t, [-1, warmup - 1, last, last + decay + 1], [0, peak, peak, 0])


OTHERS["plateau-test"] = [plateau_by_table, plateau_by_minimum, plateau_by_interpolation]


def triangle_step_by_step(t, low, high, half):
    rate, direction = low, 1
    for update in range(t):
        rate += direction * (high - low) / half
        if (update + 1) % half == 0:
            direction = -direction
    return rate


OTHERS["triangle-test"] = [
    triangle_step_by_step,
    lambda t, low, high, half: np.interp(t, [0, half, 2 * half], [low, high, low], period=2 * half),
    lambda t, low, high, half: (
        low + (high - low) / math.pi * math.acos(math.cos(math.pi * t / half))
    ),
]
OTHERS["per-batch-test"] = [
    lambda update, peak, epochs, batches: (
        peak * math.cos(math.pi / 2 * min(update / epochs / batches, 1)) ** 2
    ),
    lambda update, peak, epochs, batches: mg.schedules.cosine(peak, steps=epochs * batches)(update),
    lambda update, peak, epochs, batches: (
        0
        if update >= epochs * batches
        else peak / 2 * (1 + np.cos(np.pi * update / (epochs * batches)))
    ),
]


def resumed_by_steps(t, peak, old, stopped, new):
    rate = peak
    for update in range(t):
        rate -= peak / old if update < stopped else peak * (1 - stopped / old) / (new - stopped)
    return max(rate, 0)


OTHERS["resumed-test"] = [
    resumed_by_steps,
    lambda t, peak, old, stopped, new: np.interp(
        t, [0, stopped, new], [peak, peak * (old - stopped) / old, 0]
    ),
    lambda t, peak, old, stopped, new: (
        peak
        / old
        * (
            old - t
            if t <= stopped
            else (old - stopped) * np.clip((new - t) / (new - stopped), 0, 1)
        )
    ),
]


def verdict_by_lists(a, b, tuning):
    chosen = []
    for losses in (a, b):
        means = [sum(row[:tuning]) / tuning for row in losses]
        chosen.append(losses[means.index(min(means))][tuning:])
    differences = [x - y for x, y in zip(*chosen, strict=True)]
    return statistics.mean(differences), statistics.stdev(differences) / len(differences) ** 0.5


def verdict_by_sem(a, b, tuning):
    i, j = (np.argmin(np.sum(x[:, :tuning], axis=1)) for x in (a, b))
    d = (a[i] - b[j])[tuning:]
    return [np.average(d), stats.sem(d)]


def verdict_by_numpy(a, b, tuning):
    first = min(a, key=lambda row: np.mean(row[:tuning]))
    second = min(b, key=lambda row: np.mean(row[:tuning]))
    d = np.subtract(first, second)[tuning:]
    return np.array([d.mean(), np.sqrt(np.sum((d - d.mean()) ** 2) / (len(d) * (len(d) - 1)))])


OTHERS["verdict-test"] = [verdict_by_lists, verdict_by_sem, verdict_by_numpy]


def ready_made(make, gradients, start):
    """Let minigrad's optimizer walk along given gradients."""
    theta = mg.tensor(np.array(start), requires_grad=True)
    optimizer, found = make([theta]), [theta.numpy().copy()]
    for g in gradients:
        theta.grad = mg.tensor(np.array(g))
        optimizer.step()
        found.append(theta.numpy().copy())
    return found


def sums(start, steps):
    """Give the positions that steps lead to."""
    return start - np.concatenate([np.zeros((1, len(start))), np.cumsum(steps, axis=0)])


def average(values, beta):
    """Give every average with forgetting, from its weights."""
    t = np.arange(len(values))
    weights = np.tril(float(beta) ** np.clip(t[:, None] - t, 0, None)) * (1 - beta)
    return weights @ values


def adagrad_one_by_one(gradients, start, lr, eps):
    columns = []
    for theta, row in zip(start, gradients.T, strict=True):
        total, column = 0.0, [theta]
        for g in row:
            total += g * g
            column.append(column[-1] - lr * g / (total**0.5 + eps))
        columns.append(column)
    return np.transpose(columns)


OTHERS["adagrad-test"] = [
    adagrad_one_by_one,
    lambda gradients, start, lr, eps: sums(
        start, lr * gradients / (np.sqrt(np.cumsum(gradients**2, axis=0)) + eps)
    ),
    lambda gradients, start, lr, eps: ready_made(
        lambda p: mg.optim.Adagrad(p, lr=lr, eps=eps), gradients, start
    ),
]


def rmsprop_in_place(gradients, start, lr, beta, eps):
    found, s = np.tile(start, (len(gradients) + 1, 1)), np.zeros(len(start))
    for t, g in enumerate(gradients):
        s += (1 - beta) * (g * g - s)
        found[t + 1 :] -= lr * g / (eps + s**0.5)
    return found


OTHERS["rmsprop-test"] = [
    rmsprop_in_place,
    lambda gradients, start, lr, beta, eps: sums(
        start, lr * gradients / (np.sqrt(average(gradients**2, beta)) + eps)
    ),
    lambda gradients, start, lr, beta, eps: ready_made(
        lambda p: mg.optim.RMSprop(p, lr=lr, alpha=beta, eps=eps), gradients, start
    ),
]


def adam_as_printed(gradients, start, lr, beta1, beta2, eps):
    """As in the paper's section 2: the corrections are taken into the rate."""
    theta, m, s, found = start, 0.0, 0.0, [start]
    for t in range(1, len(gradients) + 1):
        g = gradients[t - 1]
        m, s = m + (1 - beta1) * (g - m), s + (1 - beta2) * (g * g - s)
        right = (1 - beta2**t) ** 0.5
        theta = theta - lr * right / (1 - beta1**t) * m / (np.sqrt(s) + eps * right)
        found.append(theta)
    return found


def adam_by_sums(gradients, start, lr, beta1, beta2, eps):
    t = np.arange(1, len(gradients) + 1)[:, None]
    m = average(gradients, beta1) / (1 - beta1**t)
    s = average(gradients**2, beta2) / (1 - beta2**t)
    return sums(start, lr * m / (np.sqrt(s) + eps))


OTHERS["adam-test"] = [
    adam_as_printed,
    adam_by_sums,
    lambda gradients, start, lr, beta1, beta2, eps: ready_made(
        lambda p: mg.optim.Adam(p, lr=lr, betas=(beta1, beta2), eps=eps), gradients, start
    ),
]


def adamw_by_shrinking(gradients, start, lr, beta1, beta2, eps, decay):
    steps = np.diff(adam_by_sums(gradients, start, lr, beta1, beta2, eps), axis=0)
    found = [start]
    for step in steps:
        found.append((1 - lr * decay) * found[-1] + step)
    return found


def adamw_by_weights(gradients, start, lr, beta1, beta2, eps, decay):
    steps = np.diff(adam_by_sums(gradients, start, lr, beta1, beta2, eps), axis=0)
    left = (1 - lr * decay) ** np.arange(len(steps) + 1)
    rows = [start * left[t] + left[:t][::-1] @ steps[:t] for t in range(len(steps) + 1)]
    return np.array(rows)


OTHERS["adamw-test"] = [
    adamw_by_shrinking,
    adamw_by_weights,
    lambda gradients, start, lr, beta1, beta2, eps, decay: ready_made(
        lambda p: mg.optim.AdamW(p, lr=lr, betas=(beta1, beta2), eps=eps, weight_decay=decay),
        gradients,
        start,
    ),
]


def adadelta_one_by_one(gradients, start, rho, eps):
    found = np.array([start] * (len(gradients) + 1))
    for k in range(len(start)):
        s = u = 0.0
        for t, g in enumerate(gradients[:, k]):
            s += (1 - rho) * (g**2 - s)
            step = g * math.sqrt((u + eps) / (s + eps))
            u += (1 - rho) * (step**2 - u)
            found[t + 1, k] = found[t, k] - step
    return found


def adadelta_by_roots(gradients, start, rho, eps):
    theta, found, s, u = np.array(start), [np.array(start)], 0 * start, 0 * start
    rms = lambda x: (x + eps) ** 0.5  # noqa: E731
    for g in gradients:
        s = rho * s + (1 - rho) * np.square(g)
        step = -rms(u) / rms(s) * g
        u = rho * u + (1 - rho) * np.square(step)
        theta = theta + step
        found.append(theta)
    return mg.tensor(np.array(found))


OTHERS["adadelta-test"] = [
    adadelta_one_by_one,
    adadelta_by_roots,
    lambda gradients, start, rho, eps: ready_made(
        lambda p: mg.optim.Adadelta(p, lr=1.0, rho=rho, eps=eps), gradients, start
    ),
]


def surprise_by_running(beta1, beta2):
    quiet = np.zeros((50_000, 1))
    quiet[-1] = 7.0
    m = (1 - beta1) * quiet[-1, 0]
    s = (1 - beta2) * quiet[-1, 0] ** 2
    t = len(quiet)
    return m / (1 - beta1**t) / np.sqrt(s / (1 - beta2**t))


OTHERS["surprise-test"] = [
    surprise_by_running,
    lambda beta1, beta2: (1 - beta1) * (1 - beta2) ** -0.5,
    lambda beta1, beta2: mg.tensor(1 - beta1) / mg.sqrt(mg.tensor(1 - beta2)),
]
