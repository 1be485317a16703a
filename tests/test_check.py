"""Exercises: right answers pass however they are written, wrong ones hear what is wrong."""

import numpy as np
import pytest

import minigrad as mg
from minigrad import check

start_here = check.start_here


def test_an_exercise_left_open_says_what_to_do():
    for verdict in (
        start_here.landing(...),
        start_here.update(lambda *_: ...),
        start_here.rate(...),
    ):
        assert not verdict
        assert repr(verdict).startswith("Not yet. Replace the three dots")


def test_a_long_verdict_is_shown_in_short_lines_and_a_short_one_as_it_is():
    words = "Both well-known bugs are still there. " * 4
    shown = repr(check.Verdict(False, words.strip()))
    assert max(map(len, shown.splitlines())) <= 76
    assert " ".join(shown.split()) == f"Not yet. {words}".strip()
    assert "well-\n" not in shown
    assert repr(check.Verdict(True, "Yes.\n  [1  2]")) == "Right. Yes.\n  [1  2]"


def test_code_that_raises_gets_a_verdict_and_no_traceback():
    verdict = start_here.update(lambda theta, grad, lr: theta - lr * gradient)  # noqa: F821
    assert "raised NameError" in verdict.message


def test_a_function_without_return_is_told_so():
    assert "return" in start_here.update(lambda theta, grad, lr: None).message


def test_calling_the_function_instead_of_handing_it_over_is_told_so():
    assert "without calling it" in start_here.update(np.array([1.0])).message


@pytest.mark.parametrize("answer", [0.6, np.float32(0.6), 3 - 0.4 * 6, mg.tensor(0.6)])
def test_landing_accepts(answer):
    assert start_here.landing(answer)


@pytest.mark.parametrize(
    ("answer", "hears"),
    [
        (5.4, "uphill"),
        (2.4, "length of the step"),
        (2.6, "multiplies the slope"),
        (1.8, "not θ"),
        (-3, "slope alone"),
        (0, "What is the slope"),
        ("left", "What is the slope"),
    ],
)
def test_landing_turns_down(answer, hears):
    verdict = start_here.landing(answer)
    assert not verdict and hears in verdict.message


def one_by_one(theta, grad, lr):
    return [t - lr * g for t, g in zip(theta, grad, strict=True)]


@pytest.mark.parametrize(
    "answer",
    [lambda theta, grad, lr: -lr * grad + theta, lambda *a: np.add(a[0], -a[1] * a[2]), one_by_one],
)
def test_update_accepts(answer):
    assert start_here.update(answer)


def in_place(theta, grad, lr):
    theta -= lr * grad
    return theta


@pytest.mark.parametrize(
    ("answer", "hears"),
    [
        (lambda theta, grad, lr: theta + lr * grad, "uphill"),
        (lambda theta, grad, lr: theta - grad, "rate is not used"),
        (lambda theta, grad, lr: theta - lr, "gradient is not used"),
        (lambda theta, grad, lr: -lr * grad, "step itself"),
        (lambda theta, grad, lr: theta - lr * np.sign(grad), "drop its size"),
        (lambda theta, grad, lr: theta - grad / lr, "divide by the rate"),
        (lambda theta, grad, lr: theta * 0, "first formula"),
        (in_place, "changed the theta"),
    ],
)
def test_update_turns_down(answer, hears):
    verdict = start_here.update(answer)
    assert not verdict and hears in verdict.message


def descent(lr, updates, *, forget=True, sign=-1, rate=True, copy=True, start=True):
    """Walk through the valley, with the slips that a reader may make."""
    theta = mg.tensor([-9.0, 1.0], requires_grad=True)
    keep = np.copy if copy else np.asarray
    path = [keep(theta.numpy())] if start else []
    for _ in range(updates):
        if forget:
            theta.grad = None
        (0.1 * theta[0] ** 2 + 2 * theta[1] ** 2).backward()
        with mg.no_grad():
            theta += sign * (lr if rate else 1) * theta.grad
        path.append(keep(theta.numpy()))
    return np.array(path)


def test_descend_accepts_the_walk_in_either_precision():
    assert start_here.descend(descent)
    factors = 1 - 0.1 * np.array([0.2, 4.0])
    assert start_here.descend(
        lambda lr, updates: [np.array([-9.0, 1.0]) * factors**t for t in range(updates + 1)]
    )


@pytest.mark.parametrize(
    ("slip", "hears"),
    [
        ({"forget": False}, "those after it are not"),
        ({"sign": 1}, "climbs"),
        ({"rate": False}, "rate is not used"),
        ({"copy": False}, "append a copy"),
        ({"start": False}, "lacks its start"),
        ({"forget": False, "start": False}, "do not follow"),
    ],
)
def test_descend_turns_down(slip, hears):
    verdict = start_here.descend(lambda lr, updates: descent(lr, updates, **slip))
    assert not verdict and hears in verdict.message


def test_descend_asks_for_all_places():
    verdict = start_here.descend(lambda lr, updates: descent(lr, updates)[-1])
    assert not verdict and "last place alone" in verdict.message


def test_the_walk_with_the_bug_never_settles_and_never_flies_off():
    path = descent(0.1, 1000, forget=False)
    heights = 0.1 * path[:, 0] ** 2 + 2 * path[:, 1] ** 2
    assert 8 < max(heights[-100:]) < 12


@pytest.mark.parametrize("answer", [0.41, 0.45, 2 / 4.2, np.float32(0.48)])
def test_rate_accepts(answer):
    assert start_here.rate(answer)


@pytest.mark.parametrize(
    ("answer", "hears"),
    [
        (0.4, "Too small"),
        (0.01, "Too small"),
        (0.49, "Close"),
        (0.51, "Too big"),
        (0.0, "stand still or climb"),
        (-0.4, "stand still or climb"),
        ("0.4?", "one number"),
        ([0.45, 0.46], "one number"),
        (float("nan"), "one number"),
    ],
)
def test_rate_turns_down(answer, hears):
    verdict = start_here.rate(answer)
    assert not verdict and hears in verdict.message
