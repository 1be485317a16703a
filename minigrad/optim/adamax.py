"""Adamax: Adam with the largest recent gradient in place of the root mean square."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from ..kernels.fused import Array, elements, fused, without_tiny
from .adagrad import outside_inside
from .flat import Flat
from .optimizer import Optimizer, Params, Rate, decay


@fused
def _adamax(
    theta: Array,
    grad: Array,
    m: Array,
    u: Array,
    lr: float,
    keep: float,
    weight_decay: float,
    beta1: float,
    new1: float,
    beta2: float,
    eps: float,
    eps_inside: float,
) -> None:
    for i in elements(theta):
        g = grad[i] + weight_decay * theta[i]
        m[i] = without_tiny(beta1 * m[i] + new1 * g)
        u[i] = np.maximum(beta2 * u[i], np.abs(g) + eps_inside)
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
    eps_form : {"inside", "outside"}
        Where ε stands.
    decoupled_weight_decay : bool
        Shrink θ_t by η_t λ θ_t instead.

    Notes
    -----
    "inside": PyTorch and optax. "outside": Keras, where decay is decoupled. The paper has no ε.

    References
    ----------
    Kingma & Ba (2015), Adam, Section 7.1.
    """

    choices: ClassVar = {"eps_form": ("inside", "outside")}

    def __init__(
        self,
        params: Params,
        lr: Rate = 2e-3,
        betas: tuple[Rate, Rate] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: Rate = 0.0,
        eps_form: str = "inside",
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
        rate = lr / (1 - beta1 ** (self.steps + 1))
        flat.apply(
            _adamax,
            flat.state("m"),
            flat.state("u"),
            rate,
            keep,
            l2,
            beta1,
            1 - beta1,
            beta2,
            *outside_inside(eps, eps_form),
        )
