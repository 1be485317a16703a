"""The exercises of lesson 12, *Large batches and matrices*."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .drawing import Generator, between, normal, sizes, whole
from .exercise import Exercise, InTurn, call
from .verdict import Complaint

# A slip is what is said, and below it the wrong answer that is meant.
# fmt: off

Array = NDArray[np.float64]

_W, _G = np.array([[2.0, 0.0], [0.0, 3.0]]), np.array([[3.0, 3.0], [-1.0, 1.0]])
_TURN = np.array([[1.0, 1.0], [-1.0, 1.0]]) / np.sqrt(2)

landing = Exercise(
    answer=_W - 0.1 * _TURN,
    praise="The rows of G are at right angles, so each is brought to the length 1.",
    slips={
        "That is a plain step, ηG. Muon brings both singular values to 1 first.": _W - 0.1 * _G,
        "That is a step along the signs, as Lion's. Muon's rows have the length 1.":
            _W - 0.1 * np.sign(_G),
        "G is divided by its norm as a whole. So its singular values still differ.":
            _W - 0.1 * _G / np.linalg.norm(_G),
        "G is divided by its largest singular value. The small one must come to 1 as well.":
            _W - 0.1 * _G / np.sqrt(18),
        "That climbs: the step goes against the gradient.": _W + 0.1 * _TURN,
        "That is how far W moved. Where does it stand?": -0.1 * _TURN,
        "The rate is missing: that is W - U Vᵀ.": _W - _TURN,
        "That is U Vᵀ, the direction. Now the step from W.": _TURN,
        "Each row was divided by the square of its length.":
            _W - 0.1 * _G / np.array([[18.0], [2.0]]),
        "The columns have been brought to the length 1. Here the rows are at right angles.":
            _W - 0.1 * _G / np.sqrt(10),
        "U Vᵀ is transposed.": _W - 0.1 * _TURN.T,
    },
    otherwise="The rows of G are at right angles: G = 3√2 times a row of length 1, and √2 times "
    "another. U Vᵀ has a 1 in place of both.",
)


def _iterate(
    scale: Callable[[Array], Any] = np.linalg.norm,
    step: Callable[..., Array] | None = None,
    more: int = 0,
    returned: Callable[[Array], Any] = lambda x: x,
) -> Callable[..., Any]:
    """Write the iteration with the slips that a reader may make."""
    def standard(x: Array, a: float, b: float, c: float) -> Array:
        gram = x @ x.T
        return np.asarray(a * x + (b * gram + c * gram @ gram) @ x)

    def orthogonal(matrix: Array, a: float, b: float, c: float, times: int) -> Any:
        x = matrix / scale(matrix)
        for _ in range(times + more):
            x = (step or standard)(x, a, b, c)
        return returned(x)

    return orthogonal


def _to_length_1(x: Array) -> Array:
    return np.asarray(x / np.linalg.norm(x))


def _exactly(matrix: Array, a: float, b: float, c: float, times: int) -> Array:
    u, _, vt = np.linalg.svd(matrix, full_matrices=False)
    return np.asarray(u @ vt)


def _draw_matrix(rng: Generator) -> tuple[Any, ...]:
    rows, columns = sizes(rng, 2, low=2, high=4)
    return (
        normal(rng, rows, columns), between(rng, 1.5, 2.5), between(rng, -1.2, -0.4),
        between(rng, 0.05, 0.3), whole(rng, 2, 4),
    )


orthogonal = Exercise(
    answer=_iterate(),
    draw=_draw_matrix,
    edges=((np.array([[3.0, 4.0]]), 1.5, -0.5, 0.1, 3),),
    praise="Products and sums alone, and the singular values move while U and V stay.",
    slips={
        "The matrix is not divided by its norm first, so singular values above 1 run away.":
            _iterate(lambda x: 1.0),
        "That divides by the largest singular value. To find it is the work that is to be saved.":
            _iterate(lambda x: np.linalg.norm(x, 2)),
        "That divides by the largest number of the matrix. Singular values may still be above 1.":
            _iterate(lambda x: np.max(np.abs(x))),
        "That divides by the square of the norm.": _iterate(lambda x: np.sum(x**2)),
        "`gram**2` squares each number. The fifth power of the singular values needs gram @ gram.":
            _iterate(step=lambda x, a, b, c: a * x + (b * x @ x.T + c * (x @ x.T) ** 2) @ x),
        "The term with c is missing, or a power too low: it is (X Xᵀ)² X.":
            _iterate(step=lambda x, a, b, c: a * x + b * x @ x.T @ x),
        "c has the third power. It belongs to the fifth, (X Xᵀ)² X.":
            _iterate(step=lambda x, a, b, c: a * x + (b + c) * x @ x.T @ x),
        "c has the seventh power. It belongs to the fifth, (X Xᵀ)² X.":
            _iterate(step=lambda x, a, b, c: a * x + (b * x @ x.T + c * np.linalg.matrix_power(
                x @ x.T, 3)) @ x),
        "b and c are swapped.":
            _iterate(step=lambda x, a, b, c: a * x + (c * x @ x.T + b * (x @ x.T) @ (x @ x.T)) @ x),
        "The norm is divided out in every iteration. Once, before the first, is what is meant.":
            _iterate(step=lambda x, a, b, c: _to_length_1(
                a * x + (b * x @ x.T + c * x @ x.T @ x @ x.T) @ x)),
        "One iteration too few.": _iterate(more=-1),
        "One iteration too many.": _iterate(more=1),
        "The result is transposed.": _iterate(returned=lambda x: x.T),
        "That is U Vᵀ itself, by a singular value decomposition. Write the iteration.": _exactly,
    },
    otherwise="Divide by the root of the sum of squares. Then, `times` times, X becomes "
    "aX + bX XᵀX + c X XᵀX XᵀX.",
)


def _lamb(
    together: bool = False,
    decay: str = "inside",
    ratio: Callable[[Any, Any], Any] = lambda size, length: size / length,
    raw: bool = False,
) -> Callable[..., Any]:
    """Write LAMB with the slips that a reader may make."""
    def mended(layers: Array, grads: Array, lr: float, weight_decay: float) -> Array:
        m, s = np.zeros_like(layers), np.zeros_like(layers)
        axis = None if together else 1
        for n, g in enumerate(grads, start=1):
            m, s = 0.9 * m + 0.1 * g, 0.99 * s + 0.01 * g**2
            u = m / (1 - 0.9**n) / (np.sqrt(s / (1 - 0.99**n)) + 1e-8)
            u = u + weight_decay * layers if decay == "inside" else u
            size = np.linalg.norm(layers, axis=axis, keepdims=True)
            length = np.linalg.norm(g if raw else u, axis=axis, keepdims=True)
            late = {"late": ratio(size, length), "beside": 1.0}.get(decay, 0.0)
            layers = layers - lr * (ratio(size, length) * u + late * weight_decay * layers)
        return layers

    return mended


def _draw_layers(rng: Generator) -> tuple[Any, ...]:
    updates, count, n = sizes(rng, 3, low=2, high=4)
    layers = normal(rng, count, n) * np.array([[4.0], [1.0], [0.5], [2.0]])[:count]
    return layers, normal(rng, updates, count, n), between(rng, 0.05, 0.2), between(rng, 0.3, 0.9)


mended = Exercise(
    answer=_lamb(),
    draw=_draw_layers,
    edges=(
        (np.array([[4.0, 3.0], [0.5, 0.0]]), np.array([[[1.0, -1.0], [2.0, -0.5]]]), 0.1, 0.5),
    ),
    praise="A ratio for every layer, and the decay is part of what is measured.",
    slips={
        "Nothing has changed yet. With one layer and no decay it is right. What does a second "
        "layer do to the first?": _lamb(together=True, decay="late"),
        "Each layer has its own ratio now. But the decay is still added after `length` was "
        "measured.": _lamb(decay="late"),
        "The decay is measured now. But both layers still share one ratio.": _lamb(together=True),
        "The decay is gone.": _lamb(decay="none"),
        "The decay stands beside the ratio now, as in AdamW. In LAMB it is part of u.":
            _lamb(decay="beside"),
        "The ratio is upside down: a layer twice as long takes a step twice as long.":
            _lamb(ratio=lambda size, length: length / size),
        "The ratio has the raw gradient below. LAMB measures the step that Adam would make.":
            _lamb(raw=True),
        "The size of the weights is missing: that step has one length for all layers.":
            _lamb(ratio=lambda size, length: 1 / length),
        "The ratio is gone: that is Adam with a decay.": _lamb(ratio=lambda size, length: 1.0),
    },
    otherwise="For each layer by itself: u is Adam's step plus the decay, and the layer moves by "
    "lr * norm(w) / norm(u) * u.",
)


def _part(number: int) -> Callable[..., Any]:
    """Look at one of the three numbers that are returned."""
    def look(convert: Any, step: float, shape: Any, size: float) -> Any:
        returned = call(convert, step, shape, size)
        if np.shape(returned) != (3,):
            raise Complaint("Return three rates: LAMB's, Muon's, and that of the matched Muon.")
        return list(returned)[number]

    return look


def _draw_step(rng: Generator) -> tuple[Any, ...]:
    rows, columns = (int(n) for n in rng.choice([16, 32, 64, 128, 256], 2, replace=False))
    return between(rng, 0.001, 0.02), (rows, columns), between(rng, 0.05, 0.3)


Rule = Callable[[float, tuple[int, int], float], float]


def _lamb_rate(step: float, shape: tuple[int, int], size: float) -> float:
    return step / size


def _muon_rate(step: float, shape: tuple[int, int], size: float) -> float:
    return float(step * np.sqrt(shape[0]))


def _matched_rate(step: float, shape: tuple[int, int], size: float) -> float:
    return 5 * step


def _rates(
    lamb: Rule = _lamb_rate, muon: Rule = _muon_rate, matched: Rule = _matched_rate
) -> Callable[..., Any]:
    return lambda *given: tuple(rule(*given) for rule in (lamb, muon, matched))


_EDGES = ((0.01, (64, 16), 0.1), (0.01, (16, 64), 0.1))

convert = InTurn(
    Exercise(
        answer=_rates(),
        use=_part(0),
        draw=_draw_step,
        edges=_EDGES,
        slips={
            "LAMB: its rate is a share of the weights, so it is larger than the step.":
                _rates(lamb=lambda step, shape, size: step * size),
            "LAMB: that is Adam's rate. LAMB's step has the size of the weights times its rate.":
                _rates(lamb=lambda step, shape, size: step),
            "LAMB: the norms grow with the number of weights alike. The shape cancels.":
                _rates(lamb=lambda step, shape, size: step / size / np.sqrt(shape[0] * shape[1])),
            "LAMB: the size is a root mean square already. No second root.":
                _rates(lamb=lambda step, shape, size: step / float(np.sqrt(size))),
            "LAMB: the square of the size is one size too many.":
                _rates(lamb=lambda step, shape, size: step / size**2),
            "LAMB: upside down.": _rates(lamb=lambda step, shape, size: size / step),
        },
        otherwise="LAMB: its step has the root mean square `lr * size`. Make that equal to `step`.",
    ),
    Exercise(
        answer=_rates(),
        use=_part(1),
        draw=_draw_step,
        edges=_EDGES,
        slips={
            "LAMB right. Muon: you left out a, which is √(out / in) where out is larger.":
                _rates(muon=lambda step, shape, size: step * float(np.sqrt(max(shape)))),
            "LAMB right. Muon: the shorter side took the place of the longer one.":
                _rates(muon=lambda step, shape, size: step * float(np.sqrt(min(shape)))),
            "LAMB right. Muon: the root of the number of outputs? Weights are (in, out) here.":
                _rates(muon=lambda step, shape, size: step * float(np.sqrt(shape[1]))),
            "LAMB right. Muon: multiplied where it must be divided: the numbers of U Vᵀ are small.":
                _rates(muon=lambda step, shape, size: step / float(np.sqrt(shape[0]))),
            "LAMB right. Muon: without the root.":
                _rates(muon=lambda step, shape, size: step * shape[0]),
            "LAMB right. Muon: its step does not depend on the size of the weights.":
                _rates(muon=lambda step, shape, size: step / size),
            "LAMB right. Muon: the numbers of U Vᵀ are smaller than 1, so its rate is larger.":
                _rates(muon=lambda step, shape, size: step),
            "LAMB right. Muon: that is the rate of the matched form.":
                _rates(muon=lambda step, shape, size: 5 * step),
        },
        otherwise="LAMB right. Muon: U Vᵀ has min(in, out) ones as squared singular values, spread "
        "over in · out numbers. Then the factor a.",
    ),
    Exercise(
        answer=_rates(),
        use=_part(2),
        draw=_draw_step,
        edges=_EDGES,
        praise="One step, three rates: they differ by more than a hundred times.",
        slips={
            "Two are right. Matched: its steps are a fifth of its rate, so the rate is larger.":
                _rates(matched=lambda step, shape, size: 0.2 * step),
            "Two are right. Matched: its steps are 0.2 of its rate, not 1.":
                _rates(matched=lambda step, shape, size: step),
            "Two are right. Matched: the shape cancels: it was put into a for that.":
                _rates(matched=lambda step, shape, size: 5 * step * float(np.sqrt(max(shape)))),
            "Two are right. Matched: the shape cancels, and the 0.2 stays.":
                _rates(matched=lambda step, shape, size: 5 * step / float(np.sqrt(max(shape)))),
            "Two are right. Matched: Adam's 0.23 in noise is not what is asked. Its a has 0.2.":
                _rates(matched=lambda step, shape, size: step / 0.23),
        },
        otherwise="Two are right. Matched: a times the size of the numbers of U Vᵀ is 0.2.",
    ),
)


@dataclass(frozen=True)
class Widths:
    """Stands for training at some width, on which the best rate depends."""

    best: float
    power: float
    luck: int

    def __call__(self, lr: float, width: int, seed: int) -> float:
        """Return the loss, or ``inf`` where the run is lost."""
        rng = np.random.default_rng([self.luck, int(seed), int(width), round(lr * 1e6)])
        if rng.random() < 0.06:
            return float("inf")
        far = np.log2(lr / (self.best * (width / 32) ** -self.power))
        spoilt = 0.4 * (rng.random() < 0.2)
        return round(float(0.3 + 0.1 * far**2 + rng.gamma(2, 0.04) + spoilt), 6)


def _transfer(
    by: Callable[..., Any] = np.median,
    choose_on: str = "tuning",
    judge_on: str = "fresh",
    widths: Callable[[int, int], tuple[int, int, int]] = lambda narrow, wide: (narrow, wide, wide),
    count: Callable[[Array, Array], Any] = lambda moved, own: np.sum(moved > own),
) -> Callable[..., Any]:
    """Write the comparison with the slips that a reader may make."""
    def transfer(run: Any, rates: Any, narrow: int, wide: int, tuning: Any, fresh: Any) -> Any:
        seeds = {"tuning": tuning, "fresh": fresh}
        first, second, judged_at = widths(narrow, wide)

        def best(width: int) -> float:
            scores = [float(by([run(r, width, s) for s in seeds[choose_on]])) for r in rates]
            return float(rates[int(np.argmin(scores))])

        a, b = best(first), best(second)
        moved, own = (
            np.array([run(r, judged_at, s) for s in seeds[judge_on]]) for r in (a, b)
        )
        return a, b, count(moved, own)

    return transfer


def _transferred(
    transfer: Any, run: Any, rates: Any, narrow: int, wide: int, tuning: Any, fresh: Any
) -> Any:
    returned = call(transfer, run, rates, narrow, wide, tuning, fresh)
    if np.shape(returned) != (3,):
        raise Complaint("Return three numbers: two rates, and in how many pairs the first loses.")
    return returned


def _draw_widths(rng: Generator) -> tuple[Any, ...]:
    best = float(rng.choice([0.02, 0.05, 0.1]))
    run = Widths(best, float(rng.choice([0.5, 1.0])), whole(rng, 0, 10_000))
    rates = [float(r) for r in np.round(best * 2.0 ** np.arange(-6, 3), 6)]
    first = whole(rng, 0, 50)
    tuning, fresh = range(first, first + 5), range(first + 100, first + whole(rng, 107, 111))
    narrow, wide = int(rng.choice([8, 32])), 2 ** whole(rng, 6, 10)
    return run, rates, narrow, wide, [*tuning], [*fresh]


transfer = Exercise(
    answer=_transfer(),
    use=_transferred,
    draw=_draw_widths,
    praise="Chosen on seeds that do not race, and judged in pairs, at the width that is wanted.",
    slips={
        "The seeds that race have chosen the rates: a rate that was lucky there wins there.":
            _transfer(choose_on="fresh"),
        "You judged on the seeds that chose the rates. Race on the fresh ones.":
            _transfer(judge_on="tuning"),
        "You choose by the mean, and one lost run (inf) throws a rate out. Take the median.":
            _transfer(by=np.mean),
        "You choose by the luckiest seed. Take the median.": _transfer(by=np.min),
        "You choose by the unluckiest seed. Take the median.": _transfer(by=np.max),
        "The race was run at the narrow width. What counts is the wide one.":
            _transfer(widths=lambda narrow, wide: (narrow, wide, narrow)),
        "The two widths are swapped.": _transfer(widths=lambda narrow, wide: (wide, narrow, wide)),
        "Both rates were chosen at the narrow width.":
            _transfer(widths=lambda narrow, wide: (narrow, narrow, wide)),
        "You count where the narrow net's rate wins. Count where it loses.":
            _transfer(count=lambda moved, own: np.sum(moved < own)),
        "That is how much the rate loses. Count in how many pairs it does.":
            _transfer(count=lambda moved, own: np.median(moved) - np.median(own)),
    },
    otherwise="The best rate at either width by the median over `tuning`; then both at the wide "
    "width, on the same fresh seeds, and count the pairs in which the narrow net's is higher.",
)


def _fromage(
    ratio: Callable[[Any, Any], Any] = lambda theta, g: np.linalg.norm(theta) / np.linalg.norm(g),
    shrink: Callable[[float], float] = lambda lr: float(np.sqrt(1 + lr**2)),
    before: bool = False,
    sign: float = -1.0,
) -> Callable[..., Array]:
    """Write Fromage with the slips that a reader may make."""
    def fromage(theta: Array, grads: Array, lr: float) -> Array:
        for g in grads:
            step = sign * lr * ratio(theta, g) * g
            theta = theta / shrink(lr) + step if before else (theta + step) / shrink(lr)
        return theta

    return fromage


def _from_first_norm(theta: Array, grads: Array, lr: float) -> Array:
    size = np.linalg.norm(theta)
    return _fromage(lambda _, g: size / np.linalg.norm(g))(theta, grads, lr)


def _draw_fromage(rng: Generator) -> tuple[Any, ...]:
    n, updates = sizes(rng, 2, low=2, high=5)
    return 2 * normal(rng, n), normal(rng, updates, n), between(rng, 0.2, 0.9)


fromage = Exercise(
    answer=_fromage(),
    draw=_draw_fromage,
    edges=((np.array([3.0, 4.0]), np.array([[4.0, -3.0]]), 0.5),),
    praise="A step at right angles leaves the length of the weights as it was.",
    slips={
        "The division is missing: that is LARS, and its weights grow.":
            _fromage(shrink=lambda lr: 1.0),
        "Divided by 1 + η². By Pythagoras it is its root.": _fromage(shrink=lambda lr: 1 + lr**2),
        "Divided by 1 + η: that is for a step along the weights, not across them.":
            _fromage(shrink=lambda lr: 1 + lr),
        "Multiplied by the root instead of divided.":
            _fromage(shrink=lambda lr: 1 / float(np.sqrt(1 + lr**2))),
        "Divided before the step was made. Divide what comes after it.": _fromage(before=True),
        "The ratio is upside down.":
            _fromage(lambda theta, g: np.linalg.norm(g) / np.linalg.norm(theta)),
        "The ratio is missing.": _fromage(lambda theta, g: 1.0),
        "The gradient's norm is not divided out.": _fromage(lambda theta, g: np.linalg.norm(theta)),
        "The size of the weights is missing in the step.":
            _fromage(lambda theta, g: 1 / np.linalg.norm(g)),
        "The norm is that of the first place. The weights have moved since.":
            _from_first_norm,
        "That climbs: the step goes against g.": _fromage(sign=1.0),
    },
    otherwise="First the step of LARS without momentum, then the whole divided by √(1 + η²), at "
    "every update.",
)
