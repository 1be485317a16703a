"""Answers to the exercises of lesson A2: right ones written otherwise, and wrong ones."""

import math

import numpy as np

import minigrad as mg

RIGHT, WRONG = {}, {}

RIGHT["kept"] = [0.06, np.float32(0.06), mg.tensor(0.06)]


WRONG["kept"] = [
    (0.18, "diverged"),
    (0.02, "ended lower"),
    (0.1, "nothing has shown it"),
    (0.24, "That is a loss"),
    (0.54, "over the cliff"),
    ("the second", "without quotes"),
]


def by_ratio(losses):
    if not np.all(np.isfinite(losses)):
        return 1 / 10
    ratio = losses[-1] / losses[0]
    return 0.1 if ratio > 1.05 else 1 if ratio < 0.95 else 10


def by_sign(losses):
    change = (losses[-1] - losses[0]) / losses[0]
    moved = np.nan_to_num(change, nan=1.0) if np.isfinite(losses).all() else 1.0
    return {1: 0.1, 0: 10.0, -1: 1.0}[int(np.sign(moved) * (abs(moved) > 0.05))]


RIGHT["short_run"] = [by_ratio, by_sign]


def judging(broken=lambda v: not np.isfinite(v).all(), end=-1, small=None, factors=(0.1, 10, 1)):
    """Write step 2 of the chart with the slips that a reader may make."""

    def short_run(losses):
        last = np.nanmin(losses) if end == "lowest" else losses[end]
        least = 0.05 * losses[0] if small is None else small
        if broken(losses) or last > losses[0] + least:
            return factors[0]
        return factors[1] if last >= losses[0] - least else factors[2]

    return short_run


def every_rise_is_a_jump(losses):
    if not np.isfinite(losses).all() or losses[-1] > losses[0]:
        return 0.1
    return 10 if losses[-1] > 0.95 * losses[0] else 1


WRONG["short_run"] = [
    (judging(factors=(10, 0.1, 1)), "wrong way round"),
    (judging(broken=lambda v: False), "every comparison with nan"),
    (judging(broken=lambda v: not np.isfinite(v[-1])), "on the way and came back"),
    (judging(broken=lambda v: np.isnan(v).any()), "infinity is not"),
    (judging(end="lowest"), "not the lowest"),
    (every_rise_is_a_jump, "one part in fifty"),
    (judging(small=0.05), "not 0.05"),
    (judging(factors=(0.1, 1, 1)), "needs a larger rate"),
    (judging(end=1), "First look for losses"),
    (lambda losses: "divide", "without quotes"),
    (lambda losses: None, "return"),
]


def with_a_list(run, first):
    rates, losses = [first], [run(first)]
    while True:
        rates.append(rates[-1] * 3)
        losses.append(run(rates[-1]))
        if math.isnan(losses[-1]) or losses[-1] >= losses[-2]:
            return rates[-2]


def calling_itself(run, first, loss=None):
    loss = run(first) if loss is None else loss
    following = run(3 * first)
    return calling_itself(run, 3 * first, following) if following < loss else first


RIGHT["climb"] = [with_a_list, calling_itself]


def forgets_the_new_loss(run, first):
    rate, loss = first, run(first)
    while run(3 * rate) < loss:
        rate *= 3
    return rate


def waits_for_higher(run, first):
    rate, loss = first, run(first)
    while not (following := run(3 * rate)) > loss:
        rate, loss = 3 * rate, following
    return rate


def one_too_far(run, first):
    rate, loss = first, run(first)
    while (following := run(3 * rate)) < loss:
        rate, loss = 3 * rate, following
    return 3 * rate


def one_too_few(run, first):
    rate, loss, before = first, run(first), first
    while (following := run(3 * rate)) < loss:
        before, rate, loss = rate, 3 * rate, following
    return before


def gives_the_loss(run, first):
    rate, loss = first, run(first)
    while (following := run(3 * rate)) < loss:
        rate, loss = 3 * rate, following
    return loss


def by_tens(run, first):
    rate, loss = first, run(first)
    while (following := run(10 * rate)) < loss:
        rate, loss = 10 * rate, following
    return rate


WRONG["climb"] = [
    (forgets_the_new_loss, "walks past the lowest"),
    (waits_for_higher, "never stops"),
    (one_too_far, "after the best one"),
    (one_too_few, "before the best one"),
    (lambda run, first: first, "never moves"),
    (gives_the_loss, "Return the rate"),
    (by_tens, "ended lowest"),
]


RIGHT["converted"] = [0.125, 1 / 8, np.float32(0.05 / (1 - 0.9) * 8 / 32)]


WRONG["converted"] = [
    (0.5, "a quarter as large"),
    (0.0125, "counts once"),
    (0.00125, "not fall further"),
    (2.0, "noisier"),
    (0.01125, "made of 1 - μ"),
    (0.25, "square root"),
    (0.05, "Two lines of the table"),
]
