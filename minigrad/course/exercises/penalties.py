"""The exercises of lesson 17, *Penalties*."""

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
Run = Callable[[float, int], tuple[float, float]]


def _soft(v: Array, by: float) -> Array:
    return np.sign(v) * np.maximum(abs(v) - by, 0)


lowest = Exercise(
    answer=-1.25,
    praise="Four times as curved, so the price moves it only a quarter as far.",
    slips={
        "That is the threshold 3. How curved is 2(w + 2)²? The price moves it less far.": 0.0,
        "The slope of 2(w + 2)² is 4(w + 2).": -0.5,
        "The price pulls towards 0, not away from it.": -2.75,
        "That is the lowest place without a price.": -2.0,
        "The size is right. On which side of 0 does the loss want w?": 1.25,
        "That is L2 with the price 3. Here the size of w is paid, not half its square.": -8 / 7,
        "That is how far it moves. Where does it end?": 0.75,
        "That is the threshold, with the sign of -2. Take it from the size of -2.": -0.75,
    },
    otherwise="Left of 0 the slope is 4(w + 2) - 3. Where is it 0?",
)


def _draw_net(rng: Generator) -> tuple[Any, ...]:
    (n,) = sizes(rng, 1, low=3, high=6)
    w, g = normal(rng, 2, n)
    w[0] = 0.02  # a weight that is gone after the step
    g[0] = 0.01
    return w, g, between(rng, 0.1, 0.6), between(rng, 0.4, 1.5), between(rng, 0.5, 3)


net_step = Exercise(
    answer=lambda w, g, lr, l1, l2: _soft(w - lr * g, lr * l1) / (1 + lr * l2),
    draw=_draw_net,
    edges=((np.array([0.0, -3.0]), np.array([0.0, 1.0]), 0.5, 0.4, 2.0),),
    praise="L1 takes an amount, and of what remains L2 takes a part.",
    slips={
        "That is L1 alone. What does the second price do to what is left?":
            lambda w, g, lr, l1, l2: _soft(w - lr * g, lr * l1),
        "That is L2 alone.": lambda w, g, lr, l1, l2: (w - lr * g) / (1 + lr * l2),
        "You shrink first and take the threshold then. Solve u - v + ηλ₁ + ηλ₂u = 0.":
            lambda w, g, lr, l1, l2: _soft((w - lr * g) / (1 + lr * l2), lr * l1),
        "You multiply by 1 - ηλ₂, a decay. The price stays as it is here: solve for u.":
            lambda w, g, lr, l1, l2: _soft(w - lr * g, lr * l1) * (1 - lr * l2),
        "Your L2 goes through the gradient. Here only the loss becomes its tangent.":
            lambda w, g, lr, l1, l2: _soft(w - lr * (g + l2 * w), lr * l1),
        "The threshold lacks the rate.":
            lambda w, g, lr, l1, l2: _soft(w - lr * g, l1) / (1 + lr * l2),
        "The divisor lacks the rate.":
            lambda w, g, lr, l1, l2: _soft(w - lr * g, lr * l1) / (1 + l2),
        "Neither price is multiplied by the rate. In the problem both are: ηλ₁ and ηλ₂.":
            lambda w, g, lr, l1, l2: _soft(w - lr * g, l1) / (1 + l2),
        "The rate is missing altogether: in the step to v, and beside both prices.":
            lambda w, g, lr, l1, l2: _soft(w - g, l1) / (1 + l2),
        "First the step, then the threshold; you have them the other way round.":
            lambda w, g, lr, l1, l2: (_soft(w, lr * l1) - lr * g) / (1 + lr * l2),
        "You descend on the sign: no weight arrives at 0.":
            lambda w, g, lr, l1, l2: (w - lr * (g + l1 * np.sign(w))) / (1 + lr * l2),
        "Negative weights are lost. Threshold the size, and give the sign back.":
            lambda w, g, lr, l1, l2: np.maximum(w - lr * g - lr * l1, 0) / (1 + lr * l2),
        "You climb: the gradient is subtracted.":
            lambda w, g, lr, l1, l2: _soft(w + lr * g, lr * l1) / (1 + lr * l2),
        "The step to v is missing.":
            lambda w, g, lr, l1, l2: _soft(w, lr * l1) / (1 + lr * l2),
    },
    otherwise="With v = w - lr * g: the size of v loses lr * l1, at most all of it, and what is "
    "left is divided by 1 + lr * l2.",
)


