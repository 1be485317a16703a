"""The exercises of lesson 01, *Derivatives by machine*."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

import minigrad as mg

from . import primitives
from .comparing import plain
from .drawing import Generator, normal, whole
from .exercise import Exercise, InTurn, call
from .verdict import UNANSWERED, Complaint

# A slip is what is said, and below it the wrong answer that is meant.
# fmt: off

by_hand = Exercise(
    answer=(8.0, 3.0),
    praise="Two paths lead from a to the result, and their shares 5 and 3 add up.",
    slips={
        "Your slope in a follows one path only, straight into the product. Which other one leads "
        "from a to f?": (5.0, 3.0),
        "Your slope in a follows one path only, through the sum. Which other one leads from a to "
        "f?": (3.0, 3.0),
        "Along a path factors are multiplied. Where two paths meet, shares are added.": (15.0, 3.0),
        "For b you stopped at the sum. One more factor waits on the way to f.": (8.0, 1.0),
        "For b you took the wrong factor: the local derivative of a product is the other argument.":
            (8.0, 5.0),
        "Those are the right numbers in the other order: first a, then b.": (3.0, 8.0),
        "That is the value of f, not its slopes.": 15.0,
    },
    otherwise="Write the graph down: a + b, then times a. Put a local derivative on every arrow, "
    "multiply along each path, add over the paths. Answer with two numbers.",
)


def _in_order(output: Any) -> list[Any]:
    order: dict[int, Any] = {}

    def visit(value: Any) -> None:
        if id(value) not in order:
            for parent in value.parents:
                visit(parent)
            order[id(value)] = value

    visit(output)
    return list(order.values())


def _walk(
    output: Any, *, reverse: bool = True, add: bool = True, seed: float = 1.0, chain: bool = True,
    local: bool = True,
) -> None:
    """Fill in every gradient, with the slips that a reader may make."""
    values = _in_order(output)
    output.grad = seed
    for value in reversed(values) if reverse else values:
        for parent, slope in zip(value.parents, value.slopes, strict=True):
            share = (value.grad if chain else 1.0) * (slope if local else 1.0)
            parent.grad = share + (parent.grad if add else 0.0)


def _quotient(divide: Any, Value: Any, a: float, b: float) -> Any:
    """Return the slopes of a / b, as the engine of the lesson finds them."""
    top, bottom = Value(a), Value(b)
    result = call(divide, top, bottom)
    if not isinstance(result, Value):
        raise Complaint("The quotient must remember how it was made: return a Value.")
    if any(isinstance(part, Value) for part in (result.data, *result.slopes)):
        raise Complaint("The value and the slopes are plain numbers: compute with .data.")
    if plain(result.data).shape or np.shape(plain(result.slopes)) != (len(result.slopes),):
        raise Complaint("The value and each slope are one number.")
    if np.isclose(float(result.data), b / a):
        raise Complaint("That is b divided by a.")
    if not np.isclose(float(result.data), a / b):
        raise Complaint("Before the slopes: the value itself is not a divided by b.")
    if len(result.slopes) != len(result.parents) and result.parents:
        raise Complaint("Every parent needs a slope: there must be as many of each.")
    values = _in_order(result)
    if top not in values and bottom not in values:
        raise Complaint("The result does not lead back to a and b. Who are its parents?")
    if any(parent is not top and parent is not bottom for parent in result.parents):
        raise Complaint(
            "That divides in several operations, as a / b did before. Make it one: a Value whose "
            "parents are a and b."
        )
    _walk(result)
    return [top.grad, bottom.grad]


def _with_slopes(rule: Callable[[float, float], tuple[float, ...]]) -> Callable[[Any, Any], Any]:
    return lambda a, b: type(a)(a.data / b.data, "", "÷", (a, b), rule(a.data, b.data))


divide = Exercise(
    answer=_with_slopes(lambda a, b: (1 / b, -a / b**2)),
    use=_quotient,
    draw=lambda rng: (normal(rng, 1).item(), normal(rng, 1).item()),
    edges=((6.0, 4.0), (-1.0, 0.5), (3, -2)),
    praise="Now it divides in one operation, and nothing else in the engine had to change.",
    slips={
        "A larger b makes the quotient smaller, and your slope in b says the opposite.":
            _with_slopes(lambda a, b: (1 / b, a / b**2)),
        "The two slopes have changed places. They stand in the order of the parents.":
            _with_slopes(lambda a, b: (-a / b**2, 1 / b)),
        "The slope in b lacks a square: differentiate a · b⁻¹ with respect to b.":
            _with_slopes(lambda a, b: (1 / b, -a / b)),
        "The slope in b has lost its factor a.": _with_slopes(lambda a, b: (1 / b, -1 / b**2)),
        "Those are the slopes of a product.": _with_slopes(lambda a, b: (b, a)),
        "The slope in a is right. The one in b is the slope of ln b: a is divided by b, and b "
        "does not stand alone.": _with_slopes(lambda a, b: (1 / b, 1 / b)),
        "The slope in b is right. Hold b fixed and ask what a does: a / b is a straight line in a.":
            _with_slopes(lambda a, b: (1.0, -a / b**2)),
    },
    otherwise="The value is right, the slopes are not. Hold b fixed and differentiate a / b with "
    "respect to a, then the other way round.",
)


def _graph(rng: Generator) -> tuple[list[list[int]], list[list[float]]]:
    """Draw who the parents of each value are, by number, and the slopes in them."""
    parents: list[list[int]] = [[], []]
    for number in range(2, whole(rng, 5, 8)):
        others = rng.integers(0, number, whole(rng, 0, 2))
        parents.append([int(other) for other in rng.permutation([number - 1, *others])])
    return parents, [normal(rng, len(of)).tolist() for of in parents]


def _gradients(
    backward: Any, Value: Any, parents: list[list[int]], slopes: list[list[float]]
) -> list[float]:
    """Return the gradient of every value behind the last one."""
    values: list[Any] = []
    for of, by in zip(parents, slopes, strict=True):
        value = Value(2.0)
        value.parents, value.slopes = tuple(values[number] for number in of), tuple(by)
        values.append(value)
    if backward(values[-1]) is ...:
        raise Complaint(UNANSWERED)
    return [value.grad for value in _in_order(values[-1])]


backward = Exercise(
    answer=_walk,
    use=_gradients,
    draw=_graph,
    edges=(
        ([[], [], [], [0, 1], [3, 2], [3, 4]], [[], [], [], [3.0, 2.0], [1.0, 1.0], [7.0, 6.0]]),
        ([[], [], [0, 1], [2, 2]], [[], [], [1.0, 1.0], [2.0, 2.0]]),
        ([[]], [[]]),
    ),
    praise="Last made first, and every share is added: that is the whole of the walk.",
    slips={
        "Most values hand on nothing, and one of two shares gets lost.":
            partial(_walk, reverse=False, add=False),
        "The order is right now. A value that is used twice still loses a share.":
            partial(_walk, add=False),
        "Shares are added now. Yet most values hand on their gradient before they have one.":
            partial(_walk, reverse=False),
        "Every gradient is zero. What is the slope of the output in itself?":
            partial(_walk, seed=0.0),
        "You hand on the local derivative alone. The chain rule multiplies it by the gradient of "
        "the result.": partial(_walk, chain=False),
        "You hand on the gradient as it is. The chain rule multiplies it by the local derivative.":
            partial(_walk, local=False),
    },
    otherwise="The gradients are not those of the walk. Follow u · (u + b) with your code on "
    "paper, and write down each grad as it changes.",
)

dual_multiply = Exercise(
    answer=lambda a, da, b, db: (a * b, a * db + b * da),
    draw=lambda rng: tuple(normal(rng, 4).tolist()),
    edges=((3.0, 0.0, 5.0, 2.0), (2.0, 1.0, -4.0, 0.0)),
    praise="The product rule. The slope travels forward with the value, and no graph is kept.",
    slips={
        "The slope of a product is not the product of the slopes.":
            lambda a, da, b, db: (a * b, da * db),
        "That adds the slopes, as a sum does.": lambda a, da, b, db: (a * b, da + db),
        "Each slope belongs with the other value.": lambda a, da, b, db: (a * b, a * da + b * db),
        "A minus belongs to the quotient. In a product both terms add.":
            lambda a, da, b, db: (a * b, b * da - a * db),
        "One term of two: you hold a fixed. It moves as well.":
            lambda a, da, b, db: (a * b, a * db),
        "One term of two: you hold b fixed. It moves as well.":
            lambda a, da, b, db: (a * b, b * da),
        "First the value, then the slope.": lambda a, da, b, db: (a * db + b * da, a * b),
        "That is the slope alone. Return the pair: the value and the slope.":
            lambda a, da, b, db: a * db + b * da,
    },
    otherwise="Return two numbers: a · b, and what a · b does when a moves at the rate da and b "
    "at the rate db.",
)


def _bump(derivative: Any) -> Any:
    return mg.primitive(derivative)(lambda x: np.exp(-(x**2)))


_right_bump = _bump(lambda g, y, x: g * y * (-2 * x))

bump = InTurn(
    Exercise(
        answer=_right_bump,
        use=primitives.value,
        draw=lambda rng: (normal(rng, whole(rng, 2, 4)),),
        otherwise="Before the derivative: the value is not exp(-x²).",
    ),
    Exercise(
        answer=_right_bump,
        use=primitives.slope,
        draw=lambda rng: (normal(rng, n := whole(rng, 2, 4)), normal(rng, n)),
        edges=((np.array([[0.5, -1.0, 0.0]]), np.array([[2.0, -1.0, 3.0]])),),
        slips={
            "The sign: where x is positive the bump falls.": _bump(lambda g, y, x: g * y * 2 * x),
            "The 2 went missing: the inner function is x².": _bump(lambda g, y, x: -g * y * x),
            "You differentiated exp alone. The inner function -x² has a slope too.":
                _bump(lambda g, y, x: g * y),
            "That is the slope of -x². The outer function has one too.":
                _bump(lambda g, y, x: g * -2 * x),
            "g is not used: the gradient that arrives must be handed on.":
                _bump(lambda g, y, x: -2 * x * y),
            "In place of y, which is exp(-x²) already, you took exp of something else.":
                _bump(lambda g, y, x: g * -2 * x * mg.exp(y)),
        },
        otherwise="The derivative takes (g, y, x): the gradient that arrives, the result "
        "exp(-x²), and x. It returns g times the slope of exp(-x²) in x.",
    ),
    Exercise(
        answer=_right_bump,
        use=primitives.bend,
        draw=lambda rng: (normal(rng, n := whole(rng, 2, 4)), normal(rng, n)),
        praise="The engine differentiates your operation as often as you like.",
        otherwise="The slope is right, but not the slope of the slope: write it with g, y, x and "
        "minigrad's functions, not with NumPy's or with plain numbers.",
    ),
)
