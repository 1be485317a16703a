"""The exercises of lesson 11, *Adam and its family*."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .drawing import Generator, between, normal, sizes, whole
from .exercise import Exercise, InTurn, numbers
from .racing import choose

# A slip is what is said, and below it the wrong answer that is meant.
# fmt: off

__all__ = ["bounded_steps", "choose", "convert", "landing", "mended", "varied"]

Array = NDArray[np.float64]

landing = Exercise(
    answer=2.06,
    praise="The weight keeps 0.98 · 2 = 1.96, and the first step is η long, against the gradient.",
    slips={
        "The decay is missing: the weight keeps 1 - ηλ of itself beside the step.": 2.1,
        "AdamW shrinks by ηλ, not by λ.": 1.7,
        "The gradient is negative, and the step goes against it: up.": 1.86,
        "That is a plain descent step, ηg long. Adam's first step is η long.": 4.96,
        "That is the first step without the correction, (1 - β₁)/√(1 - β₂) times too long.":
            1.96 + 0.1 * 0.1 / np.sqrt(0.001),
        "m is corrected as well: its tenth of the gradient is divided by 1 - β₁.": 1.97,
        "The decay takes off ηλ times the weight, and the weight is 2.": 2.08,
        "That is where it stands if the gradient does not change, after a second update.": 2.1188,
        "That is how far it moved. Where does it stand?": 0.06,
        "That is its place after the decay alone. Now the step.": 1.96,
        "The decay pulls towards 0.": 2.14,
        "Neither the decay nor the step: the gradient counts by its sign alone.": -1.0,
    },
    otherwise="First what the decay leaves of 2, then a step whose length does not hang on g.",
)


def _adam(
    m_sum: Callable[[list[float]], float] | None = None,
    s_sum: Callable[[int, float], float] = lambda n, beta2: 1 - beta2**n,
    square: Callable[[Array], Array] = lambda g: g**2,
    step: Callable[[Any, Any, float], Any] = lambda m, s, eps: m / (np.sqrt(s) + eps),
    sign: float = -1.0,
    returned: Callable[[Array, Array], Array] = lambda start, end: end,
) -> Callable[..., Array]:
    """Write Adam with a varying β₁ and the slips that a reader may make."""
    weights = m_sum or (lambda betas: 1 - float(np.prod(betas)))

    def varied(
        theta: Array, grads: Array, lr: float, beta1s: Array, beta2: float, eps: float
    ) -> Array:
        start, m, s = theta, 0 * theta, 0 * theta
        for t, g in enumerate(grads):
            m = beta1s[t] * m + (1 - beta1s[t]) * g
            s = beta2 * s + (1 - beta2) * square(g)
            m_hat = m / weights(list(beta1s[: t + 1]))
            theta = theta + sign * lr * step(m_hat, s / s_sum(t + 1, beta2), eps)
        return returned(start, theta)

    return varied


def _draw_varied(rng: Generator) -> tuple[Any, ...]:
    n, updates = sizes(rng, 2, low=2, high=5)
    beta1s = np.round(rng.uniform(0.5, 0.95, updates), 2)
    return (
        normal(rng, n), normal(rng, updates, n), between(rng, 0.05, 0.5), beta1s,
        between(rng, 0.6, 0.99), between(rng, 0.05, 0.3),
    )  # fmt: skip


varied = Exercise(
    answer=_adam(),
    draw=_draw_varied,
    edges=((np.array([0.5, -1.0]), np.array([[3.0, -2.0]]), 0.1, np.array([0.9]), 0.999, 0.01),),
    praise="What the average makes of ones is the sum of its weights, whatever β₁ did.",
    slips={
        "m is not corrected.": _adam(lambda betas: 1.0),
        "1 - β₁^(t+1) holds while β₁ stays the same. What are the weights in m now?":
            _adam(lambda betas: 1 - betas[-1] ** len(betas)),
        "That is the correction for the first β₁ alone. Each update had its own.":
            _adam(lambda betas: 1 - betas[0] ** len(betas)),
        "Only the latest β₁ is in your correction. The earlier ones are in m, too.":
            _adam(lambda betas: 1 - betas[-1]),
        "The mean of the β₁ so far is not what m holds: they were multiplied.":
            _adam(lambda betas: 1 - float(np.mean(betas)) ** len(betas)),
        "s is not corrected.": _adam(s_sum=lambda n, beta2: 1.0),
        "Neither average is corrected.": _adam(lambda betas: 1.0, lambda n, beta2: 1.0),
        "The correction of s is one update short: after the first gradient it is 1 - β₂.":
            _adam(s_sum=lambda n, beta2: 1 - beta2 ** (n + 1)),
        "s averages the squares of the gradients.": _adam(square=np.abs),
        "The root of ŝ is missing.": _adam(step=lambda m, s, eps: m / (s + eps)),
        "ε stands outside the root here.": _adam(step=lambda m, s, eps: m / np.sqrt(s + eps)),
        "ε is left out.": _adam(step=lambda m, s, eps: m / np.sqrt(s)),
        "That is no Adam: the first moment is not divided by the root of the second.":
            _adam(step=lambda m, s, eps: m),
        "That climbs: the step goes against m.": _adam(sign=1.0),
        "That is how far it has moved. Return the last place.":
            _adam(returned=lambda start, end: end - start),
    },
    otherwise="m / ones, where `ones` runs through m's recurrence with a 1 in place of each "
    "gradient. Then the root of the corrected s, and ε beside it.",
)


def _adamw(
    m_back: bool = False,
    s_back: bool = False,
    keep: Callable[[float, float], float] = lambda lr, lam: 1 - lr * lam,
    l2: bool = False,
    correct: tuple[bool, bool] = (True, True),
    after: bool = False,
) -> Callable[..., Array]:
    """Write AdamW with the slips that a reader may make."""

    def mended(theta: Array, grads: Array, lr: float, weight_decay: float) -> Array:
        m, s = np.zeros_like(theta), np.zeros_like(theta)
        for n, grad in enumerate(grads, start=1):
            g = grad + weight_decay * theta if l2 else grad
            m, s = 0.9 * m + 0.1 * g, 0.99 * s + 0.01 * g**2
            m_hat = m / (1 - 0.9**n) if correct[0] else m
            s_hat = s / (1 - 0.99**n) if correct[1] else s
            m, s = m_hat if m_back else m, s_hat if s_back else s
            step = lr * m_hat / (np.sqrt(s_hat) + 1e-8)
            kept = 1 if l2 else keep(lr, weight_decay)
            theta = kept * (theta - step) if after else kept * theta - step
        return theta

    return mended


def _lam(lr: float, lam: float) -> float:
    return 1 - lam


def _draw_grads(rng: Generator) -> tuple[Any, ...]:
    n, updates = sizes(rng, 2, low=2, high=5)
    return (
        3 * normal(rng, n), normal(rng, updates, n), between(rng, 0.1, 0.4), between(rng, 0.3, 0.9)
    )


mended = Exercise(
    answer=_adamw(),
    draw=_draw_grads,
    edges=(
        (np.array([4.0, -3.0]), np.ones((6, 2)), 0.1, 0.5),
        (np.array([2.0]), np.array([[-30.0]]), 0.2, 0.4),
    ),
    praise="The averages go on uncorrected. The correction is for the step alone.",
    slips={
        "Nothing has changed yet. What is `m` when the second update begins?":
            _adamw(True, True, _lam),
        "The decay is right now. But `m` and `s` are corrected, and then corrected again at the "
        "next update.": _adamw(True, True),
        "The averages are right now. But AdamW shrinks by lr * weight_decay.": _adamw(keep=_lam),
        "`s` is right now, and `m` is still corrected again and again.": _adamw(m_back=True),
        "`m` is right now, and `s` is still corrected again and again.": _adamw(s_back=True),
        "`s` is right now. `m` is still corrected again and again, and the decay lacks the rate.":
            _adamw(m_back=True, keep=_lam),
        "`m` is right now. `s` is still corrected again and again, and the decay lacks the rate.":
            _adamw(s_back=True, keep=_lam),
        "That is Adam with L2: the decay has gone through the division.": _adamw(l2=True),
        "The decay is gone.": _adamw(keep=lambda lr, lam: 1.0),
        "The decay pulls away from 0.": _adamw(keep=lambda lr, lam: 1 + lr * lam),
        "The correction is gone. It was right; it was stored in the wrong place.":
            _adamw(correct=(False, False)),
        "The correction of `m` is gone. It was right; it was stored in the wrong place.":
            _adamw(correct=(False, True)),
        "The correction of `s` is gone. It was right; it was stored in the wrong place.":
            _adamw(correct=(True, False)),
        "The decay shrinks the step as well: shrink theta before the step is taken from it.":
            _adamw(after=True),
        "The decay is 1 - lr * weight_decay of the weight, not a fixed amount less.":
            _adamw(keep=lambda lr, lam: lr * lam),
    },
    otherwise="With equal gradients and no decay every step should be lr long. Give the corrected "
    "moments names of their own, and let the decay be lr * weight_decay.",
)


_TWO = "Return two numbers: the weight decay in PyTorch, and λ′."


def _draw_decay(rng: Generator) -> tuple[float, float, float]:
    return between(rng, 0.01, 0.3), between(rng, 0.05, 0.5), between(rng, 0.4, 0.9)


def _first(rule: Callable[[float, float, float], float]) -> Callable[..., Any]:
    return lambda lr, lam, new: (rule(lr, lam, new), lr * lam)


def _second(rule: Callable[[float, float, float], float]) -> Callable[..., Any]:
    return lambda lr, lam, new: (lr * lam / new, rule(lr, lam, new))


convert = InTurn(
    Exercise(
        answer=_first(lambda lr, lam, new: lr * lam / new),
        use=numbers(2, _TWO, only=0),
        draw=_draw_decay,
        slips={
            "PyTorch: that is λ′. The form with the rate comes first.":
                _first(lambda lr, lam, new: lr * lam),
            "PyTorch: unchanged, the larger rate forgets faster: ηλ must stay.":
                _first(lambda lr, lam, new: lam),
            "PyTorch: the wrong way. A larger rate needs a smaller λ.":
                _first(lambda lr, lam, new: lam * new / lr),
            "PyTorch: that is ηλ with the new rate. Which λ makes it the old ηλ?":
                _first(lambda lr, lam, new: lam * new),
            "PyTorch: the ratio of the rates. Which λ has it?":
                _first(lambda lr, lam, new: lr / new),
            "PyTorch: the root is for the size of the weights, not for their memory.":
                _first(lambda lr, lam, new: lam * float(np.sqrt(lr / new))),
        },
        otherwise="PyTorch: the old run keeps 1 - lr · weight_decay of a weight, the new one "
        "1 - new_lr · yours. Make them equal.",
    ),
    Exercise(
        answer=_second(lambda lr, lam, new: lr * lam),
        use=numbers(2, _TWO, only=1),
        draw=_draw_decay,
        praise="What an update takes off a weight must stay: ηλ, or λ′.",
        slips={
            "PyTorch right. λ′: no rate multiplies it in that form, so it is smaller than λ.":
                _second(lambda lr, lam, new: lam),
            "PyTorch right. λ′: the new rate is not in the old run.":
                _second(lambda lr, lam, new: lam * new),
            "PyTorch right. λ′: the same number would be multiplied by the rate in PyTorch, and "
            "here it is not.": _second(lambda lr, lam, new: lr * lam / new),
            "PyTorch right. λ′: that is how many updates the memory holds.":
                _second(lambda lr, lam, new: 1 / (lr * lam)),
            "PyTorch right. λ′: that is what is kept. λ′ is what is taken off.":
                _second(lambda lr, lam, new: 1 - lr * lam),
            "PyTorch right. λ′: divided by the rate instead of multiplied.":
                _second(lambda lr, lam, new: lam / lr),
        },
        otherwise="PyTorch right. λ′: which part of a weight does the old run take off at each "
        "update?",
    ),
)


def _bounded(
    step: Callable[[Any, Any], Any] = lambda m, s: 4 / np.pi * np.arctan2(m, np.sqrt(s)),
    correct: tuple[bool, bool] = (True, True),
    finish: Callable[[Array], Any] = lambda steps: steps,
    sign: float = -1.0,
) -> Callable[..., Any]:
    """Write the steps of Adam-atan2 with the slips that a reader may make."""

    def bounded_steps(grads: Array, lr: float, beta1: float, beta2: float) -> Any:
        m, s, steps = 0.0, 0.0, []
        for n, g in enumerate(grads, start=1):
            m, s = beta1 * m + (1 - beta1) * g, beta2 * s + (1 - beta2) * g**2
            m_hat = m / (1 - beta1**n) if correct[0] else m
            s_hat = s / (1 - beta2**n) if correct[1] else s
            steps.append(sign * lr * step(m_hat, s_hat))
        return finish(np.array(steps))

    return bounded_steps


def _draw_gradients(rng: Generator) -> tuple[Any, ...]:
    grads = normal(rng, whole(rng, 3, 6))
    return grads, between(rng, 0.05, 0.5), between(rng, 0.5, 0.95), between(rng, 0.96, 0.999)


def _quotient(m: Any, s: Any) -> Any:
    return 4 / np.pi * np.arctan(np.divide(m, np.sqrt(s)))


bounded_steps = Exercise(
    answer=_bounded(),
    draw=_draw_gradients,
    edges=(
        (np.array([0.0, 0.0, 2.0, -1.0, 0.0]), 0.1, 0.9, 0.99),
        (np.array([-1.0, -1.0, -1.0]), 0.3, 0.8, 0.98),
    ),
    praise="Where gradients agree the step is η, and no gradients at all can make it longer than "
    "2 η.",
    slips={
        "The factor 4/π is missing: where gradients agree the step should be η.":
            _bounded(lambda m, s: np.arctan2(m, np.sqrt(s))),
        "While all gradients were 0 you divide 0 by 0. np.arctan2 takes its two numbers apart.":
            _bounded(_quotient),
        "The root of ŝ is missing.": _bounded(lambda m, s: 4 / np.pi * np.arctan2(m, s)),
        "The two numbers are the wrong way round: the first has the sign.":
            _bounded(lambda m, s: 4 / np.pi * np.arctan2(np.sqrt(s), m)),
        "That is Adam itself, without a bound.":
            _bounded(lambda m, s: m / (np.sqrt(s) + 1e-8)),
        "Neither moment is corrected.": _bounded(correct=(False, False)),
        "m is not corrected.": _bounded(correct=(False, True)),
        "s is not corrected.": _bounded(correct=(True, False)),
        "The steps go uphill: a displacement goes against m.": _bounded(sign=1.0),
        "Those are the places. Return the steps.": _bounded(finish=lambda steps: np.cumsum(steps)),
        "The fraction is upside down: 4/π, not π/4.":
            _bounded(lambda m, s: np.pi / 4 * np.arctan2(m, np.sqrt(s))),
        "That is the last step alone. Return them all.": _bounded(finish=lambda steps: steps[-1]),
    },
    otherwise="-lr · 4/π · np.arctan2(m_hat, np.sqrt(s_hat)), with Adam's corrected moments. For "
    "equal gradients each step should be lr long.",
)