def _decoupled(
    pays: Callable[[Array], bool] = lambda p: p.ndim > 1,
    part: Callable[[float, float], float] = lambda lr, lam: lr * lam,
    in_velocity: bool = False,
    after: bool = False,
    of_velocity: bool = False,
    fades: bool = True,
) -> Callable[..., Any]:
    """Write heavy ball with a decoupled decay, and the slips."""

    def mended(
        params: Sequence[Array], grads: Any, rates: Sequence[float], weight_decay: float,
        momentum: float,
    ) -> list[Array]:
        params = list(params)
        velocities = [0 * p for p in params]
        for lr, gs in zip(rates, grads, strict=True):
            for i, g in enumerate(gs):
                p, lost = params[i], part(lr, weight_decay) * pays(params[i])
                add = g + lost / lr * p if in_velocity else g
                velocities[i] = (momentum if fades else 1.0) * velocities[i] + add
                step = lr * velocities[i]
                if in_velocity:
                    params[i] = p - step
                elif after:
                    params[i] = (1 - lost) * (p - step)
                else:
                    params[i] = p - step - lost * (velocities[i] if of_velocity else p)
        return params

    return mended


def _layers(
    answer: Any, params: Any, grads: Any, rates: Any, weight_decay: float, momentum: float
) -> Any:
    returned = call(answer, params, grads, rates, weight_decay, momentum)
    if not isinstance(returned, list | tuple) or len(returned) != len(params):
        raise Complaint("Return a list: each of params, as the last update leaves it.")
    return list(returned)


def _draw_layers(rng: Generator) -> tuple[Any, ...]:
    n_in, n_out = sizes(rng, 2, low=2, high=3)
    updates = whole(rng, 3, 4)
    params = [normal(rng, n_in, n_out), normal(rng, n_out)]
    grads = [[normal(rng, n_in, n_out), normal(rng, n_out)] for _ in range(updates)]
    rates = sorted((between(rng, 0.05, 0.4) for _ in range(updates)), reverse=True)
    return params, grads, rates, between(rng, 0.2, 0.8), between(rng, 0.5, 0.9)


def _all(p: Array) -> bool:
    return True


def _twice(lr: float, lam: float) -> float:
    return lr * lr * lam


mended = Exercise(
    answer=_decoupled(),
    use=_layers,
    draw=_draw_layers,
    edges=(
        ([np.array([[2.0, -1.0]]), np.array([1.0])], [[np.zeros((1, 2)), np.zeros(1)]], [0.1], 0.5,
         0.9),
    ),
    praise="The rate multiplies the decay once, and only matrices pay.",
    slips={
        "Nothing has changed yet. By which part does a matrix shrink where gradients are 0?":
            _decoupled(_all, _twice),
        "The part is right now. But the biases still pay: a bias has a size, too.":
            _decoupled(_all),
        "The biases are spared now. But the rate multiplies the decay twice: the decay stands "
        "inside a bracket that lr multiplies already.": _decoupled(part=_twice),
        "Your decay enters the velocity. That is L2, 1/(1 - μ) times as strong in the end.":
            _decoupled(in_velocity=True),
        "The decay goes without the rate now. Multiply once.":
            _decoupled(part=lambda lr, lam: lam),
        "You shrink after the step. Decay the weights that stood there before it.":
            _decoupled(after=True),
        "Nobody pays any more. Matrices should.": _decoupled(lambda p: False),
        "Now the biases pay and the matrices do not.": _decoupled(lambda p: p.ndim < 2),
        "You take the part of the velocity, not of the weights.": _decoupled(of_velocity=True),
        "The velocity no longer fades.": _decoupled(fades=False),
    },
    otherwise="Velocity as it was; then params[i] - lr * velocity - lr * weight_decay * params[i], "
    "the last term for matrices (ndim > 1) alone.",
)


