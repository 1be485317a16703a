"""Right answers to the tasks of assignment 7, each written in three other ways."""

import math
import statistics

import numpy as np
import pandas as pd
from scipy.stats import binomtest

import minigrad as mg

OTHERS = {}


def halving_by_powers(budget, runs):
    rounds = 1 + math.ceil(math.log2(runs))
    left = np.ceil(runs / 2.0 ** np.arange(rounds)).astype(int)
    updates = budget // rounds // left
    updates[-1] = budget - left[:-1] @ updates[:-1]
    return np.stack([left, updates], axis=1)


def halving_backwards(budget, runs):
    left, spent, rows = runs, 0, []
    rounds = (runs - 1).bit_length() + 1
    while left > 1:
        rows.append([left, budget // (rounds * left)])
        spent += left * rows[-1][1]
        left -= left // 2
    return [*rows, [1, budget - spent]]


def halving_recursively(budget, runs):
    def rest(n, money, share):
        if n == 1:
            return ((1, money),)
        return ((n, share // n), *rest(n - n // 2, money - n * (share // n), share))

    return rest(runs, budget, budget // len(rest(runs, 0, 0)))


OTHERS["halving-test"] = [halving_by_powers, halving_backwards, halving_recursively]


def pick_in_lists(losses, rates):
    medians = [
        statistics.median(math.inf if math.isnan(loss) else loss for loss in row)
        for row in losses.tolist()
    ]
    best = medians.index(min(medians))
    return best, sorted(rates).index(rates[best]) in (0, len(rates) - 1)


def pick_by_pandas(losses, rates):
    best = pd.DataFrame(losses).fillna(np.inf).median(axis=1).idxmin()
    rank = pd.Series(rates).rank()
    return [best, rank[best] == 1 or rank[best] == len(rates)]


def pick_by_sorting(losses, rates):
    losses = np.nan_to_num(losses, nan=1e300)
    best = np.argsort(np.percentile(losses, 50, axis=1), kind="stable")[0]
    return np.array([best, not rates.min() < rates[best] < rates.max()])


OTHERS["pick-test"] = [pick_in_lists, pick_by_pandas, pick_by_sorting]


def compared_by_the_course(first, second):
    pairs = mg.course.paired(first, second)
    n = pairs.lower + pairs.higher
    p = binomtest(pairs.lower, n).pvalue if n else 1
    return pairs.lower, pairs.higher, pairs.by, p


def compared_by_every_throw(first, second):
    d = sorted(0 if a == b else a - b for a, b in zip(first, second, strict=True))
    lower, higher = sum(x < 0 for x in d), sum(x > 0 for x in d)
    throws = np.array([bin(i).count("1") for i in range(2 ** (lower + higher))])
    rare = min(lower, higher)
    p = np.mean((throws <= rare) | (throws >= lower + higher - rare))
    return np.array([lower, higher, statistics.median(d), p])


def compared_by_pascal(first, second):
    first, second = np.array(first), np.array(second)
    d = np.subtract(first, second, out=np.zeros(len(first)), where=first != second)
    signs = np.sign(d[d != 0])
    row = np.ones(1)
    for _ in signs:
        row = (np.append(row, 0) + np.append(0, row)) / 2
    rare = min((signs < 0).sum(), (signs > 0).sum())
    return [(signs < 0).sum(), (signs > 0).sum(), np.median(d), min(1, 2 * row[: rare + 1].sum())]


OTHERS["compared-test"] = [compared_by_the_course, compared_by_every_throw, compared_by_pascal]


OTHERS["choose-test"] = [
    lambda: {"optimizer": "adam", "lr": 0.04, "momentum": 0.8, "schedule": "linear", "batch": 16},
    lambda: dict(
        lr=np.float32(0.05), momentum=0.9, batch=np.int64(16), schedule="warmup", optimizer="adam"
    ),
    lambda: {"optimizer": "adam", "lr": 5e-2, "momentum": 0, "schedule": "cosine", "batch": 16.0},
]
