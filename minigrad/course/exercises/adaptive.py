"""The exercises of lesson 10, *AdaGrad, RMSProp, AdaDelta*."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .drawing import Generator, between, normal, whole
from .exercise import Exercise, InTurn, call
from .racing import race
from .verdict import Complaint

# A slip is what is said, and below it the wrong answer that is meant.
# fmt: off

__all__ = ["mended", "norm", "race", "second_step", "walks"]

Array = NDArray[np.float64]
Slope = Callable[[Array], Array]

second_step = Exercise(
    answer=0.22942,
    praise="In general η / √(1 - αᵗ⁺¹): the steps come down from √10 η to η.",
    slips={
        "That is the first step. By the second, s holds more.": 0.31623,
        "That is where the steps end up, when s has become g². At the second update it has not.":
            0.1,
        "That is AdaGrad's second step. Here the sum fades.": 0.070711,
        "You forgot the root.": 0.52632,
        "That is the root times the rate. The rate is divided by it.": 0.043589,
        "You took α for the part that comes in. It is the part that stays.": 0.10050,
        "That is plain descent. The gradient's size cancels.": 0.7,
        "The size of g cancels: divide by |g|, too.": 1.60591,
        "Near, but four digits are wanted.": 0.23,
        "Near, but one more digit is wanted.": 0.229,
        "A length has no sign.": -0.22942,
    },
    otherwise="s_0 = 0.1 g². Find s_1, take its root, and divide 0.1 |g| by it.",
)


def _bowl(curvature: Array) -> Slope:
    return lambda theta: curvature * theta


def _walked(answer: Any, theta: Array, curvature: Array, *settings: Any) -> Any:
    """Let an answer walk on a bowl, and look at every place."""
    path = call(answer, theta, _bowl(curvature), *settings)
    length = np.ndim(path) and len(path)
    if length != settings[-1] + 1 and length != settings[-1]:
        raise Complaint("Return the whole path, a list of places: the start, and one each update.")
    if np.ndim(path) > 1 and length > 2 and (np.array(path[0]) == np.array(path[-1])).all():
        raise Complaint(
            "All places of your path are the same one. Does theta change in place, and the list "
            "hold it many times?"
        )
    return path


def _adaptive(
    grow: Callable[[Any, Array, float], Any],
    *,
    order: str = "s first",
    divide: Callable[[Any, float], Any] = lambda s, eps: np.sqrt(s) + eps,
    numerator: Callable[[Array, Any], Any] = lambda grad, step: grad,
    sign: float = 1,
    lost: int = 0,
) -> Callable[..., list[Array]]:
    """Write a walk whose s grows by a rule, with the slips that a reader may make."""

    def walk(theta: Array, slope: Slope, lr: float, alpha: float, eps: float, n: int) -> list[Any]:
        s, path = np.zeros_like(theta), [theta]
        for t in range(n):
            grad, old = slope(theta), s
            s = grow(s, grad, alpha)
            step = numerator(grad, t) / divide(old if order == "late" else s, eps)
            theta = theta - sign * lr * step
            path.append(theta)
        return path[lost:]

    return walk


def _no_alpha(walk: Callable[..., Any]) -> Callable[..., Any]:
    """AdaGrad has no memory to set."""
    return lambda theta, slope, lr, eps, n: walk(theta, slope, lr, 0.0, eps, n)


def _sum(s: Any, grad: Array, alpha: float) -> Any:
    return s + grad**2


def _mean(s: Any, grad: Array, alpha: float) -> Any:
    return alpha * s + (1 - alpha) * grad**2


def _of_mean(theta: Array, slope: Slope, lr: float, eps: float, n: int) -> list[Array]:
    s, path = np.zeros_like(theta), [theta]
    for t in range(n):
        grad = slope(theta)
        s = s + grad**2
        theta = theta - lr * grad / (np.sqrt(s / (t + 1)) + eps)
        path.append(theta)
    return path


def _draw_walk(rng: Generator) -> tuple[Any, ...]:
    n = whole(rng, 2, 4)
    theta, curvature = normal(rng, 2, n)
    return theta, np.abs(curvature) + 0.2, between(rng, 0.05, 0.5)


def _settings(rng: Generator, *more: Any) -> tuple[Any, ...]:
    return *_draw_walk(rng), *more, between(rng, 0.02, 0.3), whole(rng, 3, 7)


walks = InTurn(
    Exercise(
        answer=_no_alpha(_adaptive(_sum)),
        use=_walked,
        draw=_settings,
        edges=((np.array([1.0, -2.0]), np.array([3.0, 0.5]), 0.1, 0.05, 1),),
        slips={
            "AdaGrad: the size of the gradients is not in it. Divide by the root of s.":
                _no_alpha(_adaptive(_sum, divide=lambda s, eps: 1.0)),
            "AdaGrad: the root of s is missing.":
                _no_alpha(_adaptive(_sum, divide=lambda s, eps: s + eps)),
            "AdaGrad: ε stands inside the root. Here it is outside.":
                _no_alpha(_adaptive(_sum, divide=lambda s, eps: np.sqrt(s + eps))),
            "AdaGrad: ε is left out.": _no_alpha(_adaptive(_sum, divide=lambda s, e: np.sqrt(s))),
            "AdaGrad: s must hold the new square before you divide by it.":
                _no_alpha(_adaptive(_sum, order="late")),
            "AdaGrad: s is thrown away at every update. It should add up.":
                _no_alpha(_adaptive(lambda s, grad, alpha: grad**2)),
            "AdaGrad: one sum for all parameters. Each has its own.":
                _no_alpha(_adaptive(lambda s, grad, alpha: s + (grad**2).sum())),
            "AdaGrad: s adds the gradients' sizes. It should add their squares.":
                _no_alpha(_adaptive(lambda s, grad, alpha: s + abs(grad))),
            "AdaGrad: it climbs. The step is subtracted.":
                _no_alpha(_adaptive(_sum, sign=-1)),
            "AdaGrad: the path lacks its start.": _no_alpha(_adaptive(_sum, lost=1)),
            "AdaGrad: the root of the *mean* of the squares: its steps do not get shorter.":
                _of_mean,
        },
        otherwise="AdaGrad: at each update find the gradient, add its square to s, and step by "
        "lr * grad / (np.sqrt(s) + eps).",
    ),
    Exercise(
        answer=_adaptive(_mean),
        use=_walked,
        draw=lambda rng: _settings(rng, between(rng, 0.55, 0.95)),
        edges=((np.array([1.0, -2.0]), np.array([3.0, 0.5]), 0.1, 0.7, 0.05, 1),),
        praise="The two differ in one line: whether the sum fades.",
        slips={
            "AdaGrad right. RMSProp: its sum must fade. That is AdaGrad again.": _adaptive(_sum),
            "AdaGrad right. RMSProp: alpha is the part of s that stays.":
                _adaptive(lambda s, grad, alpha: (1 - alpha) * s + alpha * grad**2),
            "AdaGrad right. RMSProp: of the new square 1 - alpha comes in, not all of it.":
                _adaptive(lambda s, grad, alpha: alpha * s + grad**2),
            "AdaGrad right. RMSProp: the old s does not fade.":
                _adaptive(lambda s, grad, alpha: s + (1 - alpha) * grad**2),
            "AdaGrad right. RMSProp: it averages the gradients. Average their squares.":
                _adaptive(
                    lambda s, grad, alpha: alpha * s + (1 - alpha) * grad,
                    divide=lambda s, eps: abs(s) + eps,
                ),
            "AdaGrad right. RMSProp: the root of s is missing.":
                _adaptive(_mean, divide=lambda s, eps: s + eps),
            "AdaGrad right. RMSProp: ε stands inside the root. Here it is outside.":
                _adaptive(_mean, divide=lambda s, eps: np.sqrt(s + eps)),
            "AdaGrad right. RMSProp: s must hold the new square before you divide by it.":
                _adaptive(_mean, order="late"),
            "AdaGrad right. RMSProp: it climbs. The step is subtracted.":
                _adaptive(_mean, sign=-1),
        },
        otherwise="AdaGrad right. RMSProp: it is AdaGrad but for one line, "
        "s = alpha * s + (1 - alpha) * grad**2.",
    ),
)


def _colleague(
    grow: Callable[[Any, Array, float], Any] = _mean,
    *,
    compound: bool = False,
    divide: bool = True,
    sign: float = 1,
    lost: int = 0,
) -> Callable[..., list[Array]]:
    """Write the colleague's walk, with some of her lines."""

    def walk(theta: Array, slope: Slope, lr: Any, alpha: float, n: int) -> list[Array]:
        s, path = np.zeros_like(theta), [theta]
        for _ in range(n):
            grad = slope(theta)
            s = grow(s, grad, alpha)
            rate = lr / (np.sqrt(s) + 1e-8) if divide else lr
            lr = rate if compound else lr
            theta = theta - sign * rate * grad
            path.append(theta)
        return path[lost:]

    return walk


