"""The exercises of lesson 19, *Images*."""

from collections.abc import Callable
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

counted = Exercise(
    answer=[1168.0, 784.0, 7850.0],
    praise="The filters do not hang on the size of the image; the last layer does.",
    slips={
        "The second layer's filters lie over eight maps at once: 3 · 3 · 8 weights each.":
            [160.0, 784.0, 7850.0],
        "Sizes and the last layer are right. Each filter has a bias, too.": [1152.0, 784.0, 7850.0],
        "You leave out all biases: one for each filter, and one for each score.":
            [1152.0, 784.0, 7840.0],
        "The last layer has a bias for each of its ten scores.": [1168.0, 784.0, 7840.0],
        "You count a bias for every pixel of a map. A filter has one.": [4288.0, 784.0, 7850.0],
        "Those are the numbers for 8 × 8. What is left of 14 after the pooling?":
            [1168.0, 256.0, 2570.0],
        "There is one pooling. You have halved the sides twice.": [1168.0, 144.0, 1450.0],
        "You forgot the pooling.": [1168.0, 3136.0, 31370.0],
        "padding=1 keeps the size. Without it 12 and 10 would be left, and 5 after the pooling.":
            [1168.0, 400.0, 4010.0],
        "That is one map. How many come out of the second layer?": [1168.0, 49.0, 500.0],
        "Pooling halves both sides of a map, not the number of its pixels.":
            [1168.0, 1568.0, 15690.0],
        "Those are the first layer's weights. The second one was asked for.":
            [80.0, 784.0, 7850.0],
    },
    otherwise="Filters × (3 · 3 · maps that come in) + a bias each; maps × what is left of 14 "
    "after one halving, squared; ten scores × that, + 10.",
)


def _correlate(
    turned: Callable[[Array], Array] = lambda f: f,
    padded: bool = False,
    bias: bool = True,
    bend: bool = True,
    most: int = 0,
    put: Callable[[Array], Any] = np.sum,
) -> Callable[..., Any]:
    """Slide a filter over an image, and the slips."""

    def feature_map(image: Array, weight: Array, b: float) -> Any:
        w = turned(weight)
        if padded:
            image = np.pad(image, 1)
        height, width = image.shape[0] - w.shape[0] + 1, image.shape[1] - w.shape[1] + 1
        out = np.zeros((max(height + most, 0), max(width + most, 0)))
        for i, j in np.ndindex(out.shape):
            window = image[i : i + w.shape[0], j : j + w.shape[1]]
            out[i, j] = put(window * w) + (b if bias else 0.0)
        return np.maximum(out, 0) if bend else out

    return feature_map


def _bias_for_each_weight(image: Array, weight: Array, b: float) -> Any:
    return _correlate(put=lambda products: np.sum(products + b), bias=False)(image, weight, b)


def _bend_before_bias(image: Array, weight: Array, b: float) -> Any:
    return _correlate(bias=False)(image, weight, b) + b


def _draw_map(rng: Generator) -> tuple[Any, ...]:
    height, width = sizes(rng, 2, low=4, high=7)
    weight = normal(rng, *sizes(rng, 2, low=2, high=3))
    return normal(rng, height, width), weight, between(rng, -1, 1)


feature_map = Exercise(
    answer=_correlate(),
    draw=_draw_map,
    edges=((np.ones((4, 5)), np.ones((3, 3)), 0.5),),
    praise="That is what mg.nn.Conv2d computes, for one filter and one image.",
    slips={
        "The filter is turned round. Here it lies on the window as it stands.":
            _correlate(lambda f: f[::-1, ::-1]),
        "The filter is transposed.": _correlate(np.transpose),
        "You put zeros around the image. Here the filter stays inside.": _correlate(padded=True),
        "The bias is missing.": _correlate(bias=False),
        "ReLU is missing: below 0 the map is 0.": _correlate(bend=False),
        "The bias and ReLU are missing.": _correlate(bias=False, bend=False),
        "The map is one row and one column too small. How many places has a filter?":
            _correlate(most=-1),
        "You take the mean of the products. Their sum was asked for.": _correlate(put=np.mean),
        "You take the largest product: that is pooling. Add them up.": _correlate(put=np.max),
        "The bias is added at each weight. A filter adds it once.": _bias_for_each_weight,
        "The bias comes before ReLU, not after it.": _bend_before_bias,
    },
    otherwise="At (i, j): the sum of weight * image[i : i + h, j : j + w], plus b, and 0 where "
    "that is negative.",
)


