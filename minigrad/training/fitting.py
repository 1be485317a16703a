"""The training loop, for when writing it out is not the point.

The loop itself is four lines, and nothing in minigrad needs more than them::

    for x, y in mg.data.minibatches(x_train, y_train, batch_size=32, rng=rng):
        optimizer.zero_grad()
        mg.nn.cross_entropy(model(x), y).backward()
        optimizer.step()

`fit` is that loop with a record, a progress bar, validation and callbacks around it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence, Sized
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..core.modes import no_grad
from ..core.tensor import Tensor
from ..nn import Module
from ..optim import Optimizer
from ..progress import bar
from .callbacks import Callback, Checkpoint
from .history import History
from .run import Loss, Metric, Run

if TYPE_CHECKING:
    from tqdm import tqdm

    from ..data import Pair


def fit(
    model: Module,
    data: Iterable[Pair],
    loss: Loss,
    optimizer: Optimizer,
    epochs: int,
    validation: Pair | None = None,
    callbacks: Sequence[Callback] = (),
    *,
    metrics: Sequence[Metric] = (),
    progress: bool | None = None,
) -> History:
    """Train a model: four lines, and what one wants to know about them.

    ::

        for x, y in data:
            optimizer.zero_grad()
            loss(model(x), y).backward()
            optimizer.step()

    is what it does ``epochs`` times; write them yourself whenever you want anything else.

    Parameters
    ----------
    model : Module
        Is in training mode during an epoch, and in evaluation mode when `fit` returns.
    data : iterable of pairs (x, y) of arrays
        One pass over it is one epoch: `minigrad.data.minibatches`, or a list of batches.
    loss : callable
        ``loss(model(x), y)`` is the mean loss over a batch, such as `minigrad.nn.cross_entropy`.
    optimizer : Optimizer
        Over the parameters to train.
    epochs : int
        Number of passes over the data, those of a resumed run included.
    validation : pair (x, y) of arrays, optional
        Examples to evaluate the model on after each epoch.
    callbacks : sequence of Callback
        See `minigrad.callbacks`: early stopping, checkpoints, clipping, TensorBoard.
    metrics : sequence of callables
        ``metric(prediction, y)``, of NumPy arrays, is a mean over the examples, recorded under the
        function's name; for instance `accuracy`.
    progress : bool, optional
        Whether to show a progress bar. By default only if a person watches a terminal or a
        notebook, so that a notebook that is executed unattended stores the same on every run.

    Returns
    -------
    History
        Losses, rates, gradient norms and update ratios by step; losses and metrics by epoch.

    Raises
    ------
    TypeError
        If ``data`` cannot be passed over more than once, or is a pair of arrays.
    ValueError
        If ``data`` holds no batches.

    Examples
    --------
    >>> digits = mg.data.digits()
    >>> batches = mg.data.minibatches(*digits.train, batch_size=32, rng=rng)
    >>> history = mg.fit(model, batches, mg.nn.cross_entropy, optimizer, epochs=10,
    ...                  validation=digits.test, metrics=[mg.accuracy])
    """
    _check_data(data)
    # A checkpoint is written last, so that it finds the state of the others as the epoch left it.
    ordered = sorted(callbacks, key=lambda callback: isinstance(callback, Checkpoint))
    run = Run(model, data, loss, optimizer, epochs, metrics, ordered)
    for callback in ordered:
        callback.on_start(run)
    batches = len(data) if isinstance(data, Sized) else None
    try:
        with bar(
            progress,
            total=batches and batches * epochs,
            initial=batches * run.epoch if batches else 0,
            unit="step",
        ) as shown:
            while run.epoch < epochs and not run.stop:
                shown.set_description(f"epoch {run.epoch + 1}/{epochs}", refresh=False)
                row = _train(run, shown)
                optimizer.eval()
                if validation is not None:
                    values = evaluate(model, validation, loss, metrics)
                    row |= {f"validation_{name}": value for name, value in values.items()}
                run.history.add_epoch(row)
                run.epoch += 1
                for callback in ordered:
                    callback.on_epoch(run)
    finally:
        optimizer.eval()
        model.eval()
        for callback in ordered:
            callback.on_end(run)
    return run.history


def _train(run: Run, shown: tqdm) -> dict[str, float]:
    """Pass once over the data; return the mean loss and metrics."""
    run.model.train()
    run.optimizer.train()
    parameters, means = run.parameters(), _Means()
    for x, y in run.data:
        batch = _Batch(run, x, y)
        before = [p._data.copy() for p in parameters]
        loss = run.optimizer.step_with(batch.backward).item()
        size = _norm(before) or math.nan
        for p, old in zip(parameters, before, strict=True):
            np.subtract(p._data, old, out=old)
        rates = {
            # A self-tuning optimizer uses another rate than the one it was given.
            "lr": getattr(run.optimizer, "adapted_lr", run.optimizer.last_lr)[0],
            "update_ratio": _norm(before) / size,
        }
        run.step = {"loss": loss, **rates, **run.step}
        run.history.add_step(run.step)
        for callback in run.callbacks:
            callback.on_step(run)
        means.add(len(y), loss, batch.prediction._data, y, run.metrics)
        if not shown.disable:
            shown.set_postfix_str(f"loss {loss:.4g}, lr {run.step['lr']:.3g}", refresh=False)
            shown.update()
    if not means.examples:
        raise ValueError("fit: data held no batches.")
    return means.values()


def evaluate(
    model: Module,
    data: Pair,
    loss: Loss,
    metrics: Sequence[Metric] = (),
    batch_size: int = 1024,
) -> dict[str, float]:
    """Return the mean loss and metrics of a model in evaluation mode; nothing is recorded.

    Parameters
    ----------
    model : Module
        It and its parts are put back into the modes they were in.
    data : pair (x, y) of arrays
        The examples.
    loss, metrics
        As in `fit`.
    batch_size : int
        Examples to take at a time; bounds the memory needed.

    Returns
    -------
    dict of str to float
        ``"loss"``, and each metric under its function's name.
    """
    x, y = data
    modes, means = [(module, module.training) for module in model.modules()], _Means()
    model.eval()
    with no_grad():
        for i in range(0, len(x), batch_size):
            batch, wanted = x[i : i + batch_size], y[i : i + batch_size]
            prediction = model(batch)
            value = loss(prediction, wanted).item()
            means.add(len(wanted), value, prediction._data, wanted, metrics)
    for module, training in modes:
        module.training = training
    return means.values()


def accuracy(scores: NDArray[Any], labels: NDArray[Any]) -> float:
    """Return the share of the examples that are classified right.

    Parameters
    ----------
    scores : array of shape (n, classes), or of the shape of ``labels``
        Scores (logits or probabilities' logarithms), the greatest of which is taken; or, for two
        classes, one logit an example, which is for class 1 if it is positive.
    labels : array of ints
        The right classes.

    Returns
    -------
    float
        Between 0 and 1.
    """
    scores, labels = np.asarray(scores), np.asarray(labels)
    chosen = scores > 0 if scores.shape == labels.shape else scores.argmax(axis=-1)
    return float(np.mean(chosen == labels))


class _Batch:
    """The loss of a batch, and the way back; an optimizer may go more than once."""

    def __init__(self, run: Run, x: Any, y: Any) -> None:
        self.run, self.x, self.y = run, x, y
        self.prediction: Any = None

    def backward(self) -> Tensor:
        run = self.run
        run.optimizer.zero_grad()
        self.prediction = run.model(self.x)
        loss = run.loss(self.prediction, self.y)
        loss.backward()
        gradients = (p.grad._data for p in run.parameters() if p.grad is not None)
        run.step = {"gradient_norm": _norm(gradients)}
        for callback in run.callbacks:
            callback.on_backward(run)
        return loss


class _Means:
    """Means over examples, from means over batches."""

    def __init__(self) -> None:
        self.examples = 0
        self.sums: dict[str, float] = {}

    def add(self, n: int, loss: float, prediction: Any, y: Any, metrics: Sequence[Metric]) -> None:
        self.examples += n
        values = {"loss": loss, **{metric.__name__: metric(prediction, y) for metric in metrics}}
        for name, value in values.items():
            self.sums[name] = self.sums.get(name, 0.0) + n * float(value)

    def values(self) -> dict[str, float]:
        return {name: total / self.examples for name, total in self.sums.items()}


def _norm(arrays: Iterable[NDArray[Any]]) -> float:
    """Return the norm of several arrays taken as one."""
    flat = [array.ravel() for array in arrays]
    squared = sum(float(a.dot(a)) for a in flat)
    if not 1e-30 < squared < 1e30:  # out of what float32 can square
        squared = sum(float(a @ a) for a in (array.astype(np.float64) for array in flat))
    return math.sqrt(squared)


def _check_data(data: Any) -> None:
    if isinstance(data, tuple) and len(data) == 2 and all(hasattr(a, "shape") for a in data):
        raise TypeError(
            "fit: data is a pair of arrays; deal it out in batches with "
            "mg.data.minibatches(x, y, batch_size=32, rng=rng)."
        )
    if iter(data) is data:
        raise TypeError(
            "fit: data is an iterator, which is used up after one epoch; give what can be passed "
            "over again, such as mg.data.minibatches(x, y, batch_size=32, rng=rng) or a list."
        )
