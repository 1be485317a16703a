"""An argument that is not what it must be is named, with what it got and what it takes."""

import math
from fractions import Fraction

import numpy as np
import pytest

from minigrad.arguments import check_flags, check_integers, check_numbers

NO_NUMBERS = ["3", None, [3], (3,), True, np.True_, 1j, int, np.array([3])]


@pytest.mark.parametrize("value", [*NO_NUMBERS, 3.0, 2.5, math.nan])
def test_what_is_no_integer_is_a_type_error(value):
    with pytest.raises(TypeError, match="Layer: size is an integer, 1 or more; got ") as refusal:
        check_integers("Layer", 1, size=value)
    assert repr(value) in str(refusal.value)


@pytest.mark.parametrize("value", NO_NUMBERS)
def test_what_is_no_number_is_a_type_error(value):
    with pytest.raises(TypeError, match="Layer: p is a number from 0 to 1; got ") as refusal:
        check_numbers("Layer", 0, 1, p=value)
    assert repr(value) in str(refusal.value)


@pytest.mark.parametrize("value", [0, 1, 0.0, "yes", None, [True]])
def test_what_is_no_truth_value_is_a_type_error(value):
    with pytest.raises(TypeError, match="Layer: bias is True or False; got "):
        check_flags("Layer", bias=value)


@pytest.mark.parametrize("value", [0, -1, np.int64(0)])
def test_an_integer_may_not_be_below_the_least(value):
    with pytest.raises(ValueError, match="Layer: size is an integer, 1 or more; got "):
        check_integers("Layer", 1, size=value)


@pytest.mark.parametrize(
    ("limits", "wanted", "value"),
    [
        ({"least": 0, "most": 1}, "a number from 0 to 1", 1.1),
        ({"least": 0, "most": 1}, "a number from 0 to 1", -0.1),
        ({"least": 0}, "a number, 0 or more", -1e-9),
        ({"positive": True}, "a positive number", 0.0),
        *[({}, "a finite number", value) for value in (math.nan, math.inf, -math.inf)],
        *[({"least": 0}, "a number, 0 or more", value) for value in (math.nan, math.inf)],
        *[({"positive": True}, "a positive number", value) for value in (math.nan, math.inf)],
    ],
)
def test_a_number_outside_of_its_range_is_a_value_error(limits, wanted, value):
    with pytest.raises(ValueError, match=f"Layer: p is {wanted}; got {value!r}"):
        check_numbers("Layer", **limits, p=value)


def test_numpys_numbers_are_numbers():
    check_integers("Layer", 1, a=1, b=np.int64(1), c=np.uint8(255))
    check_numbers("Layer", 0, 1, a=0, b=1, c=np.float32(0.5), d=Fraction(1, 2))
    check_flags("Layer", a=True, b=np.False_)
    check_integers("Layer", a=-1)
    check_numbers("Layer", a=-1)
