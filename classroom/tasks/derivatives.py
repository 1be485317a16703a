"""The tasks of assignment 1, *Derivatives by machine*."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

import minigrad as mg
from minigrad.course.exercises import Exercise, primitives
from minigrad.course.exercises.comparing import plain
from minigrad.course.exercises.drawing import Generator, normal, whole
from minigrad.course.exercises.verdict import Complaint

from ..sources import defined
from ..task import Task

# A slip is what is said, and below it the wrong answer that is meant.
# fmt: off

Value = defined("a1_derivatives", "engine")["Value"]

on_paper = Exercise(
    answer=(15.0, -8.0),
    praise="Two paths lead from each input to f, and their shares add up.",
    slips={
        "You followed only the paths through the difference. Each input also reaches f through "
        "the product.": (12.0, -12.0),
        "You followed only the paths through the product. Each input also reaches f through the "
        "difference.": (3.0, 4.0),
        "In b the difference falls: its local derivative is -1.": (15.0, 16.0),
        "Along a path factors are multiplied. Where two paths meet, shares are added.":
            (36.0, -48.0),
        "Those are the right numbers in the other order: first a, then b.": (-8.0, 15.0),
        "That is the value of f, not its slopes.": 12.0,
    },
    otherwise="Draw the graph: d = a - b, p = a · b, f = d · p. Put a local derivative on every "
    "arrow, multiply along each path, add over the paths. Answer with two numbers.",
)


def _walked(output: Any, Value: Any, inputs: list[Any]) -> list[Any]:
    """Return the value and the slope in each input, by a walk of our own over a graph of theirs."""
    if not isinstance(output, Value):
        raise Complaint("The result must remember how it was made: return a Value.")
    order: list[Any] = []

    def visit(value: Any) -> None:
        if not any(value is each for each in order):
            for parent in value.parents:
                visit(parent)
            order.append(value)

    visit(output)
    if any(len(value.parents) != len(value.slopes) for value in order):
        raise Complaint("Every parent needs a slope: there must be as many of each.")
    slopes = {id(value): 0.0 for value in [*order, *inputs]}
    slopes[id(output)] = 1.0
    for value in reversed(order):
        for parent, slope in zip(value.parents, value.slopes, strict=True):
            if isinstance(slope, Value):
                raise Complaint("A slope is a plain number: compute it with .data.")
            slopes[id(parent)] += float(slope) * slopes[id(value)]
    if isinstance(output.data, Value):
        raise Complaint("The value inside is a plain number: compute it with .data.")
    return [output.data, *(slopes[id(each)] for each in inputs)]


def _of_one(answer: Any, Value: Any, a: float) -> Any:
    """Return the value of an operation and its slope."""
    value = Value(a)
    return _walked(answer(value), Value, [value])


def _of_two(answer: Any, Value: Any, a: float, b: float) -> Any:
    """Return the value of an operation and its slopes."""
    values = [Value(a), Value(b)]
    return _walked(answer(*values), Value, values)


def _one(
    value: Callable[[float], float], slope: Callable[[float], float]
) -> Callable[[Any], Any]:
    return lambda a: type(a)(value(a.data), (a,), (slope(a.data),))


def _log_1p_exp(x: float) -> float:
    return max(x, 0.0) + math.log1p(math.exp(-abs(x)))


def _sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x)) if x > 0 else math.exp(x) / (1 + math.exp(x))


softplus = Exercise(
    answer=_one(_log_1p_exp, _sigmoid),
    use=_of_one,
    draw=lambda rng: (normal(rng, 1).item(),),
    draws=6,
    edges=((900.0,), (-900.0,), (40.0,), (-40.0,)),
    praise="Smooth, and safe far out on both sides.",
    slips={
        "Far out on the right e^a is too large for a float. Where a is large, softplus is a, and "
        "its slope is 1.":
            _one(lambda x: math.log(1 + math.exp(x)), _sigmoid),
        "The slope has lost the outer derivative, 1 / (1 + e^a).":
            _one(_log_1p_exp, lambda x: math.exp(min(x, 700.0))),
        "The slope has lost the inner derivative, e^a.":
            _one(_log_1p_exp, lambda x: 1 - _sigmoid(x)),
        "That is the slope of the slope.":
            _one(_log_1p_exp, lambda x: _sigmoid(x) * (1 - _sigmoid(x))),
        "The slope says that softplus falls. It rises everywhere.":
            _one(_log_1p_exp, lambda x: -_sigmoid(x)),
        "That is max(0, a) with its slope. softplus rounds the corner off.":
            _one(lambda x: max(x, 0.0), lambda x: float(x > 0)),
        "The slope is that of max(0, a). softplus bends, and does not jump.":
            _one(_log_1p_exp, lambda x: float(x > 0)),
    },
    otherwise="softplus(a) = ln(1 + e^a): outer function, inner function, chain rule. Its slope "
    "has a name of its own. Then try it at ±900.",
)


def _two(rule: Callable[[float, float], Any], value: Any = max) -> Callable[[Any, Any], Any]:
    return lambda a, b: type(a)(value(a.data, b.data), (a, b), rule(a.data, b.data))


larger = Exercise(
    answer=_two(lambda a, b: (0.5, 0.5) if a == b else (float(a > b), float(b > a))),
    use=_of_two,
    draw=lambda rng: tuple(normal(rng, 2).tolist()),
    draws=6,
    edges=((3.0, 3.0), (-2.0, -2.0), (0.0, -1.0), (-5.0, 0.0)),
    praise="The larger takes all, and those that tie share.",
    slips={
        "Where both are equal, they share: ½ each. You gave all of it to a.":
            _two(lambda a, b: (float(a >= b), float(a < b))),
        "Where both are equal, they share: ½ each. You gave all of it to b.":
            _two(lambda a, b: (float(a > b), float(a <= b))),
        "Where both are equal, they share: ½ each. You gave each the whole slope.":
            _two(lambda a, b: (float(a >= b), float(b >= a))),
        "Where both are equal, they share: ½ each. You gave neither anything.":
            _two(lambda a, b: (float(a > b), float(b > a))),
        "The smaller one gets the slope. But only the larger moves the result.":
            _two(lambda a, b: (0.5, 0.5) if a == b else (float(a < b), float(b < a))),
        "That is the smaller of the two.":
            _two(lambda a, b: (0.5, 0.5) if a == b else (float(a < b), float(b < a)), min),
        "Each gets half, always. Only the larger one moves the result.":
            _two(lambda a, b: (0.5, 0.5)),
        "Those are the arguments themselves. The slope in the larger one is 1.":
            _two(lambda a, b: (a, b)),
    },
    otherwise="Move the larger one a little: the result moves as much. Move the smaller one: "
    "nothing. And where both are equal, each has half.",
)


@dataclass(frozen=True)
class Formula:
    """A formula of a, b, c, d that can be shown, and computed with numbers and values alike."""

    text: str

    def __call__(self, *values: Any) -> Any:
        """Compute it."""
        return eval(self.text, {}, dict(zip("abcd", values, strict=False)))

    def __repr__(self) -> str:
        return f"lambda {', '.join(sorted(set(self.text) & set('abcd')))}: {self.text}"


_FORMULAS = {
    "a * b": 2, "a / b": 2, "a - b * b": 2, "(a - b) * (a + b)": 2, "a * b / c": 3,
    "a * (b - c)": 3, "a * a * b + c": 3, "(a + b) / (c * c + 1)": 3, "a * b - c * d": 4,
    "(a - b) / (c * d)": 4, "a * a": 1, "a / (1 + a * a)": 1,
}  # fmt: skip


def _measured(rng: Generator) -> tuple[Formula, list[float], list[float]]:
    text = list(_FORMULAS)[whole(rng, 0, len(_FORMULAS) - 1)]
    n = _FORMULAS[text]
    return (
        Formula(text),
        (normal(rng, n) + 3 * rng.choice([-1, 1], n)).round(2).tolist(),
        rng.uniform(0.05, 0.9, n).round(2).tolist(),
    )


Combine = Callable[[list[float], list[float], list[float], float], float]


def _spread(combine: Combine) -> Callable[..., float]:
    def uncertainty(f: Any, values: list[float], errors: list[float]) -> float:
        inputs = [Value(value) for value in values]
        output = f(*inputs)
        output.backward()
        return combine([each.grad for each in inputs], errors, values, output.data)

    return uncertainty


def _root(shares: Any) -> float:
    return math.sqrt(sum(share**2 for share in shares))


def _times(slopes: list[float], errors: list[float]) -> list[float]:
    return [slope * error for slope, error in zip(slopes, errors, strict=True)]


uncertainty = Exercise(
    answer=_spread(lambda s, e, x, y: _root(_times(s, e))),
    draw=_measured,
    draws=9,
    edges=((Formula("a * b - c"), [2.0, -3.0, 5.0], [0.1, 0.2, 0.7]),
           (Formula("a * a - a"), [-1.5], [0.4])),
    praise="One walk back through the graph, and every input's share of the error is known.",
    slips={
        "The shares are added as they are. Errors of both signs cancel in part: add their squares, "
        "and take the root.": _spread(lambda s, e, x, y: sum(map(abs, _times(s, e)))),
        "The shares are added with their signs. An error has none: add the squares, and take the "
        "root.": _spread(lambda s, e, x, y: sum(_times(s, e))),
        "That is the square of it: the root is missing.":
            _spread(lambda s, e, x, y: _root(_times(s, e)) ** 2),
        "That is the length of the gradient. Each slope is multiplied by the error of its input.":
            _spread(lambda s, e, x, y: _root(s)),
        "The errors are added as if every slope were 1.": _spread(lambda s, e, x, y: _root(e)),
        "Only the slopes are squared. Square each share: slope times error.":
            _spread(lambda s, e, x, y: math.sqrt(sum(map(math.prod, zip(s, s, e, strict=True))))),
        "That is relative to the result. Asked for is the error in the units of f.":
            _spread(lambda s, e, x, y: _root(_times(s, e)) / abs(y)),
        "Those errors are taken as relative to each value. They are in the units of the inputs.":
            _spread(lambda s, e, x, y: _root(a * b * c for a, b, c in zip(s, e, x, strict=True))),
        "The largest share is not all of it: the others add to it.":
            _spread(lambda s, e, x, y: max(map(abs, _times(s, e)))),
    },
    otherwise="Make a Value of each number, call f, walk back: input.grad is the slope. The share "
    "of an input is its slope times its error. Square, add, take the root.",
)


def _operation(
    value: Callable[..., Any], rule: Callable[..., Any]
) -> Any:
    @mg.primitive(lambda g, y, x: rule(g, y, x))
    def squareplus(x: Any) -> Any:
        return value(x)

    return squareplus


def _square_root(x: Any) -> Any:
    return (x + np.sqrt(x * x + 4)) / 2


def _once(answer: Any, x: Any, g: Any) -> Any:
    """Return the value of an operation, and its slope."""
    return {"the value": plain(primitives.value(answer, x)),
            "the slope": plain(primitives.slope(answer, x, g))}


def _twice(answer: Any, x: Any, g: Any) -> Any:
    """Return the slope of an operation's slope."""
    return primitives.bend(answer, x, g)


