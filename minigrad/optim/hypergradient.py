"""Hypergradient descent: the rate is learned by the rule that it serves."""

from __future__ import annotations

import math
from typing import ClassVar

import numpy as np

from ..kernels.fused import Array, elements, fused
from .flat import Flat
from .optimizer import Groups, Optimizer, Params, Rate
from .reductions import dot
from .selftuning import SelfTuning


@fused
def _sgd(theta: Array, grad: Array, u: Array, lr: float, weight_decay: float) -> None:
    for i in elements(theta):
        u[i] = grad[i] + weight_decay * theta[i]
        theta[i] -= lr * u[i]


@fused
def _adam(
    theta: Array,
    grad: Array,
    u: Array,
    m: Array,
    s: Array,
    lr: float,
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
        g = grad[i] + weight_decay * theta[i]
        m[i] = beta1 * m[i] + new1 * g
        s[i] = beta2 * s[i] + new2 * (g * g)
        u[i] = correct1 * m[i] / (np.sqrt(correct2 * s[i]) + eps)
        theta[i] -= lr * u[i]


class _Hypergradient(SelfTuning):
    """The rate's part of the rule: both forms differ in the direction u alone."""

    limits: ClassVar = {**Optimizer.limits, "hypergrad_lr": (0, math.inf)}

    def _prepare(self, groups: Groups) -> None:
        for flats, options in groups:
            slope = sum(
                dot(flat.grad, flat.state("u"))
                + options["weight_decay"] * dot(flat.theta, flat.state("u"))
                for flat in flats
            )
            learned = flats[0].numbers.get("learned", 0.0) + options["hypergrad_lr"] * slope
            for flat in flats:
                flat.numbers.update(learned=learned, adapted_lr=options["lr"] + learned)


class SGDHD(_Hypergradient):
    """Gradient descent whose rate goes down the gradient of the loss, too.

    One step earlier the loss depended on the rate through θ_t = θ_{t−1} − α_{t−1} g_{t−1}, so that
    its derivative by the rate is −g_t · g_{t−1}. Each group of parameters has a rate::

        α_t = α_{t−1} + β g_t · g_{t−1},    α_0 = η
        θ_{t+1} = θ_t − α_t g_t

    It grows while gradients agree, and falls when they turn back: with a large β even below 0,
    which nothing prevents. Where η is a schedule, what is learned is added to it:
    α_t = η_t + β Σ g_i · g_{i−1}.

    Parameters
    ----------
    params : iterable of Tensors, (name, Tensor) pairs or group dicts
        See :class:`Optimizer`.
    lr : float or schedule
        η, the rate to begin with. The one in use is ``adapted_lr``.
    hypergrad_lr : float
        β, the rate of the rate. It has the scale of α over the square of a gradient.
    weight_decay : float
        λ, an L2 penalty, part of g_t.

    Notes
    -----
    The paper's SGD-HD. The authors' code goes through the parameters one tensor after the other.
    PyTorch, Keras and optax have none.

    References
    ----------
    Baydin et al. (2018), Online learning rate adaptation with hypergradient descent.
    """

    def __init__(
        self, params: Params, lr: Rate, hypergrad_lr: float = 1e-3, weight_decay: Rate = 0.0
    ) -> None:
        super().__init__(params, lr, hypergrad_lr=hypergrad_lr, weight_decay=weight_decay)

    def _update(self, flat: Flat, lr: float, hypergrad_lr: float, weight_decay: float) -> None:
        flat.apply(_sgd, flat.state("u"), flat.numbers["adapted_lr"], weight_decay)


class AdamHD(_Hypergradient):
    """Adam whose rate goes down the gradient of the loss, too.

    With m̂_t and ŝ_t as in :class:`Adam`, each group of parameters has a rate::

        α_t = α_{t−1} + β g_t · u_{t−1},    α_0 = η
        u_t = m̂_t / (√ŝ_t + ε)
        θ_{t+1} = θ_t − α_t u_t

    Where η is a schedule, what is learned is added to it, as in :class:`SGDHD`.

    Parameters
    ----------
    params : iterable of Tensors, (name, Tensor) pairs or group dicts
        See :class:`Optimizer`.
    lr : float or schedule
        η, the rate to begin with. The one in use is ``adapted_lr``.
    hypergrad_lr : float
        β, the rate of the rate.
    betas : pair of float
        β₁ and β₂.
    eps : float
        ε.
    weight_decay : float
        λ, an L2 penalty, part of g_t.

    Notes
    -----
    The paper's Adam-HD. PyTorch, Keras and optax have none.

    References
    ----------
    Baydin et al. (2018), Online learning rate adaptation with hypergradient descent.
    """

    def __init__(
        self,
        params: Params,
        lr: Rate = 1e-3,
        hypergrad_lr: float = 1e-7,
        betas: tuple[Rate, Rate] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: Rate = 0.0,
    ) -> None:
        super().__init__(
            params,
            lr,
            hypergrad_lr=hypergrad_lr,
            betas=betas,
            eps=eps,
            weight_decay=weight_decay,
        )

    def _update(
        self,
        flat: Flat,
        lr: float,
        hypergrad_lr: float,
        betas: tuple[float, float],
        eps: float,
        weight_decay: float,
    ) -> None:
        beta1, beta2 = betas
        correct1, correct2 = (1 / (1 - beta ** (self.steps + 1)) for beta in betas)
        flat.apply(
            _adam,
            flat.state("u"),
            flat.state("m"),
            flat.state("s"),
            flat.numbers["adapted_lr"],
            weight_decay,
            beta1,
            1 - beta1,
            beta2,
            1 - beta2,
            correct1,
            correct2,
            eps,
        )
