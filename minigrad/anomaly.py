"""Anomaly mode: which operation, on which line, made the first NaN or infinity?"""

import os
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import numpy as np

from .core.modes import Observer, mode
from .core.tensor import Tensor

_HERE = os.path.dirname(__file__) + os.sep


class AnomalyError(ArithmeticError):
    """A NaN or an infinity appeared while anomaly mode was on."""


class detect_anomaly:  # named like a statement
    """Raise at the first NaN or infinity that an operation or its derivative makes.

    Values that came in as NaN or infinite are not blamed on the operation that met them: only
    one whose inputs were all finite is. Slower: use it to search, not to train.

    Examples
    --------
    >>> with mg.detect_anomaly():
    ...     loss = model(x)
    ...     loss.backward()
    """

    def __enter__(self) -> None:
        self._before = mode.observer
        mode.observer = _Watch()

    def __exit__(self, *error: Any) -> None:
        mode.observer = self._before


class _Watch(Observer):
    _within: Tensor | None = None  # the result, or leaf, whose gradient is being computed

    def operation(
        self, out: Tensor, function: Any, args: tuple[Any, ...], params: dict[str, Any]
    ) -> None:
        if self._within is not None:  # a step on the way to a derivative, judged by its outcome
            out._source = _source(self._within)
            return
        out._source = _caller()
        bad = _bad(out._data)
        if bad and not any(_bad(arg) for arg in args):
            raise AnomalyError(f"{function.name} made {bad}{out._source}{_ranges(args)}.")

    def derivative(self, share: Any, result: Tensor, argument: int) -> Any:
        value, gradient = self._computed(share, result), share.args[0]
        parents = result._parents or ()
        bad = _bad(value)
        if bad and not any(_bad(v) for v in (gradient, *parents)):
            raise AnomalyError(
                f"the derivative of {result._primitive.name} with respect to argument {argument} "
                f"made {bad}; the forward ran{_source(result)}{_ranges(parents)}."
            )
        return value

    def addition(self, both: Any, argument: Tensor) -> Any:
        value = self._computed(both, argument)
        bad = _bad(value)
        if bad and not any(_bad(v) for v in both.args):
            of = f"a leaf of shape {argument.shape}"
            if argument._primitive is not None:
                of = f"the result of {argument._primitive.name}, made{_source(argument)}"
            raise AnomalyError(f"adding up the gradients from the uses of {of} made {bad}.")
        return value

    def _computed(self, compute: Callable[[], Any], of: Tensor) -> Any:
        around, self._within = self._within, of
        try:
            return compute()
        finally:
            self._within = around


def _source(result: Tensor) -> str:
    return getattr(result, "_source", None) or " before anomaly mode was on"


def _bad(values: Any) -> str:
    array = np.asarray(values._data if isinstance(values, Tensor) else values)
    if array.dtype.kind != "f" or np.isfinite(array).all():
        return ""
    return "NaN" if np.isnan(array).any() else "an infinity"


def _ranges(args: tuple[Any, ...]) -> str:
    arrays = [a._data for a in args if isinstance(a, Tensor) and a.size and a.dtype.kind == "f"]
    ranges = [f"shape {a.shape} in [{a.min():.4g}, {a.max():.4g}]" for a in arrays]
    return "; its arguments: " + " and ".join(ranges) if ranges else ""


def _caller() -> str:
    """Name the innermost line outside minigrad: file and line, or notebook cell and line."""
    frame: FrameType | None = sys._getframe()
    while frame is not None and frame.f_code.co_filename.startswith(_HERE):
        frame = frame.f_back
    if frame is None:
        return ""
    path, line = frame.f_code.co_filename, frame.f_lineno
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    cell = shell.compile.format_code_name(path) if shell is not None else None
    return f" in cell {cell[1]}, line {line}" if cell else f" at {path}, line {line}"
