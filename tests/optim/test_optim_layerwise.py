"""Steps that are measured by layer: LAMB, LARS, Muon."""

import numpy as np
import pytest
from bowls import CURVATURE, TARGET, zeros

import minigrad as mg
from minigrad import optim
from minigrad.optim.muon import orthogonalize


def test_a_step_of_lamb_is_a_part_of_the_length_of_each_layer():
    rng = np.random.default_rng(0)
    layers = [mg.tensor(scale * rng.normal(size=(3, 4)), requires_grad=True) for scale in (1, 100)]
    before = [p.numpy().copy() for p in layers]
    for p in layers:
        p.grad = mg.tensor(rng.normal(size=p.shape))
    optim.LAMB(layers, lr=0.01).step()
    for p, old in zip(layers, before, strict=True):
        assert np.linalg.norm(p.numpy() - old) == pytest.approx(0.01 * np.linalg.norm(old))


def test_a_step_of_lars_does_not_depend_on_the_scale_of_the_gradients():
    a, b = mg.tensor(TARGET, requires_grad=True), mg.tensor(TARGET, requires_grad=True)
    a.grad, b.grad = mg.tensor(CURVATURE), mg.tensor(1000 * CURVATURE)
    optim.LARS([a], lr=1.0).step()
    optim.LARS([b], lr=1.0).step()
    np.testing.assert_allclose(a.numpy(), b.numpy(), rtol=1e-12)
    assert np.linalg.norm(a.numpy() - TARGET) == pytest.approx(0.001 * np.linalg.norm(TARGET))


@pytest.mark.parametrize("shape", [(3, 7), (7, 3), (5, 5), (1, 4)])
def test_orthogonalize_keeps_the_singular_vectors_and_brings_the_values_near_one(shape):
    matrix = np.random.default_rng(0).normal(size=shape)
    u, _, v = np.linalg.svd(matrix, full_matrices=False)
    inside = u.T @ orthogonalize(matrix) @ v.T
    values = np.diag(inside)
    np.testing.assert_allclose(inside, np.diag(values), atol=1e-12)
    assert ((values > 0.6) & (values < 1.3)).all()
    assert not orthogonalize(np.zeros(shape)).any()


def test_muon_refuses_what_is_not_a_matrix_by_name():
    with pytest.raises(ValueError, match=r"parameter 'bias' has shape \(4,\).*such as AdamW"):
        optim.Muon([("weight", mg.tensor(np.ones((2, 2)), requires_grad=True)), ("bias", zeros())])
