"""What Python decides by: the names, attributes and containers that a step's code refers to.

A record holds the operations of a step, and not why it was these. If a name that the code reads
is bound anew (to another model), or an attribute is set (the rate of a dropout), the record is of
another step. So before each replay all that the code refers to is compared with what it was.
"""

from __future__ import annotations

import functools
import inspect
import pickle
import random
import sys
from collections import deque
from collections.abc import Callable, Iterable
from operator import is_
from types import CodeType, FunctionType, MethodType, ModuleType
from typing import Any, NamedTuple

import numpy as np

from ..core.tensor import Tensor
from ..nn.module import Module
from ..optim.optimizer import Optimizer
from ..random import default_rng
from .reading import reading_of

SMALL = 2**14  # bytes; of larger arrays the identity alone is watched
FEW = 16  # of more than so many items one loop compares all
_NUMBERS = (bool, int, float, complex, str, bytes, np.generic)
_LEAVES = (*_NUMBERS, Tensor, type(None), np.dtype, np.ufunc)


class Place(NamedTuple):
    """Something that is compared: an expression, and the name of what it was equal to, or was."""

    label: str
    expression: str
    comparison: str
    before: str


class Watch:
    """All that the code of a step refers to, and what it was when this was made.

    Followed is code that is the user's own, and not that of a library: the globals and variables
    of enclosing functions that it reads, and of whatever it reaches the attributes that it names.
    Of minigrad's modules all attributes count, and of lists and dictionaries all they hold.

    The comparison is a function of Python that is written for the purpose, ``return (model is
    before_1 and ...)``: nothing else is as quick.

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
        self._places: dict[tuple[Any, ...], Place] = {}
        self._scope: dict[str, Any] = {"is_": is_}  # what the expressions refer to
        self._generators = [default_rng()]
        for root in roots:
            self._visit("an argument", root)
        done = -1
        while done != (done := len(self._seen)):  # attributes may lead to code that names others
            for value in list(self._partly):
                self._follow(value)
        conditions = (f"{p.expression} {p.comparison} {p.before}" for p in self._places.values())
        exec(_compiled(" and ".join(conditions) or "True"), self._scope)
        self._all_hold: Callable[[], bool] = self._scope["all_hold"]
        self._drawn = self._states()

    def holds(self) -> bool:
        """Whether all is what it was."""
        try:
            return self._all_hold() or self.change() is None
        except Exception:  # of any kind: something is no longer there to be compared
            return False

    def change(self) -> str | None:
        """Name something that is not what it was, if there is; equal numbers are the same."""
        for label, expression, comparison, before in self._places.values():
            try:
                if eval(f"{expression} {comparison} {before}", self._scope):
                    continue
                now, was = eval(expression, self._scope), self._scope.get(before)
            except Exception:
                return label
            if (
                type(now) is not type(was)
                or not isinstance(now, _NUMBERS)
                or repr(now) != repr(was)
            ):
                return label
            self._scope[before] = now
        return None

    def draws(self, by_engine: Iterable[Any]) -> bool:
        """Whether random numbers were drawn since, from others than the engine's generators."""
        known = set(map(id, by_engine))
        pairs = zip([None, *self._generators], self._drawn, self._states(), strict=True)
        return any(a != b and id(source) not in known for source, a, b in pairs)

    def _states(self) -> list[Any]:
        # as bytes: a Mersenne twister's state is an array, and long in words
        pythons = (random.getstate(), pickle.dumps(np.random.get_state(legacy=False)))
        return [pythons, *(pickle.dumps(g.bit_generator.state) for g in self._generators)]

    def _name(self, value: Any) -> str:
        """Return a name under which expressions find ``value``."""
        name = f"v{len(self._scope)}"
        self._scope[name] = value
        return name

    def _compare(self, key: Any, label: str, expression: str, comparison: str, now: Any) -> None:
        self._places[key] = Place(label, expression, comparison, self._name(now))

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
        elif isinstance(value, (list, deque)):
            parts = self._whole(label, value, list(enumerate(value)))
        elif isinstance(value, set):
            self._compare(id(value), label, self._name(value), "==", frozenset(value))
            parts = value
        elif isinstance(value, dict):
            parts = self._whole(label, value, list(value.items()))
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
                bits = f"{self._name(value)}.tobytes()"
                self._compare(id(value), f"the array {label}", bits, "==", value.tobytes())
        elif isinstance(value, Module):
            name, there = type(value).__name__, vars(value)
            parts = (*self._whole(name, there, list(there.items())), *type(value).__mro__)
        else:
            self._partly.append(value)
            parts = (getattr(value, "__wrapped__", None), *type(value).__mro__)
        for part in list(parts):
            self._visit(label, part)

    def _whole(self, label: str, value: Any, items: list[tuple[Any, Any]]) -> list[Any]:
        """Watch all that a container holds, and return it."""
        name = self._name(value)
        self._compare(id(value), label, f"len({name})", "==", len(items))
        if len(items) > FEW:
            pairs = "" if isinstance(value, (list, deque)) else ".values()"
            before = self._name([item for _, item in items])
            all_same = f"all(map(is_, {name}{pairs}, {before}))"
            self._compare((id(value), "all"), label, all_same, "is", True)
        else:
            for key, item in items:
                where = (
                    f"{name}[{key!r}]" if type(key) in (str, int) else f"{name}[{self._name(key)}]"
                )
                self._compare((id(value), where), f"{label}[{key!r}]", where, "is", item)
        return [item for _, item in items]

    def _visit_function(self, function: Any) -> None:
        name = function.__name__
        if hasattr(function, "derivatives"):  # a primitive; its forward is called in each replay
            self._visit(name, (function.derivatives, function.each))
            return
        if hasattr(function, "__wrapped__"):
            self._visit(name, function.__wrapped__)
        if _is_of_a_library(function):
            return
        self._partly.append(function)
        read, code = reading_of(function.__code__), function.__code__
        self._attributes |= read.attributes
        for name in sorted(read.names & function.__globals__.keys()):
            self._watch_item(function.__globals__, function.__globals__, name, name)
        for name, cell in zip(code.co_freevars, function.__closure__ or (), strict=True):
            if name in read.names and id(cell) not in self._places:
                now = cell.cell_contents
                self._compare(id(cell), name, f"{self._name(cell)}.cell_contents", "is", now)
                self._visit(name, now)
        self._visit("a default", (function.__defaults__, function.__kwdefaults__))

    def _watch_item(self, owner: Any, there: Any, name: str, label: str) -> None:
        """Watch ``there[name]``, or that there is none."""
        if (id(owner), name) in self._places:
            return
        if name in there:
            where = f"{self._name(there)}[{name!r}]"
            self._compare((id(owner), name), label, where, "is", there[name])
            self._visit(label, there[name])
        else:
            self._compare((id(owner), name), label, repr(name), "not in", there)

    def _follow(self, value: Any) -> None:
        there: Any = getattr(value, "__dict__", {})
        if isinstance(value, type):
            special = {n for n, x in there.items() if n[:2] == "__" and type(x) is FunctionType}
            names = there.keys() & (self._attributes | special | {"forward"})
        else:  # and what an attribute of its own would take the place of
            kinds = [kind for kind in type(value).__mro__ if not _is_of_a_library(kind)]
            names = self._attributes & (there.keys() | {n for k in kinds for n in vars(k)})
        label = getattr(value, "__name__", type(value).__name__)
        for name in sorted(names):
            self._watch_item(value, there, name, f"{label}.{name}")
        if isinstance(value, Optimizer):
            self._look_at_optimizer(value, label)

    def _look_at_optimizer(self, optimizer: Optimizer, label: str) -> None:
        shared = [item for kind in type(optimizer).__mro__ for item in vars(kind).items()]
        changing = {name for name, found in shared if inspect.isdatadescriptor(found)}
        changing |= {"steps", "last_lr", "state_dict"}
        for name in sorted(self._attributes & changing - {"param_groups"}):
            self.obstacle = f"it reads {label}.{name}, which may change with each step"


@functools.cache
def _compiled(condition: str) -> CodeType:
    return compile(f"def all_hold():\n return ({condition})", "<watch>", "exec")


def _is_of_a_library(thing: Any) -> bool:
    """Whether a function, a class or a module is not the user's own."""
    name = thing.__name__ if isinstance(thing, ModuleType) else thing.__module__ or ""
    package = name.partition(".")[0]
    path = getattr(sys.modules.get(package), "__file__", None) or ""
    known = package == "minigrad" or package in sys.stdlib_module_names
    return known or "site-packages" in path or "dist-packages" in path
