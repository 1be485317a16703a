"""Rates that set themselves are those of optax: the same parameters after 100 random gradients."""

import numpy as np
import pytest
from updates import (
    AROUND_ONE,
    STEPS,
    assert_same,
    gradients,
    in_jax,
    optax_after,
    ours_after,
    parameters,
    set_gradients,
)

from minigrad import optim

OPTAX = {
    "DAdaptAdamW": (
        lambda p: optim.DAdaptAdamW(
            *(p, AROUND_ONE.__getitem__, (0.8, 0.95), 1e-3),
            weight_decay=0.1,
            d0=0.01,
            bias_correction=True,
        ),
        lambda o: o.contrib.dadapt_adamw(
            in_jax(AROUND_ONE), (0.8, 0.95), 1e-3, estim_lr0=0.01, weight_decay=0.1
        ),
    ),
    "Prodigy": (
        lambda p: optim.Prodigy(
            *(p, AROUND_ONE.__getitem__, (0.8, 0.95), 1e-3),
            weight_decay=0.1,
            d0=0.01,
            d_coef=2.0,
            bias_correction=True,
        ),
        lambda o: o.contrib.prodigy(
            *(in_jax(AROUND_ONE), (0.8, 0.95)),
            eps=1e-3,
            estim_lr0=0.01,
            estim_lr_coef=2.0,
            weight_decay=0.1,
        ),
    ),
    "Prodigy with its safeguard": (
        lambda p: optim.Prodigy(
            p, AROUND_ONE.__getitem__, d0=0.01, bias_correction=True, safeguard_warmup=True
        ),
        lambda o: o.contrib.prodigy(in_jax(AROUND_ONE), estim_lr0=0.01, safeguard_warmup=True),
    ),
}


@pytest.mark.parametrize("name", OPTAX)
def test_an_estimate_of_the_distance_is_that_of_optax(jax, optax, name):
    ours, theirs = OPTAX[name]
    opt, after = ours_after(ours, drift=2.0)
    assert_same(after, optax_after(jax, theirs(optax), drift=2.0)[1])
    assert opt.d > 0.015  # it began at 0.01


@pytest.mark.parametrize("cap", [1e-3, 1e3])
def test_polyaks_step_is_that_of_optax_whose_scaling_is_in_the_norm_and_the_cap(jax, optax, cap):
    losses = np.exp(-np.arange(STEPS) / 30)
    params = parameters()
    opt = optim.PolyakSGD(params, lr=0.5 * cap, f_min=0.1, c=0.5)
    used = []
    for t in range(STEPS):
        set_gradients(params, gradients(t))
        opt.step(losses[t])
        used += opt.adapted_lr
    theirs = optax.polyak_sgd(cap, scaling=0.5, f_min=0.1, variant="sps+")
    _, after = optax_after(jax, theirs, value=losses.__getitem__)
    assert_same([p.numpy() for p in params], after)
    assert used[-1] == 0 and 0 < min(u for u in used if u) < 0.5 * cap
    assert (max(used) == 0.5 * cap) == (cap == 1e-3)
