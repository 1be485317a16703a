"""Optimizers are those of PyTorch: the same parameters after 100 random gradients."""

import itertools

import pytest
from updates import (
    RATES,
    assert_same,
    both_dtypes,
    gradients,
    no_gradients,
    ours_after,
    torch_after,
)

import minigrad as mg
from minigrad import optim


def combinations(**options):
    """Return every combination of the values of the options, as dicts."""
    return [
        dict(zip(options, values, strict=True)) for values in itertools.product(*options.values())
    ]


DECAYS = [0.0, 0.1]
BETAS = [(0.9, 0.999), (0.5, 0.9), (0.0, 0.99)]
BOTH = [False, True]

TORCH = {
    "SGD": [
        options
        for options in combinations(
            momentum=[0.0, 0.9], dampening=[0.0, 0.3], weight_decay=DECAYS, nesterov=BOTH
        )
        if not (options["nesterov"] and (options["momentum"] == 0 or options["dampening"] != 0))
    ],
    "Adagrad": combinations(
        weight_decay=DECAYS,
        initial_accumulator_value=[0.0, 0.1],
        eps=[1e-10, 1e-3],
    ),
    "RMSprop": combinations(
        alpha=[0.99, 0.5],
        eps=[1e-8, 1e-3],
        weight_decay=DECAYS,
        momentum=[0.0, 0.9],
        centered=BOTH,
    ),
    "Adadelta": combinations(rho=[0.9, 0.5], eps=[1e-6, 1e-3], weight_decay=DECAYS),
    "Adam": combinations(betas=BETAS, eps=[1e-8, 1e-3], weight_decay=DECAYS, amsgrad=BOTH),
    "AdamW": combinations(betas=BETAS, eps=[1e-8, 1e-3], weight_decay=DECAYS, amsgrad=BOTH),
    "Adamax": combinations(betas=BETAS, eps=[1e-8, 1e-3], weight_decay=DECAYS),
    "NAdam": combinations(
        betas=BETAS,
        eps=[1e-8, 1e-3],
        weight_decay=DECAYS,
        momentum_decay=[0.004, 0.1],
        decoupled_weight_decay=BOTH,
    ),
    "RAdam": combinations(
        betas=BETAS, eps=[1e-8, 1e-3], weight_decay=DECAYS, decoupled_weight_decay=BOTH
    ),
}


def hold_to_pytorch(torch, name, options, dtype, *, groups=list, rates=None, grads=gradients):
    ours, theirs = getattr(optim, name), getattr(torch.optim, name)
    lr = 0.01 if rates is None else rates.__getitem__
    assert_same(
        ours_after(lambda p: ours(groups(p), lr=lr, **options), dtype, grads=grads)[1],
        torch_after(torch, lambda p: theirs(groups(p), lr=0.01, **options), dtype, rates, grads),
        dtype,
    )


@both_dtypes
@pytest.mark.parametrize(
    ("name", "options"),
    [(name, options) for name, all_options in TORCH.items() for options in all_options],
    ids=str,
)
def test_the_update_is_that_of_pytorch(torch, name, options, dtype):
    hold_to_pytorch(torch, name, options, dtype)


@both_dtypes
@pytest.mark.parametrize("name", TORCH)
def test_the_update_is_that_of_pytorch_under_a_changing_rate(torch, name, dtype):
    hold_to_pytorch(torch, name, TORCH[name][-1], dtype, rates=RATES)


@both_dtypes
@pytest.mark.parametrize("name", TORCH)
def test_groups_of_different_rates_and_decays_are_those_of_pytorch(torch, name, dtype):
    def groups(p):
        return [
            {"params": p[:1], "lr": 0.05, "weight_decay": 0.01},
            {"params": p[1:2], "weight_decay": 0.0},
            {"params": p[2:]},
        ]

    hold_to_pytorch(torch, name, TORCH[name][-1], dtype, groups=groups)


@both_dtypes
@pytest.mark.parametrize("name", TORCH)
def test_zero_gradients_do_what_they_do_in_pytorch(torch, name, dtype):
    hold_to_pytorch(torch, name, TORCH[name][-1], dtype, grads=no_gradients)


@pytest.mark.parametrize("name", TORCH)
def test_the_defaults_are_those_of_pytorch(torch, name):
    ours = getattr(optim, name)([mg.tensor([1.0], requires_grad=True)], lr=0.01)
    theirs = getattr(torch.optim, name)([torch.zeros(1)], lr=0.01)
    group = ours.param_groups[0]
    shared = [key for key in theirs.defaults if key in group]
    assert "weight_decay" in shared
    assert [group[key] for key in shared] == [theirs.defaults[key] for key in shared]
