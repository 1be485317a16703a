"""What every schedule promises, and what each one does."""

from __future__ import annotations

import copy
import math
import pickle
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
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

BOOK = Path(__file__).parent.parent / "book"
FUNCTIONS = [name for name in schedules.__all__ if name.islower()]

rates = st.floats(1e-6, 10.0)
lengths = st.integers(1, 300)
shares = st.floats(0.0, 1.0)
factors = st.floats(0.5, 1.0)
steps = st.integers(0, 1000)


@st.composite
def rates_and_boundaries(draw: st.DrawFn) -> tuple[list[float], list[int]]:
    boundaries = draw(st.lists(st.integers(1, 500), min_size=1, max_size=5, unique=True))
    size = len(boundaries) + 1
    return draw(st.lists(rates, min_size=size, max_size=size)), sorted(boundaries)


# Schedules that fall, each with the step from which on it stays at its end value (None: never).
FALLING: dict[str, st.SearchStrategy[tuple[Schedule, int | None]]] = {
    "constant": st.builds(lambda r: (constant(r), 0), rates),
    "step_decay": st.builds(lambda r, f, n: (step_decay(r, f, n), None), rates, factors, lengths),
    "linear": st.builds(lambda r, n, c: (linear(r, n, r * c), n), rates, lengths, shares),
    "exponential": st.builds(lambda r, f, n: (exponential(r, f, n), None), rates, factors, lengths),
    "polynomial": st.builds(
        lambda r, n, c, p: (polynomial(r, n, p, r * c), n),
        *(rates, lengths, shares, st.floats(0.2, 4)),
    ),
    "inverse_time": st.builds(lambda r, k: (inverse_time(r, k), None), rates, st.floats(1e-4, 1)),
    "inverse_sqrt": st.builds(lambda r: (inverse_sqrt(r), None), rates),
    "cosine": st.builds(lambda r, n, c: (cosine(r, n, r * c), n), rates, lengths, shares),
}
# Schedules that rise to a peak and fall, with the first step of the peak and that of the end.
PEAKED: dict[str, st.SearchStrategy[tuple[Schedule, int, int | None]]] = {
    "inverse_sqrt with warmup": st.builds(
        lambda r, n: (inverse_sqrt(r, n), n - 1, None), rates, lengths
    ),
    "cosine with warmup": st.builds(
        lambda r, w, n, c: (cosine(r, w + n, r * c, w), w, w + n), rates, lengths, lengths, shares
    ),
    "one_cycle": st.builds(
        lambda r, w, n, f, shape: (
            one_cycle(r, w + n + f, warmup=w, final=f, shape=shape),
            w,
            w + n + f,
        ),
        *(rates, lengths, lengths, st.integers(0, 50), st.sampled_from(["linear", "cosine"])),
    ),
    "warmup_stable_decay": st.builds(
        lambda r, w, n, d, c, shape: (
            warmup_stable_decay(r, w + n + d, w, d, r * c, shape),
            w,
            w + n + d,
        ),
        *(rates, lengths, lengths, lengths, shares),
        st.sampled_from(["linear", "cosine", "1-sqrt"]),
    ),
    "warmup": st.builds(
        lambda r, w, n, shape: (warmup(cosine(r, n), w, shape), w, w + n),
        *(rates, lengths, lengths, st.sampled_from(["linear", "cosine", "exponential"])),
    ),
}
CYCLES: dict[str, st.SearchStrategy[Schedule]] = {
    "cosine_restarts": st.builds(
        lambda r, n, g, c: cosine_restarts(r, n, g, r * c),
        *(rates, lengths, st.integers(1, 3), shares),
    ),
    "triangular": st.builds(
        lambda r, c, u, d: triangular(r * c, r, u, d), rates, shares, lengths, lengths
    ),
    "triangular2": st.builds(lambda r, c, u: triangular2(r * c, r, u), rates, shares, lengths),
    "exp_range": st.builds(
        lambda r, c, u, f: exp_range(r * c, r, u, factor=f), rates, shares, lengths, factors
    ),
    "one_cycle_momentum": st.builds(
        lambda n, w, f: one_cycle_momentum(w + n + f, warmup=w, final=f),
        *(lengths, lengths, st.integers(0, 50)),
    ),
    "piecewise_constant": st.builds(lambda rb: piecewise_constant(*rb), rates_and_boundaries()),
    "piecewise_interpolated": st.builds(
        lambda rb, shape: piecewise_interpolated(*rb, shape),
        *(rates_and_boundaries(), st.sampled_from(["linear", "cosine"])),
    ),
}
falling = st.one_of(*FALLING.values())
peaked = st.one_of(*PEAKED.values())
simple = st.one_of(falling.map(lambda s: s[0]), peaked.map(lambda s: s[0]), *CYCLES.values())
any_schedule = st.one_of(
    simple,
    st.builds(lambda s, c: scale(s, c), simple, shares),
    st.builds(lambda s, r: clamp(s, r, 2 * r), simple, rates),
    st.builds(lambda a, b, n: join([a, b], [n]), simple, simple, lengths),
    st.builds(lambda s, n: warmup(s, n), simple, lengths),
)


