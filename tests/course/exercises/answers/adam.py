"""Answers to the exercises of lesson 11: right ones written otherwise, and wrong ones."""

import math
from functools import partial

import numpy as np

import minigrad as mg

RIGHT, WRONG = {}, {}


def by_the_engine(theta, grads, make, **options):
    """Let an optimizer of the engine walk by gradients that are given."""
    parameter = mg.tensor(np.array(theta), requires_grad=True)
    optimizer = make([parameter], **options)
    path = [parameter.numpy().copy()]
    for g in grads:
        parameter.grad = mg.tensor(np.array(g))
        optimizer.step()
        path.append(parameter.numpy().copy())
    return np.array(path)


engine = by_the_engine([2.0], [[-30.0]], mg.optim.AdamW, lr=0.1, weight_decay=0.2)
RIGHT["landing"] = [2.06, 0.98 * 2 + 0.1, engine[-1], [2.06]]


WRONG["landing"] = [
    (2.1, "decay is missing"),
    (1.7, "not by λ"),
    (1.86, "gradient is negative"),
    (4.96, "plain descent"),
    (1.96 + 0.3162, "without the correction"),
    (1.97, "m is corrected as well"),
    (2.08, "the weight is 2"),
    (2.1188, "second update"),
    (0.06, "how far it moved"),
    (1.96, "decay alone"),
    (2.14, "towards 0"),
    (-1.0, "its sign alone"),
    (17, "what the decay leaves"),
]


def with_ones(theta, grads, lr, beta1s, beta2, eps):
    m, s, ones, twos = 0 * theta, 0 * theta, 0.0, 0.0
    for b, g in zip(beta1s, grads, strict=True):
        m, ones = m + (1 - b) * (g - m), ones + (1 - b) * (1 - ones)
        s, twos = s + (1 - beta2) * (g * g - s), twos + (1 - beta2) * (1 - twos)
        theta = theta - lr * (m / ones) / (np.sqrt(s / twos) + eps)
    return theta


def with_powers(theta, grads, lr, beta1s, beta2, eps, *, weights="1 - product", square=True):
    m = s = np.zeros_like(theta)
    product = 1.0
    for t, (b, g) in enumerate(zip(beta1s, grads, strict=True)):
        product *= b
        m = b * m + (1 - b) * g
        s = beta2 * s + (1 - beta2) * (g**2 if square else g)
        total = eval(weights, {}, {"product": product, "b": b, "t": t, "b0": beta1s[0]})
        theta = theta - lr * m / total / (np.sqrt(s / (1 - beta2 ** (t + 1))) + eps)
    return theta


def in_place(theta, grads, lr, beta1s, beta2, eps):
    theta -= lr
    return theta


RIGHT["varied"] = [with_ones, with_powers]


WRONG["varied"] = [
    (partial(with_powers, weights="1"), "m is not corrected"),
    (partial(with_powers, weights="1 - b ** (t + 1)"), "while β₁ stays the same"),
    (partial(with_powers, weights="1 - b0 ** (t + 1)"), "first β₁ alone"),
    (partial(with_powers, weights="1 - b"), "latest β₁"),
    (partial(with_powers, square=False), "nan"),
    (lambda t, g, lr, b, beta2, eps: 2 * t - with_ones(t, g, lr, b, beta2, eps), "climbs"),
    (lambda *a: with_ones(*a) - a[0], "how far it has moved"),
    (lambda *a: with_ones(*a[:-1], 0.0), "left out"),
    (lambda *a: a[0], "with a 1 in place"),
    (in_place, "changed the theta"),
]


def decoupled(theta, grads, lr, weight_decay):
    walked = by_the_engine(
        theta, grads, mg.optim.AdamW, lr=lr, betas=(0.9, 0.99), weight_decay=weight_decay
    )
    return walked[-1]


def coupled(theta, grads, lr, weight_decay):
    walked = by_the_engine(
        theta, grads, mg.optim.Adam, lr=lr, betas=(0.9, 0.99), weight_decay=weight_decay
    )
    return walked[-1]


def planted(theta, grads, lr, weight_decay, *, m_mended=False, s_mended=False, by_rate=False):
    m = s = np.zeros_like(theta)
    for t, g in enumerate(grads):
        m = 0.9 * m + 0.1 * g
        s = 0.99 * s + 0.01 * g**2
        m_hat, s_hat = m / (1 - 0.9 ** (t + 1)), s / (1 - 0.99 ** (t + 1))
        m, s = m if m_mended else m_hat, s if s_mended else s_hat
        keep = 1 - (lr if by_rate else 1) * weight_decay
        theta = keep * theta - lr * m_hat / (np.sqrt(s_hat) + 1e-8)
    return theta


RIGHT["mended"] = [decoupled, partial(planted, m_mended=True, s_mended=True, by_rate=True)]


WRONG["mended"] = [
    (planted, "Nothing has changed"),
    (partial(planted, by_rate=True), "corrected again at the"),
    (partial(planted, m_mended=True, s_mended=True), "averages are right now"),
    (partial(planted, s_mended=True, by_rate=True), "`m` is still corrected"),
    (partial(planted, m_mended=True, by_rate=True), "`s` is still corrected"),
    (partial(planted, s_mended=True), "the decay lacks the rate"),
    (coupled, "L2"),
    (lambda theta, grads, lr, lam: decoupled(theta, grads, lr, 0.0), "decay is gone"),
    (lambda theta, grads, lr, lam: theta, "names of their own"),
]


