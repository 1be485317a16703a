"""D-adaptation: the rate from an estimate of the distance to the solution."""

import math

import numpy as np

from ..kernels.fused import elements, fused, without_subnormal, without_tiny
from ..kernels.sums import dot, norm, norm1
from .flat import Flat
from .optimizer import Groups, Options, Rules
from .options import Amount, Betas, Flag, Positive, Rate, Share
from .selftuning import SelfTuning


class DAdaptation(SelfTuning):
    """What the forms share: d, the estimate."""

    @property
    def d(self) -> float:
        """The estimate of the distance from the start to the solution, so far. It only grows."""
        numbers = self.flats[0][0].numbers
        return numbers["d"] if "d" in numbers else self.options_now()[0].d0


@fused
def _sum(theta, grad, z, weight, l2):  # type: ignore
    for i in elements(theta):
        z[i] = z[i] + weight * (grad[i] + l2 * theta[i])


@fused
def _back(theta, grad, z, start, new):  # type: ignore
    for i in elements(theta):
        theta[i] = theta[i] + new * (start[i] - z[i] - theta[i])


class DAdaptSGD(DAdaptation):
    """Gradient descent that needs no rate: it estimates how far the solution is.

    The best fixed rate is ‖θ_0 − θ*‖ over the size of the gradients. On a convex loss the gradients
    seen so far imply a lower bound of that distance, r / ‖z‖, and d_t is twice the largest one::

        a_t = d_t η_t / ‖g_0‖
        r_{t+1} = r_t + a_t g_t · z_t
        z_{t+1} = z_t + a_t g_t
        d_{t+1} = max(d_t, 2 r_{t+1} / ‖z_{t+1}‖)
        θ_{t+1} = μ θ_t + (1 − μ) (θ_0 − z_{t+1})

    Norms and products are over all parameters.

    Parameters
    ----------
    params : iterable of Tensors, (name, Tensor) pairs or group dicts
        See :class:`Optimizer`.
    lr : float or schedule
        η, a factor on the rate that is found: 1, or a schedule from 1 downwards. The rate in use is
        ``adapted_lr``.
    momentum : float
        μ, of the average of the iterates.
    weight_decay : float
        λ, an L2 penalty, part of g_t.
    d0 : float
        d_0, surely below the distance.

    Notes
    -----
    The authors' code agrees. PyTorch, Keras and optax have none.

    References
    ----------
    Defazio & Mishchenko (2023), Learning-rate-free learning by D-adaptation, SGD form.
    """

    lr: Rate = 1.0
    momentum: Share = 0.0
    weight_decay: Amount = 0.0
    d0: Positive = 1e-6

    def _prepare(self, groups: Groups) -> None:
        d0 = self._common(groups, "d0")
        d, r, g0 = self._recall("d", d0), self._recall("r", 0.0), self._recall("g0", 0.0)
        pairs = [(flat, now) for flats, now in groups for flat in flats]
        if g0 == 0:
            g0 = norm(*(flat.grad + now.weight_decay * flat.theta for flat, now in pairs))
        squared = 0.0
        for flat, now in pairs:
            z = flat.state("z")
            start = flat.split(flat.state("start", flat.theta))
            for i in flat.touched():  # by others: then the way goes on from there
                start[i] += flat.params[i]._data - flat.split(flat.left)[i]
            weight = d * now.lr / g0 if g0 > 0 else 0.0
            r += weight * (dot(flat.grad, z) + now.weight_decay * dot(flat.theta, z))
            flat.apply(_sum, z, weight, now.weight_decay)
            flat.numbers["adapted_lr"] = weight
            squared += dot(z, z)
        if squared > 0:
            d = max(d, 2 * r / math.sqrt(squared))
        self._remember(d=d, r=r, g0=g0)

    def _update(self, flat: Flat, now: Options) -> Rules:
        yield _back, flat.state("z"), flat.state("start"), 1 - now.momentum
        flat.keep()


