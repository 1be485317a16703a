"""The optimizers, each with options that reach every branch: what holds of all is tested of all."""

import minigrad as mg
from minigrad.optim.selftuning import SelfTuning


def lookahead(params, lr, **options):
    return mg.optim.Lookahead(mg.optim.Adam(params, lr), **options)


def sam(params, lr, **options):
    return mg.optim.SAM(mg.optim.SGD(params, lr, momentum=0.9), **options)


# (class, options); `lr` is left to the test.
CASES = [
    (mg.optim.SGD, {}),
    (mg.optim.SGD, {"momentum": 0.9, "dampening": 0.5, "weight_decay": 0.01}),
    (mg.optim.SGD, {"momentum": 0.9, "nesterov": True}),
    (mg.optim.SGD, {"momentum": 0.9, "form": "average", "weight_decay": 0.01}),
    (mg.optim.SGD, {"momentum": 0.9, "form": "rate_inside", "nesterov": True}),
    (mg.optim.SGDW, {"momentum": 0.9, "weight_decay": 0.01}),
    (mg.optim.Adagrad, {"weight_decay": 0.01}),
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
    (mg.optim.LARS, {"weight_decay": 0.01, "trust_coefficient": 0.1}),
    (mg.optim.LARS, {"weight_decay": 0.01, "norm": "joint", "eps": 1e-3}),
    (mg.optim.LAMB, {"weight_decay": 0.01}),
    (mg.optim.LAMB, {"layerwise": False}),
    (mg.optim.SGDHD, {"hypergrad_lr": 1e-3, "weight_decay": 0.01}),
    (mg.optim.AdamHD, {"hypergrad_lr": 1e-4, "weight_decay": 0.01}),
    (mg.optim.DAdaptSGD, {"d0": 0.1, "momentum": 0.9, "weight_decay": 0.01}),
    (mg.optim.DAdaptAdamW, {"d0": 0.1, "weight_decay": 0.01}),
    (mg.optim.DAdaptAdamW, {"d0": 0.1, "bias_correction": True}),
    (mg.optim.Prodigy, {"d0": 0.1, "weight_decay": 0.01}),
    (mg.optim.Prodigy, {"d0": 0.1, "bias_correction": True, "safeguard_warmup": True}),
    (mg.optim.ScheduleFreeSGD, {"weight_decay": 0.01}),
    (mg.optim.ScheduleFreeAdamW, {"weight_decay": 0.01}),
    (lookahead, {"sync_period": 3}),
]

# Those that want more than ``step()``, or parameters of one kind.
SPECIAL = [
    (mg.optim.PolyakSGD, {"f_min": -0.5}),
    (sam, {"rho": 0.1}),
    (mg.optim.Muon, {}),
    (mg.optim.Muon, {"nesterov": False, "adjust_lr_fn": "match_rms_adamw"}),
]

# Those that update a parameter from its own gradients and options alone.
SEPARATE = [
    (cls, options)
    for cls, options in CASES + SPECIAL
    if isinstance(cls, type) and not issubclass(cls, SelfTuning)
]


def shapes_for(case):
    """Return the shapes of the parameters that a case is tested with."""
    matrices = [(3, 4), (4, 2), (1, 3)]
    return matrices if case[0] is mg.optim.Muon else [(3, 4), (4,), (), (2, 1, 3)]


def take_step(opt, closure):
    """Take a step, with what it takes; ``closure`` sets the gradients and returns the loss."""
    if isinstance(opt, mg.optim.SAM):
        opt.step(closure)
    elif isinstance(opt, mg.optim.PolyakSGD):
        opt.step(closure())
    else:
        closure()
        opt.step()


def name_of(case) -> str:
    cls, options = case
    return "-".join([cls.__name__, *(f"{k}={v}" for k, v in options.items())])
