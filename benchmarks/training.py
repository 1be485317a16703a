"""A training step in each library; what a workload adds is the model and the loss."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .harness import Absent, Contender

Arrays = list[np.ndarray]


def with_minigrad(
    model: Any, optimizer: Any, loss: Callable[..., Any], data: Sequence[np.ndarray], replayed: bool
) -> Contender:
    """``loss(*data)`` is a function of the model's parameters; the optimizer holds the same."""
    import minigrad as mg

    tensors = [mg.tensor(array) for array in data]
    start = model.state_dict(), optimizer.state_dict()
    last: Any = None

    def train(*tensors: mg.Tensor) -> mg.Tensor:
        optimizer.zero_grad()
        value = loss(*tensors)
        value.backward()
        optimizer.step()
        return value

    run = mg.compile(train) if replayed else train

    def step() -> None:
        nonlocal last
        last = run(*tensors)

    def reset() -> None:
        model.load_state_dict(start[0])
        optimizer.load_state_dict(start[1])

    return Contender(step, lambda: last.item(), reset)


def with_torch(
    model: Any,
    optimizer: Any,
    loss: Callable[..., Any],
    data: Sequence[Any],
    compiled: bool = False,
) -> Contender:
    """``compiled``: model and loss, forward and backward, by ``torch.compile``."""
    tensors = torch_tensors(data)
    start = {name: value.clone() for name, value in model.state_dict().items()}
    forward = torch_compile(loss) if compiled else loss
    last: Any = None

    def step() -> None:
        nonlocal last
        optimizer.zero_grad()
        last = forward(*tensors)
        last.backward()
        optimizer.step()

    def reset() -> None:
        model.load_state_dict(start)
        torch_forget(optimizer)

    return Contender(step, lambda: last.item(), reset)


def torch_forget(optimizer: Any) -> None:
    """Put an optimizer's state back to its start, in place: ``torch.compile`` looks at where."""
    for state in optimizer.state.values():
        for value in state.values():
            value.zero_()


def torch_tensors(arrays: Sequence[Any]) -> list[Any]:
    """Turn arrays into PyTorch's tensors, which share their memory; leave tensors alone."""
    import torch

    return [torch.from_numpy(a) if isinstance(a, np.ndarray) else a for a in arrays]


def torch_compile(function: Callable[..., Any]) -> Callable[..., Any]:
    """Apply ``torch.compile``, where there is the C++ compiler that it needs."""
    import torch

    if shutil.which(os.environ.get("CXX", "g++")) is None:
        raise Absent("it needs a C++ compiler")
    return torch.compile(function)


def with_jax(
    parameters: Any, optimizer: Any, loss: Callable[..., Any], data: Sequence[np.ndarray]
) -> Contender:
    """``loss(parameters, *data)``; the optimizer is one of optax's."""
    import jax
    import optax

    def train(parameters: Any, state: Any, *data: Any) -> Any:
        value, gradients = jax.value_and_grad(loss)(parameters, *data)
        updates, state = optimizer.update(gradients, state, parameters)
        return optax.apply_updates(parameters, updates), state, value

    run = jax.jit(train, donate_argnums=(0, 1))
    arrays = [jax.numpy.asarray(array) for array in data]
    now: Any = None

    def step() -> None:
        nonlocal now
        now = run(now[0], now[1], *arrays)

    def reset() -> None:
        nonlocal now
        copies = jax.tree.map(lambda array: jax.numpy.array(array, copy=True), parameters)
        now = copies, optimizer.init(copies), None

    return Contender(step, lambda: jax.block_until_ready(now)[2].item(), reset)


def with_arrays(
    parameters: Arrays,
    value_and_gradients: Callable[..., tuple[float, Sequence[np.ndarray]]],
    rule: Callable[[Arrays, Sequence[np.ndarray], dict[str, Any]], None],
    data: Sequence[np.ndarray],
) -> Contender:
    """Plain arrays: gradients by hand or by HIPS autograd, updated by one of the rules below."""
    now: Arrays = []
    state: dict[str, Any] = {}
    last: Any = None

    def step() -> None:
        nonlocal last
        last, gradients = value_and_gradients(now, *data)
        rule(now, gradients, state)

    def reset() -> None:
        now[:] = [array.copy() for array in parameters]
        state.clear()

    return Contender(step, lambda: float(last), reset)


def descend(lr: float) -> Callable[..., None]:
    """Return the rule of gradient descent."""

    def rule(parameters: Arrays, gradients: Sequence[np.ndarray], state: dict[str, Any]) -> None:
        for p, g in zip(parameters, gradients, strict=True):
            p -= lr * g

    return rule


def momentum(lr: float, mu: float = 0.9) -> Callable[..., None]:
    """Return the rule of gradient descent with momentum."""

    def rule(parameters: Arrays, gradients: Sequence[np.ndarray], state: dict[str, Any]) -> None:
        velocities = state.setdefault("velocities", [np.zeros_like(p) for p in parameters])
        for p, g, v in zip(parameters, gradients, velocities, strict=True):
            v *= mu
            v += g
            p -= lr * v

    return rule


def adam(
    lr: float, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-8, weight_decay: float = 0
) -> Callable[..., None]:
    """Return the rule of Adam, or of AdamW with a weight decay."""

    def rule(parameters: Arrays, gradients: Sequence[np.ndarray], state: dict[str, Any]) -> None:
        ms, ss = state.setdefault("moments", [[np.zeros_like(p) for p in parameters] for _ in "ms"])
        t = state["t"] = state.get("t", 0) + 1
        rate, correction = lr / (1 - beta1**t), (1 - beta2**t) ** 0.5
        for p, g, m, s in zip(parameters, gradients, ms, ss, strict=True):
            m *= beta1
            m += (1 - beta1) * g
            s *= beta2
            s += (1 - beta2) * (g * g)
            p *= 1 - lr * weight_decay
            p -= rate * m / (np.sqrt(s) / correction + eps)

    return rule
