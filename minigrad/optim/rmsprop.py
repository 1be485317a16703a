"""RMSprop: steps divided by the size of recent gradients."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from ..kernels.fused import Array, elements, fused, without_tiny
from .adagrad import outside_inside
from .flat import Flat
from .optimizer import Optimizer, Params, Rate, decay


@fused
def _rmsprop(
    theta: Array,
    grad: Array,
    s: Array,
    mean: Array,
    velocity: Array,
    lr: float,
    keep: float,
    weight_decay: float,
    alpha: float,
    new: float,
    eps: float,
    eps_inside: float,
    momentum: float,
    gain: float,
    zero: float,
    centered: bool,
    rolling: bool,
) -> None:
    for i in elements(theta):
        g = grad[i] + weight_decay * theta[i]
        s[i] = alpha * s[i] + new * (g * g)
        if centered:
            mean[i] = alpha * mean[i] + new * g
            variance = np.maximum(s[i] - mean[i] * mean[i], zero)  # rounding may go below
        else:
            variance = s[i]
        push = gain * g / (np.sqrt(variance + eps_inside) + eps)
        if rolling:
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
    params : iterable of Tensors, (name, Tensor) pairs or group dicts
        See :class:`Optimizer`.
    lr : float or schedule
        η.
    alpha : float
        α, the decay of the averages.
    eps : float
        ε.
    weight_decay : float
        λ; λ θ_t is added to g_t.
    momentum : float
        μ.
    centered : bool
        Divide by the standard deviation.
    eps_form : {"outside", "inside"}
        Where ε stands.
    form : {"heavy_ball", "rate_inside"}
        What the velocity adds up; see :class:`SGD`.
    decoupled_weight_decay : bool
        Shrink θ_t by η_t λ θ_t instead.

    Notes
    -----
    "outside" with "heavy_ball": PyTorch. "inside" with "rate_inside": Keras, TensorFlow and optax,
    which have α = 0.9; decay in Keras is decoupled.

    References
    ----------
    Tieleman & Hinton (2012), Lecture 6.5; centred and with momentum: Graves (2013).
    """

    limits: ClassVar = {**Optimizer.limits, "alpha": (0, 1)}
    choices: ClassVar = {
        "eps_form": ("outside", "inside"),
        "form": ("heavy_ball", "rate_inside"),
    }

    def __init__(
        self,
        params: Params,
        lr: Rate = 0.01,
        alpha: float = 0.99,
        eps: float = 1e-8,
        weight_decay: Rate = 0.0,
        momentum: Rate = 0.0,
        centered: bool = False,
        eps_form: str = "outside",
        form: str = "heavy_ball",
        decoupled_weight_decay: bool = False,
    ) -> None:
        super().__init__(
            params,
            lr,
            alpha=alpha,
            eps=eps,
            weight_decay=weight_decay,
            momentum=momentum,
            centered=centered,
            eps_form=eps_form,
            form=form,
            decoupled_weight_decay=decoupled_weight_decay,
        )

    def _update(
        self,
        flat: Flat,
        lr: float,
        alpha: float,
        eps: float,
        weight_decay: float,
        momentum: float,
        centered: bool,
        eps_form: str,
        form: str,
        decoupled_weight_decay: bool,
    ) -> None:
        keep, l2 = decay(lr, weight_decay, decoupled_weight_decay)
        gain, rate = (lr, 1.0) if form == "rate_inside" else (1.0, lr)
        flat.apply(
            _rmsprop,
            flat.state("s"),
            flat.state("mean") if centered else flat.none,
            flat.state("velocity") if momentum else flat.none,
            rate,
            keep,
            l2,
            alpha,
            1 - alpha,
            *outside_inside(eps, eps_form),
            momentum,
            gain,
            0.0,
            centered,
            momentum != 0,
        )
