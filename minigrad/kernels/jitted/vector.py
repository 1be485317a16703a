"""What a compiler can turn into vector instructions, and could not in its usual form."""

import math

import numba
import numpy as np
from numba.extending import overload

single = np.float32

LOG2_E = single(1.4426950408889634)
LN2_HIGH, LN2_LOW = single(0.693359375), single(-2.12194440e-4)
ROUND = single(1.5 * 2**23)  # added to a number, leaves no room for what is behind the point
LEAST = single(-87.336)  # exp of less is subnormal, and taken to be 0
ZERO, ONE = single(0), single(1)
# exp(r) = 1 + r + C2 r^2 + ..., with the least greatest relative error
C2, C3, C4, C5, C6 = (
    single(c) for c in (0.49999994, 0.16666473, 0.04166759, 0.0083733043, 0.0013886939)
)


def exp(x: float) -> float:
    """Return the exponential of a number that is at most 0, or NaN.

    The C library takes one number at a time. Here, in single precision, it is ``2**n * exp(r)``
    with ``n`` whole and ``abs(r) <= log(2) / 2``, where a polynomial is right to one unit in the
    last place (the method of Cephes, Moshier 1992).
    """
    return math.exp(x)


def _exp_of_single(x):
    shifted = np.float32(x * LOG2_E + ROUND)
    n = shifted - ROUND
    r = (x - n * LN2_HIGH) - n * LN2_LOW
    p = np.float32((((((C6 * r + C5) * r + C4) * r + C3) * r + C2) * r + ONE) * r + ONE)
    # the last bits of `shifted` are n: added to the exponent of p they multiply it by 2**n
    bits = np.int32(p.view(np.int32) + (shifted.view(np.int32) << 23))
    return ZERO if x < LEAST else bits.view(np.float32)


@overload(exp, jit_options={"fastmath": {"contract"}, "error_model": "numpy"})
def _exp(x):
    return _exp_of_single if x == numba.float32 else lambda x: math.exp(x)


# The normal density at x times TAIL[0] t + TAIL[1] t^2 + ..., where t = 1 / (1 + STRETCH abs(x)),
# is the probability to be further out: the form of Abramowitz & Stegun 26.2.17, to 8 terms, with
# the least greatest relative error, 1.3e-7. Here they are divided by the root of 2 pi.
STRETCH = single(0.3)
TAIL = tuple(
    single(c)
    for c in (
        0.119630326,
        0.120737476,
        0.100019953,
        0.128200965,
        -0.0529859802,
        0.205577880,
        -0.156742204,
        0.0355615191,
    )
)


def below(x: float, bell: float) -> float:
    """Return the probability that a standard normal is below x; ``bell`` is exp(-x**2 / 2)."""
    return 0.5 * math.erfc(-x * math.sqrt(0.5))


def _below_single(x, bell):
    t = ONE / (ONE + STRETCH * abs(x))
    p = (((TAIL[7] * t + TAIL[6]) * t + TAIL[5]) * t + TAIL[4]) * t + TAIL[3]
    tail = ((((p * t + TAIL[2]) * t + TAIL[1]) * t + TAIL[0]) * t) * bell
    return tail if x < ZERO else ONE - tail


@overload(below, jit_options={"fastmath": {"contract"}, "error_model": "numpy"})
def _below(x, bell):
    if x == numba.float32:
        return _below_single
    return lambda x, bell: 0.5 * math.erfc(-x * math.sqrt(0.5))


def greatest(row: np.ndarray) -> float:
    """Return the greatest element of a row.

    Comparing floats, a compiler must mind NaN and signed zeros, and compares one by one. The bits
    of floats, read as integers, are in the order of the floats once negative ones are turned over.
    """
    return row.max()


def _greatest_of_singles(row):
    bits = row.view(np.int32)
    top = np.int32(-0x80000000)
    for i in range(bits.size):
        turned = np.int32(bits[i] ^ ((bits[i] >> 31) & 0x7FFFFFFF))
        top = max(top, turned)
    return np.int32(top ^ ((top >> 31) & 0x7FFFFFFF)).view(np.float32)


def _greatest_of_doubles(row):
    top = row.dtype.type(-np.inf)
    for value in row:
        top = value if value > top or value != value else top
    return top


@overload(greatest)
def _greatest(row):
    return _greatest_of_singles if row.dtype == numba.float32 else _greatest_of_doubles
