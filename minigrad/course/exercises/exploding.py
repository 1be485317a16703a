"""The exercises of lesson 14, *Vanishing and exploding*."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .clipped_race import decides
from .drawing import Generator, between, normal, sizes
from .exercise import Exercise, call
from .verdict import Complaint

# A slip is what is said, and below it the wrong answer that is meant.
# fmt: off

__all__ = ["batch_norm", "by_unit", "clip_or_skip", "decides", "rate", "step"]

Array = NDArray[np.float64]

rate = Exercise(
    answer=0.9,
    praise="The gradient is a third, and the step has to be three times as long: 3² · 0.1.",
    slips={
        "That makes up for the shorter gradient. The arrow is longer, too.": 0.3,
        "With that rate a step turns the longer arrow by a ninth of the angle.": 0.1,
        "The wrong way: longer weights turn less, so they want a higher rate.": 0.1 / 9,
        "The wrong way, and by the factor instead of its square.": 0.1 / 3,
        "The length of 2 plays no part: what counts is by what it is multiplied.": 3.6,
        "By the third power? One factor comes from the gradient, one from the arrow.": 2.7,
        "The factor is 3, from a length of 2 to one of 6.": 0.4,
    },
    otherwise="η / ‖W‖² is to stay what it was.",
)


def _common(grads: Sequence[Array]) -> float:
    return float(np.sqrt(sum((g**2).sum() for g in grads)))


def _clip(
    size: Callable[[Sequence[Array]], float] = _common,
    always: bool = False,
    one_by_one: bool = False,
    by_value: bool = False,
    skips: bool = True,
    returned: Callable[[Any, float, float], Any] = lambda new, norm, limit: (new, norm),
) -> Callable[..., Any]:
    """Clip by the common norm, and the slips."""

    def clip_or_skip(grads: list[Array], max_norm: float) -> Any:
        with np.errstate(all="ignore"):
            norm = size(grads)
            if skips and not np.isfinite(norm):
                return returned([np.zeros_like(g) for g in grads], norm, max_norm)

            def factor(norm: float) -> float:
                return max_norm / norm if always or not norm <= max_norm else 1.0

            if by_value:
                new = [np.clip(g, -max_norm, max_norm) for g in grads]
            elif one_by_one:
                new = [g * factor(float(np.linalg.norm(g))) for g in grads]
            else:
                new = [g * factor(norm) for g in grads]
            return returned(new, norm, max_norm)

    return clip_or_skip


def _arrays_and_norm(answer: Any, grads: list[Array], max_norm: float) -> Any:
    two = "Return two things: the list of new arrays, and the norm before clipping."
    returned = call(answer, grads, max_norm)
    if not isinstance(returned, tuple | list) or len(returned) != 2:
        raise Complaint(two)
    new, norm = returned
    if isinstance(norm, tuple | list) or np.ndim(norm):
        raise Complaint(two)
    if not isinstance(new, tuple | list) or len(new) != len(grads):
        raise Complaint(two)
    known = float(norm) if np.isfinite(norm) else np.inf  # nan and infinite are alike here
    return [*new, known]


def _draw_gradients(rng: Generator) -> tuple[Any, ...]:
    rows, columns, n = sizes(rng, 3, low=2, high=5)
    grads = [normal(rng, rows, columns), normal(rng, n)]
    return grads, between(rng, 0.3, 1.5)


clip_or_skip = Exercise(
    answer=_clip(),
    use=_arrays_and_norm,
    draw=_draw_gradients,
    edges=(
        ([np.array([0.3, -0.4]), np.array([0.1])], 2.0),
        ([np.array([0.0, 0.0]), np.array([0.0])], 1.0),
        ([np.array([1.0, np.nan]), np.array([2.0])], 1.0),
        ([np.array([1.0, -2.0]), np.array([np.inf])], 0.5),
    ),
    praise="One norm for all, one factor for all, and no step that is not finite.",
    slips={
        "Each array has its own norm in yours. It is one norm over all of them.":
            _clip(one_by_one=True),
        "That is clipping by value: the direction turns.": _clip(by_value=True),
        "Short gradients come out longer. Leave those alone.": _clip(always=True),
        "What is not finite is not skipped: 0 times nan is nan. Return zeros there.":
            _clip(skips=False),
        "The root of the sum of squares is missing.":
            _clip(lambda gs: float(sum((g**2).sum() for g in gs))),
        "You add the norms. It is the root of the sum of all squares.":
            _clip(lambda gs: float(sum(np.linalg.norm(g) for g in gs))),
        "The largest of the norms is not the common one. Add all squares under one root.":
            _clip(lambda gs: float(np.max([np.linalg.norm(g) for g in gs]))),
        "The arrays are right. The norm is wanted as it was before clipping.":
            _clip(returned=lambda new, norm, limit: (new, min(norm, limit)
                                                     if np.isfinite(norm) else norm)),
    },
    otherwise="The root of the sum of all squares, over all arrays; where it is above max_norm, "
    "every array times max_norm / norm; where it is not finite, zeros.",
)


def _normalised(
    axis: int = 0,
    uses: Callable[[bool], bool] = lambda training: training,
    moves: Callable[[bool], bool] = lambda training: training,
    kept: Callable[[Array, int], Array] = lambda v, n: v * n / (n - 1),
    by: Callable[[Array, int], Array] = lambda v, n: v,
    weight: Callable[[float], float] = lambda momentum: momentum,
    divide: Callable[[Array, float], Array] = lambda v, eps: np.sqrt(v + eps),
    late: bool = False,
) -> Callable[..., Any]:
    """Batch normalisation's forward pass, and the slips."""

    def batch_norm(
        z: Array, mean: Array, var: Array, training: bool, momentum: float, eps: float
    ) -> Any:
        n = len(z)
        m, v = z.mean(axis=axis, keepdims=True), z.var(axis=axis, keepdims=True)
        new_mean, new_var = mean, var
        if moves(training):
            new_mean = mean + weight(momentum) * (z.mean(axis=0) - mean)
            new_var = var + weight(momentum) * (kept(z.var(axis=0), n) - var)
        if late and training:
            y = (z - new_mean) / divide(new_var, eps)
        elif uses(training):
            y = (z - m) / divide(by(v, n), eps)
        else:
            y = (z - mean) / divide(var, eps)
        return y, new_mean, new_var

    return batch_norm


