"""ReduceOnPlateau: a rate that answers to the losses."""

from __future__ import annotations

import copy
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minigrad.schedules import ReduceOnPlateau


def test_a_plateau_cuts_the_rate_after_its_patience() -> None:
    plateau = ReduceOnPlateau(1.0, factor=0.5, patience=2)
    assert [plateau.observe(loss) for loss in (3, 2, 2, 2, 2, 2)] == [1, 1, 1, 1, 0.5, 0.5]
    assert plateau.best == 2


def test_observations_in_the_cooldown_do_not_count() -> None:
    plateau = ReduceOnPlateau(1.0, factor=0.5, patience=0, cooldown=2)
    assert [plateau.observe(1) for _ in range(5)] == [1, 0.5, 0.5, 0.5, 0.25]


def test_a_plateau_stops_at_its_floor_and_makes_no_tiny_cuts() -> None:
    floored = ReduceOnPlateau(1.0, factor=0.5, patience=0, min_lr=0.4)
    assert [floored.observe(1) for _ in range(4)] == [1, 0.5, 0.4, 0.4]
    tiny = ReduceOnPlateau(1.0, factor=0.5, patience=0, eps=0.3)
    assert [tiny.observe(1) for _ in range(4)] == [1, 0.5, 0.5, 0.5]


def test_an_optimizer_can_call_a_plateau_as_its_rate() -> None:
    plateau = ReduceOnPlateau(1.0, factor=0.5, patience=0)
    before = plateau(7)
    plateau.observe(1.0)
    plateau.observe(1.0)
    assert (before, plateau(7), plateau(np.int64(0))) == (1.0, 0.5, 0.5)


def test_a_plateau_cannot_be_plotted_ahead() -> None:
    with pytest.raises(TypeError, match="the rates to come depend on the losses to come"):
        ReduceOnPlateau(0.1)(np.arange(3))  # type: ignore[arg-type]


@given(st.lists(st.floats(0, 10), max_size=30), st.lists(st.floats(0, 10), max_size=30))
def test_a_plateau_resumes_from_its_state(before: list[float], after: list[float]) -> None:
    options = {"factor": 0.5, "patience": 1, "cooldown": 2}
    whole = ReduceOnPlateau(1.0, **options)
    for loss in before:
        whole.observe(loss)
    resumed = ReduceOnPlateau(1.0, **options)
    resumed.load_state_dict(copy.deepcopy(whole.state_dict()))
    assert [whole.observe(loss) for loss in after] == [resumed.observe(loss) for loss in after]
    assert whole.state_dict() == resumed.state_dict()


def test_not_a_number_is_no_improvement() -> None:
    plateau = ReduceOnPlateau(1.0, factor=0.5, patience=0)
    assert plateau.observe(math.nan) == 0.5


def test_a_plateau_refuses_a_state_that_is_not_its_own() -> None:
    with pytest.raises(ValueError, match=r"got .*momentum"):
        ReduceOnPlateau(0.1).load_state_dict({"momentum": 0.9})


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"factor": 1.0}, "factor is a number between 0 and 1"),
        ({"mode": "up"}, "one of 'min', 'max'; got 'up'"),
        ({"threshold_mode": "both"}, "one of 'rel', 'abs'"),
        ({"patience": -1}, "patience is an integer, 0 or more"),
        ({"min_lr": 2.0}, "min_lr must not be above lr"),
    ],
)
def test_a_wrong_option_of_a_plateau_is_named(options: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ReduceOnPlateau(1.0, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("mode", ["min", "max"])
@pytest.mark.parametrize("threshold_mode", ["rel", "abs"])
@given(
    values=st.lists(st.floats(-100, 100), min_size=1, max_size=30),
    threshold=st.floats(0, 3),
)
def test_the_best_is_the_best_and_improves_by_the_threshold(
    mode: str, threshold_mode: str, values: list[float], threshold: float
) -> None:
    """Whatever the sign of the metric."""
    plateau = ReduceOnPlateau(
        1.0, threshold=threshold, threshold_mode=threshold_mode, mode=mode, patience=1000
    )
    sign = 1 if mode == "min" else -1
    best = math.inf
    for value in values:
        margin = threshold * (abs(best) if threshold_mode == "rel" else 1)
        improved = best == math.inf or sign * value < best - margin
        near = math.isfinite(best) and math.isclose(sign * value, best - margin, abs_tol=1e-9)
        plateau.observe(value)
        if near or improved:  # where it is near, rounding decides
            best = sign * plateau.best if near else sign * value
        assert plateau.best == sign * best


def test_a_negative_loss_that_stays_is_a_plateau() -> None:
    plateau = ReduceOnPlateau(0.1, patience=2)
    for _ in range(8):
        plateau.observe(-1.0)
    assert plateau.lr < 0.1


@pytest.mark.parametrize("metric", [None, "1.0", b"1", True, [1.0], np.ones(2), 1j])
def test_a_metric_that_is_no_number_is_refused(metric: object) -> None:
    plateau = ReduceOnPlateau(0.1)
    with pytest.raises(TypeError, match="ReduceOnPlateau: the metric is one number"):
        plateau.observe(metric)  # type: ignore[arg-type]
    assert plateau.best == math.inf and plateau.bad_observations == 0


@pytest.mark.parametrize("entry", ["lr", "best", "bad_observations", "cooldown_left"])
@pytest.mark.parametrize("bad", [None, "1", math.nan, [1], True, -math.inf, 0.5j])
def test_a_damaged_state_of_a_plateau_is_refused(entry: str, bad: object) -> None:
    plateau = ReduceOnPlateau(0.1)
    before = plateau.state_dict()
    if entry == "best" and bad in (True, -math.inf):
        return
    with pytest.raises(ValueError, match=entry):
        plateau.load_state_dict({**before, entry: bad})
    assert plateau.state_dict() == before
    for state in (None, [], "state", {}):
        with pytest.raises(ValueError, match="a state has the entries"):
            plateau.load_state_dict(state)  # type: ignore[arg-type]
