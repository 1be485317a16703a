"""The exercises of lesson 01, *Derivatives by machine*."""

from collections.abc import Callable
from typing import Any

import numpy as np

from .verdict import UNANSWERED, Verdict, call, judge, same


def by_hand(slopes: Any) -> Verdict:
    """Judge the slopes of f = (a + b) · a in a and in b, at a = 3 and b = 2."""
    return judge(
        slopes,
        (8.0, 3.0),
        "Two paths lead from a to the result, and their shares 5 and 3 add up.",
        {
            "Your slope in a follows one path only, straight into the product. Which other one "
            "leads from a to f?": (5.0, 3.0),
            "Your slope in a follows one path only, through the sum. Which other one leads from "
            "a to f?": (3.0, 3.0),
            "Along a path factors are multiplied. Where two paths meet, shares are added.": (
                15.0,
                3.0,
            ),
            "For b you stopped at the sum. One more factor waits on the way to f.": (8.0, 1.0),
            "For b you took the wrong factor: the local derivative of a product is the other "
            "argument.": (8.0, 5.0),
            "Those are the right numbers in the other order: first a, then b.": (3.0, 8.0),
            "That is the value of f, not its slopes.": 15.0,
        },
        "Write the graph down: a + b, then times a. Put a local derivative on every arrow, "
        "multiply along each path, add over the paths. Answer with two numbers.",
    )


def divide(function: Callable[..., Any], Value: type[Any]) -> Verdict:
    """Judge ``divide(a, b)`` for the values of the notebook's engine."""
    values, slopes = [], []
    points = [(6.0, 4.0), (-1.0, 0.5)]
    for point in points:
        a, b = map(Value, point)
        result, trouble = call(function, a, b)
        if trouble is not None:
            return trouble
        if not isinstance(result, Value):
            return Verdict(False, "The quotient must remember how it was made: return a Value.")
        if result.data is ... or any(slope is ... for slope in result.slopes):
            return UNANSWERED
        if any(isinstance(slope, Value) for slope in (result.data, *result.slopes)):
            return Verdict(False, "The value and the slopes are plain numbers: compute with .data.")
        if result.parents and len(result.slopes) != len(result.parents):
            return Verdict(False, "Every parent needs a slope: there must be as many of each.")
        gradients = _walk(result)
        if id(a) not in gradients and id(b) not in gradients:
            return Verdict(False, "The result does not lead back to a and b. Who are its parents?")
        values.append(result.data)
        slopes.append([gradients.get(id(a), 0.0), gradients.get(id(b), 0.0)])
    if same(values, [b / a for a, b in points]):
        return Verdict(False, "That is b divided by a.")
    if not same(values, [a / b for a, b in points]):
        return Verdict(False, "Before the slopes: the value itself is not a divided by b.")

    def each(rule: Callable[[float, float], tuple[float, float]]) -> list[tuple[float, float]]:
        return [rule(a, b) for a, b in points]

    return judge(
        slopes,
        each(lambda a, b: (1 / b, -a / b**2)),
        "With this line the engine divides, and nothing else in it had to change.",
        {
            "A larger b makes the quotient smaller, and your slope in b says the opposite.": each(
                lambda a, b: (1 / b, a / b**2)
            ),
            "The two slopes have changed places. They stand in the order of the parents.": each(
                lambda a, b: (-a / b**2, 1 / b)
            ),
            "The slope in b lacks a square: differentiate a · b⁻¹ with respect to b.": each(
                lambda a, b: (1 / b, -a / b)
            ),
            "The slope in b has lost its factor a.": each(lambda a, b: (1 / b, -1 / b**2)),
            "Those are the slopes of a product.": each(lambda a, b: (b, a)),
            "The slope in a is right. The one in b is the slope of ln b: a is divided by b, and b "
            "does not stand alone.": each(lambda a, b: (1 / b, 1 / b)),
            "The slope in b is right. Hold b fixed and ask what a does: a / b is a straight line "
            "in a.": each(lambda a, b: (1.0, -a / b**2)),
        },
        "The value is right, the slopes are not. Hold b fixed and differentiate a / b with respect "
        "to a, then the other way round.",
    )


