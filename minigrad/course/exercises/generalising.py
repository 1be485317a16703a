"""The exercises of lesson 16, *Over- and underfitting*."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .drawing import Generator, normal, sizes, whole
from .exercise import Exercise, call, numbers
from .verdict import Complaint

# A slip is what is said, and below it the wrong answer that is meant.
# fmt: off

Array = NDArray[Any]

_RIGHT = (0.97, 0.8, 2 / 3, 8 / 11, 0.94)


def _but(**wrong: float) -> tuple[float, ...]:
    names = "accuracy", "precision", "recall", "f1", "always_no"
    return tuple(wrong.get(name, right) for name, right in zip(names, _RIGHT, strict=True))


metrics = Exercise(
    answer=_RIGHT,
    praise="60 of 1,000 are ill, 6 %: always no would be right for 940. With 1 % ill, for 990.",
    slips={
        "F1 is not the plain mean of precision and recall, but 2 TP / (2 TP + FP + FN).":
            _but(f1=(0.8 + 2 / 3) / 2),
        "That is the root of precision times recall. F1 is the harmonic mean.":
            _but(f1=(0.8 * 2 / 3) ** 0.5),
        "Precision and recall have changed places. Whose errors stand under which?":
            _but(precision=2 / 3, recall=0.8),
        "Your accuracy is the precision. Those who were rightly told no count as well.":
            _but(accuracy=0.8),
        "Your accuracy leaves TN out. All that are right count, over all.": _but(accuracy=40 / 70),
        "That is the share of errors, not of right answers.": _but(accuracy=0.03),
        "Your recall is that of the healthy (the specificity). How many of the ill were found?":
            _but(recall=930 / 940),
        "Your precision is that of the answers no. Of those who were told yes, how many are ill?":
            _but(precision=930 / 950),
        "0.99 belongs to a problem with 1 % ill. How many are ill here?": _but(always_no=0.99),
        "That is the share of the ill. Always no is right for the others.": _but(always_no=0.06),
        "950 were told no by this model. Always no is right for the healthy: how many are they?":
            _but(always_no=0.95),
        "Always no is right for all the healthy: TN, and FP, too.": _but(always_no=0.93),
    },
    otherwise="Five numbers: (TP + TN) / all; TP / (TP + FP); TP / (TP + FN); 2 TP / (2 TP + FP + "
    "FN); and the healthy over all.",
)


class Model:
    """Stands for a network: an epoch changes its weights in place.

    Attributes
    ----------
    weights : ndarray
        Other numbers after every epoch.
    """

    def __init__(self, losses: Sequence[float]) -> None:
        self._losses = losses
        self.epochs = 0
        self.weights = np.array([0.0, 1.0])

    def train_epoch(self) -> None:
        """Change the weights, in place."""
        self.epochs += 1
        self.weights += [1.0, 0.25]

    def validation_loss(self) -> float:
        """Return the loss at the present weights."""
        epoch = round(float(self.weights[0]))
        return self._losses[min(epoch, len(self._losses) - 1)]


def _early(
    better: Callable[[float, float, float], bool] = lambda loss, best, last: loss < best,
    over: Callable[[int, int], bool] = lambda waited, patience: waited > patience,
    in_a_row: bool = True,
    restores: bool = True,
    bounded: bool = True,
    returned: Callable[[int, int], Any] = lambda best, epochs: (best, epochs),
) -> Callable[..., Any]:
    """Write early stopping, and the slips."""

    def stop_early(model: Model, patience: int, most: int) -> Any:
        best, last, waited, best_epoch, epoch = np.inf, np.inf, 0, 0, 0
        weights = model.weights.copy()
        while epoch < (most if bounded else 60):
            epoch += 1
            model.train_epoch()
            loss = model.validation_loss()
            if better(loss, best, last):
                best, best_epoch, weights = loss, epoch, model.weights.copy()
                waited = 0 if in_a_row else waited
            else:
                waited += 1
            last = loss
            if over(waited, patience):
                break
        if restores:
            model.weights[:] = weights
        return returned(best_epoch, epoch)

    return stop_early


def _train(stop_early: Any, losses: Sequence[float], patience: int, most: int) -> Any:
    model = Model(losses)
    returned = call(stop_early, model, patience, most)
    if np.shape(returned) != (2,):
        raise Complaint("Return two numbers: the best epoch, and how many epochs were trained.")
    if model.epochs == 0:
        raise Complaint("Nothing was trained. Each epoch is a model.train_epoch().")
    return [list(returned), model.weights]


def _draw_early(rng: Generator) -> tuple[Any, ...]:
    patience, most = whole(rng, 1, 4), whole(rng, 9, 16)
    falling = 2 * 0.85 ** np.arange(most + 8) + 0.04 * np.arange(most + 8)
    losses = np.round(falling + 0.3 * rng.normal(size=len(falling)), 1)
    return tuple(losses.tolist()), patience, most


stop_early = Exercise(
    answer=_early(),
    use=_train,
    draw=_draw_early,
    edges=(
        ((3.0, 2.0, 1.0, 1.5, 1.2, 1.0, 1.1, 0.9, 0.8, 1.2, 1.3, 1.4, 1.5, 0.1), 2, 12),
        ((3.0, 2.0, 1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1), 1, 6),
        ((2.0, 1.0, 1.4, 1.3, 1.2, 1.1, 0.9, 0.8, 0.7, 0.6), 2, 8),
    ),
    praise="The best weights are back, and a copy was what kept them.",
    slips={
        "The weights are those of the last epoch. An epoch changes the array in place: was it a "
        "copy that you kept, and did you put it back?": _early(restores=False),
        "It ends an epoch too soon: so many bad epochs are borne, and the next one ends it.":
            _early(over=lambda waited, patience: waited >= patience),
        "It ends an epoch too late.": _early(over=lambda waited, patience: waited > patience + 1),
        "It never stops before `most`.": _early(over=lambda waited, patience: False),
        "You count all bad epochs. A new best starts the count again.": _early(in_a_row=False),
        "An epoch as good as the best counts as a new best in yours. It has to be better.":
            _early(lambda loss, best, last: loss <= best),
        "You compare with the epoch before. Compare with the best so far.":
            _early(lambda loss, best, last: loss < last),
        "It goes on beyond `most` epochs.": _early(bounded=False),
        "Your epochs count from 0. The first is number 1.":
            _early(returned=lambda best, epochs: (best - 1, epochs - 1)),
        "The first of the two numbers is the best epoch.":
            _early(returned=lambda best, epochs: (epochs, best)),
    },
    otherwise="Keep the best loss, its epoch and a copy of the weights; count the epochs since "
    "then; end when they are more than `patience`, or `most` are trained; put the copy back.",
)


def _split(
    alone: Callable[[Array, Array, Array], Array] = lambda patient, train, test: train[
        ~np.isin(patient[train], patient[test])
    ],
    measured: Callable[[Array, Array, Array], Any] = lambda kept, train, test: kept,
    own: bool = False,
    from_test: bool = False,
) -> Callable[..., Any]:
    """Split without a leak, and the slips."""

    def mended(x: Array, y: Array, patient: Array, test: Array) -> Any:
        train = np.setdiff1d(np.arange(len(x)), test)
        kept, tested = alone(patient, train, test), test
        if from_test:
            kept, tested = train, test[~np.isin(patient[test], patient[train])]
        rows = measured(kept, train, test)
        mean, std = x[rows].mean(axis=0), x[rows].std(axis=0)
        scaled = (x - mean) / std
        x_test = scaled[tested]
        if own:
            x_test = (x[test] - x[test].mean(axis=0)) / x[test].std(axis=0)
        return scaled[kept], y[kept], x_test, y[tested]

    return mended


def _all_train(patient: Array, train: Array, test: Array) -> Array:
    return train


def _everything(kept: Array, train: Array, test: Array) -> Any:
    return slice(None)


def _four(mended: Any, x: Array, y: Array, patient: Array, test: Array) -> Any:
    returned = call(mended, x, y, patient, test)
    if not isinstance(returned, tuple | list) or len(returned) != 4:
        raise Complaint("Return four things, as before: x and y to train on, x and y to test.")
    return list(returned)


def _draw_split(rng: Generator) -> tuple[Any, ...]:
    rows, features = whole(rng, 11, 14), whole(rng, 2, 3)
    patient = np.concatenate([np.repeat(np.arange(4), 2), rng.integers(0, 4, rows - 8)])
    patient = 10 + rng.permutation(patient)
    new = whole(rng, 0, rows - 1)
    patient[new] = 99  # seen once, so that a test without the others keeps a row
    others = np.flatnonzero(np.isin(patient, patient[(new + 1) % rows]))[:2]
    test = rng.permutation(np.append(others, new))
    return normal(rng, rows, features), rng.integers(0, 2, rows), patient, test


mended = Exercise(
    answer=_split(),
    use=_four,
    draw=_draw_split,
    praise="No patient stands on both sides, and the test rows were measured by the others' ruler.",
    slips={
        "Nothing has changed yet. What do the training rows know about the test rows?":
            _split(_all_train, _everything),
        "The mean and the spread come from the training rows now. Whose rows are they?":
            _split(_all_train),
        "No patient is in both parts now. But the mean and the spread have seen the test rows.":
            _split(measured=_everything),
        "Mean and spread still count rows that you have dropped, of the test's patients.":
            _split(measured=lambda kept, train, test: train),
        "The test rows have a ruler of their own. Both parts are measured by the training rows'.":
            _split(own=True),
        "Both leaks are closed at the wrong end: the test rows stay, training rows go.":
            _split(from_test=True),
        "The ruler is that of the test rows. It may see the training rows alone.":
            _split(measured=lambda kept, train, test: test),
    },
    otherwise="Training rows are those whose patient has no row in `test`; mean and std are taken "
    "over them, and both parts are scaled by these.",
)


@dataclass(frozen=True)
class Runs:
    """Stands for training: a validation and a test loss, which hang on the setting and on luck."""

    luck: int

    def __call__(self, method: str, setting: float, seed: int) -> tuple[float, float]:
        """Return the validation loss and the test loss of one run."""
        of_both = np.random.default_rng([self.luck, ord(method[0]), round(1e6 * setting)])
        base, shift = of_both.uniform(0.3, 0.6), of_both.normal(0, 0.15)
        rng = np.random.default_rng([self.luck, round(1e6 * setting), ord(method[0]), int(seed)])
        unlucky = rng.gamma(2, 0.04) + 1.5 * (rng.random() < 0.25)
        validation = base + unlucky + rng.normal(0, 0.05)
        return round(float(validation), 4), round(float(base + shift + unlucky), 4)


def _fair(
    which: int = 0,
    middle: Callable[[Any], Any] = np.median,
    tune_on: Callable[[Any, Any], Any] = lambda tuning, fresh: tuning,
    judge_on: Callable[[Any, Any], Any] = lambda tuning, fresh: fresh,
    judged: int = 1,
    end: Callable[[Array, Array], float] = lambda a, b: float(np.median(a - b)),
    same_place: bool = False,
) -> Callable[..., Any]:
    """Compare two methods from start to end, and the slips."""

    def fair(run: Any, settings: dict[str, list[float]], tuning: Any, fresh: Any) -> Any:
        best = {}
        for method, tried in settings.items():
            seeds = tune_on(list(tuning), list(fresh))
            middles = [middle([run(method, s, seed)[which] for seed in seeds]) for s in tried]
            best[method] = tried[int(np.argmin(middles))]
        if same_place:
            place = settings["A"].index(best["A"])
            best["B"] = settings["B"][min(place, len(settings["B"]) - 1)]
        seeds = judge_on(list(tuning), list(fresh))
        a, b = (np.array([run(m, best[m], s)[judged] for s in seeds]) for m in ("A", "B"))
        return best["A"], best["B"], end(a, b)

    return fair


def _draw_fair(rng: Generator) -> tuple[Any, ...]:
    n, m = sizes(rng, 2, low=4, high=7)
    lists = [np.round(np.sort(10 ** rng.uniform(-3, 0.5, k)), 4).tolist() for k in (n, m)]
    first = whole(rng, 0, 99)
    return (
        Runs(whole(rng, 0, 9999)), {"A": lists[0], "B": lists[1]},
        list(range(first, first + 5)), list(range(first + 20, first + 27)),
    )


fair = Exercise(
    answer=_fair(),
    use=numbers(3, "Return three numbers: A's setting, B's, and the median difference A minus B."),
    draw=_draw_fair,
    praise="Chosen on validation, judged once on test, with new seeds, in pairs.",
    slips={
        "You choose by the test loss. Then it is no test any more.": _fair(which=1),
        "You choose by the mean. One unlucky run moves it: take the median.": _fair(middle=np.mean),
        "You choose by the luckiest seed. Take the median.": _fair(middle=np.min),
        "You judge on the seeds that you tuned with: the winner was lucky there.":
            _fair(judge_on=lambda tuning, fresh: tuning),
        "You choose on the fresh seeds. They are for the end.":
            _fair(tune_on=lambda tuning, fresh: fresh),
        "You choose on all seeds, those of the judgement included.":
            _fair(tune_on=lambda tuning, fresh: tuning + fresh),
        "You judge on all seeds, those of the choice included.":
            _fair(judge_on=lambda tuning, fresh: tuning + fresh),
        "The settings are right. But you judge by the validation loss that you chose by.":
            _fair(judged=0),
        "You subtract medians. The runs share their seeds: take the median of the differences.":
            _fair(end=lambda a, b: float(np.median(a) - np.median(b))),
        "You take the mean of the differences. The median was asked for.":
            _fair(end=lambda a, b: float(np.mean(a - b))),
        "The difference is A minus B.": _fair(end=lambda a, b: float(np.median(b - a))),
        "B runs at the setting that was best for A. Each has its own.": _fair(same_place=True),
    },
    otherwise="For each method the setting with the lowest median validation loss over `tuning`; "
    "then the median, over `fresh`, of A's test loss minus B's.",
)


def _f1(ill: Array, yes: Array) -> float:
    right = np.sum(ill & yes)
    return float(2 * right / max(1, np.sum(ill) + np.sum(yes)))


def _accuracy(ill: Array, yes: Array) -> float:
    return float(np.mean(ill == yes))


def _plain_mean(ill: Array, yes: Array) -> float:
    right = np.sum(ill & yes)
    return float(right / max(1, np.sum(yes)) + right / max(1, np.sum(ill))) / 2


def _middle_95(values: Array) -> Any:
    return tuple(np.quantile(values, [0.025, 0.975]))


def _interval(
    score: Callable[[Array, Array], float] = _f1,
    ends: Callable[[Array], Any] = _middle_95,
    moved: tuple[bool, bool] = (True, True),
    per_place: bool = False,
) -> Callable[..., Any]:
    """Bootstrap a score, and the slips."""

    def interval(ill: Array, yes: Array, picks: Array) -> Any:
        values = [
            score(ill[rows] if moved[0] else ill, yes[rows] if moved[1] else yes)
            for rows in (picks.T if per_place else picks)
        ]
        return ends(np.array(values))

    return interval


def _around(values: Array) -> Any:
    return values.mean() - 1.96 * values.std(), values.mean() + 1.96 * values.std()


def _draw_interval(rng: Generator) -> tuple[Any, ...]:
    n, draws = whole(rng, 18, 30), whole(rng, 40, 60)
    ill = rng.random(n) < 0.35
    yes = ill ^ (rng.random(n) < 0.25)
    return ill, yes, rng.integers(0, n, (draws, n))


interval = Exercise(
    answer=_interval(),
    use=numbers(2, "Return two numbers, the lower and the upper end."),
    draw=_draw_interval,
    edges=((np.array([True, False, False]), np.array([True, True, False]),
            np.array([[0, 1, 2], [2, 2, 2], [0, 0, 1], [1, 1, 2]])),),
    praise="No formula for the spread of F1 was needed: the data were drawn again instead.",
    slips={
        "That is the interval of the accuracy. F1 was asked for.": _interval(_accuracy),
        "That is the plain mean of precision and recall, not F1.": _interval(_plain_mean),
        "Your interval holds the middle 90 %. Leave 2.5 % on either side.":
            _interval(ends=lambda values: tuple(np.quantile(values, [0.05, 0.95]))),
        "Those are the smallest and the largest. Leave 2.5 % on either side.":
            _interval(ends=lambda values: (values.min(), values.max())),
        "That is 1.96 standard deviations around the mean. Take the quantiles themselves.":
            _interval(ends=_around),
        "You draw the answers again and leave the labels: a person's two belong together.":
            _interval(moved=(False, True)),
        "You draw the labels again and leave the answers: a person's two belong together.":
            _interval(moved=(True, False)),
        "You take the columns of `picks`. Each row is one draw of all people.":
            _interval(per_place=True),
        "The lower end comes first.": _interval(ends=lambda values: _middle_95(values)[::-1]),
    },
    otherwise="F1 of ill[rows] and yes[rows] for each row of `picks`, 0 where it is 0/0; then the "
    "0.025 and 0.975 quantiles.",
)
