"""The optimizer's step alone: the gradients are there."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from .. import training
from ..harness import Contender, Row

LR = 0.1  # big, so that what is compared is not lost in rounding
RULES: dict[str, dict[str, Any]] = {
    "SGD": dict(lr=LR, momentum=0.9),
    "Adam": dict(lr=LR),
    "AdamW": dict(lr=LR, weight_decay=0.01),
}


def start(tensors: int, size: int) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Return parameters and their gradients."""
    rng = np.random.default_rng(0)
    draw = [rng.normal(size=(2, size)).astype(np.float32) for _ in range(tensors)]
    return [d[0].copy() for d in draw], [d[1].copy() for d in draw]


def way(arrays: Any, origin: list[np.ndarray]) -> float:
    """Return how far the parameters have gone."""
    pairs = zip(arrays, origin, strict=True)
    return sum(np.abs(np.float64(np.asarray(a)) - o).sum() for a, o in pairs)


def minigrad(rule: str, tensors: int, size: int) -> Contender:
    import minigrad as mg

    origin, gradients = start(tensors, size)
    parameters = [mg.tensor(array, requires_grad=True) for array in origin]
    optimizer = getattr(mg.optim, rule)(parameters, **RULES[rule])
    for p, g in zip(parameters, gradients, strict=True):
        mg.sum(p * g).backward()
    fresh = optimizer.state_dict()

    def reset() -> None:
        optimizer.load_state_dict(fresh)
        for p, array in zip(parameters, origin, strict=True):
            p.data = array

    return Contender(optimizer.step, lambda: way((p.data for p in parameters), origin), reset)


def torch(rule: str, tensors: int, size: int, compiled: bool = False, **variant: bool) -> Contender:
    import torch

    origin, gradients = start(tensors, size)
    parameters = [torch.nn.Parameter(torch.tensor(array)) for array in origin]
    optimizer = getattr(torch.optim, rule)(parameters, **RULES[rule], **variant)
    for p, g in zip(parameters, gradients, strict=True):
        p.grad = torch.from_numpy(g)

    def reset() -> None:
        training.torch_forget(optimizer)
        with torch.no_grad():
            for p, array in zip(parameters, origin, strict=True):
                p.copy_(torch.from_numpy(array))

    step = training.torch_compile(optimizer.step) if compiled else optimizer.step
    return Contender(step, lambda: way((p.detach() for p in parameters), origin), reset)


def jax(rule: str, tensors: int, size: int) -> Contender:
    import jax
    import optax

    origin, gradients = start(tensors, size)
    options = dict(RULES[rule])
    options["learning_rate"] = options.pop("lr")
    optimizer = getattr(optax, rule.lower())(**options)
    there = [jax.numpy.asarray(g) for g in gradients]

    @partial(jax.jit, donate_argnums=(0, 1))
    def run(parameters: Any, state: Any, gradients: Any) -> Any:
        updates, state = optimizer.update(gradients, state, parameters)
        return optax.apply_updates(parameters, updates), state

    now: Any = None

    def step() -> None:
        nonlocal now
        now = run(*now, there)

    def reset() -> None:
        nonlocal now
        parameters = [jax.numpy.array(array, copy=True) for array in origin]
        now = parameters, optimizer.init(parameters)

    return Contender(step, lambda: way(jax.block_until_ready(now)[0], origin), reset)


def numpy(rule: str, tensors: int, size: int) -> Contender:
    origin, gradients = start(tensors, size)
    parameters: list[np.ndarray] = []
    state: dict[str, Any] = {}
    update = {
        "SGD": training.momentum(LR),
        "Adam": training.adam(LR),
        "AdamW": training.adam(LR, weight_decay=0.01),
    }[rule]

    def reset() -> None:
        parameters[:] = [array.copy() for array in origin]
        state.clear()

    return Contender(
        lambda: update(parameters, gradients, state), lambda: way(parameters, origin), reset
    )


def memory(rule: str, tensors: int, size: int) -> Contender:
    """Return the limit: the same arrays read and written once, with next to no arithmetic."""
    n = tensors * size
    theta, grad, m, s = np.ones((4, n), np.float32)

    def step() -> None:
        np.add(theta, grad, out=theta)
        np.negative(m, out=m)
        if rule != "SGD":
            np.negative(s, out=s)

    return Contender(step, lambda: None)


VARIANTS = {
    "PyTorch, fused": partial(torch, fused=True),
    "PyTorch, foreach": partial(torch, foreach=True),
    "PyTorch, loop": partial(torch, foreach=False),
}
CONTENDERS = {
    "minigrad": minigrad,
    "NumPy": numpy,
    **VARIANTS,
    "torch.compile": partial(torch, compiled=True),
    "JAX": jax,
    "memory alone": memory,
}


def _row(name: str, work: str, goal: float, rule: str, big: bool = True) -> Row:
    sizes = dict(tensors=10, size=100_000) if big else dict(tensors=50, size=200)
    baselines = ("PyTorch, fused",) if big else tuple(VARIANTS)
    return Row(name, work, CONTENDERS, {"rule": rule, **sizes}, {"minigrad": goal}, baselines)


MEASURED = [
    _row("sgd-step", "SGD step, 10⁶ parameters", 1.15, "SGD"),
    _row("adam-step", "Adam step, 10⁶ parameters", 1.25, "Adam"),
    _row("adamw-step", "AdamW step, 10⁶ parameters", 1.25, "AdamW"),
    _row("sgd-step-many", "SGD step, 10⁴ parameters", 30, "SGD", False),
    _row("adam-step-many", "Adam step, 10⁴ parameters", 30, "Adam", False),
]
