"""NAdam: Adam with Nesterov's look ahead."""

import numpy as np

from ..kernels.fused import elements, fused, without_subnormal, without_tiny
from .flat import Flat
from .optimizer import Optimizer, Options, Rules
from .options import Amount, Betas, Bound, Flag, Rate
from .terms import decay, shares


@fused
def _nadam(  # type: ignore
    theta, grad, m, s, lr_grad, lr_m, keep, l2, beta1, new1, beta2, new2, correct, eps
):
    for i in elements(theta):
        g = grad[i] + l2 * theta[i]
        m[i] = without_tiny(beta1 * m[i] + new1 * g)
        s[i] = without_subnormal(beta2 * s[i] + new2 * (g * g))
        ahead = lr_grad * g + lr_m * m[i]
        theta[i] = keep * theta[i] - ahead / (np.sqrt(correct * s[i]) + eps)


class NAdam(Optimizer):
    """Adam with Nesterov's look ahead.

    ::

        μ_t = β₁ (1 − ½ 0.96^{(t+1) ψ})          Π_t = μ_0 μ_1 ⋯ μ_t
        m_t = β₁ m_{t−1} + (1 − β₁) g_t
        s_t = β₂ s_{t−1} + (1 − β₂) g_t²          ŝ_t = s_t / (1 − β₂^{t+1})
        m̂_t = μ_{t+1} m_t / (1 − Π_{t+1}) + (1 − μ_t) g_t / (1 − Π_t)
        θ_{t+1} = θ_t − η_t m̂_t / (√ŝ_t + ε)

    Parameters
    ----------
    params, lr, betas, eps, weight_decay, decoupled_weight_decay
        As for :class:`Adam`.
    momentum_decay : float
        ψ, how fast μ_t rises from β₁/2 to β₁. ``math.inf``: it is β₁ from the start.

    Notes
    -----
    ψ = 0.004: PyTorch, and the paper. ψ = 1: Keras, where decay is decoupled. ψ = ∞, so that
    Π_t = β₁^{t+1}: optax.

    References
    ----------
    Dozat (2016), Incorporating Nesterov momentum into Adam.
    """

    lr: Rate = 2e-3
    betas: Betas = (0.9, 0.999)
    eps: Amount = 1e-8
    weight_decay: Amount = 0.0
    momentum_decay: Bound = 0.004
    decoupled_weight_decay: Flag = False

    def _update(self, flat: Flat, now: Options) -> Rules:
        beta1, beta2 = now.betas
        t = self.steps
        mu = beta1 * (1 - 0.5 * 0.96 ** ((t + 1) * now.momentum_decay))
        mu_next = beta1 * (1 - 0.5 * 0.96 ** ((t + 2) * now.momentum_decay))
        product = flat.numbers["product"] = flat.numbers.get("product", 1.0) * mu
        yield (
            _nadam,
            flat.state("m"),
            flat.state("s"),
            now.lr * (1 - mu) / (1 - product),
            now.lr * mu_next / (1 - product * mu_next),
            *decay(now),
            *shares(now.betas),
            1 / (1 - beta2 ** (t + 1)),
            now.eps,
        )