def _three_arrays(
    answer: Any, z: Array, mean: Array, var: Array, training: bool, momentum: float, eps: float
) -> Any:
    returned = call(answer, z, mean, var, training, momentum, eps)
    if not isinstance(returned, tuple | list) or len(returned) != 3:
        raise Complaint("Return three things: y, the new running mean, the new running variance.")
    if np.shape(returned[0]) != z.shape:
        raise Complaint("y comes first, and has the shape of z.")
    return list(returned)


def _draw_batch(rng: Generator) -> tuple[Any, ...]:
    n, units = sizes(rng, 2, low=2, high=6)
    return (
        normal(rng, n, units) + 1, normal(rng, units), abs(normal(rng, units)) + 0.5,
        bool(rng.random() < 0.5), between(rng, 0.1, 0.4), between(rng, 0.01, 0.2),
    )  # fmt: skip


_UNITS = np.array([[1.0, -2.0, 0.5], [3.0, 2.0, 0.5], [2.0, 0.0, -4.0], [-1.0, 5.0, 1.0]])

batch_norm = Exercise(
    answer=_normalised(),
    use=_three_arrays,
    draw=_draw_batch,
    edges=(
        (_UNITS, np.array([1.0, 0.0, -1.0]), np.array([2.0, 1.0, 4.0]), True, 0.1, 0.05),
        (_UNITS, np.array([1.0, 0.0, -1.0]), np.array([2.0, 1.0, 4.0]), False, 0.2, 0.05),
    ),
    praise="The batch in training, the averages in use, and the averages move in training alone.",
    slips={
        "In use yours still standardises by the batch. Take the running averages there.":
            _normalised(uses=lambda training: True),
        "In training yours standardises by the running averages. Take the batch's own there.":
            _normalised(uses=lambda training: False),
        "The two modes are swapped.":
            _normalised(uses=lambda training: not training, moves=lambda training: not training),
        "The running averages move in use as well: then answers hang on who was asked before.":
            _normalised(moves=lambda training: True),
        "The running averages never move.": _normalised(moves=lambda training: False),
        "The variance that is kept is the unbiased one: times B / (B - 1).":
            _normalised(kept=lambda v, n: v),
        "y is made with the unbiased variance. That one is only kept; y takes the batch's own.":
            _normalised(by=lambda v, n: v * n / (n - 1)),
        "The newest batch counts with `momentum`, not with 1 - momentum.":
            _normalised(weight=lambda momentum: 1 - momentum),
        "ε stands under the root, beside the variance.":
            _normalised(divide=lambda v, eps: np.sqrt(v) + eps),
        "You divide by the variance. Take its root.": _normalised(divide=lambda v, eps: v + eps),
        "Without ε a unit that never changes divides by 0.":
            _normalised(divide=lambda v, eps: np.sqrt(v)),
        "In training y is made from the averages that have just moved. Take the batch's own.":
            _normalised(late=True),
        "You standardise each example over its units: that is layer normalisation.":
            _normalised(axis=1),
    },
    otherwise="In training (z - m) / √(v + ε) with the batch's m and v over axis 0, and both "
    "averages move; in use the averages stand in their place, and stay.",
)


