"""What the table of rows does not say: start-up, growth and memory, one number a library."""

from __future__ import annotations

import contextlib
import multiprocessing
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Fact:
    """One number for each library.

    Attributes
    ----------
    name, what : str
        What the command line, and the table, call it.
    unit : str
        What follows the number.
    goal : str
        What the number wants to be.
    measures : dict
        From a contender's name to a function that measures.
    """

    name: str
    what: str
    unit: str
    goal: str
    measures: Mapping[str, Callable[[], float]]

    def values(self) -> dict[str, float]:
        """Measure, in every library that is there."""
        found = {}
        for name, measure in self.measures.items():
            with contextlib.suppress(ModuleNotFoundError):
                found[name] = measure()
        return found


def alone(function: Callable[..., Any], *args: Any) -> Any:
    """Call a function of a module in a process of its own, where nothing has happened yet."""
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=spawn) as processes:
        return processes.submit(function, *args).result()
