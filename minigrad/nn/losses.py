"""Losses: how far predictions are from what is wanted.

All take ``reduction``: "mean" over all elements (the default), "sum" of them, or "none". There is
no mean over an empty batch.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

from .. import kernels
from ..arguments import check_integers, check_numbers
from ..core import ops
from ..core.modes import effect
from ..core.primitive import primitive
from ..core.tensor import Array, Operand, Tensor, raw
from .inputs import as_array, as_real

Reduction = Literal["mean", "sum", "none"]


# Classes


@primitive(None)
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
    logits: Array,
    labels: Operand,
    label_smoothing: float = 0.0,
    reduction: Reduction = "mean",
    *,
    weight: Operand | None = None,
    ignore_index: int | None = None,
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
    weight : (C,), optional
        How much each class counts, a positive number. The mean is weighted too: it divides by the
        sum of the weights of the labels, as PyTorch's does.
    ignore_index : int, optional
        A label that marks what does not count, such as the padding of sentences: loss and gradient
        are 0 there, and the mean is over the rest. PyTorch takes -100 unless told otherwise.

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
    labels = as_array(labels, "cross_entropy", "labels")
    if labels.dtype.kind not in "iu":
        raise TypeError(
            f"cross_entropy: labels of shape {labels.shape} are {labels.dtype}, wanted are integer "
            "class numbers; from one-hot rows take labels.argmax(1)."
        )
    logits = as_array(logits, "cross_entropy", "logits")
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
    if type(label_smoothing) is not float or label_smoothing:  # as it is by default, it is right
        check_numbers("cross_entropy", 0, 1, label_smoothing=label_smoothing)
    _check_reduction("cross_entropy", reduction, labels.size)
    shape, logits = labels.shape, as_real(logits, "cross_entropy", "logits")
    if labels.ndim != 1:
        logits, labels = ops.reshape(logits, (-1, logits.shape[-1])), ops.reshape(labels, (-1,))
    if labels.dtype != np.int64:
        labels = ops.astype(labels, np.int64)
    smoothing = float(label_smoothing)
    if weight is None and ignore_index is None:
        rows = _cross_entropy(logits, _softmax_parts(logits), labels, smoothing)
        return _reduced(rows if rows.shape == shape else ops.reshape(rows, shape), reduction)
    rows, counts = _weighted(logits, labels, smoothing, weight, ignore_index)
    if reduction == "mean":
        _check_counts(counts)
        # of shape (1,), because NumPy's number is read where it meets a tensor, and an array is not
        return ops.reshape(ops.sum(rows, keepdims=True) / ops.sum(counts, keepdims=True), ())
    return _reduced(ops.reshape(rows, shape), reduction)


def _weighted(
    logits: Any, labels: Any, smoothing: float, weight: Any, ignored: int | None
) -> tuple[Tensor, Tensor]:
    """Return the loss of each row, and how much it counts."""
    kept: Any = np.ones(1, logits.dtype)
    if ignored is not None:
        check_integers("cross_entropy", ignore_index=ignored)
        keep = ops.not_equal(labels, ignored)
        labels, kept = ops.where(keep, labels, 0), ops.astype(keep, logits.dtype)
        # whatever stands in a row that does not count, NaN included, is to have no effect
        logits = ops.where(ops.reshape(keep, (-1, 1)), logits, 0.0)
    classes = logits.shape[-1]
    if weight is None:
        weight = np.ones(classes, logits.dtype)
    weight = _checked_weight("cross_entropy", "weight", weight, [(classes,)], logits.dtype)
    rows = _cross_entropy(logits, _softmax_parts(logits), labels, 0.0)
    counts = ops.getitem(weight, labels) * kept
    rows = rows * counts
    if smoothing:
        spread = ops.matmul(ops.log_softmax(logits), weight) * kept
        rows = (1 - smoothing) * rows - (smoothing / classes) * spread
    return rows, counts


def _checked_weight(where: str, name: str, weight: Any, shapes: list[Any], dtype: Any) -> Any:
    """Return weights of one of the shapes, in a float type."""
    weight = as_real(weight, where, name, dtype)
    if weight.shape not in shapes:
        wanted = " or ".join(map(str, shapes))
        raise ValueError(f"{where}: {name} is of shape {wanted}; got shape {weight.shape}.")
    _check_weight(f"{where}: {name}", weight)
    return ops.astype(weight, dtype)


@effect
def _check_weight(name: str, weight: Any) -> None:
    numbers = raw(weight)
    if not np.all((numbers > 0) & np.isfinite(numbers)):
        raise ValueError(f"{name} is made of positive numbers; got {numbers}.")


@effect
def _check_counts(counts: Any) -> None:
    if not np.any(raw(counts)):
        raise ValueError("cross_entropy: every label is ignored, so there is no mean.")


# Numbers


@primitive(
    lambda g, y, x, t: _per_element(g, x) * (x - t), lambda g, y, x, t: _per_element(g, x) * (t - x)
)
def _mse_loss(x: Any, t: Any) -> Any:
    d = x - t
    return np.add.reduce(d * d, axis=None) / d.size


def _per_element(g: Any, x: Any) -> Any:
    return g * (2 / max(x.size, 1))


def mse_loss(input: Array, target: Operand, reduction: Reduction = "mean") -> Tensor:
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
    input, target = _beside("mse_loss", input, target, reduction)
    if reduction == "mean":
        return _mse_loss(input, target)
    difference = ops.subtract(input, target)
    return _reduced(difference * difference, reduction)


def l1_loss(input: Array, target: Operand, reduction: Reduction = "mean") -> Tensor:
    """Absolute error, ``abs(input - target)``; its derivative at 0 is 0. See :func:`mse_loss`."""
    input, target = _beside("l1_loss", input, target, reduction)
    return _reduced(ops.abs(ops.subtract(input, target)), reduction)


def huber_loss(
    input: Array, target: Operand, delta: float = 1.0, reduction: Reduction = "mean"
) -> Tensor:
    """Half the squared error up to ``delta``, from there on straight (Huber 1964).

    With ``d = abs(input - target)``: ``d**2 / 2`` where ``d <= delta``, else
    ``delta * (d - delta / 2)``. An outlier pulls with ``delta`` at most. See :func:`mse_loss`.
    """
    check_numbers("huber_loss", positive=True, delta=delta)
    delta = float(delta)
    input, target = _beside("huber_loss", input, target, reduction)
    d = ops.subtract(input, target)
    c = ops.clip(d, -delta, delta)
    return _reduced(c * (d - c / 2), reduction)


@primitive(lambda g, y, x, t: g * (ops.sigmoid(x) - t), lambda g, y, x, t: -g * x)
def _binary_cross_entropy(x: Any, t: Any) -> Any:
    # log(1 + exp(-|x|)), and |x| as far as x points away from the target; 0 * infinity counts as 0
    away = np.where(x > 0, 1 - t, -t)
    return np.log1p(np.exp(-np.abs(x))) + np.where(away == 0, 0, x * away)


def binary_cross_entropy_with_logits(
    input: Array,
    target: Operand,
    reduction: Reduction = "mean",
    *,
    pos_weight: Operand | None = None,
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
    pos_weight : number or (C,), optional
        How much a 1 counts beside a 0, of each of the C places of the last axis: above 1 where
        there are few of them.

    Raises
    ------
    ValueError
        If the shapes differ.
    """
    where = "binary_cross_entropy_with_logits"
    input, target = _beside(where, input, target, reduction)
    if pos_weight is None:
        return _reduced(_binary_cross_entropy(input, target), reduction)
    weight = _checked_weight(where, "pos_weight", pos_weight, [(), input.shape[-1:]], input.dtype)
    # as many 1s as that, and 0s as before: so many examples, of which so large a share is 1
    ones = ops.multiply(weight, target)
    examples = ops.add(ones, ops.subtract(1, target))
    return _reduced(examples * _binary_cross_entropy(input, ones / examples), reduction)


