"""A rate for every layer, from the size of its weights: LARS and LAMB."""

from typing import Literal

import numpy as np

from ..kernels.fused import elements, fused, without_subnormal, without_tiny
from ..kernels.sums import norm
from .flat import Flat
from .optimizer import Optimizer, Options, Rules
from .options import Amount, Betas, Flag, Rate, Share
from .terms import corrections, shares


@fused
def _lars(theta, grad, velocity, rate, l2, momentum):  # type: ignore
    for i in elements(theta):
        push = rate * (grad[i] + l2 * theta[i])
        velocity[i] = without_tiny(momentum * velocity[i] + push)
        theta[i] -= velocity[i]


@fused
def _lamb_direction(  # type: ignore
    theta, grad, direction, m, s, l2, beta1, new1, beta2, new2, correct1, correct2, eps
):
    for i in elements(theta):
        m[i] = without_tiny(beta1 * m[i] + new1 * grad[i])
        s[i] = without_subnormal(beta2 * s[i] + new2 * (grad[i] * grad[i]))
        adam = correct1 * m[i] / (np.sqrt(correct2 * s[i]) + eps)
        direction[i] = adam + l2 * theta[i]


@fused
def along(theta, grad, direction, keep, rate):  # type: ignore
    """Take a step along a direction, beside decay."""
    for i in elements(theta):
        theta[i] = keep * theta[i] - rate * direction[i]


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

    momentum: Share = 0.9
    weight_decay: Amount = 0.0
    trust_coefficient: Amount = 0.001
    eps: Amount = 0.0
    norm: Literal["separate", "joint"] = "separate"
    layerwise: Flag = True

    def _update(self, flat: Flat, now: Options) -> Rules:
        rates = []
        for first, last in flat.spans:
            theta, grad = flat.theta[first:last], flat.grad[first:last]
            size = norm(theta)
            if now.norm == "joint":
                against = norm(grad + now.weight_decay * theta)
            else:
                against = norm(grad) + now.weight_decay * size
            adapts = now.layerwise and size > 0 and against > 0
            ratio = now.trust_coefficient * size / (against + now.eps) if adapts else 1.0
            rates.append(now.lr * ratio)
        yield _lars, flat.state("velocity"), rates, now.weight_decay, now.momentum


class LAMB(Optimizer):
    """Adam's direction, in every layer as long as the layer's weights.

    For every parameter tensor ("layer") by itself, with m̂_t and ŝ_t as in :class:`Adam`::

        u_t = m̂_t / (√ŝ_t + ε) + λ θ_t
        θ_{t+1} = θ_t − η_t (‖θ_t‖ / ‖u_t‖) u_t

    The ratio is 1 where either norm is 0, and in a group with ``layerwise=False``: which is AdamW.

    Parameters
    ----------
    params, betas, eps, weight_decay
        As for :class:`Adam`; the decay is part of u_t.
    lr : float or schedule
        η: by which part of its own length a layer's weights move.
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

    lr: Rate = 1e-3
    betas: Betas = (0.9, 0.999)
    eps: Amount = 1e-6
    weight_decay: Amount = 0.0
    layerwise: Flag = True

    def _update(self, flat: Flat, now: Options) -> Rules:
        direction = np.empty_like(flat.theta)
        yield (
            _lamb_direction,
            direction,
            flat.state("m"),
            flat.state("s"),
            now.weight_decay,
            *shares(now.betas),
            *corrections(now.betas, self.steps + 1),
            now.eps,
        )
        rates = []
        for first, last in flat.spans:
            size, length = norm(flat.theta[first:last]), norm(direction[first:last])
            adapts = now.layerwise and size > 0 and length > 0
            rates.append(now.lr * (size / length if adapts else 1.0))
        yield along, direction, 1.0, rates
