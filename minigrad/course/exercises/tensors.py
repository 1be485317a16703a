"""The exercises of lesson 02, *Tensors and fast loops*."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

import minigrad as mg

from . import primitives
from .calling import clock_stopped
from .drawing import Generator, normal, sizes, whole
from .exercise import Exercise, InTurn
from .verdict import UNANSWERED, Complaint

# A slip is what is said, and below it the wrong answer that is meant.
# fmt: off

Array = NDArray[np.float64]
Shape = tuple[int, ...]

stretched = InTurn(
    Exercise(
        answer=(3, 4),
        slips={
            "The other way round: the 4 is the last axis of b, so it is last in the result.":
                (4, 3),
            "The axis of length 1 is stretched too: to the 4 that stands below it.": (3, 1),
            "b fits, and a has three rows as well.": (4,),
            "Only the 4 is left in yours. Where is the 3 of a?": (1, 4),
            "Shapes are aligned, not joined end to end.": (3, 1, 4),
            "That is the number of elements. A shape is a tuple.": 12,
        },
        otherwise="Write (3, 1) and (4,) below each other, aligned at the right. In each column, "
        "a 1 or a gap takes the other's length.",
    ),
    Exercise(
        answer=1 / 3,
        praise="Each of the 12 results has a weight of 1/12 in the mean, and a[0, 0] is in 4 of "
        "them.",
        slips={
            "The shape is right. 4 would be for the sum; this is the mean of all results.": 4,
            "The shape is right. 1/12 is the share of one result. In how many is a[0, 0]?": 1 / 12,
            "The shape is right. That is for an element of b, which is used 3 times.": 1 / 4,
            "The shape is right. 1 would be for a sum in which a[0, 0] was used once.": 1,
            "The shape is right. That is for an element of b, and for the sum.": 3,
            "The shape is right, and the share nearly: write it as a fraction.": 0.33,
            "The shape is right. The share is one number for a[0, 0], the same for each a.":
                [1 / 3] * 3,
        },
        otherwise="The shape is right. The mean gives each of its results the same weight, and "
        "the shares from all uses of a[0, 0] add up.",
    ),
)


def _undone(g: Array, shape: Shape) -> Array:
    g = g.sum(axis=tuple(range(g.ndim - len(shape))))
    axes = tuple(i for i, n in enumerate(shape) if n == 1)
    return g.sum(axis=axes, keepdims=True)


def _lengths_that_differ(g: Array, shape: Shape) -> Shape:
    extra = g.ndim - len(shape)
    return (*range(extra), *(extra + i for i, n in enumerate(shape) if n != g.shape[extra + i]))


def _first_copy(g: Array, shape: Shape) -> Array:
    g = g[(0,) * (g.ndim - len(shape))]
    return g[tuple(slice(0, n) for n in shape)]


def _only_one_in_front(g: Array, shape: Shape) -> Array:
    extra = g.ndim - len(shape)
    ones = tuple(extra + i for i, n in enumerate(shape) if n == 1)
    g = g.sum(axis=ones, keepdims=True)
    return g.sum(axis=0) if extra else g


def _one_axis_after_the_other(g: Array, shape: Shape, *, look: bool) -> Array:
    g = g.sum(axis=tuple(range(g.ndim - len(shape))))
    for i, n in enumerate(shape):
        if n == 1 and not (look and g.shape[i] == 1):
            g = g.sum(axis=i)
    return g


def _draw_stretched(rng: Generator) -> tuple[Array, Shape]:
    full = sizes(rng, whole(rng, 1, 4), low=2, high=5)
    kept = full[whole(rng, 0, len(full) - 1) :]
    return normal(rng, *full), tuple(1 if rng.random() < 0.4 else n for n in kept)


unbroadcast = Exercise(
    answer=_undone,
    draw=_draw_stretched,
    edges=tuple(
        (np.round(np.cos(3 * np.arange(np.prod(full))), 2).reshape(full), shape)
        for full, shape in [
            ((3, 4), (4,)), ((3, 4), (3, 1)), ((2, 3, 4), (1, 4)), ((3, 4), (3, 4)),
            ((3, 4), ()), ((3, 2, 4), (4,)), ((2, 1, 3), (1, 3)), ((3, 4), (1, 1)),
        ]
    ),
    praise="Summing is to broadcasting what walking back is to walking.",
    slips={
        "That is g itself. Which axes were stretched?": lambda g, shape: g,
        "The extra axes in front are summed. What about axes of length 1 that were stretched?":
            lambda g, shape: g.sum(axis=tuple(range(g.ndim - len(shape)))),
        "The sums are right, and the axes of length 1 are lost on the way: keepdims=True.":
            lambda g, shape: g.sum(axis=_lengths_that_differ(g, shape)),
        "A sum takes its axis away, unless you say keepdims=True.":
            lambda g, shape: _undone(g, shape).reshape([n for n in shape if n != 1]),
        "The first sum takes its axis away, and the axes behind it move up, so that the next sum "
        "meets the wrong one, or none: keepdims=True.":
            lambda g, shape: _one_axis_after_the_other(g, shape, look=False),
        "A sum takes its axis away, and the lengths behind it move up, so that you look at the "
        "wrong one, or at none: keepdims=True.":
            lambda g, shape: _one_axis_after_the_other(g, shape, look=True),
        "The sums are right, and the axes that broadcasting put in front are still there.":
            lambda g, shape: g.sum(axis=_lengths_that_differ(g, shape), keepdims=True),
        "You took the mean of the copies' shares. They add up.":
            lambda g, shape: _undone(g, shape) * np.prod(shape) / g.size,
        "You kept one copy's share and dropped those of the others.": _first_copy,
        "You added up everything. Only the axes that were stretched are summed.":
            lambda g, shape: np.full(shape, g.sum()),
        "You stretched once more. The way back sums.":
            lambda g, shape: np.broadcast_to(_undone(g, shape), g.shape),
        "That is right for one new axis in front. There may be several.": _only_one_in_front,
    },
    otherwise="The gradient has the shape of its argument, and each element collects the shares "
    "of all its copies.",
)


def _draw_gradient(rng: Generator) -> tuple[Array]:
    n, m = sizes(rng, 2, low=2, high=5)
    return (normal(rng, n, m) + 1,)  # no column has the mean 0


centring = Exercise(
    answer=lambda g: g - g.mean(axis=0),
    draw=_draw_gradient,
    edges=((np.array([[1.0, 2.0], [3.0, -1.0], [0.5, 0.0]]),), (np.array([[2.0, -3.0, 1.0]]),)),
    praise="The mean goes away forwards, and it goes away backwards.",
    slips={
        "Nothing has changed yet. The mean is no constant: it moves when an element of x moves.":
            lambda g: g,
        "The path through the mean is there, without its weight: each of the n elements of a "
        "column counts 1/n in the mean.": lambda g: g - g.sum(axis=0),
        "Each column has a mean of its own. You took that of the whole array.":
            lambda g: g - g.mean(),
        "You took the means of the rows. x.mean(axis=0) has one for each column.":
            lambda g: g - g.mean(axis=1, keepdims=True),
        "The mean is subtracted, so what goes back through it has a minus.":
            lambda g: g + g.mean(axis=0),
        "That is the path through the mean alone. The direct one brings g.":
            lambda g: np.broadcast_to(-g.mean(axis=0), g.shape),
        "That is the gradient of the mean, for one row. The gradient of x has the shape of x.":
            lambda g: -g.mean(axis=0),
        "That holds only for the element's own row. The mean is subtracted in every row, and "
        "every row sends a share back through it.": lambda g: g - g / len(g),
        "That has the spread taken out as well. Here only the mean is subtracted.":
            lambda g: (g - g.mean(axis=0)) / (g.std(axis=0) + (len(g) == 1)),
    },
    otherwise="Two paths lead from an element of x to the loss: the direct one, and the one "
    "through the mean of its column. Their shares add up.",
)

EMPTY = -7.25  # what a kernel finds in `out`; no softmax is negative


def _written(kernel: Any, x: Array) -> Array:
    """Return what a kernel writes: as it is compiled, and before that as Python runs it."""
    out = np.full_like(x, EMPTY)
    returned = getattr(kernel, "py_func", kernel)(x, out)
    if hasattr(kernel, "py_func"):  # a compiled loop cannot be stopped: this one is known to end
        slow, out = out, np.full_like(x, EMPTY)
        try:
            with clock_stopped():
                kernel(x, out)
        except ZeroDivisionError:  # where NumPy makes nan, Numba raises
            out = slow
    if (out == EMPTY).all():
        if returned is ... or (returned is None and _is_empty(kernel)):
            raise Complaint(UNANSWERED)
        raise Complaint(
            "out is untouched. A kernel writes its result into out[i, j]; out = ... would only "
            "give the name to another array."
        )
    if (out == EMPTY).any():
        raise Complaint("Some places are still empty: the loop does not reach every column or row.")
    return out


def _is_empty(kernel: Any) -> bool:
    """Whether a kernel does nothing: it reads no name and makes no variable."""
    code = getattr(getattr(kernel, "py_func", kernel), "__code__", None)
    return code is not None and not code.co_names and code.co_nlocals == code.co_argcount


def _writes(rule: Callable[[Array], Any]) -> Callable[[Array, Array], None]:
    def kernel(x: Array, out: Array) -> None:
        out[:] = rule(x)

    return kernel


def _over_the_row(x: Array) -> Array:
    e = np.exp(x)
    return np.asarray(e / e.sum(axis=-1, keepdims=True))


def softmax(x: Array) -> Array:
    """Return the exponentials along the last axis, as parts of their sum."""
    return _over_the_row(x - x.max(axis=-1, keepdims=True))


def _shifted(x: Array) -> Array:
    return np.asarray(np.exp(x - x.max(axis=1, keepdims=True)))


_OVERFLOW = (
    "Right for small numbers. For rows like (1000, 1001) or (-1000, -1001) it overflows or divides "
    "by 0: take out the greatest of each row first."
)
_compiled = _writes(softmax)
_compiled.py_func = _compiled  # type: ignore[attr-defined]

softmax_rows = InTurn(
    Exercise(
        answer=_writes(softmax),
        use=_written,
        draw=lambda rng: (normal(rng, *sizes(rng, 2)),),
        edges=(
            (np.array([[1.0, 2.0, 0.5, -1.0], [0.0, 0.0, 3.0, 0.0], [2.0, -2.0, 1.0, 0.0]]),),
            (np.array([[-3.0]]),),
        ),
        slips={
            "Those are the exponentials. Each row must add up to 1.": _writes(np.exp),
            "Those are the exponentials after the shift. Each row must add up to 1.":
                _writes(_shifted),
            "The whole array adds up to 1. Start a new total for each row.":
                _writes(lambda x: np.exp(x) / np.exp(x).sum()),
            "The total runs on from row to row. Set it to 0 where a row begins.":
                _writes(lambda x: np.exp(x) / np.exp(x).sum(axis=1).cumsum()[:, None]),
            "The total still holds the rows above. Set it to 0 where a row begins.":
                _writes(lambda x: _shifted(x) / _shifted(x).sum(axis=1).cumsum()[:, None]),
            "The columns add up to 1, not the rows.":
                _writes(lambda x: np.exp(x) / np.exp(x).sum(axis=0)),
            "That is the logarithm of the softmax.": _writes(lambda x: np.log(softmax(x))),
            "You divided the numbers themselves: the exponential is missing.":
                _writes(lambda x: x / x.sum(axis=1, keepdims=True)),
            "You divide while the total is still growing: finish it first, then divide.":
                _writes(lambda x: np.exp(x) / np.exp(x).cumsum(axis=1)),
        },
        otherwise="For each row: find the greatest, add up exp(x[i, j] - greatest), divide by "
        "that.",
    ),
    Exercise(
        answer=_writes(softmax),
        use=_written,
        edges=(
            (np.array([[1000.0, 1001.0], [-1000.0, -1001.0]]),),
            (np.array([[0.0, 900.0, 0.0], [900.0, 0.0, 0.0], [0.0, 0.0, 900.0]]),),
            (np.array([[-1000.0, -1001.0], [-1001.0, -1000.0]]),),
        ),
        slips={
            "The greatest is sought from 0 on, and a row of negative numbers has none above 0: "
            "begin with the row's first number.":
                _writes(lambda x: _over_the_row(x - x.max(axis=1, keepdims=True).clip(min=0))),
            "One greatest for the whole array is not enough. Where rows lie far apart it "
            "overflows or divides by 0: take out the greatest of each row.":
                _writes(lambda x: _over_the_row(x - x.max())),
        },
        otherwise=_OVERFLOW,
    ),
    Exercise(
        answer=_compiled,
        use=lambda kernel: hasattr(kernel, "py_func"),
        praise="A row stays in the cache while you go over it: memory is read once.",
        slips={
            "The numbers are right. They still come from Python: compile it with @numba.njit.":
                _writes(softmax),
        },
        otherwise="Compile it with @numba.njit.",
    ),
)


def _primitive(forward: Any, *derivatives: Any) -> Any:
    return mg.primitive(*derivatives)(lambda x: forward(x))


def _with_derivative(derivative: Any) -> Any:
    return _primitive(lambda x: np.logaddexp(x, -x) - np.log(2), derivative)


_right_log_cosh = _with_derivative(lambda g, y, x: g * mg.tanh(x))

log_cosh = InTurn(
    Exercise(
        answer=_right_log_cosh,
        use=primitives.value,
        draw=lambda rng: (normal(rng, whole(rng, 2, 4)),),
        slips={
            "The forward is cosh. Take its logarithm.": _primitive(np.cosh),
            "That is the logarithm to base 10.": _primitive(lambda x: np.log10(np.cosh(x))),
            "The order is turned: first cosh, then log.":
                _primitive(lambda x: np.cosh(np.log(abs(x)))),
            "That is tanh, the derivative. The function under the decorator is the value.":
                _primitive(np.tanh),
        },
        otherwise="The value is not log(cosh(x)).",
    ),
    Exercise(
        answer=_right_log_cosh,
        use=primitives.slope,
        draw=lambda rng: (normal(rng, n := whole(rng, 2, 4)), normal(rng, n)),
        slips={
            "The chain rule: the gradient g that comes in is not used.":
                _with_derivative(lambda g, y, x: mg.tanh(x)),
            "You took tanh of the result y. It wants the argument x.":
                _with_derivative(lambda g, y, x: g * mg.tanh(y)),
            "That is the slope of the logarithm alone. Times the slope of cosh.":
                _with_derivative(lambda g, y, x: g / np.cosh(x)),
            "That is the slope of cosh alone. The logarithm brings 1 / cosh.":
                _with_derivative(lambda g, y, x: g * np.sinh(x)),
            "The sign is turned: cosh' is sinh, without a minus.":
                _with_derivative(lambda g, y, x: -g * mg.tanh(x)),
            "tanh takes x alone: multiply by g outside.":
                _with_derivative(lambda g, y, x: mg.tanh(g * x)),
        },
        otherwise="The value is right, the derivative is not. The chain rule on log(cosh(x)) "
        "gives sinh(x) / cosh(x), times g.",
    ),
    Exercise(
        answer=_right_log_cosh,
        use=primitives.bend,
        draw=lambda rng: (normal(rng, n := whole(rng, 2, 4)), normal(rng, n)),
        otherwise="The first derivative is right, the second is not: write it with mg.tanh "
        "instead of NumPy's.",
    ),
    Exercise(
        answer=_right_log_cosh,
        use=primitives.value,
        draw=lambda rng: ((x := normal(rng, whole(rng, 2, 4))) + 1000 * np.sign(x),),
        praise="Square near 0, straight far out: a loss that forgives outliers, however far out.",
        slips={
            "cosh of an error in the hundreds is more than a float holds, and the logarithm of "
            "infinity is infinite. np.logaddexp(a, b) is ln(e^a + e^b) without that.":
                _primitive(lambda x: np.log(np.cosh(x)), lambda g, y, x: g * mg.tanh(x)),
        },
        otherwise="For errors in the hundreds the value is not log(cosh(x)).",
    ),
)
