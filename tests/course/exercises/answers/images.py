"""Answers to the exercises of lesson 19: right ones written otherwise, and wrong ones."""

from functools import partial

import numpy as np

import minigrad as mg

RIGHT, WRONG = {}, {}


RIGHT["counted"] = [
    [1168, 784, 7850],
    (16 * 8 * 9 + 16, 16 * 49, 16 * 49 * 10 + 10),
    np.array([1168.0, 784.0, 7850.0]),
]


WRONG["counted"] = [
    ([16 * 9 + 16, 784, 7850], "eight maps at once"),
    ([16 * 8 * 9, 784, 7850], "Each filter has a bias"),
    ([1168, 784, 7840], "ten scores"),
    ([1168, 16 * 4 * 4, 160 * 4 * 4 + 10], "after the pooling"),
    ([1168, 16 * 3 * 3, 160 * 3 * 3 + 10], "halved the sides twice"),
    ([1168, 16 * 14 * 14, 160 * 14 * 14 + 10], "forgot the pooling"),
    ([1168, 16 * 5 * 5, 160 * 5 * 5 + 10], "Without it"),
    ([1, 2, 3], "one halving"),
]


def by_the_engine(image, weight, b):
    x = mg.tensor(image[None, None])
    maps = mg.nn.windows.conv2d(x, weight[None, None], bias=np.array([b]))
    return mg.relu(maps).numpy()[0, 0]


def by_loops(image, weight, b, *, bend=True, turn=False, bias=1, short=0):
    (h, w), (rows, columns) = weight.shape, image.shape
    out = []
    for i in range(rows - h + 1 - short):
        line = []
        for j in range(columns - w + 1 - short):
            total = b * bias
            for k in range(h):
                for m in range(w):
                    taken = weight[h - 1 - k, w - 1 - m] if turn else weight[k, m]
                    total += image[i + k, j + m] * taken
            line.append(max(total, 0) if bend else total)
        out.append(line)
    return out


RIGHT["feature_map"] = [by_the_engine, by_loops]


WRONG["feature_map"] = [
    (partial(by_loops, turn=True), "turned round"),
    (partial(by_loops, bend=False), "ReLU is missing"),
    (partial(by_loops, bias=0), "bias is missing"),
    (partial(by_loops, bias=0, bend=False), "bias and ReLU"),
    (partial(by_loops, short=1), "too small"),
    (lambda image, weight, b: by_loops(np.pad(image, 1), weight, b), "zeros around"),
    (lambda image, weight, b: 0 * image, "where that is negative"),
]


def by_padding(images, down, right):
    n, height, width = images.shape
    wide = np.pad(images, ((0, 0), (1, 1), (1, 1)))
    out = np.empty_like(images)
    for k in range(n):
        i, j = 1 - down[k], 1 - right[k]
        out[k] = wide[k, i : i + height, j : j + width]
    return out


def by_rolling(images, down, right, *, first=False, white=True):
    out = np.zeros_like(images)
    for k, image in enumerate(images):
        i, j = (down[0], right[0]) if first else (down[k], right[k])
        moved = np.roll(image, (i, j), axis=(0, 1))
        if white and i:
            moved[0 if i > 0 else -1] = 0
        if white and j:
            moved[:, 0 if j > 0 else -1] = 0
        out[k] = moved
    return out


RIGHT["mended"] = [by_padding, by_rolling]


WRONG["mended"] = [
    (partial(by_rolling, first=True, white=False), "Nothing has changed"),
    (partial(by_rolling, white=False), "comes in at the other"),
    (partial(by_rolling, first=True), "the first one's way"),
    (lambda images, down, right: by_padding(images, right, down), "changed places"),
    (lambda images, down, right: by_padding(images, -down, -right), "opposite way"),
    (lambda images, down, right: images, "Nothing moves"),
    (lambda images, down, right: 0 * images, "zeros"),
]


def with_loops(run, rates, tries, fresh, *, which=0, judged=1, own=True, ends=(0, -1), unseen=None):
    best = {}
    for schedule in ("constant", "cosine"):
        scores = {r: sorted(run(schedule, r, s)[which] for s in tries)[2] for r in rates}
        best[schedule] = min(scores, key=scores.get)
    if not own:
        best["cosine"] = best["constant"]
    gaps = sorted(
        run("cosine", best["cosine"], s)[judged] - run("constant", best["constant"], s)[judged]
        for s in fresh
    )
    seen = [rate for name, rate in best.items() if name != unseen]
    short = any(rate in [rates[k] for k in ends] for rate in seen)
    return gaps[len(gaps) // 2], short


RIGHT["race"] = [with_loops, lambda *given: list(with_loops(*given))]


WRONG["race"] = [
    (partial(with_loops, which=1), "no test any more"),
    (partial(with_loops, judged=0), "that you chose by"),
    (partial(with_loops, judged=2), "judge by the accuracy"),
    (partial(with_loops, own=False), "Each has its own"),
    (partial(with_loops, ends=(-1,)), "at the lower end"),
    (partial(with_loops, ends=(0,)), "at the upper end"),
    (partial(with_loops, unseen="constant"), "both schedules count"),
    (partial(with_loops, unseen="cosine"), "one of the two rates"),
    (lambda *given: (with_loops(*given)[0], False), "You never say"),
    (lambda *given: with_loops(*given)[0], "two things"),
    (lambda *given: (0.0, True), "lowest median validation loss"),
]


def count_by_count(truth, answers, classes, *, turned=False, diagonal=True):
    table = np.zeros((classes, classes), dtype=int)
    for is_, said in zip(truth, answers, strict=True):
        table[(said, is_) if turned else (is_, said)] += 1
    wrong = {
        (i, j): table[i, j] for i in range(classes) for j in range(classes) if diagonal or i != j
    }
    return table, max(wrong, key=wrong.get)


def by_scikit_learn(truth, answers, classes):
    from sklearn.metrics import confusion_matrix

    table = confusion_matrix(truth, answers, labels=range(classes))
    return table, count_by_count(truth, answers, classes, diagonal=False)[1]


RIGHT["confusion"] = [partial(count_by_count, diagonal=False), by_scikit_learn]


WRONG["confusion"] = [
    (partial(count_by_count, turned=True, diagonal=False), "transposed"),
    (count_by_count, "on the diagonal"),
    (lambda *given: (by_scikit_learn(*given)[0], by_scikit_learn(*given)[1][::-1]), "other way"),
    (lambda *given: by_scikit_learn(*given)[0], "two things"),
    (lambda *given: (by_scikit_learn(*given)[0], 3), "a pair"),
    (lambda truth, answers, classes: (np.eye(classes), (0, 1)), "largest"),
]
