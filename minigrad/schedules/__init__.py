"""The learning rate as a function of the step.

A function of this package makes a `Schedule`: ``schedule(t)`` is the rate that update t uses, t = 0
the first, for an int or an array of ints. A schedule is pure: plotting it changes nothing, and what
is plotted is what is used. It is exact at its first and its last step and stays at its end value
afterwards. ``warmup``, ``join``, ``scale`` and ``clamp`` make schedules of schedules.

`ReduceOnPlateau` is feedback: its rate depends on the losses, and not on the step.

>>> schedule = cosine(1e-3, steps=2000, warmup=100)
>>> schedule(0), schedule(100), schedule(2000)
(1e-05, 0.001, 0.0)
"""

from .compose import clamp, join, scale, warmup
from .cycles import (
    cosine_restarts,
    exp_range,
    one_cycle,
    one_cycle_momentum,
    triangular,
    triangular2,
    warmup_stable_decay,
)
from .decay import (
    constant,
    cosine,
    exponential,
    inverse_sqrt,
    inverse_time,
    linear,
    piecewise_constant,
    piecewise_interpolated,
    polynomial,
    step_decay,
)
from .feedback import ReduceOnPlateau
from .schedule import Schedule

__all__ = [
    "ReduceOnPlateau",
    "Schedule",
    "clamp",
    "constant",
    "cosine",
    "cosine_restarts",
    "exp_range",
    "exponential",
    "inverse_sqrt",
    "inverse_time",
    "join",
    "linear",
    "one_cycle",
    "one_cycle_momentum",
    "piecewise_constant",
    "piecewise_interpolated",
    "polynomial",
    "scale",
    "step_decay",
    "triangular",
    "triangular2",
    "warmup",
    "warmup_stable_decay",
]
