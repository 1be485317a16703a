"""A tiny reverse-mode automatic differentiation engine over NumPy arrays."""

from __future__ import annotations

import importlib
import warnings
from typing import TYPE_CHECKING, Any

from numpy import bool_, float32, float64, int64

# Infinities and NaN are results like others here: anomaly mode says where they come from.
warnings.filterwarnings("ignore", category=RuntimeWarning, module=r"minigrad\.")

from . import nn, optim, schedules  # noqa: E402
from .allocator import keep_freed_memory  # noqa: E402
from .anomaly import AnomalyError, detect_anomaly  # noqa: E402
from .core import (  # noqa: E402
    Tensor,
    grad,
    hvp,
    is_recording,
    no_grad,
    primitive,
    tensor,
    value_and_grad,
)
from .core.modes import effect as _effect  # noqa: E402
from .core.ops import *  # noqa: E402, F403
from .core.ops import __all__ as _ops  # noqa: E402
from .gradcheck import gradcheck  # noqa: E402
from .random import default_rng  # noqa: E402
from .random import seed as _seed  # noqa: E402
from .replay import compile  # noqa: E402
from .training import (  # noqa: E402
    History,
    accuracy,
    callbacks,
    evaluate,
    fit,
    load,
    log_uniform,
    random_search,
    save,
    sweep,
)

if TYPE_CHECKING:
    from . import data, diagnostics, plots  # noqa: F401

seed = _effect(_seed)  # a replay repeats it

keep_freed_memory()

__version__ = "0.1.0"

__all__ = [
    "AnomalyError",
    "History",
    "Tensor",
    "accuracy",
    "bool_",
    "callbacks",
    "compile",
    "data",
    "default_rng",
    "detect_anomaly",
    "diagnostics",
    "evaluate",
    "fit",
    "float32",
    "float64",
    "grad",
    "gradcheck",
    "hvp",
    "int64",
    "is_recording",
    "load",
    "log_uniform",
    "nn",
    "no_grad",
    "optim",
    "primitive",
    "random_search",
    "save",
    "schedules",
    "seed",
    "sweep",
    "tensor",
    "value_and_grad",
    *_ops,
]


def __getattr__(name: str) -> Any:
    """Import what not every program wants when it is asked for, so that all start sooner."""
    if name in ("data", "diagnostics", "plots"):
        return importlib.import_module(f".{name}", __name__)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
