"""The rates of a run and beyond it, by PyTorch, optax and Keras in float64."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from minigrad.schedules import Schedule

RUN = 1000
BEYOND = 1300


def assert_same(schedule: Schedule, peer: np.ndarray) -> None:
    """Hold a schedule to a peer's rates for updates 0, 1, ..., relative to the largest of them."""
    ours = schedule(np.arange(len(peer)))
    np.testing.assert_allclose(ours, peer, rtol=1e-12, atol=1e-12 * np.max(np.abs(peer)))


def torch_curve(
    torch: ModuleType, make: Callable[[Any], Any], lr: float, n: int = BEYOND, key: str = "lr"
) -> np.ndarray:
    """Return what ``n`` updates under a PyTorch scheduler find in the optimizer."""
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=lr, momentum=0.9)
    scheduler = make(optimizer)
    curve = []
    for t in range(n):
        curve.append(float(optimizer.param_groups[0][key]))
        optimizer.step()
        if t < n - 1:
            scheduler.step()
    return np.array(curve)


def optax_curve(jax: ModuleType, schedule: Callable[[Any], Any]) -> np.ndarray:
    curve = np.asarray(jax.vmap(schedule)(jax.numpy.arange(BEYOND)))
    assert curve.dtype == np.float64
    return curve


def keras_curve(keras: ModuleType, schedule: Callable[[Any], Any]) -> np.ndarray:
    if keras.config.backend() == "jax":
        pytest.skip("Keras on JAX computes its cosines in float32; set KERAS_BACKEND=torch")
    assert keras.backend.standardize_dtype(schedule(0).dtype) == "float64"
    return np.array([float(schedule(t)) for t in range(BEYOND)])