def _moved(image: Array, down: int, right: int, *, rolls: bool = False) -> Array:
    """Move an image; what leaves it is gone, or comes in at the other side."""
    moved = np.roll(image, (down, right), axis=(0, 1))
    if not rolls:
        rows, columns = np.ogrid[: image.shape[0], : image.shape[1]]
        rows, columns = rows - down, columns - right  # where each pixel comes from
        moved = moved * ((rows >= 0) & (rows < image.shape[0]))
        moved = moved * ((columns >= 0) & (columns < image.shape[1]))
    return moved


def _shift(
    by: Callable[[Array, Array], tuple[Array, Array]] = lambda down, right: (down, right),
    rolls: bool = False,
) -> Callable[..., Any]:
    """Shift a batch of images, and the slips."""

    def mended(images: Array, down: Array, right: Array) -> Any:
        ways = zip(images, *by(down, right), strict=True)
        return np.array([_moved(image, int(i), int(j), rolls=rolls) for image, i, j in ways])

    return mended


def _first_for_all(down: Array, right: Array) -> tuple[Array, Array]:
    return np.full(down.shape, down[0]), np.full(right.shape, right[0])


def _draw_shift(rng: Generator) -> tuple[Any, ...]:
    n, height, width = sizes(rng, 3, low=3, high=5)
    ways = rng.integers(-1, 2, (2, n))
    ways[:, :2] = rng.permutation([[1, -1], [-1, 1]])  # the first two go different ways
    ways[0, 2], ways[1, 2] = 0, 1
    return np.round(rng.uniform(0.1, 1, (n, height, width)), 1), *ways


mended = Exercise(
    answer=_shift(),
    draw=_draw_shift,
    praise="Each image goes its own way, and white paper moves in.",
    slips={
        "Nothing has changed yet. Look at the edges, and at the second image.":
            _shift(_first_for_all, rolls=True),
        "Each image goes its own way now. What leaves at one edge still comes in at the other.":
            _shift(rolls=True),
        "White moves in now. But all images go the first one's way.": _shift(_first_for_all),
        "Down and right have changed places.": _shift(lambda down, right: (right, down)),
        "The images go the opposite way: down = 1 moves the ink one row down.":
            _shift(lambda down, right: (-down, -right)),
        "Nothing moves.": _shift(lambda down, right: (0 * down, 0 * right)),
        "They move down, and not to the right.": _shift(lambda down, right: (down, 0 * right)),
        "They move to the right, and not down.": _shift(lambda down, right: (0 * down, right)),
    },
    otherwise="Image k moves down[k] rows down and right[k] columns to the right, up and left "
    "where these are negative; where it came from, zeros.",
)


@dataclass(frozen=True)
class Runs:
    """Stands for training: a validation loss, a test loss and a test accuracy."""

    best: float
    lead: float
    luck: int

    def __call__(self, schedule: str, rate: float, seed: int) -> tuple[float, float, float]:
        """Return the three results of a run."""
        falls = schedule == "cosine"
        far = np.log2(rate / (self.best * (2 if falls else 1)))
        rng = np.random.default_rng([self.luck, int(seed)])
        own = np.random.default_rng([self.luck, int(seed), falls, int(1e6 * rate)])
        base = 0.1 - self.lead * falls + 0.01 * far**2 + 0.02 * rng.normal()
        unlucky = 0.3 * (own.random() < 0.25)
        validation, test = base + 0.01 * own.normal(size=2) + unlucky
        accuracy = 98 - 10 * test + rng.normal() + own.normal()
        return round(float(validation), 5), round(float(test), 5), round(float(accuracy), 2)


