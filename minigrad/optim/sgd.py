"""Gradient descent, with and without momentum."""

from __future__ import annotations

from typing import Any, ClassVar

from ..kernels.fused import Array, elements, fused, without_tiny
from .flat import Flat
from .optimizer import Optimizer, Params, Rate, decay


@fused
def _descend(theta: Array, grad: Array, lr: float, keep: float, weight_decay: float) -> None:
    for i in elements(theta):
        g = grad[i] + weight_decay * theta[i]
        theta[i] = keep * theta[i] - lr * g


@fused
def _roll(
    theta: Array,
    grad: Array,
    velocity: Array,
    lr: float,
    keep: float,
    weight_decay: float,
    momentum: float,
    gain: float,
    nesterov: bool,
) -> None:
    for i in elements(theta):
        push = gain * (grad[i] + weight_decay * theta[i])
        velocity[i] = without_tiny(momentum * velocity[i] + push)
        if nesterov:
            theta[i] = keep * theta[i] - lr * (push + momentum * velocity[i])
        else:
            theta[i] = keep * theta[i] - lr * velocity[i]


class SGD(Optimizer):
    """Gradient descent, with heavy-ball or Nesterov momentum.

    Without momentum, θ_{t+1} = θ_t − η_t g_t. With it, in one of three forms::

        "heavy_ball"    v_t = μ v_{t−1} + (1 − τ) g_t     θ_{t+1} = θ_t − η_t v_t
        "average"       v_t = μ v_{t−1} + (1 − μ) g_t     θ_{t+1} = θ_t − η_t v_t
        "rate_inside"   v_t = μ v_{t−1} + η_t g_t         θ_{t+1} = θ_t − v_t

    v starts at 0; with dampening τ, v_0 = g_0. Nesterov's form looks ahead: in place of v_t it
    uses μ v_t plus what g_t has just added to v_t. L2 regularisation adds λ θ_t to g_t.

    At one rate that never changes, "rate_inside" is "heavy_ball", and "average" is "heavy_ball" at
    the rate (1 − μ) η. When the rate drops, "heavy_ball" shortens the steps at once; "rate_inside"
    goes on with the long steps that its velocity remembers, for about 1/(1 − μ) updates.

    Parameters
    ----------
    params : iterable of Tensors, (name, Tensor) pairs or group dicts
        See :class:`Optimizer`.
    lr : float or schedule
        η.
    momentum : float
        μ, from 0 up to 1.
    dampening : float
        τ, for "heavy_ball" without Nesterov.
    weight_decay : float
        λ.
    nesterov : bool
        Look ahead. Needs momentum.
    form : {"heavy_ball", "average", "rate_inside"}
        What the velocity adds up.

    Notes
    -----
    "heavy_ball" with its dampening: PyTorch; without dampening, optax's ``sgd``. "rate_inside":
    Keras and TensorFlow, with and without Nesterov.

    References
    ----------
    Robbins & Monro (1951); Polyak (1964); Nesterov (1983), in the form of Sutskever et al. (2013).

    Examples
    --------
    >>> opt = mg.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    >>> loss.backward()
    >>> opt.step()
    """

    limits: ClassVar = {**Optimizer.limits, "dampening": (0, float("inf"))}
    decoupled: ClassVar[bool] = False
    choices: ClassVar = {"form": ("heavy_ball", "average", "rate_inside")}

    def __init__(
        self,
        params: Params,
        lr: Rate,
        momentum: Rate = 0.0,
        dampening: float = 0.0,
        weight_decay: Rate = 0.0,
        nesterov: bool = False,
        form: str = "heavy_ball",
    ) -> None:
        super().__init__(
            params,
            lr,
            momentum=momentum,
            dampening=dampening,
            weight_decay=weight_decay,
            nesterov=nesterov,
            form=form,
        )

    def _check(
        self, momentum: float, dampening: float, nesterov: bool, form: str, **_: Any
    ) -> None:
        if nesterov and (momentum == 0 or dampening != 0):
            raise ValueError(
                f"{type(self).__name__}: nesterov needs a momentum and no dampening; got "
                f"momentum={momentum}, dampening={dampening}."
            )
        if dampening != 0 and form != "heavy_ball":
            raise ValueError(f"{type(self).__name__}: dampening belongs to form='heavy_ball'.")

    def _update(
        self,
        flat: Flat,
        lr: float,
        momentum: float,
        dampening: float,
        weight_decay: float,
        nesterov: bool,
        form: str,
    ) -> None:
        keep, weight_decay = decay(lr, weight_decay, self.decoupled)
        if momentum == 0:
            flat.apply(_descend, lr, keep, weight_decay)
            return
        gain = 1 - dampening
        if form != "heavy_ball":
            gain = 1 - momentum if form == "average" else lr
        if dampening and self.steps == 0:
            gain = 1.0
        rate = 1.0 if form == "rate_inside" else lr
        velocity = flat.state("velocity")
        flat.apply(_roll, velocity, rate, keep, weight_decay, momentum, gain, nesterov)


class SGDW(SGD):
    """Gradient descent with decoupled weight decay.

    λ shrinks the parameters beside the gradient's step, and never enters the velocity::

        θ_{t+1} = (1 − η_t λ) θ_t − η_t v_t

    v_t and the parameters are those of :class:`SGD`.

    Notes
    -----
    Agrees: optax's ``chain(trace, add_decayed_weights, scale_by_learning_rate)``. PyTorch has none.
    The paper decays by a λ that the schedule's multiplier scales and η_0 does not.

    References
    ----------
    Loshchilov & Hutter (2019), Decoupled weight decay regularization.
    """

    decoupled = True
