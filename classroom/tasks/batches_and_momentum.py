"""The tasks of assignment 3, *Batches and momentum*."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from minigrad.course.exercises import Exercise
from minigrad.course.exercises.drawing import Generator, between, normal, whole
from minigrad.course.exercises.verdict import Complaint

from ..task import Task
from .gradient_descent import Slope, bowl

# A slip is what is said, and below it the wrong answer that is meant.
# fmt: off

Array = NDArray[np.float64]


def _two_epochs(epoch: Any, n: int, size: int, seed: int) -> Any:
    """Look at two epochs, drawn one after the other from one generator."""
    rng = np.random.default_rng(seed)
    first, second = ([np.ravel(batch) for batch in epoch(n, size, rng)] for _ in range(2))
    if not first or not second:
        raise Complaint("No batch comes back.")
    orders = [np.concatenate(batches) for batches in (first, second)]
    return {
        "the sizes of the batches": np.array([len(batch) for batch in first]),
        "the examples, sorted": np.sort(orders[0]),
        "whether they come in the order of the data": bool(np.all(np.diff(orders[0]) > 0)),
        "whether the next epoch has the same order": bool(np.array_equal(*orders)),
    }


def _epoch(
    order: Callable[[int, Any], Any] = lambda n, rng: rng.permutation(n),
    cut: Callable[[Any, int], Any] = lambda order, size: [
        order[i : i + size] for i in range(0, len(order), size)
    ],
) -> Callable[..., Any]:
    return lambda n, size, rng: cut(order(n, rng), size)


epoch = Exercise(
    answer=_epoch(),
    use=_two_epochs,
    draw=lambda rng: (whole(rng, 21, 50), whole(rng, 2, 9), whole(rng, 0, 999)),
    draws=8,
    edges=((20, 5, 1), (23, 1, 2), (30, 30, 3), (25, 64, 4)),
    praise="Every example once, and another order each time.",
    slips={
        "The last examples are dropped where they do not fill a batch. Let that batch be smaller.":
            _epoch(cut=lambda order, size: [
                order[i : i + size] for i in range(0, len(order) - size + 1, size)
            ] or [order[:0]]),
        "The examples come in the order of the data. Shuffle them.":
            _epoch(order=lambda n, rng: np.arange(n)),
        "Every epoch has the same order. Draw it from the generator that is handed over.":
            _epoch(order=lambda n, rng: np.random.default_rng(0).permutation(n)),
        "Some examples come twice and others never: that draws with replacement.":
            _epoch(order=lambda n, rng: rng.integers(n, size=n)),
        "`size` is how many examples a batch has, not how many batches there are.":
            _epoch(cut=lambda order, size: np.array_split(order, size)),
        "The examples are counted from 0.":
            _epoch(order=lambda n, rng: 1 + rng.permutation(n)),
        "The last batch is filled up with examples that have been there already.":
            _epoch(cut=lambda order, size: [
                np.resize(order, -(-len(order) // size) * size)[i : i + size]
                for i in range(0, len(order), size)
            ]),
    },
    otherwise="Shuffle 0 ... n - 1 with rng.permutation(n), then cut it into pieces of `size`; the "
    "last one may be shorter.",
)

Parts = tuple[Array, list[int]]


def _parts(rng: Generator) -> Parts:
    n = whole(rng, 2, 4)
    return normal(rng, n, whole(rng, 2, 3)), rng.integers(1, 30, n).tolist()


accumulated = Exercise(
    answer=lambda gradients, sizes: np.average(gradients, axis=0, weights=sizes),
    draw=_parts,
    draws=8,
    edges=((np.array([[2.0, -1.0], [4.0, 3.0]]), [8, 8]), (np.array([[1.0], [5.0]]), [30, 2])),
    praise="A part counts by the number of its examples.",
    slips={
        "The gradients are added up: the step would be as many times too long as there are parts.":
            lambda gradients, sizes: np.sum(gradients, axis=0),
        "Each part counts alike. A part of two examples should not count as one of thirty.":
            lambda gradients, sizes: np.mean(gradients, axis=0),
        "Weighted, but not divided by the number of all examples.":
            lambda gradients, sizes: np.asarray(sizes) @ gradients,
        "Divided by the sizes: those are gradients of means already. Weight by them.":
            lambda gradients, sizes: np.average(gradients, axis=0, weights=1 / np.asarray(sizes)),
        "Divided by the number of parts. Divide by the number of examples.":
            lambda gradients, sizes: np.asarray(sizes) @ gradients / len(sizes),
        "That is the gradient of the last part alone.":
            lambda gradients, sizes: gradients[-1],
        "That is the gradient of the largest part alone.":
            lambda gradients, sizes: gradients[int(np.argmax(sizes))],
    },
    otherwise="The sum of all examples' gradients is Σ size · gradient. Their mean divides it by "
    "the number of all examples.",
)


def _noise(
    spread: Callable[[Array], Any] = lambda g: np.sum(np.var(g, axis=0)),
    few: Callable[[int, int], float] = lambda n, size: (n - size) / (n - 1),
    power: float = 1.0,
) -> Callable[..., Any]:
    def noise(gradients: Array, size: int, replace: bool) -> Any:
        factor = 1.0 if replace else few(len(gradients), size)
        return spread(gradients) / size**power * factor

    return noise


def _examples(rng: Generator) -> tuple[Any, ...]:
    n = whole(rng, 5, 9)
    return normal(rng, n, whole(rng, 2, 3)), whole(rng, 2, n - 1), bool(rng.integers(2))


noise = Exercise(
    answer=_noise(),
    draw=_examples,
    draws=10,
    edges=((np.array([[1.0, 2.0], [-3.0, 0.5], [2.0, 2.0]]), 3, False),
           (np.array([[1.0], [-1.0], [4.0], [0.0]]), 2, True),
           (np.array([[1.0], [-1.0], [4.0], [0.0]]), 2, False)),
    praise="It falls as 1/B, and without replacement it reaches 0 at B = N.",
    slips={
        "Without replacement there is less noise: the whole data has none. The factor is "
        "(N - B)/(N - 1).": _noise(few=lambda n, size: 1.0),
        "Nearly: the factor without replacement is (N - B)/(N - 1), not (N - B)/N.":
            _noise(few=lambda n, size: (n - size) / n),
        "That is its root. Asked for is the mean of the squared distance.":
            lambda g, size, replace: np.sqrt(_noise()(g, size, replace)),
        "You took the variance with N - 1 below. These N examples are all there are: divide by N.":
            _noise(lambda g: np.sum(np.var(g, axis=0, ddof=1))),
        "The variances of the coordinates add up. You took their mean.":
            _noise(lambda g: np.mean(np.var(g, axis=0))),
        "The numbers are taken together as if they were one coordinate.":
            _noise(lambda g: np.var(g) * g.shape[1]),
        "That does not depend on the size of the batch.": _noise(power=0.0),
        "The variance falls as 1/B, and the deviation as 1/√B.": _noise(power=0.5),
        "The factors with and without replacement have changed places.":
            lambda g, size, replace: _noise()(g, size, not replace),
        "That is the mean square of the gradients, not of their distance from the mean.":
            _noise(lambda g: np.sum(np.mean(g * g, axis=0))),
    },
    otherwise="Take the variance of each coordinate over the examples, add them, divide by B; "
    "without replacement times (N - B)/(N - 1).",
)

FORMS = "heavy ball", "average", "nesterov"

def _velocity(
    form: str, gradient: Any, theta: Any, v: Any, lr: float, mu: float, *,
    weight: Callable[[float], float] = lambda mu: 1 - mu, ahead: float = 1.0,
) -> Any:
    if form == "average":
        return mu * v + weight(mu) * gradient(theta)
    if form == "nesterov":
        theta = theta - ahead * lr * mu * v
    return mu * v + gradient(theta)


def _walk(
    velocity: Any = _velocity, *, sign: float = -1.0, keep: slice = slice(None),
    warm: bool = False, **options: Any,
) -> Callable[..., Array]:
    def momentum(
        form: str, gradient: Any, start: Array, lr: float, mu: float, steps: int
    ) -> Array:
        theta, kept = np.asarray(start), [start]
        v = gradient(theta) if warm else np.zeros(len(start))
        for _ in range(steps):
            v = velocity(form, gradient, theta, v, lr, mu, **options)
            theta = theta + sign * lr * v
            kept.append(theta)
        return np.array(kept)[keep]

    return momentum


def _walks(rng: Generator) -> tuple[Any, ...]:
    n = whole(rng, 1, 3)
    form = FORMS[whole(rng, 0, 2)]
    return (form, Slope(bowl(rng, n), normal(rng, n)), normal(rng, n),
            between(rng, 0.02, 0.2), between(rng, 0.3, 0.95), whole(rng, 3, 6))


_VALLEY = Slope(np.diag([1.0, 6.0]), np.array([0.5, -1.0]))

momentum = Exercise(
    answer=_walk(),
    draw=_walks,
    draws=7,
    edges=tuple((form, _VALLEY, np.array([2.0, 1.5]), 0.1, 0.8, 5) for form in FORMS),
    praise="Three forms, and one line between them.",
    slips={
        "In the averaged form the new gradient has the weight 1 - μ.":
            _walk(weight=lambda mu: 1.0),
        "In the averaged form μ and 1 - μ have changed places.":
            _walk(lambda form, gradient, theta, v, lr, mu: (
                (1 - mu) * v + mu * gradient(theta) if form == "average"
                else _velocity(form, gradient, theta, v, lr, mu))),
        "Nesterov asks for the gradient where the velocity is about to lead, not where one stands.":
            _walk(ahead=0.0),
        "Nesterov looks ahead along the step to come: θ - ημv. You looked back.":
            _walk(ahead=-1.0),
        "Nesterov looks ahead by ημv. The rate or μ is missing in your look.":
            _walk(lambda form, gradient, theta, v, lr, mu: (
                mu * v + gradient(theta - lr * v) if form == "nesterov"
                else _velocity(form, gradient, theta, v, lr, mu))),
        "It climbs: the update subtracts.": _walk(sign=1.0),
        "The velocity begins at 0, not at the first gradient.": _walk(warm=True),
        "The start is missing: it is the first of the positions.": _walk(keep=slice(1, None)),
        "All forms are alike. `form` says which one is asked for.":
            _walk(lambda form, *a: _velocity("heavy ball", *a)),
        "There is no momentum in it: v = μ·v + gradient keeps what was there.":
            _walk(lambda form, gradient, theta, v, lr, mu: gradient(theta)),
    },
    otherwise="v begins at 0. heavy ball: v = μv + g(θ). average: v = μv + (1-μ)·g(θ). nesterov: "
    "v = μv + g(θ - ημv). Then θ = θ - ηv. Keep every θ, the start first.",
)

Rule = Callable[[str, float, float], float]


def _twin(heavy: Callable[[float], float], average: Callable[[float], float]) -> Rule:
    return lambda form, lr, mu: lr * (heavy(mu) if form == "heavy ball" else average(mu))


twin = Exercise(
    answer=_twin(lambda mu: 1 / (1 - mu), lambda mu: 1 - mu),
    draw=lambda rng: (FORMS[whole(rng, 0, 1)], between(rng, 0.01, 0.5), between(rng, 0.2, 0.97)),
    draws=8,
    edges=(("heavy ball", 0.1, 0.8), ("average", 0.1, 0.8)),
    praise="The same path, from another number.",
    slips={
        "The other way round: the averaged form is weaker, and needs the larger rate.":
            _twin(lambda mu: 1 - mu, lambda mu: 1 / (1 - mu)),
        "You go from heavy ball to average, whichever is given.":
            _twin(lambda mu: 1 / (1 - mu), lambda mu: 1 / (1 - mu)),
        "You go from average to heavy ball, whichever is given.":
            _twin(lambda mu: 1 - mu, lambda mu: 1 - mu),
        "The same rate in both: then one of them is 1/(1 - μ) times as fast.":
            _twin(lambda mu: 1.0, lambda mu: 1.0),
        "The factor is 1 - μ, not μ.": _twin(lambda mu: 1 / mu, lambda mu: mu),
        "The factor is 1 - μ, not 1 + μ.": _twin(lambda mu: 1 + mu, lambda mu: 1 / (1 + mu)),
        "The rates do not differ by a summand.":
            lambda form, lr, mu: lr + (mu if form == "heavy ball" else -mu),
    },
    otherwise="Write both down: the averaged velocity is 1 - μ times the other. So which rate "
    "makes up for it?",
)


def _limits(
    heavy: Callable[[float], float] = lambda mu: 1 + mu,
    average: Callable[[float], float] = lambda mu: (1 + mu) / (1 - mu),
    nesterov: Callable[[float], float] = lambda mu: (1 + mu) / (1 + 2 * mu),
    top: float = 2.0,
) -> Callable[..., float]:
    rules = dict(zip(FORMS, (heavy, average, nesterov), strict=True))
    return lambda form, curvature, mu: top * rules[form](mu) / curvature


momentum_limit = Exercise(
    answer=_limits(),
    draw=lambda rng: (
        FORMS[whole(rng, 0, 2)], between(rng, 0.5, 40.0), between(rng, 0.3, 0.95)
    ),
    draws=9,
    edges=tuple((form, 8.0, 0.9) for form in FORMS),
    rtol=0.01,
    praise="Heavy ball nearly doubles the limit; Nesterov lowers it, to two thirds at worst.",
    slips={
        "That is the limit of plain descent, for all forms.":
            _limits(lambda mu: 1.0, lambda mu: 1.0, lambda mu: 1.0),
        "Nesterov has a limit of its own: it is below that of plain descent.":
            _limits(nesterov=lambda mu: 1 + mu),
        "Nesterov's limit is not that of plain descent: look at the factor -1.":
            _limits(nesterov=lambda mu: 1.0),
        "The averaged form bears a larger rate, by 1/(1 - μ).": _limits(average=lambda mu: 1 + mu),
        "The averaged form bears a larger rate, not a smaller one.":
            _limits(average=lambda mu: (1 + mu) * (1 - mu)),
        "Half of it.": _limits(top=1.0),
        "The heavy ball bears more than plain descent: 1 + μ above the line.":
            _limits(heavy=lambda mu: 1.0),
        "The heavy ball bears 1 + μ times as much, not 1/(1 - μ) times.":
            _limits(heavy=lambda mu: 1 / (1 - mu)),
        "The limit falls with the curvature: divide by it.":
            lambda form, curvature, mu: _limits()(form, 1 / curvature, mu),
    },
    otherwise="Run `momentum` on a bowl of one dimension and see from which rate on it grows, or "
    "put θ_t = zᵗ into the recurrence: at the limit z = -1.",
)

TASKS = {
    "epoch-test": Task(epoch, "epoch", shown=((10, 4, 0),)),
    "accumulated-test": Task(
        accumulated, "accumulated", shown=((np.array([[1.0, 0.0], [4.0, 3.0]]), [2, 1]),),
    ),
    "noise-test": Task(
        noise, "noise", shown=((np.array([[1.0, 0.0], [3.0, 4.0]]), 1, True),),
    ),
    "momentum-test": Task(
        momentum, "momentum",
        shown=(("heavy ball", Slope(np.diag([1.0, 2.0]), np.zeros(2)), np.array([1.0, 1.0]),
                0.5, 0.5, 2),),
    ),
    "twin-test": Task(twin, "twin", shown=(("heavy ball", 0.1, 0.5),)),
    "momentum-limit-test": Task(
        momentum_limit, "momentum_limit", shown=(("heavy ball", 2.0, 0.5),),
    ),
}  # fmt: skip
