"""Layers that read sequences: what a GRU carries on, and what attention sees."""

import numpy as np
import pytest

import minigrad as mg
from minigrad import nn


def test_a_gru_goes_on_from_a_state():
    gru = nn.GRU(3, 4, dtype=np.float64)
    x = np.random.default_rng(0).normal(size=(2, 5, 3))
    whole, last = gru(x)
    first, h = gru(x[:, :2])
    second, end = gru(x[:, 2:], h)
    np.testing.assert_allclose(mg.concat([first, second], axis=1).numpy(), whole.numpy())
    np.testing.assert_array_equal(last.numpy(), whole.numpy()[:, -1])
    np.testing.assert_allclose(end.numpy(), last.numpy())


@pytest.mark.parametrize("shape", [(2, 3), (2, 5, 4), (2, 0, 3)])
def test_a_gru_names_a_shape_that_does_not_fit(shape):
    with pytest.raises(ValueError, match=r"wanted is \(N, T, 3\)"):
        nn.GRU(3, 4)(np.ones(shape, np.float32))


def test_causal_attention_does_not_see_what_is_later():
    attend = nn.MultiHeadAttention(4, 2, dtype=np.float64)
    x = np.random.default_rng(0).normal(size=(1, 5, 4))
    changed = x.copy()
    changed[:, 3:] += 1
    before, after = (attend(v, causal=True).numpy() for v in (x, changed))
    np.testing.assert_allclose(before[:, :3], after[:, :3], rtol=1e-12)
    assert (np.abs(before - after)[:, 3:] > 1e-6).any()


def test_the_mask_of_causal_attention_is_no_anomaly():
    attend = nn.MultiHeadAttention(4, 2)
    with mg.detect_anomaly():
        attend(np.ones((1, 3, 4), np.float32), causal=True).sum().backward()


def test_attention_without_order_does_not_care_about_order():
    attend = nn.MultiHeadAttention(4, 2, dtype=np.float64)
    x = np.random.default_rng(0).normal(size=(2, 5, 4))
    turned = attend(x[:, ::-1]).numpy()[:, ::-1]
    np.testing.assert_allclose(attend(x).numpy(), turned, rtol=1e-10)


def test_heads_must_share_the_features_evenly():
    with pytest.raises(ValueError, match="got 5 features and 2 heads"):
        nn.MultiHeadAttention(5, 2)


def test_attention_names_the_argument_that_does_not_fit():
    x = np.ones((2, 3, 4), np.float32)
    with pytest.raises(ValueError, match=r"key of shape \(2, 3, 2\)"):
        nn.MultiHeadAttention(4, 2)(x, x[..., :2])


def test_a_model_of_sequences_gives_the_same_bits_when_replayed():
    table, gru = nn.Embedding(7, 4), nn.GRU(4, 4)
    attend, norm = nn.MultiHeadAttention(4, 2), nn.LayerNorm(4)
    model = nn.Module()
    model.parts = [table, gru, attend, norm]

    def step(tokens, target):
        model.zero_grad()
        states, _ = gru(table(tokens))
        loss = nn.mse_loss(norm(attend(states, causal=True)), target)
        loss.backward()
        return loss

    def gradients():
        return [p.grad.numpy().copy() for p in model.parameters()]

    replayed, rng = mg.compile(step), np.random.default_rng(0)
    for _ in range(4):
        tokens = rng.integers(0, 7, (3, 4))
        target = rng.normal(size=(3, 4, 4)).astype(np.float32)
        loss, found = replayed(tokens, target).item(), gradients()
        assert loss == step(mg.tensor(tokens), mg.tensor(target)).item()
        for one, other in zip(found, gradients(), strict=True):
            np.testing.assert_array_equal(one, other)
