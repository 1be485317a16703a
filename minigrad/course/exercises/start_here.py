"""The exercises of lesson 00, *Start here*."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .drawing import between, normal, sizes, whole
from .exercise import Exercise
from .verdict import Complaint

# A slip is what is said, and below it the wrong answer that is meant.
# fmt: off

Array = NDArray[np.float64]

landing = Exercise(
    answer=0.6,
    praise="The slope is 6, the step is 0.4 · 6 = 2.4, and it leads down from 3.",
    slips={
        "That is uphill. The update subtracts the step.": 5.4,
        "That is the length of the step. Where does it lead from 3?": 2.4,
        "You took the rate for the whole step. It multiplies the slope.": 2.6,
        "The slope of θ² is 2θ, not θ.": 1.8,
        "The step is the rate times the slope. You subtracted the slope alone.": -3.0,
    },
    otherwise="What is the slope of θ² at 3? Put it into the update rule, and answer with one "
    "number.",
)

update = Exercise(
    answer=lambda theta, grad, lr: theta - lr * grad,
    draw=lambda rng: (normal(rng, n := sizes(rng, 1)[0]), normal(rng, n), between(rng, 0.01, 0.9)),
    edges=((np.array([[3.0, -2.0, 1.0], [0.5, 0.0, 4.0]]), np.ones((2, 3)), 1.5),),
    praise="That is the whole of gradient descent.",
    slips={
        "You walk uphill: the step is subtracted.": lambda theta, grad, lr: theta + lr * grad,
        "The rate is not used: every step is as long as the gradient.":
            lambda theta, grad, lr: theta - grad,
        "The gradient is not used: every parameter moves by the rate.":
            lambda theta, grad, lr: theta - lr,
        "That is the step itself. Where does it lead from theta?":
            lambda theta, grad, lr: -lr * grad,
        "You keep the sign of the gradient and drop its size.":
            lambda theta, grad, lr: theta - lr * np.sign(grad),
        "You divide by the rate: a large rate would make small steps.":
            lambda theta, grad, lr: theta - grad / lr,
    },
    otherwise="Compare your line with the first formula of this page, part by part.",
)


def _walk(lr: float, updates: int, *, adding: bool = False, sign: float = -1.0) -> Array:
    """Return every place of a walk through the valley."""
    theta, grad = np.array([-9.0, 1.0]), np.zeros(2)
    path = [theta]
    for _ in range(updates):
        grad = np.array([0.2, 4.0]) * theta + (grad if adding else 0.0)
        theta = theta + sign * lr * grad
        path.append(theta)
    return np.array(path)


descend = Exercise(
    answer=_walk,
    draw=lambda rng: (between(rng, 0.05, 0.45), whole(rng, 3, 12)),
    edges=((0.2, 1),),
    praise="Every backward() adds to the gradient that is there, so each update begins at None.",
    slips={
        "The first update is right, those after it are not. Is theta.grad at the second one the "
        "slope of the place where you stand?": lambda lr, n: _walk(lr, n, adding=True),
        "All places are the last one: theta.numpy() shares its memory, so append a copy.":
            lambda lr, n: 0 * _walk(lr, n) + _walk(lr, n)[-1],
        "That is the last place alone. Return all of them, the start first.":
            lambda lr, n: _walk(lr, n)[-1],
        "The rate is not used.": lambda lr, n: _walk(1.0, n),
        "The path lacks its start: there is one place more than there are updates.":
            lambda lr, n: _walk(lr, n)[1:],
        "It climbs now. The update subtracts.": lambda lr, n: _walk(lr, n, sign=1.0),
    },
    otherwise="The places do not follow the update rule. Print the gradient before each update: "
    "at the start it should be (-1.8, 4).",
)


def _where_it_ends(lr: Any) -> int:
    """Return 0 where the bowl is below 0.01 after 40 updates, and else the number of a reason."""
    if np.size(lr) != 1 or not np.isfinite(lr).all():
        raise Complaint("A rate is one number.")
    lr = np.asarray(lr).item()
    x1, x2 = np.array([-9.0, 1.0]) * (1 - lr * np.array([0.2, 4.0])) ** 40
    gentle, steep = 0.1 * x1**2, 2 * x2**2
    if gentle + steep < 0.01:
        return 0
    if lr <= 0:
        return 1
    return 2 if steep > 2 else 3 if steep > gentle else 4


rate = Exercise(
    answer=0.476,
    use=_where_it_ends,
    praise="After 40 updates the bowl is below 0.01: the two directions share the work.",
    slips={
        "With such a rate you stand still or climb.": -0.1,
        "Too big: along the steep direction every update ends farther out.": 0.6,
        "Close. The bounce along the steep direction dies out too slowly: a little less.": 0.49,
        "Too small: along the gentle direction you have not arrived yet.": 0.3,
    },
    otherwise="A rate is one number.",
)
