"""LARS, LAMB and Muon are those of their peers: the same parameters after 100 random gradients."""

import numpy as np
import pytest
from updates import (
    MATRICES,
    RATES,
    STEPS,
    assert_same,
    both_dtypes,
    gradients,
    in_jax,
    keras_after,
    optax_after,
    ours_after,
    start,
    with_keras,
)

from minigrad import optim

OPTAX = {
    "LARS": (
        lambda p: optim.LARS(
            *(p, RATES.__getitem__, 0.8, 0.1),
            trust_coefficient=0.3,
            eps=0.01,
            norm="joint",
        ),
        lambda o: o.lars(in_jax(RATES), 0.1, trust_coefficient=0.3, eps=0.01, momentum=0.8),
    ),
    "LARS with some layers left out": (
        lambda p: optim.LARS(
            [{"params": p[:1]}, {"params": p[1:], "layerwise": False}],
            *(0.01, 0.9, 0.1),
            norm="joint",
        ),
        lambda o: o.lars(0.01, 0.1, trust_ratio_mask=[True, False, False]),
    ),
    "LAMB": (
        lambda p: optim.LAMB(p, RATES.__getitem__, (0.8, 0.95), 1e-3, weight_decay=0.1),
        lambda o: o.lamb(in_jax(RATES), 0.8, 0.95, 1e-3, weight_decay=0.1),
    ),
}


@pytest.mark.parametrize("name", OPTAX)
def test_steps_by_layer_are_those_of_optax(jax, optax, name):
    ours, theirs = OPTAX[name]
    assert_same(ours_after(ours)[1], optax_after(jax, theirs(optax))[1])


@with_keras
def test_lamb_without_decay_is_that_of_keras(keras):
    _, ours = ours_after(lambda p: optim.LAMB(p, 0.01, eps=1e-4))
    theirs = keras.optimizers.Lamb(0.01, epsilon=1e-4)
    assert_same(ours, keras_after(keras, theirs))


# Muon


def torch_muon(torch, dtype=np.float64, **options):
    """PyTorch's matrices are ours transposed, as are those of its linear layers."""
    params = [torch.tensor(x.T.copy(), requires_grad=True) for x in start(dtype, MATRICES)]
    opt = torch.optim.Muon(params, **options)
    for t in range(STEPS):
        opt.param_groups[0]["lr"] = RATES[t]
        for p, g in zip(params, gradients(t, dtype, MATRICES), strict=True):
            p.grad = torch.tensor(g.T)
        opt.step()
    return [p.detach().numpy().T for p in params]


@pytest.mark.parametrize("adjust_lr_fn", ["original", "match_rms_adamw"])
def test_muon_without_nesterov_is_that_of_optax(jax, optax, adjust_lr_fn):
    _, ours = ours_after(
        lambda p: optim.Muon(
            *(p, RATES.__getitem__),
            nesterov=False,
            eps=0.0,
            adjust_lr_fn=adjust_lr_fn,
        ),
        shapes=MATRICES,
    )
    theirs = optax.contrib.muon(
        in_jax(RATES),
        weight_decay=0.1,
        nesterov=False,
        eps=0.0,
        consistent_rms=None if adjust_lr_fn == "original" else 0.2,
    )
    assert_same(ours, optax_after(jax, theirs, shapes=MATRICES)[1], shapes=MATRICES)


@both_dtypes
@pytest.mark.parametrize("nesterov", [True, False])
@pytest.mark.parametrize("adjust_lr_fn", ["original", "match_rms_adamw"])
@pytest.mark.parametrize("weight_decay", [0.0, 0.1])
def test_muon_is_that_of_pytorch_for_the_transposed_matrix_if_it_does_not_round_to_bfloat16(
    torch, monkeypatch, nesterov, adjust_lr_fn, weight_decay, dtype
):
    options = {"nesterov": nesterov, "adjust_lr_fn": adjust_lr_fn, "weight_decay": weight_decay}
    monkeypatch.setattr(torch.Tensor, "bfloat16", torch.Tensor.clone)
    theirs = torch_muon(torch, dtype, **options)
    _, ours = ours_after(lambda p: optim.Muon(p, RATES.__getitem__, **options), dtype, MATRICES)
    assert_same(ours, theirs, dtype, MATRICES)


def test_muon_is_that_of_pytorch_to_the_digits_of_its_bfloat16(torch):
    _, ours = ours_after(lambda p: optim.Muon(p, RATES.__getitem__), shapes=MATRICES)
    assert_same(ours, torch_muon(torch), tolerance=0.05, shapes=MATRICES)


@with_keras
def test_muon_is_that_of_keras_up_to_what_it_adds_to_the_norm(keras):
    _, ours = ours_after(
        lambda p: optim.Muon(p, 0.01, weight_decay=0.0, adjust_lr_fn="match_rms_adamw"),
        shapes=MATRICES,
    )
    theirs = keras.optimizers.Muon(0.01, exclude_embeddings=False, weight_decay=None)
    theirs_after = keras_after(keras, theirs, shapes=MATRICES)
    assert_same(ours, theirs_after, tolerance=1e-8, shapes=MATRICES)
