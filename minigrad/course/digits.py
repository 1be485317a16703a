"""The small network that reads digits, and its training, for lessons that compare many runs.

Lesson 03 builds the network, lesson 05 deals the batches: here they stand once, so that a later
lesson shows what it is about.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

import minigrad as mg

Array = NDArray[Any]


def small_network(rng: np.random.Generator) -> mg.nn.Sequential:
    """Return a network 64-32-10: a score for each digit, from the 64 pixels of an image."""
    hidden, scores = mg.nn.Linear(64, 32, rng=rng), mg.nn.Linear(32, 10, rng=rng)
    return mg.nn.Sequential(hidden, mg.nn.ReLU(), scores)


def bare_network(rng: np.random.Generator, *sizes: int) -> mg.nn.Sequential:
    """Return a network of matrices alone: no biases, and a ReLU between each two.

    The weights are drawn so that signals keep their size from layer to layer (lesson 14).

    Parameters
    ----------
    rng : Generator
        Draws the weights.
    *sizes : int
        How many numbers go in, through each layer, and out.
    """
    layers: list[mg.nn.Module] = []
    for n_in, n_out in pairwise(sizes):
        layer = mg.nn.Linear(n_in, n_out, bias=False, rng=rng)
        kept = 2 if len(layers) < 2 * len(sizes) - 4 else 1  # ReLU drops half of the mean square
        layer.weight = mg.tensor(
            mg.nn.init.normal((n_in, n_out), np.sqrt(kept / n_in), rng), requires_grad=True
        )
        layers += [layer, mg.nn.ReLU()]
    return mg.nn.Sequential(*layers[:-1])


def mislabelled(labels: Array, share: float, rng: np.random.Generator) -> Array:
    """Return labels of which about ``share`` have been replaced by digits drawn at random.

    On such labels no network gets to 0, and the noise of small batches stays to the end.
    """
    tired = rng.random(len(labels)) < share
    return np.where(tired, rng.integers(0, 10, len(labels)), labels)


def loss_on(model: mg.nn.Module, images: Array, labels: Array) -> float:
    """Return the mean cross-entropy of a model on images; nothing is recorded."""
    with mg.no_grad():
        return float(mg.nn.cross_entropy(model(mg.tensor(images)), labels).item())


def compiled_step(
    model: mg.nn.Module, optimizer: mg.optim.Optimizer
) -> Callable[[Array, Array], mg.Tensor]:
    """Return a function that makes one update on a batch and returns the batch's loss.

    It records the update and replays it (`minigrad.compile`): the same numbers, sooner.
    """

    @mg.compile
    def step(images: mg.Tensor, labels: Array) -> mg.Tensor:
        optimizer.zero_grad()
        loss = mg.nn.cross_entropy(model(images), labels)
        loss.backward()
        if isinstance(optimizer, mg.optim.PolyakSGD):
            optimizer.step(loss)
        else:
            optimizer.step()
        return loss

    return lambda images, labels: step(mg.tensor(images), labels)


def train(
    optimizer: Callable[[Iterable[mg.Tensor]], mg.optim.Optimizer],
    images: Array,
    labels: Array,
    seed: int,
    updates: int,
    batch_size: int,
    every: int | None = None,
) -> Array:
    """Train a small network and return its loss on all images along the way.

    Parameters
    ----------
    optimizer : callable
        Gets the parameters: ``lambda parameters: mg.optim.SGD(parameters, lr=0.1)``.
    images, labels : arrays, shapes (n, 64) and (n,)
        To train on. Each batch is drawn from them anew.
    seed : int
        Draws the first weights and the batches.
    updates, batch_size : int
        How many updates, on how many images each.
    every : int, optional
        Updates from one measurement to the next. By default there is only the last.

    Returns
    -------
    array, shape (updates // every + 1,)
        The loss before update 0, ``every``, 2 ``every``, ...; without ``every``, of shape (1,), the
        loss after the last update. Where the optimizer keeps an average of the parameters
        (``ScheduleFreeSGD``), it is the loss at the average.
    """
    rng = np.random.default_rng(seed)
    model = small_network(rng)
    chosen = optimizer(model.parameters())
    step = compiled_step(model, chosen)
    losses = []
    for t in range(updates + 1):
        if t == updates if every is None else t % every == 0:
            losses.append(_judged(chosen, model, images, labels))
        if t < updates:
            rows = rng.choice(len(images), batch_size, replace=False)
            step(images[rows], labels[rows])
    return np.array(losses)


def _judged(
    optimizer: mg.optim.Optimizer, model: mg.nn.Module, images: Array, labels: Array
) -> float:
    """Return the loss at the parameters that a user would take."""
    if not isinstance(optimizer, mg.optim.ScheduleFreeSGD | mg.optim.ScheduleFreeAdamW):
        return loss_on(model, images, labels)
    optimizer.eval()
    loss = loss_on(model, images, labels)
    optimizer.train()
    return loss