def _race(
    which: int = 0,
    judged: int = 1,
    middle: Callable[[Any], Any] = np.median,
    choose: Callable[[Any], Any] = np.argmin,
    tune_on: Callable[[Any, Any], Any] = lambda tries, fresh: tries,
    one_rate: bool = False,
    edge: Callable[[list[int], int], bool] = lambda at, n: not {0, n - 1}.isdisjoint(at),
    told: Callable[[Array, Array], float] = lambda a, b: float(np.median(a - b)),
) -> Callable[..., Any]:
    """Compare a cosine with a constant rate, and the slips."""

    def race(run: Any, rates: Any, tries: Any, fresh: Any) -> Any:
        at, results = [], []
        for schedule in ("cosine", "constant"):
            seeds = tune_on(tries, fresh)
            scores = [middle([run(schedule, r, s)[which] for s in seeds]) for r in rates]
            at.append(int(choose(scores)))
        if one_rate:
            at[0] = at[1]
        for schedule, i in zip(("cosine", "constant"), at, strict=True):
            results.append(np.array([run(schedule, rates[i], s)[judged] for s in fresh]))
        return told(*results), edge(at, len(rates))

    return race


def _draw_race(rng: Generator) -> tuple[Any, ...]:
    rates = [0.0125 * 2.0**k for k in range(whole(rng, 5, 6))]
    place = whole(rng, 0, len(rates) - 1)
    first = whole(rng, 0, 99)
    best, lead = rates[place] * between(rng, 0.8, 1.2), between(rng, -0.01, 0.03)
    runs = Runs(best, lead, whole(rng, 0, 9999))
    return runs, rates, list(range(first + 100, first + 105)), list(range(first, first + 9))


race = Exercise(
    answer=_race(),
    use=numbers(2, "Return two things: the median difference, and if a best rate is at an end."),
    draw=_draw_race,
    draws=12,
    praise="Tuned alike, judged once and in pairs; and you said when the list was too short.",
    slips={
        "You choose by the test loss. Then it is no test any more.": _race(which=1),
        "You choose by the accuracy, and take the lowest.": _race(which=2),
        "You choose by the accuracy. The validation loss was asked for.":
            _race(which=2, choose=np.argmax),
        "The rates are right. But you judge by the validation loss that you chose by.":
            _race(judged=0),
        "The rates are right. You judge by the accuracy; the test loss was asked for.":
            _race(judged=2),
        "You choose by the mean. One unlucky run moves it: take the median.": _race(middle=np.mean),
        "You choose by the luckiest seed. Take the median.": _race(middle=np.min),
        "You choose the highest validation loss.": _race(choose=np.argmax),
        "You tune on the fresh seeds. They are for the end.":
            _race(tune_on=lambda tries, fresh: fresh),
        "You tune on all seeds, the fresh ones included.":
            _race(tune_on=lambda tries, fresh: [*tries, *fresh]),
        "The cosine runs at the rate that was best for the constant one. Each has its own.":
            _race(one_rate=True),
        "The difference is the other way round: the cosine's minus the constant one's.":
            _race(told=lambda a, b: float(np.median(b - a))),
        "You subtract medians. The runs share their seeds: take the median of the differences.":
            _race(told=lambda a, b: float(np.median(a) - np.median(b))),
        "You take the mean difference. One unlucky run moves it: take the median.":
            _race(told=lambda a, b: float(np.mean(a - b))),
        "The difference is right. You miss a best rate at the lower end; both schedules count.":
            _race(edge=lambda at, n: n - 1 in at),
        "The difference is right. You miss a best rate at the upper end; both schedules count.":
            _race(edge=lambda at, n: 0 in at),
        "The difference is right. One best rate at an end is enough to say so.":
            _race(edge=lambda at, n: all(i in (0, n - 1) for i in at)),
        "The difference is right. True is for a best rate at an end, not for one inside.":
            _race(edge=lambda at, n: not any(i in (0, n - 1) for i in at)),
        "The difference is right. You never say that a best rate is at an end.":
            _race(edge=lambda at, n: False),
    },
    otherwise="For each of the two the rate with the lowest median validation loss over `tries`; "
    "the median over `fresh` of the cosine's test loss minus the constant one's; and whether one "
    "of the two rates is the first or the last of the list.",
)


