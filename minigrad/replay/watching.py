"""What Python decides by: the names, attributes and containers that a step's code refers to.

A record holds the operations of a step, and not why it was these. If a name that the code reads
is bound anew (to another model), or an attribute is set (the rate of a dropout), the record is of
another step. So before each replay all that the code refers to is compared with what it was.
"""

from __future__ import annotations

import functools
import pickle
import random
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from operator import attrgetter, is_, methodcaller
from types import FunctionType, MethodType, ModuleType
from typing import Any

import numpy as np

from ..core.tensor import Tensor
from ..nn.module import Module
from ..optim.optimizer import Optimizer
from ..random import default_rng
from .reading import reading_of

SMALL = 2**14  # bytes; of larger arrays the identity alone is watched
_NUMBERS = (bool, int, float, complex, str, bytes, np.generic)
_LEAVES = (*_NUMBERS, Tensor, type(None), np.dtype, np.ufunc)
_END = object()
_contents, _bits = attrgetter("cell_contents"), methodcaller("tobytes")


class Watch:
    """All that the code of a step refers to, and what it was when this was made.

    Followed is code that is the user's own, and not that of a library: the globals and variables
    of enclosing functions that it reads, and of whatever it reaches the attributes that it names.
    Of minigrad's modules all attributes count, and of lists and dictionaries all they hold.

    Parameters
    ----------
    *roots
        The step, and those of its arguments that are no numbers.

    Attributes
    ----------
    obstacle : str or None
        What the code reads, if that changes with each step.
    """

    def __init__(self, *roots: Any) -> None:
        self.obstacle: str | None = None
        self._seen: dict[int, Any] = {}  # keeps all alive, so that an id keeps its meaning
        self._attributes: set[str] = set()  # that some code names
        self._partly: list[Any] = []  # objects of which those attributes count
        self._cells: dict[str, Any] = {}
        self._names: dict[int, tuple[Callable[[str], Any], dict[str, str]]] = {}
        self._wholes: list[tuple[str, Iterable[Any]]] = []
        self._small: list[np.ndarray] = []
        self._generators = [default_rng()]
        for root in roots:
            self._visit("an argument", root)
        self._follow_attributes()
        self._read_cells = list(self._cells.values())
        self._read_names = [get for get, _ in self._names.values()]
        self._their_names = [list(labels) for _, labels in self._names.values()]
        self._read_wholes = [whole for _, whole in self._wholes]
        self._before = list(self._now())
        self._numbers = list(map(_bits, self._small))
        self._drawn = self._states()

    def holds(self) -> bool:
        """Whether all is what it was."""
        try:
            same = all(map(is_, self._now(), self._before))
        except (ValueError, RuntimeError):  # a name that is deleted, or another thread at work
            return False
        if same and self._small:
            same = list(map(_bits, self._small)) == self._numbers
        return same or self.change() is None

    def change(self) -> str | None:
        """Name something that is not what it was, if there is; equal numbers are the same."""
        labels = chain(
            self._cells,
            *(labels.values() for _, labels in self._names.values()),
            *([label] * len(list(whole)) for label, whole in self._wholes),
            ["it"],
        )
        now = list(self._now())
        for label, a, b in zip(labels, self._before, now, strict=False):
            equal = type(a) is type(b) and isinstance(a, _NUMBERS) and repr(a) == repr(b)
            if a is not b and not equal:
                return label
        for array, numbers in zip(self._small, self._numbers, strict=True):
            if array.tobytes() != numbers:
                return f"an array of shape {array.shape}"
        self._before = now
        return None

    def draws(self, by_engine: Iterable[Any]) -> bool:
        """Whether random numbers were drawn since, from others than the engine's generators."""
        known = set(map(id, by_engine))
        sources = [None, *self._generators]
        pairs = zip(sources, self._drawn, self._states(), strict=True)
        return any(a != b and id(source) not in known for source, a, b in pairs)

    def _now(self) -> Iterator[Any]:
        return chain(
            map(_contents, self._read_cells),
            chain.from_iterable(map(map, self._read_names, self._their_names)),
            chain.from_iterable(self._read_wholes),
            (_END,),  # so that one more or less is a difference
        )

    def _states(self) -> list[bytes]:
        pythons = (random.getstate(), np.random.get_state())
        return [pickle.dumps(x) for x in (pythons, *(g.bit_generator for g in self._generators))]

    # Finding it

    def _visit(self, label: str, value: Any) -> None:
        if isinstance(value, _LEAVES) or id(value) in self._seen:
            return
        self._seen[id(value)] = value
        parts: Iterable[Any] = ()
        if isinstance(value, FunctionType):
            self._visit_function(value)
        elif isinstance(value, (type, ModuleType)):
            if not _is_of_a_library(value):
                self._partly.append(value)
        elif isinstance(value, (list, deque, set)):
            parts = self._whole(label, value)
        elif isinstance(value, dict):
            self._whole(label, value)  # its keys
            parts = self._whole(label, value.values())
        elif isinstance(value, (tuple, frozenset)):
            parts = value
        elif isinstance(value, functools.partial):
            parts = (value.func, value.args, value.keywords)
        elif isinstance(value, MethodType):
            parts = (value.__func__, value.__self__)
        elif isinstance(value, (staticmethod, classmethod)):
            parts = (value.__func__,)
        elif isinstance(value, property):
            parts = (value.fget,)
        elif isinstance(value, np.random.Generator):
            self._generators.append(value)
        elif isinstance(value, np.ndarray):
            if value.nbytes <= SMALL and not value.dtype.hasobject:
                self._small.append(value)
        elif isinstance(value, Module):
            parts = (*self._whole(type(value).__name__, vars(value).values()), *type(value).__mro__)
        else:
            self._partly.append(value)
            parts = (getattr(value, "__wrapped__", None), *type(value).__mro__)
        for part in list(parts):
            self._visit(label, part)

    def _whole(self, label: str, live: Iterable[Any]) -> Iterable[Any]:
        """Watch all that ``live`` gives, whenever it is asked."""
        self._wholes.append((label, live))
        return live

    def _visit_function(self, function: Any) -> None:
        name = function.__name__
        if hasattr(function, "derivatives"):  # a primitive; its forward is called in each replay
            self._visit(name, (function.derivatives, function.each))
        elif hasattr(function, "__wrapped__"):
            self._visit(name, function.__wrapped__)
        if _is_of_a_library(function):
            return
        self._partly.append(function)
        read = reading_of(function.__code__)
        self._attributes |= read.attributes
        for name in read.names & function.__globals__.keys():
            self._watch_name(function.__globals__, name, name)
        code = function.__code__
        for name, cell in zip(code.co_freevars, function.__closure__ or (), strict=True):
            if name in read.names:
                self._cells[name if name not in self._cells else f"{name} of {id(cell)}"] = cell
                self._visit(name, cell.cell_contents)
        self._visit("a default", (function.__defaults__, function.__kwdefaults__))

    def _watch_name(self, there: Any, name: str, label: str) -> None:
        """Watch ``there[name]``, or that there is none."""
        labels = self._names.setdefault(id(there), (there.get, {}))[1]
        if name not in labels:
            labels[name] = label
            self._visit(label, there.get(name))

    def _follow_attributes(self) -> None:
        """Watch the attributes that code names, until they lead to no more code."""
        done = -1
        while done != (done := len(self._seen)):
            for value in list(self._partly):
                self._follow(value)

    def _follow(self, value: Any) -> None:
        there: Any = getattr(value, "__dict__", {})
        shared: set[str] = set()  # what an attribute of its own would take the place of
        if isinstance(value, type):
            special = {n for n, x in there.items() if n[:2] == "__" and type(x) is FunctionType}
            names = there.keys() & (self._attributes | special | {"forward"})
        else:
            shared = {n for k in type(value).__mro__ if not _is_of_a_library(k) for n in vars(k)}
            names = self._attributes & (there.keys() | shared)
        label = getattr(value, "__name__", type(value).__name__)
        for name in names:
            self._watch_name(there, name, f"{label}.{name}")
        if isinstance(value, Optimizer):
            self._look_at_optimizer(value, label)

    def _look_at_optimizer(self, optimizer: Optimizer, label: str) -> None:
        kinds = type(optimizer).__mro__
        changing = {n for kind in kinds for n, x in vars(kind).items() if isinstance(x, property)}
        changing |= {"steps", "last_lr", "state_dict"}
        for name in sorted(self._attributes & changing - {"param_groups"}):
            self.obstacle = f"it reads {label}.{name}, which may change with each step"


def _is_of_a_library(thing: Any) -> bool:
    """Whether a function, a class or a module is not the user's own."""
    name = thing.__name__ if isinstance(thing, ModuleType) else thing.__module__ or ""
    package = name.partition(".")[0]
    path = getattr(sys.modules.get(package), "__file__", None) or ""
    known = package == "minigrad" or package in sys.stdlib_module_names
    return known or "site-packages" in path or "dist-packages" in path
