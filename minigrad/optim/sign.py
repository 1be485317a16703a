"""Steps of one size in every coordinate: SignSGD and Lion."""

from __future__ import annotations

import numpy as np

from ..kernels.fused import Array, elements, fused
from .flat import Flat
from .optimizer import Optimizer, Params, Rate


@fused
def _sign(
    theta: Array,
    grad: Array,
    m: Array,
    lr: float,
    keep: float,
    beta1: float,
    new1: float,
    beta2: float,
    new2: float,
    averaged: bool,
) -> None:
    for i in elements(theta):
        g = grad[i]
        if averaged:
            theta[i] = keep * theta[i] - lr * np.sign(beta1 * m[i] + new1 * g)
            m[i] = beta2 * m[i] + new2 * g
        else:
            theta[i] = keep * theta[i] - lr * np.sign(g)


class SignSGD(Optimizer):
    """Move every parameter by the rate, against the sign of its gradient.

    ::

        θ_{t+1} = (1 − η_t λ) θ_t − η_t sign(g_t)

    With momentum (Signum), m_t takes the place of g_t::

        m_t = μ m_{t−1} + (1 − μ) g_t

    Parameters
    ----------
    params : iterable of Tensors, (name, Tensor) pairs or group dicts
        See :class:`Optimizer`.
    lr : float or schedule
        η, the length of every coordinate's step.
    momentum : float
        μ.
    weight_decay : float
        λ, decoupled.

    Notes
    -----
    Agrees: the paper, and without momentum optax's ``sign_sgd``. PyTorch and Keras have none.

    References
    ----------
    Bernstein et al. (2018), signSGD: compressed optimisation for non-convex problems.
    """

    def __init__(
        self, params: Params, lr: Rate = 1e-3, momentum: Rate = 0.0, weight_decay: Rate = 0.0
    ) -> None:
        super().__init__(params, lr, momentum=momentum, weight_decay=weight_decay)

    def _update(self, flat: Flat, lr: float, momentum: float, weight_decay: float) -> None:
        m = flat.state("m") if momentum else flat.none
        new = 1 - momentum
        keep = 1 - lr * weight_decay
        flat.apply(_sign, m, lr, keep, momentum, new, momentum, new, momentum != 0)


class Lion(Optimizer):
    """The sign of momentum that looks a little ahead, with decoupled weight decay.

    ::

        θ_{t+1} = (1 − η_t λ) θ_t − η_t sign(β₁ m_{t−1} + (1 − β₁) g_t)
        m_t = β₂ m_{t−1} + (1 − β₂) g_t

    One state instead of Adam's two. Its steps are all of the size η, so that it wants a rate 3 to
    10 times smaller than Adam's, and a λ as much larger.

    Parameters
    ----------
    params : iterable of Tensors, (name, Tensor) pairs or group dicts
        See :class:`Optimizer`.
    lr : float or schedule
        η.
    betas : pair of float
        β₁, the weight of the past in the step, and β₂, its weight in the momentum.
    weight_decay : float
        λ.

    Notes
    -----
    The authors' code, Keras and optax agree. optax defaults to λ = 0.001. PyTorch has none.

    References
    ----------
    Chen et al. (2023), Symbolic discovery of optimization algorithms.
    """

    def __init__(
        self,
        params: Params,
        lr: Rate = 1e-4,
        betas: tuple[Rate, Rate] = (0.9, 0.99),
        weight_decay: Rate = 0.0,
    ) -> None:
        super().__init__(params, lr, betas=betas, weight_decay=weight_decay)

    def _update(
        self, flat: Flat, lr: float, betas: tuple[float, float], weight_decay: float
    ) -> None:
        beta1, beta2 = betas
        keep = 1 - lr * weight_decay
        flat.apply(_sign, flat.state("m"), lr, keep, beta1, 1 - beta1, beta2, 1 - beta2, True)
