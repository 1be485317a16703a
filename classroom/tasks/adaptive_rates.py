"""The tasks of assignment 5, *Adaptive rates*."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from minigrad.course.exercises import Exercise
from minigrad.course.exercises.drawing import Generator, between, normal, whole

from ..task import Task

# A slip is what is said, and below it the wrong answer that is meant.
# fmt: off

Array = NDArray[np.float64]
Rule = Callable[..., tuple[Any, Any]]


def _along(gradients: Array, start: Array, rule: Callable[..., Any], state: Any) -> Array:
    """Walk by given gradients: ``rule(g, theta, t, state)`` returns the step and the new state."""
    theta, kept = np.asarray(start), [np.asarray(start)]
    for t, g in enumerate(gradients, start=1):
        step, state = rule(g, theta, t, state)
        theta = theta - step
        kept.append(theta)
    return np.array(kept)


def _gradients(rng: Generator) -> tuple[Array, Array]:
    """Draw gradients of both signs and of several sizes, some of them 0, and a start."""
    n, steps = whole(rng, 2, 3), whole(rng, 3, 5)
    gradients = normal(rng, steps, n) * rng.choice([0.1, 1.0, 5.0], (1, n))
    gradients[rng.random(gradients.shape) < 0.15] = 0.0
    return np.round(gradients, 3), normal(rng, n)


_G = np.array([[1.0, -20.0, 0.1], [0.5, -20.0, 0.0], [-2.0, 10.0, 0.3], [1.0, 4.0, -0.2]])
_START = np.array([2.0, -1.0, 0.5])
_EPS = 0.01  # large enough for its place to be seen


def _adagrad(
    grow: Callable[[Any, Any], Any] = lambda s, g: s + g * g,
    below: Callable[[Any, float], Any] = lambda s, eps: np.sqrt(s) + eps,
    above: Callable[[Any, Any], Any] = lambda g, s: g, first: float = 0.0, sign: float = 1.0,
    stale: bool = False,
) -> Callable[..., Array]:
    def adagrad(gradients: Array, start: Array, lr: float, eps: float) -> Array:
        def rule(g: Any, theta: Any, t: int, s: Any) -> tuple[Any, Any]:
            new = grow(s, g)
            return sign * lr * above(g, new) / below(s if stale else new, eps), new

        return _along(gradients, start, rule, np.full(len(start), first))

    return adagrad


adagrad = Exercise(
    answer=_adagrad(),
    draw=lambda rng: (*_gradients(rng), between(rng, 0.05, 1), between(rng, 0.005, 0.1)),
    draws=8,
    edges=((_G, _START, 0.5, _EPS),),
    praise="What was large before takes small steps now.",
    slips={
        "The sum grows by the square of the gradient, not by its size.":
            _adagrad(lambda s, g: s + abs(g)),
        "The sum forgets what was there. AdaGrad adds up for ever.":
            _adagrad(lambda s, g: g * g),
        "The root is missing: divide by √s, not by s.": _adagrad(below=lambda s, eps: s + eps),
        "ε stands beside the root here, not inside it.":
            _adagrad(below=lambda s, eps: np.sqrt(s + eps)),
        "It climbs: the update subtracts.": _adagrad(sign=-1.0),
        "This gradient belongs into the sum before it is divided by its root.":
            _adagrad(stale=True),
        "The sum begins at 0, not at 1.": _adagrad(first=1.0),
        "One sum for all parameters. Each has its own.":
            _adagrad(lambda s, g: s + np.sum(g * g)),
        "The step goes by the sign of the gradient, not by its size.":
            _adagrad(above=lambda g, s: np.sign(g)),
    },
    otherwise="s = s + g·g, then θ = θ - lr·g/(√s + eps), element by element. Keep every θ, the "
    "start first.",
)


def _rmsprop(
    blend: Callable[[Any, Any, float], Any] = lambda s, g, beta: beta * s + (1 - beta) * g * g,
    below: Callable[[Any, float], Any] = lambda s, eps: np.sqrt(s) + eps,
    correct: Callable[[Any, float, int], Any] = lambda s, beta, t: s, sign: float = 1.0,
) -> Callable[..., Array]:
    def rmsprop(gradients: Array, start: Array, lr: float, beta: float, eps: float) -> Array:
        def rule(g: Any, theta: Any, t: int, s: Any) -> tuple[Any, Any]:
            s = blend(s, g, beta)
            return sign * lr * g / below(correct(s, beta, t), eps), s

        return _along(gradients, start, rule, np.zeros(len(start)))

    return rmsprop


rmsprop = Exercise(
    answer=_rmsprop(),
    draw=lambda rng: (*_gradients(rng), between(rng, 0.05, 1), between(rng, 0.6, 0.97),
                      between(rng, 0.005, 0.1)),
    draws=8,
    edges=((_G, _START, 0.5, 0.9, _EPS),),
    praise="An average that forgets, so the rate does not die out.",
    slips={
        "β and 1 - β have changed places.":
            _rmsprop(lambda s, g, beta: (1 - beta) * s + beta * g * g),
        "The new square has the weight 1 - β.": _rmsprop(lambda s, g, beta: beta * s + g * g),
        "The average is one of squares, not of gradients.":
            _rmsprop(lambda s, g, beta: beta * s + (1 - beta) * g, lambda s, eps: abs(s) + eps),
        "The average is one of squares, not of sizes.":
            _rmsprop(lambda s, g, beta: beta * s + (1 - beta) * abs(g), lambda s, eps: s + eps),
        "The root is missing: divide by √s, not by s.": _rmsprop(below=lambda s, eps: s + eps),
        "ε stands beside the root here, not inside it.":
            _rmsprop(below=lambda s, eps: np.sqrt(s + eps)),
        "RMSProp does not correct the beginning: that is Adam's.":
            _rmsprop(correct=lambda s, beta, t: s / (1 - beta**t)),
        "That adds up for ever, as AdaGrad does.": _rmsprop(lambda s, g, beta: s + g * g),
        "It climbs: the update subtracts.": _rmsprop(sign=-1.0),
    },
    otherwise="s = β·s + (1 - β)·g·g, then θ = θ - lr·g/(√s + eps), element by element.",
)


def _adam_rule(
    *, mean: Callable[[Any, Any, float], Any] = lambda m, g, b: b * m + (1 - b) * g,
    square: Callable[[Any, Any, float], Any] = lambda s, g, b: b * s + (1 - b) * g * g,
    first: Callable[[Any, float, int], Any] = lambda m, b, t: m / (1 - b**t),
    second: Callable[[Any, float, int], Any] = lambda s, b, t: s / (1 - b**t),
    below: Callable[[Any, float], Any] = lambda s, eps: np.sqrt(s) + eps, late: int = 0,
    sign: float = 1.0, swap: bool = False,
    shrink: Callable[..., Any] = lambda theta, lr, decay, step: lr * decay * theta,
    into_gradient: bool = False, shrink_first: bool = True,
) -> Callable[..., Array]:
    def adam(
        gradients: Array, start: Array, lr: float, beta1: float, beta2: float, eps: float,
        decay: float = 0.0,
    ) -> Array:
        if swap:
            beta1, beta2 = beta2, beta1

        def rule(g: Any, theta: Any, t: int, state: Any) -> tuple[Any, Any]:
            if into_gradient:
                g = g + decay * theta
            m, s = mean(state[0], g, beta1), square(state[1], g, beta2)
            step = lr * first(m, beta1, t + late) / below(second(s, beta2, t + late), eps)
            if decay and not into_gradient:
                step = step + shrink(theta, lr, decay, step)
            return sign * step, (m, s)

        return _along(gradients, start, rule, (np.zeros(len(start)), np.zeros(len(start))))

    return adam


def _adam_drawn(rng: Generator) -> tuple[Any, ...]:
    return (*_gradients(rng), between(rng, 0.05, 0.5), between(rng, 0.5, 0.9),
            between(rng, 0.92, 0.99), between(rng, 0.005, 0.1))


def _only_adam(**options: Any) -> Callable[..., Array]:
    """Return Adam without weight decay, and with the parameters that the answer has."""
    full = _adam_rule(**options)
    return lambda gradients, start, lr, beta1, beta2, eps: full(
        gradients, start, lr, beta1, beta2, eps
    )


adam = Exercise(
    answer=_only_adam(),
    draw=_adam_drawn,
    draws=8,
    edges=((_G, _START, 0.1, 0.9, 0.99, _EPS),),
    praise="Two averages, and both corrected for having begun at 0.",
    slips={
        "The first average is not corrected: it begins at 0, and is too small at first.":
            _only_adam(first=lambda m, b, t: m),
        "The second average is not corrected: it begins at 0, and is too small at first.":
            _only_adam(second=lambda s, b, t: s),
        "Neither average is corrected for having begun at 0.":
            _only_adam(first=lambda m, b, t: m, second=lambda s, b, t: s),
        "The first update has t = 1 in the corrections, not t = 2.": _only_adam(late=1),
        "The corrections have 1 - βᵗ below. You forgot the power t.":
            _only_adam(first=lambda m, b, t: m / (1 - b), second=lambda s, b, t: s / (1 - b)),
        "β₁ and β₂ have changed places.": _only_adam(swap=True),
        "The root is missing: divide by √ŝ.": _only_adam(below=lambda s, eps: s + eps),
        "ε stands beside the root here, not inside it.":
            _only_adam(below=lambda s, eps: np.sqrt(s + eps)),
        "The gradient enters the first average with the weight 1 - β₁.":
            _only_adam(mean=lambda m, g, b: b * m + g),
        "There is no momentum: the first average replaces the gradient.":
            _only_adam(mean=lambda m, g, b: g, first=lambda m, b, t: m),
        "It climbs: the update subtracts.": _only_adam(sign=-1.0),
    },
    otherwise="m = β₁m + (1-β₁)g, s = β₂s + (1-β₂)g², then both divided by 1 - βᵗ with t = 1 for "
    "the first update, and θ = θ - lr·m̂/(√ŝ + eps).",
)

adamw = Exercise(
    answer=_adam_rule(),
    draw=lambda rng: (*_adam_drawn(rng), between(rng, 0.05, 0.5)),
    draws=8,
    edges=((_G, _START, 0.1, 0.9, 0.99, _EPS, 0.3),),
    praise="The weights shrink by themselves, whatever the gradients do.",
    slips={
        "That is L2: the decay goes through both averages. AdamW keeps it apart.":
            _adam_rule(into_gradient=True),
        "The decay is multiplied by the learning rate as well.":
            _adam_rule(shrink=lambda theta, lr, decay, step: decay * theta),
        "There is no decay in it.": _adam_rule(shrink=lambda *_: 0.0),
        "The weights grow: the decay is subtracted.":
            _adam_rule(shrink=lambda theta, lr, decay, step: -lr * decay * theta),
        "The decay acts on θ as it was before the update, not after it.":
            _adam_rule(shrink=lambda theta, lr, decay, step: lr * decay * (theta - step)),
        "That pulls by the sign of the weights. The decay is proportional to them.":
            _adam_rule(shrink=lambda theta, lr, decay, step: lr * decay * np.sign(theta)),
        "Twice as much: the decay is lr · decay · θ.":
            _adam_rule(shrink=lambda theta, lr, decay, step: 2 * lr * decay * theta),
    },
    otherwise="Adam's step, and beside it lr · decay · θ is subtracted, with θ as it was before.",
)


def _adadelta(
    top: Callable[[Any, float], Any] = lambda u, eps: np.sqrt(u + eps),
    below: Callable[[Any, float], Any] = lambda s, eps: np.sqrt(s + eps),
    remember: Callable[[Any, Any], Any] = lambda step, g: step,
    order: bool = True, weight: Callable[[float], float] = lambda rho: 1 - rho, sign: float = 1.0,
) -> Callable[..., Array]:
    def adadelta(gradients: Array, start: Array, rho: float, eps: float) -> Array:
        def rule(g: Any, theta: Any, t: int, state: Any) -> tuple[Any, Any]:
            s, u = state
            s = rho * s + weight(rho) * g * g
            step = top(u, eps) / below(s, eps) * g
            if not order:
                step = top(rho * u + weight(rho) * step * step, eps) / below(s, eps) * g
            u = rho * u + weight(rho) * remember(step, g) ** 2
            return sign * step, (s, u)

        return _along(gradients, start, rule, (np.zeros(len(start)), np.zeros(len(start))))

    return adadelta


adadelta = Exercise(
    answer=_adadelta(),
    draw=lambda rng: (*_gradients(rng), between(rng, 0.6, 0.95), between(rng, 0.01, 0.2)),
    draws=8,
    edges=((_G, _START, 0.9, 0.05),),
    praise="No rate at all: the steps' own size takes its place.",
    slips={
        "ε stands inside both roots here.": _adadelta(
            top=lambda u, eps: np.sqrt(u) + eps, below=lambda s, eps: np.sqrt(s) + eps),
        "The second average is one of the steps, not of the gradients.":
            _adadelta(remember=lambda step, g: g),
        "There is no root of the steps' average above: that is RMSProp with the rate 1.":
            _adadelta(top=lambda u, eps: 1.0),
        "The average of the steps is that from before this step.": _adadelta(order=False),
        "The roots are missing.": _adadelta(
            top=lambda u, eps: u + eps, below=lambda s, eps: s + eps),
        "The new squares have the weight 1 - ρ.": _adadelta(weight=lambda rho: 1.0),
        "It climbs: the update subtracts.": _adadelta(sign=-1.0),
    },
    otherwise="s = ρs + (1-ρ)g², Δ = √(u + eps)/√(s + eps)·g, u = ρu + (1-ρ)Δ², θ = θ - Δ, in this "
    "order, with s and u from 0.",
)

Surprise = Callable[[float, float], float]


def _surprise(rule: Surprise) -> Surprise:
    return lambda beta1, beta2: rule(beta1, beta2)


surprise = Exercise(
    answer=_surprise(lambda b, c: (1 - b) / math.sqrt(1 - c)),
    draw=lambda rng: (between(rng, 0.1, 0.97), between(rng, 0.5, 0.9995)),
    draws=8,
    edges=((0.9, 0.999), (0.0, 0.99)),
    praise="With the usual β that is 3.2: the rate is not the longest step that Adam takes.",
    slips={
        "That is the first step of a run, where both averages are corrected. Long after it the "
        "corrections are 1.": _surprise(lambda b, c: 1.0),
        "The root is missing: the second average is one of squares.":
            _surprise(lambda b, c: (1 - b) / (1 - c)),
        "Upside down.": _surprise(lambda b, c: math.sqrt(1 - c) / (1 - b)),
        "Those are the weights of what was before. The new gradient has 1 - β.":
            _surprise(lambda b, c: b / math.sqrt(c)),
        "β₁ and β₂ have changed places.": _surprise(lambda b, c: (1 - c) / math.sqrt(1 - b)),
        "The first average is there, too: it takes in only 1 - β₁ of the gradient.":
            _surprise(lambda b, c: 1 / math.sqrt(1 - c)),
    },
    otherwise="Before, m = s = 0. After the gradient g, m = (1-β₁)g and s = (1-β₂)g², and the "
    "corrections are 1. Divide.",
)

TASKS = {
    "adagrad-test": Task(
        adagrad, "adagrad",
        shown=((np.array([[3.0], [4.0]]), np.array([1.0]), 0.5, 0.0),),
    ),
    "rmsprop-test": Task(
        rmsprop, "rmsprop",
        shown=((np.array([[2.0], [2.0]]), np.array([1.0]), 0.1, 0.75, 0.0),),
    ),
    "adam-test": Task(
        adam, "adam",
        shown=((np.array([[5.0, -0.1]]), np.array([1.0, 1.0]), 0.1, 0.9, 0.99, 0.0),),
    ),
    "adamw-test": Task(
        adamw, "adamw",
        shown=((np.array([[5.0, -0.1]]), np.array([1.0, 1.0]), 0.1, 0.9, 0.99, 0.0, 0.5),),
    ),
    "adadelta-test": Task(
        adadelta, "adadelta", shown=((np.array([[2.0]]), np.array([1.0]), 0.75, 0.25),),
    ),
    "surprise-test": Task(surprise, "surprise", shown=((0.5, 0.75),)),
}  # fmt: skip
