"""The exercises of lesson 05, *Batches*."""

from collections.abc import Callable
from itertools import combinations, pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .comparing import plain
from .drawing import Generator, between, normal, sizes, whole
from .exercise import Exercise, call
from .verdict import CHANGED, Complaint

# A slip is what is said, and below it the wrong answer that is meant.
# fmt: off

Array = NDArray[np.float64]
Batches = list[NDArray[np.int64]]

updates = Exercise(
    answer=150,
    praise="14 whole batches and a short one make 15 updates an epoch.",
    slips={
        "The last 37 examples of each epoch make a batch as well, a short one.": 140,
        "That is one epoch.": 15,
        "That is one epoch, and there is no fraction of an update.": 14.37,
        "You let the batches reach over the end of an epoch. Round up once an epoch.": 144,
        "You let the batches reach over the end of an epoch, and there is no fraction of an "
        "update.": 143.7,
        "That is how many examples the run looks at. Each update takes 100 of them.": 14370,
        "That is batches of one example.": 1437,
        "Examples in a batch times epochs says nothing about the updates.": 1000,
    },
    otherwise="How many batches of at most 100 does it take to deal out 1,437 examples? Ten times "
    "that.",
)

distance = Exercise(
    answer=0.3,
    praise="Nine times the examples for a third of the error.",
    slips={
        "The variance falls to a ninth. The error is its square root.": 0.1,
        "Nine times the examples do change it.": 0.9,
        "More examples make the estimate better, not worse.": 2.7,
        "More examples make the estimate better, and by the square root of 9.": 8.1,
        "You took the root of the error. It is the number of examples that has a root.": 0.9**0.5,
        "You divided by √36. Only the ratio of the two batch sizes counts.": 0.15,
        "That is the variance, not its root.": 0.09,
    },
    otherwise="The variance goes with 1/B. What does its square root do when B grows ninefold?",
)


def _deal(order: Any, batch_size: int) -> Batches:
    return [order[i : i + batch_size] for i in range(0, len(order), batch_size)]


def _alike(one: Batches, other: Batches) -> bool:
    """Whether two epochs put the same examples together, far more often than chance does."""

    def pairs(batches: Batches) -> set[tuple[int, int]]:
        return {pair for batch in batches for pair in combinations(sorted(batch), 2)}

    together = pairs(one)
    return len(together & pairs(other)) > len(together) / 4