def _step(
    together: Callable[..., Any] = np.mean,
    each: bool = False,
    once: bool = True,
    by_value: bool = False,
    always: bool = False,
) -> Callable[[Array, float], Array]:
    """Make one gradient of several pieces, and the slips."""

    def clipped(g: Array, limit: float) -> Array:
        if by_value:
            return np.clip(g, -limit, limit)
        norm = float(np.linalg.norm(g))
        return g * (limit / norm) if norm > limit or (always and norm) else g

    def step(pieces: Array, max_norm: float) -> Array:
        kept = np.array([clipped(g, max_norm) for g in pieces]) if each else pieces
        total = np.asarray(together(kept, axis=0))
        return clipped(total, max_norm) if once else total

    return step


def _draw_pieces(rng: Generator) -> tuple[Any, ...]:
    k, n = sizes(rng, 2, low=2, high=6)
    return normal(rng, k, n), between(rng, 0.3, 1.2)


step = Exercise(
    answer=_step(),
    draw=_draw_pieces,
    edges=(
        (np.array([[1.0, 0.0], [1.0, 0.0], [1.0, 0.0]]), 1.0),
        (np.array([[9.0, 0.0], [-9.0, 0.4]]), 1.0),
        (np.array([[0.3, 0.4], [0.3, 0.4]]), 0.8),
        (np.array([[2.0, 0.0], [0.0, 0.0]]), 0.5),
    ),
    praise="First the gradient of the whole batch, then one look at its length.",
    slips={
        "Nothing has changed yet. How long may the result be, of four pieces of length 1?":
            _step(np.sum, each=True, once=False),
        "It is divided now. But each piece is still clipped by itself, and one that the others "
        "cancel is not: clip once, at the end.": _step(each=True, once=False),
        "It is clipped once now. But the sum is clipped, which is too long by the number of "
        "pieces: a short gradient passes for a long one.": _step(np.sum),
        "The sum is clipped, and each piece before it. Mean first, then clip once.":
            _step(np.sum, each=True),
        "Nothing is clipped now.": _step(once=False),
        "That is clipping by value.": _step(by_value=True),
        "Short gradients become longer. Leave those alone.": _step(always=True),
    },
    otherwise="The mean over the pieces; where its norm is above max_norm, times max_norm / norm.",
)


def _by_unit(
    axis: int | None = 0,
    least: Callable[[Any, float], Any] = np.maximum,
    always: bool = False,
    of: Callable[[Array, Array], Array] = lambda W, G: W,
    norm: Callable[[Array], Any] = lambda length: length,
) -> Callable[..., Array]:
    """Clip by unit, and the slips."""

    def by_unit(W: Array, G: Array, factor: float, eps: float) -> Array:
        def lengths(x: Array) -> Any:
            return norm(np.sqrt((x**2).sum(axis=axis, keepdims=True)))

        limit, length = factor * least(lengths(of(W, G)), eps), lengths(G)
        shrink = limit / np.maximum(length, 1e-300)
        return np.asarray(G * (shrink if always else np.minimum(shrink, 1.0)))

    return by_unit


def _draw_unit(rng: Generator) -> tuple[Any, ...]:
    n_in, n_out = sizes(rng, 2, low=2, high=5)
    W = abs(normal(rng, n_in, n_out))
    W[:, 0] *= 0.01
    return W, normal(rng, n_in, n_out), between(rng, 0.2, 1.2), between(rng, 0.1, 0.4)


by_unit = Exercise(
    answer=_by_unit(),
    draw=_draw_unit,
    edges=((np.array([[3.0, 0.0, 1.0], [4.0, 0.0, 1.0]]),
            np.array([[0.6, 2.0, 0.0], [0.8, 0.0, 0.0]]), 0.5, 0.1),),
    praise="A threshold that needs no histogram: it grows with what it is to change.",
    slips={
        "You measure rows. Each column leads to one unit.": _by_unit(axis=1),
        "One length for the whole matrix: each unit has its own.": _by_unit(axis=None),
        "eps is missing: weights of 0 could never move.": _by_unit(least=lambda w, eps: w),
        "eps is the least, not added.": _by_unit(least=lambda w, eps: w + eps),
        "You take the smaller of length and eps. It is the larger.": _by_unit(least=np.minimum),
        "Gradients that are short enough become longer. Leave those alone.": _by_unit(always=True),
        "The weights play no part: that is clipping each unit at factor.":
            lambda W, G, factor, eps: _by_unit(least=lambda w, eps: np.ones_like(w))(
                W, G, factor, eps),
        "Those are squared lengths. Take the root.": _by_unit(norm=lambda length: length**2),
    },
    otherwise="limit = factor · max(‖column of W‖, eps); where a column of G is longer, times "
    "limit / its length.",
)
