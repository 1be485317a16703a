"""Layers seen one by one: what comes out of them, how far they move, which units are dead."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..core.modes import no_grad
from ..core.tensor import Tensor
from ..nn import Module, ReLU

if TYPE_CHECKING:
    from pandas import DataFrame

See = Callable[[str, Module, Any, Any], None]


@contextmanager
def watching(model: Module, see: See) -> Iterator[None]:
    """Call ``see(name, module, arguments, output)`` whenever a module of ``model`` has run.

    Modules are seen in the order in which they end: what is within one before it.
    """

    def seen(name: str, module: Module) -> Callable[..., Any]:
        forward = module.forward

        def run(*args: Any, **kwargs: Any) -> Any:
            output = forward(*args, **kwargs)
            see(name, module, args, output)
            return output

        return run

    # An attribute of the instance comes before the method of its class.
    watched = list(model.named_modules())
    before = [vars(module).get("forward") for _, module in watched]
    for name, module in watched:
        vars(module)["forward"] = seen(name, module)
    try:
        yield
    finally:
        for (_, module), forward in zip(watched, before, strict=True):
            del vars(module)["forward"]
            if forward is not None:
                vars(module)["forward"] = forward


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

    rows = {}
    for layer, parameters in parameters_by_layer(model).items():
        old = {name: p._data if before is None else before[name] for name, p in parameters.items()}
        gradients = [p.grad._data for p in parameters.values() if p.grad is not None]
        row = {"weight": _norm(old.values()), "gradient": _norm(gradients) if gradients else np.nan}
        if before is not None:
            row["update"] = _norm(p._data - old[name] for name, p in parameters.items())
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
        One row for each ReLU layer, by name; columns ``dead`` and ``units``. A unit is a place on
        the last axis, or a channel of images of shape (n, channels, height, width).

    Raises
    ------
    ValueError
        If there is no ReLU layer.

    References
    ----------
    Lu, Shin, Su & Karniadakis (2020), Dying ReLU and initialization.
    """
    import pandas as pd

    alive: dict[str, NDArray[np.bool_]] = {}

    def see(name: str, module: Module, args: Any, output: Any) -> None:
        if isinstance(module, ReLU):
            units = 1 if output.ndim == 4 else output.ndim - 1
            others = tuple(axis for axis in range(output.ndim) if axis != units)
            alive[name] = np.any(output._data != 0, axis=others) | alive.get(name, np.False_)

    training = model.training
    model.eval()
    try:
        with watching(model, see), no_grad():
            model(x)
    finally:
        model.train(training)
    if not alive:
        raise ValueError(
            "dead_units: no mg.nn.ReLU layer was run; mg.relu() within a forward() has no name "
            "and cannot be told apart, so make it a layer."
        )
    rows = [{"dead": int((~units).sum()), "units": units.size} for units in alive.values()]
    return pd.DataFrame(rows, index=pd.Index(alive, name="layer"))


def _norm(arrays: Any) -> float:
    """Return the norm of several arrays taken as one; in float64, which overflows later."""
    flat = (np.ravel(array).astype(np.float64) for array in arrays)
    return float(np.sqrt(sum(float(a @ a) for a in flat)))
