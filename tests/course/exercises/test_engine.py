"""What the engine says, and in which form."""

import numpy as np
import pytest

from minigrad.course.exercises import Exercise, InTurn, Verdict
from minigrad.course.exercises.comparing import plain, same, untouched


def test_a_long_verdict_is_shown_in_short_lines_and_a_short_one_as_it_is():
    words = "Both well-known bugs are still there. " * 4
    shown = repr(Verdict(False, words.strip()))
    assert max(map(len, shown.splitlines())) <= 76
    assert " ".join(shown.split()) == f"Not yet. {words}".strip()
    assert "well-\n" not in shown
    assert repr(Verdict(True, "Yes.\n  [1  2]")) == "Right. Yes.\n  [1  2]"


ADD = Exercise(
    answer=lambda a, b: a + b,
    edges=((1.0, np.array([2.0, -1.0])), (3.0, np.array([0.5]))),
    praise="Yes.",
    slips={"That subtracts.": lambda a, b: a - b, "That takes a root.": lambda a, b: np.sqrt(b)},
    otherwise="Add them.",
)


def test_a_wrong_answer_is_shown_on_the_shortest_input_where_it_is_wrong():
    assert repr(ADD(lambda a, b: a * b)) == (
        "Not yet. Add them.\n\n     a = 3\n     b = [0.5]\n yours = [1.5]\nwanted = [3.5]"
    )


def test_a_slip_is_named_only_if_it_fits_every_input():
    assert ADD(lambda a, b: a - b).message == "That subtracts."
    assert ADD(lambda a, b: a - b if a < 2 else a + b).message.startswith("Add them.")
    assert ADD(np.zeros_like).message.startswith("Your code raised")


def test_a_slip_that_makes_nan_is_named_before_nan_is():
    assert ADD(lambda a, b: b**0.5).message == "That takes a root."
    assert ADD(lambda a, b: b * np.nan).message.startswith("There is nan")


def test_what_raised_is_told_with_the_input_it_was_called_with():
    assert ADD(lambda a, b: b[1]).message == (
        "Your code raised IndexError: index 1 is out of bounds for axis 0 with size 1"
        "\n\na = 3\nb = [0.5]"
    )


def test_exercises_in_turn_stop_at_the_first_that_is_not_right():
    both = InTurn(ADD, Exercise(answer=2, praise="All.", slips={}, otherwise="Two."))
    assert both(lambda a, b: a + b, 2).message == "All."
    assert both(lambda a, b: a - b, 3).message == "That subtracts."
    assert both(lambda a, b: a + b, 3).message == "Two."


@pytest.mark.parametrize(
    ("want", "got"),
    [
        (3.0, [3]),
        (3.0, np.array([[3.0]])),
        ((1, 2), iter([1, 2])),
        ((np.ones(2), np.ones(3)), [[1, 1], (1.0, 1.0, 1.0)]),
        ((1.0, 2.0), [np.array([1.0]), 2]),
        ([np.nan, np.inf], [np.nan, np.inf]),
    ],
)
def test_the_same_numbers_agree_whatever_they_are_made_of(want, got):
    assert same(plain(want), plain(got))


@pytest.mark.parametrize(
    ("want", "got"),
    [
        (3.0, [3, 3]),
        ([3.0], 3.0),
        (np.ones((2, 1)), np.ones(2)),
        (np.ones((1, 3)), np.ones((3, 1))),
        ((1, 2), (1, 2, 3)),
        ((1, 2), {1, 2}),
        (np.nan, 0.0),
        (np.inf, np.nan),
        (1.0, 1.002),
    ],
)
def test_other_numbers_or_other_shapes_do_not(want, got):
    assert not same(plain(want), plain(got))


def test_a_change_is_seen_to_the_last_bit_and_in_any_list():
    assert untouched([np.array([1.0, np.nan]), [2]], [np.array([1.0, np.nan]), [2]])
    assert not untouched(np.array([1.0]), np.array([1.0 + 1e-15]))
    assert not untouched([1, 2], [1])
    assert not untouched([np.ones(2)], [np.ones(3)])
