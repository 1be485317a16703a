"""Numbers that many rules take, computed in Python's floats from the options of the step."""

import math
from types import SimpleNamespace

from .flat import Flat


def decay(now: SimpleNamespace) -> tuple[float, float]:
    """Return what weight decay multiplies θ by, and how much of θ it adds to the gradient.

    L2 regularisation is part of the gradient; decoupled decay shrinks θ beside the step.
    """
    if now.decoupled_weight_decay:
        return 1 - now.lr * now.weight_decay, 0.0
    return 1.0, now.weight_decay


def shares(betas: tuple[float, float]) -> tuple[float, float, float, float]:
    """Return β₁, 1 − β₁, β₂ and 1 − β₂: what both moments keep, and what they take."""
    beta1, beta2 = betas
    return beta1, 1 - beta1, beta2, 1 - beta2


def corrections(betas: tuple[float, float], t: int) -> tuple[float, float]:
    """Return what makes up for the moments' start at zero, after ``t`` updates."""
    beta1, beta2 = betas
    return 1 / (1 - beta1**t), 1 / (1 - beta2**t)


def epsilon(now: SimpleNamespace, correct2: float = 1.0) -> tuple[float, float]:
    """Return what of ε is added to a root, and what under it.

    ``correct2`` is what the second moment is multiplied by.
    """
    if now.eps_form == "inside":
        return 0.0, now.eps
    return now.eps * (math.sqrt(correct2) if now.eps_form == "uncorrected" else 1.0), 0.0


def remembers(flat: Flat, state: str, now: SimpleNamespace, option: str) -> bool:
    """Whether a state is needed: its option is not 0, was not, or is a function of the step.

    Where that function passes 0 the state still has to follow the recurrence.
    """
    return getattr(now, option) != 0 or option in now.varying or state in flat.states