@dataclass(frozen=True)
class Priced:
    """Runs of one method: what a price leads to, on the validation and on the test data."""

    best: float
    level: float
    lost: float
    seed: int

    def __call__(self, price: float, seed: int) -> tuple[float, float]:
        """Return the validation and the test loss; the highest prices may lose the run."""
        rng = np.random.default_rng([self.seed, seed, round(1e6 * price)])
        off = (np.log2(price / self.best) if price else -2.4) / 2
        noise = rng.normal(0, 0.05, 2)
        if price > self.lost and rng.random() < 0.4:
            return float("inf"), float("inf")
        validation = self.level + 0.1 * off**2 + noise[0]
        test = self.level + 0.1 * (off + 0.6) ** 2 + noise[1]
        return round(float(validation), 6), round(float(test), 6)


def _comparing(
    middle: Callable[[Any], Any] = np.median,
    zero: bool = True,
    tune_on: int = 0,
    judge_on: int = 1,
    tune_fresh: bool = False,
    judge_tuning: bool = False,
    lower: Callable[[float, float], bool] = lambda a, b: a < b,
    share: bool = True,
    one_price: bool = False,
    fewer: bool = False,
) -> Callable[..., Any]:
    """Write the comparison, and the slips."""

    def compare(
        run_a: Run, run_b: Run, prices_a: list[float], prices_b: list[float],
        tuning: list[int], fresh: list[int],
    ) -> Any:
        def best(run: Run, prices: list[float]) -> float:
            over = fresh if tune_fresh else tuning
            over = over[:1] if fewer else over

            def score(price: float) -> float:
                with np.errstate(invalid="ignore"):
                    return float(middle([run(price, seed)[tune_on] for seed in over]))

            return min([0, *prices] if zero else prices, key=score)

        a = best(run_a, prices_a)
        b = a if one_price else best(run_b, prices_b)
        judged = tuning if judge_tuning else fresh
        wins = [lower(run_a(a, s)[judge_on], run_b(b, s)[judge_on]) for s in judged]
        return a, b, float(np.mean(wins)) if share else float(np.sum(wins))

    return compare


def _three(
    answer: Any, run_a: Any, run_b: Any, prices_a: Any, prices_b: Any, tuning: Any, fresh: Any
) -> Any:
    returned = call(answer, run_a, run_b, prices_a, prices_b, tuning, fresh)
    if not isinstance(returned, tuple | list) or len(returned) != 3:
        raise Complaint("Return three numbers: the two prices, and the share of fresh seeds.")
    return list(returned)


def _draw_compare(rng: Generator) -> tuple[Any, ...]:
    best = 2.0 ** rng.uniform(-8, -4, 2)
    runs = [
        Priced(round(float(b), 5), between(rng, 0.5, 0.56), round(float(1.4 * b), 5),
               whole(rng, 0, 9999))
        for b in best
    ]
    lists = [[round(float(b * 2.0**k), 5) for k in range(-2, 3)] for b in best]
    first = whole(rng, 0, 99)
    fresh = list(range(first + 50, first + 61))
    return runs[0], runs[1], lists[0], lists[1], list(range(first, first + 7)), fresh