def _beside(name: str, input: Any, target: Any, reduction: Reduction) -> tuple[Any, Any]:
    """Return both as real numbers, if they are of one shape and can be reduced."""
    input = as_real(input, name, "input")
    target = as_real(target, name, "target", input.dtype)
    if input.shape != target.shape:
        raise ValueError(
            f"{name}: input of shape {input.shape} and target of shape {target.shape} must have "
            "one shape, or each would be compared with each: "
            f"{_way_out(input.shape, target.shape)}."
        )
    _check_reduction(name, reduction, input.size)
    return input, target


def _way_out(input: tuple[int, ...], target: tuple[int, ...]) -> str:
    if input == (*target, 1):
        return "write input[:, 0]" if len(input) == 2 else f"write input.reshape({target})"
    if target == (*input, 1):
        return f"write target.reshape({input})"
    return "reshape one of them"


def _check_reduction(name: str, reduction: Reduction, size: int) -> None:
    if not isinstance(reduction, str) or reduction not in ("mean", "sum", "none"):
        raise ValueError(f'{name}: reduction is "mean", "sum" or "none"; got {reduction!r}.')
    if not size and reduction == "mean":
        raise ValueError(f"{name}: there is no mean over an empty batch; leave the batch out.")


def _reduced(losses: Tensor, reduction: Reduction) -> Tensor:
    if reduction == "none":
        return losses
    return ops.mean(losses) if reduction == "mean" else ops.sum(losses)
