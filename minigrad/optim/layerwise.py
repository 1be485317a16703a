"""A rate for every layer, from the size of its weights: LARS and LAMB."""

from __future__ import annotations

import math
from typing import ClassVar

import numpy as np

from ..kernels.fused import Array, elements, fused, without_tiny
from .flat import Flat
from .optimizer import Optimizer, Params, Rate
from .reductions import dot


@fused
def _lars(
    theta: Array, grad: Array, velocity: Array, rate: float, weight_decay: float, momentum: float
) -> None:
    for i in elements(theta):
        push = rate * (grad[i] + weight_decay * theta[i])
        velocity[i] = without_tiny(momentum * velocity[i] + push)
        theta[i] -= velocity[i]


@fused
def _lamb_direction(
    theta: Array,
    grad: Array,
    direction: Array,
    m: Array,
    s: Array,
    weight_decay: float,
    beta1: float,
    new1: float,
    beta2: float,
    new2: float,
    correct1: float,
    correct2: float,
    eps: float,
) -> None:
    for i in elements(theta):
        m[i] = without_tiny(beta1 * m[i] + new1 * grad[i])
        s[i] = beta2 * s[i] + new2 * (grad[i] * grad[i])
        adam = correct1 * m[i] / (np.sqrt(correct2 * s[i]) + eps)
        direction[i] = adam + weight_decay * theta[i]


@fused
def _along(theta: Array, grad: Array, direction: Array, rate: float) -> None:
    for i in elements(theta):
        theta[i] -= rate * direction[i]


class LARS(Optimizer):
    """Heavy-ball momentum in which a layer's step is in proportion to the norm of its weights.

    For every parameter tensor ("layer") by itself::

        r_t = c ‖θ_t‖ / (‖g_t‖ + λ ‖θ_t‖ + ε)      norm="separate"
        r_t = c ‖θ_t‖ / (‖g_t + λ θ_t‖ + ε)        norm="joint"
        v_t = μ v_{t−1} + η_t r_t (g_t + λ θ_t)
        θ_{t+1} = θ_t − v_t

    r_t is 1 where either norm is 0. Biases and the parameters of normalisation layers are usually
    left out: put them in a group with ``layerwise=False``, where r_t is 1, and a rate of its own.

    Parameters
    ----------
    params : iterable of Tensors, (name, Tensor) pairs or group dicts
        See :class:`Optimizer`.
    lr : float or schedule
        η.
    momentum : float
        μ.
    weight_decay : float
        λ, an L2 penalty.
    trust_coefficient : float
        The factor c.
    eps : float
        ε.
    norm : {"separate", "joint"}
        What the norm of the weights is divided by.
    layerwise : bool
        Whether the ratio is used at all.

    Notes
    -----
    "separate": the paper, and NVIDIA's apex. "joint": optax. PyTorch and Keras have none.

    References
    ----------
    You, Gitman & Ginsburg (2017), Large batch training of convolutional networks.

    Examples
    --------
    >>> weights = [p for p in model.parameters() if p.ndim > 1]
    >>> others = [p for p in model.parameters() if p.ndim <= 1]
    >>> opt = mg.optim.LARS(
    ...     [{"params": weights}, {"params": others, "lr": 0.1, "layerwise": False}], lr=10.0
    ... )
    """

    limits: ClassVar = {**Optimizer.limits, "trust_coefficient": (0, math.inf)}
    choices: ClassVar = {"norm": ("separate", "joint")}

    def __init__(
        self,
        params: Params,
        lr: Rate,
        momentum: Rate = 0.9,
        weight_decay: Rate = 0.0,
        trust_coefficient: float = 0.001,
        eps: float = 0.0,
        norm: str = "separate",
        layerwise: bool = True,
    ) -> None:
        super().__init__(
            params,
            lr,
            momentum=momentum,
            weight_decay=weight_decay,
            trust_coefficient=trust_coefficient,
            eps=eps,
            norm=norm,
            layerwise=layerwise,
        )

    def _update(
        self,
        flat: Flat,
        lr: float,
        momentum: float,
        weight_decay: float,
        trust_coefficient: float,
        eps: float,
        norm: str,
        layerwise: bool,
    ) -> None:
        rates = []
        for first, last in flat.spans:
            theta, grad = flat.theta[first:last], flat.grad[first:last]
            size = math.sqrt(dot(theta, theta))
            if norm == "joint":
                push = grad + weight_decay * theta
                against = math.sqrt(dot(push, push))
            else:
                against = math.sqrt(dot(grad, grad)) + weight_decay * size
            adapts = layerwise and size > 0 and against > 0
            rates.append(lr * (trust_coefficient * size / (against + eps) if adapts else 1.0))
        flat.apply(_lars, flat.state("velocity"), rates, weight_decay, momentum)


class LAMB(Optimizer):
    """Adam's direction, in every layer as long as the layer's weights.

    For every parameter tensor ("layer") by itself, with m̂_t and ŝ_t as in :class:`Adam`::

        u_t = m̂_t / (√ŝ_t + ε) + λ θ_t
        θ_{t+1} = θ_t − η_t (‖θ_t‖ / ‖u_t‖) u_t

    The ratio is 1 where either norm is 0, and in a group with ``layerwise=False``: which is AdamW.

    Parameters
    ----------
    params : iterable of Tensors, (name, Tensor) pairs or group dicts
        See :class:`Optimizer`.
    lr : float or schedule
        η: by which part of its own length a layer's weights move.
    betas : pair of float
        β₁ and β₂.
    eps : float
        ε.
    weight_decay : float
        λ.
    layerwise : bool
        Whether the ratio is used at all.

    Notes
    -----
    The paper with φ(z) = z and optax agree; Keras decays beside the ratio, and agrees without
    decay. PyTorch has none.

    References
    ----------
    You et al. (2020), Large batch optimization for deep learning: training BERT in 76 minutes.
    """

    def __init__(
        self,
        params: Params,
        lr: Rate = 1e-3,
        betas: tuple[Rate, Rate] = (0.9, 0.999),
        eps: float = 1e-6,
        weight_decay: Rate = 0.0,
        layerwise: bool = True,
    ) -> None:
        super().__init__(
            params, lr, betas=betas, eps=eps, weight_decay=weight_decay, layerwise=layerwise
        )

    def _update(
        self,
        flat: Flat,
        lr: float,
        betas: tuple[float, float],
        eps: float,
        weight_decay: float,
        layerwise: bool,
    ) -> None:
        beta1, beta2 = betas
        correct1, correct2 = (1 / (1 - beta ** (self.steps + 1)) for beta in betas)
        direction = np.empty_like(flat.theta)
        flat.apply(
            _lamb_direction,
            direction,
            flat.state("m"),
            flat.state("s"),
            weight_decay,
            beta1,
            1 - beta1,
            beta2,
            1 - beta2,
            correct1,
            correct2,
            eps,
        )
        rates = []
        for first, last in flat.spans:
            theta, u = flat.theta[first:last], direction[first:last]
            size, length = math.sqrt(dot(theta, theta)), math.sqrt(dot(u, u))
            adapts = layerwise and size > 0 and length > 0
            rates.append(lr * (size / length if adapts else 1.0))
        flat.apply(_along, direction, rates)
