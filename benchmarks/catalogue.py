"""All that is measured, in the order of the tables."""

from __future__ import annotations

import importlib

from .facts import Fact
from .harness import Row

MODULES = (
    "workloads.mlp",
    "workloads.regression",
    "workloads.moons",
    "workloads.optimizers",
    "workloads.cnn",
    "workloads.layers",
    "workloads.transformer",
    "workloads.curvature",
    "workloads.chain",
    "facts.startup",
    "facts.compiling",
    "facts.growth",
    "facts.memory",
)


def measured() -> dict[str, list[Row | Fact]]:
    """Return the rows and facts of each module."""
    return {name: importlib.import_module(f".{name}", __package__).MEASURED for name in MODULES}


def rows() -> list[Row]:
    """Return all rows."""
    return [item for items in measured().values() for item in items if isinstance(item, Row)]


def facts() -> list[Fact]:
    """Return all facts."""
    return [item for items in measured().values() for item in items if isinstance(item, Fact)]
