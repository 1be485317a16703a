"""RMSprop: steps divided by the size of recent gradients."""

from typing import Literal

import numpy as np

from ..kernels.fused import elements, fused, without_subnormal, without_tiny
from .flat import Flat
from .optimizer import Optimizer, Options, Rules
from .options import Amount, Flag, Rate, Share
from .terms import decay, epsilon, remembers


@fused
def _rmsprop(  # type: ignore
    theta, grad, s, mean, velocity, lr, keep, l2, alpha, new, eps, under, momentum, gain, zero
):
    for i in elements(theta):
        g = grad[i] + l2 * theta[i]
        s[i] = without_subnormal(alpha * s[i] + new * (g * g))
        if mean.size:
            mean[i] = without_tiny(alpha * mean[i] + new * g)
            variance = np.maximum(s[i] - mean[i] * mean[i], zero)  # rounding may go below
        else:
            variance = s[i]
        push = gain * g / (np.sqrt(variance + under) + eps)
        if velocity.size:
            velocity[i] = without_tiny(momentum * velocity[i] + push)
            theta[i] = keep * theta[i] - lr * velocity[i]
        else:
            theta[i] = keep * theta[i] - lr * push


class RMSprop(Optimizer):
    """Steps divided by the root of an average of recent squared gradients.

    ::

        s_t = α s_{t−1} + (1 − α) g_t²
        d_t = g_t / (√s_t + ε)                                   eps_form="outside"
        d_t = g_t / √(s_t + ε)                                   eps_form="inside"

        no momentum      θ_{t+1} = θ_t − η_t d_t
        "heavy_ball"     v_t = μ v_{t−1} + d_t         θ_{t+1} = θ_t − η_t v_t
        "rate_inside"    v_t = μ v_{t−1} + η_t d_t     θ_{t+1} = θ_t − v_t

    Centred, the variance takes the place of the second moment: with
    a_t = α a_{t−1} + (1 − α) g_t, s_t − a_t² stands for s_t in d_t.

    Parameters
    ----------
    params, lr, eps, weight_decay, eps_form, decoupled_weight_decay
        As for :class:`Adam`.
    alpha : float
        α, the decay of the averages.
    momentum : float
        μ.
    centered : bool
        Divide by the standard deviation.
    form : {"heavy_ball", "rate_inside"}
        What the velocity adds up; see :class:`SGD`.

    Notes
    -----
    "outside" with "heavy_ball": PyTorch. "inside" with "rate_inside": Keras, TensorFlow and optax,
    which have α = 0.9; decay in Keras is decoupled.

    References
    ----------
    Tieleman & Hinton (2012), Lecture 6.5; centred and with momentum: Graves (2013).
    """

    lr: Rate = 0.01
    alpha: Share = 0.99
    eps: Amount = 1e-8
    weight_decay: Amount = 0.0
    momentum: Share = 0.0
    centered: Flag = False
    eps_form: Literal["outside", "inside"] = "outside"
    form: Literal["heavy_ball", "rate_inside"] = "heavy_ball"
    decoupled_weight_decay: Flag = False

    def _update(self, flat: Flat, now: Options) -> Rules:
        gain, rate = (now.lr, 1.0) if now.form == "rate_inside" else (1.0, now.lr)
        rolls = remembers(flat, "velocity", now, "momentum")
        yield (
            _rmsprop,
            flat.state("s"),
            flat.state("mean") if now.centered else flat.none,
            flat.state("velocity") if rolls else flat.none,
            rate,
            *decay(now),
            now.alpha,
            1 - now.alpha,
            *epsilon(now),
            now.momentum,
            gain,
            0.0,
        )