def _points(rng: Generator) -> tuple[Any, Any]:
    n = whole(rng, 2, 5)
    return normal(rng, n), normal(rng, n)


_RIGHT = _operation(_square_root, lambda g, y, x: g * (1 + x / mg.sqrt(x * x + 4)) / 2)

squareplus = Exercise(
    answer=_RIGHT,
    use=_once,
    draw=_points,
    draws=8,
    edges=((np.array([0.0, -3.0]), np.array([1.0, -2.0])),),
    praise="minigrad knows one operation more.",
    slips={
        "The slope of the root alone: the x in front of it has slope 1.":
            _operation(_square_root, lambda g, y, x: g * x / mg.sqrt(x * x + 4) / 2),
        "The half in front is missing in the slope.":
            _operation(_square_root, lambda g, y, x: g * (1 + x / mg.sqrt(x * x + 4))),
        "The slope of √u is 1 / (2√u), and the inner function x² + 4 has the slope 2x: the twos "
        "cancel. You kept one of them.":
            _operation(_square_root, lambda g, y, x: g * (1 + x / (2 * mg.sqrt(x * x + 4))) / 2),
        "The inner derivative, that of x² + 4, is missing.":
            _operation(_square_root, lambda g, y, x: g * (1 + 0.5 / mg.sqrt(x * x + 4)) / 2),
        "The gradient that arrives is not handed on: multiply by g.":
            _operation(_square_root, lambda g, y, x: (1 + x / mg.sqrt(x * x + 4)) / 2),
        "The value lacks the half.":
            _operation(lambda x: 2 * _square_root(x),
                       lambda g, y, x: g * (1 + x / mg.sqrt(x * x + 4)) / 2),
        "In the value, and in the slope: 4 stands under the root, not 1.":
            _operation(lambda x: (x + np.sqrt(x * x + 1)) / 2,
                       lambda g, y, x: g * (1 + x / mg.sqrt(x * x + 1)) / 2),
    },
    otherwise="Differentiate (x + √(x² + 4)) / 2 on paper, and multiply by g. mg.gradcheck tells "
    "whether both lines fit each other.",
)

