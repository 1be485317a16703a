"""Answers to the exercises of lesson 21: right ones written otherwise, and wrong ones."""

import itertools
import math
from functools import partial

import numpy as np

RIGHT, WRONG = {}, {}

PEAK = 1 / 160


RIGHT["peaks"] = [
    [PEAK / 4, PEAK, PEAK / 2, PEAK / 2],
    (0.0015625, 0.00625, 0.003125, 0.003125),
    [0.00156, 0.00625, 0.00313, 0.00313],
    np.array([min(n**-0.5, n * w**-1.5) / 8 for n, w in [(100, 400), (400, 400), (1600, 400),
                                                         (1600, 800)]]),
]  # fmt: skip


WRONG["peaks"] = [
    ([PEAK / 4, PEAK, PEAK / 2, PEAK / 2 / math.sqrt(2)], "Twice the warmup"),
    ([2 * p for p in (PEAK, 4 * PEAK, 2 * PEAK, 2 * PEAK)], "The width is missing"),
    ([PEAK / 32, PEAK / 8, PEAK / 16, PEAK / 16], "not by d"),
    ([PEAK / 2, PEAK, PEAK / 2, PEAK / 2], "a quarter of the peak"),
    ([PEAK / 4, PEAK, PEAK / 4, PEAK / 4], "falls with the root"),
    ([PEAK / 4, PEAK, PEAK / 2], "1/160"),
    ([0.5, 1, 0.5, 0.5], "1/160"),
]


def one_by_one(t, d, W, *, first=1, both=min):
    def one(n):
        fall = n**-0.5 if n else math.inf
        return both(fall, n * W**-1.5) / math.sqrt(d)

    found = [one(int(u) + first) for u in np.ravel(t)]
    return np.reshape(found, np.shape(t))


def by_peak(t, d, W):
    share = (np.asarray(t) + 1) / W
    return np.where(share < 1, share, 1 / np.sqrt(share)) / np.sqrt(d * W)


def a_class(t, d, W):
    n = 1 + t
    rise, fall = n / W / np.sqrt(d * W), 1 / np.sqrt(d * n)
    return fall - np.maximum(fall - rise, 0)


RIGHT["rate"] = [one_by_one, by_peak, a_class]


WRONG["rate"] = [
    (partial(one_by_one, both=max), "takes the larger"),
    (partial(one_by_one, first=0), "number n = 1"),
    (lambda t, d, W: np.sqrt(d) * by_peak(t, d, W), "width is missing"),
    (lambda t, d, W: by_peak(t, d, W) / np.sqrt(d), "not by d"),
    (lambda t, d, W: d * by_peak(t, d, W), "multiply by"),
    (lambda t, d, W: np.minimum((t + 1) / W, 1) / np.sqrt(d * W), "never falls"),
    (lambda t, d, W: 1 / np.sqrt(d * (t + 1)), "no rise"),
    (lambda t, d, W: by_peak(t, d, W) / 2, "smaller of"),
]


def row_by_row(targets, start, pad, *, count_padding=False, shift=1):
    inputs, labels, counted = [], [], []
    for row in targets.tolist():
        beginning = [start, *row]
        inputs.append(beginning[1 - shift : len(row) + 1 - shift])
        labels.append(row)
        counted.append([count_padding or token != pad for token in row])
    return inputs, labels, counted


def rolled(targets, start, pad):
    inputs = np.roll(targets, 1, axis=1)
    inputs[:, 0] = start
    return [inputs, targets.copy(), 1 - (targets == pad)]


RIGHT["mended"] = [row_by_row, rolled]


WRONG["mended"] = [
    (partial(row_by_row, count_padding=True, shift=0), "Nothing has changed"),
    (partial(row_by_row, count_padding=True), "easy to say"),
    (partial(row_by_row, shift=0), "very sign"),
    (lambda y, start, pad: (rolled(y, start, pad)[0], y, y == pad), "wrong way round"),
    (lambda y, start, pad: (rolled(y, pad, pad)[0], y, y != pad), "sign for the start"),
    (lambda y, start, pad: rolled(y, start, pad)[:2], "three arrays"),
    (lambda y, start, pad: (np.c_[rolled(y, start, pad)[0][:, :1], y[:, 1:]], y, y != pad), "over"),
    (lambda y, start, pad: (y[:, :-1], y[:, 1:], y[:, 1:] != pad), "has the shape"),
]


def in_loops(q, k, v, padding, *, scaled=True, left_out=True):
    rows = []
    for query in q:
        seen = [i for i in range(len(k)) if not (left_out and padding[i])]
        root = math.sqrt(len(query)) if scaled else 1
        e = {i: math.exp(sum(a * b for a, b in zip(query, k[i], strict=True)) / root) for i in seen}
        rows.append(sum(e[i] / sum(e.values()) * v[i] for i in seen))
    return rows


def only_the_real(q, k, v, padding):
    scores = q @ k[~padding].T / q.shape[1] ** 0.5
    e = np.exp(scores)
    return e / e.sum(1, keepdims=True) @ v[~padding]


def a_very_low_score(q, k, v, padding):
    scores = q @ k.T / np.sqrt(q.shape[-1]) - 1e9 * padding
    e = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return np.einsum("ts,sm->tm", e / e.sum(axis=-1)[:, None], v)


RIGHT["attend"] = [in_loops, only_the_real, a_very_low_score]


WRONG["attend"] = [
    (partial(in_loops, left_out=False), "still gets its share"),
    (partial(in_loops, scaled=False), "not scaled"),
    (lambda q, k, v, padding: in_loops(q, k, v, ~padding), "padding alone"),
    (lambda q, k, v, padding: 2 * only_the_real(q, k, v, padding), "minus infinity"),
]


def by_logarithms(following, length, width, *, most=None):
    beam = {(): 0.0}
    for _ in range(length):
        grown = {
            (*prefix, token): score + math.log(p)
            for prefix, score in beam.items()
            for token, p in enumerate(following(prefix))
        }
        best = sorted(grown, key=grown.get, reverse=True)[: most or width]
        beam = {prefix: grown[prefix] for prefix in best}
    return max(beam, key=beam.get)


def with_arrays(following, length, width):
    prefixes, totals = [[]], np.ones(1)
    for _ in range(length):
        grown = totals[:, None] * np.array([following(prefix) for prefix in prefixes])
        best = np.argsort(-grown, axis=None)[:width]
        rows, tokens = np.unravel_index(best, grown.shape)
        prefixes = [[*prefixes[i], int(j)] for i, j in zip(rows, tokens, strict=True)]
        totals = grown[rows, tokens]
    return np.array(prefixes[0])


def all_of_them(following, length, width):
    n = len(following(()))

    def probability(tokens):
        return math.prod(following(tokens[:i])[token] for i, token in enumerate(tokens))

    return max(itertools.product(range(n), repeat=length), key=probability)


RIGHT["beam"] = [by_logarithms, with_arrays]


WRONG["beam"] = [
    (partial(by_logarithms, most=1), "greedy decoding"),
    (all_of_them, "every translation"),
    (lambda following, length, width: by_logarithms(following, length, width + 1), "one more"),
    (lambda following, length, width: with_arrays(following, length - 1, width), "`length` signs"),
    (lambda following, length, width: [0] * length, "empty beginning"),
    (
        lambda following, length, width: (0.5, by_logarithms(following, length, width)),
        "no probability",
    ),
]
