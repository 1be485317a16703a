"""The exercises of lesson 06, *Momentum*."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .verdict import Verdict, call, judge, same

Array = NDArray[np.float64]


def landing(theta: Any) -> Verdict:
    """Judge the place after two updates on f(θ) = θ², from θ = 1 with η = 0.1 and μ = 0.8."""
    return judge(
        theta,
        0.48,
        "The first velocity is 2 and leads to 0.8. The second is 0.8 · 2 + 1.6 = 3.2.",
        {
            "That is where you are without a memory. The velocity keeps a part of the first "
            "slope.": 0.64,
            "That is where you are after one update.": 0.8,
            "That is where you are after three updates.": 0.128,
            "The old velocity fades: multiply it by μ before you add the slope.": 0.44,
            "You averaged: heavy ball adds the whole slope, not 1 - μ of it.": 0.8896,
            "The new slope enters the velocity whole. Only the old velocity is multiplied by "
            "μ.": 0.5776,
            "The slope of θ² is 2θ, not θ.": 0.73,
            "That climbs. The update subtracts.": 1.6,
            "You left out the rate.": -0.6,
            "That is Nesterov's form. Heavy ball steps by the velocity itself.": 0.2816,
        },
        "Work out slope, velocity and place, in this order, twice. The velocity starts at 0.",
    )


def update(function: Callable[..., Any]) -> Verdict:
    """Judge ``update(theta, velocity, grad, lr, momentum)``, which returns theta and velocity."""
    theta, velocity, grad = np.array([3.0, -2.0]), np.array([1.0, 5.0]), np.array([0.5, -4.0])
    lr, mu = 0.1, 0.6
    before = theta.copy(), velocity.copy()
    answer, trouble = call(function, theta, velocity, grad, lr, mu)
    if trouble is not None:
        return trouble
    if not same([theta, velocity], before):
        return Verdict(False, "Your function changed the arrays it was given. Return new ones.")
    if np.shape(answer) == theta.shape:
        return Verdict(False, "Return two things, theta and velocity: the next update needs both.")
    v = mu * velocity + grad
    average = mu * velocity + (1 - mu) * grad
    inside = mu * velocity + lr * grad
    return judge(
        answer,
        (theta - lr * v, v),
        "Two lines, and a step remembers.",
        {
            "The right two, the wrong way round: theta first, then velocity.": (v, theta - lr * v),
            "That is the average form: heavy ball adds the whole gradient.": (
                theta - lr * average,
                average,
            ),
            "theta moves by the old velocity: find the new one first.": (theta - lr * velocity, v),
            "You walk uphill: the step is subtracted.": (theta + lr * v, v),
            "The old velocity does not fade. Multiply it by the momentum.": (
                theta - lr * (velocity + grad),
                velocity + grad,
            ),
            "The momentum multiplies the old velocity alone, not the gradient.": (
                theta - lr * mu * (velocity + grad),
                mu * (velocity + grad),
            ),
            "The momentum belongs to the old velocity, and you gave it to the gradient.": (
                theta - lr * (velocity + mu * grad),
                velocity + mu * grad,
            ),
            "The velocity is new, and theta does not use it: that step is plain.": (
                theta - lr * grad,
                v,
            ),
            "The rate is not used: theta moves by the whole velocity.": (theta - v, v),
            "The rate is in there twice: it multiplies the velocity, and nothing inside it.": (
                theta - lr * inside,
                inside,
            ),
            "That is the rate-inside form. It walks alike while the rate stays, but its velocity "
            "is another one.": (theta - inside, inside),
            "That is Nesterov's step. Heavy ball moves by the velocity itself.": (
                theta - lr * (grad + mu * v),
                v,
            ),
            "You forget everything: the velocity must keep a part of the old one.": (
                theta - lr * grad,
                grad,
            ),
        },
        "First the velocity: momentum times the old one, plus the gradient. Then theta moves "
        "against it by the rate.",
    )


def convert(function: Callable[..., Any]) -> Verdict:
    """Judge ``convert(lr, momentum, new_lr)``.

    It returns the rate with which the average form walks like heavy ball at ``lr``, and what the
    velocity of the rate-inside form must be multiplied by when the rate changes to ``new_lr``.
    """
    cases = [(0.1, 0.9, 0.02), (0.4, 0.75, 0.15)]
    answers = []
    for case in cases:
        answer, trouble = call(function, *case)
        if trouble is not None:
            return trouble
        if np.shape(answer) != (2,):
            return Verdict(False, "Return two numbers: the rate, and the factor for the velocity.")
        answers.append(answer)

    def each(rule: Callable[[float, float, float], float]) -> list[float]:
        return [rule(*case) for case in cases]

    rates, factors = zip(*answers, strict=True)
    rate = each(lambda lr, mu, _: lr / (1 - mu))
    factor = each(lambda lr, _, new: new / lr)
    if same(rates, factor) and same(factors, rate):
        return Verdict(False, "Both are right, in the wrong order: the rate comes first.")
    first = judge(
        rates,
        rate,
        "",
        {
            "Rate: the wrong way. The average's velocity is 1/(1 - μ) times smaller, so its rate "
            "must be larger.": each(lambda lr, mu, _: lr * (1 - mu)),
            "Rate: unchanged, the average form makes steps that are 1/(1 - μ) times shorter.": (
                each(lambda lr, mu, _: lr)
            ),
            "Rate: divide by what the average leaves of each gradient. That is not μ.": (
                each(lambda lr, mu, _: lr / mu)
            ),
            "Rate: a sign slipped, it is 1 - μ.": each(lambda lr, mu, _: lr / (1 + mu)),
            "Rate: the two walk alike before the change, so the old rate counts.": (
                each(lambda lr, mu, new: new / (1 - mu))
            ),
            "Rate: that is the ratio. Which rate has it?": each(lambda lr, mu, _: 1 / (1 - mu)),
        },
        "Rate: put average form and heavy ball side by side after many equal gradients. How long "
        "is a step of each?",
    )
    if not first:
        return first
    return judge(
        factors,
        factor,
        "With that factor all three forms walk alike, before the change and after it.",
        {
            "Rate right. Factor: turned over, the velocity must shrink when the rate does.": (
                each(lambda lr, mu, new: lr / new)
            ),
            "Rate right. Factor: left alone, the velocity goes on with the long steps.": (
                each(lambda lr, mu, new: 1.0)
            ),
            "Rate right. Factor: emptied, the velocity forgets. Heavy ball keeps its memory.": (
                each(lambda lr, mu, new: 0.0)
            ),
            "Rate right. Factor: that is the new rate. The velocity holds the old one already.": (
                each(lambda lr, mu, new: new)
            ),
            "Rate right. Factor: μ has its turn in the update anyhow. Leave it out here.": (
                each(lambda lr, mu, new: mu * new / lr)
            ),
        },
        "Rate right. Factor: the rate-inside velocity is the rate times heavy ball's. By what does "
        "the rate change?",
    )


def walk(function: Callable[..., Any]) -> Verdict:
    """Judge the mended ``walk(lr, momentum, updates)`` through the valley by heavy ball."""
    arguments = 0.1, 0.7, 8
    path, trouble = call(function, *arguments)
    if trouble is not None:
        return trouble
    right = _walk(*arguments)
    return judge(
        path,
        right,
        "Now it makes every step that mg.optim.SGD makes.",
        {
            "Nothing has changed yet. Has theta moved after the first update?": (
                _walk(*arguments, late=True, average=True)
            ),
            "The order is right now. But how much of each gradient does heavy ball add?": (
                _walk(*arguments, average=True)
            ),
            "The velocity adds the whole gradient now. But theta still moves by the velocity of "
            "the update before: the first update does nothing.": _walk(*arguments, late=True),
            "The memory is gone: that walk is plain gradient descent.": (
                _walk(arguments[0], 0.0, arguments[2])
            ),
            "The velocity never fades now: the old one is multiplied by the momentum.": (
                _walk(arguments[0], 1.0, arguments[2])
            ),
            "It climbs now. The update subtracts.": _walk(-arguments[0], *arguments[1:]),
            "The path lacks its start: there is one place more than there are updates.": right[1:],
            "All places are the last one: you change theta in place, so append a copy.": (
                right * 0 + right[-1]
            ),
        },
        "The places are not heavy ball's. At each update: gradient, velocity, theta, in this "
        "order.",
    )


def limit(function: Callable[..., Any]) -> Verdict:
    """Judge ``limit(curvature, momentum)``, the largest stable rate of Nesterov's form."""
    cases = [(4.0, 0.9), (0.5, 0.6)]
    answers = []
    for case in cases:
        answer, trouble = call(function, *case)
        if trouble is not None:
            return trouble
        answers.append(answer)

    def each(rule: Callable[[float, float], float]) -> list[float]:
        return [rule(*case) for case in cases]

    return judge(
        answers,
        each(lambda curve, mu: 2 * (1 + mu) / ((1 + 2 * mu) * curve)),
        "Looking ahead has its price: as μ grows, the limit sinks from 2/λ towards 4/(3λ). Heavy "
        "ball's rises to 4/λ.",
        {
            "That is heavy ball's limit. In Nesterov's form the slope is taken ahead.": (
                each(lambda curve, mu: 2 * (1 + mu) / curve)
            ),
            "That is the limit without momentum.": each(lambda curve, mu: 2 / curve),
            "You lost a factor of 1 + μ above.": (
                each(lambda curve, mu: 2 / ((1 + 2 * mu) * curve))
            ),
            "You lost a factor of 2 above.": (
                each(lambda curve, mu: (1 + mu) / ((1 + 2 * mu) * curve))
            ),
            "You left out the curvature: the steeper, the smaller the limit.": (
                each(lambda curve, mu: 2 * (1 + mu) / (1 + 2 * mu))
            ),
            "You multiplied by the curvature. The steeper, the smaller the limit.": (
                each(lambda curve, mu: 2 * (1 + mu) / (1 + 2 * mu) * curve)
            ),
            "There one more update lands on the floor. The limit is farther out.": (
                each(lambda curve, mu: 1 / curve)
            ),
        },
        "Put r = -1 into r² - (1 + μ)(1 - ηλ)r + μ(1 - ηλ) = 0 and solve for η. Return one number.",
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