# Promises of every schedule.


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


# What each schedule does.


def test_a_step_decay_drops_at_each_multiple() -> None:
    assert step_decay(1.0, factor=0.5, every=10)([9, 10, 19, 20]).tolist() == [1, 0.5, 0.5, 0.25]


def test_a_piecewise_constant_rate_changes_at_the_boundary() -> None:
    schedule = piecewise_constant([3.0, 2.0, 1.0], [5, 8])
    assert schedule([4, 5, 7, 8]).tolist() == [3, 2, 2, 1]


def test_exponential_decay_is_e_to_the_minus_k_t() -> None:
    t = np.arange(200)
    np.testing.assert_allclose(
        exponential(0.3, factor=math.exp(-0.02))(t), 0.3 * np.exp(-0.02 * t), rtol=1e-12
    )


def test_an_inverse_time_decay_has_halved_after_one_over_k_updates() -> None:
    assert inverse_time(0.8, decay=0.01)(100) == 0.4


def test_inverse_square_root_is_the_rate_of_attention_is_all_you_need() -> None:
    d_model, warmup_steps = 512, 400
    step = np.arange(1, 2001)
    paper = d_model**-0.5 * np.minimum(step**-0.5, step * warmup_steps**-1.5)
    schedule = inverse_sqrt((d_model * warmup_steps) ** -0.5, warmup=warmup_steps)
    np.testing.assert_allclose(schedule(step - 1), paper, rtol=1e-12)


def test_a_cosine_is_half_way_down_in_the_middle() -> None:
    assert cosine(1.0, steps=100, end=0.5)(50) == 0.75


@given(rates, lengths, lengths, shares)
def test_the_warmup_of_a_cosine_is_short_for_a_warmup_over_it(
    peak: float, w: int, n: int, share: float
) -> None:
    short = cosine(peak, steps=w + n, end=peak * share, warmup=w)
    long = warmup(cosine(peak, steps=n, end=peak * share), steps=w)
    t = np.arange(700)
    assert short(t).tolist() == long(t).tolist()
    assert short(0) == peak / w


@given(rates, lengths, st.integers(1, 3))
def test_each_restart_is_at_the_peak_and_each_period_grows(
    peak: float, period: int, growth: int
) -> None:
    schedule = cosine_restarts(peak, period, growth)
    restarts = [period * sum(growth**i for i in range(cycle)) for cycle in range(12)]
    assert schedule(restarts).tolist() == [peak] * 12
    last_of_cycle = np.array(restarts[1:]) - 1
    lengths_of_cycles = np.diff(restarts)
    low = schedule(last_of_cycle)
    np.testing.assert_allclose(
        low, peak * np.cos(np.pi / 2 * (1 - 1 / lengths_of_cycles)) ** 2, rtol=1e-9, atol=1e-15
    )


def test_triangles_reach_the_peak_the_foot_and_the_peak_again() -> None:
    t = [0, 2, 4, 10, 12, 14]
    assert triangular(0.0, 8.0, up=4, down=6)(t).tolist() == [0, 4, 8, 0, 4, 8]
    assert triangular2(0.0, 8.0, up=4, down=6)(t).tolist() == [0, 4, 8, 0, 2, 4]
    assert exp_range(0.0, 8.0, up=4, down=6, factor=0.5)(t[:3]).tolist() == [0, 1, 0.5]


def test_one_cycle_has_two_phases_or_three() -> None:
    two = one_cycle(1.0, steps=100)
    assert two([0, 30, 100]).tolist() == [1 / 25, 1, 1 / 25 / 1e4]
    three = one_cycle(1.0, steps=100, final=40)
    assert three([0, 30, 60, 100]).tolist() == [1 / 25, 1, 1 / 25, 1 / 25 / 1e4]