def _swapped(s: Any, grad: Array, alpha: float) -> Any:
    return _mean(s, grad, 1 - alpha)


mended = Exercise(
    answer=_colleague(),
    use=_walked,
    draw=lambda rng: (*_draw_walk(rng), between(rng, 0.55, 0.95), whole(rng, 3, 7)),
    edges=((np.array([1.0, -2.0]), np.array([3.0, 0.5]), 0.1, 0.7, 1),),
    praise="A name that is assigned to in a loop and read in the next turn has a memory, too.",
    slips={
        "Nothing has changed yet. What is lr at the third update?":
            _colleague(_swapped, compound=True),
        "The memory is right now. But the rate is still divided again at every update.":
            _colleague(compound=True),
        "The rate is right now. But how much of s stays, of alpha = 0.99?": _colleague(_swapped),
        "Now nothing is divided: that is plain descent.": _colleague(divide=False),
        "The sum does not fade now: that is AdaGrad.": _colleague(_sum),
        "Of the new square 1 - alpha comes in, not all of it.":
            _colleague(lambda s, grad, alpha: alpha * s + grad**2),
        "s forgets all now: every step is as long as the rate.":
            _colleague(lambda s, grad, alpha: grad**2),
        "It climbs now. The step is subtracted.": _colleague(sign=-1),
        "The path lacks its start.": _colleague(lost=1),
    },
    otherwise="The places are not RMSProp's. Follow lr and s through three updates.",
)


