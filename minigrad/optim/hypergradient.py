"""Hypergradient descent: the rate is learned by the rule that it serves."""

import numpy as np

from ..kernels.fused import elements, fused, without_subnormal, without_tiny
from ..kernels.sums import dot
from .flat import Flat
from .optimizer import Groups, Options, Rules
from .options import Amount, Betas, Rate
from .selftuning import SelfTuning
from .terms import corrections, shares


@fused
def _sgd(theta, grad, u, lr, l2):  # type: ignore
    for i in elements(theta):
        u[i] = grad[i] + l2 * theta[i]
        theta[i] -= lr * u[i]


@fused
def _adam(  # type: ignore
    theta, grad, u, m, s, lr, l2, beta1, new1, beta2, new2, correct1, correct2, eps
):
    for i in elements(theta):
        g = grad[i] + l2 * theta[i]
        m[i] = without_tiny(beta1 * m[i] + new1 * g)
        s[i] = without_subnormal(beta2 * s[i] + new2 * (g * g))
        u[i] = correct1 * m[i] / (np.sqrt(correct2 * s[i]) + eps)
        theta[i] -= lr * u[i]


class _Hypergradient(SelfTuning):
    """The rate's part of the rule: both forms differ in the direction u alone."""

    def _prepare(self, groups: Groups) -> None:
        for flats, now in groups:
            slope = sum(
                dot(flat.grad, flat.state("u"))
                + now.weight_decay * dot(flat.theta, flat.state("u"))
                for flat in flats
            )
            learned = flats[0].numbers.get("learned", 0.0) + now.hypergrad_lr * slope
            for flat in flats:
                flat.numbers.update(learned=learned, adapted_lr=now.lr + learned)


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

    hypergrad_lr: Amount = 0.001
    weight_decay: Amount = 0.0

    def _update(self, flat: Flat, now: Options) -> Rules:
        yield _sgd, flat.state("u"), flat.numbers["adapted_lr"], now.weight_decay


class AdamHD(_Hypergradient):
    """Adam whose rate goes down the gradient of the loss, too.

    With m̂_t and ŝ_t as in :class:`Adam`, each group of parameters has a rate::

        α_t = α_{t−1} + β g_t · u_{t−1},    α_0 = η
        u_t = m̂_t / (√ŝ_t + ε)
        θ_{t+1} = θ_t − α_t u_t

    Where η is a schedule, what is learned is added to it, as in :class:`SGDHD`.

    Parameters
    ----------
    params, lr, hypergrad_lr, weight_decay
        As for :class:`SGDHD`.
    betas, eps
        As for :class:`Adam`.

    Notes
    -----
    The paper's Adam-HD. PyTorch, Keras and optax have none.

    References
    ----------
    Baydin et al. (2018), Online learning rate adaptation with hypergradient descent.
    """

    lr: Rate = 1e-3
    hypergrad_lr: Amount = 1e-7
    betas: Betas = (0.9, 0.999)
    eps: Amount = 1e-8
    weight_decay: Amount = 0.0

    def _update(self, flat: Flat, now: Options) -> Rules:
        yield (
            _adam,
            flat.state("u"),
            flat.state("m"),
            flat.state("s"),
            flat.numbers["adapted_lr"],
            now.weight_decay,
            *shares(now.betas),
            *corrections(now.betas, self.steps + 1),
            now.eps,
        )
