"""The exercises of lesson 01, *Derivatives by machine*."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .comparing import plain
from .drawing import Generator, normal, whole
from .exercise import Exercise, call
from .verdict import UNANSWERED, Complaint

# A slip is what is said, and below it the wrong answer that is meant.
# fmt: off

Table = NDArray[np.float64]

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
    output: Any, *, clear: str = "made", reverse: bool = True, add: bool = True, chain: bool = True,
) -> None:
    """Fill in every gradient, with the slips that a reader may make.

    What is cleared before the walk: the values that were "made", those "typed in", "all", "none".
    """
    values = _in_order(output)
    for value in values:
        if clear == "all" or clear == ("made" if value.parents else "typed in"):
            value.grad = 0.0
    output.grad = 1.0
    for value in reversed(values) if reverse else values:
        for parent, slope in zip(value.parents, value.slopes, strict=True):
            share = slope * (value.grad if chain else 1.0)
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


Walks = tuple[list[list[int]], list[list[float]], int, int]


def _graph(rng: Generator) -> Walks:
    """Draw who the parents of each value are, the slopes in them, and where two walks begin."""
    parents: list[list[int]] = [[], []]
    for number in range(2, whole(rng, 5, 8)):
        others = rng.integers(0, number, whole(rng, 0, 2))
        parents.append([int(other) for other in rng.permutation([number - 1, *others])])
    outputs = rng.permutation([whole(rng, 2, len(parents) - 2), len(parents) - 1]).tolist()
    return parents, [normal(rng, len(of)).tolist() for of in parents], *outputs


def _two_walks(
    backward: Any, Value: Any, parents: list[list[int]], slopes: list[list[float]], first: int,
    second: int,
) -> list[float]:
    """Return the gradients of what was typed in, after two walks over one graph."""
    values: list[Any] = []
    for of, by in zip(parents, slopes, strict=True):
        value = Value(2.0)
        value.parents, value.slopes = tuple(values[number] for number in of), tuple(by)
        values.append(value)
    for output in (first, second):
        if backward(values[output]) is ...:
            raise Complaint(UNANSWERED)
    return [value.grad for value in values if not value.parents]


backward = Exercise(
    answer=_walk,
    use=_two_walks,
    draw=_graph,
    edges=(
        (
            [[], [], [], [0, 1], [3, 3], [3, 2]],
            [[], [], [], [3.0, 2.0], [6.0, 6.0], [1.0, 1.0]],
            4, 5,
        ),
    ),
    praise="What was made begins each walk anew; what was typed in adds up over the walks.",
    slips={
        "Each walk by itself is right. What does u hold when its first share of the second walk "
        "arrives?": lambda output: _walk(output, clear="none"),
        "Now the second walk forgets what the first one found in the inputs.":
            lambda output: _walk(output, clear="all"),
        "The other way round: the inputs add up over the walks, what was made begins anew.":
            lambda output: _walk(output, clear="typed in"),
        "Now a value that is used twice loses a share, and each walk forgets the one before.":
            lambda output: _walk(output, add=False),
        "Now most values hand on their gradient before they have one.":
            lambda output: _walk(output, reverse=False),
        "You hand on the local derivative alone. The chain rule multiplies it by the gradient of "
        "the result.": lambda output: _walk(output, chain=False),
        "Nothing arrives in the inputs.": lambda output: None,
    },
    otherwise="The gradients of the inputs are not the sum of both walks. Follow the two losses of "
    "the exercise on paper, and write down each grad as it changes.",
)


def _draw_errors(rng: Generator) -> tuple[Table, Table, int]:
    """Draw the errors of two differences at some steps and places, of which some are infinite."""
    n = whole(rng, 5, 7)
    errors = np.round(rng.uniform(0.1, 9.9, (2, whole(rng, 4, 6), n + whole(rng, 20, 30))), 1)
    errors[rng.random(errors.shape) < 0.1] = np.inf
    return errors[0], errors[1], n


def _closer(
    choose: Callable[[Table, int], Table] = lambda errors, n: errors[:, :n],
    judge: Callable[[Table, int], Table] = lambda errors, n: errors[:, n:],
    middle: Callable[..., Any] = np.median,
    rows: Callable[[int, int], tuple[int, int]] = lambda central, one_sided: (central, one_sided),
) -> Callable[[Table, Table, int], int]:
    """Compare the differences, each at a step that was chosen at some places."""

    def closer(central: Table, one_sided: Table, n: int) -> int:
        both = central, one_sided
        first, second = rows(*(int(middle(choose(e, n), axis=1).argmin()) for e in both))
        return int((judge(central, n)[first] < judge(one_sided, n)[second]).sum())

    return closer


closer = Exercise(
    answer=_closer(),
    draw=_draw_errors,
    draws=8,
    praise="Each at its own step, and the steps chosen at places that do not judge them.",
    slips={
        "The one-sided difference was given the step that suits the central one.":
            _closer(rows=lambda central, one_sided: (central, central)),
        "The central difference was given the step that suits the one-sided one.":
            _closer(rows=lambda central, one_sided: (one_sided, one_sided)),
        "The two best steps have changed places.":
            _closer(rows=lambda central, one_sided: (one_sided, central)),
        "The steps were chosen at the places that judge them. That flatters whoever has more luck.":
            _closer(choose=lambda errors, n: errors[:, n:]),
        "The steps were chosen at all places, those that judge them included.":
            _closer(choose=lambda errors, n: errors),
        "The steps are right. But the places that chose them also judge them: use the others.":
            _closer(judge=lambda errors, n: errors[:, :n]),
        "The steps are right. But the places that chose them are counted as well.":
            _closer(judge=lambda errors, n: errors),
        "A single infinite error moves a mean to infinity. Take the median.":
            _closer(middle=np.mean),
        "That is the step with the luckiest place. Take the median over the first n places.":
            _closer(middle=np.min),
        "That is at how many places the central difference is not closer.":
            lambda central, one_sided, n:
                central.shape[1] - n - _closer()(central, one_sided, n),
        "That is a share. Return at how many places the central difference is closer.":
            lambda central, one_sided, n:
                _closer()(central, one_sided, n) / (central.shape[1] - n),
    },
    otherwise="First a row of each table: the one with the lowest median over its first n columns. "
    "Then count, over the other columns, where the central row is the smaller.",
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
