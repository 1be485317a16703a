"""Answers to the exercises of lesson 01: right ones written otherwise, and wrong ones."""

import numpy as np
from lesson_01 import LESSON

import minigrad as mg
from minigrad.course import paired

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


def walk(begin=lambda order: None, *, end=reversed, add=True, chain=True):
    """Walk over a graph with the slips that a reader may make."""

    def backward(output):
        order = in_order(output)
        begin(order)
        output.grad = 1.0
        for value in end(order):
            for parent, slope in zip(value.parents, value.slopes, strict=True):
                share = (value.grad if chain else 1.0) * slope
                parent.grad = parent.grad + share if add else share

    return backward


def forget(which):
    def begin(order):
        for value in filter(which, order):
            value.grad = 0.0

    return begin


made = forget(lambda value: value.parents)


def follow_every_path(output):
    def give(value, share):
        if not value.parents:
            value.grad += share
        for parent, slope in zip(value.parents, value.slopes, strict=True):
            give(parent, slope * share)

    give(output, 1.0)


def cleared_afterwards(output):
    walk()(output)
    made(in_order(output))


def in_a_table(output):
    """Keep the gradients of the walk apart from the values."""
    grads = dict.fromkeys(in_order(output), 0.0) | {output: 1.0}
    for value in reversed(grads):
        for parent, slope in zip(value.parents, value.slopes, strict=True):
            grads[parent] += slope * grads[value]
        if not value.parents:
            value.grad += grads[value]


RIGHT["backward"] = [walk(made), follow_every_path, cleared_afterwards, in_a_table]


WRONG["backward"] = [
    (LESSON["backward"], "Each walk by itself is right"),
    (walk(forget(lambda value: True)), "forgets what the first one found"),
    (walk(forget(lambda value: not value.parents)), "The other way round"),
    (walk(add=False), "loses a share"),
    (walk(made, end=list), "before they have one"),
    (walk(made, chain=False), "local derivative alone"),
    (lambda output: None, "Nothing arrives"),
    (lambda output: setattr(in_order(output)[0], "grad", 5.0), "not the sum of both walks"),
    (lambda output: output.walk(), "raised AttributeError"),
]


def closer(central, one_sided, n, middle=np.median, choose=slice(None)):
    steps = range(len(central))
    row = min(steps, key=lambda i: middle(central[i][:n][choose]))
    other = min(steps, key=lambda i: middle(one_sided[i][:n][choose]))
    places = range(n, len(central[0]))
    return sum(central[row][place] < one_sided[other][place] for place in places)


def by_paired(central, one_sided, n):
    chosen = [errors[np.median(errors[:, :n], axis=1).argmin()] for errors in (central, one_sided)]
    return paired(chosen[0][n:], chosen[1][n:]).lower


RIGHT["closer"] = [closer, by_paired]


def one_step_for_both(central, one_sided, n):
    row = np.median(central[:, :n], axis=1).argmin()
    return (central[row, n:] < one_sided[row, n:]).sum()


def chosen_at(columns, judged=lambda n: slice(n, None)):
    def compare(central, one_sided, n):
        row, other = (np.median(e[:, columns(n)], axis=1).argmin() for e in (central, one_sided))
        return (central[row, judged(n)] < one_sided[other, judged(n)]).sum()

    return compare


WRONG["closer"] = [
    (one_step_for_both, "suits the central one"),
    (lambda c, o, n: closer(o, c, n), "Then count"),
    (chosen_at(lambda n: slice(n, None)), "flatters"),
    (chosen_at(lambda n: slice(None)), "those that judge them included"),
    (chosen_at(lambda n: slice(n), judged=lambda n: slice(n)), "use the others"),
    (chosen_at(lambda n: slice(n), judged=lambda n: slice(None)), "counted as well"),
    (lambda *a: closer(*a, middle=np.mean), "Take the median"),
    (lambda *a: closer(*a, middle=np.min), "luckiest place"),
    (lambda c, o, n: c.shape[1] - n - closer(c, o, n), "not closer"),
    (lambda c, o, n: closer(c, o, n) / (c.shape[1] - n), "a share"),
    (lambda c, o, n: (c[0, n:] < o[0, n:]).sum(), "lowest median"),
    (lambda c, o, n: None, "return"),
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
