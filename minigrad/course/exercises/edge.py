"""The exercises of lesson 15, *The edge of stability*."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .drawing import Generator, between, normal, sizes, whole
from .exercise import Exercise, call
from .verdict import Complaint

# A slip is what is said, and below it the wrong answer that is meant.
# fmt: off

Array = NDArray[np.float64]
Product = Callable[[Array], Array]

hovers = Exercise(
    answer=[80.0, 50.0],
    praise="2 (1 + μ)/η, then 2/η: the sharpness follows the limit, down as well as up.",
    slips={
        "You have the two in the other order: with momentum first.": [50.0, 80.0],
        "Momentum moves the limit. See lesson 06.": [50.0, 50.0],
        "The first is right. Nothing holds it at 80 once the momentum is gone.": [80.0, 80.0],
        "1/(1 - μ) is how much longer the steps get, not how far the limit moves.": [125.0, 50.0],
        "That is Adam's form, which averages. Heavy ball adds whole gradients.":
            [200.0, 50.0],
        "You lost a factor of 2 in both.": [40.0, 25.0],
        "You lost the 2 in the first.": [40.0, 50.0],
        "A sign slipped: it is 1 + μ.": [20.0, 50.0],
        "Those are the rates that a sharpness of 1 would bear. Divide by η.": [3.2, 2.0],
        "That is Nesterov's limit. Here it is heavy ball.": [80 / 2.2, 50.0],
    },
    otherwise="Two numbers: the optimizer's limit on a bowl, solved for λ; first with μ = 0.6, "
    "then without momentum.",
)


@dataclass(frozen=True)
class Symmetric:
    """The product of a symmetric matrix with a vector, as a function of the vector."""

    rows: tuple[tuple[float, ...], ...]

    def __call__(self, u: Array) -> Array:
        """Return the product."""
        return np.array(self.rows) @ u


def _symmetric(rng: Generator, eigenvalues: Sequence[float]) -> Symmetric:
    n = len(eigenvalues)
    turned, _ = np.linalg.qr(rng.normal(size=(n, n)))
    matrix = turned @ np.diag(eigenvalues) @ turned.T
    matrix = np.round((matrix + matrix.T) / 2, 6)
    return Symmetric(tuple(map(tuple, matrix.tolist())))


def _start(rng: Generator, n: int) -> Array:
    return np.asarray(normal(rng, n)) + 0.01


def _one_number(answer: Any, *arguments: Any) -> Any:
    returned = call(answer, *arguments)
    if np.shape(returned) != ():
        raise Complaint("Return one number: the largest eigenvalue.")
    return returned


def _draw_largest(rng: Generator, negative: bool | None = None) -> tuple[Any, ...]:
    (n,) = sizes(rng, 1, low=3, high=6)
    top = between(rng, 2, 5)
    rest = [round(top * part, 3) for part in rng.uniform(-0.6, 0.5, n - 2)]
    negative = bool(rng.random() < 0.5) if negative is None else negative
    low = -round(top * between(rng, 1.5, 2.5), 3) if negative else round(-0.5 * top, 3)
    return _symmetric(rng, [top, *rest, low]), _start(rng, n)


def _iterate(times: Product, u: Array, rounds: int) -> float:
    value = 0.0
    for _ in range(rounds):
        u = u / np.linalg.norm(u)
        result = times(u)
        value, u = float(u @ result), result
    return value


def _largest(
    shift: float = 1.0, back: float = 1.0, final: Callable[[float], float] = lambda value: value
) -> Callable[..., float]:
    """Find the largest eigenvalue by power iterations, and the slips."""

    def largest(product: Product, u: Array) -> float:
        first = _iterate(product, u, 120)
        if first >= 0 or shift == 0:
            return final(first)
        return back * first + _iterate(lambda v: product(v) - shift * first * v, u, 120)

    return largest


def _never_shortened(product: Product, u: Array) -> float:
    for _ in range(60):
        u = product(u)
    return float(np.linalg.norm(u))


def _length_of_first(product: Product, u: Array) -> float:
    return float(u @ product(u) / (u @ u))


def _smallest(product: Product, u: Array) -> float:
    return float(np.linalg.eigvalsh(_matrix(product, u.size))[0])


def _matrix(product: Product, n: int) -> Array:
    return np.array([product(e) for e in np.eye(n)])


largest = Exercise(
    answer=_largest(),
    use=_one_number,
    draw=_draw_largest,
    edges=(
        _draw_largest(np.random.default_rng(3), True),
        _draw_largest(np.random.default_rng(4), False),
    ),
    praise="The shift makes every eigenvalue positive and leaves the directions alone.",
    slips={
        "That is the eigenvalue that is largest in size. Where it is negative, another is asked "
        "for.": _largest(shift=0),
        "That is the size of the eigenvalue that is largest in size. A length has no sign.":
            _largest(shift=0, final=abs),
        "You shifted, and did not shift back.": _largest(back=0),
        "You shifted back the wrong way.": _largest(back=-1),
        "The shift has the wrong sign: Hu - λu, with the negative λ, adds to every eigenvalue.":
            _largest(shift=-1),
        "u is never shortened: that is a power of the eigenvalue, and soon infinite.":
            _never_shortened,
        "You look at one product alone. The direction needs many rounds.": _length_of_first,
        "That is the smallest eigenvalue.": _smallest,
    },
    rtol=2e-3,
    otherwise="Iterate once. If the value λ is negative, iterate with Hu - λu, and add λ to what "
    "comes out.",
)


@dataclass(frozen=True)
class Batches:
    """Gradients of several valleys, one for each batch: a bowl, and walls that bend."""

    matrices: tuple[Symmetric, ...]
    bottoms: tuple[tuple[float, ...], ...]

    def __call__(self, theta: Array, batch: int) -> Array:
        """Return the gradient on one batch."""
        away = theta - np.array(self.bottoms[batch])
        return self.matrices[batch](away) + 0.3 * away**3


def _measured(
    here_of: Callable[[Sequence[int]], Sequence[int]] = lambda batches: batches,
    ahead_of: Callable[[Sequence[int]], Sequence[int]] = lambda batches: batches,
    each_round: bool = True,
    by_h: bool = True,
    average: Callable[..., Any] = np.mean,
    subtract: bool = True,
    shortened_last: bool = False,
    central: bool = False,
) -> Callable[..., Any]:
    """Measure the sharpness by differences of gradients, and the slips."""

    def mended(
        gradient: Any, theta: Array, u: Array, batches: Sequence[int], rounds: int, h: float
    ) -> Any:
        def mean_gradient(place: Array, some: Sequence[int]) -> Any:
            return average([gradient(place, b) for b in some], axis=0)

        u = u / np.linalg.norm(u)
        for _ in range(rounds):
            if each_round:
                u = u / np.linalg.norm(u)
            behind = theta - h * u if central else theta
            here = mean_gradient(behind, here_of(batches)) if subtract else 0.0
            u = mean_gradient(theta + h * u, ahead_of(batches)) - here
            u = u / (2 * h if central else h) if by_h else u
            u = u / np.linalg.norm(u) if shortened_last else u
        return float(np.linalg.norm(u))

    return mended


def _one(batches: Sequence[int]) -> Sequence[int]:
    return batches[:1]


def _over_h(*given: Any) -> Any:
    return 2 * _measured(central=True)(*given)


def _draw_measured(rng: Generator) -> tuple[Any, ...]:
    n, m = sizes(rng, 2, low=2, high=5)
    matrices, bottoms = [], []
    for _ in range(m):
        curvatures = [between(rng, 3, 6), *(between(rng, 0.1, 1) for _ in range(n - 1))]
        matrices.append(_symmetric(rng, curvatures))
        bottoms.append(tuple(normal(rng, n).tolist()))
    gradient = Batches(tuple(matrices), tuple(bottoms))
    rounds, h = whole(rng, 2, 4), between(rng, 0.05, 0.2)
    return gradient, normal(rng, n), _start(rng, n), list(range(m)), rounds, h


mended = Exercise(
    answer=_measured(),
    use=_one_number,
    draw=_draw_measured,
    praise="The difference of two gradients of the same loss, along a direction of length 1.",
    slips={
        "Nothing has changed yet. Set rounds to 1: which two gradients are subtracted?":
            _measured(_one, each_round=False),
        "Both gradients belong to the same loss now. What does the length measure after many "
        "rounds?": _measured(each_round=False),
        "u is shortened in each round now. But the difference between two losses is no curvature.":
            _measured(_one),
        "That is the sharpness on the first batch alone.": _measured(_one, _one),
        "The first batch alone is ahead, and all are here: subtract like from like.":
            _measured(ahead_of=_one),
        "The difference is not divided by h.": _measured(by_h=False),
        "You shorten u after the product: then its length is always 1. Shorten it before.":
            _measured(shortened_last=True),
        "You add the batches' gradients. The loss is their mean.": _measured(average=np.sum),
        "Without the second gradient that is no difference.": _measured(subtract=False),
        "That is the central difference, to both sides of θ. It is more exact; asked for is the "
        "one-sided (g(θ + hu) - g(θ))/h.": _measured(central=True),
        "The central difference goes over 2h; asked for is (g(θ + hu) - g(θ))/h, to one side.":
            _over_h,
    },
    otherwise="Set rounds to 1, then to 2: is each difference one of the same loss, along a "
    "direction of length 1?",
)


@dataclass(frozen=True)
class Runs:
    """Stands for training: a loss and a sharpness that hang on size, rate and luck."""

    best: tuple[tuple[int, float], ...]
    luck: int

    def __call__(self, seed: int, size: int, rate: float) -> tuple[float, float]:
        """Return the loss and the sharpness at the end."""
        rng = np.random.default_rng([self.luck, int(seed), int(size), round(1e4 * rate)])
        off = np.log10(rate / dict(self.best)[size])
        loss = 0.2 + off**2 + 0.4 * rng.gamma(1, 0.1) + 3.0 * (rng.random() < 0.15)
        top = 2 / rate * size / (size + 8) * (1 + 0.25 * rng.normal())
        return round(float(loss), 6), round(float(abs(top)), 6)


def _flatter(
    tuned_by: int = 0,
    judged_by: int = 1,
    middle: Callable[[Any], Any] = np.median,
    end: Callable[[Any], Any] = np.median,
    shared: bool = False,
    race_on_tuning: bool = False,
    sign: float = 1.0,
    choose: Callable[[Any], Any] = np.argmin,
    count: Callable[[Array], Any] = lambda by: int((by < 0).sum()),
    swapped: bool = False,
) -> Callable[..., Any]:
    """Compare the sharpness of two batch sizes, and the slips."""

    def flatter(
        run: Any, sizes: Any, rates: Any, tuning: Any, racing: Any
    ) -> tuple[Any, float]:
        tops, chosen = [], None
        for size in sizes:
            scores = [middle([run(s, size, r)[tuned_by] for s in tuning]) for r in rates]
            if chosen is None or not shared:
                chosen = rates[int(choose(scores))]
            race = tuning if race_on_tuning else racing
            tops.append([run(s, size, chosen)[judged_by] for s in race])
        by = sign * (np.array(tops[0]) - np.array(tops[1]))
        both = count(by), float(end(by))
        return both[::-1] if swapped else both

    return flatter


def _two(answer: Any, *arguments: Any) -> Any:
    returned = call(answer, *arguments)
    if np.shape(returned) != (2,):
        raise Complaint("Return two numbers: in how many pairs, and by how much.")
    return list(returned)


def _draw_flatter(rng: Generator) -> tuple[Any, ...]:
    few, many = whole(rng, 2, 6), whole(rng, 16, 64)
    rates = [round(between(rng, 0.02, 0.04) * 2**k, 4) for k in range(4)]
    low, high = (float(rate) for rate in rng.permutation(rates)[:2])
    pair = [few, many]
    if rng.random() < 0.5:
        pair.reverse()
    first = whole(rng, 0, 50)
    tuning, racing = list(range(first, first + 5)), list(range(first + 50, first + 59))
    return Runs(((few, low), (many, high)), whole(rng, 0, 9999)), pair, rates, tuning, racing


flatter = Exercise(
    answer=_flatter(),
    use=_two,
    draw=_draw_flatter,
    praise="Each at its own rate. Where the rates differ, 2/η speaks as loudly as the batch.",
    slips={
        "You tune by the sharpness. The rate is chosen by the loss.": _flatter(tuned_by=1),
        "You race by the loss. The sharpness was asked for.": _flatter(judged_by=0),
        "Both sizes run at the rate of the first. Each has its own best one.":
            _flatter(shared=True),
        "You race on the seeds that tuned. They have been lucky once.":
            _flatter(race_on_tuning=True),
        "The difference is the other way round: first minus second.": _flatter(sign=-1.0),
        "You took the mean loss. One wild run moves it: the median was asked for.":
            _flatter(middle=np.mean),
        "The mean of the differences is moved by one wild pair. Take the median.":
            _flatter(end=np.mean),
        "You took the rate with the highest loss.": _flatter(choose=np.argmax),
        "You count the pairs in which the first is sharper.":
            _flatter(count=lambda by: int((by > 0).sum())),
        "A number of pairs, not a share.": _flatter(count=lambda by: float((by < 0).mean())),
        "The two come in the other order: first the number of pairs.": _flatter(swapped=True),
    },
    otherwise="For each size: the rate of the lowest median loss on tuning; then the sharpness on "
    "racing; the count of negative differences and their median.",
)


def _lanczos(
    memory: float = 1.0,
    take: Callable[[Array], Any] = lambda values: values[-1],
    beside: bool = True,
    both_sides: bool = True,
    shortened: bool = True,
    more: int = 0,
    subtract: bool = True,
    squared: bool = False,
) -> Callable[..., Any]:
    """Write Lanczos's method, and the slips."""

    def lanczos(product: Product, u: Array, m: int) -> Any:
        q = u / np.linalg.norm(u) if shortened else u
        before, beta = np.zeros(u.shape), 0.0
        alphas: list[float] = []
        betas: list[float] = []
        for _ in range(m + more):
            w = product(q) - memory * beta * before
            alphas.append(float(w @ q))
            w = w - alphas[-1] * q if subtract else w
            beta = float(np.linalg.norm(w))
            betas.append(beta**2 if squared else beta)
            before, q = q, w / beta
        off = np.diag(betas[:-1], 1) if beside else np.zeros((len(alphas), len(alphas)))
        matrix = np.diag(alphas) + off + (off.T if both_sides else 0)
        values = np.linalg.eigvalsh(matrix, UPLO="L" if both_sides else "U")
        return float(take(values))

    return lanczos


