"""What every schedule promises, and what it refuses."""

from __future__ import annotations

import copy
import math
import pickle
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from drawn_schedules import (
    CYCLES,
    FALLING,
    FUNCTIONS,
    PEAKED,
    any_schedule,
    falling,
    lengths,
    peaked,
    rates,
    shares,
    steps,
)
from hypothesis import given
from hypothesis import strategies as st

from minigrad import schedules
from minigrad.schedules import (
    ReduceOnPlateau,
    Schedule,
    clamp,
    constant,
    cosine,
    cosine_restarts,
    exp_range,
    exponential,
    inverse_sqrt,
    inverse_time,
    join,
    linear,
    one_cycle,
    one_cycle_momentum,
    piecewise_constant,
    piecewise_interpolated,
    polynomial,
    scale,
    step_decay,
    triangular,
    triangular2,
    warmup,
    warmup_stable_decay,
)

BOOK = Path(__file__).parents[2] / "book"


def test_the_properties_below_speak_of_every_schedule() -> None:
    covered = {name.split()[0] for name in (*FALLING, *PEAKED, *CYCLES)}
    assert covered | {"join", "scale", "clamp"} == set(FUNCTIONS)


@given(any_schedule, st.lists(steps, min_size=1, max_size=40))
def test_one_step_and_many_give_the_same_bits(schedule: Schedule, t: list[int]) -> None:
    assert schedule(t).tolist() == [schedule(one) for one in t]


@given(any_schedule)
def test_the_curve_that_is_plotted_is_the_rate_that_is_used(schedule: Schedule) -> None:
    plotted = schedule(np.arange(700))
    assert plotted.tolist() == [schedule(t) for t in range(700)]


@given(any_schedule, steps)
def test_a_schedule_remembers_nothing(schedule: Schedule, t: int) -> None:
    before = schedule(t)
    schedule(np.arange(100))
    assert schedule(t) == before


@given(any_schedule)
def test_an_array_keeps_its_shape_and_is_not_written_to(schedule: Schedule) -> None:
    t = np.arange(6).reshape(2, 3)
    result = schedule(t)
    assert result.shape == (2, 3)
    assert result.dtype == np.float64
    assert result.flags.writeable
    np.testing.assert_array_equal(t, np.arange(6).reshape(2, 3))
    assert schedule(np.zeros((0, 2), dtype=int)).shape == (0, 2)


@given(any_schedule, st.sampled_from([np.int8, np.int32, np.uint8, np.uint64, np.int64]))
def test_every_integer_type_will_do(schedule: Schedule, dtype: type[np.integer]) -> None:
    assert isinstance(schedule(dtype(100)), float)
    assert schedule(dtype(100)) == schedule(100)


@given(any_schedule, steps)
def test_a_rate_is_finite_and_not_negative(schedule: Schedule, t: int) -> None:
    assert 0 <= schedule(t) < math.inf


@given(any_schedule)
def test_the_repr_is_the_call_that_makes_the_schedule(schedule: Schedule) -> None:
    again = eval(repr(schedule), vars(schedules).copy())
    assert again == schedule
    assert hash(again) == hash(schedule)
    assert again(range(50)).tolist() == schedule(range(50)).tolist()


@given(any_schedule)
def test_a_schedule_can_be_pickled_and_copied(schedule: Schedule) -> None:
    for again in (pickle.loads(pickle.dumps(schedule)), copy.deepcopy(schedule)):
        assert again == schedule
        assert again(range(50)).tolist() == schedule(range(50)).tolist()


@given(any_schedule, st.integers(-1000, -1))
def test_there_is_no_update_before_the_first(schedule: Schedule, t: int) -> None:
    with pytest.raises(ValueError, match=r"first update is t = 0; got t = -"):
        schedule(t)
    with pytest.raises(ValueError, match=r"first update is t = 0"):
        schedule([3, t])


@pytest.mark.parametrize("t", [1.0, "1", None, True, [0.5], np.float32(2), [True]])
def test_a_step_is_an_integer(t: object) -> None:
    with pytest.raises(TypeError, match=r"cosine\(0\.1, steps=10\): t counts updates"):
        cosine(0.1, steps=10)(t)  # type: ignore[call-overload]


@given(falling)
def test_a_decay_never_rises(case: tuple[Schedule, int | None]) -> None:
    curve = case[0](np.arange(700))
    assert (np.diff(curve) <= 1e-15 * curve[0]).all()


@given(falling)
def test_a_decay_is_exact_at_its_first_step(case: tuple[Schedule, int | None]) -> None:
    schedule = case[0]
    assert schedule(0) == schedule.arguments[0][1]


@given(peaked)
def test_a_warmup_rises_to_the_exact_peak_and_then_never_again(
    case: tuple[Schedule, int, int | None],
) -> None:
    schedule, top, _ = case
    peak = dict(schedule.arguments).get("peak") or schedule.arguments[0][1](0)
    curve = schedule(np.arange(1000))
    assert curve[top] == peak
    assert (np.diff(curve[: top + 1]) >= -1e-15 * peak).all()
    assert (np.diff(curve[top:]) <= 1e-15 * peak).all()


