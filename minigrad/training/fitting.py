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
from collections.abc import Iterable, Iterator, Sequence, Sized
from contextlib import ExitStack, suppress
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..arguments import check_flags, check_integers, check_kind
from ..core.tensor import Tensor
from ..nn import Module
from ..nn.clipping import total_norm
from ..optim import Optimizer
from ..progress import bar
from .callbacks import Callback, Checkpoint
from .evaluation import check_model, check_pair, checked_loss, evaluated, is_pair
from .history import History
from .metrics import Means, Metric, by_name
from .run import Loss, Run

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
    accumulate: int = 1,
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
        See `minigrad.callbacks`: early stopping, checkpoints, clipping, averages, TensorBoard.
    metrics : sequence of callables
        ``metric(prediction, y)``, of NumPy arrays, is a mean over the examples, recorded under the
        function's name; for instance `accuracy`.
    accumulate : int
        Batches an update. Their gradients are added up, each weighted by its examples: it is the
        update of one batch of all of them, in the memory of one (though batch normalisation sees
        each alone). The last update of an epoch takes what batches are left.
    progress : bool, optional
        Whether to show a progress bar. By default only if a person watches a terminal or a
        notebook, so that a notebook that is executed unattended stores the same on every run.

    Returns
    -------
    History
        Losses, rates, gradient norms and update ratios by step; losses and metrics by epoch.

    Raises
    ------
    TypeError, ValueError
        If an argument is not what it must be, before anything has changed.

    Notes
    -----
    Whatever ends a run early, an error or Ctrl-C, is raised, and carries the record so far as its
    ``history``. In a notebook: ``history = sys.last_value.history``.

    Examples
    --------
    >>> digits = mg.data.digits()
    >>> batches = mg.data.minibatches(*digits.train, batch_size=32, rng=rng)
    >>> history = mg.fit(model, batches, mg.nn.cross_entropy, optimizer, epochs=10,
    ...                  validation=digits.test, metrics=[mg.accuracy])
    """
    callbacks = _checked(model, data, loss, optimizer, validation, callbacks)
    check_integers("fit", 0, epochs=epochs)
    check_integers("fit", 1, accumulate=accumulate)
    if progress is not None:
        check_flags("fit", progress=progress)
    named = by_name("fit", metrics)
    # A checkpoint is written last, so that it finds the state of the others as the epoch left it.
    ordered = sorted(callbacks, key=lambda callback: isinstance(callback, Checkpoint))
    run = Run(model, data, loss, optimizer, epochs, named, ordered, accumulate)
    try:
        with ExitStack() as ends:
            for callback in ordered:
                callback.on_start(run)
                ends.callback(callback.on_end, run)
            _train(run, validation, progress)
    except BaseException as error:
        if run.history.steps:
            error.history = run.history  # type: ignore[attr-defined]
            error.add_note(
                f"fit: the record of the {len(run.history.steps['loss'])} updates before this is "
                "its history; in a notebook: history = sys.last_value.history"
            )
        raise
    return run.history


def _train(run: Run, validation: Pair | None, progress: bool | None) -> None:
    """Do what epochs are left."""
    batches = len(run.data) if isinstance(run.data, Sized) else None
    updates = batches and math.ceil(batches / run.accumulate)
    _leave_training(run)  # also where no epoch is left
    with bar(
        progress,
        total=updates and updates * run.epochs,
        initial=updates * run.epoch if updates else 0,
        unit="step",
    ) as shown:
        while run.epoch < run.epochs and not run.stop:
            shown.set_description(f"epoch {run.epoch + 1}/{run.epochs}", refresh=False)
            row = _train_epoch(run, shown)
            if validation is not None:
                values = evaluated(run.model, validation, run.loss, Means(run.metrics))
                row |= {f"validation_{name}": value for name, value in values.items()}
            run.history.add_epoch(row)
            run.epoch += 1
            for callback in run.callbacks:
                callback.on_epoch(run)


def _train_epoch(run: Run, shown: tqdm) -> dict[str, float]:
    """Pass once over the data; return the mean loss and metrics."""
    parameters, means = run.parameters(), Means(run.metrics)
    with ExitStack() as afterwards:
        for callback in run.callbacks:
            callback.on_train(run)
            afterwards.callback(callback.on_eval, run)
        afterwards.callback(_leave_training, run)
        run.model.train()
        run.optimizer.train()
        for batches in _groups(run.data, run.accumulate):
            run.step = {}
            before = _flat(parameters)
            run.optimizer.step_with(partial(_gradient, run, batches, means))
            run.step["lr"] = _rate(run.optimizer)
            moved = total_norm([_flat(parameters) - before])
            run.step["update_ratio"] = moved / (total_norm([before]) or math.nan)
            run.history.add_step(run.step)
            for callback in run.callbacks:
                callback.on_step(run)
            if not shown.disable:
                now = f"loss {run.step['loss']:.4g}, lr {run.step['lr']:.3g}"
                shown.set_postfix_str(now, refresh=False)
                shown.update()
    if not means.examples:
        raise ValueError("fit: data held no batches.")
    return means.values()


def _leave_training(run: Run) -> None:
    run.optimizer.eval()
    run.model.eval()


def _gradient(run: Run, batches: Sequence[Pair], means: Means) -> Tensor:
    """Leave the gradient of the mean loss over the examples of the batches; return that loss."""
    first = not run.step  # an optimizer may look again elsewhere: what is recorded is of θ_t
    sizes = [_examples(batch) for batch in batches]
    run.optimizer.zero_grad()
    mean = 0.0
    for (x, y), n in zip(batches, sizes, strict=True):
        prediction = run.model(x)
        loss = checked_loss("fit", run.loss(prediction, y))
        share = n / sum(sizes)
        loss.backward(None if share == 1 else np.full(loss.shape, share, loss.dtype))
        value = loss.item()
        mean += share * value
        if first:
            means.add(n, value, prediction, y)
    if first:
        gradients = [p.grad._data for p in run.parameters() if p.grad is not None]
        run.step = {"loss": mean, "gradient_norm": total_norm(gradients)}
    for callback in run.callbacks:
        callback.on_backward(run)
    return Tensor(np.asarray(mean))


def _groups(data: Iterable[Pair], size: int) -> Iterator[list[Pair]]:
    batches = iter(data)
    while group := list(islice(batches, size)):
        yield group


def _examples(batch: Any) -> int:
    """Return the number of examples of a batch."""
    n = None
    if isinstance(batch, tuple | list) and len(batch) == 2:
        with suppress(TypeError):
            n = len(batch[1])
    if n is None:
        raise TypeError(
            "fit: data gives pairs (x, y) of arrays with a row for each example; it gave a "
            f"{type(batch).__name__}."
        )
    if not n:
        raise ValueError("fit: data gave a batch without examples.")
    return n


def _rate(optimizer: Any) -> float:
    """Return the rate of the latest update, as a self-tuning optimizer has adapted it."""
    while not hasattr(optimizer, "adapted_lr") and hasattr(optimizer, "optimizer"):
        optimizer = optimizer.optimizer  # around which this one is
    return getattr(optimizer, "adapted_lr", optimizer.last_lr)[0]


def _flat(parameters: Iterable[Tensor]) -> NDArray[Any]:
    return np.concatenate([p._data.ravel() for p in parameters])


def _checked(
    model: Any, data: Any, loss: Any, optimizer: Any, validation: Any, callbacks: Any
) -> list[Callback]:
    """Return the callbacks if everything is what it must be."""
    check_model("fit", model, loss)
    a_rule = "one such as mg.optim.SGD(model.parameters(), lr=0.1)"
    check_kind("fit: optimizer", optimizer, Optimizer, a_rule)
    dealt = "mg.data.minibatches(x, y, batch_size=32, rng=rng)"
    wanted = f"fit: data gives batches (x, y) in each epoch, as {dealt} does, or a list of them"
    no_batches = str | bytes | dict | np.ndarray | Tensor
    if is_pair(data):
        raise TypeError(f"{wanted}; got a pair of arrays: deal it out by minibatches(x, y, ...).")
    if not isinstance(data, Iterable) or isinstance(data, no_batches):
        raise TypeError(f"{wanted}; got a {type(data).__name__}.")
    if isinstance(data, Sized) and not len(data):
        raise ValueError("fit: data held no batches.")
    if iter(data) is data:
        raise TypeError(f"{wanted}; got an iterator, which is used up after one epoch.")
    if validation is not None:
        check_pair("fit: validation", validation)
    check_kind("fit: callbacks", callbacks, Iterable, "a list of Callbacks")
    callbacks = list(callbacks)
    for i, callback in enumerate(callbacks):
        a_callback = "a Callback, such as mg.callbacks.EarlyStopping()"
        check_kind(f"fit: callbacks[{i}]", callback, Callback, a_callback)
    if len({id(callback) for callback in callbacks}) < len(callbacks):
        raise ValueError(f"fit: a callback stands twice in callbacks, {callbacks!r}.")
    return callbacks
