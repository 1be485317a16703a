"""Muon: momentum made orthogonal, for weight matrices."""

import math
from typing import Literal

import numpy as np

from ..core.tensor import Tensor
from ..kernels.fused import elements, fused, without_tiny
from .flat import Flat
from .layerwise import along
from .optimizer import Optimizer, Options, Rules
from .options import Amount, Flag, Rate, Share


@fused
def _average(theta, grad, direction, m, momentum, new, nesterov):  # type: ignore
    for i in elements(theta):
        m[i] = without_tiny(momentum * m[i] + new * grad[i])
        if nesterov:
            direction[i] = momentum * m[i] + new * grad[i]
        else:
            direction[i] = m[i]


def orthogonalize(matrix: np.ndarray, eps: float = 1e-7) -> np.ndarray:
    """Return nearly the orthogonal matrix closest to ``matrix``, by Newton–Schulz iteration.

    With X = U S Vᵀ, each of five iterations X ← a X + b (X Xᵀ) X + c (X Xᵀ)² X replaces every
    singular value s by a s + b s³ + c s⁵. The coefficients, the authors', do not make them converge
    to 1: they bring all of them, the small ones fast, to between about 0.7 and 1.2, which is what
    matters to Muon.

    Parameters
    ----------
    matrix : array of shape (m, n)
        Divided by its Frobenius norm first, so that no singular value is above 1.
    eps : float
        The least norm to divide by.

    Returns
    -------
    array of shape (m, n)
    """
    a, b, c = 3.4445, -4.7750, 2.0315
    wide = matrix if matrix.shape[0] <= matrix.shape[1] else matrix.T  # the smaller product
    x = wide / max(float(np.sqrt(np.sum(wide * wide))), eps, np.finfo(wide.dtype).tiny)
    for _ in range(5):
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
    lr, weight_decay
        As for :class:`AdamW`.
    momentum : float
        μ.
    nesterov : bool
        Look ahead.
    eps : float
        The least norm that the Newton–Schulz iteration divides by.
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

    lr: Rate = 1e-3
    weight_decay: Amount = 0.1
    momentum: Share = 0.95
    nesterov: Flag = True
    eps: Amount = 1e-7
    adjust_lr_fn: Literal["original", "match_rms_adamw"] = "original"

    def _check_parameter(self, p: Tensor, label: str) -> None:
        if p.ndim != 2:
            raise ValueError(
                f"Muon: {label} has shape {p.shape}, and only matrices can be made orthogonal: "
                "give it [p for p in parameters if p.ndim == 2], and the others to another "
                "optimizer, such as AdamW."
            )

    def _update(self, flat: Flat, now: Options) -> Rules:
        direction = np.empty_like(flat.theta)
        yield _average, direction, flat.state("m"), now.momentum, 1 - now.momentum, now.nesterov
        rates = []
        for part in flat.split(direction):
            part[...] = orthogonalize(part, now.eps)
            rows, columns = part.shape
            if now.adjust_lr_fn == "original":
                rates.append(now.lr * math.sqrt(max(1, columns / rows)))
            else:
                rates.append(now.lr * 0.2 * math.sqrt(max(rows, columns)))
        yield along, direction, 1 - now.lr * now.weight_decay, rates
