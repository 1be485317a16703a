"""What each schedule does, and how schedules compose."""

from __future__ import annotations

import math

import numpy as np
import pytest
from drawn_schedules import lengths, rates, shares, simple, steps
from hypothesis import given
from hypothesis import strategies as st

from minigrad.schedules import (
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
    scale,
    step_decay,
    triangular,
    triangular2,
    warmup,
    warmup_stable_decay,
)


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

    def spy(t: int) -> float:
        asked.append(t)
        return 1.0

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
