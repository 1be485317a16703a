"""The exercises of lesson 13, *Rates that set themselves*."""

from collections.abc import Callable, Mapping, Sequence
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
Slope = Callable[[Array], Array]

landing = Exercise(
    answer=1.125,
    praise="Each step is f/g = θ/4: three quarters are left, of any θ.",
    slips={
        "That is one step. Make the second from there.": 1.5,
        "It halves on a parabola. What is f/g for θ⁴?": 0.5,
        "That is one step, and on a parabola. What is f/g for θ⁴?": 1.0,
        "Newton's step for the minimum takes a third, and needs the second derivative. Take f/g.":
            8 / 9,
        "That is how far it moved. Where does it stand?": 0.875,
        "The step goes downhill, towards 0.": 3.125,
        "What is left is three quarters, not one quarter.": 0.125,
        "That is a rate, f/g². The step is the rate times g.": 1 / 64,
        "On a function that touches its lowest height a step to 0 would need the exact shape.": 0.0,
    },
    otherwise="θ ← θ - (f - f*)/f'(θ), twice, with f = θ⁴ and f' = 4θ³.",
)


@dataclass(frozen=True)
class Bowl:
    """The gradient of a bowl, as a function of the place."""

    curvature: tuple[float, ...]
    bottom: tuple[float, ...]

    def __call__(self, theta: Array) -> Array:
        """Return the gradient at a place."""
        return np.array(self.curvature) * (theta - np.array(self.bottom))


def _bowl(rng: Generator) -> tuple[Bowl, Array]:
    (n,) = sizes(rng, 1, low=2, high=4)
    curvature = np.round(rng.uniform(0.3, 1.5, n), 2)
    return Bowl(tuple(curvature.tolist()), tuple(normal(rng, n).tolist())), normal(rng, n)


def _draw_own(rng: Generator) -> tuple[Any, ...]:
    bowl, theta = _bowl(rng)
    return bowl, theta, between(rng, 0.05, 0.2), between(rng, 0.01, 0.04), whole(rng, 3, 6)


def _product(g: Array, before: Array) -> Array:
    return g * before


def _own(
    product: Callable[[Array, Array], Any] = _product,
    sign: float = 1.0,
    late: bool = False,
    returned: Callable[[Array, Array], Any] = lambda theta, rates: (theta, rates),
    after: bool = False,
) -> Callable[..., Any]:
    """Write descent with a learned rate for each parameter, and the slips."""

    def own_rates(slope: Slope, theta: Array, lr: float, b: float, updates: int) -> Any:
        rates = np.full(theta.shape, float(lr))
        before, twice = np.zeros(theta.shape), np.zeros(theta.shape)
        for _ in range(updates):
            g = slope(theta)
            grown = rates + sign * b * product(g, twice if late else before)
            theta = theta - (rates if after else grown) * g
            rates, before, twice = grown, g, before
        return returned(theta, rates)

    return own_rates


def _two_arrays(
    answer: Any, slope: Slope, theta: Array, lr: float, b: float, updates: int
) -> Any:
    returned = call(answer, slope, theta, lr, b, updates)
    if not isinstance(returned, tuple | list) or len(returned) != 2:
        raise Complaint("Return two things: the last place, and the rates of the last update.")
    place, rates = returned
    if np.shape(rates) == () and theta.shape != (1,):
        raise Complaint("One rate came back. Each parameter has its own: an array like theta.")
    return [place, rates]


