"""What is measured beside the loss, and its mean over the examples."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..arguments import as_number, check_function, shown
from ..core.tensor import Tensor

Metric = Callable[[NDArray[Any], NDArray[Any]], float]


def accuracy(scores: ArrayLike, labels: ArrayLike) -> float:
    """Return the share of the examples that are classified right.

    Parameters
    ----------
    scores : array of shape (n, classes), (n, 1) or (n,)
        Scores (logits or probabilities' logarithms), the greatest of which is taken; or, for two
        classes, one logit an example, which is for class 1 if it is positive. An example with a
        score that is NaN is not classified right. More axes than one may stand in place of n.
    labels : array of shape (n,), or for one logit an example (n, 1)
        The right classes: whole numbers from 0 on, of any dtype.

    Returns
    -------
    float
        Between 0 and 1.

    Raises
    ------
    TypeError, ValueError
        If these are no numbers or no classes, there are none, or the shapes do not fit.
    """
    scores, labels = _array("scores", scores), _array("labels", labels)
    if scores.shape == (*labels.shape, 1):
        scores = scores[..., 0]
    elif labels.shape == (*scores.shape, 1):
        labels = labels[..., 0]
    if not labels.size or not scores.size:
        raise ValueError(
            "accuracy: there are no examples: scores and labels have shapes "
            f"{scores.shape} and {labels.shape}."
        )
    alone = scores.shape == labels.shape  # one logit an example
    one_hot = alone and scores.ndim == 2 and scores.shape[1] > 1
    if one_hot or not (alone or scores.shape[:-1] == labels.shape):
        raise ValueError(
            "accuracy: scores have shape (n, classes), (n, 1) or (n,) and labels (n,); got "
            f"{scores.shape} and {labels.shape}. Of one-hot rows the labels are "
            "labels.argmax(axis=1); of many answers of yes or no, give both as ravel()."
        )
    classes = 2 if alone else scores.shape[-1]
    if not np.isin(labels, np.arange(classes)).all():
        raise ValueError(
            f"accuracy: labels of {'one logit an example' if alone else f'{classes} classes'} are "
            f"whole numbers from 0 to {classes - 1}; got {labels.min()} to {labels.max()}."
        )
    chosen = scores > 0 if alone else scores.argmax(axis=-1)
    known = ~np.isnan(scores) if alone else ~np.isnan(scores).any(axis=-1)
    return float(np.mean((chosen == labels) & known))


def _array(name: str, value: ArrayLike) -> NDArray[Any]:
    array = value.numpy() if isinstance(value, Tensor) else np.asarray(value)
    if array.dtype.kind not in "biuf":
        raise TypeError(f"accuracy: {name} is an array of numbers; got one of {array.dtype}.")
    return array


def by_name(where: str, metrics: Any) -> dict[str, Metric]:
    """Return the metrics by the names of their columns, each a name of its own.

    That of ``functools.partial`` is the function's inside, that of an object its class's.
    """
    if not isinstance(metrics, Iterable) or isinstance(metrics, str | Mapping):
        raise TypeError(f"{where}: metrics is a list of functions; got {shown(metrics)}.")
    named: dict[str, Metric] = {}
    for metric in metrics:
        check_function(f"{where}: each of metrics", metric, "metric(prediction, y)")
        inside = metric
        while isinstance(inside, partial) and not hasattr(inside, "__name__"):
            inside = inside.func
        name = getattr(inside, "__name__", type(inside).__name__)
        if name in named or name == "loss" or name.startswith("validation_"):
            raise ValueError(
                f"{where}: a metric is recorded under its function's name, and {name!r} is taken: "
                "write `def another_name(prediction, y)` around it, or set its __name__."
            )
        named[name] = metric
    return named


class Means:
    """Means over examples, from means over batches."""

    def __init__(self, metrics: Mapping[str, Metric]) -> None:
        self.metrics = metrics
        self.examples = 0
        self.sums: dict[str, float] = {}

    def add(self, n: int, loss: float, prediction: Any, y: Any) -> None:
        """Add a batch of ``n`` examples."""
        values = {"loss": loss}
        if self.metrics:
            arrays = [a.numpy() if isinstance(a, Tensor) else a for a in (prediction, y)]
            for name, metric in self.metrics.items():
                values[name] = as_number(f"metric {name!r}", metric(*arrays), flags=True)
        for name, value in values.items():
            self.sums[name] = self.sums.get(name, 0.0) + n * value
        self.examples += n

    def values(self) -> dict[str, float]:
        """Return the loss and the metrics by name."""
        return {name: total / self.examples for name, total in self.sums.items()}