compare = Exercise(
    answer=_comparing(),
    use=_three,
    draw=_draw_compare,
    edges=(
        (  # no price is best for A
            Priced(0.0001, 0.52, 1.0, 3), Priced(0.02, 0.53, 1.0, 4), [0.1, 0.2, 0.4],
            [0.005, 0.01, 0.02, 0.04], [0, 1, 2, 3, 4, 5, 6], [20, 21, 22, 23, 24, 25, 26, 27, 28],
        ),
    ),
    draws=8,
    praise="Chosen on the validation loss, judged once on the test loss, on seeds that chose "
    "nothing.",
    slips={
        "You choose by the test loss. Then nothing is left that judges.": _comparing(tune_on=1),
        "You judge by the validation loss: the choice has flattered it.": _comparing(judge_on=0),
        "You choose on the fresh seeds. They must not choose.": _comparing(tune_fresh=True),
        "You judge on the tuning seeds.": _comparing(judge_tuning=True),
        "The mean is infinite as soon as one run is lost. Take the median.":
            _comparing(middle=np.mean),
        "You take the luckiest seed. The median was asked for.": _comparing(middle=np.min),
        "You take the unluckiest seed. The median was asked for.": _comparing(middle=np.max),
        "The price 0 is missing from the lists.": _comparing(zero=False),
        "That is in how many seeds A is higher.": _comparing(lower=lambda a, b: a > b),
        "The prices are right. Return a share, from 0 to 1, not a count.":
            _comparing(share=False),
        "B has a list of its own: its best price need not be A's.": _comparing(one_price=True),
        "You choose by one seed. Take the median over all of `tuning`.": _comparing(fewer=True),
    },
    otherwise="Medians of run(price, seed)[0] over `tuning` choose from [0, *prices]; then the "
    "share of `fresh` with run_a(a, seed)[1] < run_b(b, seed)[1].",
)


def _rows(
    lengths: Callable[[Array], Any] = lambda v: np.sqrt((v**2).sum(axis=1, keepdims=True)),
    by: Callable[[float, float], float] = lambda lr, lam: lr * lam,
    stops: bool = True,
    moved: Callable[[Array, Array, float], Array] = lambda w, g, lr: w - lr * g,
    of: Callable[[Array, Array], Array] = lambda w, v: v,
) -> Callable[..., Any]:
    """Write the group lasso's step, and the slips."""

    def rows_step(w: Array, g: Array, lr: float, lam: float) -> Array:
        v = moved(w, g, lr)
        size = lengths(of(w, v)) + np.zeros_like(v)
        part = np.where(size > 0, by(lr, lam) / np.where(size > 0, size, 1), 0)
        return v * (np.maximum(1 - part, 0) if stops else 1 - part)

    return rows_step


def _draw_rows(rng: Generator) -> tuple[Any, ...]:
    rows, columns = sizes(rng, 2, low=2, high=4)
    w, g = normal(rng, rows, columns), normal(rng, rows, columns)
    lr = between(rng, 0.1, 0.5)
    w[0] = lr * g[0] + 0.1  # a row that is gone after the step
    return w, g, lr, between(rng, 1.2, 3)


rows_step = Exercise(
    answer=_rows(),
    draw=_draw_rows,
    edges=((np.array([[0.0, 0.0, 0.0], [3.0, -4.0, 1.0]]),
            np.array([[0.0, 0.0, 0.0], [0.5, 1.0, -2.0]]), 0.5, 0.8),),
    praise="A row stays or goes as a whole: the corner is where all its weights are 0.",
    slips={
        "That is L1: each weight by itself. The length of the row is thresholded.":
            lambda w, g, lr, lam: _soft(w - lr * g, lr * lam),
        "Your groups are the columns. One input's weights are a row.":
            _rows(lambda v: np.sqrt((v**2).sum(axis=0, keepdims=True))),
        "You take the length of the whole matrix. Each row has its own.":
            _rows(lambda v: np.sqrt((v**2).sum())),
        "A short row comes out on the other side of 0. At most all of it can be lost.":
            _rows(stops=False),
        "The squared length divides in yours.":
            _rows(lambda v: (v**2).sum(axis=1, keepdims=True)),
        "The size of a row is its length here, not the sum of the sizes.":
            _rows(lambda v: abs(v).sum(axis=1, keepdims=True)),
        "The threshold lacks the rate.": _rows(by=lambda lr, lam: lam),
        "You measure the row before the step. Take the length of v.": _rows(of=lambda w, v: w),
        "The step to v is missing.": _rows(moved=lambda w, g, lr: w),
        "You climb: the gradient is subtracted.": _rows(moved=lambda w, g, lr: w + lr * g),
        "That is L2, squared: it shrinks every row by the same part, and none is gone.":
            lambda w, g, lr, lam: (w - lr * g) / (1 + lr * lam),
    },
    otherwise="With v = w - lr * g, each row v_r times max(0, 1 - lr * lam / its length).",
)
