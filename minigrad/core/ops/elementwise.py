"""Functions that act on each element by itself.

A derivative reads ``(g, y, x)``: the gradient of the loss with respect to the result, the result,
the argument. Where two one-sided derivatives differ the choice is PyTorch's, and is stated.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ... import kernels
from ...kernels import in_order
from ..primitive import primitive
from ..tensor import Operand

# Arithmetic

add = primitive(lambda g, y, a, b: g, lambda g, y, a, b: g)(np.add)
subtract = primitive(lambda g, y, a, b: g, lambda g, y, a, b: -g)(np.subtract)
multiply = primitive(lambda g, y, a, b: g * b, lambda g, y, a, b: g * a)(np.multiply)
divide = primitive(lambda g, y, a, b: g / b, lambda g, y, a, b: -g * (y / b))(np.divide)
negative = primitive(lambda g, y, x: -g)(np.negative)


def _pow_in_base(g: Any, y: Any, x: Any, p: Any) -> Any:
    if isinstance(p, (int, float)):
        return g * (p * x ** (p - 1)) if p != 0 else where(False, g, 0.0)
    one = equal(x, 0) * equal(p, 0)  # where 0 * 0 ** -1 would be NaN
    return where(one, 0.0, g * (p * where(one, 1.0, x) ** (p - 1)))


def _pow_in_exponent(g: Any, y: Any, x: Any, p: Any) -> Any:
    if isinstance(x, (int, float)) and x != 0:
        return g * (y * np.log(x))  # a number of Python's, in the precision of those beside it
    flat = equal(x, 0) * greater_equal(p, 0)  # where 0 * log(0) would be NaN
    return g * (y * log(where(flat, 1.0, x)))


@primitive(_pow_in_base, _pow_in_exponent)
def pow(x: Any, p: Any) -> Any:
    """``x`` to the power ``p``. The derivative in ``p`` at ``x = 0`` is 0."""
    return x**p


# Functions

exp = primitive(lambda g, y, x: g * y, real=True)(np.exp)
expm1 = primitive(lambda g, y, x: g * (y + 1), real=True)(np.expm1)
log = primitive(lambda g, y, x: g / x, real=True)(np.log)
log1p = primitive(lambda g, y, x: g / (1 + x), real=True)(np.log1p)
sqrt = primitive(lambda g, y, x: g / (2 * y), real=True)(np.sqrt)


@primitive(lambda g, y, x: g * sign(x))
def abs(x: Operand) -> Any:
    """Absolute value. The derivative at 0 is 0."""
    return np.abs(x)


@primitive(lambda g, y, x: where(False, g, 0.0))
def sign(x: Operand) -> Any:
    """-1, 0 or 1. The derivative is 0."""
    return np.sign(x)


sin = primitive(lambda g, y, x: g * cos(x), real=True)(np.sin)
cos = primitive(lambda g, y, x: -g * sin(x), real=True)(np.cos)


@primitive(lambda g, y, x: g * (2 / math.sqrt(math.pi)) * exp(-(x * x)), real=True)
def erf(x: Operand) -> Any:
    """Error function, the integral of a Gaussian bell from ``-x`` to ``x``."""
    from scipy import special  # takes as long to import as all of minigrad

    return special.erf(x)


# Activations

tanh = primitive(lambda g, y, x: g * (1 - y * y), real=True)(np.tanh)


@primitive(lambda g, y, x: g * ((1 - y) * y), real=True)
def sigmoid(x: Operand) -> Any:
    """Logistic function ``1 / (1 + exp(-x))``."""
    return 1 / (1 + np.exp(np.negative(x)))


@primitive(lambda h, out, g, y: _relu_slope(h, y), None)
def _relu_slope(g: Any, y: Any) -> Any:
    return _by_element(kernels.relu_slope, g, y)


@primitive(lambda g, y, x: _relu_slope(g, y), real=True)
def relu(x: Operand) -> Any:
    """``max(x, 0)``. The derivative at 0 is 0."""
    return _by_element(kernels.relu, x) if np.ndim(x) else np.maximum(x, 0)


def _by_element(kernel: Any, x: Any, *others: Any) -> np.ndarray:
    """Run a kernel that reads arrays of one shape as rows, and writes one of that shape."""
    x = in_order(x, None if x.dtype.kind == "f" else float)
    y = np.empty_like(x)
    rest = [in_order(other, x.dtype).reshape(-1) for other in others] if others else others
    kernel(x.reshape(-1), *rest, y.reshape(-1))
    return y


def _gelu_bend(h: Any, y: Any, g: Any, x: Any) -> Any:
    density = exp(-0.5 * (x * x)) * (1 / math.sqrt(2 * math.pi))
    return h * g * ((2 - x * x) * density)


@primitive(lambda h, y, g, x: _gelu_slope(h, x), _gelu_bend)
def _gelu_slope(g: Any, x: Any) -> Any:
    return _by_element(kernels.gelu_slope, g, x)


@primitive(lambda g, y, x: _gelu_slope(g, x), real=True)
def gelu(x: Operand) -> Any:
    """``x`` times the probability that a standard normal is below ``x``.

    The exact form (Hendrycks & Gimpel 2016), not its tanh approximation.
    """
    return _by_element(kernels.gelu, x if np.ndim(x) else np.asarray(x))


def _silu_derivative(g: Any, y: Any, x: Any) -> Any:
    s = sigmoid(x)
    return g * (s * (1 + x * (1 - s)))


@primitive(_silu_derivative, real=True)
def silu(x: Operand) -> Any:
    """``x * sigmoid(x)``, also called swish."""
    return x * sigmoid(x)


@primitive(lambda g, y, x: g * (y * _rising(-x)))
def _rising(x: Any) -> Any:
    """`sigmoid`, with a slope that is right where ``1 - y`` is rounded to 0, at a second `exp`."""
    return sigmoid(x)


@primitive(lambda g, y, x: g * _rising(x), real=True)
def softplus(x: Operand) -> Any:
    """``log(1 + exp(x))``, computed so that large ``x`` cannot overflow."""
    return np.logaddexp(x, 0)


# Choosing


@primitive(None, lambda g, y, c, a, b: where(c, g, 0.0), lambda g, y, c, a, b: where(c, 0.0, g))
def where(condition: Operand, a: Operand, b: Operand) -> Any:
    """``a`` where the condition holds, ``b`` elsewhere."""
    return np.where(condition, a, b)


@primitive(
    lambda g, y, a, b: where(a < b, 0.0, where(a == b, g / 2, g)),
    lambda g, y, a, b: where(b < a, 0.0, where(a == b, g / 2, g)),
)
def maximum(a: Operand, b: Operand) -> Any:
    """The greater of two. Where they tie, each gets half of the gradient."""
    return np.maximum(a, b)


@primitive(
    lambda g, y, a, b: where(a > b, 0.0, where(a == b, g / 2, g)),
    lambda g, y, a, b: where(b > a, 0.0, where(a == b, g / 2, g)),
)
def minimum(a: Operand, b: Operand) -> Any:
    """The lesser of two. Where they tie, each gets half of the gradient."""
    return np.minimum(a, b)


def _clip_in_low(g: Any, y: Any, x: Any, low: Any, high: Any = None) -> Any:
    return where(less(x, y) * equal(y, low), g, 0.0)


def _clip_in_high(g: Any, y: Any, x: Any, low: Any, high: Any) -> Any:
    return where(greater(x if low is None else maximum(x, low), high), g, 0.0)


@primitive(
    lambda g, y, x, low=None, high=None: where(equal(x, y), g, 0.0), _clip_in_low, _clip_in_high
)
def clip(x: Operand, low: Operand | None = None, high: Operand | None = None) -> Any:
    """``x`` held between ``low`` and ``high``. The derivative is 1 inside and on the bounds.

    Where a bound holds ``x``, the bound gets the gradient.
    """
    return np.clip(x, low, high)


# Asking: the results are booleans and carry no gradient

equal = primitive()(np.equal)
not_equal = primitive()(np.not_equal)
less = primitive()(np.less)
less_equal = primitive()(np.less_equal)
greater = primitive()(np.greater)
greater_equal = primitive()(np.greater_equal)
isnan = primitive()(np.isnan)
isfinite = primitive()(np.isfinite)
logical_not = primitive()(np.logical_not)
logical_and = primitive()(np.logical_and)
logical_or = primitive()(np.logical_or)

# What `~ & | ^` do: as in NumPy, on booleans the same, on integers bit by bit

invert = primitive()(np.invert)
bitwise_and = primitive()(np.bitwise_and)
bitwise_or = primitive()(np.bitwise_or)
bitwise_xor = primitive()(np.bitwise_xor)
