"""Answers to the exercises of lesson 03: right ones written otherwise, and wrong ones."""

import numpy as np

import minigrad as mg
from minigrad.course import paired

RIGHT, WRONG = {}, {}

RIGHT["signal"] = [0.25, np.sqrt(0.5) ** 4, np.float32(0.25), mg.tensor(0.25)]


WRONG["signal"] = [
    (1 / 16, "mean square. The signal"),
    (1, "ReLU out"),
    (np.sqrt(0.5), "after one layer"),
    (0.5, "the size after two"),
    (25, "0.1 squared"),
    (625, "and the size is a root"),
    (0.005**2, "left the 100 inputs out"),
    (7, "Do that four times"),
    ("small", "without quotes"),
]


def by_scipy(scores, labels):
    from scipy.special import log_softmax

    return -log_softmax(scores, axis=1)[np.arange(len(labels)), labels].mean()


def by_gaps(scores, labels):
    """Sum exponentials of the gaps to the right class, row by row, in float64."""
    return np.mean(
        [
            np.logaddexp.reduce(row.astype(float) - row[label])
            for row, label in zip(scores, labels, strict=True)
        ]
    )


def by_the_engine(scores, labels):
    return mg.nn.cross_entropy(mg.tensor(scores), labels)


RIGHT["cross_entropy"] = [by_scipy, by_gaps, by_the_engine]


def naive(scores, labels, tiny=0.0):
    p = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    return -np.log(p[range(len(labels)), labels] + tiny).mean()


def half_stable(scores, labels, tiny=0.0):
    p = np.exp(scores - scores.max(axis=1, keepdims=True))
    p = p / p.sum(axis=1, keepdims=True)
    return -np.log(p[range(len(labels)), labels] + tiny).mean()


def one_maximum(scores, labels):
    return naive(scores - scores.max(), labels)


def never_put_back(scores, labels):
    rest = np.log(np.exp(scores - scores.max(axis=1, keepdims=True)).sum(axis=1))
    return (rest - scores[range(len(labels)), labels]).mean()


def all_scores_at_once(scores, labels):
    top = scores.astype(float).max()
    total = np.log(np.exp(scores - top).sum()) + top
    return (total - scores[range(len(labels)), labels]).mean()


WRONG["cross_entropy"] = [
    (lambda s, y: naive(s.astype(float), y), "not finite for large ones"),
    (lambda s, y: naive(s - s[:, :1], y), "not finite for large ones"),
    (naive, "not finite for large ones"),
    (one_maximum, "not finite for large ones"),
    (lambda s, y: half_stable(s, y, 1e-7), "hides how wrong"),
    (lambda s, y: -by_scipy(s, y), "The sign"),
    (lambda s, y: by_scipy(s, y) * len(y), "the sum over the examples"),
    (lambda s, y: by_scipy(s, y) / len(y), "twice"),
    (lambda s, y: by_scipy(s, y) * len(y) / s.shape[1], "number of classes"),
    (lambda s, y: by_scipy(s, y) / np.log(2), "base 2"),
    (all_scores_at_once, "axis=1"),
    (never_put_back, "never put back"),
    (lambda s, y: [by_scipy(s[i : i + 1], y[i : i + 1]) for i in range(len(y))], "their mean"),
    (lambda s, y: 0.5, "0.408"),
    (lambda s, y: None, "return"),
    (lambda s, y: s / unknown, "raised NameError"),  # noqa: F821
]


def in_place(scores, labels):
    scores -= scores.max(axis=1, keepdims=True)
    return by_scipy(scores, labels)


WRONG["cross_entropy"] += [(in_place, "changed the scores")]


def loader(pair, batch_size=64):
    return mg.data.minibatches(*pair, batch_size, rng=np.random.default_rng(0))


def report(fit, data, train="train", test="test", count=lambda right, total: right / total):
    read = fit(loader(getattr(data, train)))
    right = total = 0
    for images, labels in loader(getattr(data, test)):
        right += np.sum(read(images) == labels)
        total += len(labels)
    return count(right, total)


def in_one_call(fit, data):
    """Train on batches of another size, and read all test images at once, as a tensor."""
    read = fit(loader(data.train, 7))
    images, labels = data.test
    return mg.tensor(np.mean(read(mg.tensor(images)) == labels))


def in_a_list(fit, data):
    """Train on a single batch, and read the test images one by one, last first."""
    read = fit([data.train])
    pairs = list(zip(*data.test, strict=True))[::-1]
    return [read(image)[0] == label for image, label in pairs].count(True) / len(pairs)


RIGHT["report"] = [report, in_one_call, in_a_list]


def both(data):
    return tuple(np.concatenate(pair) for pair in zip(data.train, data.test, strict=True))


def judged_on_everything(fit, data):
    read = fit(loader(data.train))
    images, labels = both(data)
    return np.mean(read(images) == labels)


def trained_on_everything(fit, data):
    read = fit(loader(both(data)))
    images, labels = data.test
    return np.mean(read(images) == labels)


def partly_leaked(fit, data):
    read = fit([*loader(data.train), [data.test[0][:5], data.test[1][:5]]])
    images, labels = data.test
    return np.mean(read(images) == labels)


def mean_of_means(fit, data):
    read = fit(loader(data.train))
    return np.mean([np.mean(read(images) == labels) for images, labels in loader(data.test)])


def fit_alone(fit, data):
    fit(loader(data.train))
    return 1.0


def first_batch_only(fit, data):
    read = fit(loader(data.train))
    images, labels = next(iter(loader(data.test)))
    return np.mean(read(images) == labels)


def half_trained(fit, data):
    read = fit([next(iter(loader(data.train)))])
    images, labels = data.test
    return np.mean(read(images) == labels)