own_rates = Exercise(
    answer=_own(),
    use=_two_arrays,
    draw=_draw_own,
    praise="The sum of the dot product is gone: each rate listens to its own gradient.",
    slips={
        "Your rates all move together: that is the whole dot product. Derive it for one rate.":
            _own(lambda g, before: np.full(g.shape, g @ before)),
        "The rates go the wrong way: they should grow where consecutive gradients agree.":
            _own(sign=-1.0),
        "Your product is g with itself. The derivative has the gradient before, too.":
            _own(lambda g, before: g * g * (before != 0)),
        "The first update should use the rates as they are; yours learns from g with itself.":
            _own(lambda g, before: g * g),
        "Only the sign of the product counts in yours. The derivative is the product itself.":
            _own(lambda g, before: np.sign(g * before)),
        "Your step still uses the rates from before the product: learn first, then step.":
            _own(after=True),
        "The gradient is that of two updates before. Keep the last one.": _own(late=True),
        "The rates never change. Which product moves them?": _own(lambda g, before: 0 * g),
        "The two come in the other order: first the place.":
            _own(returned=lambda theta, rates: (rates, theta)),
    },
    otherwise="rates + b * g * before, elementwise, and then the step with the new rates; `before` "
    "is 0 at the first update.",
)


def _free(
    at: Callable[[Any, Any, float], Any] = lambda z, x, beta: (1 - beta) * z + beta * x,
    weight: Callable[[int], float] = lambda t: 1 / (t + 1),
    from_y: bool = False,
    mean_of_y: bool = False,
    returned: str = "x",
    sign: float = -1.0,
) -> Callable[..., Any]:
    """Write schedule-free descent, and the slips."""

    def mended(slope: Slope, theta: Array, lr: float, beta: float, updates: int) -> Any:
        x = y = z = theta
        for t in range(updates):
            y = at(z, x, beta)
            z = (y if from_y else z) + sign * lr * slope(y)
            x = x + weight(t) * ((y if mean_of_y else z) - x)
        return {"x": x, "y": at(z, x, beta), "z": z}[returned]

    return mended


def _swapped(z: Any, x: Any, beta: float) -> Any:
    return beta * z + (1 - beta) * x


def _with_start(t: int) -> float:
    return 1 / (t + 2)


def _draw_free(rng: Generator) -> tuple[Any, ...]:
    bowl, theta = _bowl(rng)
    return bowl, theta, between(rng, 0.1, 0.5), between(rng, 0.6, 0.9), whole(rng, 3, 6)


def _one_place(
    answer: Any, slope: Slope, theta: Array, lr: float, beta: float, updates: int
) -> Any:
    return call(answer, slope, theta, lr, beta, updates)


mended = Exercise(
    answer=_free(),
    use=_one_place,
    draw=_draw_free,
    edges=((Bowl((1.0,), (0.0,)), np.array([2.0]), 0.25, 0.9, 1),),
    praise="x is the mean of the places z has been to, and the gradient is taken near x.",
    slips={
        "Nothing has changed yet. Where must x be after one update?": _free(_swapped, _with_start),
        "The mean is right now. Near which of the two is the gradient to be taken?":
            _free(_swapped),
        "The gradient is taken at the right place now. What is the mean of one number?":
            _free(weight=_with_start),
        "z starts from y in yours. It goes on from where it was.": _free(from_y=True),
        "x averages the places y. It is the mean of the z.": _free(mean_of_y=True),
        "That is z, the walk itself. Return the average.": _free(returned="z"),
        "That is y, where the next gradient would be taken. Return the average.":
            _free(returned="y"),
        "The gradient is taken at z now: that is plain descent with an average beside it.":
            _free(lambda z, x, beta: z),
        "The gradient is taken at x itself now.": _free(lambda z, x, beta: x),
        "The weight of the newest is β's now. All places count alike in the mean.":
            _free(weight=lambda t: 0.1),
        "That divides by t, so that the first update weighs everything or fails.":
            _free(weight=lambda t: 1 / max(t, 1)),
        "It walks uphill.": _free(sign=1.0),
    },
    otherwise="y = (1 - beta) * z + beta * x, a step of z with the gradient at y, and "
    "x = x + (z - x) / (t + 1).",
)


