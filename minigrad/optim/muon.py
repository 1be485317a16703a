"""Muon: momentum made orthogonal, for weight matrices."""

from __future__ import annotations

import math
from typing import ClassVar

import numpy as np

from ..kernels.fused import Array, elements, fused
from .flat import Flat
from .optimizer import Optimizer, Params, Rate


@fused
def _average(
    theta: Array,
    grad: Array,
    direction: Array,
    m: Array,
    momentum: float,
    new: float,
    nesterov: bool,
) -> None:
    for i in elements(theta):
        m[i] = momentum * m[i] + new * grad[i]
        if nesterov:
            direction[i] = momentum * m[i] + new * grad[i]
        else:
            direction[i] = m[i]


@fused
def _along(theta: Array, grad: Array, direction: Array, keep: float, rate: float) -> None:
    for i in elements(theta):
        theta[i] = keep * theta[i] - rate * direction[i]


def orthogonalize(
    matrix: np.ndarray,
    steps: int = 5,
    coefficients: tuple[float, float, float] = (3.4445, -4.7750, 2.0315),
    eps: float = 1e-7,
) -> np.ndarray:
    """Return nearly the orthogonal matrix closest to ``matrix``, by Newton–Schulz iteration.

    With X = U S Vᵀ, each iteration X ← a X + b (X Xᵀ) X + c (X Xᵀ)² X replaces every singular
    value s by a s + b s³ + c s⁵. The coefficients do not make them converge to 1: they bring all of
    them, the small ones fast, to between about 0.7 and 1.2, which is what matters to Muon.

    Parameters
    ----------
    matrix : array of shape (m, n)
        Divided by its Frobenius norm first, so that no singular value is above 1.
    steps : int
        Number of iterations.
    coefficients : three floats
        a, b and c.
    eps : float
        The least norm to divide by.

    Returns
    -------
    array of shape (m, n)
    """
    a, b, c = coefficients
    wide = matrix if matrix.shape[0] <= matrix.shape[1] else matrix.T  # the smaller product
    x = wide / max(float(np.sqrt(np.sum(wide * wide))), eps, np.finfo(wide.dtype).tiny)
    for _ in range(steps):
        gram = x @ x.T
        x = a * x + (b * gram + c * (gram @ gram)) @ x
    return x if wide is matrix else x.T


class Muon(Optimizer):
    """Momentum whose matrix is made orthogonal, so that a step moves all directions alike.

    For weight matrices only, of shape (in, out)::

        m_t = μ m_{t−1} + (1 − μ) g_t
        u_t = (1 − μ) g_t + μ m_t    with Nesterov's look ahead; else u_t = m_t
        O_t = orthogonalize(u_t)     U Vᵀ, where u_t = U S Vᵀ, nearly: see `orthogonalize`
        θ_{t+1} = (1 − η_t λ) θ_t − η_t a O_t

    where a depends on the shape alone::

        a = √max(1, out / in)        adjust_lr_fn="original"
        a = 0.2 √max(in, out)        adjust_lr_fn="match_rms_adamw"

    The second makes a step as long as one of AdamW, whose rates can then be used.
    Biases, gains, embeddings and the last layer are for another optimizer, such as AdamW.

    Parameters
    ----------
    params : iterable of Tensors, (name, Tensor) pairs or group dicts
        Of two dimensions. See :class:`Optimizer`.
    lr : float or schedule
        η.
    weight_decay : float
        λ, decoupled.
    momentum : float
        μ.
    nesterov : bool
        Look ahead.
    ns_coefficients : three floats
        Of the Newton–Schulz iteration.
    eps : float
        The least norm that it divides by.
    ns_steps : int
        Number of its iterations.
    adjust_lr_fn : {"original", "match_rms_adamw"}
        The factor a.

    Raises
    ------
    ValueError
        If a parameter has not two dimensions.

    Notes
    -----
    PyTorch agrees, for the transposed matrix: its weights are (out, in). It iterates in bfloat16
    on any device; here it is done in the parameters' dtype. optax agrees without Nesterov (its
    ``consistent_rms=0.2`` is "match_rms_adamw"); with it, optax corrects the start of both terms.
    Keras agrees with "match_rms_adamw", but that it adds ε to the norm.

    References
    ----------
    Jordan et al. (2024), Muon: an optimizer for hidden layers in neural networks;
    Liu et al. (2025), Muon is scalable for LLM training ("match_rms_adamw").

    Examples
    --------
    >>> matrices = [p for p in model.parameters() if p.ndim == 2]
    >>> others = [p for p in model.parameters() if p.ndim != 2]
    >>> muon, adamw = mg.optim.Muon(matrices, lr=0.02), mg.optim.AdamW(others, lr=3e-4)
    """

    limits: ClassVar = {**Optimizer.limits, "ns_steps": (0, 100)}
    choices: ClassVar = {"adjust_lr_fn": ("original", "match_rms_adamw")}

    def __init__(
        self,
        params: Params,
        lr: Rate = 1e-3,
        weight_decay: Rate = 0.1,
        momentum: Rate = 0.95,
        nesterov: bool = True,
        ns_coefficients: tuple[float, float, float] = (3.4445, -4.7750, 2.0315),
        eps: float = 1e-7,
        ns_steps: int = 5,
        adjust_lr_fn: str = "original",
    ) -> None:
        super().__init__(
            params,
            lr,
            weight_decay=weight_decay,
            momentum=momentum,
            nesterov=nesterov,
            ns_coefficients=ns_coefficients,
            eps=eps,
            ns_steps=ns_steps,
            adjust_lr_fn=adjust_lr_fn,
        )
        for flats in self._flats:
            for flat in flats:
                for p, label in zip(flat.params, flat.labels, strict=True):
                    if p.ndim != 2:
                        raise ValueError(
                            f"Muon: {label} has shape {p.shape}, and only matrices can be made "
                            "orthogonal: give it [p for p in parameters if p.ndim == 2], and the "
                            "others to another optimizer, such as AdamW."
                        )

    def _update(
        self,
        flat: Flat,
        lr: float,
        weight_decay: float,
        momentum: float,
        nesterov: bool,
        ns_coefficients: tuple[float, float, float],
        eps: float,
        ns_steps: int,
        adjust_lr_fn: str,
    ) -> None:
        direction = np.empty_like(flat.theta)
        flat.apply(_average, direction, flat.state("m"), momentum, 1 - momentum, nesterov)
        rates = []
        for part in flat.split(direction):
            part[...] = orthogonalize(part, ns_steps, ns_coefficients, eps)
            rows, columns = part.shape
            if adjust_lr_fn == "original":
                rates.append(lr * math.sqrt(max(1, columns / rows)))
            else:
                rates.append(lr * 0.2 * math.sqrt(max(rows, columns)))
        flat.apply(_along, direction, 1 - lr * weight_decay, rates)
