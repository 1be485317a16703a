"""RAdam: Adam that waits until it knows the second moment."""

import math
from typing import Literal

import numpy as np

from ..kernels.fused import elements, fused, without_subnormal, without_tiny
from .flat import Flat
from .optimizer import Optimizer, Options, Rules
from .options import Amount, Betas, Flag, Rate
from .terms import corrections, decay, epsilon, shares


@fused
def _radam(  # type: ignore
    theta, grad, m, s, lr, keep, l2, beta1, new1, beta2, new2, correct, eps, under, adaptive
):
    for i in elements(theta):
        g = grad[i] + l2 * theta[i]
        m[i] = without_tiny(beta1 * m[i] + new1 * g)
        s[i] = without_subnormal(beta2 * s[i] + new2 * (g * g))
        if adaptive:
            theta[i] = keep * theta[i] - lr * m[i] / (np.sqrt(correct * s[i] + under) + eps)
        else:
            theta[i] = keep * theta[i] - lr * m[i]


class RAdam(Optimizer):
    """Adam that waits until it knows the second moment, and then trusts it by degrees.

    ::

        m_t, m̂_t, s_t, ŝ_t     as in Adam
        ρ_∞ = 2 / (1 − β₂) − 1
        ρ_t = ρ_∞ − 2 (t + 1) β₂^{t+1} / (1 − β₂^{t+1})
        r_t = √( (ρ_t − 4)(ρ_t − 2) ρ_∞ / ((ρ_∞ − 4)(ρ_∞ − 2) ρ_t) )

        ρ_t > 5:       θ_{t+1} = θ_t − η_t r_t m̂_t / (√ŝ_t + ε)
        otherwise:     θ_{t+1} = θ_t − η_t m̂_t

    r_t rises from near 0 to 1: a warmup that follows from β₂.

    Parameters
    ----------
    params, lr, betas, eps, weight_decay, eps_form, decoupled_weight_decay
        As for :class:`Adam`.

    Notes
    -----
    "uncorrected": PyTorch and the authors' code. "outside": optax's ``eps``; "inside": its
    ``eps_root``. The paper has no ε, and 4 where all of these have 5. Keras has no RAdam.

    References
    ----------
    Liu et al. (2020), On the variance of the adaptive learning rate and beyond.
    """

    lr: Rate = 1e-3
    betas: Betas = (0.9, 0.999)
    eps: Amount = 1e-8
    weight_decay: Amount = 0.0
    eps_form: Literal["uncorrected", "outside", "inside"] = "uncorrected"
    decoupled_weight_decay: Flag = False

    def _update(self, flat: Flat, now: Options) -> Rules:
        t, beta2 = self.steps + 1, now.betas[1]
        correct1, correct2 = corrections(now.betas, t)
        rho_end = 2 / (1 - beta2) - 1
        rho = rho_end - 2 * t * beta2**t * correct2
        trust = 1.0
        if rho > 5:
            trust = math.sqrt(
                (rho - 4) * (rho - 2) * rho_end / ((rho_end - 4) * (rho_end - 2) * rho)
            )
        yield (
            _radam,
            flat.state("m"),
            flat.state("s"),
            now.lr * trust * correct1,
            *decay(now),
            *shares(now.betas),
            correct2,
            *epsilon(now, correct2),
            rho > 5,
        )