def by_shrinking(lr, weight_decay, new_lr):
    """Convert by what an update takes off a weight."""
    taken = 1 - (1 - lr * weight_decay)
    return np.array([taken / new_lr, taken])


RIGHT["convert"] = [by_shrinking, lambda lr, lam, new: [lr / new * lam, lam * lr]]


WRONG["convert"] = [
    (lambda lr, lam, new: (lr * lam, lr * lam / new), "that is λ′"),
    (lambda lr, lam, new: (lam, lr * lam), "unchanged"),
    (lambda lr, lam, new: (lam * new / lr, lr * lam), "wrong way"),
    (lambda lr, lam, new: (lam * new, lr * lam), "with the new rate"),
    (lambda lr, lam, new: (lr / new, lr * lam), "ratio of the rates"),
    (lambda lr, lam, new: (lam * math.sqrt(lr / new), lr * lam), "the root"),
    (lambda lr, lam, new: (7.0, lr * lam), "Make them equal"),
    (lambda lr, lam, new: (lr * lam / new, lam), "no rate multiplies"),
    (lambda lr, lam, new: (lr * lam / new, lam * new), "not in the old run"),
    (lambda lr, lam, new: (lr * lam / new, lr * lam / new), "the same number"),
    (lambda lr, lam, new: (lr * lam / new, 1 / (lr * lam)), "how many updates"),
    (lambda lr, lam, new: (lr * lam / new, 1 - lr * lam), "what is kept"),
    (lambda lr, lam, new: (lr * lam / new, lam / lr), "divided by the rate"),
    (lambda lr, lam, new: (lr * lam / new, 7.0), "take off"),
    (lambda lr, lam, new: lr * lam, "Return two numbers"),
]


def tuned(run, rates, tuning, *, low=True, high=True, middle=np.median):
    rates = sorted(rates)
    while True:
        medians = [middle([run(lr, seed) for seed in tuning]) for lr in rates]
        at = medians.index(min(medians))
        if at == 0 and low:
            rates = [rates[0] / 2, *rates]
        elif at == len(rates) - 1 and high:
            rates = [*rates, rates[-1] * 2]
        else:
            return rates[at]


def compared(run_a, run_b, rates_a, rates_b, tuning, fresh, *, chosen=None, judged=None, **how):
    a = tuned(run_a, rates_a, chosen or tuning, **how)
    b = tuned(run_b, rates_b, chosen or tuning, **how)
    lower = sum(run_a(a, s) < run_b(b, s) for s in judged or fresh)
    return [a, b, lower]


RIGHT["choose"] = [compared, lambda *given: np.array(compared(*given), dtype=float)]


WRONG["choose"] = [
    (partial(compared, low=False, high=False), "beyond the edge"),
    (partial(compared, low=False), "upper end alone"),
    (partial(compared, high=False), "lower end alone"),
    (lambda *given: compared(*given, chosen=given[-1]), "the ones that race"),
    (lambda *given: compared(*given, judged=given[-2]), "chose the rates"),
    (partial(compared, middle=np.min), "luckiest"),
    (lambda *given: compared(*given)[:2], "Return three numbers"),
    (lambda *given: [1.0, 2.0, 3], "worse neighbour"),
]


def from_the_walk(grads, lr, beta1, beta2):
    m = s = 0.0
    steps = []
    for n, g in enumerate(grads, start=1):
        m += (1 - beta1) * (g - m)
        s += (1 - beta2) * (g * g - s)
        up, across = m / (1 - beta1**n), math.sqrt(s / (1 - beta2**n))
        steps.append(-4 * lr / math.pi * math.atan2(up, across))
    return steps


RIGHT["bounded_steps"] = [from_the_walk, lambda *given: tuple(from_the_walk(*given))]


def divided(grads, lr, beta1, beta2):
    m = s = 0.0
    steps = []
    for n, g in enumerate(grads, start=1):
        m, s = beta1 * m + (1 - beta1) * g, beta2 * s + (1 - beta2) * g**2
        quotient = np.float64(m / (1 - beta1**n)) / np.sqrt(s / (1 - beta2**n))
        steps.append(-lr * 4 / np.pi * np.arctan(quotient))
    return np.array(steps)


WRONG["bounded_steps"] = [
    (divided, "0 by 0"),
    (lambda *given: np.pi / 4 * np.array(from_the_walk(*given)), "4/π is missing"),
    (lambda *given: (np.pi / 4) ** 2 * np.array(from_the_walk(*given)), "upside down"),
    (lambda *given: -np.array(from_the_walk(*given)), "uphill"),
    (lambda *given: np.cumsum(from_the_walk(*given)), "the places"),
    (lambda *given: from_the_walk(*given)[-1], "the last step alone"),
    (
        lambda grads, lr, b1, b2: np.diff(
            by_the_engine([0.0], grads[:, None], mg.optim.Adam, lr=lr, betas=(b1, b2))[:, 0]
        ),
        "Adam itself",
    ),
    (lambda grads, lr, b1, b2: 0 * grads, "corrected moments"),
]
