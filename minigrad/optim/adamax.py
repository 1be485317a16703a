"""Adamax: Adam with the largest recent gradient in place of the root mean square."""

from typing import Literal

import numpy as np

from ..kernels.fused import elements, fused, without_subnormal, without_tiny
from .flat import Flat
from .optimizer import Optimizer, Options, Rules
from .options import Amount, Betas, Flag, Rate
from .terms import decay, epsilon


@fused
def _adamax(theta, grad, m, u, lr, keep, l2, beta1, new1, beta2, eps, under):  # type: ignore
    for i in elements(theta):
        g = grad[i] + l2 * theta[i]
        m[i] = without_tiny(beta1 * m[i] + new1 * g)
        u[i] = without_subnormal(np.maximum(beta2 * u[i], np.abs(g) + under))
        theta[i] = keep * theta[i] - lr * m[i] / (u[i] + eps)


class Adamax(Optimizer):
    """Adam with the largest recent gradient in place of the root mean square.

    ::

        m_t = β₁ m_{t−1} + (1 − β₁) g_t
        u_t = max(β₂ u_{t−1}, |g_t| + ε)                              eps_form="inside"
        θ_{t+1} = θ_t − η_t / (1 − β₁^{t+1}) · m_t / u_t

        u_t = max(β₂ u_{t−1}, |g_t|)                                  eps_form="outside"
        θ_{t+1} = θ_t − η_t / (1 − β₁^{t+1}) · m_t / (u_t + ε)

    Parameters
    ----------
    params, lr, betas, eps, weight_decay, eps_form, decoupled_weight_decay
        As for :class:`Adam`.

    Notes
    -----
    "inside": PyTorch and optax. "outside": Keras, where decay is decoupled. The paper has no ε.

    References
    ----------
    Kingma & Ba (2015), Adam, Section 7.1.
    """

    lr: Rate = 2e-3
    betas: Betas = (0.9, 0.999)
    eps: Amount = 1e-8
    weight_decay: Amount = 0.0
    eps_form: Literal["inside", "outside"] = "inside"
    decoupled_weight_decay: Flag = False

    def _update(self, flat: Flat, now: Options) -> Rules:
        beta1, beta2 = now.betas
        rate = now.lr / (1 - beta1 ** (self.steps + 1))
        states = flat.state("m"), flat.state("u")
        yield _adamax, *states, rate, *decay(now), beta1, 1 - beta1, beta2, *epsilon(now)