WRONG["report"] = [
    (lambda f, d: report(f, d, test="train"), "measures its memory"),
    (lambda f, d: report(f, d, train="test"), "both halves use the test images"),
    (lambda f, d: report(f, d, train="test", test="train"), "changed places"),
    (trained_on_everything, "test images as well"),
    (partly_leaked, "None of them may be trained on"),
    (judged_on_everything, "were trained on"),
    (first_batch_only, "64 of the 70"),
    (half_trained, "64 of the 100"),
    (mean_of_means, "not batches"),
    (lambda f, d: report(f, d, count=lambda r, t: r), "how many"),
    (lambda f, d: report(f, d, count=lambda r, t: 1 - r / t), "share of mistakes"),
    (lambda f, d: report(f, d, count=lambda r, t: 100 * r / t), "per cent"),
    (lambda f, d: report(f, d, count=lambda r, t: r / len(d.train[1])), "training images"),
    (lambda f, d: report(f, d, count=lambda r, t: r / 2), "number of batches"),
    (lambda f, d: report(f, d, count=lambda r, t: 1.0), "a wrong count"),
    (lambda f, d: 1.0, "Nothing was trained"),
    (fit_alone, "never asked"),
    (lambda f, d: None, "return"),
    (lambda f, d: d.validation, "raised AttributeError"),
]


def median_loss(run, name, lr, seeds):
    return np.median([run(name, lr, seed) for seed in seeds])


def compare(run, rates, tuning, fresh, middle=np.median):
    best = {}
    for name in ["A", "B"]:
        losses = np.array([[run(name, lr, seed) for seed in tuning] for lr in rates])
        best[name] = rates[middle(losses, axis=1).argmin()]
    return sum(run("A", best["A"], seed) < run("B", best["B"], seed) for seed in fresh)


def by_paired(run, rates, tuning, fresh):
    ends = []
    for name in "AB":
        medians = {lr: median_loss(run, name, lr, tuning) for lr in rates}
        lr = min(medians, key=medians.get)
        ends.append([run(name, lr, seed) for seed in fresh])
    return paired(*ends).lower


RIGHT["compare"] = [compare, by_paired, lambda *a: mg.tensor(float(compare(*a)))]


def one_rate_for_both(run, rates, tuning, fresh):
    lr = min(rates, key=lambda lr: median_loss(run, "A", lr, tuning))
    return sum(run("A", lr, seed) < run("B", lr, seed) for seed in fresh)


def best_of_all(run, rates, tuning, fresh):
    def lowest(name, seed):
        return min(run(name, lr, seed) for lr in rates)

    return sum(lowest("A", seed) < lowest("B", seed) for seed in fresh)


WRONG["compare"] = [
    (one_rate_for_both, "rate that suits A"),
    (best_of_all, "its own best rate. Nobody knows"),
    (lambda run, rates, t, f: compare(run, rates, f, f), "flatters"),
    (lambda run, rates, t, f: compare(run, rates, t, t), "fresh seeds"),
    (lambda run, rates, t, f: compare(run, rates, [*t, *f], f), "those that judge them included"),
    (lambda run, rates, t, f: compare(run, rates, t, [*t, *f]), "counted as well"),
    (lambda run, rates, t, f: compare(run, rates, t[:1], f), "One run chose"),
    (lambda *a: compare(*a, middle=np.mean), "Take the median"),
    (lambda *a: compare(*a, middle=np.min), "luckiest"),
    (lambda run, rates, t, f: compare(run, rates, t, f) / len(f), "share"),
    (lambda run, rates, t, f: len(f) - compare(run, rates, t, f), "not lower"),
    (lambda run, rates, t, f: 2 * len(f), "lowest median"),
    (lambda run, rates, t, f: None, "return"),
    (lambda run, rates, t, f: run("C", rates[0], t[0]), "raised ValueError"),
]


def softmax(scores):
    return np.exp(scores) / np.exp(scores).sum()


def by_matrix(scores, label):
    p, wanted = softmax(scores), np.eye(scores.size)[label]
    return (np.diag(p) - np.outer(p, p)) @ (2 * (p - wanted))


def by_finite_differences(scores, label):
    def loss(scores):
        return np.sum((softmax(scores) - np.eye(scores.size)[label]) ** 2)

    steps = 1e-5 * np.eye(scores.size)
    return [(loss(scores + step) - loss(scores - step)) / 2e-5 for step in steps]


def by_backward(scores, label):
    z = mg.tensor(scores, requires_grad=True)
    return mg.grad(mg.sum((mg.softmax(z) - np.eye(z.size)[label]) ** 2), z)


RIGHT["slope"] = [by_matrix, by_finite_differences, by_backward]


def of_p(rule):
    return lambda scores, label: rule(softmax(scores), np.eye(scores.size)[label])


WRONG["slope"] = [
    (of_p(lambda p, y: p - y), "slope of the cross-entropy"),
    (of_p(lambda p, y: 2 * (p - y)), "in the probabilities"),
    (of_p(lambda p, y: 2 * (p - y) * p * (1 - p)), "every score"),
    (of_p(lambda p, y: 2 * (p - y) * p), "first term"),
    (lambda s, y: by_matrix(s, y) / 2, "2 is missing"),
    (lambda s, y: -by_matrix(s, y), "turned over"),
    (lambda s, y: by_matrix(s, y) / s.size, "mean over the classes"),
    (of_p(lambda p, y: np.sum((p - y) ** 2)), "the loss, not its slope"),
    (lambda s, y: s, "which entries differ"),
    (lambda s, y: "flat", "without quotes"),
    (lambda s, y: None, "return"),
]
