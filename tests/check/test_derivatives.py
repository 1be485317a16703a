"""The exercises of lesson 01: right answers pass, wrong ones hear what is wrong."""

import ast
import json
import math
from pathlib import Path

import numpy as np
import pytest

import minigrad as mg
from minigrad.check import derivatives

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "01_derivatives_by_machine.ipynb"


def engine() -> dict:
    """Run what the lesson defines in the cells that make its engine."""
    cells = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
    sources = {cell["id"]: "".join(cell["source"]) for cell in cells}
    names: dict = {"math": math}
    for name in ("value", "twice-right", "in-order", "engine"):
        tree = ast.parse(sources[name])
        tree.body = [part for part in tree.body if _defines(part)]
        exec(compile(tree, name, "exec"), names)
    return names


def _defines(part: ast.stmt) -> bool:
    """Whether a statement is a class, a function, or an operator given to the class."""
    operator = isinstance(part, ast.Assign) and isinstance(part.targets[0], ast.Attribute)
    return isinstance(part, ast.ClassDef | ast.FunctionDef) or (
        operator and part.targets[0].value.id == "Value"
    )


LESSON = engine()
Value, as_value, in_order = (LESSON[name] for name in ("Value", "as_value", "in_order"))


def test_exercises_left_open_say_what_to_do():
    for verdict in (
        derivatives.by_hand(...),
        derivatives.divide(quotient(lambda a, b: (..., ...)), Value),
        derivatives.dual_multiply(lambda a, da, b, db: (a * b, ...)),
        derivatives.bump(mg.primitive(...)(lambda x: np.exp(-(x**2)))),
    ):
        assert repr(verdict).startswith("Not yet. Replace the three dots")


@pytest.mark.parametrize(
    "answer", [(8, 3), [8.0, 3.0], np.array([8, 3]), (mg.tensor(8.0), Value(3.0).data)]
)
def test_by_hand_accepts(answer):
    assert derivatives.by_hand(answer)


@pytest.mark.parametrize(
    ("answer", "hears"),
    [
        ((5, 3), "straight into the product"),
        ((3, 3), "through the sum"),
        ((15, 3), "shares are added"),
        ((8, 1), "stopped at the sum"),
        ((8, 5), "the other argument"),
        ((3, 8), "other order"),
        (15, "the value of f"),
        (8, "Write the graph down"),
        ("eight", "Write the graph down"),
    ],
)
def test_by_hand_turns_down(answer, hears):
    verdict = derivatives.by_hand(answer)
    assert not verdict and hears in verdict.message


def quotient(slopes, data=lambda a, b: a / b, parents=True):
    """Write a division with the slopes that a reader may think of."""

    def divide(a, b):
        made_from = (a, b) if parents else ()
        numbers = slopes(a.data, b.data)
        return Value(data(a.data, b.data), "", "÷", made_from, numbers if parents else ())

    return divide


def by_power(a, b):
    """Divide by multiplying with the inverse, an operation of its own."""
    inverse = Value(b.data**-1, "", "inverse", (b,), (-(b.data**-2),))
    return a * inverse


def test_divide_accepts_slopes_and_compositions():
    assert derivatives.divide(quotient(lambda a, b: (b**-1, -(a / b) / b)), Value)
    assert derivatives.divide(by_power, Value)


@pytest.mark.parametrize(
    ("answer", "hears"),
    [
        (quotient(lambda a, b: (1 / b, a / b**2)), "says the opposite"),
        (quotient(lambda a, b: (-a / b**2, 1 / b)), "changed places"),
        (quotient(lambda a, b: (1 / b, -a / b)), "lacks a square"),
        (quotient(lambda a, b: (1 / b, -1 / b**2)), "lost its factor a"),
        (quotient(lambda a, b: (b, a)), "slopes of a product"),
        (quotient(lambda a, b: (1.0, -a / b**2)), "straight line"),
        (quotient(lambda a, b: (1 / b, 1 / b)), "does not stand alone"),
        (quotient(lambda a, b: (0.0, 0.0)), "value is right, the slopes are not"),
        (quotient(lambda a, b: (1 / b,)), "as many of each"),
        (quotient(lambda a, b: (1 / b, -a / b**2), parents=False), "Who are its parents"),
        (quotient(lambda a, b: (1 / b, -a / b**2), data=lambda a, b: b / a), "b divided by a"),
        (quotient(lambda a, b: (1 / b, -a / b**2), data=lambda a, b: a * b), "Before the slopes"),
        (lambda a, b: Value(a.data / b.data, "", "÷", (a, b), (b, a)), "compute with .data"),
        (lambda a, b: a.data / b.data, "return a Value"),
        (lambda a, b: a / b, "raised TypeError"),
    ],
)
def test_divide_turns_down(answer, hears):
    verdict = derivatives.divide(answer, Value)
    assert not verdict and hears in verdict.message


