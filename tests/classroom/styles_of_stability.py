"""Right answers to the tasks of assignment 6, each written in three other ways."""

import math

import numpy as np
from sklearn.metrics import precision_recall_fscore_support
from sklearn.preprocessing import StandardScaler

import minigrad as mg

OTHERS = {}


def signal_layer_by_layer(depth, width, std):
    factor = 1.0
    for _ in range(depth):
        factor *= width * std * std
        factor /= 2
    return factor


OTHERS["signal-test"] = [
    signal_layer_by_layer,
    lambda depth, width, std: math.exp(depth * (math.log(width / 2) + 2 * math.log(std))),
    lambda depth, width, std: np.prod(np.full(depth, 0.5 * width * std**2)),
]


def one_step_in_loops(pieces, counts, limit):
    n = sum(counts)
    total = [
        sum(c * g[j] for c, g in zip(counts, pieces, strict=True)) / n
        for j in range(len(pieces[0]))
    ]
    length = math.sqrt(sum(x * x for x in total))
    return [x * limit / length if length > limit else x for x in total]


def one_step_by_the_engine(pieces, counts, limit):
    theta = mg.tensor(np.zeros(pieces.shape[1]), requires_grad=True)
    theta.grad = mg.tensor(np.average(pieces, axis=0, weights=counts))
    mg.nn.clip_grad_norm_([theta], limit)
    return theta.grad


OTHERS["one-step-test"] = [
    one_step_in_loops,
    one_step_by_the_engine,
    lambda pieces, counts, limit: (
        (g := np.average(pieces, axis=0, weights=counts))
        / max(1.0, float(np.linalg.norm(g)) / limit)
    ),
]


def layer_norm_row_by_row(z, gain, shift, eps):
    rows = []
    for row in z:
        mean = sum(row) / len(row)
        variance = sum((x - mean) ** 2 for x in row) / len(row)
        rows.append([
            g * (x - mean) * (variance + eps) ** -0.5 + b
            for x, g, b in zip(row, gain, shift, strict=True)
        ])  # fmt: skip
    return rows


def layer_norm_by_the_engine(z, gain, shift, eps):
    layer = mg.nn.LayerNorm(z.shape[1], eps=eps, dtype=mg.float64)
    layer.weight.data, layer.bias.data = gain, shift
    return layer(mg.tensor(z))


OTHERS["layer-norm-test"] = [
    layer_norm_row_by_row,
    layer_norm_by_the_engine,
    lambda z, gain, shift, eps: (
        (z.T - z.mean(1)) / np.sqrt((z**2).mean(1) - z.mean(1) ** 2 + eps)
    ).T * gain + shift,
]  # fmt: skip


def stop_by_counting_back(losses, patience, by):
    better = []
    for epoch, loss in enumerate(losses):
        if loss < (losses[better[-1]] if better else math.inf) - by:
            better.append(epoch)
        if epoch - (better[-1] if better else -1) == patience:
            break
    return (better or [0])[-1], epoch + 1


def stop_in_a_while(losses, patience, by):
    epoch, kept, best = 0, -1, float("inf")
    while epoch < len(losses) and epoch - kept <= patience:
        if best - losses[epoch] > by:
            kept, best = epoch, losses[epoch]
        epoch += 1
    return np.array([max(kept, 0), epoch])


def stop_recursively(losses, patience, by, best=math.inf, kept=0, waited=0, epoch=0):
    if epoch == len(losses) or waited == patience:
        return [kept, epoch]
    if losses[epoch] + by < best:
        return stop_recursively(losses, patience, by, losses[epoch], epoch, 0, epoch + 1)
    return stop_recursively(losses, patience, by, best, kept, waited + 1, epoch + 1)


OTHERS["stop-test"] = [stop_by_counting_back, stop_in_a_while, stop_recursively]


def report_by_scikit_learn(matrix):
    n = len(matrix)
    actual = np.repeat(np.arange(n), matrix.sum(axis=1))
    said = np.concatenate([np.repeat(np.arange(n), row) for row in matrix])
    three = precision_recall_fscore_support(actual, said, labels=range(n), zero_division=0)
    return np.transpose(three[:3])


def report_of_shares(matrix):
    with np.errstate(invalid="ignore"):
        precision = np.nan_to_num(np.diag(matrix) / matrix.sum(axis=0))
        recall = np.nan_to_num(np.diag(matrix) / matrix.sum(axis=1))
        f1 = np.nan_to_num(2 * precision * recall / (precision + recall))
    return np.stack([precision, recall, f1], axis=1)


def report_in_lists(matrix):
    rows = []
    for i, row in enumerate(matrix.tolist()):
        column = [other[i] for other in matrix.tolist()]
        hits, false, missed = row[i], sum(column) - row[i], sum(row) - row[i]
        below = [hits + false, hits + missed, hits + (false + missed) / 2]
        rows.append([hits / b if b else 0 for b in below])
    return rows


OTHERS["report-test"] = [report_by_scikit_learn, report_of_shares, report_in_lists]


def scaled_by_scikit_learn(train, test):
    scaler = StandardScaler().fit(train)
    return scaler.transform(train), scaler.transform(test)


def scaled_column_by_column(train, test):
    found = np.array(train, float), np.array(test, float)
    for j in range(train.shape[1]):
        mean = sum(train[:, j]) / len(train)
        deviation = math.sqrt(sum((x - mean) ** 2 for x in train[:, j]) / len(train))
        for part in found:
            part[:, j] = (part[:, j] - mean) / (deviation if deviation > 1e-12 else 1)
    return found


OTHERS["scaled-test"] = [
    scaled_by_scikit_learn,
    scaled_column_by_column,
    lambda train, test: [
        (x - train.mean(0)) / (train.std(0) + (np.ptp(train, axis=0) == 0)) for x in (train, test)
    ],
]
