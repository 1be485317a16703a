"""Layers seen one by one: what comes out of them, how far they move, which units are dead."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..arguments import check_kind, shown
from ..core.modes import no_grad
from ..core.tensor import Tensor
from ..kernels.sums import norm
from ..nn import Module, ReLU
from .undisturbed import as_found

if TYPE_CHECKING:
    from pandas import DataFrame

See = Callable[[str, Module, Any, Any], None]


@contextmanager
def watching(model: Module, see: See) -> Iterator[None]:
    """Call ``see(name, module, arguments, output)`` whenever a module of ``model`` has run.

    Modules are seen in the order in which they end: what is within one before it. Several watches
    of one module may end in any order.
    """
    begun: list[tuple[_Watched, See]] = []
    try:
        for name, module in model.named_modules():
            watched = vars(module).get("forward")
            if not isinstance(watched, _Watched):
                watched = _Watched(module)
            watched.seers[see] = name
            begun.append((watched, see))
        yield
    finally:
        for watched, see in begun:
            del watched.seers[see]
            if not watched.seers:
                watched.end()


class _Watched:
    """Stands before the ``forward`` of a module, whose attributes come before its class's."""

    def __init__(self, module: Module) -> None:
        self.module, self.before = module, vars(module).get("forward")
        self.forward = module.forward
        self.seers: dict[See, str] = {}
        vars(module)["forward"] = self

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        output = self.forward(*args, **kwargs)
        for see, name in list(self.seers.items()):
            see(name, self.module, args, output)
        return output

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        return copy.deepcopy(self.forward, memo)  # nobody watches the copy of a model

    def end(self) -> None:
        if vars(self.module).get("forward") is self:
            del vars(self.module)["forward"]
            if self.before is not None:
                vars(self.module)["forward"] = self.before


def parameters_by_layer(model: Module) -> dict[str, dict[str, Tensor]]:
    """Return the parameters of each module that has some of its own: layer, full name, tensor."""
    layers: dict[str, dict[str, Tensor]] = {}
    for name, parameter in model.named_parameters():
        layers.setdefault(name.rpartition(".")[0] or name, {})[name] = parameter
    return layers


def layer_norms(model: Module, before: Mapping[str, NDArray[Any]] | None = None) -> DataFrame:
    """Return the norms of each layer's weights and gradients, and how far it moved.

    A ratio of update to weights near 0.001 is usual; layers whose ratios differ by orders of
    magnitude do not learn together (You et al. 2017).

    Parameters
    ----------
    model : Module
        Its gradients are those of the last ``backward()``; NaN where there are none.
    before : dict of str to array, optional
        ``model.state_dict()`` from before the update.

    Returns
    -------
    pandas.DataFrame
        One row for each layer, by name, with all its parameters taken together. Columns:
        ``weight`` ‖θ_t‖; ``gradient`` ‖g_t‖; and, with ``before``, ``update`` ‖θ_{t+1} - θ_t‖ and
        ``ratio``, the update over the weight. Without ``before``, ``weight`` is of now.

    Examples
    --------
    >>> before = model.state_dict()
    >>> optimizer.step()
    >>> mg.diagnostics.layer_norms(model, before)
    """
    import pandas as pd

    check_kind("layer_norms: model", model, Module, "a Module")
    if before is not None:
        _check_state(model, before)
    rows = {}
    for layer, parameters in parameters_by_layer(model).items():
        old = {name: p._data if before is None else before[name] for name, p in parameters.items()}
        gradients = [p.grad._data for p in parameters.values() if p.grad is not None]
        row = {
            "weight": norm(*old.values()),
            "gradient": norm(*gradients) if gradients else np.nan,
        }
        if before is not None:
            steps = (p._data - old[name] for name, p in parameters.items())
            row["update"] = norm(*steps)
            row["ratio"] = row["update"] / row["weight"] if row["weight"] else np.nan
        rows[layer] = row
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("layer")


def dead_units(model: Module, x: Any) -> DataFrame:
    """Count the units of each ReLU layer that are 0 for every example (Lu et al. 2020).

    No gradient passes through such a unit: if it is dead for all of the training data, what leads
    to it no longer learns. A rate that is too large once is enough.

    Parameters
    ----------
    model : Module
        Is run once, in evaluation mode, without being recorded. Its ReLU layers are those made
        with `minigrad.nn.ReLU`.
    x : array or Tensor of shape (n, ...)
        Many examples, such as all the training data.

    Returns
    -------
    pandas.DataFrame
        One row for each ReLU layer, by name, and for each of its uses where it is run several
        times; columns ``dead`` and ``units``. A unit is a place on the last axis, or a channel of
        images of shape (n, channels, height, width).

    Raises
    ------
    ValueError
        If there is no ReLU layer.

    References
    ----------
    Lu, Shin, Su & Karniadakis (2020), Dying ReLU and initialization.
    """
    import pandas as pd

    check_kind("dead_units: model", model, Module, "a Module")
    uses: dict[str, list[NDArray[np.bool_]]] = {}

    def see(name: str, module: Module, args: Any, output: Any) -> None:
        if isinstance(module, ReLU):
            units = 1 if output.ndim == 4 else output.ndim - 1
            others = tuple(axis for axis in range(output.ndim) if axis != units)
            uses.setdefault(name, []).append(np.any(output._data != 0, axis=others))

    with as_found([model]), no_grad():
        model.eval()
        with watching(model, see):
            model(x)
    alive = {
        name if len(found) == 1 else f"{name}, use {use}": units
        for name, found in uses.items()
        for use, units in enumerate(found, start=1)
    }
    if not alive:
        raise ValueError(
            "dead_units: no mg.nn.ReLU layer was run; mg.relu() within a forward() has no name "
            "and cannot be told apart, so make it a layer."
        )
    rows = [{"dead": int((~units).sum()), "units": units.size} for units in alive.values()]
    return pd.DataFrame(rows, index=pd.Index(alive, name="layer"))


def _check_state(model: Module, before: Mapping[str, NDArray[Any]]) -> None:
    wanted = "layer_norms: before is model.state_dict() from before the update"
    if not isinstance(before, Mapping):
        raise TypeError(f"{wanted}; got {shown(before)}.")
    for name, parameter in model.named_parameters():
        if name not in before or np.shape(before[name]) != parameter.shape:
            found = shown(before[name]) if name in before else "nothing"
            raise ValueError(f"{wanted}; for {name}, of shape {parameter.shape}, it has {found}.")