def backward(function: Callable[..., Any], Value: type[Any]) -> Verdict:
    """Judge a mended ``backward(output)`` that fills in every ``grad``."""
    got = []
    for output in _graphs(Value):
        _, trouble = call(_with_result(function), output)
        if trouble is not None:
            return trouble
        got += [value.grad for value in _in_order(output)]

    def slipped(**slip: Any) -> list[float]:
        return [g for output in _graphs(Value) for g in _slow_walk(output, **slip)]

    return judge(
        got,
        slipped(),
        "Last made first, and every share is added: that is the whole of the walk.",
        {
            "Most values hand on nothing, and one of two shares gets lost.": slipped(
                reverse=False, add=False
            ),
            "The order is right now. A value that is used twice still loses a share.": slipped(
                add=False
            ),
            "Shares are added now. Yet most values hand on their gradient before they have "
            "one.": slipped(reverse=False),
            "Every gradient is zero. What is the slope of the output in itself?": slipped(seed=0.0),
            "You hand on the local derivative alone. The chain rule multiplies it by the gradient "
            "of the result.": slipped(chain=False),
            "You hand on the gradient as it is. The chain rule multiplies it by the local "
            "derivative.": slipped(local=False),
        },
        "The gradients are not those of the walk. Follow u · (u + b) with your code on paper, and "
        "write down each grad as it changes.",
    )


def dual_multiply(function: Callable[..., Any]) -> Verdict:
    """Judge ``dual_multiply(a, da, b, db)``, the product rule of forward mode."""
    points = [(3.0, 1.0, 5.0, 2.0), (2.0, -1.0, -4.0, 0.5)]
    answers = []
    for point in points:
        answer, trouble = call(function, *point)
        if trouble is not None:
            return trouble
        if isinstance(answer, (tuple, list)) and any(part is ... for part in answer):
            return UNANSWERED
        answers.append(answer)

    def each(slope: Callable[[float, float, float, float], float]) -> list[tuple[float, float]]:
        return [(a * b, slope(a, da, b, db)) for a, da, b, db in points]

    return judge(
        answers,
        each(lambda a, da, b, db: a * db + b * da),
        "The product rule. The slope travels forward with the value, and no graph is kept.",
        {
            "The slope of a product is not the product of the slopes.": each(
                lambda a, da, b, db: da * db
            ),
            "That adds the slopes, as a sum does.": each(lambda a, da, b, db: da + db),
            "Each slope belongs with the other value.": each(lambda a, da, b, db: a * da + b * db),
            "A minus belongs to the quotient. In a product both terms add.": each(
                lambda a, da, b, db: b * da - a * db
            ),
            "One term of two: you hold a fixed. It moves as well.": each(
                lambda a, da, b, db: a * db
            ),
            "One term of two: you hold b fixed. It moves as well.": each(
                lambda a, da, b, db: b * da
            ),
            "First the value, then the slope.": [
                (a * db + b * da, a * b) for a, da, b, db in points
            ],
            "That is the slope alone. Return the pair: the value and the slope.": [
                a * db + b * da for a, da, b, db in points
            ],
        },
        "Return two numbers: a · b, and what a · b does when a moves at the rate da and b at the "
        "rate db.",
    )


