"""The exercises of lesson 18, *Noise as a regulariser*."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .drawing import Generator, between, normal, sizes, whole
from .exercise import Exercise, call, numbers
from .verdict import Complaint

# A slip is what is said, and below it the wrong answer that is meant.
# fmt: off

Array = NDArray[Any]

_AS_IS = [2.0, -1.0, 0.0, 5.0]

outputs = Exercise(
    answer=[[5.0, 0.0, 0.0, 12.5], _AS_IS],
    praise="What is kept is divided by 0.4 in training, and evaluation leaves all as it is.",
    slips={
        "What is kept has to make up for what is dropped. By how much?":
            [[2.0, 0.0, 0.0, 5.0], _AS_IS],
        "You divide by p. What is kept is kept with another probability.":
            [[2 / 0.6, 0.0, 0.0, 5 / 0.6], _AS_IS],
        "What is kept should grow, not shrink: the mean over many calls is the input.":
            [[0.8, 0.0, 0.0, 2.0], _AS_IS],
        "That is the older form, which scales in evaluation. In this one evaluation does nothing.":
            [[2.0, 0.0, 0.0, 5.0], [0.8, -0.4, 0.0, 2.0]],
        "Training is right. In evaluation the mean is right already: does it need a factor?":
            [[5.0, 0.0, 0.0, 12.5], [5.0, -2.5, 0.0, 12.5]],
        "Training is right. You scale down in evaluation, although training scaled up already.":
            [[5.0, 0.0, 0.0, 12.5], [0.8, -0.4, 0.0, 2.0]],
        "Training is right. In evaluation no unit is dropped.":
            [[5.0, 0.0, 0.0, 12.5], [2.0, 0.0, 0.0, 5.0]],
        "The second number is the one that is dropped; you kept it and dropped the others.":
            [[0.0, -2.5, 0.0, 0.0], _AS_IS],
        "You divide by the share that was kept this time. The factor hangs on p alone.":
            [[2 / 0.75, 0.0, 0.0, 5 / 0.75], _AS_IS],
        "The two are swapped: first training, then evaluation.":
            [_AS_IS, [5.0, 0.0, 0.0, 12.5]],
    },
    otherwise="In training 0 where it is dropped, and the input over 1 - p where it is kept; in "
    "evaluation the input.",
)


def _dropout(
    factor: Callable[[Array, float], Any] = lambda u, p: (u >= p) / (1 - p),
    back: Callable[[Array, float], Any] | None = None,
    use: Callable[[Array, Array, Array, float], Any] = lambda x, g, u, p: (x, g),
    all_gone: bool = True,
    gradient: Callable[[Array, Array, Any], Any] = lambda x, g, by: g * by,
) -> Callable[..., Any]:
    """Write dropout with its derivative, and the slips."""

    def dropout(x: Array, g: Array, u: Array, p: float, training: bool) -> Any:
        if not training:
            return use(x, g, u, p)
        if p == 1 and all_gone:
            return 0 * x, 0 * g
        with np.errstate(all="ignore"):
            by = factor(u, p)
            return by * x, gradient(x, g, by if back is None else back(u, p))

    return dropout


def _gradient_as_it_came(x: Array, g: Array, u: Array, p: float, training: bool) -> Any:
    return _dropout()(x, g, u, p, training)[0], g


def _two(answer: Any, x: Array, g: Array, u: Array, p: float, training: bool) -> Any:
    returned = call(answer, x, g, u, p, training)
    if not isinstance(returned, tuple | list) or len(returned) != 2:
        raise Complaint("Return two arrays: the output, and the gradient with respect to x.")
    return list(returned)


def _kept(u: Array, p: float) -> Array:
    return (u >= p) * 1.0


def _draw_dropout(rng: Generator) -> tuple[Any, ...]:
    (n,) = sizes(rng, 1, low=4, high=7)
    u = np.round(rng.uniform(0.02, 0.98, n), 2)
    p = between(rng, 0.25, 0.75)
    u[0], u[1] = round(p / 2, 3), round((1 + p) / 2, 3)  # at least one of each
    return normal(rng, n), normal(rng, n), u, p, bool(rng.random() < 0.7)


_X, _G, _U = np.array([1.5, -2.0, 0.5]), np.array([1.0, 2.0, -1.0]), np.array([0.1, 0.45, 0.9])

dropout = Exercise(
    answer=_dropout(),
    use=_two,
    draw=_draw_dropout,
    edges=((_X, _G, _U, 0.4, True), (_X, _G, _U, 0.4, False), (_X, _G, _U, 1.0, True)),
    praise="One factor for each unit, the same on the way forth and back; in evaluation, none.",
    slips={
        "What is kept is not scaled. Its mean over many masks is not x.": _dropout(_kept),
        "The output is scaled now. The gradient goes through the same factor.":
            _dropout(back=_kept),
        "The gradient is g in yours, as if nothing had been dropped. What is the output's slope?":
            _gradient_as_it_came,
        "A unit is dropped where u lies below p. In yours it is kept there.":
            _dropout(lambda u, p: (u < p) / (1 - p)),
        "You divide by p. With which probability is a unit kept?":
            _dropout(lambda u, p: (u >= p) / p),
        "You multiply by 1 - p. What is kept should grow.":
            _dropout(lambda u, p: (u >= p) * (1 - p)),
        "Evaluation drops as well in yours. There nothing is to happen.":
            _dropout(use=lambda x, g, u, p: ((u >= p) / (1 - p) * x, (u >= p) / (1 - p) * g)),
        "Evaluation scales by 1 - p in yours. Training has made up for that already.":
            _dropout(use=lambda x, g, u, p: ((1 - p) * x, (1 - p) * g)),
        "You divide by the share that this mask keeps. The factor hangs on p alone.":
            _dropout(lambda u, p: (u >= p) / max((u >= p).mean(), 1e-9)),
        "With p = 1 you divide by 0. There all is dropped: zeros.": _dropout(all_gone=False),
        "The gradient has x in it. The output is linear in x.":
            _dropout(gradient=lambda x, g, by: g * by * x),
    },
    otherwise="factor = (u >= p) / (1 - p), and then factor * x and factor * g; in evaluation x "
    "and g as they are.",
)


def _ema(
    past: Callable[[float], float] = lambda beta: beta,
    count: Callable[[int, int], float] = lambda n, start: n - start,
    correct: bool = True,
    first: int = 0,
    begin: bool = False,
) -> Callable[..., Any]:
    """Write an average with a warm start, and the slips."""

    def mended(places: Sequence[Array], beta: float, start: int) -> Any:
        kept = places[start + first :]
        average = places[0] * (1.0 if begin else 0.0)
        for theta in kept:
            average = past(beta) * average + (1 - past(beta)) * theta
        with np.errstate(all="ignore"):
            return average / (1 - beta ** count(len(places), start) if correct else 1.0)

    return mended


def _swapped(beta: float) -> float:
    return 1 - beta


def _length(n: int, start: int) -> float:
    return n


def _mean(places: Sequence[Array], beta: float, start: int) -> Any:
    return np.mean(places[start:], axis=0)


def _draw_ema(rng: Generator) -> tuple[Any, ...]:
    (n,) = sizes(rng, 1, low=2, high=4)
    start = whole(rng, 1, 4)
    length = start + whole(rng, 3, 5)
    return [normal(rng, n) for _ in range(length)], between(rng, 0.6, 0.95), start


mended = Exercise(
    answer=_ema(),
    draw=_draw_ema,
    edges=(([np.array([2.0]), np.array([3.0]), np.array([3.0])], 0.9, 1),),
    praise="On a walk that stands still it gives that place, whatever β and the warm start.",
    slips={
        "Nothing has changed yet. What should come out where all places are the same?":
            _ema(_swapped, _length),
        "The weights are right now. How many places have been averaged?": _ema(count=_length),
        "The count is right now. How much weight should the newest place have if β is 0.99?":
            _ema(_swapped),
        "Without the division the zero at the beginning counts as a place.": _ema(correct=False),
        "One place too few: the one at `start` belongs in.": _ema(first=1),
        "Your count leaves out one place too many: there are len(places) - start of them.":
            _ema(count=lambda n, start: n - start - 1),
        "Your count is one too high: there are len(places) - start of them.":
            _ema(count=lambda n, start: n - start + 1),
        "It begins at the first place and is divided all the same. One or the other.":
            _ema(begin=True),
        "It begins at the first place, which the warm start should leave out.":
            _ema(begin=True, correct=False),
        "All places count alike in yours: that is SWA. An EMA forgets.": _mean,
        "That is the last place.": lambda places, beta, start: places[-1],
    },
    otherwise="From `start` on, average = beta * average + (1 - beta) * theta, and in the end a "
    "division by 1 - beta ** (len(places) - start).",
)


@dataclass(frozen=True)
class Runs:
    """Stands for training: a result that hangs on the settings, on the half, and on luck."""

    best: Mapping[str, float]
    offset: float
    luck: int

    def __call__(self, seed: int, tuning: bool, **settings: float) -> float:
        """Return the share that is misread."""
        half = 1 + bool(tuning)
        rng = np.random.default_rng([self.luck, half, int(seed)])
        share = 10 + rng.normal() + 6 * (rng.random() < 0.25)
        for name, value in sorted(settings.items()):
            far = np.log2(value / self.best[name]) + (0 if tuning else self.offset)
            own = np.random.default_rng([self.luck, half, int(seed), int(1e6 * value)])
            share += far**2 / 2 + own.normal() + 5 * (own.random() < 0.25)
        return round(float(share), 6)


def _fair(
    middle: Callable[[Any], Any] = np.mean,
    tune_on: Callable[[Any, Any], Any] = lambda tries, seeds: tries,
    half: bool = True,
    race_half: bool = False,
    cut: bool = True,
    choose: Callable[[Any], Any] = np.argmin,
    told: Callable[[Array, Array], Any] = lambda x, bare: ((x < bare).sum(), np.median(x - bare)),
    best_of_seeds: bool = False,
) -> Callable[..., Any]:
    """Compare fairly, and the slips."""

    def fair(run: Any, without: Any, having: Any, tries: Any, seeds: Any) -> Any:
        budget = min(len(without), len(having)) if cut else None

        def race(settings: Any) -> Array:
            tried = settings[:budget]
            scores = [middle([run(s, half, **k) for s in tune_on(tries, seeds)]) for k in tried]
            best = tried[int(choose(scores))]
            if best_of_seeds:
                return np.min([[run(s, race_half, **k) for s in seeds] for k in tried], axis=0)
            return np.array([run(s, race_half, **best) for s in seeds])

        bare = race(without)
        return told(race(having), bare)

    return fair


def _draw_fair(rng: Generator) -> tuple[Any, ...]:
    best = {"lr": between(rng, 0.03, 0.08), "p": between(rng, 0.3, 0.5)}
    rates = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32]
    without = [{"lr": lr} for lr in rng.permutation(rates).tolist()]
    having = [{"lr": lr, "p": p} for lr in (0.02, 0.08) for p in (0.2, 0.4, 0.6)]
    having = [having[i] for i in rng.permutation(6)]
    if rng.random() < 0.5:
        without = without[: whole(rng, 2, 3)]
    else:
        having = having[: whole(rng, 2, 3)]
    first = whole(rng, 0, 99)
    tries, seeds = list(range(first + 100, first + 103)), list(range(first, first + 7))
    return Runs(best, between(rng, 0.8, 1.6), whole(rng, 0, 9999)), without, having, tries, seeds


fair = Exercise(
    answer=_fair(),
    use=numbers(2, "Return two numbers: the count of pairs, and the median difference."),
    draw=_draw_fair,
    draws=10,
    praise="One budget, two halves, fresh seeds, pairs: that is what \"helps\" means.",
    slips={
        "One side had more settings to choose from. Cut the longer list.": _fair(cut=False),
        "You tune on the seeds that race. Tune on `tries`.":
            _fair(tune_on=lambda tries, seeds: seeds),
        "You choose on the half that judges the race. Choose on the tuning half.":
            _fair(half=False),
        "You race on the half that was tuned on. Race on the other one.": _fair(race_half=True),
        "The halves are swapped: choose with tuning=True, race with tuning=False.":
            _fair(half=False, race_half=True),
        "You choose by the luckiest try. The mean was asked for.": _fair(middle=np.min),
        "You choose by the median. The mean was asked for.": _fair(middle=np.median),
        "You choose the worst settings: a misread share should be low.": _fair(choose=np.argmax),
        "You choose no settings: the first of the list races.":
            _fair(choose=lambda scores: 0),
        "You take the best settings for each seed anew. Choose once, beforehand.":
            _fair(best_of_seeds=True),
        "You count the pairs in which X is higher.":
            _fair(told=lambda x, bare: ((x > bare).sum(), np.median(x - bare))),
        "The difference is the other way round: with X minus without.":
            _fair(told=lambda x, bare: ((x < bare).sum(), np.median(bare - x))),
        "You take the difference of the medians. Pairs first: the median of the differences.":
            _fair(told=lambda x, bare: ((x < bare).sum(), np.median(x) - np.median(bare))),
        "You take the mean difference. One wild run moves it: take the median.":
            _fair(told=lambda x, bare: ((x < bare).sum(), np.mean(x - bare))),
        "You give the share of the pairs. The count was asked for.":
            _fair(told=lambda x, bare: ((x < bare).mean(), np.median(x - bare))),
        "The two come in the other order: first the count.":
            _fair(told=lambda x, bare: (np.median(x - bare), (x < bare).sum())),
    },
    otherwise="Cut both lists to the shorter length, choose by the mean over `tries` with tuning "
    "True, race on `seeds` with tuning False, and compare pair by pair.",
)


def _mixup(
    weight: Callable[[Array], Array] = lambda share: share,
    labels_mixed: bool = True,
    images_mixed: bool = True,
    label_weight: Callable[[Array], Array] | None = None,
    label_partner: Callable[[Array], Array] = lambda partner: partner,
    hard: bool = False,
    returned: Callable[[Any, Any], Any] = lambda x, targets: (x, targets),
    one: bool = False,
    back: bool = False,
) -> Callable[..., Any]:
    """Write mixup and its slips."""

    def mixup(x: Array, labels: Array, share: Array, partner: Array, classes: int) -> Any:
        rows = np.argsort(partner) if back else partner
        share = np.full(share.shape, share[0]) if one else share
        targets, by = np.eye(classes)[labels], weight(share)[:, None]
        also = by if label_weight is None else label_weight(share)[:, None]
        mixed = by * x + (1 - by) * x[rows]
        soft = also * targets + (1 - also) * targets[label_partner(rows)]
        if hard:
            soft = np.eye(classes)[soft.argmax(axis=1)]
        return returned(mixed if images_mixed else x, soft if labels_mixed else targets)

    return mixup


def _images_and_targets(
    answer: Any, x: Array, labels: Array, share: Array, partner: Array, classes: int
) -> Any:
    returned = call(answer, x, labels, share, partner, classes)
    if not isinstance(returned, tuple | list) or len(returned) != 2:
        raise Complaint("Return two arrays: the mixed images and the mixed targets.")
    return list(returned)


def _draw_mixup(rng: Generator) -> tuple[Any, ...]:
    n, width, classes = sizes(rng, 3, low=3, high=6)
    labels = np.resize(rng.permutation(classes), n)
    partner = np.roll(np.arange(n), 1)
    swap = whole(rng, 1, n - 1)
    partner[[0, swap]] = partner[[swap, 0]]
    share = np.round(rng.uniform(0.05, 0.45, n), 2)
    share[: n // 2] = 1 - share[: n // 2]
    return normal(rng, n, width), labels, rng.permutation(share), partner, classes


mixup = Exercise(
    answer=_mixup(),
    use=_images_and_targets,
    draw=_draw_mixup,
    praise="Images and labels are mixed alike: between two examples the answer is in between.",
    slips={
        "The images are mixed, the labels are not. Their targets are mixed, too.":
            _mixup(labels_mixed=False),
        "The targets are mixed, the images are not.": _mixup(images_mixed=False),
        "The weights are swapped: λ belongs to the example itself.": _mixup(lambda s: 1 - s),
        "The images have the right weights, the targets the swapped ones.":
            _mixup(label_weight=lambda s: 1 - s),
        "The targets are mixed half and half. They take the weights of the images.":
            _mixup(label_weight=lambda s: np.full(s.shape, 0.5)),
        "The targets are rounded to the larger part. Keep both parts.": _mixup(hard=True),
        "You use one λ for all. Each image has its own.": _mixup(one=True),
        "Image and target are mixed with different partners: that makes wrong labels.":
            _mixup(label_partner=lambda rows: rows[::-1]),
        "You look up the partners the wrong way: i is mixed with partner[i].": _mixup(back=True),
        "The two come in the other order: first the images.":
            _mixup(returned=lambda x, targets: (targets, x)),
    },
    otherwise="share[:, None] * rows + (1 - share[:, None]) * rows[partner], once for the images "
    "and once for the one-hot targets.",
)
