"""Answers to the exercises of lesson 04: right ones written otherwise, and wrong ones."""

from functools import partial

import numpy as np

import minigrad as mg

RIGHT, WRONG = {}, {}

RIGHT["landing"] = [-0.216, (1 - 1.6) ** 3, np.float32(-0.216), mg.tensor(-0.216)]


WRONG["landing"] = [
    (0.216, "which side"),
    (-0.6, "after one update"),
    (0.36, "after two updates"),
    (0.1296, "one update too many"),
    (3 * -0.6, "a power, not a product"),
    (1 - 3 * 1.6, "first step three times"),
    (2.6**3, "climbs"),
    (0.8**3, "left the curvature out"),
    (0.2**3, "8θ, not 4θ"),
    (-0.22, "three digits"),
    ([1, -0.6, 0.36, -0.216], "one number"),
    (7, "as a factor times θ"),
    ("left", "without quotes"),
]


def by_bisection(hessian):
    """Find where the two extreme factors have the same size, without the formula."""
    curvatures = np.linalg.eigvals(hessian).real
    low, high = 0.0, 2 / max(curvatures)
    for _ in range(60):
        rate = (low + high) / 2
        if 1 - rate * min(curvatures) > rate * max(curvatures) - 1:
            low = rate
        else:
            high = rate
    return low


RIGHT["best_rate"] = [
    by_bisection,
    lambda h: mg.tensor(2 / np.linalg.eigvalsh(h)[[0, -1]].sum()),
    lambda h: 2 / (np.linalg.norm(h, 2) + 1 / np.linalg.norm(np.linalg.inv(h), 2)),
]


def eigenvalues(rule):
    return lambda hessian: rule(np.linalg.eigvalsh(hessian))


WRONG["best_rate"] = [
    (eigenvalues(lambda v: 2 / v[-1]), "largest stable rate"),
    (eigenvalues(lambda v: 1 / v[-1]), "slower than need be"),
    (eigenvalues(lambda v: 1 / (v[-1] + v[0])), "Half of it"),
    (lambda h: 2 / np.trace(h), "added all eigenvalues up"),
    (lambda h: 2 / (np.diag(h).max() + np.diag(h).min()), "used the diagonal"),
    (eigenvalues(lambda v: 2 / v[0]), "diverges"),
    (eigenvalues(lambda v: 2 / (v[-1] - v[0])), "A plus became a minus"),
    (np.linalg.cond, "condition number"),
    (eigenvalues(lambda v: (v[-1] - v[0]) / (v[-1] + v[0])), "shrinks the distance"),
    (eigenvalues(lambda v: 2 / v), "Return one number"),
    (lambda h: 0.1, "Which two eigenvalues"),
    (lambda h: 2 / unknown, "raised NameError"),  # noqa: F821
]


def fit(x, y, lr, updates, *, mean_w=np.mean, mean_b=np.mean, sign=-1, two=2, late=False, less=0):
    """Fit a line by gradient descent, with the slips that a reader may make."""
    w = b = 0.0
    for _ in range(updates - less):
        error = w * x + b - y
        w_new = w + sign * lr * two * mean_w(error * x)
        error = w_new * x + b - y if late else error
        w, b = w_new, b + sign * lr * two * mean_b(error)
    return w, b


def by_the_engine(x, y, lr, updates):
    inputs, theta = np.stack([x, np.ones_like(x)], 1), mg.tensor(np.zeros(2), requires_grad=True)
    for _ in range(updates):
        theta.grad = None
        mg.mean((mg.tensor(inputs) @ theta - y) ** 2).backward()
        with mg.no_grad():
            theta -= lr * theta.grad
    return theta.numpy()


RIGHT["fit"] = [fit, by_the_engine]


def mean_twice(values):
    return np.mean(values) / len(values)


def by_a_hundred(values):
    return np.sum(values) / 100