def bump(function: Callable[..., Any]) -> Verdict:
    """Judge a primitive exp(-x²), its derivative and the derivative of that."""
    from ..autograd import grad
    from ..tensor import tensor

    if getattr(function, "derivatives", None) == (...,):
        return UNANSWERED
    numbers, weights = np.array([-1.5, 0.25, 2.0]), np.array([1.0, -2.0, 3.0])
    y = np.exp(-(numbers**2))
    x = tensor(numbers, requires_grad=True)
    result, trouble = call(function, x)
    if trouble is not None:
        return trouble
    if not same(getattr(result, "data", result), y):
        return Verdict(False, "Before the derivative: the value is not exp(-x²).")
    if not getattr(result, "requires_grad", False):
        return Verdict(False, "Nothing was recorded: put @mg.primitive(derivative) above bump.")
    if not getattr(function, "derivatives", ()):
        return Verdict(
            False, "That is made of operations that exist. Make it one of its own: @mg.primitive."
        )
    slope, trouble = call(lambda: grad(result, x, weights, create_graph=True))
    if trouble is not None:
        return trouble
    verdict = judge(
        slope.data,
        weights * -2 * numbers * y,
        "The engine differentiates your operation as often as you like.",
        {
            "The sign: where x is positive the bump falls.": weights * 2 * numbers * y,
            "The 2 went missing: the inner function is x².": weights * -numbers * y,
            "You differentiated exp alone. The inner function -x² has a slope too.": weights * y,
            "That is the slope of -x². The outer function has one too.": weights * -2 * numbers,
            "g is not used: the gradient that arrives must be handed on.": -2 * numbers * y,
            "In place of y, which is exp(-x²) already, you took exp of something else.": (
                weights * -2 * numbers * np.exp(y)
            ),
        },
        "The derivative takes (g, y, x): the gradient that arrives, the result exp(-x²), and x. It "
        "returns g times the slope of exp(-x²) in x.",
    )
    if not verdict:
        return verdict
    bend, trouble = call(lambda: grad((slope * weights).sum(), x))
    if trouble is not None or not same(bend.data, weights**2 * (4 * numbers**2 - 2) * y):
        return Verdict(
            False, "The slope is right, but cannot be differentiated again: write it with g, y, x "
            "and minigrad's functions, not with NumPy's or with plain numbers.",
        )  # fmt: skip
    return verdict


def _graphs(Value: type[Any]) -> list[Any]:
    """Return u · (u + b) with u = w · x, and e · e with e = p + q, both with local derivatives."""
    w, x, b, p, q = map(Value, (2.0, 3.0, 1.0, 7.0, -5.0))

    def made(data: float, *parents_and_slopes: tuple[Any, float]) -> Any:
        parents, slopes = zip(*parents_and_slopes, strict=True)
        value = Value(data)
        value.parents, value.slopes = parents, slopes
        return value

    u = made(6.0, (w, 3.0), (x, 2.0))
    e = made(2.0, (p, 1.0), (q, 1.0))
    return [
        made(42.0, (u, 7.0), (made(7.0, (u, 1.0), (b, 1.0)), 6.0)),
        made(4.0, (e, 2.0), (e, 2.0)),
    ]


def _in_order(output: Any) -> list[Any]:
    order: dict[int, Any] = {}

    def visit(value: Any) -> None:
        if id(value) not in order:
            for parent in value.parents:
                visit(parent)
            order[id(value)] = value

    visit(output)
    return list(order.values())


def _walk(output: Any) -> dict[int, float]:
    """Return the gradient of ``output`` for the id of every value that it was made from."""
    values = _in_order(output)
    return dict(zip(map(id, values), _slow_walk(output), strict=True))


def _slow_walk(
    output: Any, *, reverse: bool = True, add: bool = True, seed: float = 1.0,
    chain: bool = True, local: bool = True,
) -> list[float]:  # fmt: skip
    """Return the gradients in order, found with the slips that a reader may make."""
    values = _in_order(output)
    gradients = dict.fromkeys(map(id, values), 0.0)
    gradients[id(output)] = seed
    for value in reversed(values) if reverse else values:
        for parent, slope in zip(value.parents, value.slopes, strict=True):
            share = (gradients[id(value)] if chain else 1.0) * (slope if local else 1.0)
            gradients[id(parent)] = share + (gradients[id(parent)] if add else 0.0)
    return list(gradients.values())


def _with_result(function: Callable[..., Any]) -> Callable[..., Any]:
    """Let a function that fills in gradients pass as one that gives something back."""
    if not callable(function):
        return function

    def filled(output: Any) -> bool:
        function(output)
        return True

    return filled
