"""Looking leaves no trace: what a diagnostic is given is put back as it was found."""

import functools
import inspect
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from ..arguments import check_function, shown
from ..core.tensor import Tensor, memory_of
from ..nn import Module
from ..random import default_rng


@contextmanager
def as_found(models: Sequence[Module]) -> Iterator[None]:
    """Put back attributes, modes, buffers and generators at the end, whatever happens inside."""
    attributes = [(module, dict(vars(module))) for model in models for module in model.modules()]
    buffers = [(buffer, buffer._data.copy()) for model in models for buffer in model.buffers()]
    generators = [rng for model in models for _, rng in model.named_generators()]
    states = [(rng, rng.bit_generator.state) for rng in (default_rng(), *generators)]
    try:
        yield
    finally:
        for module, before in attributes:
            vars(module).clear()
            vars(module).update(before)
        for buffer, numbers in buffers:
            if not np.array_equal(buffer._data, numbers, equal_nan=True):
                buffer._data[...] = numbers
                memory_of(buffer).stamp()
        for rng, state in states:
            rng.bit_generator.state = state


def models_of(f: Any) -> list[Module]:
    """Return the models that a function can name: in its closure, globals, arguments, object."""
    if isinstance(f, functools.partial):
        return models_of(f.func) + _modules([*f.args, *f.keywords.values()])
    try:
        names = inspect.getclosurevars(f)
    except TypeError:  # an object with __call__
        return _modules([f, *getattr(f, "__dict__", {}).values()])
    given = [getattr(f, "__self__", None), *(getattr(f, "__defaults__", None) or ())]
    given += (getattr(f, "__kwdefaults__", None) or {}).values()
    return _modules([*given, *names.nonlocals.values(), *names.globals.values()])


def _modules(values: Sequence[Any]) -> list[Module]:
    return [value for value in values if isinstance(value, Module)]


def parameters(where: str, inputs: Any) -> list[Tensor]:
    """Return the tensors with respect to which a diagnostic differentiates, checked."""
    xs = [inputs] if isinstance(inputs, Tensor) else inputs
    wanted = f"{where}: inputs is a tensor that requires a gradient, or a list of different ones"
    if isinstance(xs, str | bytes | dict | np.ndarray | type) or not hasattr(xs, "__iter__"):
        raise TypeError(f"{wanted}; got {shown(inputs)}.")
    xs = list(xs)
    for x in xs:
        if not isinstance(x, Tensor):
            raise TypeError(f"{wanted}; among them is {shown(x)}.")
        if not x.requires_grad:
            raise ValueError(f"{wanted}; one of shape {x.shape} requires none.")
    if not sum(x.size for x in xs):
        raise ValueError(f"{wanted}; got none.")
    if len({id(x) for x in xs}) < len(xs):
        raise ValueError(f"{wanted}; one of them is given twice.")
    return xs


def loss_function(where: str, f: Callable[..., Tensor]) -> Callable[..., Tensor]:
    """Return ``f``, checked: now that it is a function, and at each call that it gives a loss."""
    check_function(f"{where}: f", f, "it returns the loss, a tensor with one number")

    def loss(*args: Any) -> Tensor:
        value = f(*args)
        if not isinstance(value, Tensor) or value.size != 1:
            raise TypeError(
                f"{where}: f returns the loss, a tensor with one number; got {shown(value)}."
            )
        return value

    return loss
