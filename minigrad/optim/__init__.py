"""Optimizers: one update rule a class.

::

    opt = mg.optim.SGD(model.parameters(), lr=mg.schedules.cosine(0.1, steps=1000), momentum=0.9)
    loss.backward()
    opt.step()
    opt.zero_grad()

Adding one
----------
1. A ``@fused`` rule, a loop over ``elements(theta)``: compiled by Numba, and NumPy without it. It
   takes θ, the gradient, the states and numbers; :mod:`minigrad.kernels.fused` says what it may do.
2. A class whose docstring shows the recurrence and cites the paper. It declares each option once,
   as ``momentum: Share = 0.9``: the annotation, of :mod:`minigrad.optim.options`, says what the
   option may be, and whatever sets it is checked. Any number may be a function of the step.
   ``check`` refuses options that do not go together.
3. ``_update(flat, now)`` yields the rules of one update, each with its arguments after θ and the
   gradient; it is asked for every group and dtype. ``now.momentum`` is an option as this step uses
   it, ``self.steps`` is t = 0, 1, ... ``flat.state(name, start=0.0)`` is a state (made when first
   asked for, saved and loaded with the optimizer), ``flat.numbers`` holds scalar ones.
   ``decay(now)`` gives the factor on θ and the L2 term, one of them idle. Numbers that differ by
   layer are a list; ``flat.split(flat.grad)`` gives the parts in their shapes.
   ``_prepare(groups)`` comes before it, for what needs all gradients at once.
4. Powers and ``1 - beta`` are computed in ``_update``, in Python floats, as PyTorch does. All
   numbers reach the rule in the parameters' dtype.
5. A row in ``tests/optimizers.py``: every property of all optimizers is then tested of it. Another
   in ``book/optimizers.md``.

What finds its own rate derives from ``SelfTuning``, what goes around an optimizer from ``Wrapper``.
"""

from .adagrad import Adadelta, Adagrad
from .adam import Adam, AdamW
from .adamax import Adamax
from .averages import EMA, SWA
from .dadaptation import DAdaptAdamW, DAdaptSGD
from .hypergradient import SGDHD, AdamHD
from .layerwise import LAMB, LARS
from .muon import Muon
from .nadam import NAdam
from .optimizer import Optimizer
from .polyak import PolyakSGD
from .prodigy import Prodigy
from .quasi_newton import minimize
from .radam import RAdam
from .rmsprop import RMSprop
from .sam import SAM
from .schedule_free import ScheduleFreeAdamW, ScheduleFreeSGD
from .sgd import SGD, SGDW
from .sign import Lion, SignSGD
from .wrapper import Lookahead

__all__ = [
    "EMA",
    "LAMB",
    "LARS",
    "SAM",
    "SGD",
    "SGDHD",
    "SGDW",
    "SWA",
    "Adadelta",
    "Adagrad",
    "Adam",
    "AdamHD",
    "AdamW",
    "Adamax",
    "DAdaptAdamW",
    "DAdaptSGD",
    "Lion",
    "Lookahead",
    "Muon",
    "NAdam",
    "Optimizer",
    "PolyakSGD",
    "Prodigy",
    "RAdam",
    "RMSprop",
    "ScheduleFreeAdamW",
    "ScheduleFreeSGD",
    "SignSGD",
    "minimize",
]
