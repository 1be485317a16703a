"""Clipping gradients, between ``backward()`` and the optimizer's step."""

import math
from collections.abc import Iterable

import numpy as np

from ..arguments import check_numbers
from ..core.modes import effect
from ..core.tensor import Tensor, memory_of


@effect
def clip_grad_norm_(parameters: Tensor | Iterable[Tensor], max_norm: float) -> float:
    """Scale all gradients by one factor, so that their common length is at most ``max_norm``.

    The direction stays. PyTorch's form: the factor is ``max_norm / (norm + 1e-6)`` where that is
    less than 1 (Pascanu et al. 2013).

    Parameters
    ----------
    parameters : Tensor or iterable of Tensors
        Those without a gradient are passed over; one that is given twice counts once.
    max_norm : float
        The greatest length allowed; infinite, the length is taken and nothing is changed.

    Returns
    -------
    float
        The length before; clipping took place where it exceeds ``max_norm``. It is infinite or
        NaN where a gradient is, and then the gradients become useless: do not step.
    """
    if max_norm != math.inf:
        check_numbers("clip_grad_norm_", positive=True, max_norm=max_norm)
    gradients = [g for _, g in _with_gradients("clip_grad_norm_", parameters)]
    norm = total_norm(g._data for g in gradients)
    factor = float(max_norm) / (norm + 1e-6)
    if not factor >= 1 and max_norm != math.inf:
        for g in gradients:
            g._data *= factor
            memory_of(g).stamp()
    return norm


@effect
def clip_grad_value_(parameters: Tensor | Iterable[Tensor], clip_value: float) -> float:
    """Move each element of each gradient into the range from -clip_value to clip_value.

    Parameters
    ----------
    parameters : Tensor or iterable of Tensors
        Those without a gradient are passed over.
    clip_value : float
        The greatest size allowed.

    Returns
    -------
    float
        The share of the elements that were beyond the range, from 0 to 1.
    """
    check_numbers("clip_grad_value_", positive=True, clip_value=clip_value)
    clipped = total = 0
    for _, gradient in _with_gradients("clip_grad_value_", parameters):
        g = gradient._data
        clipped += int(np.count_nonzero(np.abs(g) > clip_value))
        total += g.size
        np.clip(g, -clip_value, clip_value, out=g)
        memory_of(gradient).stamp()
    return clipped / total if total else 0.0


@effect
def adaptive_clip_grad_(
    parameters: Tensor | Iterable[Tensor], clip_factor: float = 0.01, eps: float = 1e-3
) -> float:
    """Hold each unit's gradient to a share of the length of its weights (Brock et al. 2021).

    With G and W the gradient and the weights that lead to one unit, G becomes
    ``G * clip_factor * max(|W|, eps) / |G|`` where it is longer than
    ``clip_factor * max(|W|, eps)``. A unit is a column of an (in, out) matrix, a filter of a
    convolution, or a whole vector (a bias).

    Parameters
    ----------
    parameters : Tensor or iterable of Tensors
        Those without a gradient are passed over. The authors leave out the last linear layer.
    clip_factor : float
        The greatest ratio of lengths allowed.
    eps : float
        What the length of the weights is taken as, at least: weights of 0 could never move.

    Returns
    -------
    float
        The share of the units that were clipped, from 0 to 1.
    """
    check_numbers("adaptive_clip_grad_", positive=True, clip_factor=clip_factor)
    check_numbers("adaptive_clip_grad_", least=0, eps=eps)
    clipped = total = 0
    for p, gradient in _with_gradients("adaptive_clip_grad_", parameters):
        g = gradient._data
        axes = {0: (), 1: (0,), 2: (0,)}.get(g.ndim, tuple(range(1, g.ndim)))
        limit = clip_factor * np.maximum(_lengths(p._data, axes), eps)
        length = _lengths(g, axes)
        too_long = length > limit
        g *= np.where(too_long, limit / np.where(too_long, length, 1), 1).astype(g.dtype)
        memory_of(gradient).stamp()
        clipped += int(np.count_nonzero(too_long))
        total += too_long.size
    return clipped / total if total else 0.0


def total_norm(arrays: Iterable[np.ndarray]) -> float:
    """Return the length of several arrays taken as one vector."""
    flat = [np.ravel(array) for array in arrays]
    squared = sum(float(a.dot(a)) for a in flat)
    if not 1e-30 < squared < 1e30:  # out of what float32 can square
        squared = sum(float(a @ a) for a in (array.astype(np.float64) for array in flat))
    return math.sqrt(squared)


def _with_gradients(
    where: str, parameters: Tensor | Iterable[Tensor]
) -> list[tuple[Tensor, Tensor]]:
    """Return each parameter that has a gradient, once, beside it."""
    given = [parameters] if isinstance(parameters, Tensor) else parameters
    found: dict[int, Tensor] = {}
    for p in given if isinstance(given, Iterable) else [given]:
        if not isinstance(p, Tensor):
            raise TypeError(
                f"{where}: parameters are tensors, such as model.parameters(); "
                f"got a {type(p).__name__}."
            )
        found[id(p)] = p
    return [(p, p.grad) for p in found.values() if p.grad is not None]


def _lengths(x: np.ndarray, axes: tuple[int, ...]) -> np.ndarray:
    return np.sqrt(np.sum(np.square(x, dtype=np.float64), axis=axes, keepdims=True))
