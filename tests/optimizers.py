"""The optimizers, each with options that reach every branch: what holds of all is tested of all."""

import itertools

import minigrad as mg

# (class, options); `lr` is left to the test.
CASES = [
    (mg.optim.SGD, {}),
    (mg.optim.SGD, {"momentum": 0.9, "dampening": 0.5, "weight_decay": 0.01}),
    (mg.optim.SGD, {"momentum": 0.9, "nesterov": True}),
    (mg.optim.SGD, {"momentum": 0.9, "form": "average", "weight_decay": 0.01}),
    (mg.optim.SGD, {"momentum": 0.9, "form": "rate_inside", "nesterov": True}),
    (mg.optim.SGDW, {"momentum": 0.9, "weight_decay": 0.01}),
    (mg.optim.Adagrad, {"lr_decay": 0.1, "weight_decay": 0.01}),
    (mg.optim.Adagrad, {"initial_accumulator_value": 0.1, "eps_form": "inside"}),
    (mg.optim.Adadelta, {"weight_decay": 0.01}),
    (mg.optim.RMSprop, {"centered": True, "weight_decay": 0.01}),
    (mg.optim.RMSprop, {"momentum": 0.9, "centered": True, "decoupled_weight_decay": True}),
    (mg.optim.RMSprop, {"momentum": 0.9, "form": "rate_inside", "eps_form": "inside"}),
    (mg.optim.Adam, {"weight_decay": 0.01}),
    (mg.optim.Adam, {"betas": (0.8, 0.9), "amsgrad": True, "eps_form": "uncorrected"}),
    (mg.optim.Adam, {"amsgrad": True, "amsgrad_max": "corrected", "eps_form": "inside"}),
    (mg.optim.AdamW, {"weight_decay": 0.1}),
    (mg.optim.Adamax, {"weight_decay": 0.01}),
    (mg.optim.Adamax, {"eps_form": "outside"}),
    (mg.optim.NAdam, {"weight_decay": 0.01, "decoupled_weight_decay": True}),
    (mg.optim.RAdam, {"weight_decay": 0.01, "betas": (0.9, 0.9)}),
    (mg.optim.SignSGD, {"weight_decay": 0.01}),
    (mg.optim.SignSGD, {"momentum": 0.9}),
    (mg.optim.Lion, {"weight_decay": 0.1}),
]


def name_of(case) -> str:
    cls, options = case
    return "-".join([cls.__name__, *(f"{k}={v}" for k, v in options.items())])


def combinations(**options):
    """Yield every combination of the values of the options, as dicts."""
    for values in itertools.product(*options.values()):
        yield dict(zip(options, values, strict=True))
