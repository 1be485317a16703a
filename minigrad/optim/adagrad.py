"""Steps divided by the size of past gradients: Adagrad and Adadelta."""

from typing import Literal

import numpy as np

from ..kernels.fused import elements, fused, without_subnormal
from .flat import Flat
from .optimizer import Optimizer, Options, Rules
from .options import Amount, Flag, Rate, Share
from .terms import decay, epsilon


@fused
def _adagrad(theta, grad, s, lr, keep, l2, eps, under):  # type: ignore
    for i in elements(theta):
        g = grad[i] + l2 * theta[i]
        s[i] += g * g
        theta[i] = keep * theta[i] - lr * g / (np.sqrt(s[i] + under) + eps)


class Adagrad(Optimizer):
    """Each parameter's rate falls with the sum of its squared gradients.

    ::

        s_t = s_{t−1} + g_t²
        θ_{t+1} = θ_t − η_t g_t / (√s_t + ε)        eps_form="outside"
        θ_{t+1} = θ_t − η_t g_t / √(s_t + ε)        eps_form="inside"

    s never shrinks, so the steps do, at least as 1/√t: made for sparse features, whose rare
    gradients keep a high rate.

    Parameters
    ----------
    params, lr, weight_decay, eps, eps_form, decoupled_weight_decay
        As for :class:`Adam`.
    initial_accumulator_value : float
        s before the first update.

    Notes
    -----
    "outside" and starting at 0: PyTorch, whose ``lr_decay`` is `mg.schedules.inverse_time` here.
    "inside" and starting at 0.1: Keras and optax, with ε = 1e-7; decay in Keras is decoupled.

    References
    ----------
    Duchi, Hazan & Singer (2011), Adaptive subgradient methods.
    """

    lr: Rate = 0.01
    weight_decay: Amount = 0.0
    initial_accumulator_value: Amount = 0.0
    eps: Amount = 1e-10
    eps_form: Literal["outside", "inside"] = "outside"
    decoupled_weight_decay: Flag = False

    def _update(self, flat: Flat, now: Options) -> Rules:
        s = flat.state("s", start=now.initial_accumulator_value)
        yield _adagrad, s, now.lr, *decay(now), *epsilon(now)


@fused
def _adadelta(theta, grad, s, u, lr, keep, l2, rho, new, eps):  # type: ignore
    for i in elements(theta):
        g = grad[i] + l2 * theta[i]
        s[i] = without_subnormal(rho * s[i] + new * (g * g))
        delta = np.sqrt(u[i] + eps) / np.sqrt(s[i] + eps) * g
        u[i] = without_subnormal(rho * u[i] + new * (delta * delta))
        theta[i] = keep * theta[i] - lr * delta


class Adadelta(Optimizer):
    """Steps in the units of the parameters: past steps divided by past gradients.

    ::

        s_t = ρ s_{t−1} + (1 − ρ) g_t²
        Δ_t = √(u_{t−1} + ε) / √(s_t + ε) · g_t
        u_t = ρ u_{t−1} + (1 − ρ) Δ_t²
        θ_{t+1} = θ_t − η_t Δ_t

    Parameters
    ----------
    params, lr, weight_decay, decoupled_weight_decay
        As for :class:`Adam`. η is 1 in the paper.
    rho : float
        ρ, the decay of both averages.
    eps : float
        ε. The first steps have about the size √ε.

    Notes
    -----
    PyTorch, Keras and optax agree on the rule. Keras decouples the decay, and defaults to
    lr = 0.001, ρ = 0.95, ε = 1e-7.

    References
    ----------
    Zeiler (2012), ADADELTA: an adaptive learning rate method.
    """

    lr: Rate = 1.0
    rho: Share = 0.9
    eps: Amount = 1e-6
    weight_decay: Amount = 0.0
    decoupled_weight_decay: Flag = False

    def _update(self, flat: Flat, now: Options) -> Rules:
        states = flat.state("s"), flat.state("u")
        yield _adadelta, *states, now.lr, *decay(now), now.rho, 1 - now.rho, now.eps