def _normed(
    grow: Callable[[Any, Array], Any],
    divide: Callable[[Any], Any] = np.sqrt,
) -> Callable[..., list[Array]]:
    """Write AdaGrad-Norm with the slips that a reader may make."""

    def walk(theta: Array, slope: Slope, lr: float, n: int) -> list[Array]:
        s, path = 0.0, [theta]
        for _ in range(n):
            grad = slope(theta)
            s = grow(s, grad)
            theta = theta - lr * grad / divide(s)
            path.append(theta)
        return path

    return walk


norm = Exercise(
    answer=_normed(lambda s, grad: s + (grad**2).sum()),
    use=_walked,
    draw=lambda rng: (*_draw_walk(rng), whole(rng, 3, 7)),
    edges=((np.array([1.0, -2.0]), np.array([3.0, 0.5]), 0.1, 1),),
    praise="One number is all its memory, and the rate still sets its own decay.",
    slips={
        "That is AdaGrad: each parameter has its own sum. Here all share one.":
            _normed(lambda s, grad: s + grad**2),
        "The norm is not squared before it is added.":
            _normed(lambda s, grad: s + np.linalg.norm(grad)),
        "The root of s is missing.":
            _normed(lambda s, grad: s + (grad**2).sum(), lambda s: s),
        "The squares are averaged over the parameters. Add them.":
            _normed(lambda s, grad: s + (grad**2).mean()),
        "s is thrown away at every update. It should add up.":
            _normed(lambda s, grad: (grad**2).sum()),
        "The square of the sum is not the sum of the squares: square first, then add.":
            _normed(lambda s, grad: s + grad.sum() ** 2),
    },
    otherwise="s is one number. At each update add the squares of the whole gradient to it, and "
    "divide the gradient by its root.",
)