@dataclass(frozen=True)
class Runs:
    """Stands for training: a loss that hangs on some settings, and on luck."""

    best: Mapping[str, float]
    weight: Mapping[str, float]
    tilt: Mapping[str, float]
    lost: str
    luck: int

    def __call__(self, seed: int, **settings: float) -> float:
        """Return the loss, or ``inf`` where the run is lost."""
        if settings.keys() != self.best.keys():
            raise TypeError(f"run() takes a seed and {', '.join(self.best)}; got {list(settings)}.")
        rng = np.random.default_rng([self.luck, int(seed)])
        far = {name: np.log10(settings[name] / self.best[name]) for name in self.best}
        if far[self.lost] > 0.7 and rng.random() < 0.9:
            return float("inf")
        loss = 0.4 + rng.gamma(2, 0.05) + 0.5 * (rng.random() < 0.2)
        loss += sum(
            self.weight[name] * (d**2 + self.tilt[name] * d) * (1 + 0.3 * rng.random())
            for name, d in far.items()
        )
        return round(float(loss), 6)


def _price(
    worse: Callable[[float, float], float] = max,
    middle: Callable[[Any], Any] = np.median,
    minus: bool = True,
    ways: Sequence[float] = (0.1, 10.0),
    alone: bool = True,
    sign: float = 1.0,
) -> Callable[..., Any]:
    """Measure what a tenfold change costs, and the slips."""

    def price(run: Any, settings: dict[str, float], seeds: Any) -> dict[str, float]:
        def cost(**changed: float) -> float:
            losses = [run(seed, **(settings | changed)) for seed in seeds]
            with np.errstate(invalid="ignore"):
                return float(middle(losses))

        base, prices = cost(), {}
        kept: dict[str, float] = {}
        for name, default in settings.items():
            both = []
            for k in ways:
                changed = {name: default / 10 if k == 0.1 else default * k}
                both.append(cost(**(kept | changed)))
                if not alone:
                    kept |= changed
            prices[name] = sign * (float(worse(*both)) - (base if minus else 0.0))
        return prices

    return price


def _dictionary(price: Any, run: Any, settings: dict[str, float], seeds: Any) -> Any:
    returned = call(price, run, settings, seeds)
    if not isinstance(returned, dict):
        raise Complaint("Return a dictionary: the name of each number, and what it costs.")
    if set(returned) != set(settings):
        raise Complaint("Your dictionary needs one entry for each name in `settings`, and no more.")
    return [returned[name] for name in settings]


def _draw_price(rng: Generator) -> tuple[Any, ...]:
    names = [str(name) for name in rng.permutation(["lr", "beta", "cap", "patience"])]
    names = names[: whole(rng, 2, 4)]
    best = {name: between(rng, 0.01, 0.5) for name in names}
    weight = {name: between(rng, 0.02, 0.4) for name in names}
    tilt = {name: float(rng.choice([-0.6, 0.4])) for name in names}
    settings = {name: round(value * float(rng.choice([0.8, 1.0, 1.25])), 4)
                for name, value in best.items()}
    first = whole(rng, 0, 99)
    seeds = list(range(first, first + 5))
    return Runs(best, weight, tilt, names[0], whole(rng, 0, 9999)), settings, seeds


price = Exercise(
    answer=_price(),
    use=_dictionary,
    draw=_draw_price,
    praise="One number at a time, both ways, by the median, and judged by the worse side.",
    slips={
        "You take the better side. A number may be ten times off either way: take the worse.":
            _price(min),
        "You take the mean of both sides. The worse one was asked for.":
            _price(lambda low, high: (low + high) / 2),
        "Your medians are right. Subtract the one at the defaults.": _price(minus=False),
        "You go up alone. A tenth counts as well.": _price(ways=(10.0, 10.0)),
        "You go down alone. Ten times counts as well.": _price(ways=(0.1, 0.1)),
        "The mean is infinite as soon as one run is lost. Take the median.": _price(middle=np.mean),
        "You take the luckiest seed. The typical run counts: the median.": _price(middle=np.min),
        "You take the unluckiest seed. The median was asked for.": _price(middle=np.max),
        "The changes stay when the next number is changed. Go back to the defaults each time.":
            _price(alone=False),
        "The difference is the other way round: a price is positive where the run gets worse.":
            _price(sign=-1.0),
        "You change by a factor of two. Ten was asked for.": _price(ways=(0.5, 2.0)),
    },
    otherwise="For each name two medians, of the default / 10 and the default * 10 with all else "
    "at its default; the larger, minus the median at the defaults.",
)


