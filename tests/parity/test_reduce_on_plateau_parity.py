"""ReduceOnPlateau is that of PyTorch, and patient for one observation longer than that of Keras."""

from __future__ import annotations

import itertools
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest
from curves import RUN
from updates import with_keras

from minigrad.schedules import ReduceOnPlateau

PLATEAU_OPTIONS = [*itertools.product(["min", "max"], ["rel", "abs"], [0, 7], [0, 3], [0.0, 0.02])]


@pytest.mark.parametrize(
    ("mode", "threshold_mode", "patience", "cooldown", "floor"), PLATEAU_OPTIONS
)
def test_reduce_on_plateau_is_that_of_pytorch(
    torch: ModuleType, mode: str, threshold_mode: str, patience: int, cooldown: int, floor: float
) -> None:
    options: dict[str, Any] = {
        "mode": mode,
        "factor": 0.6,
        "patience": patience,
        "threshold": 0.01,
        "threshold_mode": threshold_mode,
        "cooldown": cooldown,
        "min_lr": floor,
    }
    rng = np.random.default_rng(7)
    metrics = 1 + np.exp(-np.arange(RUN) / 200) + 0.1 * rng.normal(size=RUN)
    metrics = metrics if mode == "min" else 4 - metrics  # positive: there the two agree
    metrics[500] = np.nan
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.3)
    theirs = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, **options)
    ours = ReduceOnPlateau(0.3, **options)
    cuts = 0
    for metric in metrics:
        before = ours.lr
        theirs.step(metric)
        assert ours.observe(metric) == optimizer.param_groups[0]["lr"]
        cuts += ours.lr < before
    assert cuts > 2


@with_keras
def test_keras_cuts_at_a_plateau_one_observation_sooner(keras: ModuleType) -> None:
    model = SimpleNamespace(optimizer=keras.optimizers.SGD(0.5))
    callback = keras.callbacks.ReduceLROnPlateau("loss", factor=0.5, patience=3, min_delta=0)
    callback.set_model(model)
    callback.on_train_begin()
    ours = ReduceOnPlateau(0.5, factor=0.5, patience=3, threshold=0)
    theirs = []
    for epoch in range(5):
        callback.on_epoch_end(epoch, {"loss": 1.0})
        theirs.append(float(model.optimizer.learning_rate))
    assert theirs == [0.5, 0.5, 0.5, 0.25, 0.25]
    assert [ours.observe(1.0) for _ in range(5)] == [0.5, 0.5, 0.5, 0.5, 0.25]
