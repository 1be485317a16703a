"""The exercises of lesson 06, *Momentum*."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .drawing import between, normal, sizes, whole
from .exercise import Exercise, InTurn, numbers

# A slip is what is said, and below it the wrong answer that is meant.
# fmt: off

Array = NDArray[np.float64]

landing = Exercise(
    answer=0.48,
    praise="The first velocity is 2 and leads to 0.8. The second is 0.8 · 2 + 1.6 = 3.2.",
    slips={
        "That is where you are without a memory. The velocity keeps a part of the first slope.":
            0.64,
        "That is where you are after one update.": 0.8,
        "That is where you are after three updates.": 0.128,
        "The old velocity fades: multiply it by μ before you add the slope.": 0.44,
        "You averaged: heavy ball adds the whole slope, not 1 - μ of it.": 0.8896,
        "The new slope enters the velocity whole. Only the old velocity is multiplied by μ.":
            0.5776,
        "The slope of θ² is 2θ, not θ.": 0.73,
        "That climbs. The update subtracts.": 1.6,
        "You left out the rate.": -0.6,
        "That is Nesterov's form. Heavy ball steps by the velocity itself.": 0.2816,
    },
    otherwise="Work out slope, velocity and place, in this order, twice. The velocity starts at 0.",
)


step = Exercise(
    answer=lambda theta, before, grad, last_lr, lr, momentum: (
        theta - lr * (grad + momentum * (before - theta) / last_lr)
    ),
    draw=lambda rng: (
        *normal(rng, 3, sizes(rng, 1)[0]),
        between(rng, 0.02, 0.9),
        between(rng, 0.02, 0.9),
        between(rng, 0.3, 0.95),
    ),
    edges=(
        (*normal(np.random.default_rng(6), 3, 3, 2), 0.1, 0.4, 0.6),
        (np.array([1.5, -2.0]), np.array([1.5, -2.0]), np.array([0.5, 3.0]), 0.1, 0.2, 0.9),
    ),
    praise="The last displacement is the memory, in the units of the last rate.",
    slips={
        "That is plain gradient descent: the place before plays no part.":
            lambda t, b, g, old, lr, mu: t - lr * g,
        "You walk uphill: the gradient is subtracted.":
            lambda t, b, g, old, lr, mu: t + lr * g + mu * lr / old * (t - b),
        "The memory pulls back to where the walk came from. Which way did the last step go?":
            lambda t, b, g, old, lr, mu: t - lr * g - mu * lr / old * (t - b),
        "The old step goes on as if the rate had not changed. The old displacement holds last_lr, "
        "the new one lr: what is the velocity between them?":
            lambda t, b, g, old, lr, mu: t - lr * g + mu * (t - b),
        "You took last_lr for both. The new velocity is multiplied by lr.":
            lambda t, b, g, old, lr, mu: t - old * g + mu * (t - b),
        "You have the two rates the wrong way round.":
            lambda t, b, g, old, lr, mu: t - lr * g + mu * old / lr * (t - b),
        "theta - before is no velocity: the last rate is in it already. Divide it out.":
            lambda t, b, g, old, lr, mu: t - lr * (g - mu * (t - b)),
        "The rate does not multiply the gradient.":
            lambda t, b, g, old, lr, mu: t - g + mu * lr / old * (t - b),
        "The old velocity does not fade. Multiply it by the momentum.":
            lambda t, b, g, old, lr, mu: t - lr * g + lr / old * (t - b),
        "The momentum multiplies the old velocity alone, not the gradient.":
            lambda t, b, g, old, lr, mu: t - mu * lr * g + mu * lr / old * (t - b),
        "That is the average form: heavy ball adds the whole gradient.":
            lambda t, b, g, old, lr, mu: t - lr * (1 - mu) * g + mu * lr / old * (t - b),
        "You start from the place before. The walk stands at theta.":
            lambda t, b, g, old, lr, mu: b - lr * g + mu * lr / old * (t - b),
        "That is the next displacement, not the next place.":
            lambda t, b, g, old, lr, mu: mu * lr / old * (t - b) - lr * g,
        "Return the next place alone.":
            lambda t, b, g, old, lr, mu: (t - lr * g + mu * lr / old * (t - b), t),
    },
    otherwise="The velocity is hidden in the last step: theta = before - last_lr * velocity. Put "
    "it into heavy ball's two lines.",
)


_TWO = "Return two numbers: the rate, and the factor for the velocity."


def _draw_change(rng: np.random.Generator) -> tuple[float, float, float]:
    return between(rng, 0.05, 0.9), between(rng, 0.3, 0.95), between(rng, 0.05, 0.9)


def _with_rate(rule: Callable[[float, float, float], float]) -> Callable[..., Any]:
    return lambda lr, mu, new: (rule(lr, mu, new), new / lr)


def _with_factor(rule: Callable[[float, float, float], float]) -> Callable[..., Any]:
    return lambda lr, mu, new: (lr / (1 - mu), rule(lr, mu, new))


convert = InTurn(
    Exercise(
        answer=_with_rate(lambda lr, mu, new: lr / (1 - mu)),
        use=numbers(2, _TWO, only=0),
        draw=_draw_change,
        slips={
            "Rate: that is the factor for the velocity. The rate comes first.":
                _with_rate(lambda lr, mu, new: new / lr),
            "Rate: the wrong way. The average's velocity is 1/(1 - μ) times smaller, so its rate "
            "must be larger.": _with_rate(lambda lr, mu, new: lr * (1 - mu)),
            "Rate: unchanged, the average form makes steps that are 1/(1 - μ) times shorter.":
                _with_rate(lambda lr, mu, new: lr),
            "Rate: divide by what the average leaves of each gradient. That is not μ.":
                _with_rate(lambda lr, mu, new: lr / mu),
            "Rate: a sign slipped, it is 1 - μ.": _with_rate(lambda lr, mu, new: lr / (1 + mu)),
            "Rate: the two walk alike before the change, so the old rate counts.":
                _with_rate(lambda lr, mu, new: new / (1 - mu)),
            "Rate: that is the ratio. Which rate has it?":
                _with_rate(lambda lr, mu, new: 1 / (1 - mu)),
        },
        otherwise="Rate: put average form and heavy ball side by side after many equal gradients. "
        "How long is a step of each?",
    ),
    Exercise(
        answer=_with_factor(lambda lr, mu, new: new / lr),
        use=numbers(2, _TWO, only=1),
        draw=_draw_change,
        praise="With that factor all three forms walk alike, before the change and after it.",
        slips={
            "Rate right. Factor: turned over, the velocity must shrink when the rate does.":
                _with_factor(lambda lr, mu, new: lr / new),
            "Rate right. Factor: left alone, the velocity goes on with the long steps.":
                _with_factor(lambda lr, mu, new: 1.0),
            "Rate right. Factor: emptied, the velocity forgets. Heavy ball keeps its memory.":
                _with_factor(lambda lr, mu, new: 0.0),
            "Rate right. Factor: that is the new rate. The velocity holds the old one already.":
                _with_factor(lambda lr, mu, new: new),
            "Rate right. Factor: μ has its turn in the update anyhow. Leave it out here.":
                _with_factor(lambda lr, mu, new: mu * new / lr),
        },
        otherwise="Rate right. Factor: the rate-inside velocity is the rate times heavy ball's. "
        "By what does the rate change?",
    ),
)


def _walk(
    lr: float, momentum: float, updates: int, *, average: bool = False, late: bool = False
) -> Array:
    """Walk through the valley, with the slips that a reader may make."""
    theta, velocity = np.array([-9.0, 1.0]), np.zeros(2)
    path = [theta]
    for _ in range(updates):
        old, grad = velocity, np.array([0.2, 4.0]) * theta
        velocity = momentum * velocity + (1 - momentum if average else 1) * grad
        theta = theta - lr * (old if late else velocity)
        path.append(theta)
    return np.array(path)


walk = Exercise(
    answer=_walk,
    draw=lambda rng: (between(rng, 0.03, 0.3), between(rng, 0.3, 0.95), whole(rng, 3, 9)),
    edges=((0.1, 0.7, 1),),
    praise="Now it makes every step that mg.optim.SGD makes.",
    slips={
        "Nothing has changed yet. Has theta moved after the first update?":
            lambda lr, mu, n: _walk(lr, mu, n, late=True, average=True),
        "The order is right now. But how much of each gradient does heavy ball add?":
            lambda lr, mu, n: _walk(lr, mu, n, average=True),
        "The velocity adds the whole gradient now. But theta still moves by the velocity of the "
        "update before: the first update does nothing.":
            lambda lr, mu, n: _walk(lr, mu, n, late=True),
        "The memory is gone: that walk is plain gradient descent.":
            lambda lr, mu, n: _walk(lr, 0.0, n),
        "The velocity never fades now: the old one is multiplied by the momentum.":
            lambda lr, mu, n: _walk(lr, 1.0, n),
        "It climbs now. The update subtracts.": lambda lr, mu, n: _walk(-lr, mu, n),
        "The path lacks its start: there is one place more than there are updates.":
            lambda lr, mu, n: _walk(lr, mu, n)[1:],
        "All places are the last one: you change theta in place, so append a copy.":
            lambda lr, mu, n: 0 * _walk(lr, mu, n) + _walk(lr, mu, n)[-1],
    },
    otherwise="The places are not heavy ball's. At each update: gradient, velocity, theta, in "
    "this order.",
)

limit = Exercise(
    answer=lambda curvature, momentum: 2 * (1 + momentum) / ((1 + 2 * momentum) * curvature),
    draw=lambda rng: (between(rng, 0.3, 6), between(rng, 0.2, 0.98)),
    praise="Looking ahead has its price: as μ grows, the limit sinks from 2/λ towards 4/(3λ). "
    "Heavy ball's rises to 4/λ.",
    slips={
        "That is heavy ball's limit. In Nesterov's form the slope is taken ahead.":
            lambda curve, mu: 2 * (1 + mu) / curve,
        "That is the limit without momentum.": lambda curve, mu: 2 / curve,
        "You lost a factor of 1 + μ above.": lambda curve, mu: 2 / ((1 + 2 * mu) * curve),
        "You lost a factor of 2 above.": lambda curve, mu: (1 + mu) / ((1 + 2 * mu) * curve),
        "You left out the curvature: the steeper, the smaller the limit.":
            lambda curve, mu: 2 * (1 + mu) / (1 + 2 * mu),
        "You multiplied by the curvature. The steeper, the smaller the limit.":
            lambda curve, mu: 2 * (1 + mu) / (1 + 2 * mu) * curve,
        "There one more update lands on the floor. The limit is farther out.":
            lambda curve, mu: 1 / curve,
    },
    otherwise="Put r = -1 into r² - (1 + μ)(1 - ηλ)r + μ(1 - ηλ) = 0 and solve for η. Return one "
    "number.",
)
