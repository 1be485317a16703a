"""Adam and AdamW."""

from __future__ import annotations

import math
from typing import ClassVar

import numpy as np

from ..kernels.fused import Array, elements, fused, without_tiny
from .flat import Flat
from .optimizer import Optimizer, Params, Rate, decay


@fused
def _adam(
    theta: Array,
    grad: Array,
    m: Array,
    s: Array,
    s_max: Array,
    lr: float,
    keep: float,
    weight_decay: float,
    beta1: float,
    new1: float,
    beta2: float,
    new2: float,
    correct: float,
    correct_max: float,
    eps: float,
    eps_inside: float,
    amsgrad: bool,
) -> None:
    for i in elements(theta):
        g = grad[i] + weight_decay * theta[i]
        m[i] = without_tiny(beta1 * m[i] + new1 * g)
        s[i] = beta2 * s[i] + new2 * (g * g)
        if amsgrad:
            s_max[i] = np.maximum(s_max[i], correct * s[i])
            s_hat = correct_max * s_max[i]
        else:
            s_hat = correct * s[i]
        theta[i] = keep * theta[i] - lr * m[i] / (np.sqrt(s_hat + eps_inside) + eps)


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

    decoupled: ClassVar[bool] = False
    choices: ClassVar = {
        "eps_form": ("outside", "inside", "uncorrected"),
        "amsgrad_max": ("uncorrected", "corrected"),
    }

    def __init__(
        self,
        params: Params,
        lr: Rate = 1e-3,
        betas: tuple[Rate, Rate] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: Rate = 0.0,
        amsgrad: bool = False,
        eps_form: str = "outside",
        amsgrad_max: str = "uncorrected",
    ) -> None:
        super().__init__(
            params,
            lr,
            betas=betas,
            eps=eps,
            weight_decay=weight_decay,
            amsgrad=amsgrad,
            eps_form=eps_form,
            amsgrad_max=amsgrad_max,
        )

    def _update(
        self,
        flat: Flat,
        lr: float,
        betas: tuple[float, float],
        eps: float,
        weight_decay: float,
        amsgrad: bool,
        eps_form: str,
        amsgrad_max: str,
    ) -> None:
        beta1, beta2 = betas
        keep, l2 = decay(lr, weight_decay, self.decoupled)
        correct1, correct2 = (1 / (1 - beta ** (self.steps + 1)) for beta in betas)
        late = amsgrad and amsgrad_max == "uncorrected"
        flat.apply(
            _adam,
            flat.state("m"),
            flat.state("s"),
            flat.state("s_max") if amsgrad else flat.none,
            lr * correct1,
            keep,
            l2,
            beta1,
            1 - beta1,
            beta2,
            1 - beta2,
            1.0 if late else correct2,
            correct2 if late else 1.0,
            *adam_eps(eps, eps_form, correct2),
            amsgrad,
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

    decoupled = True

    def __init__(
        self,
        params: Params,
        lr: Rate = 1e-3,
        betas: tuple[Rate, Rate] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: Rate = 0.01,
        amsgrad: bool = False,
        eps_form: str = "outside",
        amsgrad_max: str = "uncorrected",
    ) -> None:
        super().__init__(params, lr, betas, eps, weight_decay, amsgrad, eps_form, amsgrad_max)


def adam_eps(eps: float, eps_form: str, correct2: float) -> tuple[float, float]:
    """Return what of ε is added to √ŝ, and what to ŝ; ``correct2`` is 1 / (1 − β₂^{t+1})."""
    if eps_form == "inside":
        return 0.0, eps
    return (eps * math.sqrt(correct2) if eps_form == "uncorrected" else eps), 0.0