WRONG["fit"] = [
    (partial(fit, **slip), hears)
    for slip, hears in [
        ({"mean_w": np.sum, "mean_b": np.sum}, "the same factor"),
        ({"mean_w": by_a_hundred, "mean_b": by_a_hundred}, "not as many"),
        ({"mean_b": np.sum}, "step of w is mended"),
        ({"mean_w": np.sum}, "step of b is mended"),
        ({"mean_w": mean_twice, "mean_b": mean_twice}, "divide by N twice"),
        ({"sign": 1}, "climbs"),
        ({"two": 1}, "2 went missing"),
        ({"late": True}, "the same place"),
        ({"less": 1}, "one update less"),
        ({"two": 3}, "depend on how many examples"),
    ]
]


WRONG["fit"] += [
    (lambda *arguments: fit(*arguments)[0], "Which lines depend"),
    (lambda *arguments: fit(*arguments)[::-1], "wrong order"),
]


def by_trying(grad, hessian):
    """Search the ray for its lowest point."""
    rates = np.linspace(0, 4, 400_001)
    return rates[np.argmin(-rates * (grad @ grad) + rates**2 / 2 * (grad @ hessian @ grad))]


def by_mean_curvature(grad, hessian):
    """Average the curvatures, each with the gradient's share in its direction."""
    curvatures, directions = np.linalg.eigh(hessian)
    return 1 / np.average(curvatures, weights=(directions.T @ grad) ** 2)


RIGHT["exact_rate"] = [
    by_trying,
    lambda g, h: np.sum(g**2) / np.sum(np.outer(g, g) * h),
    by_mean_curvature,
]


WRONG["exact_rate"] = [
    (lambda g, h: (g @ h @ g) / (g @ g), "turn the fraction over"),
    (lambda g, h: 2 * (g @ g) / (g @ h @ g), "exactly as high"),
    (lambda g, h: (g @ g) / (2 * g @ h @ g), "Half of the right one"),
    (lambda g, h: np.linalg.norm(g) / (g @ h @ g), "missing a square"),
    (lambda g, h: (g @ h @ g) / (h @ g @ (h @ g)), "next gradient shortest"),
    (lambda g, h: -(g @ g) / (g @ h @ g), "is positive"),
    (lambda g, h: 2 / np.linalg.eigvalsh(h)[-1], "the limit"),
    (lambda g, h: 1 / np.linalg.eigvalsh(h)[-1], "can do better"),
    (lambda g, h: 2 / np.linalg.eigvalsh(h)[[0, -1]].sum(), "a whole walk"),
    (lambda g, h: g**2 / (g * (h @ g)), "Return one number"),
    (lambda g, h: None, "return"),
]


def sharpness():
    """Return that of logistic regression on the tumours, by the engine, at zero weights."""
    x, y = mg.data.breast_cancer().train
    inputs, targets = mg.tensor(x.astype(np.float64)), y.astype(np.float64)
    weights = mg.tensor(np.zeros(30), requires_grad=True)

    def loss(weights):
        return mg.nn.binary_cross_entropy_with_logits(inputs @ weights, targets)

    v = np.ones(30)
    for _ in range(40):
        v = mg.hvp(loss, weights, v / np.linalg.norm(v)).numpy()
    return np.linalg.norm(v)


SHARPNESS = sharpness()
RIGHT["limit"] = [2 / SHARPNESS, round(2 / SHARPNESS, 3)]


WRONG["limit"] = [
    (SHARPNESS, "That is the sharpness"),
    (2 * SHARPNESS, "sharper the bowl"),
    (2 / (4 * SHARPNESS), "left out the ¼"),
    (2 / (455 * SHARPNESS), "loss is their mean"),
    (1 / SHARPNESS, "half the limit"),
    (0.3 * SHARPNESS, "divide 2 by it"),
    (round(2 / SHARPNESS, 1), "three digits"),
    ([2 / SHARPNESS] * 2, "one number"),
]
