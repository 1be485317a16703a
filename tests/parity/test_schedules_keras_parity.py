"""Schedules are those of Keras; where it means another thing, the test's name says what."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest
from curves import RUN, assert_same, keras_curve

from minigrad.schedules import (
    Schedule,
    cosine,
    cosine_restarts,
    exponential,
    inverse_time,
    linear,
    piecewise_constant,
    polynomial,
    step_decay,
)

KERAS: dict[str, tuple[Schedule, Callable[[Any], Any]]] = {
    "ExponentialDecay": (
        exponential(0.3, factor=0.8, every=70),
        lambda k: k.ExponentialDecay(0.3, 70, 0.8),
    ),
    "ExponentialDecay, staircase": (
        step_decay(0.3, factor=0.8, every=70),
        lambda k: k.ExponentialDecay(0.3, 70, 0.8, staircase=True),
    ),
    "PolynomialDecay": (
        polynomial(0.3, steps=RUN, power=1.7, end=0.01),
        lambda k: k.PolynomialDecay(0.3, RUN, 0.01, power=1.7),
    ),
    "PolynomialDecay, linear": (
        linear(0.3, steps=RUN, end=0.01),
        lambda k: k.PolynomialDecay(0.3, RUN, 0.01),
    ),
    "InverseTimeDecay": (
        inverse_time(0.3, decay=0.5 / 70),
        lambda k: k.InverseTimeDecay(0.3, 70, 0.5),
    ),
    "CosineDecay": (
        cosine(0.3, steps=RUN, end=0.03),
        lambda k: k.CosineDecay(0.3, RUN, alpha=0.1),
    ),
    "CosineDecayRestarts": (
        cosine_restarts(0.3, period=100, end=0.03),
        lambda k: k.CosineDecayRestarts(0.3, 100, t_mul=1.0, alpha=0.1),
    ),
    "CosineDecayRestarts, growing": (
        cosine_restarts(0.3, period=100, growth=2, end=0.03),
        lambda k: k.CosineDecayRestarts(0.3, 100, t_mul=2.0, alpha=0.1),
    ),
}


@pytest.mark.parametrize("name", KERAS)
def test_a_schedule_is_that_of_keras(keras: ModuleType, name: str) -> None:
    schedule, make = KERAS[name]
    assert_same(schedule, keras_curve(keras, make(keras.optimizers.schedules)))


def test_a_warmup_of_keras_comes_on_top_of_its_decay_steps(keras: ModuleType) -> None:
    theirs = keras.optimizers.schedules.CosineDecay(
        0.003, RUN - 100, alpha=0.1, warmup_target=0.3, warmup_steps=100
    )
    assert_same(cosine(0.3, steps=RUN, end=0.03, warmup=100), keras_curve(keras, theirs))


def test_keras_changes_a_piecewise_rate_one_update_after_the_boundary(keras: ModuleType) -> None:
    rates, boundaries = [0.3, 0.06, 0.12], [300, 777]
    theirs = keras_curve(
        keras, keras.optimizers.schedules.PiecewiseConstantDecay(boundaries, rates)
    )
    assert_same(piecewise_constant(rates, [b + 1 for b in boundaries]), theirs)
    assert theirs[300] == 0.3
    assert piecewise_constant(rates, boundaries)(300) == 0.06
