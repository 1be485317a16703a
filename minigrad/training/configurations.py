"""What a sweep runs: every configuration and seed, each known by exactly what it is."""

import hashlib
import inspect
import itertools
import json
import pickle
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import FunctionType
from typing import Any

import cloudpickle
import numpy as np

from ..arguments import check_integers
from ..core.tensor import Tensor

Config = Mapping[str, Any]
RESERVED = ("seed", "status", "error")


@dataclass(frozen=True)
class Planned:
    """One run: what it is given, pickled, and what the table shows of it."""

    arguments: bytes
    seed: int
    shown: dict[str, Any]


def planned(train: Callable[..., Any], grid: Any, seeds: Any) -> dict[str, Planned]:
    """Return every run by its key, a line of JSON that no other run has.

    A configuration that is listed twice, as `random_search` may draw it, is one.
    """
    if not callable(train):
        raise TypeError(f"sweep: train is a function; got {train!r}.")
    if not isinstance(seeds, Iterable) or isinstance(seeds, str | bytes):
        raise TypeError(f"sweep: seeds is a list of ints, such as range(5); got {seeds!r}.")
    seeds = list(seeds)
    check_integers("sweep", 0, **{f"seeds[{i}]": seed for i, seed in enumerate(seeds)})
    runs: dict[str, Planned] = {}
    for config in _configurations(grid):
        if taken := config.keys() & set(RESERVED):
            raise ValueError(f"sweep: a configuration cannot have a {taken.pop()!r} of its own.")
        known = {name: _known(name, value) for name, value in config.items()}
        shown = {name: text for name, (_, text) in known.items()}
        _check_call(train, config, shown)
        arguments = pickled(f"the configuration {shown}", config)
        exact = {name: value for name, (value, _) in known.items()}
        for seed in map(int, seeds):
            runs[key_of(exact, seed)] = Planned(arguments, seed, shown)
    if not runs:
        raise ValueError("sweep: there is nothing to run: grid or seeds is empty.")
    if len(set(seeds)) < len(seeds):
        raise ValueError(f"sweep: a seed stands there twice in seeds={seeds}.")
    return runs


def key_of(config: Config, seed: int) -> str:
    """Return the key of a run, given its configuration as JSON holds it."""
    return json.dumps({"config": config, "seed": seed}, sort_keys=True)


def _configurations(grid: Any) -> list[dict[str, Any]]:
    if isinstance(grid, Mapping):
        for name, values in grid.items():
            no_list = str | bytes | Mapping | set | frozenset
            one = isinstance(values, no_list) or getattr(values, "shape", None) == ()
            if one or not isinstance(values, Iterable):
                raise TypeError(f"sweep: grid[{name!r}] is a list of values; got {values!r}.")
        columns = [list(map(_plain, values)) for values in grid.values()]
        for name, values in zip(grid, columns, strict=True):
            if len({json.dumps(_known(name, value)[0]) for value in values}) < len(values):
                raise ValueError(f"sweep: a value stands there twice in grid[{name!r}]={values}.")
        configs = [dict(zip(grid, chosen, strict=True)) for chosen in itertools.product(*columns)]
    elif isinstance(grid, Iterable) and not isinstance(grid, str | bytes):
        configs = list(grid)
    else:
        raise TypeError(f"sweep: grid is a dict of lists, or a list of dicts; got {grid!r}.")
    for config in configs:
        if not isinstance(config, Mapping) or not all(isinstance(name, str) for name in config):
            raise TypeError(
                f"sweep: a configuration of grid is a dict of arguments by name; got {config!r}."
            )
    return [{name: _plain(value) for name, value in config.items()} for config in configs]


def _plain(value: Any) -> Any:
    """Return Python's number for NumPy's, so that what is recorded is what is run."""
    return value.item() if isinstance(value, np.generic) and value.dtype.kind in "biufU" else value


def _check_call(train: Callable[..., Any], config: Config, shown: Config) -> None:
    try:
        signature = inspect.signature(train)
    except ValueError:  # some built-in functions tell nothing
        return
    try:
        signature.bind(**config, seed=0)
    except TypeError as error:
        raise TypeError(f"sweep: train(**{shown}, seed=0) would fail: {error}.") from None


def pickled(what: str, value: Any) -> bytes:
    """Return a value as other processes can read it; ``what`` is named in the error."""
    try:
        return cloudpickle.dumps(value)
    except Exception as error:
        raise TypeError(f"sweep: {what} cannot be sent to another process: {error}.") from error


def _known(name: str, value: Any) -> tuple[Any, Any]:
    """Return what a value is, as JSON and exactly, and what a table shows of it."""
    if value is None or type(value) in (bool, int, float, str):
        return value, value
    if isinstance(value, Tensor):
        value = value.numpy()
    if type(value) in (list, tuple):
        parts = [_known(name, part) for part in value]
        text = f"[{', '.join(str(shown) for _, shown in parts)}]"
        return {type(value).__name__: [exact for exact, _ in parts]}, text
    if type(value) is np.ndarray and not value.dtype.hasobject:
        about = f"{value.dtype.str} {value.shape}"
        digest = hashlib.sha256(about.encode() + value.tobytes()).hexdigest()
        return {"array": digest}, f"array {about} {digest[:8]}"
    if full_name := _full_name(value):
        return {"function": full_name}, value.__name__
    text = repr(value)
    try:
        if " at 0x" in text or isinstance(value, set | frozenset):
            raise TypeError("it reads otherwise in the next session")
        content = pickle.dumps(value, protocol=5)
    except Exception as error:
        raise ValueError(
            f"sweep: {name}={text} has no name to know it by ({error}): use a number, a string, "
            "an array, a list of these, a schedule, or a function made by def that refers to "
            "nothing around it."
        ) from error
    return {"shown": text, "sha256": hashlib.sha256(content).hexdigest()}, text


def _full_name(value: Any) -> str | None:
    """Return the name of what is found by it, or of a function that holds nothing but its code."""
    name, module = getattr(value, "__qualname__", None), getattr(value, "__module__", None)
    if not isinstance(name, str) or not isinstance(module, str):
        return None
    found: Any = sys.modules.get(module)
    for part in name.split("."):
        found = getattr(found, part, None)
    alone = isinstance(value, FunctionType) and not value.__closure__ and "<lambda>" not in name
    return f"{module}.{name}" if found is value or alone else None
