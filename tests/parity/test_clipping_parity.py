"""Clipping of gradients against PyTorch and optax."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from torch_twins import TOLERANCE, assert_close, dtypes, normal, seeds

import minigrad as mg
from minigrad import nn

torch = pytest.importorskip("torch", reason="PyTorch is not installed")


def gradients(seed, shapes, dtype, scale):
    arrays = [np.asarray(scale * normal(s, seed + i, dtype), dtype) for i, s in enumerate(shapes)]
    ours = [mg.tensor(a, requires_grad=True) for a in arrays]
    theirs = [torch.tensor(a, requires_grad=True) for a in arrays]
    for p, q, a in zip(ours, theirs, arrays, strict=True):
        p.grad, q.grad = mg.tensor(a), torch.tensor(a)
    return ours, theirs


shapes = st.lists(st.lists(st.integers(0, 4), max_size=3).map(tuple), min_size=1, max_size=3)


@given(shapes=shapes, dtype=dtypes, scale=st.sampled_from([1e-3, 1.0, 1e3, np.inf]))
@settings(max_examples=50)
def test_clipping_by_norm(shapes, dtype, scale):
    ours, theirs = gradients(0, shapes, dtype, scale)
    norm = nn.clip_grad_norm_(ours, 2.0)
    expected = torch.nn.utils.clip_grad_norm_(theirs, 2.0)
    np.testing.assert_allclose(norm, expected.item(), rtol=TOLERANCE[dtype])
    for p, q in zip(ours, theirs, strict=True):
        assert_close(p.grad.numpy(), q.grad, dtype)


@given(shapes=shapes, dtype=dtypes, scale=st.sampled_from([1e-3, 1.0, 1e3]))
@settings(max_examples=30)
def test_clipping_by_value(shapes, dtype, scale):
    ours, theirs = gradients(0, shapes, dtype, scale)
    nn.clip_grad_value_(ours, 0.7)
    torch.nn.utils.clip_grad_value_(theirs, 0.7)
    for p, q in zip(ours, theirs, strict=True):
        assert_close(p.grad.numpy(), q.grad, dtype)


@given(shape=st.lists(st.integers(2, 4), max_size=2).map(tuple), dtype=dtypes, seed=seeds)
@settings(max_examples=20)
def test_adaptive_clipping_is_optax_s(jax, optax, shape, dtype, seed):
    p, g = normal(shape, seed, dtype), normal(shape, seed + 1, dtype)
    g.flat[:: 2 + seed % 3] *= dtype(1e-3)
    clip = optax.adaptive_grad_clip(0.1)
    expected = np.asarray(clip.update(jax.numpy.asarray(g), None, jax.numpy.asarray(p))[0])
    ours = mg.tensor(p, requires_grad=True)
    ours.grad = mg.tensor(g)
    nn.adaptive_clip_grad_(ours, 0.1)
    np.testing.assert_allclose(ours.grad.numpy(), expected, rtol=10 * TOLERANCE[dtype])