@fused
def adam_moments(theta, grad, m, s, z, beta1, new1, beta2, new2, beta3, new3):  # type: ignore
    """Add a gradient to both moments and to the weighted sum."""
    for i in elements(theta):
        m[i] = without_tiny(beta1 * m[i] + new1 * grad[i])
        s[i] = without_subnormal(beta2 * s[i] + new2 * (grad[i] * grad[i]))
        z[i] = without_tiny(beta3 * z[i] + new3 * grad[i])


@fused
def adam_step(theta, grad, m, s, keep, rate, eps):  # type: ignore
    """Move the parameters along the moments."""
    for i in elements(theta):
        theta[i] = keep * theta[i] - rate * m[i] / (np.sqrt(s[i]) + eps)


class DAdaptAdamW(DAdaptation):
    """AdamW that needs no rate: it estimates how far the solution is, in the largest coordinate.

    z is the weighted sum of gradients, and β₃ = √β₂::

        a_t = d_t η_t
        r_{t+1} = β₃ r_t + (1 − β₃) a_t g_t · z_t / (√s_{t−1} + ε)
        m_t = β₁ m_{t−1} + (1 − β₁) a_t g_t
        s_t = β₂ s_{t−1} + (1 − β₂) g_t²
        z_{t+1} = β₃ z_t + (1 − β₃) a_t g_t
        d_{t+1} = max(d_t, r_{t+1} / ((1 − β₃) ‖z_{t+1}‖₁))
        θ_{t+1} = (1 − a_t λ) θ_t − m_t / (√s_t + ε)

    Products and norms are over all parameters. With ``bias_correction``, a_t has Adam's factor
    √(1 − β₂^{t+1}) / (1 − β₁^{t+1}).

    Parameters
    ----------
    params, lr, d0
        As for :class:`DAdaptSGD`.
    betas, eps, weight_decay
        As for :class:`AdamW`; the betas are the same in all groups.
    bias_correction : bool
        Correct for the moments' start at zero.

    Notes
    -----
    optax's ``contrib.dadapt_adamw`` corrects the bias, the authors' code does not by default.
    PyTorch and Keras have none.

    References
    ----------
    Defazio & Mishchenko (2023), Learning-rate-free learning by D-adaptation, Adam form.
    """

    lr: Rate = 1.0
    betas: Betas = (0.9, 0.999)
    eps: Amount = 1e-8
    weight_decay: Amount = 0.0
    d0: Positive = 1e-6
    bias_correction: Flag = False

    def _prepare(self, groups: Groups) -> None:
        d0, (beta1, beta2) = self._common(groups, "d0"), self._common(groups, "betas")
        beta3 = math.sqrt(beta2)
        d, r = self._recall("d", d0), beta3 * self._recall("r", 0.0)
        size = 0.0
        for flats, now in groups:
            rate = d * now.lr * correction(self.steps, now)
            for flat in flats:
                m, s, z = flat.state("m"), flat.state("s"), flat.state("z")
                if self.steps:
                    scaled = z / (np.sqrt(s) + now.eps)
                    r += (1 - beta3) * rate * dot(flat.grad, scaled)
                news = (1 - beta1) * rate, 1 - beta2, (1 - beta3) * rate
                flat.apply(adam_moments, m, s, z, beta1, news[0], beta2, news[1], beta3, news[2])
                flat.numbers["adapted_lr"] = rate
                size += norm1(z)
        if size > 0:
            d = max(d, r / ((1 - beta3) * size))
        self._remember(d=d, r=r)

    def _update(self, flat: Flat, now: Options) -> Rules:
        keep = 1 - flat.numbers["adapted_lr"] * now.weight_decay
        yield adam_step, flat.state("m"), flat.state("s"), keep, 1.0, now.eps


def correction(steps: int, now: Options) -> float:
    """Return Adam's factor on the rate of the next update, 1 if it is not wanted."""
    if not now.bias_correction:
        return 1.0
    beta1, beta2 = now.betas
    return math.sqrt(1 - beta2 ** (steps + 1)) / (1 - beta1 ** (steps + 1))
