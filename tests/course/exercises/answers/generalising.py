"""Answers to the exercises of lesson 16: right ones written otherwise, and wrong ones."""

import copy
from functools import partial

import numpy as np
from sklearn.metrics import accuracy_score, precision_recall_fscore_support

RIGHT, WRONG = {}, {}

F1 = 80 / 110


def by_scikit_learn():
    ill = np.repeat([1, 0, 1, 0], [40, 10, 20, 930])
    yes = np.repeat([1, 1, 0, 0], [40, 10, 20, 930])
    scores = precision_recall_fscore_support(ill, yes, average="binary")[:3]
    return [accuracy_score(ill, yes), *scores, accuracy_score(ill, 0 * yes)]


RIGHT["metrics"] = [
    by_scikit_learn(),
    (0.97, 0.8, 0.667, 0.727, 0.94),
    np.array([970 / 1000, 40 / 50, 40 / 60, F1, 940 / 1000]),
]


WRONG["metrics"] = [
    ((0.97, 0.8, 2 / 3, 0.7333, 0.94), "not the plain mean"),
    ((0.97, 0.8, 2 / 3, 0.7303, 0.94), "harmonic"),
    ((0.97, 2 / 3, 0.8, F1, 0.94), "changed places"),
    ((0.8, 0.8, 2 / 3, F1, 0.94), "Your accuracy is the precision"),
    ((40 / 70, 0.8, 2 / 3, F1, 0.94), "leaves TN out"),
    ((0.97, 0.8, 2 / 3, F1, 0.99), "1 % ill"),
    ((0.97, 0.8, 2 / 3, F1, 0.06), "share of the ill"),
    ((0.97, 0.8, 0.5, F1, 0.94), "the healthy over all"),
    ((0.97, 0.8, 2 / 3, F1), "Five numbers"),
    ((97, 80, 66.7, 72.7, 94), "over all"),
]


def in_two_passes(model, patience, most, *, keep=np.copy, late=0, strict=True, back=True):
    losses, kept = [], []
    for _ in range(most):
        model.train_epoch()
        losses.append(model.validation_loss())
        kept.append(keep(model.weights))
        lowest = losses if strict else losses[::-1]
        best = int(np.argmin(lowest)) if strict else len(losses) - 1 - int(np.argmin(lowest))
        if len(losses) - 1 - best > patience + late:
            break
    if back:
        model.weights = kept[best]
    return best + 1, len(losses)


def whole_models(model, patience, most):
    best_loss, best_epoch, bad = None, 0, 0
    best = copy.deepcopy(model)
    for epoch in range(1, most + 1):
        model.train_epoch()
        loss = model.validation_loss()
        if best_loss is None or loss < best_loss:
            best_loss, best_epoch, bad, best = loss, epoch, 0, copy.deepcopy(model)
        elif (bad := bad + 1) == patience + 1:
            break
    model.weights = best.weights
    return [best_epoch, epoch]


def beside_the_last(model, patience, most):
    last, bad, best_epoch, weights = np.inf, 0, 0, model.weights.copy()
    for epoch in range(1, most + 1):
        model.train_epoch()
        loss = model.validation_loss()
        if loss < last:
            bad, best_epoch, weights = 0, epoch, model.weights.copy()
        else:
            bad += 1
        last = loss
        if bad > patience:
            break
    model.weights = weights
    return best_epoch, epoch


RIGHT["stop_early"] = [in_two_passes, whole_models]


WRONG["stop_early"] = [
    (partial(in_two_passes, keep=lambda weights: weights), "was it a copy"),
    (partial(in_two_passes, back=False), "was it a copy"),
    (partial(in_two_passes, late=-1), "too soon"),
    (partial(in_two_passes, late=1), "too late"),
    (partial(in_two_passes, late=99), "never stops"),
    (partial(in_two_passes, strict=False), "as good as the best"),
    (beside_the_last, "best so far"),
    (lambda *given: in_two_passes(*given)[::-1], "first of the two"),
    (lambda *given: in_two_passes(*given)[0], "two numbers"),
    (lambda model, patience, most: (1, 1), "Nothing was trained"),
]


