"""Optimizers are those of optax: the same parameters after 100 random gradients."""

import math

import numpy as np
import pytest
from updates import (
    RATES,
    STEPS,
    TOLERANCE,
    assert_same,
    both_dtypes,
    in_jax,
    optax_after,
    ours_after,
)

from minigrad import optim

# (our class, options, optax's transformation under a rate that it is given)
OPTAX = {
    "sgd": (optim.SGD, {}, lambda o, lr: o.sgd(lr)),
    "heavy ball": (optim.SGD, {"momentum": 0.9}, lambda o, lr: o.sgd(lr, momentum=0.9)),
    "Nesterov": (
        optim.SGD,
        {"momentum": 0.9, "nesterov": True},
        lambda o, lr: o.sgd(lr, momentum=0.9, nesterov=True),
    ),
    "exponential average": (
        optim.SGD,
        {"momentum": 0.9, "form": "average"},
        lambda o, lr: o.chain(o.ema(0.9, debias=False), o.scale_by_learning_rate(lr)),
    ),
    "rate inside": (
        optim.SGD,
        {"momentum": 0.9, "form": "rate_inside"},
        lambda o, lr: o.chain(o.scale_by_learning_rate(lr), o.trace(0.9)),
    ),
    "rate inside, Nesterov": (
        optim.SGD,
        {"momentum": 0.9, "form": "rate_inside", "nesterov": True},
        lambda o, lr: o.chain(o.scale_by_learning_rate(lr), o.trace(0.9, nesterov=True)),
    ),
    "SGDW": (
        optim.SGDW,
        {"momentum": 0.9, "weight_decay": 0.1},
        lambda o, lr: o.chain(
            o.trace(0.9), o.add_decayed_weights(0.1), o.scale_by_learning_rate(lr)
        ),
    ),
    "adagrad": (
        optim.Adagrad,
        {"initial_accumulator_value": 0.1, "eps": 1e-7, "eps_form": "inside"},
        lambda o, lr: o.adagrad(lr),
    ),
    "adadelta": (
        optim.Adadelta,
        {"rho": 0.9, "eps": 1e-6, "weight_decay": 0.1, "decoupled_weight_decay": True},
        lambda o, lr: o.chain(
            o.scale_by_adadelta(0.9, 1e-6),
            o.add_decayed_weights(0.1),
            o.scale_by_learning_rate(lr),
        ),
    ),
    "rmsprop": (
        optim.RMSprop,
        {"alpha": 0.9, "eps_form": "inside"},
        lambda o, lr: o.rmsprop(lr),
    ),
    "rmsprop, eps outside": (
        optim.RMSprop,
        {"alpha": 0.9, "eps": 1e-3},
        lambda o, lr: o.rmsprop(lr, eps=1e-3, eps_in_sqrt=False),
    ),
    "rmsprop, centred, with momentum": (
        optim.RMSprop,
        {
            "alpha": 0.9,
            "eps": 1e-3,
            "eps_form": "inside",
            "centered": True,
            "momentum": 0.8,
            "form": "rate_inside",
        },
        lambda o, lr: o.rmsprop(lr, eps=1e-3, centered=True, momentum=0.8),
    ),
    "adam": (optim.Adam, {}, lambda o, lr: o.adam(lr)),
    "adam, eps under the root": (
        optim.Adam,
        {"eps": 1e-3, "eps_form": "inside"},
        lambda o, lr: o.adam(lr, eps=0.0, eps_root=1e-3),
    ),
    "amsgrad": (
        optim.Adam,
        {"amsgrad": True, "amsgrad_max": "corrected"},
        lambda o, lr: o.amsgrad(lr),
    ),
    "adamw": (
        optim.AdamW,
        {"weight_decay": 0.1},
        lambda o, lr: o.adamw(lr, weight_decay=0.1),
    ),
    "adamax": (optim.Adamax, {}, lambda o, lr: o.adamax(lr)),
    "nadam": (optim.NAdam, {"momentum_decay": math.inf}, lambda o, lr: o.nadam(lr)),
    "radam": (optim.RAdam, {"eps_form": "outside"}, lambda o, lr: o.radam(lr)),
    "radam, eps under the root": (
        optim.RAdam,
        {"eps": 1e-3, "eps_form": "inside"},
        lambda o, lr: o.radam(lr, eps=0.0, eps_root=1e-3),
    ),
    "sign_sgd": (optim.SignSGD, {}, lambda o, lr: o.sign_sgd(lr)),
    "signum": (
        optim.SignSGD,
        {"momentum": 0.9, "weight_decay": 0.1},
        lambda o, lr: o.chain(
            o.ema(0.9, debias=False),
            o.scale_by_sign(),
            o.add_decayed_weights(0.1),
            o.scale_by_learning_rate(lr),
        ),
    ),
    "lion": (optim.Lion, {"weight_decay": 0.1}, lambda o, lr: o.lion(lr, weight_decay=0.1)),
}


def decay_slack(options, dtype):
    """Return how far decoupled decay may drift from optax in STEPS updates.

    PyTorch and minigrad multiply by 1 - lr * weight_decay, which has been rounded: by up to half a
    unit in the last place, the same way each time. optax subtracts lr * weight_decay * theta.
    """
    return STEPS * np.finfo(dtype).eps / 2 if options.get("weight_decay") else 0.0


@both_dtypes
@pytest.mark.parametrize("name", OPTAX)
def test_the_update_is_that_of_optax_under_a_changing_rate(jax, optax, name, dtype):
    cls, options, transformation = OPTAX[name]
    assert_same(
        ours_after(lambda p: cls(p, lr=RATES.__getitem__, **options), dtype)[1],
        optax_after(jax, transformation(optax, in_jax(RATES)), dtype)[1],
        dtype,
        tolerance=TOLERANCE[dtype] + decay_slack(options, dtype),
    )
