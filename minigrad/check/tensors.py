"""The exercises of lesson 02, *Tensors and fast loops*."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import numpy as np
from numpy.typing import NDArray

import minigrad as mg

from .verdict import UNANSWERED, Verdict, call, judge, same

Array = NDArray[np.float64]


def stretched(shape: Any, share: Any) -> Verdict:
    """Judge the shape of a + b for shapes (3, 1) and (4,), and ∂ mean(a + b) / ∂ a[0, 0]."""
    if shape is ... or share is ...:
        return UNANSWERED
    verdict = judge(
        shape,
        (3, 4),
        "",
        {
            "The other way round: the 4 is the last axis of b, so it is last in the result.": (
                (4, 3)
            ),
            "The axis of length 1 is stretched too: to the 4 that stands below it.": (3, 1),
            "b fits, and a has three rows as well.": (4,),
            "Only the 4 is left in yours. Where is the 3 of a?": (1, 4),
            "Shapes are aligned, not joined end to end.": (3, 1, 4),
            "That is the number of elements. A shape is a tuple.": 12,
        },
        "Write (3, 1) and (4,) below each other, aligned at the right. In each column, a 1 or a "
        "gap takes the other's length.",
    )
    if not verdict:
        return verdict
    return judge(
        share,
        1 / 3,
        "Each of the 12 results has a weight of 1/12 in the mean, and a[0, 0] is in 4 of them.",
        {
            "The shape is right. 4 would be for the sum; this is the mean of all results.": 4,
            "The shape is right. 1/12 is the share of one result. In how many is a[0, 0]?": 1 / 12,
            "The shape is right. That is for an element of b, which is used 3 times.": 1 / 4,
            "The shape is right. 1 would be for a sum in which a[0, 0] was used once.": 1,
            "The shape is right. That is for an element of b, and for the sum.": 3,
            "The shape is right, and the share nearly: write it as a fraction.": 0.33,
            "The shape is right. The share is one number for a[0, 0], the same for each a.": (
                [1 / 3] * 3
            ),
        },
        "The shape is right. The mean gives each of its results the same weight, and the shares "
        "from all uses of a[0, 0] add up.",
    )


def unbroadcast(function: Callable[..., Any]) -> Verdict:
    """Judge a function ``unbroadcast(g, shape)`` that adds up what was stretched."""
    rng = np.random.default_rng(2)
    cases = [
        (rng.normal(size=shape), small)
        for shape, small in [
            ((3, 4), (4,)),
            ((3, 4), (3, 1)),
            ((2, 3, 4), (1, 4)),
            ((3, 4), (3, 4)),
            ((3, 4), ()),
        ]
    ]
    answers = []
    for g, shape in cases:
        before = g.copy()
        answer, trouble = call(function, g, shape)
        if trouble is UNANSWERED:
            return trouble
        if trouble is not None:
            return Verdict(False, f"With g {g.shape} and shape {shape}: {trouble.message}")
        if not same(g, before):
            return Verdict(False, "Your function changed the g it was given. Return a new array.")
        answers.append(answer)

    def all_are(rule: Callable[[Array, tuple[int, ...]], Any]) -> bool:
        return all(
            same(answer, rule(g, shape)) for answer, (g, shape) in zip(answers, cases, strict=True)
        )

    if all_are(_undone):
        return Verdict(True, "Summing is to broadcasting what walking back is to walking.")
    for message, rule in _UNBROADCAST_SLIPS.items():
        if all_are(rule):
            return Verdict(False, message)
    for answer, (g, shape) in zip(answers, cases, strict=True):
        if np.shape(answer) != shape:
            return Verdict(
                False,
                f"For g of shape {g.shape} and shape {shape} yours has shape {np.shape(answer)}. "
                "The gradient has the shape of its argument.",
            )
    g, shape = next(
        case
        for answer, case in zip(answers, cases, strict=True)
        if not same(answer, _undone(*case))
    )
    return Verdict(
        False,
        f"For g of shape {g.shape} and shape {shape} the shape is right and the numbers are not. "
        "Each element collects the shares of all its copies.",
    )


def gradients(function: Callable[..., Any]) -> Verdict:
    """Judge the mended ``gradients(x, w, target)`` of ``mean((x @ w - target)**2)``."""
    x, w, target = np.random.default_rng(3).normal(size=(3, 3, 3))
    answer, trouble = call(function, x.copy(), w.copy(), target.copy())
    if trouble is not None:
        return trouble
    g = 2 * (x @ w - target)
    rows, all_of_them = len(g), g.size

    def pair(n: float, left: Array | None = None, right: Array | None = None) -> list[Array]:
        return [(g @ w.T if left is None else left) / n, (x.T @ g if right is None else right) / n]

    return judge(
        answer,
        pair(all_of_them),
        "Square matrices hide such slips: try code on shapes that all differ.",
        {
            "Both bugs are still there. Try an x of shape (2, 3) and a w of shape (3, 5), and "
            "compare with what mg.grad finds.": pair(rows, left=g @ w),
            "The count is right. Now the matrices: check one of the two gradients against an "
            "index.": pair(all_of_them, left=g @ w),
            "The matrices are right. The mean counts every element of the error.": pair(rows),
            "You mended the transpose in the wrong one: x.T was right.": (
                pair(all_of_them, left=g @ w, right=x @ g)
            ),
            "Both lost their transpose.": pair(all_of_them, right=x @ g),
            "The gradients are those of the sum: divide by the number of elements.": pair(1),
            "You divide by the count twice.": pair(all_of_them**2),
            "The 2 of the square went missing.": pair(2 * all_of_them),
            "Right numbers in the wrong order: first the gradient of x, then that of w.": (
                pair(all_of_them)[::-1]
            ),
            "The factors of the first product are swapped.": pair(all_of_them, left=w.T @ g),
            "The factors of the second product are swapped.": pair(all_of_them, right=g @ x.T),
            "The sign is turned: the error is x @ w - target.": pair(-all_of_them),
        },
        "Return two arrays, the gradient of x and that of w. Change one element of w by 0.000001 "
        "and see how much the loss moves.",
    )


def softmax_rows(function: Callable[..., Any]) -> Verdict:
    """Judge a kernel ``softmax_rows(x, out)`` that writes the softmax of each row."""
    x = np.array([[1.0, 2.0, 0.5, -1.0], [0.0, 0.0, 3.0, 0.0], [2.0, -2.0, 1.0, 0.0]])
    out = np.full_like(x, np.nan)
    before = x.copy()
    try:
        result = function(x, out)
    except Exception as error:  # whatever the reader wrote
        message = " ".join(str(error).split())
        return Verdict(False, f"Your code raised {type(error).__name__}: {message[:300]}")
    if np.isnan(out).all():
        if result is ... or (result is None and _is_empty(function)):
            return UNANSWERED
        return Verdict(
            False,
            "out is untouched. A kernel writes its result into out[i, j]; out = ... would only "
            "give the name to another array.",
        )
    if not same(x, before):
        return Verdict(False, "x was changed. Write into out only.")
    e = np.exp(x)
    shifted = np.exp(x - x.max(axis=1, keepdims=True))
    verdict = judge(
        out,
        e / e.sum(axis=1, keepdims=True),
        "",
        {
            "Those are the exponentials. Each row must add up to 1.": e,
            "Those are the exponentials after the shift. Each row must add up to 1.": shifted,
            "The whole array adds up to 1. Start a new total for each row.": e / e.sum(),
            "The total runs on from row to row. Set it to 0 where a row begins.": (
                e / e.sum(axis=1).cumsum()[:, None]
            ),
            "The total still holds the rows above. Set it to 0 where a row begins.": (
                shifted / shifted.sum(axis=1).cumsum()[:, None]
            ),
            "The columns add up to 1, not the rows.": e / e.sum(axis=0),
            "That is the logarithm of the softmax.": x - np.log(e.sum(axis=1, keepdims=True)),
            "You divided the numbers themselves: the exponential is missing.": (
                x / x.sum(axis=1, keepdims=True)
            ),
            "You divide while the total is still growing: finish it first, then divide.": (
                e / e.cumsum(axis=1)
            ),
        },
        "Some places are still empty: the loop does not reach every column."
        if np.isnan(out).any()
        else "For each row: find the greatest, add up exp(x[i, j] - greatest), divide by that.",
    )
    if not verdict:
        return verdict
    far = np.array([[1000.0, 1001.0], [-1000.0, -1001.0]])
    wide = np.full_like(far, np.nan)
    with np.errstate(all="ignore"), suppress(ZeroDivisionError):  # which Numba raises
        function(far, wide)
    if not same(wide, _softmax(far)):
        return Verdict(
            False,
            "Right for small numbers. For rows like (1000, 1001) or (-1000, -1001) it overflows "
            "or divides by 0: take out the greatest of each row first.",
        )
    if not hasattr(function, "py_func"):
        return Verdict(
            False,
            "The numbers are right. They still come from Python: compile it with @numba.njit.",
        )
    return Verdict(True, "A row stays in the cache while you go over it: memory is read once.")


def log_cosh(function: Callable[..., Any]) -> Verdict:
    """Judge a primitive ``log_cosh(x)``: its value, and its derivatives to second order."""
    numbers = np.array([-2.0, -0.5, 0.3, 1.5])
    x = mg.tensor(numbers, requires_grad=True)
    forward = getattr(function, "forward", None)  # a primitive cannot return the three dots
    if forward is not None and call(forward, numbers)[1] is UNANSWERED:
        return UNANSWERED
    y, trouble = call(function, x)
    if trouble is not None:
        return trouble
    if not isinstance(y, mg.Tensor):
        return Verdict(False, "What comes back is no Tensor: @mg.primitive(...) is missing.")
    cosh, tanh = np.cosh(numbers), np.tanh(numbers)
    value = judge(
        y.detach(),
        np.log(cosh),
        "",
        {
            "The forward is cosh. Take its logarithm.": cosh,
            "That is the logarithm to base 10.": np.log10(cosh),
            "The order is turned: first cosh, then log.": np.cosh(np.log(abs(numbers))),
            "That is tanh, the derivative. The function under the decorator is the value.": tanh,
        },
        "The value is not log(cosh(x)).",
    )
    if not value:
        return value
    if not y.requires_grad:
        return Verdict(False, "The value is right and nothing was recorded: is it a primitive?")
    try:
        slope = mg.grad(mg.sum(3 * function(x)), x)
    except Exception as error:  # whatever the reader wrote
        return Verdict(False, f"The value is right. Its derivative raised: {error}")
    first = judge(
        slope,
        3 * tanh,
        "",
        {
            "No gradient arrives: @mg.primitive() has no derivative in its brackets.": 0 * tanh,
            "The chain rule: the gradient g that comes in is not used.": tanh,
            "You took tanh of the result y. It wants the argument x.": 3 * np.tanh(np.log(cosh)),
            "That is the slope of the logarithm alone. Times the slope of cosh.": 3 / cosh,
            "That is the slope of cosh alone. The logarithm brings 1 / cosh.": 3 * np.sinh(numbers),
            "The sign is turned: cosh' is sinh, without a minus.": -3 * tanh,
            "tanh takes x alone: multiply by g outside.": np.tanh(3 * numbers),
        },
        "The value is right, the derivative is not. The chain rule on log(cosh(x)) gives "
        "sinh(x) / cosh(x), times g.",
    )
    if not first:
        return first
    try:
        again = mg.grad(mg.sum(mg.grad(mg.sum(function(x)), x, create_graph=True)), x)
    except Exception:  # NumPy's functions refuse tensors in several ways
        again = None
    if again is None or not same(again, 1 / cosh**2):
        return Verdict(
            False,
            "The first derivative is right, and cannot be differentiated again: write it with "
            "mg.tanh instead of NumPy's.",
        )
    return Verdict(True, "Square near 0, straight far out: a loss that forgives outliers.")


def _undone(g: Array, shape: tuple[int, ...]) -> Array:
    extra = g.ndim - len(shape)
    g = g.sum(axis=tuple(range(extra)))
    axes = tuple(i for i, n in enumerate(shape) if n == 1)
    return g.sum(axis=axes, keepdims=True)


def _lengths_that_differ(g: Array, shape: tuple[int, ...]) -> tuple[int, ...]:
    extra = g.ndim - len(shape)
    return (*range(extra), *(extra + i for i, n in enumerate(shape) if n != g.shape[extra + i]))


def _first_copy(g: Array, shape: tuple[int, ...]) -> Array:
    g = g[(0,) * (g.ndim - len(shape))]
    return g[tuple(slice(0, n) for n in shape)]


_UNBROADCAST_SLIPS: dict[str, Callable[[Array, tuple[int, ...]], Any]] = {
    "That is g itself. Which axes were stretched?": lambda g, shape: g,
    "The extra axes in front are summed. What about axes of length 1 that were stretched?": (
        lambda g, shape: g.sum(axis=tuple(range(g.ndim - len(shape))))
    ),
    "The sums are right, and the axes of length 1 are lost on the way: keepdims=True.": (
        lambda g, shape: g.sum(axis=_lengths_that_differ(g, shape))
    ),
    "The sums are right, and the axes that broadcasting put in front are still there.": (
        lambda g, shape: g.sum(axis=_lengths_that_differ(g, shape), keepdims=True)
    ),
    "You took the mean of the copies' shares. They add up.": (
        lambda g, shape: _undone(g, shape) * np.prod(shape) / g.size
    ),
    "You kept one copy's share and dropped those of the others.": _first_copy,
    "You added up everything. Only the axes that were stretched are summed.": (
        lambda g, shape: np.full(shape, g.sum())
    ),
    "You stretched once more. The way back sums.": (
        lambda g, shape: np.broadcast_to(_undone(g, shape), g.shape)
    ),
}


def _is_empty(function: Callable[..., Any]) -> bool:
    """Whether a kernel does nothing: it reads no name and makes no variable."""
    code = getattr(getattr(function, "py_func", function), "__code__", None)
    return code is not None and not code.co_names and code.co_nlocals == code.co_argcount


def _softmax(x: Array) -> Array:
    e = np.exp(x - x.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)