def _confusion(
    counts: Callable[[Array, Array, int], Array] = lambda truth, answers, classes: np.histogram2d(
        truth, answers, bins=[np.arange(classes + 1)] * 2
    )[0],
    off: bool = True,
    pick: Callable[[Array], Any] = lambda wrong: np.unravel_index(wrong.argmax(), wrong.shape),
) -> Callable[..., Any]:
    """Count who is taken for whom, and the slips."""

    def confusion(truth: Array, answers: Array, classes: int) -> Any:
        table = counts(truth, answers, classes)
        wrong = table * (1 - np.eye(classes)) if off else table
        return table, pick(wrong)

    return confusion


def _both_ways(wrong: Array) -> Any:
    return np.unravel_index((wrong + wrong.T).argmax(), wrong.shape)


def _shares(truth: Array, answers: Array, classes: int) -> Array:
    table = _confusion()(truth, answers, classes)[0]
    return table / np.maximum(table.sum(axis=1, keepdims=True), 1)


def _transposed(truth: Array, answers: Array, classes: int) -> Array:
    return _confusion()(answers, truth, classes)[0]


def _table_and_pair(answer: Any, truth: Array, answers: Array, classes: int) -> Any:
    returned = call(answer, truth, answers, classes)
    if not isinstance(returned, tuple | list) or len(returned) != 2:
        raise Complaint("Return two things: the table, and the pair.")
    table, pair = returned
    if np.shape(pair) != (2,):
        raise Complaint("The second thing is a pair: what it is, and what it is taken for.")
    return [table, list(pair)]


def _draw_confusion(rng: Generator) -> tuple[Any, ...]:
    classes = whole(rng, 3, 5)
    n = whole(rng, 8, 12)
    truth = rng.integers(0, classes, n)
    answers = np.where(rng.random(n) < 0.7, truth, rng.integers(0, classes, n))
    clear, of, taken_for = rng.permutation(classes)[:3]
    truth = np.concatenate([truth, [clear] * 9, [of] * 5])
    answers = np.concatenate([answers, [clear] * 9, [taken_for] * 5])
    order = rng.permutation(len(truth))
    return truth[order], answers[order], classes


confusion = Exercise(
    answer=_confusion(),
    use=_table_and_pair,
    draw=_draw_confusion,
    praise="Rows are what it is, columns what it was taken for; right answers are on the diagonal.",
    slips={
        "The table is transposed: a row for what it is, a column for what it was taken for.":
            _confusion(_transposed),
        "The table is right. The pair is on the diagonal: those answers are right.":
            _confusion(off=False),
        "The table is right. The pair is the other way round: first what it is.":
            _confusion(pick=lambda wrong: np.unravel_index(wrong.argmax(), wrong.shape)[::-1]),
        "The table is right. The pair counts both directions together.":
            _confusion(pick=_both_ways),
        "You divide by the rows' sums. Counts were asked for.": _confusion(_shares),
        "The right answers belong into the table, too: on the diagonal.":
            _confusion(lambda t, a, c: _confusion()(t, a, c)[0] * (1 - np.eye(c))),
        "The table is right. The pair is the rarest mistake, not the most frequent one.":
            _confusion(pick=lambda wrong: np.unravel_index(wrong.argmin(), wrong.shape)),
    },
    otherwise="table[i, j] counts where truth is i and answers is j; the pair (i, j) is its "
    "largest entry with i ≠ j.",
)
