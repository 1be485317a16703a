"""Sharpness, plain and as Adam sees it, is the top eigenvalue that a calculation gives."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from networks import bits, network

import minigrad as mg
from minigrad.diagnostics import sharpness


def symmetric(n: int, seed: int) -> np.ndarray:
    a = np.random.default_rng(seed).normal(size=(n, n))
    return (a + a.T) / 2


@given(st.integers(1, 12), st.integers(0, 10_000))
@settings(max_examples=40)
def test_the_sharpness_of_a_quadratic_is_the_top_eigenvalue_of_its_matrix(n, seed):
    h = symmetric(n, seed)
    x = mg.tensor(np.random.default_rng(seed).normal(size=n), requires_grad=True)
    found = sharpness(lambda x: (x * (h @ x)).sum() / 2, x, tol=1e-8)
    assert found == pytest.approx(np.linalg.eigvalsh(h)[-1], rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("n", [1, 2, 5])
def test_a_slope_has_no_sharpness(n):
    x = mg.tensor(np.ones(n), requires_grad=True)
    assert sharpness(lambda x: x.sum(), x) == pytest.approx(0, abs=1e-12)


def test_the_sharpness_of_linear_regression_is_that_of_its_gram_matrix():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(50, 3)).astype(np.float32), rng.normal(size=(50, 1)).astype(np.float32)
    model = mg.nn.Linear(3, 1, rng=rng)
    found = sharpness(lambda *_: mg.nn.mse_loss(model(x), y), list(model.parameters()))
    with_one = np.column_stack([x, np.ones(50)]).astype(np.float64)
    assert found == pytest.approx(np.linalg.eigvalsh(2 / 50 * with_one.T @ with_one)[-1], rel=1e-3)


def test_sharpness_has_the_same_bits_twice_and_changes_nothing():
    model, x = network(4, 8, 3), np.random.default_rng(0).normal(size=(20, 4))
    y, before = np.arange(20) % 3, bits(model)
    parameters = list(model.parameters())

    def f(*_):
        return mg.nn.cross_entropy(model(x), y)

    first = sharpness(f, parameters)
    assert first == sharpness(f, parameters)
    assert first == pytest.approx(sharpness(f, parameters, rng=np.random.default_rng(7)), rel=1e-3)
    assert bits(model) == before
    assert all(p.grad is None for p in parameters)


ADAM = [
    (cls, {"betas": (0.8, 0.95), "eps": 1e-3, **forms})
    for cls in (mg.optim.Adam, mg.optim.AdamW)
    for forms in (
        {},
        {"eps_form": "inside"},
        {"eps_form": "uncorrected"},
        {"amsgrad": True},
        {"amsgrad": True, "amsgrad_max": "corrected", "eps_form": "inside"},
    )
]


@pytest.mark.parametrize(("cls", "options"), ADAM)
@pytest.mark.parametrize("updates", [1, 5])
def test_adams_sharpness_is_that_of_the_bowl_as_its_updates_see_it(cls, options, updates):
    h = symmetric(5, seed=3) + 3 * np.eye(5)
    a = mg.tensor(np.random.default_rng(0).normal(size=2), requires_grad=True)
    b = mg.tensor(np.random.default_rng(1).normal(size=(3, 1)), requires_grad=True)
    optimizer = cls([b, a], lr=0.01, weight_decay=0.0, **options)

    def f(a, b):
        x = mg.concat([a, b.reshape(3)])
        return (x * (h @ x)).sum() / 2

    for _ in range(updates):
        optimizer.zero_grad()
        f(a, b).backward()
        before = np.concatenate([a.data, b.data.ravel()])
        optimizer.step()
    # By definition of P, the update is lr * m / P.
    (memory,) = optimizer.state_dict()["memory"]
    m_b, m_a = memory["states"]["m"]
    moved = before - np.concatenate([a.data, b.data.ravel()])
    p = 0.01 * np.concatenate([m_a, m_b.ravel()]) / moved
    wanted = np.linalg.eigvalsh(h / np.sqrt(np.outer(p, p)))[-1]
    assert sharpness(f, [a, b], optimizer, tol=1e-8) == pytest.approx(wanted, rel=1e-6)


def test_adams_sharpness_needs_an_adam_that_knows_the_parameters():
    x = mg.tensor([1.0, 2.0], requires_grad=True)
    other = mg.tensor([1.0], requires_grad=True)

    def f(*xs):
        return sum((x * x).sum() for x in xs)

    with pytest.raises(TypeError, match="preconditioner of SGD is not known"):
        sharpness(f, x, mg.optim.SGD([x], 0.1))
    optimizer = mg.optim.Adam([x], eps=0.0)
    with pytest.raises(ValueError, match="before its first update"):
        sharpness(f, x, optimizer)
    f(x).backward()
    optimizer.step()
    with pytest.raises(ValueError, match=r"shapes \(1,\) are not among the 1 parameters"):
        sharpness(f, [x, other], optimizer)
    x.grad = mg.tensor([0.0, 0.0])
    still = mg.optim.Adam([x], eps=0.0)
    still.step()
    with pytest.raises(ValueError, match="second moment is 0"):
        sharpness(f, x, still)
