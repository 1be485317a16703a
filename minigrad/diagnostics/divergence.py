"""Which layer blew up first?"""

from __future__ import annotations

import math
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from ..arguments import check_kind, check_numbers
from ..core.tensor import Tensor
from ..kernels.sums import squared
from ..nn import Module
from ..training.callbacks import Callback
from .layers import parameters_by_layer, watching

if TYPE_CHECKING:
    from ..training.run import Run


@dataclass(frozen=True)
class Divergence:
    """Where and when a run blew up.

    Attributes
    ----------
    step : int
        The update before which it was noticed, t = 0 the first.
    layer : str
        The name of the layer, as in ``model.named_modules()``.
    what : {"output", "gradient"}
        What of it had grown too large, or was no longer finite.
    size : float
        Its root mean square.
    """

    step: int
    layer: str
    what: str
    size: float

    def __str__(self) -> str:
        return (
            f"before update {self.step} the {self.what} of layer {self.layer!r} "
            f"{'reached' if math.isfinite(self.size) else 'was'} {self.size:.3g}"
        )


class DivergenceDetector(Callback):
    """Watch a run, and say which layer blew up first.

    An explosion spreads: forwards to all layers behind the one that caused it, backwards to all
    before. So outputs are looked at in the order in which they were computed, then gradients in
    theirs, last layer first, and the first that is not finite or exceeds its limit is named.

    In a loop of your own::

        with mg.diagnostics.DivergenceDetector(model) as detector:
            for x, y in data:
                optimizer.zero_grad()
                loss(model(x), y).backward()
                if detector.check():
                    break
                optimizer.step()
        print(detector.found)

    and with `minigrad.fit` as a callback, which ends the run after the epoch. A step that is
    replayed (`minigrad.compile`) runs no layers, and nothing is seen of it.

    Parameters
    ----------
    model : Module
        What to watch.
    factor : float
        How many times larger than usual is too large. Usual is, for outputs, the root mean square
        of the input of the first layer that was run (of its output, if it takes integers); for
        gradients, that of the layer where it was largest at the first check.

    Attributes
    ----------
    found : Divergence or None
        What was noticed first.
    """

    def __init__(self, model: Module, factor: float = 1e3) -> None:
        check_kind("DivergenceDetector: model", model, Module, "a Module")
        check_numbers("DivergenceDetector", factor=factor)
        if factor <= 1:
            raise ValueError(f"DivergenceDetector: factor is above 1; got {factor}.")
        self.model, self.factor = model, factor
        self._watching: ExitStack | None = None
        self._forget()

    def _forget(self) -> None:
        self.found: Divergence | None = None
        self._step = 0
        self._outputs: dict[str, float] = {}  # since the last check, in the order of computing
        self._usual_output = self._usual_gradient = 0.0

    def __enter__(self) -> Self:
        self.__exit__()  # a run that failed as it started has not ended either
        self._forget()
        self._watching = ExitStack()
        self._watching.enter_context(watching(self.model, self._see))
        return self

    def __exit__(self, *error: Any) -> None:
        if self._watching is not None:
            self._watching.close()
        self._watching = None

    def check(self) -> bool:
        """Look at what the last forward and backward left; call it once before each update.

        Returns
        -------
        bool
            Whether something has blown up, now or before.

        Raises
        ------
        RuntimeError
            If it is not watching, or nothing has happened to the model.
        """
        if self._watching is None:
            raise RuntimeError(
                "DivergenceDetector sees nothing: use it as `with DivergenceDetector(model) as "
                "detector:` around the loop, or as a callback of fit()."
            )
        gradients = self._gradients()
        if not self._outputs and not gradients:
            raise RuntimeError(
                "DivergenceDetector: nothing of its model has been run, and it has no gradients. "
                "Is it the model that you train?"
            )
        if self.found is None:
            limit = self.factor * self._usual_output
            self._look("output", self._outputs, limit)
        if self.found is None:
            self._usual_gradient = self._usual_gradient or max(gradients.values(), default=0.0)
            self._look("gradient", gradients, self.factor * self._usual_gradient)
        self._outputs = {}
        self._step += 1
        return self.found is not None

    def on_start(self, run: Run) -> None:
        """Begin to watch."""
        if all(module is not self.model for module in run.model.modules()):
            raise ValueError(
                f"DivergenceDetector: it was given a {type(self.model).__name__} that is not the "
                "model of this run, nor a part of it. Make it with the model that is trained."
            )
        self.__enter__()

    def on_backward(self, run: Run) -> None:
        """Check."""
        self._step = run.optimizer.steps
        if self.check():
            run.stop = True

    def on_epoch(self, run: Run) -> None:
        """Forget what validation computed."""
        self._outputs = {}

    def on_end(self, run: Run) -> None:
        """End watching."""
        self.__exit__()

    def _look(self, what: str, sizes: dict[str, float], limit: float) -> None:
        for layer, size in sizes.items():
            if not math.isfinite(size) or size > limit > 0:
                self.found = Divergence(self._step, layer, what, size)
                return

    def _see(self, name: str, module: Module, args: Any, output: Any) -> None:
        sizes = [_size(value) for value in (*args[:1], output)]
        if not self._usual_output:
            self._usual_output = next((s for s in sizes if s and math.isfinite(s)), 0.0)
        # The model as a whole is no layer, and a layer may run several times.
        size, before = sizes[-1], self._outputs.get(name, 0.0)
        if name and size is not None and not before > size and not math.isnan(before):
            self._outputs[name] = size

    def _gradients(self) -> dict[str, float]:
        """Return the size of each layer's gradient, the last layer first."""
        layers = parameters_by_layer(self.model)
        sizes = {}
        for layer in reversed(layers):
            found = [s for p in layers[layer].values() if (s := _size(p.grad)) is not None]
            if found:
                sizes[layer] = max(found)
        return sizes


def _size(value: Any) -> float | None:
    """Return the root mean square of an array of floats; None of anything else."""
    array = value._data if isinstance(value, Tensor) else value
    if not isinstance(array, np.ndarray) or array.dtype.kind != "f" or not array.size:
        return None
    return math.sqrt(squared([array]) / array.size)