@given(peaked)
def test_the_first_update_of_a_warmup_is_not_wasted(
    case: tuple[Schedule, int, int | None],
) -> None:
    assert case[0](0) > 0


@given(st.one_of(falling, peaked.map(lambda case: (case[0], case[2]))), st.integers(0, 10**9))
def test_a_schedule_stays_at_its_end_value(case: tuple[Schedule, int | None], later: int) -> None:
    schedule, last = case
    if last is not None:
        assert schedule(last + later) == schedule(last)


@given(rates, shares, lengths, lengths)
def test_the_end_value_is_exact(peak: float, share: float, n: int, w: int) -> None:
    end = peak * share
    ends = [
        linear(peak, n, end),
        polynomial(peak, n, 2.5, end),
        cosine(peak, n, end),
        piecewise_interpolated([peak, end], [n], "cosine"),
        *(warmup_stable_decay(peak, n, 0, n, end, s) for s in ("linear", "cosine", "1-sqrt")),
    ]
    assert [schedule(n) for schedule in ends] == [end] * len(ends)
    assert cosine(peak, w + n, end, warmup=w)(w + n) == end
    assert one_cycle(peak, w + n, warmup=w, start=peak, end=end)(w + n) == end


@given(st.one_of(*(CYCLES[name] for name in ("triangular", "triangular2", "exp_range"))))
def test_a_triangle_keeps_to_its_range(schedule: Schedule) -> None:
    arguments = dict(schedule.arguments)
    curve = schedule(np.arange(1000))
    assert curve[0] == arguments["low"]
    assert (curve >= arguments["low"] * (1 - 1e-15)).all()
    assert (curve <= arguments["high"] * (1 + 1e-15)).all()


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: cosine(0.1), TypeError, "cosine: missing a required argument: 'steps'"),
        (lambda: cosine(-0.1, 10), ValueError, "cosine: peak is a number, 0 or more"),
        (lambda: cosine("fast", 10), TypeError, "peak is a number, 0 or more; got 'fast'"),
        (lambda: cosine(True, 10), TypeError, "peak is a number, 0 or more; got True"),
        (lambda: constant(math.nan), ValueError, "constant: rate is a number, 0 or more; got nan"),
        (lambda: constant(math.inf), ValueError, "0 or more; got inf"),
        (lambda: cosine(0.1, 0), ValueError, "steps is an integer, 1 or more; got 0"),
        (lambda: cosine(0.1, 10.0), TypeError, "steps is an integer, 1 or more; got 10.0"),
        (
            lambda: cosine(0.1, 10, warmup=10),
            ValueError,
            "warmup must fit into steps=10 with a step left",
        ),
        (lambda: cosine(0.1, 10, warmup=-1), ValueError, "warmup is an integer, 0 or more"),
        (lambda: cosine(0.1, 10, end=0.2), ValueError, "end must not be above peak"),
        (lambda: cosine_restarts(0.1, 10, end=0.2), ValueError, "end must not be above peak"),
        (
            lambda: cosine_restarts(0.1, 10, growth=1.5),
            TypeError,
            "growth is an integer, 1 or more; got 1.5",
        ),
        (lambda: polynomial(0.1, 10, 2, end=1), ValueError, "end must not be above start"),
        (lambda: polynomial(0.1, 10, 0), ValueError, "power is a positive number"),
        (lambda: exponential(0.1, 1.5), ValueError, "factor is a number from above 0 to 1"),
        (lambda: step_decay(0.1, 0.0, 5), ValueError, "factor is a number from above 0"),
        (lambda: step_decay(0.1, 0.5, 0), ValueError, "every is an integer, 1 or more"),
        (lambda: inverse_time(0.1, 0), ValueError, "decay is a positive number"),
        (lambda: inverse_sqrt(0.1, 0), ValueError, "warmup is an integer, 1 or more"),
        (lambda: triangular(0.2, 0.1, 5), ValueError, "low must not be above high"),
        (lambda: triangular2(0.1, 0.2, 5, 0), ValueError, "down is an integer, 1 or more"),
        (
            lambda: exp_range(0.1, 0.2, 5, factor=2),
            ValueError,
            "factor is a number from above 0 to 1",
        ),
        (
            lambda: one_cycle(0.1, 10, warmup=10),
            ValueError,
            "must fit into steps=10 with a step left",
        ),
        (lambda: one_cycle(0.1, 10, start=1), ValueError, "start must not be above peak"),
        (lambda: one_cycle(0.1, 10, shape="up"), ValueError, "one of 'linear', 'cosine'; got 'up'"),
        (
            lambda: one_cycle_momentum(10, high=1.0),
            ValueError,
            "high is a number from 0 to below 1",
        ),
        (
            lambda: warmup_stable_decay(0.1, 10, 6, 5),
            ValueError,
            "warmup and cooldown must fit into steps=10; got",
        ),
        (lambda: piecewise_constant([0.1], []), ValueError, "boundaries is empty"),
        (lambda: piecewise_constant([3, 2, 1], [5, 5]), ValueError, r"must increase, got \[5, 5\]"),
        (lambda: piecewise_constant([3, 2, 1], [9, 5]), ValueError, "must increase"),
        (
            lambda: piecewise_constant([3, 2], [0]),
            ValueError,
            r"boundaries\[0\] is an integer, 1 or more",
        ),
        (
            lambda: piecewise_constant([3, 2], [1.5]),
            TypeError,
            r"boundaries\[0\] is an integer, 1 or more",
        ),
        (lambda: piecewise_constant([3, 2], 5), TypeError, "boundaries is a list; got 5"),
        (lambda: piecewise_constant([3], [5]), ValueError, "1 boundaries separate 2 rates, got 1"),
        (
            lambda: piecewise_interpolated([3, -2], [5]),
            ValueError,
            r"rates\[1\] is a number, 0 or more",
        ),
        (lambda: join([constant(0.1)], [5]), ValueError, "separate 2 schedules, got 1"),
        (lambda: join([constant(0.1), 0.2], [5]), TypeError, r"use constant\(0\.2\)"),
        (lambda: warmup(constant(0.1), 0), ValueError, "steps is an integer, 1 or more"),
        (lambda: warmup(constant(0.1), 5, start=0.2), ValueError, "a warmup rises"),
        (
            lambda: warmup(constant(0.1), 5, "exponential", 0),
            ValueError,
            "start is a positive number",
        ),
        (lambda: warmup(ReduceOnPlateau(0.1), 5), TypeError, "cannot be part of a schedule"),
        (lambda: scale(constant(0.1), -1), ValueError, "factor is a number, 0 or more"),
        (lambda: clamp(constant(0.1), 0.2, 0.1), ValueError, "low must not be above high"),
    ],
)
def test_a_wrong_argument_is_named(
    make: Callable[[], Schedule], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        make()


def test_the_table_in_the_book_has_a_row_for_each_schedule() -> None:
    rows = re.findall(r"^\| `(\w+)` \|", (BOOK / "schedules.md").read_text("utf-8"), re.MULTILINE)
    assert sorted(rows) == sorted([*FUNCTIONS, "ReduceOnPlateau"])


def by_hand(t: int) -> float:
    return 0.1 if t < 4 else 0.01


@pytest.mark.parametrize(
    ("made", "wanted"),
    [
        (scale(by_hand, 2.0), lambda t: 2.0 * by_hand(t)),
        (clamp(by_hand, low=0.05), lambda t: max(by_hand(t), 0.05)),
        (warmup(by_hand, 2), lambda t: by_hand(t - 2) if t > 1 else 0.05 + 0.025 * t),
        (join([by_hand, by_hand], [5]), lambda t: by_hand(t if t < 5 else t - 5)),
    ],
    ids=["scale", "clamp", "warmup", "join"],
)
def test_a_function_of_one_step_at_a_time_is_a_part_like_any_schedule(
    made: Schedule, wanted: Callable[[int], float]
) -> None:
    np.testing.assert_allclose(made(np.arange(12)), [wanted(t) for t in range(12)], rtol=1e-14)
    assert made(4) == pytest.approx(wanted(4), rel=1e-14)


@pytest.mark.parametrize("rate", [None, "0.1", math.nan, True, [0.1], np.ones(2), 1j])
def test_a_part_that_gives_no_rate_is_refused_with_the_step(rate: object) -> None:
    with pytest.raises(TypeError, match="a rate for each step; at 3 it gave"):
        scale(lambda t: rate if t == 3 else 0.1, 1.0)(np.arange(5))


@pytest.mark.parametrize("name", ["scale", "clamp", "warmup", "join"])
@pytest.mark.parametrize("part", [None, 0.1, "cosine", Schedule, ReduceOnPlateau, []])
def test_what_is_no_schedule_cannot_be_a_part(name: str, part: object) -> None:
    rest = {"scale": [1.0], "warmup": [3], "join": [[2]], "clamp": []}[name]
    with pytest.raises(TypeError, match=f"{name}: a schedule is wanted"):
        getattr(schedules, name)([part, constant(0.1)] if name == "join" else part, *rest)


@pytest.mark.parametrize(
    "t", [-1, [0, -1], math.nan, 1.0, "1", None, True, [1.5], {1}, 1j, 2**70, np.uint64(2**63 + 5)]
)
@pytest.mark.parametrize("schedule", [cosine(0.1, 5), constant(0.1), scale(constant(0.1), 1.0)])
def test_a_step_is_a_count_and_nothing_else(schedule: Schedule, t: object) -> None:
    with pytest.raises((TypeError, ValueError), match=r"constant|cosine"):
        schedule(t)  # type: ignore[call-overload]


def test_a_schedule_asked_again_gives_the_same_and_one_of_impure_parts_asks_them_again():
    schedule = schedules.cosine(0.1, steps=10, warmup=3)
    assert [schedule(t) for t in range(20)] == [schedule(t) for t in range(20)]
    rates = [0.1]
    scaled = schedules.scale(lambda t: rates[-1], 2.0)
    assert scaled(5) == 0.2
    rates.append(0.3)
    assert scaled(5) == 0.6
