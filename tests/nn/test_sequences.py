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


def test_padding_is_as_if_it_were_not_there():
    attend, rng = nn.MultiHeadAttention(4, 2, dtype=np.float64), np.random.default_rng(0)
    short, query = rng.normal(size=(1, 3, 4)), rng.normal(size=(1, 2, 4))
    padded = np.concatenate([short, rng.normal(size=(1, 2, 4))], axis=1)
    mask = [[False, False, False, True, True]]
    out, weights = attend(query, padded, key_padding_mask=mask, need_weights=True)
    alone, fewer = attend(query, short, need_weights=True)
    np.testing.assert_allclose(out.numpy(), alone.numpy(), rtol=1e-12)
    np.testing.assert_allclose(weights.numpy()[..., :3], fewer.numpy(), rtol=1e-12)
    np.testing.assert_array_equal(weights.numpy()[..., 3:], 0)


def test_nothing_flows_back_into_padding():
    attend, rng = nn.MultiHeadAttention(4, 2, dtype=np.float64), np.random.default_rng(0)
    query = mg.tensor(rng.normal(size=(2, 2, 4)))
    key = mg.tensor(rng.normal(size=(2, 3, 4)), requires_grad=True)
    mask = np.array([[False, True, True], [False, False, True]])
    attend(query, key, key_padding_mask=mask).sum().backward()
    np.testing.assert_array_equal((key.grad.numpy() == 0).all(axis=2), mask)


@pytest.mark.parametrize("causal", [False, True])
def test_weights_are_those_that_attention_averages_with(causal):
    attend = nn.MultiHeadAttention(4, 1, dtype=np.float64)
    x = np.random.default_rng(0).normal(size=(2, 5, 4))
    out, weights = attend(x, causal=causal, need_weights=True)
    np.testing.assert_allclose(weights.numpy().sum(axis=2), 1)
    np.testing.assert_allclose(attend.out(weights @ attend.v(x)).numpy(), out.numpy())
    if causal:
        np.testing.assert_array_equal(np.triu(weights.numpy(), 1), 0)


def test_a_replayed_step_looks_at_the_mask_of_each_call():
    attend, rng = nn.MultiHeadAttention(4, 2, dtype=np.float64), np.random.default_rng(0)

    def step(x, mask):
        attend.zero_grad()
        out, weights = attend(x, key_padding_mask=mask, need_weights=True)
        (out * out).sum().backward()
        return out, weights

    replayed, x = mg.compile(step), rng.normal(size=(3, 4, 4))
    for call in range(6):
        mask = np.arange(4) >= rng.integers(1, 5, (3, 1))
        found, gradient = replayed(x, mask), attend.q.weight.grad.numpy().copy()
        for one, other in zip(found, step(mg.tensor(x), mask), strict=True):
            np.testing.assert_array_equal(one.numpy(), other.numpy(), err_msg=f"call {call}")
        np.testing.assert_array_equal(gradient, attend.q.weight.grad.numpy())
    assert len(replayed.programs()) == 1
    with pytest.raises(ValueError, match="row 1 no key to look at"):
        replayed(x, np.array([[False] * 4, [True] * 4, [False] * 4]))


def test_a_replayed_loss_leaves_out_the_padding_of_each_call():
    def step(logits, labels):
        return nn.cross_entropy(logits, labels[:, 1:], ignore_index=0)

    replayed, rng = mg.compile(step), np.random.default_rng(0)
    for _ in range(4):
        logits, labels = rng.normal(size=(2, 3, 5)), rng.integers(0, 5, (2, 4))
        labels[:, 1] = 3
        assert replayed(logits, labels).item() == step(mg.tensor(logits), labels).item()
    assert len(replayed.programs()) == 1


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