bend = Exercise(
    answer=_RIGHT,
    use=_twice,
    draw=_points,
    draws=6,
    edges=((np.array([0.0, 2.0, -1.0]), np.array([1.0, 1.0, -1.0])),),
    praise="The slope is written in minigrad's own words, so it has a slope itself.",
    slips={
        "The slope of the root alone is differentiated: the constants in front count, too.":
            _operation(_square_root, lambda g, y, x: g * x / mg.sqrt(x * x + 4)),
        "The gradient that arrives is not handed on: multiply by g.":
            _operation(_square_root, lambda g, y, x: (1 + x / mg.sqrt(x * x + 4)) / 2),
    },
    otherwise="The second derivative is 2 / (x² + 4)^(3/2). Write the first with g, y, x and "
    "functions of mg, and minigrad finds the second.",
)

TASKS = {
    "on-paper-test": Task(on_paper, "slopes"),
    "softplus-test": Task(softplus, "softplus", {"Value": Value}, shown=((0.0,), (2.0,))),
    "larger-test": Task(larger, "larger", {"Value": Value}, shown=((3.0, 5.0), (2.0, -1.0))),
    "uncertainty-test": Task(
        uncertainty, "uncertainty",
        shown=((Formula("a * b"), [4.0, 2.5], [0.1, 0.2]),),
    ),
    "squareplus-test": Task(
        squareplus, "squareplus", shown=((np.array([0.0, 1.5]), np.array([1.0, 1.0])),),
    ),
    "bend-test": Task(bend, "squareplus"),
}  # fmt: skip
