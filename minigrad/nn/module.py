"""The module: a function with parameters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Self, overload

import numpy as np

from .. import arguments
from ..arguments import Kind, Truth, check_flags
from ..core.modes import effect, mode
from ..core.tensor import Tensor, memory_of, raw


class Setting(arguments.Setting):
    """An attribute that is checked whenever it is set, and that a replay looks at again."""

    def __init__(self, kind: Kind, default: Any = None) -> None:
        super().__init__(kind)
        self.default = default  # the value until one is set

    def __get__(self, owner: Any, kind: type) -> Any:
        if owner is None:
            return self
        if mode.observer is not None:
            mode.observer.depends(lambda: self._value(owner))
        return self._value(owner)

    def _value(self, module: Module) -> Any:
        value = vars(module).get(self.name, self.default)
        if value is None:
            raise AttributeError(f"{self.name} of this {type(module).__name__} has not been set.")
        return value


class Module:
    """A function with parameters, made of tensors and of other modules.

    Write ``forward``; keep what it needs in attributes. There is nothing to register and no
    base ``__init__`` to call: whenever they are asked for, the attributes are looked through,
    lists, tuples and dictionaries among them included.

    - A tensor that requires a gradient is a *parameter*.
    - A tensor that does not is a *buffer*: state that is saved, but not trained. A parameter that
      is frozen (``requires_grad = False``) is one too.
    - A result of operations on recorded tensors is neither.

    Whatever is reached by several ways counts once, under the name that is met first.

    Attributes
    ----------
    training : bool
        Whether layers that differ between training and use (dropout, batch normalisation) behave
        as in training. Set it with :meth:`train` and :meth:`eval`.

    Examples
    --------
    >>> class Residual(mg.nn.Module):
    ...     def __init__(self, width):
    ...         self.inner = mg.nn.Linear(width, width)
    ...
    ...     def forward(self, x):
    ...         return x + mg.relu(self.inner(x))
    """

    training = Setting(Truth(), default=True)

    def __setattr__(self, name: str, value: Any) -> None:
        if isinstance(value, np.ndarray) and isinstance(vars(self).get(name), Tensor):
            raise TypeError(
                f"{name} of this {type(self).__name__} is a tensor, and an array in its place "
                f"would not be trained: write .{name}.data = array, or .{name} = mg.tensor(array)."
            )
        super().__setattr__(name, value)

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """Compute the result; each module writes its own."""
        raise NotImplementedError(f"{type(self).__name__} has no forward(): write one.")

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call ``forward``."""
        return self.forward(*args, **kwargs)

    def named_modules(self) -> Iterator[tuple[str, Module]]:
        """Yield ``(name, module)`` for this module, named "", and all within it, outermost first.

        Names are the attributes on the way, joined by dots.
        """
        seen = {id(self)}
        pending: list[tuple[str, Module]] = [("", self)]
        while pending:
            name, module = pending.pop()
            yield name, module
            inner = []
            for attribute, child in module._attributes(Module):
                if id(child) not in seen:
                    seen.add(id(child))
                    inner.append((_joined(name, attribute), child))
            pending.extend(reversed(inner))

    def modules(self) -> Iterator[Module]:
        """Yield this module and all within it."""
        return (module for _, module in self.named_modules())

    def named_parameters(self) -> Iterator[tuple[str, Tensor]]:
        """Yield ``(name, tensor)`` for every parameter."""
        return (pair for pair in self._named_tensors() if pair[1].requires_grad)

    def parameters(self) -> Iterator[Tensor]:
        """Yield every parameter."""
        return (tensor for _, tensor in self.named_parameters())

    def named_buffers(self) -> Iterator[tuple[str, Tensor]]:
        """Yield ``(name, tensor)`` for every buffer."""
        return (pair for pair in self._named_tensors() if not pair[1].requires_grad)

    def buffers(self) -> Iterator[Tensor]:
        """Yield every buffer."""
        return (tensor for _, tensor in self.named_buffers())

    def named_generators(self) -> Iterator[tuple[str, np.random.Generator]]:
        """Yield ``(name, generator)`` for every random generator, such as that of a dropout.

        Their states are not in ``state_dict()``: to put back weights is not to repeat draws.
        """
        seen = set()
        for name, module in self.named_modules():
            for attribute, generator in module._attributes(np.random.Generator):
                if id(generator) not in seen:
                    seen.add(id(generator))
                    yield _joined(name, attribute), generator

    def _named_tensors(self) -> Iterator[tuple[str, Tensor]]:
        seen, names = set(), set()
        for outer, module in self.named_modules():
            for attribute, tensor in module._attributes(Tensor):
                if tensor._primitive is None and id(tensor) not in seen:
                    name = _joined(outer, attribute)
                    if name in names:  # a dictionary with keys 1 and "1", for one
                        raise ValueError(f"two tensors of this {type(self).__name__} are {name!r}.")
                    seen.add(id(tensor))
                    names.add(name)
                    yield name, tensor

    def _attributes(self, kind: type) -> Iterator[tuple[str, Any]]:
        """Yield ``(name, value)`` for the attributes of a kind, those in containers included."""
        for attribute, value in vars(self).items():
            yield from _of_kind(kind, attribute, value)

    def train(self, mode: bool = True) -> Self:
        """Set this module and all within it to training (or, with False, to use)."""
        check_flags("train", mode=mode)
        for module in self.modules():
            module.training = mode
        return self

    def eval(self) -> Self:
        """Set this module and all within it to use."""
        return self.train(False)

    @effect
    def zero_grad(self) -> None:
        """Forget the gradients: every parameter's ``grad`` becomes None."""
        for parameter in self.parameters():
            parameter.grad = None

    def state_dict(self) -> dict[str, np.ndarray]:
        """Return copies of all parameters and buffers by name."""
        if mode.observer is not None:
            for tensor in self.parameters():
                mode.observer.escape(tensor)
        return {name: tensor._data.copy() for name, tensor in self._named_tensors()}

    @effect
    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Overwrite all parameters and buffers, in place.

        Parameters
        ----------
        state : mapping of names to arrays
            As :meth:`state_dict` returned it. Float types may differ; numbers are converted.

        Raises
        ------
        ValueError
            If a name is missing or unexpected, or a shape differs. All of them are listed, and
            nothing has been overwritten.
        """
        if not isinstance(state, Mapping):
            raise TypeError(
                "load_state_dict: state is a mapping of names to arrays, as state_dict() returns "
                f"it; got a {type(state).__name__}."
            )
        tensors = dict(self._named_tensors())
        arrays = {name: _array(value) for name, value in state.items()}
        complaints = [f"missing: {name}" for name in tensors if name not in arrays]
        complaints += [f"unexpected: {name}" for name in arrays if name not in tensors]
        for name in tensors.keys() & arrays.keys():
            mine, given = tensors[name]._data, arrays[name]
            if mine.shape != given.shape:
                complaints.append(f"{name}: shape {given.shape} instead of {mine.shape}")
            elif not np.can_cast(given.dtype, mine.dtype, "same_kind"):
                complaints.append(f"{name}: {given.dtype} instead of {mine.dtype}")
        if complaints:
            raise ValueError(
                f"load_state_dict: the state does not fit this {type(self).__name__}:\n  "
                + "\n  ".join(sorted(complaints))
            )
        for name, tensor in tensors.items():
            np.copyto(tensor._data, arrays[name], casting="same_kind")
            memory_of(tensor).stamp()

    def extra_repr(self) -> str:
        """Return what stands between the parentheses when the module is printed: its settings."""
        members = (x for kind in reversed(type(self).__mro__) for x in vars(kind).values())
        settings = (x.name for x in members if isinstance(x, Setting) and x.name != "training")
        return ", ".join(f"{name}={getattr(self, name)}" for name in settings)

    def __repr__(self) -> str:
        lines = [f"({name}): {module!r}" for name, module in self._attributes(Module)]
        if not lines:
            return f"{type(self).__name__}({self.extra_repr()})"
        head = [self.extra_repr()] if self.extra_repr() else []
        body = "\n".join(head + lines).replace("\n", "\n  ")
        return f"{type(self).__name__}(\n  {body}\n)"


class Sequential(Module):
    """Modules one after another: each takes the result of the one before.

    Parameters
    ----------
    *layers : Module
        Named "0", "1", ... Any function of one tensor will do where there is nothing to train.

    Examples
    --------
    >>> model = mg.nn.Sequential(mg.nn.Linear(64, 32), mg.nn.ReLU(), mg.nn.Linear(32, 10))
    >>> model(mg.tensor(np.zeros((5, 64), np.float32))).shape
    (5, 10)
    """

    def __init__(self, *layers: Module) -> None:
        for i, layer in enumerate(layers):
            if isinstance(layer, type) or not callable(layer):
                raise TypeError(
                    f"Sequential: layer {i} is a module or a function of one tensor; got "
                    f"{layer!r}. Write Sequential(Linear(2, 3), ReLU()), or Sequential(*layers)."
                )
        vars(self).update({str(i): layer for i, layer in enumerate(layers)})

    def forward(self, x: Any) -> Any:
        """Apply the layers in turn."""
        for layer in self:
            x = layer(x)
        return x

    def __iter__(self) -> Iterator[Module]:
        return (layer for name, layer in vars(self).items() if name.isdigit())

    def __len__(self) -> int:
        return sum(1 for _ in self)

    @overload
    def __getitem__(self, index: int) -> Module: ...
    @overload
    def __getitem__(self, index: slice) -> Sequential: ...
    def __getitem__(self, index: int | slice) -> Module:
        found = list(self)[index]
        return Sequential(*found) if isinstance(found, list) else found


def _array(value: Any) -> np.ndarray:
    """Return a copy of a value of a state; an array of objects, which fits nothing, if it is none.

    A copy, because the state may hold arrays of the very module that it is loaded into.
    """
    try:
        return np.array(raw(value))
    except ValueError:  # lists of different lengths
        return np.array(None)


def _joined(outer: str, inner: str) -> str:
    return f"{outer}.{inner}" if outer else inner


def _of_kind(kind: type, name: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, kind):
        yield name, value
    elif isinstance(value, (list, tuple)):
        for i, item in enumerate(value):
            yield from _of_kind(kind, f"{name}.{i}", item)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _of_kind(kind, f"{name}.{key}", item)