def _draw_lanczos(rng: Generator) -> tuple[Any, ...]:
    n = whole(rng, 6, 9)
    eigenvalues = [between(rng, 2, 4), *(between(rng, -1, 2.5) for _ in range(n - 2))]
    eigenvalues.append(float(rng.choice([-5.0, -1.5])))
    return _symmetric(rng, eigenvalues), _start(rng, n), whole(rng, 3, 4)


def _power(product: Product, u: Array, m: int) -> float:
    return _iterate(product, u, m)


lanczos = Exercise(
    answer=_lanczos(),
    use=_one_number,
    draw=_draw_lanczos,
    praise="A handful of products, and the largest eigenvalue even beside a very negative one.",
    slips={
        "That is the power iteration: it forgets all directions but the last.": _power,
        "That is the largest in size. The largest was asked for.":
            _lanczos(take=lambda values: values[np.argmax(abs(values))]),
        "That is the smallest. eigvalsh sorts upwards.": _lanczos(take=lambda values: values[0]),
        "All eigenvalues came back. Return the largest.": _lanczos(take=lambda values: values[-2]),
        "The part along the q before is not subtracted.": _lanczos(memory=0.0),
        "The part along the q before is added. Subtract it.": _lanczos(memory=-1.0),
        "The matrix has its diagonal alone. The β stand beside it.": _lanczos(beside=False),
        "The first q needs the length 1.": _lanczos(shortened=False),
        "That is one product too many.": _lanczos(more=1),
        "That is one product too few.": _lanczos(more=-1),
        "αq is not subtracted from w.": _lanczos(subtract=False),
        "The β are lengths. Yours are squared.": _lanczos(squared=True),
    },
    otherwise="w = Hq - β·before, α = w·q, w - αq, β = its length; m times; then the largest "
    "eigenvalue of the small matrix.",
)
