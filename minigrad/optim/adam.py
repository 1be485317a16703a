"""Adam and AdamW."""

from typing import Literal

import numpy as np

from ..kernels.fused import elements, fused, without_subnormal, without_tiny
from .flat import Flat
from .optimizer import Optimizer, Options, Rules
from .options import Amount, Betas, Flag, Rate
from .terms import corrections, decay, epsilon, shares


@fused
def _adam(  # type: ignore
    theta, grad, m, s, s_max, lr, keep, l2, beta1, new1, beta2, new2, correct, after, eps, under
):
    for i in elements(theta):
        g = grad[i] + l2 * theta[i]
        m[i] = without_tiny(beta1 * m[i] + new1 * g)
        s[i] = without_subnormal(beta2 * s[i] + new2 * (g * g))
        if s_max.size:
            s_max[i] = np.maximum(s_max[i], correct * s[i])
            s_hat = after * s_max[i]
        else:
            s_hat = correct * s[i]
        theta[i] = keep * theta[i] - lr * m[i] / (np.sqrt(s_hat + under) + eps)


class Adam(Optimizer):
    """Momentum divided by the root of the second moment, both corrected for their start at zero.

    ::

        m_t = β₁ m_{t−1} + (1 − β₁) g_t          m̂_t = m_t / (1 − β₁^{t+1})
        s_t = β₂ s_{t−1} + (1 − β₂) g_t²         ŝ_t = s_t / (1 − β₂^{t+1})

        θ_{t+1} = θ_t − η_t m̂_t / (√ŝ_t + ε)            eps_form="outside"
        θ_{t+1} = θ_t − η_t m̂_t / √(ŝ_t + ε)            eps_form="inside"
        θ_{t+1} = θ_t − η_t m̂_t / (√ŝ_t + ε̂_t)          eps_form="uncorrected"

    where ε̂_t = ε / √(1 − β₂^{t+1}), that is, ε is added to √s_t before the correction. AMSGrad puts
    the largest so far in place of ŝ_t, so that no rate ever grows again::

        max(s_0, ..., s_t) / (1 − β₂^{t+1})              amsgrad_max="uncorrected"
        max(ŝ_0, ..., ŝ_t)                               amsgrad_max="corrected"

    L2 regularisation adds λ θ_t to g_t, and is divided by √ŝ_t with it; :class:`AdamW` decays
    beside it.

    Parameters
    ----------
    params : iterable of Tensors, (name, Tensor) pairs or group dicts
        See :class:`Optimizer`.
    lr : float or schedule
        η.
    betas : pair of float
        β₁ and β₂.
    eps : float
        ε.
    weight_decay : float
        λ.
    amsgrad : bool
        Divide by the largest second moment so far.
    eps_form : {"outside", "inside", "uncorrected"}
        Where ε stands.
    amsgrad_max : {"uncorrected", "corrected"}
        What the maximum is of.
    decoupled_weight_decay : bool
        Shrink θ_t by η_t λ θ_t instead, as :class:`AdamW` does.

    Notes
    -----
    "outside": PyTorch, optax's ``eps``, and the paper's Algorithm 1. "inside": optax's
    ``eps_root``. "uncorrected": Keras and TensorFlow, ε = 1e-7, and the paper's "ε̂".
    The maximum is uncorrected in PyTorch and Keras, corrected in optax; the AMSGrad paper corrects
    nothing. It is in the first steps, when 1 − β₂^{t+1} still grows fast, that they differ.

    References
    ----------
    Kingma & Ba (2015), Adam; Reddi, Kale & Kumar (2018), On the convergence of Adam and beyond.

    Examples
    --------
    >>> opt = mg.optim.Adam(model.parameters(), lr=mg.schedules.cosine(1e-3, steps=2000))
    """

    lr: Rate = 1e-3
    betas: Betas = (0.9, 0.999)
    eps: Amount = 1e-8
    weight_decay: Amount = 0.0
    amsgrad: Flag = False
    eps_form: Literal["outside", "inside", "uncorrected"] = "outside"
    amsgrad_max: Literal["uncorrected", "corrected"] = "uncorrected"
    decoupled_weight_decay: Flag = False

    def _update(self, flat: Flat, now: Options) -> Rules:
        keep, l2 = decay(now)
        correct1, correct2 = corrections(now.betas, self.steps + 1)
        late = now.amsgrad and now.amsgrad_max == "uncorrected"
        yield (
            _adam,
            flat.state("m"),
            flat.state("s"),
            flat.state("s_max") if now.amsgrad else flat.none,
            now.lr * correct1,
            keep,
            l2,
            *shares(now.betas),
            1.0 if late else correct2,
            correct2 if late else 1.0,
            *epsilon(now, correct2),
        )


class AdamW(Adam):
    """Adam with decoupled weight decay.

    λ shrinks the parameters beside Adam's step, and never enters the moments::

        θ_{t+1} = (1 − η_t λ) θ_t − η_t m̂_t / (√ŝ_t + ε)

    The moments and the parameters are those of :class:`Adam`, the default of λ apart.

    Notes
    -----
    PyTorch, Keras and optax agree that the decay is η_t λ, and differ as said for Adam. In the
    paper it is λ' η_t / η_0, where the schedule scales the decay and the base rate does not:
    that is λ = λ' / η_0. For a decay by λ' that nothing scales, pass
    ``weight_decay=lambda t: decay / schedule(t)``.

    References
    ----------
    Loshchilov & Hutter (2019), Decoupled weight decay regularization.
    """

    weight_decay: Amount = 0.01
    decoupled_weight_decay: Flag = True