@given(lengths, lengths, st.integers(0, 50), st.sampled_from(["linear", "cosine"]))
def test_momentum_mirrors_the_rate_of_one_cycle(n: int, w: int, final: int, shape: str) -> None:
    phases = {"steps": w + n + final, "warmup": w, "final": final, "shape": shape}
    t = np.arange(w + n + 1)
    rate = one_cycle(2.0, start=1.0, end=1.0, **phases)(t)
    momentum = one_cycle_momentum(high=0.9, low=0.8, **phases)(t)
    np.testing.assert_allclose((rate - 1) + (momentum - 0.8) / 0.1, 1, rtol=1e-12)


@pytest.mark.parametrize(
    ("shape", "middle"), [("linear", 0.5), ("cosine", 0.5), ("1-sqrt", 1 - math.sqrt(0.5))]
)
def test_warmup_stable_decay_warms_up_stays_and_decays(shape: str, middle: float) -> None:
    schedule = warmup_stable_decay(1.0, steps=100, warmup=10, cooldown=20, shape=shape)
    assert schedule([0, 10, 50, 80, 100]).tolist() == [0.1, 1, 1, 1, 0]
    assert schedule(90) == pytest.approx(middle, rel=1e-12)


def test_a_warmup_takes_its_shape_from_a_start_that_may_be_given() -> None:
    rise = {
        s: warmup(constant(4.0), 4, s, start=1.0)(2) for s in ("linear", "cosine", "exponential")
    }
    assert rise == pytest.approx({"linear": 2.5, "cosine": 2.5, "exponential": 2.0}, rel=1e-12)
    assert warmup(constant(4.0), 4)(0) == 1.0
    assert warmup(constant(4.0), 4, start=0)(0) == 0.0


@given(simple, lengths, steps)
def test_after_a_warmup_the_schedule_starts_from_its_beginning(
    schedule: Schedule, n: int, t: int
) -> None:
    assert warmup(schedule, n)(n + t) == schedule(t)


@given(simple, simple, simple, lengths, lengths, steps)
def test_a_join_hands_over_at_the_boundary(
    a: Schedule, b: Schedule, c: Schedule, first: int, gap: int, t: int
) -> None:
    joined = join([a, b, c], [first, first + gap])
    assert joined([first - 1, first, first + gap - 1, first + gap]).tolist() == [
        a(first - 1),
        b(0),
        b(gap - 1),
        c(0),
    ]
    assert joined(first + gap + t) == c(t)


def test_a_join_asks_each_schedule_only_for_its_own_steps() -> None:
    asked: list[int] = []

    def spy(t: np.ndarray) -> np.ndarray:
        asked.extend(t.tolist())
        return np.ones(t.shape)

    join([constant(0.1), spy, constant(0.3)], [5, 8])(np.arange(12))
    assert asked == [0, 1, 2]


@given(simple, shares, steps)
def test_scale_multiplies(schedule: Schedule, factor: float, t: int) -> None:
    assert scale(schedule, factor)(t) == schedule(t) * factor


@given(simple, rates, rates)
def test_clamp_clips_to_its_range(schedule: Schedule, a: float, b: float) -> None:
    low, high = sorted((a, b))
    t = np.arange(700)
    assert clamp(schedule, low, high)(t).tolist() == [
        min(max(rate, low), high) for rate in schedule(t).tolist()
    ]


def test_a_plain_function_composes_like_a_schedule() -> None:
    schedule = warmup(lambda t: 1 / (1 + t), steps=2)
    assert schedule([0, 1, 2, 3]).tolist() == [0.5, 0.75, 1.0, 0.5]


def test_a_repr_reads_like_the_call() -> None:
    assert repr(cosine(1e-3, steps=2000, warmup=100)) == "cosine(0.001, steps=2000, warmup=100)"
    assert repr(cosine(np.float64(0.5), np.int64(9))) == "cosine(0.5, steps=9)"
    joined = join([constant(0.1), linear(0.1, 5)], boundaries=np.array([10]))
    assert repr(joined) == "join([constant(0.1), linear(0.1, steps=5)], boundaries=[10])"


