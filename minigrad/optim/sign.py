"""Steps of one size in every coordinate: SignSGD and Lion."""

import numpy as np

from ..kernels.fused import elements, fused, without_tiny
from .flat import Flat
from .optimizer import Optimizer, Options, Rules
from .options import Amount, Betas, Rate, Share
from .terms import remembers


@fused
def _sign(theta, grad, m, lr, keep, beta1, new1, beta2, new2):  # type: ignore
    for i in elements(theta):
        g = grad[i]
        if m.size:
            theta[i] = keep * theta[i] - lr * np.sign(beta1 * m[i] + new1 * g)
            m[i] = without_tiny(beta2 * m[i] + new2 * g)
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

    lr: Rate = 1e-3
    momentum: Share = 0.0
    weight_decay: Amount = 0.0

    def _update(self, flat: Flat, now: Options) -> Rules:
        m = flat.state("m") if remembers(flat, "m", now, "momentum") else flat.none
        mix = now.momentum, 1 - now.momentum
        yield _sign, m, now.lr, 1 - now.lr * now.weight_decay, *mix, *mix


class Lion(Optimizer):
    """The sign of momentum that looks a little ahead, with decoupled weight decay.

    ::

        θ_{t+1} = (1 − η_t λ) θ_t − η_t sign(β₁ m_{t−1} + (1 − β₁) g_t)
        m_t = β₂ m_{t−1} + (1 − β₂) g_t

    One state instead of Adam's two. Its steps are all of the size η, so that it wants a rate 3 to
    10 times smaller than Adam's, and a λ as much larger.

    Parameters
    ----------
    params, lr, weight_decay
        As for :class:`AdamW`.
    betas : pair of float
        β₁, the weight of the past in the step, and β₂, its weight in the momentum.

    Notes
    -----
    The authors' code, Keras and optax agree. optax defaults to λ = 0.001. PyTorch has none.

    References
    ----------
    Chen et al. (2023), Symbolic discovery of optimization algorithms.
    """

    lr: Rate = 1e-4
    betas: Betas = (0.9, 0.99)
    weight_decay: Amount = 0.0

    def _update(self, flat: Flat, now: Options) -> Rules:
        beta1, beta2 = now.betas
        keep = 1 - now.lr * now.weight_decay
        yield _sign, flat.state("m"), now.lr, keep, beta1, 1 - beta1, beta2, 1 - beta2