def _dog(
    furthest: Callable[[float, float, float], float] = lambda far, now, rho: max(far, now),
    root: Callable[[float], float] = np.sqrt,
    size: Callable[[Array], float] = lambda way: float(np.linalg.norm(way)),
    grow: Callable[[float, Array], float] = lambda squares, g: squares + float(g @ g),
    after: bool = False,
    stays: bool = True,
    returned: Callable[[Array, float], Any] = lambda theta, lr: (theta, lr),
) -> Callable[..., Any]:
    """Write DoG and its slips."""

    def dog(slope: Slope, theta: Array, rho: float, updates: int) -> Any:
        start, far, squares, lr = theta, rho, 0.0, 0.0
        for _ in range(updates):
            g = slope(theta)
            past = squares
            squares = grow(squares, g)
            far = furthest(far, float(size(theta - start)), rho)
            below = root(past if after else squares)
            lr = far / below if below > 0 or not stays else 0.0
            theta = theta - lr * g
        return returned(theta, lr)

    return dog


def _place_and_rate(answer: Any, slope: Slope, theta: Array, rho: float, updates: int) -> Any:
    returned = call(answer, slope, theta, rho, updates)
    if not isinstance(returned, tuple | list) or len(returned) != 2:
        raise Complaint("Return two things: the last place, and the rate of the last update.")
    return list(returned)


@dataclass(frozen=True)
class Ravine:
    """A gradient that does not fade towards the bottom, so that a walk passes it and comes back."""

    steepness: tuple[float, ...]
    bottom: tuple[float, ...]

    def __call__(self, theta: Array) -> Array:
        """Return the gradient at a place."""
        return np.array(self.steepness) * np.sign(theta - np.array(self.bottom))


def _draw_dog(rng: Generator) -> tuple[Any, ...]:
    bowl, theta = _bowl(rng)
    ravine = Ravine(bowl.curvature, bowl.bottom)
    return ravine, theta, between(rng, 0.3, 1.5), whole(rng, 4, 9)


_AT_REST = Bowl((1.0, 2.0), (0.5, -1.0))

dog = Exercise(
    answer=_dog(),
    use=_place_and_rate,
    draw=_draw_dog,
    edges=(
        (_AT_REST, np.array([0.5, -1.0]), 0.1, 3),
        (_AT_REST, np.array([1.5, -1.0]), 0.1, 1),
    ),
    praise="No bound, no d: the way that it has come stands for the way that there is.",
    slips={
        "You take the present distance. It is the largest so far that counts.":
            _dog(lambda far, now, rho: max(rho, now)),
        "The distance never enters: D stays at ρ in yours.": _dog(lambda far, now, rho: rho),
        "You add ρ to the distance. It is the larger of the two.":
            _dog(lambda far, now, rho: max(far, rho + now)),
        "The root of the sum is missing.": _dog(root=float),
        "Only the present gradient stands below. It is the sum over all so far.":
            _dog(grow=lambda squares, g: float(g @ g)),
        "The sum should hold the present gradient, too.": _dog(after=True),
        "You add the norms. Their squares belong under the root.":
            _dog(grow=lambda squares, g: squares + float(np.linalg.norm(g))),
        "The distance is the root of the sum of squares, not the sum.":
            _dog(size=lambda way: float(abs(way).sum())),
        "Where all gradients so far are 0 you divide by 0. It should stay there, at the rate 0.":
            _dog(stays=False),
        "The two come in the other order: first the place.":
            _dog(returned=lambda theta, lr: (lr, theta)),
        "That is the squared distance.": _dog(size=lambda way: float(way @ way)),
    },
    otherwise="max(ρ, the furthest so far from the start) / √(sum of all g·g, the present too), "
    "and then the step.",
)
