"""NAdam: Adam with Nesterov's look ahead."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..kernels.fused import Array, elements, fused, without_tiny
from .flat import Flat
from .optimizer import Optimizer, Params, Rate, decay


@fused
def _nadam(
    theta: Array,
    grad: Array,
    m: Array,
    s: Array,
    lr_grad: float,
    lr_m: float,
    keep: float,
    weight_decay: float,
    beta1: float,
    new1: float,
    beta2: float,
    new2: float,
    correct: float,
    eps: float,
) -> None:
    for i in elements(theta):
        g = grad[i] + weight_decay * theta[i]
        m[i] = without_tiny(beta1 * m[i] + new1 * g)
        s[i] = beta2 * s[i] + new2 * (g * g)
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
    momentum_decay : float
        ψ, how fast μ_t rises from β₁/2 to β₁. ``math.inf``: it is β₁ from the start.
    decoupled_weight_decay : bool
        Shrink θ_t by η_t λ θ_t instead.

    Notes
    -----
    ψ = 0.004: PyTorch, and the paper. ψ = 1: Keras, where decay is decoupled. ψ = ∞, so that
    Π_t = β₁^{t+1}: optax.

    References
    ----------
    Dozat (2016), Incorporating Nesterov momentum into Adam.
    """

    def __init__(
        self,
        params: Params,
        lr: Rate = 2e-3,
        betas: tuple[Rate, Rate] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: Rate = 0.0,
        momentum_decay: float = 0.004,
        decoupled_weight_decay: bool = False,
    ) -> None:
        super().__init__(
            params,
            lr,
            betas=betas,
            eps=eps,
            weight_decay=weight_decay,
            momentum_decay=momentum_decay,
            decoupled_weight_decay=decoupled_weight_decay,
        )

    def _check(self, momentum_decay: float, **_: Any) -> None:
        if not momentum_decay >= 0:  # infinity is welcome, NaN is not
            raise ValueError(f"NAdam: momentum_decay must not be negative; got {momentum_decay}.")

    def _update(
        self,
        flat: Flat,
        lr: float,
        betas: tuple[float, float],
        eps: float,
        weight_decay: float,
        momentum_decay: float,
        decoupled_weight_decay: bool,
    ) -> None:
        beta1, beta2 = betas
        keep, l2 = decay(lr, weight_decay, decoupled_weight_decay)
        t = self.steps
        mu = beta1 * (1 - 0.5 * 0.96 ** ((t + 1) * momentum_decay))
        mu_next = beta1 * (1 - 0.5 * 0.96 ** ((t + 2) * momentum_decay))
        product = flat.numbers["product"] = flat.numbers.get("product", 1.0) * mu
        flat.apply(
            _nadam,
            flat.state("m"),
            flat.state("s"),
            lr * (1 - mu) / (1 - product),
            lr * mu_next / (1 - product * mu_next),
            keep,
            l2,
            beta1,
            1 - beta1,
            beta2,
            1 - beta2,
            1 / (1 - beta2 ** (t + 1)),
            eps,
        )
