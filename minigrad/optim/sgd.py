"""Gradient descent, with and without momentum."""

from typing import Literal

from ..kernels.fused import elements, fused, without_tiny
from .flat import Flat
from .optimizer import Optimizer, Options, Rules
from .options import Amount, Flag, Share
from .terms import decay, remembers


@fused
def descend(theta, grad, lr, keep, l2):  # type: ignore
    """Take a step down the gradient, and nothing more."""
    for i in elements(theta):
        g = grad[i] + l2 * theta[i]
        theta[i] = keep * theta[i] - lr * g


@fused
def _roll(theta, grad, velocity, lr, keep, l2, momentum, gain, nesterov):  # type: ignore
    for i in elements(theta):
        push = gain * (grad[i] + l2 * theta[i])
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
    decoupled_weight_decay : bool
        Shrink θ_t by η_t λ θ_t instead, as :class:`SGDW` does.

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

    momentum: Share = 0.0
    dampening: Amount = 0.0
    weight_decay: Amount = 0.0
    nesterov: Flag = False
    form: Literal["heavy_ball", "average", "rate_inside"] = "heavy_ball"
    decoupled_weight_decay: Flag = False

    @classmethod
    def check(cls, options: Options) -> None:
        """Raise if Nesterov's form lacks its momentum, or dampening its form."""
        if options.nesterov and (options.momentum == 0 or options.dampening != 0):
            raise ValueError(
                f"{cls.__name__}: nesterov needs a momentum and no dampening; got "
                f"momentum={options.momentum}, dampening={options.dampening}."
            )
        if options.dampening != 0 and options.form != "heavy_ball":
            raise ValueError(f"{cls.__name__}: dampening belongs to form='heavy_ball'.")

    def _update(self, flat: Flat, now: Options) -> Rules:
        keep, l2 = decay(now)
        if not remembers(flat, "velocity", now, "momentum"):
            yield descend, now.lr, keep, l2
            return
        gain = {"heavy_ball": 1 - now.dampening, "average": 1 - now.momentum}.get(now.form, now.lr)
        if now.dampening and "velocity" not in flat.states:
            gain = 1.0
        rate = 1.0 if now.form == "rate_inside" else now.lr
        velocity = flat.state("velocity")
        yield _roll, velocity, rate, keep, l2, now.momentum, gain, now.nesterov


class SGDW(SGD):
    """Gradient descent with decoupled weight decay.

    λ shrinks the parameters beside the gradient's step, and never enters the velocity::

        θ_{t+1} = (1 − η_t λ) θ_t − η_t v_t

    v_t, and all else, is that of :class:`SGD`.

    Notes
    -----
    Agrees: optax's ``chain(trace, add_decayed_weights, scale_by_learning_rate)``. PyTorch has none.
    The paper decays by a λ that the schedule's multiplier scales and η_0 does not.

    References
    ----------
    Loshchilov & Hutter (2019), Decoupled weight decay regularization.
    """

    decoupled_weight_decay: Flag = True
