"""The range test reads off a curve what the closed form of a bowl says."""

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import minigrad as mg
from minigrad.diagnostics import range_test


def bowl(curvature: float, noise: float = 0.0):
    """Descend on curvature * x**2 / 2, whose loss each update scales by (1 - lr * curvature)**2."""
    x, rng = 1.0, np.random.default_rng(0)

    def step(lr: float) -> float:
        nonlocal x
        loss = curvature * x**2 / 2
        x -= lr * curvature * x
        return loss + noise * rng.standard_normal()

    return step


@given(st.floats(0.01, 100), st.integers(50, 300))
def test_on_a_bowl_the_loss_is_lowest_where_the_rate_passes_two_over_the_curvature(c, steps):
    found = range_test(bowl(c), 1e-3 / c, 100 / c, steps, smoothing=1)
    assume(found.losses.min() > 0)  # a rate of exactly 1/c ends at the bottom
    assert found.diverged
    growth = found.rates[1] / found.rates[0]
    assert 2 / c <= found.minimum <= 2 / c * growth * (1 + 1e-12)


@given(st.floats(0.01, 100))
def test_on_a_bowl_the_loss_falls_fastest_where_the_closed_form_does(c):
    found = range_test(bowl(c), 1e-3 / c, 100 / c, 200, smoothing=1)
    ratio = (100 / 1e-3) ** (1 / 199)
    rates = 1e-3 / c * ratio ** np.arange(200)
    losses = c / 2 * np.cumprod([1.0, *(1 - rates[:-1] * c) ** 2])
    fall = np.gradient(losses[:60])
    assert found.steepest == pytest.approx(rates[fall.argmin()])
    assert found.steepest < 2 / c


def test_the_rate_grows_by_one_factor_from_low_to_high():
    seen = []
    found = range_test(lambda lr: seen.append(lr) or 1.0, 0.01, 10, steps=4)
    np.testing.assert_allclose(seen, [0.01, 0.1, 1, 10])
    np.testing.assert_array_equal(found.rates, seen)
    assert not found.diverged
    assert "diverged=False" in repr(found)


def curve(losses):
    """Return a step that replays losses, over rates that are powers of two."""
    replay = iter(losses)
    return {"step": lambda lr: next(replay), "low": 1.0, "high": 2.0 ** (len(losses) - 1)}


FALL_AND_EXPLODE = [2.3, 2.3, 2.2, 1.8, 1.0, 0.8, 0.7, 0.9, 40.0, 9000.0, 2.4, 2.3, 2.3]


def test_the_fall_after_an_explosion_is_not_taken_for_progress():
    steps = len(FALL_AND_EXPLODE)
    found = range_test(**curve(FALL_AND_EXPLODE), steps=steps, smoothing=1)
    assert found.steepest == pytest.approx(2.0**3)
    assert found.minimum == pytest.approx(2.0**6)
    assert len(found.losses) == 9  # it stopped where the loss exploded
    # Without the guard the steepest rule picks a rate far beyond divergence.
    assert 2.0 ** np.gradient(FALL_AND_EXPLODE).argmin() >= 2.0**9
    unstopped = range_test(**curve(FALL_AND_EXPLODE), steps=steps, smoothing=1, stop=math.inf)
    assert unstopped.steepest == found.steepest


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_a_loss_that_is_not_finite_ends_the_test(bad):
    found = range_test(**curve([3.0, 2.0, 1.0, bad, 0.1]), steps=5, smoothing=3)
    assert found.diverged
    assert found.valid == 3
    assert len(found.losses) == 4
    assert found.minimum == pytest.approx(4)


def test_noise_between_batches_moves_the_answer_little():
    exact = range_test(bowl(1.0), 1e-2, 10, 100, smoothing=1)
    noisy = range_test(bowl(1.0, noise=1e-3), 1e-2, 10, 100)
    assert 1 / 3 < noisy.steepest / exact.steepest < 3


def test_losses_below_zero_diverge_too():
    found = range_test(**curve([-1.0, -2.0, -3.0, -2.9, 50.0]), steps=5, smoothing=1)
    assert found.diverged
    assert found.minimum == pytest.approx(4)


def test_a_step_may_return_a_tensor():
    assert range_test(lambda lr: mg.tensor(2.0), steps=2).losses.tolist() == [2.0, 2.0]


def test_the_picture_of_a_range_test_says_what_it_shows():
    figure = range_test(bowl(1.0), 1e-3, 100).plot()
    assert "Loss against learning rate" in figure.alt
    assert "diverges at" in figure.alt
    (axes,) = figure.axes
    assert axes.get_xscale() == "log"
    assert "lowest at 2" in axes.figure.get_suptitle()
    assert range_test(bowl(1.0), 1e-3, 1).plot("A title").get_suptitle() == "A title"


def test_an_explosion_does_not_flatten_the_picture():
    losses = [3.0, 2.0, 1.0, 1e9, 1e12]
    found = range_test(**curve(losses), steps=5, smoothing=1, stop=math.inf)
    low, high = found.plot().axes[0].get_ylim()
    assert low < 1 < 3 < high < 5


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"low": 0}, "low is a positive number"),
        ({"low": 20}, "low is below high"),
        ({"high": math.inf}, "high is a positive number"),
        ({"steps": 1}, "steps is an integer, 2 or more"),
        ({"smoothing": 4}, "smoothing is odd"),
        ({"stop": 1}, "stop is above 1"),
    ],
)
def test_a_range_test_without_a_range_is_refused(options, message):
    with pytest.raises(ValueError, match=message):
        range_test(bowl(1.0), **options)


def test_a_loss_that_is_bad_from_the_start_is_an_error():
    with pytest.raises(ValueError, match="before any update"):
        range_test(lambda lr: math.nan)
