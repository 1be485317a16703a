"""The exercises of lesson 00, *Start here*."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .drawing import Generator, between, whole
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

limit = Exercise(
    answer=lambda a, b: 1 / max(a, b),
    draw=lambda rng: (between(rng, 0.05, 4), between(rng, 0.05, 4)),
    edges=((0.1, 2.0), (3.0, 0.2), (1.0, 1.0)),
    praise="The steeper of the two directions sets the limit, whichever it is.",
    slips={
        "Twice too large: the slope of a · x² is 2a · x, with a 2.": lambda a, b: 2 / max(a, b),
        "With this rate the gentler direction turns around, and the steeper one has long flown "
        "off.": lambda a, b: 1 / min(a, b),
        "That is right while b is the larger. Either may be.": lambda a, b: 1 / b,
        "That is right while a is the larger. Either may be.": lambda a, b: 1 / a,
        "With this rate both directions take equally long: a good rate, and not yet the limit.":
            lambda a, b: 1 / (a + b),
        "With this rate the steeper direction is at the bottom in one update. How much larger may "
        "the rate be?": lambda a, b: 0.5 / max(a, b),
        "The steeper the valley, the smaller the rate must be.": lambda a, b: max(a, b),
    },
    otherwise="Work out the factor of each coordinate, 1 - 2aη and 1 - 2bη. At which rate does "
    "the first of them reach -1?",
)


def _walk(lr: float, updates: int, *, at: str = "both", sign: float = -1.0) -> Array:
    """Return every place of a walk through the aslant valley."""
    x1, x2 = -9.0, 1.0
    path = [(x1, x2)]
    for _ in range(updates):
        if at == "second late":
            x1 = x1 + sign * lr * 0.2 * (x1 + x2)
            x2 = x2 + sign * lr * (0.2 * (x1 + x2) + 4 * x2)
        elif at == "first late":
            x2 = x2 + sign * lr * (0.2 * (x1 + x2) + 4 * x2)
            x1 = x1 + sign * lr * 0.2 * (x1 + x2)
        else:
            slopes = 0.2 * (x1 + x2), 0.2 * (x1 + x2) + 4 * x2
            x1, x2 = x1 + sign * lr * slopes[0], x2 + sign * lr * slopes[1]
        path.append((x1, x2))
    return np.array(path)


descend = Exercise(
    answer=_walk,
    draw=lambda rng: (between(rng, 0.05, 0.45), whole(rng, 3, 12)),
    edges=((0.2, 1),),
    praise="Both slopes are taken at the place where you stand, and only then do you move.",
    slips={
        "x1 is right after the first update, x2 is not. What is x1 when the slope along x2 is "
        "taken?": lambda lr, n: _walk(lr, n, at="second late"),
        "Now x2 moves first, and the slope along x1 is taken too late.":
            lambda lr, n: _walk(lr, n, at="first late"),
        "That is the last place alone. Return all of them, the start first.":
            lambda lr, n: _walk(lr, n)[-1],
        "Every place shows where the walk ended. Append a copy of each.":
            lambda lr, n: np.tile(_walk(lr, n)[-1], (n + 1, 1)),
        "The rate is not used.": lambda lr, n: _walk(1.0, n),
        "The path lacks its start: there is one place more than there are updates.":
            lambda lr, n: _walk(lr, n)[1:],
        "It climbs now. The update subtracts.": lambda lr, n: _walk(lr, n, sign=1.0),
    },
    otherwise="The places do not follow the update rule. Print both slopes at the start: they "
    "should be -1.6 and 2.4.",
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
        "Close. The bounce along the steep direction lasts too long: a little less.": 0.49,
        "Too small: along the gentle direction you have not arrived yet.": 0.3,
    },
    otherwise="A rate is one number.",
)


def _losses(rng: Generator) -> tuple[list[float], list[float]]:
    """Draw losses at the end of two settings, of which neither wins everywhere."""
    n = 2 * whole(rng, 2, 4) + 1
    first, second = np.round(rng.uniform(0.05, 0.5, (2, n)), 2)
    return first.tolist(), second.tolist()


compare = Exercise(
    answer=lambda first, second: (
        np.count_nonzero(np.subtract(first, second) < 0), np.median(np.subtract(first, second))
    ),
    draw=_losses,
    edges=(
        ([0.2, 0.1, 0.4], [0.3, 0.1, 0.3]),
        ([0.5, 0.1, 0.2, 0.9], [0.3, 0.3, 0.3, 0.3]),
    ),
    praise="In pairs, what a lucky start does to both falls out of the difference.",
    slips={
        "You counted where the first is higher.": lambda first, second: (
            np.count_nonzero(np.subtract(first, second) > 0),
            np.median(np.subtract(first, second)),
        ),
        "A tie is not lower: use < and not <=.": lambda first, second: (
            np.count_nonzero(np.subtract(first, second) <= 0),
            np.median(np.subtract(first, second)),
        ),
        "The difference of the medians forgets who is paired with whom. Take the median of the "
        "differences.": lambda first, second: (
            np.count_nonzero(np.subtract(first, second) < 0), np.median(first) - np.median(second)
        ),
        "That is the mean of the differences. One wild run can move it.": lambda first, second: (
            np.count_nonzero(np.subtract(first, second) < 0), np.mean(np.subtract(first, second))
        ),
        "The sign of the difference: first minus second.": lambda first, second: (
            np.count_nonzero(np.subtract(first, second) < 0), np.median(np.subtract(second, first))
        ),
        "How large the differences are, without their signs, does not say who is ahead.":
            lambda first, second: (
                np.count_nonzero(np.subtract(first, second) < 0),
                np.median(np.abs(np.subtract(first, second))),
            ),
        "The count is a number of seeds, not a part of them.": lambda first, second: (
            np.mean(np.subtract(first, second) < 0), np.median(np.subtract(first, second))
        ),
        "First the count, then the difference.": lambda first, second: (
            np.median(np.subtract(first, second)), np.count_nonzero(np.subtract(first, second) < 0)
        ),
    },
    otherwise="Return two numbers: in how many seeds the first loss is lower, and the median of "
    "first minus second.",
)
