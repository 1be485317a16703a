"""Losses: how far predictions are from what is wanted.

All take ``reduction``: "mean" over all elements (the default), "sum" of them, or "none".
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

from .. import kernels
from ..core import ops
from ..core.primitive import primitive
from ..core.tensor import Operand, Tensor, tensor

Reduction = Literal["mean", "sum", "none"]


# Classes


@primitive()
def _softmax_parts(x: Any) -> Any:
    parts = np.empty((2, x.shape[0]), x.dtype)
    kernels.softmax_parts(kernels.in_order(x), parts)
    return parts


def _through_softmax(h: Any, y: Any, g: Any, x: Any, *_: Any) -> Any:
    p, h = ops.softmax(x), ops.reshape(g, (-1, 1)) * h
    return p * (h - ops.sum(p * h, axis=-1, keepdims=True))


def _through_factor(h: Any, y: Any, g: Any, *rest: Any) -> Any:
    return ops.sum(h * _slope(np.ones(g.shape, g.dtype), *rest), axis=-1)


@primitive(_through_factor, _through_softmax)
def _slope(g: Any, x: Any, parts: Any, labels: Any, smoothing: float) -> Any:
    """Return the probabilities there are minus those that are wanted, times ``g``, row by row."""
    dx = np.empty(x.shape, x.dtype)
    g = kernels.in_order(g, x.dtype)
    kernels.cross_entropy_slope(g, kernels.in_order(x), parts, labels, smoothing, dx)
    return dx


@primitive(lambda g, y, *args: _slope(g, *args))
def _cross_entropy(x: Any, parts: Any, labels: Any, smoothing: float) -> Any:
    losses = np.empty(x.shape[0], x.dtype)
    if not kernels.cross_entropy(kernels.in_order(x), parts, labels, smoothing, losses):
        _refuse(labels, x.shape[1])
    return losses


_cross_entropy.name = "cross_entropy"  # type: ignore[attr-defined]


def _refuse(labels: np.ndarray, classes: int) -> None:
    wrong = (labels < 0) | (labels >= classes)
    first = int(wrong.argmax())
    raise ValueError(
        f"label {labels[first]} at index {first} is outside of the {classes} classes, "
        f"which are 0 to {classes - 1}."
    )


def cross_entropy(
    logits: Tensor, labels: Operand, label_smoothing: float = 0.0, reduction: Reduction = "mean"
) -> Tensor:
    """Negative log-probability of the right class, ``logsumexp(logits) - logits[label]``.

    Takes logits, not probabilities: the softmax is part of it, safe from overflow. A softmax
    before it cannot be noticed, and makes the model learn badly.

    Parameters
    ----------
    logits : (..., C)
        Scores of the classes, along the last axis (for more than two axes PyTorch wants them
        along the second).
    labels : (...), integers
        The right class of each, from 0 to C - 1.
    label_smoothing : float
        How much probability to take from the right class and spread evenly over all of them
        (Szegedy et al. 2016).
    reduction : "mean", "sum" or "none"

    Returns
    -------
    Tensor
        One number, or, with "none", of the shape of ``labels``.

    Raises
    ------
    TypeError
        If labels are not integers, or logits not floats.
    ValueError
        If a label is not among the classes, or the shapes do not fit each other.
    """
    labels = labels if isinstance(labels, (Tensor, np.ndarray)) else np.asarray(labels)
    if labels.dtype.kind not in "iu":
        raise TypeError(
            f"cross_entropy: labels of shape {labels.shape} are {labels.dtype}, wanted are integer "
            "class numbers; from one-hot rows take labels.argmax(1)."
        )
    if logits.dtype.kind != "f":
        raise TypeError(
            f"cross_entropy: logits of shape {logits.shape} are {logits.dtype}, wanted are floats; "
            "the order is cross_entropy(logits, labels)."
        )
    if not logits.ndim or labels.shape != logits.shape[:-1]:
        raise ValueError(
            f"cross_entropy: logits of shape {logits.shape} and labels of shape {labels.shape} do "
            "not fit: one integer label for each row of logits, (..., C) and (...)."
        )
    if not 0 <= label_smoothing <= 1:
        raise ValueError(f"cross_entropy: label_smoothing is from 0 to 1, got {label_smoothing}.")
    shape = labels.shape
    if labels.ndim != 1:
        logits, labels = ops.reshape(logits, (-1, logits.shape[-1])), ops.reshape(labels, (-1,))
    parts, smoothing = _softmax_parts(logits), float(label_smoothing)
    rows = _cross_entropy(logits, parts, ops.astype(labels, np.int64), smoothing)
    return _reduced(rows if rows.shape == shape else ops.reshape(rows, shape), reduction)


# Numbers


@primitive(
    lambda g, y, x, t: _per_element(g, x) * (x - t), lambda g, y, x, t: _per_element(g, x) * (t - x)
)
def _mse_loss(x: Any, t: Any) -> Any:
    d = x - t
    return np.add.reduce(d * d, axis=None) / d.size


def _per_element(g: Any, x: Any) -> Any:
    return g * (2 / max(x.size, 1))


def mse_loss(input: Tensor, target: Operand, reduction: Reduction = "mean") -> Tensor:
    """Squared error, ``(input - target)**2``.

    Parameters
    ----------
    input, target : of one shape
        Predictions, and what is wanted.
    reduction : "mean", "sum" or "none"

    Raises
    ------
    ValueError
        If the shapes differ: broadcasting would pair every prediction with every target.
    """
    target = _beside("mse_loss", input, target)
    if reduction == "mean":
        return _mse_loss(input, target)
    difference = input - target
    return _reduced(difference * difference, reduction)


def l1_loss(input: Tensor, target: Operand, reduction: Reduction = "mean") -> Tensor:
    """Absolute error, ``abs(input - target)``; its derivative at 0 is 0. See :func:`mse_loss`."""
    return _reduced(ops.abs(input - _beside("l1_loss", input, target)), reduction)


def huber_loss(
    input: Tensor, target: Operand, delta: float = 1.0, reduction: Reduction = "mean"
) -> Tensor:
    """Half the squared error up to ``delta``, from there on straight (Huber 1964).

    With ``d = abs(input - target)``: ``d**2 / 2`` where ``d <= delta``, else
    ``delta * (d - delta / 2)``. An outlier pulls with ``delta`` at most. See :func:`mse_loss`.
    """
    if not delta > 0:
        raise ValueError(f"huber_loss: delta must be positive, got {delta}.")
    d = input - _beside("huber_loss", input, target)
    c = ops.clip(d, -delta, delta)
    return _reduced(c * (d - c / 2), reduction)


@primitive(lambda g, y, x, t: g * (ops.sigmoid(x) - t), lambda g, y, x, t: -g * x)
def _binary_cross_entropy(x: Any, t: Any) -> Any:
    # log(1 + exp(-|x|)), and |x| as far as x points away from the target; 0 * infinity counts as 0
    away = np.where(x > 0, 1 - t, -t)
    return np.log1p(np.exp(-np.abs(x))) + np.where(away == 0, 0, x * away)


def binary_cross_entropy_with_logits(
    input: Tensor, target: Operand, reduction: Reduction = "mean"
) -> Tensor:
    """Negative log-probability of the target under ``sigmoid(input)``.

    Takes logits: the sigmoid is part of it, so that no probability is rounded to 0 or 1 before
    its logarithm is taken. Small losses keep their precision, and a right answer of infinite
    confidence costs 0 (in PyTorch both are lost to cancellation).

    Parameters
    ----------
    input : any shape
        Logits.
    target : of that shape
        0 or 1, or a probability between.
    reduction : "mean", "sum" or "none"

    Raises
    ------
    ValueError
        If the shapes differ.
    """
    target = _beside("binary_cross_entropy_with_logits", input, target)
    return _reduced(_binary_cross_entropy(input, target), reduction)


def _beside(name: str, input: Tensor, target: Operand) -> Any:
    """Return ``target`` as something of the shape and float type to be compared with ``input``."""
    target = target if isinstance(target, (Tensor, np.ndarray)) else tensor(target)
    if input.shape != target.shape:
        raise ValueError(
            f"{name}: input of shape {input.shape} and target of shape {target.shape} must have "
            "one shape, or each would be compared with each: "
            f"{_way_out(input.shape, target.shape)}."
        )
    return target if target.dtype.kind == "f" else ops.astype(target, input.dtype)


def _way_out(input: tuple[int, ...], target: tuple[int, ...]) -> str:
    if input == (*target, 1):
        return "write input[:, 0]" if len(input) == 2 else f"write input.reshape({target})"
    if target == (*input, 1):
        return f"write target.reshape({input})"
    return "reshape one of them"


def _reduced(losses: Tensor, reduction: Reduction) -> Tensor:
    if reduction == "mean":
        return ops.mean(losses)
    if reduction == "sum":
        return ops.sum(losses)
    if reduction == "none":
        return losses
    raise ValueError(f'reduction is "mean", "sum" or "none", not {reduction!r}.')
