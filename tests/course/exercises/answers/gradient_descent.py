"""Answers to the exercises of lesson 04: right ones written otherwise, and wrong ones."""

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


def column_by_column(inputs):
    """Loop where the model answer broadcasts."""
    result = np.zeros_like(inputs)
    for j, column in enumerate(inputs.T):
        if column.min() < column.max():
            result[:, j] = (column - np.mean(column)) / np.std(column)
    return result


RIGHT["standardise"] = [
    column_by_column,
    lambda x: np.nan_to_num((x - x.mean(0)) / x.std(0)),
    lambda x: (x - x.mean(axis=0)) / (x.std(axis=0) + 1e-12),
    lambda x: mg.tensor(column_by_column(x)),
]


def nonzero(spread):
    return np.where(spread > 0, spread, 1)


WRONG["standardise"] = [
    (lambda x: (x - x.mean()) / x.std(), "one mean and one deviation for all"),
    (lambda x: (x - x.mean(0)) / x.std(0), "became nan"),
    (lambda x: (x.T - x.mean(1)).T / x.std(1)[:, None], "of each example"),
    (lambda x: (x - x.mean(0)) / x.std(), "that of the whole table"),
    (lambda x: (x - x.mean()) / nonzero(x.std(0)), "mean is still that"),
    (lambda x: (x - x.mean(0)) / nonzero(x.var(0)), "variance"),
    (lambda x: x - x.mean(0), "not 1 yet"),
    (lambda x: x / nonzero(x.std(0)), "not 0 yet"),
    (lambda x: (x - x.mean(0)) / nonzero(x.std(0, ddof=1)), "ddof=1"),
    (lambda x: (x - x.min(0)) / nonzero(np.ptp(x, axis=0)), "range from 0 to 1"),
    (lambda x: np.where(x.std(0) > 0, column_by_column(x), x), "left as it was"),
    (lambda x: column_by_column(x)[:, x.std(0) > 0], "left out the column"),
    (lambda x: x / np.linalg.norm(x, axis=1, keepdims=True), "which columns have mean 0"),
    (lambda x: None, "return"),
]

RIGHT["pair"] = [
    (0.29, 1.32),
    [1.32, 0.29],
    np.array([0.2904, 1.3216]),
    mg.tensor([0.29, 1.32]),
]

WRONG["pair"] = [
    ((0.476, 0.476), "best constant rate, twice"),
    ((0.5, 0.5), "limit, twice"),
    ((0.25, 0.25), "steepest direction, twice"),
    ((5.0, 0.25), "Each end gets to 0"),
    ((0.27, 2.0), "two ends of the line only"),
    ((0.476, 0.25), "left of the"),
    ((0.476, 5.0), "thrown out"),
    ((0.66, 0.145), "Half of the right"),
    ((2.64, 0.58), "Twice the right"),
    ((0.3, 1.2), "Search both on one grid"),
    ((np.nan, 0.3), "Search both on one grid"),
    (0.29, "two rates"),
    ((0.2, 0.3, 0.4), "two rates"),
    ("fast", "without quotes"),
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
