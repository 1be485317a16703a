"""Answers to the exercises of lesson 01: right ones written otherwise, and wrong ones."""

import numpy as np
from lesson_01 import LESSON

import minigrad as mg

RIGHT, WRONG = {}, {}

Value, as_value, in_order = (LESSON[name] for name in ("Value", "as_value", "in_order"))


RIGHT["by_hand"] = [(8, 3), [8.0, 3.0], np.array([8, 3]), (mg.tensor(8.0), Value(3.0).data)]


WRONG["by_hand"] = [
    ({8, 3}, "order counts"),
    ((5, 3), "straight into the product"),
    ((3, 3), "through the sum"),
    ((15, 3), "shares are added"),
    ((8, 1), "stopped at the sum"),
    ((8, 5), "the other argument"),
    ((3, 8), "other order"),
    (15, "the value of f"),
    (8, "Write the graph down"),
    ("eight", "without quotes"),
]


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


def with_plain_numbers(a, b):
    top, bottom = as_value(a).data, as_value(b).data
    return Value(top / bottom, "a / b", "÷", [a, b], [1 / bottom, -top * bottom**-2])


RIGHT["divide"] = [quotient(lambda a, b: (b**-1, -(a / b) / b)), with_plain_numbers]


WRONG["divide"] = [
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
    (lambda a, b: a / b, "several operations"),
    (by_power, "several operations"),
    (lambda a, b: a // b, "raised TypeError"),
]


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


RIGHT["backward"] = [LESSON["backward"], walk(), follow_every_path]


WRONG["backward"] = [
    (walk(end=list, add=False), "one of two shares gets lost"),
    (walk(add=False), "loses a share"),
    (walk(end=list), "before they have one"),
    (walk(seed=0.0), "slope of the output in itself"),
    (walk(chain=False), "local derivative alone"),
    (walk(local=False), "hand on the gradient as it is"),
    (lambda output: setattr(output, "grad", 5.0), "not those of the walk"),
    (lambda output: output.walk(), "raised AttributeError"),
]


RIGHT["dual_multiply"] = [
    lambda a, da, b, db: (a * b, da * b + db * a),
    lambda a, da, b, db: [b * a, a * b * (da / a + db / b)],
]


WRONG["dual_multiply"] = [
    (lambda a, da, b, db: (a * b, da * db), "not the product of the slopes"),
    (lambda a, da, b, db: (a * b, da + db), "as a sum does"),
    (lambda a, da, b, db: (a * b, a * da + b * db), "with the other value"),
    (lambda a, da, b, db: (a * b, b * da - a * db), "quotient"),
    (lambda a, da, b, db: (a * b, a * db), "hold a fixed"),
    (lambda a, da, b, db: (a * b, b * da), "hold b fixed"),
    (lambda a, da, b, db: (a * db + b * da, a * b), "First the value"),
    (lambda a, da, b, db: a * db + b * da, "Return the pair"),
    (lambda a, da, b, db: (a + b, da + db), "two numbers"),
]


def bump(derivative):
    """Make the bump with a derivative that a reader may think of."""

    @mg.primitive(derivative)
    def bump(x):
        return np.exp(-(x**2))

    return bump


RIGHT["bump"] = [
    bump(derivative)
    for derivative in [
        lambda g, y, x: g * y * (-2 * x),
        lambda g, y, x: -2 * mg.exp(-x * x) * x * g,
    ]
]


WRONG["bump"] = [
    (lambda x: np.exp(-(x**2)), "@mg.primitive(derivative) belongs"),
    (bump(lambda g, y, x: g * y * 2 * x), "The sign"),
    (bump(lambda g, y, x: -g * y * x), "2 went missing"),
    (bump(lambda g, y, x: g * y), "differentiated exp alone"),
    (bump(lambda g, y, x: g * -2 * x), "slope of -x²"),
    (bump(lambda g, y, x: y * -2 * x), "g is not used"),
    (bump(lambda g, y, x: g * -2 * x * mg.exp(y)), "exp of something else"),
    (bump(lambda g, y, x: g * 0 * x), "The derivative takes (g, y, x)"),
    (bump(lambda g, y, x: g * -2 * np.asarray(x) * y), "The slope is right, but"),
    (lambda x: mg.exp(-x * x), "one of its own"),
    (lambda x: np.exp(-(x.numpy() ** 2)), "nothing was recorded"),
    (mg.primitive(lambda g, y, x: g)(lambda x: np.exp(x)), "the value is not"),
    (bump(lambda g, y: g), "raised TypeError"),
]