def walk(*, end=reversed, add=True, seed=1.0, chain=True, local=True):
    """Walk over a graph with the slips that a reader may make."""

    def backward(output):
        output.grad = seed
        for value in end(in_order(output)):
            for parent, slope in zip(value.parents, value.slopes, strict=True):
                share = (value.grad if chain else 1.0) * (slope if local else 1.0)
                parent.grad = parent.grad + share if add else share

    return backward


def follow_every_path(output):
    def give(value, share):
        value.grad += share
        for parent, slope in zip(value.parents, value.slopes, strict=True):
            give(parent, slope * share)

    give(output, 1.0)


@pytest.mark.parametrize("answer", [LESSON["backward"], walk(), follow_every_path])
def test_backward_accepts(answer):
    assert derivatives.backward(answer, Value)


@pytest.mark.parametrize(
    ("answer", "hears"),
    [
        (walk(end=list, add=False), "one of two shares gets lost"),
        (walk(add=False), "loses a share"),
        (walk(end=list), "before they have one"),
        (walk(seed=0.0), "slope of the output in itself"),
        (walk(chain=False), "local derivative alone"),
        (walk(local=False), "hand on the gradient as it is"),
        (lambda output: setattr(output, "grad", 5.0), "not those of the walk"),
        (lambda output: output.walk(), "raised AttributeError"),
        (..., "without calling it"),
    ],
)
def test_backward_turns_down(answer, hears):
    verdict = derivatives.backward(answer, Value)
    assert not verdict and hears in verdict.message


@pytest.mark.parametrize(
    "answer",
    [
        lambda a, da, b, db: (a * b, da * b + db * a),
        lambda a, da, b, db: [b * a, a * b * (da / a + db / b)],
    ],
)
def test_dual_multiply_accepts(answer):
    assert derivatives.dual_multiply(answer)


@pytest.mark.parametrize(
    ("answer", "hears"),
    [
        (lambda a, da, b, db: (a * b, da * db), "not the product of the slopes"),
        (lambda a, da, b, db: (a * b, da + db), "as a sum does"),
        (lambda a, da, b, db: (a * b, a * da + b * db), "with the other value"),
        (lambda a, da, b, db: (a * b, b * da - a * db), "quotient"),
        (lambda a, da, b, db: (a * b, a * db), "hold a fixed"),
        (lambda a, da, b, db: (a * b, b * da), "hold b fixed"),
        (lambda a, da, b, db: (a * db + b * da, a * b), "First the value"),
        (lambda a, da, b, db: a * db + b * da, "Return the pair"),
        (lambda a, da, b, db: (a + b, da + db), "two numbers"),
    ],
)
def test_dual_multiply_turns_down(answer, hears):
    verdict = derivatives.dual_multiply(answer)
    assert not verdict and hears in verdict.message


def bump(derivative):
    """Make the bump with a derivative that a reader may think of."""

    @mg.primitive(derivative)
    def bump(x):
        return np.exp(-(x**2))

    return bump


@pytest.mark.parametrize(
    "derivative", [lambda g, y, x: g * y * (-2 * x), lambda g, y, x: -2 * mg.exp(-x * x) * x * g]
)
def test_bump_accepts(derivative):
    assert derivatives.bump(bump(derivative))


@pytest.mark.parametrize(
    ("answer", "hears"),
    [
        (bump(lambda g, y, x: g * y * 2 * x), "The sign"),
        (bump(lambda g, y, x: -g * y * x), "2 went missing"),
        (bump(lambda g, y, x: g * y), "differentiated exp alone"),
        (bump(lambda g, y, x: g * -2 * x), "slope of -x²"),
        (bump(lambda g, y, x: y * -2 * x), "g is not used"),
        (bump(lambda g, y, x: g * -2 * x * mg.exp(y)), "exp of something else"),
        (bump(lambda g, y, x: g * 0 * x), "The derivative takes (g, y, x)"),
        (bump(lambda g, y, x: g * -2 * x.numpy() * y), "cannot be differentiated again"),
        (lambda x: mg.exp(-x * x), "one of its own"),
        (lambda x: np.exp(-(x.numpy() ** 2)), "Nothing was recorded"),
        (mg.primitive(lambda g, y, x: g)(lambda x: np.exp(x)), "the value is not"),
        (bump(lambda g, y: g), "raised TypeError"),
    ],
)
def test_bump_turns_down(answer, hears):
    verdict = derivatives.bump(answer)
    assert not verdict and hears in verdict.message