def with_sets(x, y, patient, test, *, drop=True, ruler="kept"):
    tested = {patient[i] for i in test}
    others = [i for i in range(len(x)) if i not in set(test.tolist())]
    kept = [i for i in others if not drop or patient[i] not in tested]
    rows = {"kept": kept, "others": others, "all": list(range(len(x)))}[ruler]
    mean, std = np.mean(x[rows], axis=0), np.std(x[rows], axis=0)
    return [(x[kept] - mean) / std, y[kept], (x[test] - mean) / std, y[test]]


def with_a_mask(x, y, patient, test):
    free = np.array([person not in patient[test] for person in patient])
    center, width = x[free].mean(0), np.sqrt(x[free].var(0))
    return (x[free] - center) / width, y[free], (x[test] - center) / width, y[test]


def in_place(x, y, patient, test):
    x -= x.mean(axis=0)
    return x[test], y[test], x[test], y[test]


RIGHT["mended"] = [with_sets, with_a_mask]


WRONG["mended"] = [
    (partial(with_sets, drop=False, ruler="all"), "Nothing has changed"),
    (partial(with_sets, drop=False), "Whose rows"),
    (partial(with_sets, ruler="all"), "have seen the test rows"),
    (partial(with_sets, ruler="others"), "you have dropped"),
    (lambda *given: with_sets(*given)[:2], "four things"),
    (lambda *given: with_sets(*given)[2:] * 2, "no row in `test`"),
    (in_place, "Leave that as it is"),
]


def with_dictionaries(run, settings, tuning, fresh, *, by=0, seeds=None, middle=np.median):
    best = {}
    for method in reversed(list(settings)):
        losses = {
            setting: middle([run(method, setting, s)[by] for s in seeds or tuning])
            for setting in settings[method]
        }
        best[method] = min(losses, key=losses.get)
    apart = [run("A", best["A"], s)[1] - run("B", best["B"], s)[1] for s in fresh]
    return best["A"], best["B"], np.median(apart)


RIGHT["fair"] = [
    with_dictionaries,
    partial(with_dictionaries, middle=lambda losses: sorted(losses)[len(losses) // 2]),
]


def on_the_tuning_seeds(run, settings, tuning, fresh):
    return with_dictionaries(run, settings, tuning, tuning)


WRONG["fair"] = [
    (partial(with_dictionaries, by=1), "no test any more"),
    (partial(with_dictionaries, middle=np.mean), "One unlucky run"),
    (partial(with_dictionaries, middle=min), "luckiest"),
    (on_the_tuning_seeds, "lucky there"),
    (lambda *given: -np.array(with_dictionaries(*given)), "A's test loss minus"),
    (lambda *given: with_dictionaries(*given)[2], "three numbers"),
]


def by_counting(ill, yes, picks, *, low=2.5, average=False):
    found = []
    for rows in picks:
        pairs = [(bool(ill[i]), bool(yes[i])) for i in rows]
        right = pairs.count((True, True))
        false, missed = pairs.count((False, True)), pairs.count((True, False))
        precision = right / (right + false) if right + false else 0
        recall = right / (right + missed) if right + missed else 0
        mean = (precision + recall) / 2
        harmonic = 2 * precision * recall / (precision + recall) if right else 0
        found.append(mean if average else harmonic)
    return np.percentile(found, [low, 100 - low])


def all_at_once(ill, yes, picks):
    TP = (ill & yes)[picks].sum(axis=1)
    wrong = (ill != yes)[picks].sum(axis=1)
    F = np.divide(2 * TP, 2 * TP + wrong, out=np.zeros(len(picks)), where=2 * TP + wrong > 0)
    return tuple(np.quantile(F, [0.025, 0.975]))


RIGHT["interval"] = [by_counting, all_at_once]


WRONG["interval"] = [
    (partial(by_counting, average=True), "plain mean"),
    (partial(by_counting, low=5), "middle 90 %"),
    (partial(by_counting, low=0), "smallest and the largest"),
    (lambda ill, yes, picks: by_counting(ill, ill == yes, picks)[0], "two numbers"),
    (lambda ill, yes, picks: (0.0, 1.0), "quantiles"),
]
