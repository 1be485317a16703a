"""Steps divided by the size of past gradients: Adagrad, Adadelta and RMSprop."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from ..kernels.fused import Array, elements, fused
from .flat import Flat
from .optimizer import Optimizer, Params, Rate, decay


@fused
def _adagrad(
    theta: Array,
    grad: Array,
    s: Array,
    lr: float,
    keep: float,
    weight_decay: float,
    eps: float,
    eps_inside: float,
) -> None:
    for i in elements(theta):
        g = grad[i] + weight_decay * theta[i]
        s[i] += g * g
        theta[i] = keep * theta[i] - lr * g / (np.sqrt(s[i] + eps_inside) + eps)


class Adagrad(Optimizer):
    """Each parameter's rate falls with the sum of its squared gradients.

    ::

        s_t = s_{t−1} + g_t²
        θ_{t+1} = θ_t − η_t / (1 + t δ) · g_t / (√s_t + ε)        eps_form="outside"
        θ_{t+1} = θ_t − η_t / (1 + t δ) · g_t / √(s_t + ε)        eps_form="inside"

    s never shrinks, so the steps do, at least as 1/√t: made for sparse features, whose rare
    gradients keep a high rate.

    Parameters
    ----------
    params : iterable of Tensors, (name, Tensor) pairs or group dicts
        See :class:`Optimizer`.
    lr : float or schedule
        η.
    lr_decay : float
        δ. A schedule says the same more clearly.
    weight_decay : float
        λ; λ θ_t is added to g_t.
    initial_accumulator_value : float
        s before the first update.
    eps : float
        ε.
    eps_form : {"outside", "inside"}
        Where ε stands.
    decoupled_weight_decay : bool
        Shrink θ_t by η_t λ θ_t instead.

    Notes
    -----
    "outside" and starting at 0: PyTorch. "inside" and starting at 0.1: Keras and optax, with
    ε = 1e-7; decay in Keras is decoupled.

    References
    ----------
    Duchi, Hazan & Singer (2011), Adaptive subgradient methods.
    """

    limits: ClassVar = {
        **Optimizer.limits,
        "lr_decay": (0, np.inf),
        "initial_accumulator_value": (0, np.inf),
    }
    choices: ClassVar = {"eps_form": ("outside", "inside")}

    def __init__(
        self,
        params: Params,
        lr: Rate = 0.01,
        lr_decay: float = 0.0,
        weight_decay: Rate = 0.0,
        initial_accumulator_value: float = 0.0,
        eps: float = 1e-10,
        eps_form: str = "outside",
        decoupled_weight_decay: bool = False,
    ) -> None:
        super().__init__(
            params,
            lr,
            lr_decay=lr_decay,
            weight_decay=weight_decay,
            initial_accumulator_value=initial_accumulator_value,
            eps=eps,
            eps_form=eps_form,
            decoupled_weight_decay=decoupled_weight_decay,
        )

    def _update(
        self,
        flat: Flat,
        lr: float,
        lr_decay: float,
        weight_decay: float,
        initial_accumulator_value: float,
        eps: float,
        eps_form: str,
        decoupled_weight_decay: bool,
    ) -> None:
        keep, l2 = decay(lr, weight_decay, decoupled_weight_decay)
        flat.apply(
            _adagrad,
            flat.state("s", start=initial_accumulator_value),
            lr / (1 + self.steps * lr_decay),
            keep,
            l2,
            *outside_inside(eps, eps_form),
        )


@fused
def _adadelta(
    theta: Array,
    grad: Array,
    s: Array,
    u: Array,
    lr: float,
    keep: float,
    weight_decay: float,
    rho: float,
    new: float,
    eps: float,
) -> None:
    for i in elements(theta):
        g = grad[i] + weight_decay * theta[i]
        s[i] = rho * s[i] + new * (g * g)
        delta = np.sqrt(u[i] + eps) / np.sqrt(s[i] + eps) * g
        u[i] = rho * u[i] + new * (delta * delta)
        theta[i] = keep * theta[i] - lr * delta


class Adadelta(Optimizer):
    """Steps in the units of the parameters: past steps divided by past gradients.

    ::

        s_t = ρ s_{t−1} + (1 − ρ) g_t²
        Δ_t = √(u_{t−1} + ε) / √(s_t + ε) · g_t
        u_t = ρ u_{t−1} + (1 − ρ) Δ_t²
        θ_{t+1} = θ_t − η_t Δ_t

    Parameters
    ----------
    params : iterable of Tensors, (name, Tensor) pairs or group dicts
        See :class:`Optimizer`.
    lr : float or schedule
        η, 1 in the paper.
    rho : float
        ρ, the decay of both averages.
    eps : float
        ε. The first steps have about the size √ε.
    weight_decay : float
        λ; λ θ_t is added to g_t.
    decoupled_weight_decay : bool
        Shrink θ_t by η_t λ θ_t instead.

    Notes
    -----
    PyTorch, Keras and optax agree on the rule. Keras decouples the decay, and defaults to
    lr = 0.001, ρ = 0.95, ε = 1e-7.

    References
    ----------
    Zeiler (2012), ADADELTA: an adaptive learning rate method.
    """

    limits: ClassVar = {**Optimizer.limits, "rho": (0, 1)}

    def __init__(
        self,
        params: Params,
        lr: Rate = 1.0,
        rho: float = 0.9,
        eps: float = 1e-6,
        weight_decay: Rate = 0.0,
        decoupled_weight_decay: bool = False,
    ) -> None:
        super().__init__(
            params,
            lr,
            rho=rho,
            eps=eps,
            weight_decay=weight_decay,
            decoupled_weight_decay=decoupled_weight_decay,
        )

    def _update(
        self,
        flat: Flat,
        lr: float,
        rho: float,
        eps: float,
        weight_decay: float,
        decoupled_weight_decay: bool,
    ) -> None:
        keep, l2 = decay(lr, weight_decay, decoupled_weight_decay)
        s, u = flat.state("s"), flat.state("u")
        flat.apply(_adadelta, s, u, lr, keep, l2, rho, 1 - rho, eps)


def outside_inside(eps: float, eps_form: str) -> tuple[float, float]:
    """Return what of ε is added to a root, and what under it."""
    return (0.0, eps) if eps_form == "inside" else (eps, 0.0)
