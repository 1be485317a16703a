"""Schedules are those of optax; where it means another thing, the test's name says what."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest
from curves import RUN, assert_same, optax_curve

from minigrad.schedules import (
    Schedule,
    clamp,
    constant,
    cosine,
    cosine_restarts,
    exponential,
    join,
    linear,
    one_cycle,
    piecewise_constant,
    piecewise_interpolated,
    polynomial,
    step_decay,
    warmup,
    warmup_stable_decay,
)

OPTAX: dict[str, tuple[Schedule, Callable[[Any], Any]]] = {
    "constant_schedule": (constant(0.3), lambda o: lambda t: o.constant_schedule(0.3)(t) + 0.0 * t),
    "linear_schedule": (
        linear(0.3, steps=RUN, end=0.01),
        lambda o: o.linear_schedule(0.3, 0.01, RUN),
    ),
    "polynomial_schedule": (
        polynomial(0.3, steps=RUN, power=1.7, end=0.01),
        lambda o: o.polynomial_schedule(0.3, 0.01, 1.7, RUN),
    ),
    "exponential_decay": (
        exponential(0.3, factor=0.8, every=70),
        lambda o: o.exponential_decay(0.3, 70, 0.8),
    ),
    "exponential_decay, staircase": (
        step_decay(0.3, factor=0.8, every=70),
        lambda o: o.exponential_decay(0.3, 70, 0.8, staircase=True),
    ),
    "exponential_decay, end_value": (
        clamp(exponential(0.3, factor=0.8, every=70), low=0.1),
        lambda o: o.exponential_decay(0.3, 70, 0.8, end_value=0.1),
    ),
    "piecewise_constant_schedule": (
        piecewise_constant([0.3, 0.06, 0.12], [300, 777]),
        lambda o: o.piecewise_constant_schedule(0.3, {300: 0.2, 777: 2.0}),
    ),
    "piecewise_interpolate_schedule, linear": (
        piecewise_interpolated([0.3, 0.06, 0.12], [300, 777]),
        lambda o: o.piecewise_interpolate_schedule("linear", 0.3, {300: 0.2, 777: 2.0}),
    ),
    "piecewise_interpolate_schedule, cosine": (
        piecewise_interpolated([0.3, 0.06, 0.12], [300, 777], shape="cosine"),
        lambda o: o.piecewise_interpolate_schedule("cosine", 0.3, {300: 0.2, 777: 2.0}),
    ),
    "cosine_decay_schedule": (
        cosine(0.3, steps=RUN, end=0.03),
        lambda o: o.cosine_decay_schedule(0.3, RUN, alpha=0.1),
    ),
    "warmup_cosine_decay_schedule": (
        cosine(0.3, steps=RUN, end=0.03, warmup=100),
        lambda o: o.warmup_cosine_decay_schedule(0.003, 0.3, 100, RUN, end_value=0.03),
    ),
    "warmup_exponential_decay_schedule": (
        warmup(exponential(0.3, factor=0.8, every=70), steps=100, start=0.05),
        lambda o: o.warmup_exponential_decay_schedule(0.05, 0.3, 100, 70, 0.8),
    ),
    "join_schedules": (
        join([constant(0.3), exponential(0.3, 0.98), cosine(0.1, 500)], [100, 400]),
        lambda o: o.join_schedules(
            [
                o.constant_schedule(0.3),
                o.exponential_decay(0.3, 1, 0.98),
                o.cosine_decay_schedule(0.1, 500),
            ],
            [100, 400],
        ),
    ),
    "warmup-stable-decay by join_schedules": (
        warmup_stable_decay(0.3, steps=RUN, warmup=100, cooldown=200, end=0.01),
        lambda o: o.join_schedules(
            [
                o.linear_schedule(0.003, 0.3, 100),
                o.constant_schedule(0.3),
                o.linear_schedule(0.3, 0.01, 200),
            ],
            [100, 800],
        ),
    ),
    "cosine_onecycle_schedule": (
        one_cycle(0.3, steps=RUN),
        lambda o: o.cosine_onecycle_schedule(RUN, 0.3),
    ),
    "linear_onecycle_schedule": (
        one_cycle(0.3, steps=RUN, final=150, shape="linear"),
        lambda o: o.linear_onecycle_schedule(RUN, 0.3),
    ),
}


@pytest.mark.parametrize("name", OPTAX)
def test_a_schedule_is_that_of_optax(jax: ModuleType, optax: ModuleType, name: str) -> None:
    schedule, make = OPTAX[name]
    assert_same(schedule, optax_curve(jax, make(optax)))


def test_restarts_are_those_of_optax_which_stays_at_the_end_of_its_last_cycle(
    jax: ModuleType, optax: ModuleType
) -> None:
    cycles = [
        {
            "init_value": 0.3,
            "peak_value": 0.3,
            "warmup_steps": 0,
            "decay_steps": 100 * 2**i,
            "end_value": 0.01,
        }
        for i in range(3)
    ]
    theirs = optax_curve(jax, optax.sgdr_schedule(cycles))
    ours = cosine_restarts(0.3, period=100, growth=2, end=0.01)
    assert_same(ours, theirs[:700])
    assert theirs[700] == pytest.approx(0.01, rel=1e-12)
    assert ours(700) == 0.3


def test_a_warmup_of_optax_is_given_its_first_rate_and_0_wastes_an_update(
    jax: ModuleType, optax: ModuleType
) -> None:
    theirs = optax_curve(jax, optax.warmup_cosine_decay_schedule(0.0, 0.3, 100, RUN))
    assert_same(warmup(cosine(0.3, steps=RUN - 100), steps=100, start=0), theirs)
    assert theirs[0] == 0
    assert cosine(0.3, steps=RUN, warmup=100)(0) == 0.3 / 100