# Arguments.


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: cosine(0.1), TypeError, "cosine: missing a required argument: 'steps'"),
        (lambda: cosine(-0.1, 10), ValueError, "cosine: peak must be zero or positive"),
        (lambda: cosine("fast", 10), TypeError, "peak must be a number, got 'fast'"),
        (lambda: cosine(True, 10), TypeError, "peak must be a number, got True"),
        (lambda: constant(math.nan), ValueError, "constant: rate must be .* finite, got nan"),
        (lambda: constant(math.inf), ValueError, "finite, got inf"),
        (lambda: cosine(0.1, 0), ValueError, "steps must be at least 1, got 0"),
        (lambda: cosine(0.1, 10.0), TypeError, "steps counts updates, so it is an integer"),
        (lambda: cosine(0.1, 10, warmup=10), ValueError, "warmup must be shorter"),
        (lambda: cosine(0.1, 10, warmup=-1), ValueError, "warmup must be at least 0"),
        (lambda: cosine(0.1, 10, end=0.2), ValueError, "end must not be above peak"),
        (lambda: cosine_restarts(0.1, 10, end=0.2), ValueError, "end must not be above peak"),
        (lambda: cosine_restarts(0.1, 10, growth=1.5), TypeError, "growth .* integer; got 1.5"),
        (lambda: polynomial(0.1, 10, 2, end=1), ValueError, "end must not be above start"),
        (lambda: polynomial(0.1, 10, 0), ValueError, "power must be positive"),
        (lambda: exponential(0.1, 1.5), ValueError, "factor must not be above 1"),
        (lambda: step_decay(0.1, 0.0, 5), ValueError, "factor must be positive"),
        (lambda: step_decay(0.1, 0.5, 0), ValueError, "every must be at least 1"),
        (lambda: inverse_time(0.1, 0), ValueError, "decay must be positive"),
        (lambda: inverse_sqrt(0.1, 0), ValueError, "warmup must be at least 1"),
        (lambda: triangular(0.2, 0.1, 5), ValueError, "low must not be above high"),
        (lambda: triangular2(0.1, 0.2, 5, 0), ValueError, "down must be at least 1"),
        (lambda: exp_range(0.1, 0.2, 5, factor=2), ValueError, "factor must not be above 1"),
        (lambda: one_cycle(0.1, 10, warmup=10), ValueError, "leave room for the fall"),
        (lambda: one_cycle(0.1, 10, start=1), ValueError, "start must not be above peak"),
        (lambda: one_cycle(0.1, 10, shape="up"), ValueError, "one of 'linear', 'cosine'; got 'up'"),
        (lambda: one_cycle_momentum(10, high=1.0), ValueError, "low <= high < 1"),
        (lambda: warmup_stable_decay(0.1, 10, 6, 5), ValueError, "must fit into the run"),
        (lambda: piecewise_constant([0.1], []), ValueError, "boundaries is empty"),
        (lambda: piecewise_constant([3, 2, 1], [5, 5]), ValueError, r"must increase, got \[5, 5\]"),
        (lambda: piecewise_constant([3, 2, 1], [9, 5]), ValueError, "must increase"),
        (lambda: piecewise_constant([3, 2], [0]), ValueError, "boundary must be at least 1"),
        (lambda: piecewise_constant([3, 2], [1.5]), TypeError, "boundary counts updates"),
        (lambda: piecewise_constant([3, 2], 5), TypeError, "boundaries must be a list, got 5"),
        (lambda: piecewise_constant([3], [5]), ValueError, "1 boundaries separate 2 rates, got 1"),
        (lambda: piecewise_interpolated([3, -2], [5]), ValueError, "each of rates must be"),
        (lambda: join([constant(0.1)], [5]), ValueError, "separate 2 schedules, got 1"),
        (lambda: join([constant(0.1), 0.2], [5]), TypeError, r"use constant\(0\.2\)"),
        (lambda: warmup(constant(0.1), 0), ValueError, "steps must be at least 1"),
        (lambda: warmup(constant(0.1), 5, start=0.2), ValueError, "a warmup rises"),
        (lambda: warmup(constant(0.1), 5, "exponential", 0), ValueError, "start must be positive"),
        (lambda: warmup(ReduceOnPlateau(0.1), 5), TypeError, "cannot be part of a schedule"),
        (lambda: scale(constant(0.1), -1), ValueError, "factor must be zero or positive"),
        (lambda: clamp(constant(0.1), 0.2, 0.1), ValueError, "low must not be above high"),
    ],
)
def test_a_wrong_argument_is_named(
    make: Callable[[], Schedule], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        make()


# The book.


def test_the_table_in_the_book_has_a_row_for_each_schedule() -> None:
    rows = re.findall(r"^\| `(\w+)` \|", (BOOK / "schedules.md").read_text("utf-8"), re.MULTILINE)
    assert sorted(rows) == sorted([*FUNCTIONS, "ReduceOnPlateau"])
