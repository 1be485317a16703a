"""Answers to the exercises of lesson A2: right ones written otherwise, and wrong ones."""

import math

import numpy as np

import minigrad as mg

RIGHT, WRONG = {}, {}

RIGHT["following"] = [0.01, 0.03 / 3, np.float32(0.01), mg.tensor(0.01)]


WRONG["following"] = [
    (0.03, "has not stopped there"),
    (0.1, "a third of it ended lower"),
    (0.3, "ended higher"),
    (1, "the cliff"),
    (0.003, "goes by thirds"),
    (0.05, "Between two rates"),
    (0.15, "That is a loss"),
    (0.2, "which step"),
    ("the second", "without quotes"),
]


def by_ratio(losses):
    if not np.all(np.isfinite(losses)):
        return 1 / 10
    means = [np.mean(losses[i : i + 5]) / losses[0] for i in range(len(losses) - 4)]
    return 0.1 if max(means) > 1.05 else 1 if means[-1] < 0.95 else 10


def by_sums(losses):
    sums = np.cumsum([0.0, *losses])
    means = (sums[5:] - sums[:-5]) / 5
    rises = not np.isfinite(means).all() or means.max() / losses[0] - 1 > 0.05
    return 0.1 if rises else [10, 1.0][int(1 - means[-1] / losses[0] > 0.05)]


RIGHT["short_run"] = [by_ratio, by_sums]


def smoothed(losses):
    return np.array([losses[i : i + 5].mean() for i in range(len(losses) - 4)])


def judging(
    broken=lambda v: not np.isfinite(v).all(),
    high=lambda v: smoothed(v).max(),
    end=lambda v: smoothed(v)[-1],
    small=None,
    factors=(0.1, 10, 1),
):
    """Write step 2 of the chart with the slips that a reader may make."""

    def short_run(losses):
        least = 0.05 * losses[0] if small is None else small
        if broken(losses) or high(losses) > losses[0] + least:
            return factors[0]
        return factors[1] if end(losses) >= losses[0] - least else factors[2]

    return short_run


# An infinite loss makes a mean infinite, which is higher than anything.
RIGHT["short_run"] += [judging(broken=lambda v: np.isnan(v).any())]


WRONG["short_run"] = [
    (judging(factors=(10, 0.1, 1)), "wrong way round"),
    (judging(broken=lambda v: False), "every comparison with nan"),
    (judging(broken=lambda v: not np.isfinite(v[-1])), "on the way and came back"),
    (judging(high=lambda v: smoothed(v)[-1]), "not the last"),
    (judging(high=lambda v: v[-1], end=lambda v: v[-1]), "one batch decides"),
    (judging(high=np.max), "hard batch is no jump. Look"),
    (judging(end=lambda v: v[-1]), "easy batch is no fall"),
    (judging(high=np.max, end=lambda v: v[-1]), "Nothing is smoothed"),
    (judging(end=lambda v: smoothed(v).min()), "has not fallen"),
    (judging(small=0.05), "not 0.05"),
    (judging(factors=(0.1, 1, 1)), "needs a larger rate"),
    (judging(end=lambda v: v[1]), "First look for losses"),
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


RIGHT["converted"] = [1 / 6, np.float32(1 / 6), 0.05 / (1 - 0.9) * 3 / 9]


WRONG["converted"] = [
    (0.5, "a quarter as large"),
    (0.05 / 3, "counts once"),
    (0.005 / 3, "not fall further"),
    (1.5, "upside down"),
    (0.125, "not far below 64"),
    (0.015, "made of 1 - μ"),
    (0.25, "square root"),
    (0.5 * 65 / 257, "with k alone"),
    (0.05, "Two lines of the table"),
]


def by_recursion(short, whole, first):
    def walk(run, rate, loss, factor):
        after = run(rate * factor)
        return walk(run, rate * factor, after, factor) if after < loss else rate

    best = walk(short, first, short(first), 3)
    return walk(whole, best, whole(best), 1 / 3)


def with_lists(short, whole, first):
    rates, ends = [first], [short(first)]
    while len(ends) < 2 or ends[-1] < ends[-2]:
        rates.append(3 * rates[-1])
        ends.append(short(rates[-1]))
    rates, ends = [rates[-2]], [whole(rates[-2])]
    while len(ends) < 2 or ends[-1] < ends[-2]:
        rates.append(rates[-1] / 3)
        ends.append(whole(rates[-1]))
    return rates[-2]


RIGHT["chart"] = [by_recursion, with_lists]


def climbing(short, first):
    rate, loss = first, short(first)
    while (after := short(3 * rate)) < loss:
        rate, loss = 3 * rate, after
    return rate, loss


def only_up(short, whole, first):
    return climbing(short, first)[0]


def one_third(short, whole, first):
    rate, _ = climbing(short, first)
    return rate / 3 if whole(rate / 3) < whole(rate) else rate


def down_with(run, rate, loss, part=3):
    while (after := run(rate / part)) < loss:
        rate, loss = rate / part, after
    return rate, loss


def short_both_ways(short, whole, first):
    rate, loss = climbing(short, first)
    return down_with(short, rate, loss)[0]


def short_against_whole(short, whole, first):
    rate, loss = climbing(short, first)
    return down_with(whole, rate, loss)[0]


def by_tenths(short, whole, first):
    rate, _ = climbing(short, first)
    return down_with(whole, rate, whole(rate), 10)[0]


def the_loss(short, whole, first):
    rate, _ = climbing(short, first)
    return down_with(whole, rate, whole(rate))[1]


WRONG["chart"] = [
    (only_up, "where the climb stops"),
    (one_third, "one third only"),
    (short_both_ways, "asks the whole runs"),
    (short_against_whole, "compares a whole run with a short one"),
    (by_tenths, "not by tenths"),
    (the_loss, "Return the rate"),
    (lambda short, whole, first: first, "First climb"),
]