def _as_batches(answer: Any, n: int, size: int) -> Batches:
    """Return the batches of one epoch as arrays, or complain about what they hold."""
    try:
        batches = [np.array(list(batch)) for batch in answer]
    except TypeError:
        batches = []
    if not batches or any(b.ndim != 1 or (b.size and b.dtype.kind not in "iu") for b in batches):
        raise Complaint("Return a list with one array of example numbers for each batch.")
    held = [len(batch) for batch in batches]
    if 0 in held:
        raise Complaint("There is an empty batch. When do the examples run out?")
    dealt = np.concatenate(batches)
    if dealt.min() < 0 or dealt.max() >= n:
        raise Complaint(
            f"With n = {n} the examples are numbered from 0 to {n - 1}. You dealt others."
        )
    if len(np.unique(dealt)) < len(dealt):
        raise Complaint(
            "Some examples come twice in an epoch. Deal them out like cards, from one permutation."
        )
    if len(held) == size != -(-n // size):
        raise Complaint(
            "batch_size is the number of examples in a batch, not the number of batches."
        )
    if len(dealt) == n - n % size < n:
        raise Complaint("The last examples are never dealt. The last batch may be short.")
    if len(dealt) < n:
        raise Complaint("Some examples are never dealt. An epoch shows each of them once.")
    if held != [len(batch) for batch in _deal(range(n), size)]:
        raise Complaint(f"Every batch but the last holds batch_size examples. Yours hold {held}.")
    return batches


def _epochs(minibatches: Any, n: int, batch_size: int, seed: int) -> dict[str, bool]:
    def epoch(rng: Generator) -> Batches:
        return _as_batches(call(minibatches, n, batch_size, rng), n, batch_size)

    rng = np.random.default_rng(seed)
    first, second = epoch(rng), epoch(rng)
    if n < 50:
        return {}  # too few to tell chance from habit
    again, other = (epoch(np.random.default_rng(seed + more)) for more in (0, 1))
    standing = _deal(np.arange(n), batch_size)
    return {
        "in the order in which they stand": all(map(np.array_equal, first, standing)),
        "neighbours together": _alike(first, standing),
        "the same order every epoch": all(map(np.array_equal, first, second)),
        "the same company every epoch": _alike(first, second),
        "the same batches whatever the seed": _alike(first, other),
        "the same batches from the same seed": all(map(np.array_equal, first, again)),
    }


def _whole_batches_shuffled(n: int, size: int, rng: Generator) -> Batches:
    *batches, last = _deal(np.arange(n), size)
    return [*(batches[i] for i in rng.permutation(len(batches))), last]


minibatches = Exercise(
    answer=lambda n, size, rng: _deal(rng.permutation(n), size),
    use=_epochs,
    draw=lambda rng: (whole(rng, 50, 90), whole(rng, 5, 7), whole(rng, 0, 10**6)),
    edges=((60, 6, 1), (71, 7, 2), (5, 8, 3), (4, 1, 4), (12, 4, 5)),
    praise="Each example once an epoch, in a new order every time.",
    slips={
        "The examples come in the order in which they stand. Shuffle them.":
            lambda n, size, rng: _deal(np.arange(n), size),
        "You shuffle the batches. Neighbours stay together; shuffle the examples.":
            _whole_batches_shuffled,
        "Every epoch has the same order. Let the rng that is handed over draw it.":
            lambda n, size, rng: _deal(np.random.default_rng(0).permutation(n), size),
        "Two generators with the same seed give different batches: draw with the rng that is "
        "handed over, so that a run can be repeated.":
            lambda n, size, rng: _deal(np.random.default_rng().permutation(n), size),
        "You turn one order round from epoch to epoch, and the same examples stay together. Draw "
        "a new permutation.":
            lambda n, size, rng: _deal(
                np.roll(np.random.default_rng(0).permutation(n), size * rng.integers(2, 5)), size
            ),
    },
    otherwise="Draw one permutation of the n numbers with rng, and cut it into pieces.",
)

def _accumulated(
    accumulate: Any, theta: Array, targets: Array, lengths: tuple[int, ...], seed: int
) -> Any:
    """Ask for the gradient of bowls, one around each target, over a batch dealt in pieces."""
    order = np.random.default_rng(seed).permutation(len(targets))[: sum(lengths)]
    pieces = np.split(order, np.cumsum(lengths)[:-1])
    places, longest = np.array(targets), max(lengths)

    def gradient(theta: Any, chosen: Any) -> Array:
        chosen = np.array(chosen)
        if chosen.dtype.kind not in "iu" or not chosen.size:
            raise Complaint("gradient(theta, chosen) takes an array of example numbers.")
        if chosen.size > longest:
            raise Complaint("You put pieces together, and those do not fit into the memory.")
        return np.array(theta, dtype=float) - places[chosen].mean(axis=0)

    return call(accumulate, gradient, theta, pieces)


def _weighted(
    weigh: Callable[[int, int, int], float], of: Callable[..., Array] = lambda g, t, p: g(t, p),
) -> Callable[..., Any]:
    """Add the gradients of the pieces up; a weight gets a length, their sum, their number."""

    def accumulate(gradient: Any, theta: Array, pieces: Batches) -> Any:
        total = sum(len(piece) for piece in pieces)
        return sum(weigh(len(p), total, len(pieces)) * of(gradient, theta, p) for p in pieces)

    return accumulate


def _one_piece(place: int) -> Callable[..., Any]:
    return lambda gradient, theta, pieces: gradient(theta, pieces[place])


def _draw_pieces(rng: Generator) -> tuple[Array, Array, tuple[int, ...], int]:
    lengths = tuple(sizes(rng, whole(rng, 3, 4), 2, 7))
    width = whole(rng, 2, 3)
    return normal(rng, width), normal(rng, sum(lengths) + 2, width), lengths, whole(rng, 0, 999)


accumulate = Exercise(
    answer=_weighted(lambda length, total, count: length / total),
    use=_accumulated,
    draw=_draw_pieces,
    edges=((np.array([1.0, -2.0]), np.arange(10.0).reshape(5, 2) - 3, (4, 1), 1),),
    praise="Each example counts once, in whatever piece it comes.",
    slips={
        "That is the sum of the means. With it the step grows with the number of pieces.":
            _weighted(lambda length, total, count: 1),
        "That is the mean of the means. An example in a short piece counts more than one in a "
        "long piece.": _weighted(lambda length, total, count: 1 / count),
        "That is the sum over all examples. What turns it into a mean?":
            _weighted(lambda length, total, count: length),
        "You weighted each mean by its length, and divided by the number of pieces. Divide by "
        "the number of examples.": _weighted(lambda length, total, count: length / count),
        "You divided by the number of examples, but the means are not weighted by their lengths.":
            _weighted(lambda length, total, count: 1 / total),
        "The mean of a piece is divided by its length once more: it is a mean already.":
            _weighted(lambda length, total, count: 1 / length),
        "The weights are turned over: a long piece has more to say, not less.":
            _weighted(lambda length, total, count: total / length),
        "That is the last piece alone.": _one_piece(-1),
        "That is the first piece alone.": _one_piece(0),
        "It points downhill. Return the gradient; the update subtracts it.":
            _weighted(lambda length, total, count: -length / total),
        "You averaged over the parameters as well. Each has its own slope.":
            _weighted(lambda length, total, count: length / total, lambda g, t, p: g(t, p).mean()),
    },
    otherwise="Turn each mean into a sum, add the sums up, and divide once by how many examples "
    "there are.",
)


def _steps(
    train: Any, n: int, lr: float, batch_size: int, epochs: int, seed: int,
) -> dict[str, Any]:
    """Train on bowls, one around each place, and say how each step relates to its gradient."""
    draw = np.random.default_rng(seed)
    places = 3 * draw.normal(size=(n, whole(draw, 2, 4)))
    start = 8 * draw.normal(size=(places.shape[1],))

    def watched(seed: int) -> tuple[list[Batches], Array, Array]:
        seen: list[tuple[Array, NDArray[np.int64]]] = []

        def gradient(theta: Any, chosen: Any) -> Array:
            theta, chosen = np.array(theta, dtype=float), np.array(chosen)
            seen.append((theta, chosen))
            return theta - places[chosen].mean(axis=0) if len(chosen) else np.zeros_like(theta)

        mine, rng = start.copy(), np.random.default_rng(seed)
        end = call(train, gradient, mine, n, lr, batch_size, epochs, rng)
        batches = [chosen for _, chosen in seen]
        if complaint := _wrong_count(batches, n, batch_size, epochs):
            raise Complaint(complaint)
        if not np.array_equal(mine, start):
            raise Complaint(CHANGED.format("theta"))
        walk = [theta for theta, _ in seen] + [np.array(plain(end), dtype=float)]
        if walk[-1].shape != start.shape:
            raise Complaint("Return the parameters after the last update.")
        if np.array_equal(walk[-1], walk[-2]):
            raise Complaint("You return the parameters as they were before the last update.")
        taken = np.array([after - before for before, after in pairwise(walk)])
        full = np.array([-lr * (theta - places[chosen].mean(axis=0)) for theta, chosen in seen])
        each = len(batches) // epochs
        return [batches[i : i + each] for i in range(0, len(batches), each)], taken, full

    dealt, taken, full = watched(seed)
    (first, *later), (again, *_), (other, *_) = dealt, watched(seed)[0], watched(seed + 1)[0]
    return {
        "the same order every epoch": all(map(np.array_equal, first, later[0])),
        "the same batches every epoch": any(_alike(first, epoch) for epoch in later),
        "the same batches whatever the seed": _alike(first, other),
        "the same batches from the same seed": _alike(first, again),
        "each step, divided by the rate times the mean gradient of its batch": (
            np.sum(taken * full, axis=1) / np.sum(full * full, axis=1)
        ),
        "every step along its gradient": np.linalg.matrix_rank(
            np.stack([taken, full], axis=-1), tol=1e-6
        ).max()
        == 1,
    }


def _wrong_count(batches: Batches, n: int, size: int, epochs: int) -> str:
    """Say what is wrong with the batches of a run; empty when nothing is."""
    each = -(-n // size)
    short = n % size > 0
    if len(batches) == each:
        return "That is one epoch only."
    if len(batches) == (each - 1) * epochs and short:
        if _alike(batches[: each - 1], batches[each - 1 : 2 * each - 2]):
            return (
                "Both promises are still broken. Which examples does an epoch show, and which of "
                "them meet in a batch in the next?"
            )
        return "The last, short batch of each epoch is left out."
    if any(len(batch) == 0 for batch in batches):
        return "There is an empty batch in each epoch. When do the examples run out?"
    if len(batches) != each * epochs:
        return (
            f"{n} examples in batches of {size} are {each} updates an epoch. You made "
            f"{len(batches)} in {epochs}."
        )
    orders = np.array_split(np.concatenate(batches), epochs)
    if any(not np.array_equal(np.sort(order), np.arange(n)) for order in orders):
        return "In some epoch an example comes twice or never."
    return ""


def _training(
    *, anew: bool = True, divide: Callable[[int, int, int, float], float] = lambda *_: 1.0,
    own: Callable[[Generator], Generator] = lambda rng: rng, whole: bool = False,
) -> Callable[..., Array]:
    """Write the training with the slips that a reader may make."""

    def train(
        gradient: Any, theta: Array, n: int, lr: float, batch_size: int, epochs: int, rng: Generator
    ) -> Array:
        rng = own(rng)
        order = rng.permutation(n)
        for _ in range(epochs):
            order = rng.permutation(n) if anew else order
            batches = _deal(order, batch_size)
            for chosen in [batches[i] for i in rng.permutation(len(batches))] if whole else batches:
                step = lr * gradient(theta, chosen) / divide(len(chosen), batch_size, n, lr)
                theta = theta - step
        return theta

    return train


def _draw_training(rng: Generator) -> tuple[int, float, int, int, int]:
    n, size = whole(rng, 50, 80), whole(rng, 4, 6)
    n += n % size == 0  # the last batch is short
    return n, between(rng, 0.02, 0.3), size, whole(rng, 2, 4), whole(rng, 0, 10**6)


train = Exercise(
    answer=_training(),
    use=_steps,
    draw=_draw_training,
    draws=3,
    praise="Each example once an epoch, in new company every time.",
    slips={
        "Every epoch deals the same batches, and the gradient, a mean already, is divided by the "
        "batch once more.": _training(anew=False, divide=lambda m, *_: m),
        "Every epoch deals the same batches in the same order. Shuffle anew.":
            _training(anew=False),
        "Every epoch deals the same batches, in another order. Shuffle the examples anew.":
            _training(anew=False, whole=True),
        "The batches do not come from the rng that is handed over: another seed should deal "
        "others.": _training(own=lambda rng: np.random.default_rng(0)),
        "The batches do not come from the rng that is handed over: the same seed should deal the "
        "same, so that a run can be repeated.": _training(own=lambda rng: np.random.default_rng()),
        "You divided by the batch twice: the gradient is a mean already.":
            _training(divide=lambda m, *_: m),
        "You divided by the batch twice: the gradient is a mean already, whatever the size of the "
        "batch.": _training(divide=lambda m, size, *_: size),
        "You divide by the number of examples. The gradient is a mean already.":
            _training(divide=lambda m, size, n, lr: n),
        "That turns the mean into a sum: the step grows with the batch.":
            _training(divide=lambda m, *_: 1 / m),
        "That turns the mean into a sum: a batch of four makes four times the step.":
            _training(divide=lambda m, size, *_: 1 / size),
        "The short batch steps less far. A mean needs no such correction.":
            _training(divide=lambda m, size, *_: size / m),
        "It climbs now. The update subtracts.": _training(divide=lambda *_: -1.0),
        "The rate is not used.": _training(divide=lambda m, size, n, lr: lr),
    },
    otherwise="The steps are not the rate times the mean gradient of their batches.",
)

rate_for = Exercise(
    answer=lambda variance, batch_size, curvature, noise: (
        2 * batch_size * curvature * variance / (noise + batch_size * curvature**2 * variance)
    ),
    draw=lambda rng: (
        between(rng, 0.02, 0.5),
        whole(rng, 2, 20),
        between(rng, 0.4, 5),
        between(rng, 0.5, 4),
    ),
    edges=((10.0, 8, 3.0, 0.5),),
    praise="However large the ball may be, this rate stays below 2/λ.",
    slips={
        "That holds for small rates only. It leaves out the ηλ in 2 - ηλ.":
            lambda v, b, k, s: 2 * b * k * v / s,
        "The batch is missing.": lambda v, b, k, s: 2 * k * v / (s + k * k * v),
        "The batch belongs on the other side: a larger batch allows a larger rate.":
            lambda v, b, k, s: 2 * k * v / (b * s + k * k * v),
        "A 2 is missing. Bring every term with η to one side.":
            lambda v, b, k, s: b * k * v / (s + b * k * k * v),
        "A sign slipped when you brought the η over: both terms below are positive.":
            lambda v, b, k, s: 2 * b * k * v / (s - b * k * k * v),
        "One λ below is missing: the term is λ times λ.":
            lambda v, b, k, s: 2 * b * k * v / (s + b * k * v),
        "noise is σ² already, and you squared it.":
            lambda v, b, k, s: 2 * b * k * v / (s * s + b * k * k * v),
        "You took the variance for its root and squared it.":
            lambda v, b, k, s: 2 * b * k * v * v / (s + b * k * k * v * v),
        "That is the fraction upside down.":
            lambda v, b, k, s: (s + b * k * k * v) / (2 * b * k * v),
        "That is the size of the ball when the rate is the first argument.":
            lambda v, b, k, s: v * s / (b * k * (2 - v * k)),
    },
    otherwise="Multiply v = ησ² / (Bλ(2 - ηλ)) by the denominator, bring the two terms with η to "
    "one side, and divide.",
)
