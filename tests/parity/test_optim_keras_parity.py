"""Optimizers are those of Keras: the same parameters after 100 random gradients."""

import numpy as np
import pytest
from updates import RATES, assert_same, both_dtypes, keras_after, ours_after, with_keras

from minigrad import optim

KERAS = {
    "SGD": [
        ({"form": "rate_inside", "momentum": 0.9}, {"momentum": 0.9}),
        (
            {"form": "rate_inside", "momentum": 0.9, "nesterov": True},
            {"momentum": 0.9, "nesterov": True},
        ),
    ],
    "SGDW": [
        (
            {"form": "rate_inside", "momentum": 0.9, "weight_decay": 0.1},
            {"momentum": 0.9, "weight_decay": 0.1},
        ),
    ],
    "Adagrad": [
        (
            {"initial_accumulator_value": 0.1, "eps": 1e-7, "eps_form": "inside"},
            {},
        ),
    ],
    "Adadelta": [({"rho": 0.95, "eps": 1e-7}, {})],
    "RMSprop": [
        ({"alpha": 0.9, "eps": 1e-7, "eps_form": "inside"}, {}),
        (
            {
                "alpha": 0.9,
                "eps": 1e-3,
                "eps_form": "inside",
                "form": "rate_inside",
                "momentum": 0.8,
                "centered": True,
            },
            {"epsilon": 1e-3, "momentum": 0.8, "centered": True},
        ),
    ],
    "Adam": [
        ({"eps": 1e-7, "eps_form": "uncorrected"}, {}),
        (
            {"eps": 1e-3, "eps_form": "uncorrected", "amsgrad": True},
            {"epsilon": 1e-3, "amsgrad": True},
        ),
    ],
    "AdamW": [
        (
            {"eps": 1e-7, "eps_form": "uncorrected", "weight_decay": 0.1},
            {"weight_decay": 0.1},
        ),
    ],
    "Adamax": [({"eps": 1e-3, "eps_form": "outside"}, {"epsilon": 1e-3})],
    "NAdam": [({"eps": 1e-7, "momentum_decay": 1.0}, {})],
    "Lion": [({"weight_decay": 0.1}, {"weight_decay": 0.1})],
}
NAMES_IN_KERAS = {"SGDW": "SGD", "NAdam": "Nadam"}

# In Keras any optimizer decays, and decoupled.
for _name in ("Adagrad", "Adadelta", "RMSprop", "Adamax", "NAdam"):
    _ours, _theirs = KERAS[_name][0]
    KERAS[_name].append(
        (
            {**_ours, "weight_decay": 0.1, "decoupled_weight_decay": True},
            {**_theirs, "weight_decay": 0.1},
        )
    )


@with_keras
@both_dtypes
@pytest.mark.parametrize(
    ("name", "options", "theirs"),
    [(name, *pair) for name in KERAS for pair in KERAS[name]],
    ids=str,
)
def test_the_update_is_that_of_keras_under_a_changing_rate(keras, name, options, theirs, dtype):
    keras.config.set_floatx(np.dtype(dtype).name)
    make = getattr(keras.optimizers, NAMES_IN_KERAS.get(name, name))
    assert_same(
        ours_after(lambda p: getattr(optim, name)(p, lr=RATES.__getitem__, **options), dtype)[1],
        keras_after(keras, make(learning_rate=0.01, **theirs), dtype, rates=RATES),
        dtype,
    )
