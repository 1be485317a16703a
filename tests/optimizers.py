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
]


def name_of(case) -> str:
    cls, options = case
    return "-".join([cls.__name__, *(f"{k}={v}" for k, v in options.items())])


def combinations(**options):
    """Yield every combination of the values of the options, as dicts."""
    for values in itertools.product(*options.values()):
        yield dict(zip(options, values, strict=True))
