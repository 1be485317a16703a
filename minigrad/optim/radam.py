"""RAdam: Adam that waits until it knows the second moment."""

from __future__ import annotations

import math
from typing import ClassVar

import numpy as np

from ..kernels.fused import Array, elements, fused, without_tiny
from .adam import adam_eps
from .flat import Flat
from .optimizer import Optimizer, Params, Rate, decay


@fused
def _radam(
    theta: Array,
    grad: Array,
    m: Array,
    s: Array,
    lr: float,
    keep: float,
    weight_decay: float,
    beta1: float,
    new1: float,
    beta2: float,
    new2: float,
    correct: float,
    eps: float,
    eps_inside: float,
    adaptive: bool,
) -> None:
    for i in elements(theta):
        g = grad[i] + weight_decay * theta[i]
        m[i] = without_tiny(beta1 * m[i] + new1 * g)
        s[i] = beta2 * s[i] + new2 * (g * g)
        if adaptive:
            theta[i] = keep * theta[i] - lr * m[i] / (np.sqrt(correct * s[i] + eps_inside) + eps)
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

    r_t rises from near 0 to 1: a warmup that follows from β₂. The ε of eps_form="uncorrected" and
    "inside" stands where :class:`Adam` says.

    Parameters
    ----------
    params : iterable of Tensors, (name, Tensor) pairs or group dicts
        See :class:`Optimizer`.
    lr : float or schedule
        η.
    betas : pair of float
        β₁ and β₂.
    eps : float
        ε.
    weight_decay : float
        λ; λ θ_t is added to g_t.
    eps_form : {"uncorrected", "outside", "inside"}
        Where ε stands.
    decoupled_weight_decay : bool
        Shrink θ_t by η_t λ θ_t instead.

    Notes
    -----
    "uncorrected": PyTorch and the authors' code. "outside": optax's ``eps``; "inside": its
    ``eps_root``. The paper has no ε, and 4 where all of these have 5. Keras has no RAdam.

    References
    ----------
    Liu et al. (2020), On the variance of the adaptive learning rate and beyond.
    """

    choices: ClassVar = {"eps_form": ("uncorrected", "outside", "inside")}

    def __init__(
        self,
        params: Params,
        lr: Rate = 1e-3,
        betas: tuple[Rate, Rate] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: Rate = 0.0,
        eps_form: str = "uncorrected",
        decoupled_weight_decay: bool = False,
    ) -> None:
        super().__init__(
            params,
            lr,
            betas=betas,
            eps=eps,
            weight_decay=weight_decay,
            eps_form=eps_form,
            decoupled_weight_decay=decoupled_weight_decay,
        )

    def _update(
        self,
        flat: Flat,
        lr: float,
        betas: tuple[float, float],
        eps: float,
        weight_decay: float,
        eps_form: str,
        decoupled_weight_decay: bool,
    ) -> None:
        beta1, beta2 = betas
        keep, l2 = decay(lr, weight_decay, decoupled_weight_decay)
        t = self.steps + 1
        correct1, correct2 = (1 / (1 - beta**t) for beta in betas)
        rho_end = 2 / (1 - beta2) - 1
        rho = rho_end - 2 * t * beta2**t * correct2
        trust = 1.0
        if rho > 5:
            trust = math.sqrt(
                (rho - 4) * (rho - 2) * rho_end / ((rho_end - 4) * (rho_end - 2) * rho)
            )
        flat.apply(
            _radam,
            flat.state("m"),
            flat.state("s"),
            lr * trust * correct1,
            keep,
            l2,
            beta1,
            1 - beta1,
            beta2,
            1 - beta2,
            correct2,
            *adam_eps(eps, eps_form, correct2),
            rho > 5,
        )
