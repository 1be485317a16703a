"""Prodigy: D-adaptation with later gradients weighing more."""

import math

from ..kernels.sums import dot, norm1
from .dadaptation import DAdaptation, adam_moments, adam_step, correction
from .flat import Flat
from .optimizer import Groups, Options, Rules
from .options import Amount, Betas, Flag, Positive, Rate


class Prodigy(DAdaptation):
    """D-adapted AdamW whose estimate grows faster, for its weights favour the later gradients.

    z is the weighted sum of gradients, and β₃ = √β₂::

        a_t = d_t η_t
        r_{t+1} = β₃ r_t + (d_t / d_0) a_t g_t · (θ_0 − θ_t)
        m_t = β₁ m_{t−1} + (1 − β₁) d_t g_t
        s_t = β₂ s_{t−1} + (1 − β₂) d_t² g_t²
        z_{t+1} = β₃ z_t + (d_t / d_0) a_t g_t
        d_{t+1} = max(d_t, c r_{t+1} / ‖z_{t+1}‖₁)
        θ_{t+1} = (1 − a_t λ) θ_t − a_t m_t / (√s_t + d_{t+1} ε)

    Products and norms are over all parameters. With ``bias_correction``, a_t has Adam's factor
    √(1 − β₂^{t+1}) / (1 − β₁^{t+1}). With ``safeguard_warmup``, d_t takes the place of a_t in z, so
    that small rates in a warmup do not make the estimate too large.

    Parameters
    ----------
    params, lr, d0
        As for :class:`DAdaptSGD`.
    betas, eps, weight_decay
        As for :class:`AdamW`; the betas are the same in all groups.
    d_coef : float
        c, the authors' knob: 0.5 and 2 are usual, too.
    bias_correction : bool
        Correct for the moments' start at zero.
    safeguard_warmup : bool
        For a schedule with a warmup.

    Notes
    -----
    The authors' code agrees; so does optax's ``contrib.prodigy``, which corrects the bias. PyTorch
    and Keras have none.

    References
    ----------
    Mishchenko & Defazio (2024), Prodigy: an expeditiously adaptive parameter-free learner.
    """

    lr: Rate = 1.0
    betas: Betas = (0.9, 0.999)
    eps: Amount = 1e-8
    weight_decay: Amount = 0.0
    d0: Positive = 1e-6
    d_coef: Amount = 1.0
    bias_correction: Flag = False
    safeguard_warmup: Flag = False

    def _prepare(self, groups: Groups) -> None:
        d0, d_coef = self._common(groups, "d0"), self._common(groups, "d_coef")
        beta1, beta2 = self._common(groups, "betas")
        beta3 = math.sqrt(beta2)
        d, r = self._recall("d", d0), beta3 * self._recall("r", 0.0)
        size = 0.0
        for flats, now in groups:
            rate = d * now.lr * correction(self.steps, now)
            weight = d / d0 * (d if now.safeguard_warmup else rate)
            for flat in flats:
                m, s, z = flat.state("m"), flat.state("s"), flat.state("z")
                way = flat.state("start", flat.theta) - flat.theta
                r += d / d0 * rate * dot(flat.grad, way)
                news = (1 - beta1) * d, (1 - beta2) * d * d, weight
                flat.apply(adam_moments, m, s, z, beta1, news[0], beta2, news[1], beta3, news[2])
                flat.numbers["adapted_lr"] = rate
                size += norm1(z)
        if size > 0:
            d = max(d, d_coef * r / size)
        self._remember(d=d, r=r)

    def _update(self, flat: Flat, now: Options) -> Rules:
        rate = flat.numbers["adapted_lr"]
        keep = 1 - rate * now.weight_decay
        yield adam_step, flat.state("m"), flat.state("s"), keep, rate, self.d * now.eps
