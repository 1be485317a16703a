"""What kernels compute in single precision by themselves, against the same in double precision."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis.extra import numpy as hnp
from scipy import special

vector = pytest.importorskip("minigrad.kernels.jitted.vector", reason="Numba is not installed")

from minigrad.kernels.jit import jit  # noqa: E402

LAST_NORMAL = np.log(np.finfo(np.float32).tiny)


@jit
def exp(x, y):
    for i in range(x.size):
        y[i] = vector.exp(x[i])


@jit
def below(x, bell, y):
    for i in range(x.size):
        y[i] = vector.below(x[i], bell[i])


@jit
def greatest(row, y):
    y[0] = vector.greatest(row)


def applied(function, *rows):
    y = np.empty_like(rows[0])
    function(*rows, y)
    return y


def units(y, exact):
    """The greatest error in units of the last place."""
    return np.max(np.abs(y - exact) / np.spacing(exact.astype(np.float32)))


def negative_numbers(least):
    """One in a thousand of all singles from ``least`` to -0."""
    bits = np.arange(0x80000000, np.float32(least).view(np.uint32), 997, dtype=np.uint32)
    return bits.view(np.float32)


def test_the_exponential_is_right_to_one_unit_in_the_last_place():
    x = negative_numbers(LAST_NORMAL + 1e-3)
    assert units(applied(exp, x), np.exp(x.astype(np.float64))) < 1


def test_an_exponential_too_small_for_a_normal_number_is_zero():
    x = np.array([LAST_NORMAL - 1e-2, -100, -1e30, -np.inf], np.float32)
    assert not applied(exp, x).any()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_exponential_of_nan_is_nan_and_of_zero_is_one(dtype):
    np.testing.assert_array_equal(applied(exp, np.array([np.nan, 0, -0.0], dtype)), [np.nan, 1, 1])


def test_the_normal_probability_keeps_its_precision_far_below_zero():
    x = negative_numbers(-9)
    bell = np.exp(-0.5 * x.astype(np.float64) ** 2)
    assert units(applied(below, x, bell.astype(np.float32)), special.ndtr(x.astype(np.float64))) < 8


def test_the_normal_probability_is_right_above_zero():
    x = -negative_numbers(-9)
    bell = np.exp(-0.5 * x.astype(np.float64) ** 2).astype(np.float32)
    np.testing.assert_allclose(applied(below, x, bell), special.ndtr(x), rtol=6e-7)


@given(
    hnp.arrays(np.float32, (1, 30)) | hnp.arrays(np.float64, (1, 30)),
)
def test_the_greatest_of_a_row_is_numpys(rows):
    row = np.abs(rows[0]) * np.sign(np.nan_to_num(rows[0]))  # NaN with a sign is not a number here
    np.testing.assert_array_equal(applied(greatest, row)[0], np.max(row))
