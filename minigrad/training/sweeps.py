"""Sweeps: one training function, run for many configurations and seeds, on all cores."""

from __future__ import annotations

import inspect
import itertools
import json
import os
import warnings
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Executor, Future, as_completed
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cloudpickle
import numpy as np
from threadpoolctl import threadpool_limits

from ..core.tensor import Tensor
from ..progress import bar

if TYPE_CHECKING:
    from pandas import DataFrame

Config = Mapping[str, Any]
Row = dict[str, Any]
_HEAD = '{"config": '  # how each line of a record begins
_OURS = ("seed", "status", "error")


def sweep(
    train: Callable[..., Any],
    grid: Mapping[str, Iterable[Any]] | Iterable[Config],
    seeds: Iterable[int],
    executor: Executor | None = None,
    *,
    path: str | Path | None = None,
    progress: bool | None = None,
) -> DataFrame:
    """Call ``train(**config, seed=seed)`` for every configuration and seed, many at a time.

    Each run gets its own copy of ``train`` and of all it refers to, and one thread of linear
    algebra. If it draws only from ``np.random.default_rng(seed)``, its result is the same bit for
    bit, whatever runs beside it, on one core or on many.

    Parameters
    ----------
    train : callable
        Returns a number, or a dict of numbers, strings, arrays or lists by name. May be defined
        in a notebook. Load big data within it: what it refers to is sent along with each run.
    grid : dict of str to list, or list of dicts
        The values of each argument, of which every combination is run; or the configurations
        themselves, such as `random_search` draws. A value may be a function or a schedule; the
        table shows its name.
    seeds : iterable of int
        ``range(5)``: every configuration is run five times.
    executor : concurrent.futures.Executor, optional
        Where to run. By default one process for each core of this machine.
        ``dask.distributed.Client(address).get_executor()`` is a cluster, which runs again
        elsewhere what a lost worker had; ``ThreadPoolExecutor(1)`` is one run after the other, in
        this process.
    path : path, optional
        A file to which each run is added when it ends. Runs that are done there are not done
        again, those that failed are: an interrupted sweep goes on. The file knows configurations
        and seeds, but not ``train``: give another path when that changes.
    progress : bool, optional
        Whether to show a progress bar; see `minigrad.fit`.

    Returns
    -------
    pandas.DataFrame
        One row a run, in the order of the grid, with columns for the configuration, ``seed``, the
        results (``result``, if there is one without a name), ``status`` ("done" or "failed") and
        ``error``. A failed run also gives a warning; ``train(**config, seed=seed)`` shows where.
        On one machine, a run that kills its process fails those that run beside it too.

    Raises
    ------
    TypeError, ValueError
        If there is nothing to run, ``train`` does not take a configuration, two runs have the
        same configuration and seed, or ``path`` is no record of a sweep.

    Examples
    --------
    >>> table = mg.sweep(train, {"lr": [0.01, 0.1, 1], "momentum": [0, 0.9]}, seeds=range(5))
    >>> table.groupby(["lr", "momentum"]).accuracy.median()
    """
    runs = _runs(train, grid, seeds)
    rows = {k: row for k, row in _recorded(path).items() if k in runs and row["status"] == "done"}
    todo = [key for key in runs if key not in rows]
    pool: Any = _all_cores(len(todo)) if executor is None else executor
    code = cloudpickle.dumps(train)
    futures: dict[Future[str], str] = {}
    try:
        with (
            warnings.catch_warnings(),
            threadpool_limits(1),  # for runs in this process; put back at the end
            bar(progress, total=len(runs), initial=len(rows), unit="run") as shown,
            open(os.devnull if path is None else path, "a", newline="\n") as record,
        ):
            # loky says so when it replaces a worker that has grown; no run is lost by it
            warnings.filterwarnings("ignore", "A worker stopped while some jobs were given")
            for key in todo:
                config, seed = runs[key]
                futures[pool.submit(_run, code, cloudpickle.dumps(config), seed)] = key
            for future in as_completed(futures):
                key, outcome = futures[future], _outcome(future)
                rows[key] = json.loads(outcome)
                record.write(f"{key[:-1]}, {outcome[1:]}\n")
                record.flush()
                shown.update()
    finally:
        if executor is None:
            pool.shutdown(kill_workers=True)  # none is at work, unless the user pressed Ctrl-C
        else:
            for future in futures:
                future.cancel()
    return _table(runs, rows)


def _runs(train: Any, grid: Any, seeds: Iterable[int]) -> dict[str, tuple[Config, int]]:
    """Return the configuration and seed of every run by its key, a line of JSON."""
    if isinstance(grid, Mapping):
        for name, values in grid.items():
            if isinstance(values, str) or not isinstance(values, Iterable):
                raise TypeError(f"sweep: grid[{name!r}] is a list of values; got {values!r}.")
        configs = [dict(zip(grid, c, strict=True)) for c in itertools.product(*grid.values())]
    else:
        configs = [dict(config) for config in grid]
    runs: dict[str, tuple[Config, int]] = {}
    for config, seed in itertools.product(configs, [int(seed) for seed in seeds]):
        if taken := config.keys() & set(_OURS):
            raise ValueError(f"sweep: a configuration cannot have a {taken.pop()!r} of its own.")
        try:
            inspect.signature(train).bind(**config, seed=seed)
        except TypeError as error:
            raise TypeError(f"sweep: train(**{config}, seed={seed}) would fail: {error}.") from None
        key = _key(_labels(config), seed)
        if key in runs:
            raise ValueError(f"sweep: {_labels(config)} with seed {seed} stands there twice.")
        runs[key] = config, seed
    if not runs:
        raise ValueError("sweep: there is nothing to run: no configurations, or no seeds.")
    return runs


def _key(labels: Config, seed: int) -> str:
    return json.dumps({"config": labels, "seed": seed}, sort_keys=True)


def _labels(config: Config) -> dict[str, Any]:
    """Return a configuration as a file and a table can hold it."""
    return {name: _label(name, value) for name, value in config.items()}


def _label(name: str, value: Any) -> Any:
    value = value.item() if isinstance(value, np.generic) else value
    if value is None or isinstance(value, bool | int | float | str):
        return value
    text = getattr(value, "__name__", None) or repr(value)
    if text == "<lambda>" or " at 0x" in text:
        raise ValueError(
            f"sweep: {name}={value!r} has no name to know it by in the next session: use a "
            "function made by def, a schedule, a number or a string."
        )
    return text


def _run(code: bytes, config: bytes, seed: int) -> str:
    """Run once, wherever this is; return what came of it as JSON."""
    threadpool_limits(1)  # for good: a worker does nothing else
    try:
        arguments = cloudpickle.loads(config)
        results = cloudpickle.loads(code)(**arguments, seed=seed)
        results = results if isinstance(results, dict) else {"result": results}
        if taken := results.keys() & {*arguments, *_OURS}:
            raise ValueError(f"train returned {taken.pop()!r}, which names another column")
        plain = {str(name): _plain(name, value) for name, value in results.items()}
        return json.dumps({"status": "done", "results": plain, "error": None})
    except Exception as error:
        return _failed(error)


def _plain(name: str, value: Any) -> Any:
    if isinstance(value, Tensor | np.ndarray | np.generic):
        value = np.asarray(value).tolist()
    if isinstance(value, list | tuple):
        return [_plain(name, item) for item in value]
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise TypeError(
        f"train returned {name!r} of type {type(value).__name__}; a sweep keeps numbers, strings, "
        "and arrays or lists of them"
    )


def _failed(error: BaseException) -> str:
    text = f"{type(error).__name__}: {error}"
    return json.dumps({"status": "failed", "results": {}, "error": text})


def _outcome(future: Future[str]) -> str:
    try:
        return future.result()
    except Exception as error:  # of the worker: a run's own has become its result
        return _failed(error)


def _recorded(path: str | Path | None) -> dict[str, Row]:
    """Read what a record holds; cut off the line that an interrupted sweep was writing."""
    if path is None or not Path(path).exists():
        return {}
    content = Path(path).read_bytes()
    whole, newline, torn = content.rpartition(b"\n")
    rows: dict[str, Row] = {}
    try:
        if not _HEAD.encode().startswith(torn[: len(_HEAD)]):
            raise ValueError("its last line is something else")
        for line in whole.decode().splitlines():
            row = json.loads(line)
            rows[_key(row["config"], row["seed"])] = row
    except (ValueError, LookupError, TypeError) as error:
        raise ValueError(f"sweep: {str(path)!r} is not the record of a sweep: {error}.") from error
    if torn:
        os.truncate(path, len(whole) + len(newline))
    return rows


def _all_cores(runs: int) -> Any:
    import loky  # its executor wants no `if __name__ == "__main__":` in scripts

    return loky.ProcessPoolExecutor(max(1, min(loky.cpu_count(), runs)))


def _table(runs: Mapping[str, tuple[Config, int]], rows: Mapping[str, Row]) -> DataFrame:
    import pandas as pd

    settings = list(dict.fromkeys(name for config, _ in runs.values() for name in config))
    results = list(dict.fromkeys(name for key in runs for name in rows[key]["results"]))
    end = ("status", "error")
    table = pd.DataFrame(
        [
            {
                **_labels(c),
                "seed": seed,
                **rows[k]["results"],
                **{name: rows[k][name] for name in end},
            }
            for k, (c, seed) in runs.items()
        ],
        columns=[*settings, "seed", *results, *end],
    )
    failed = table[table.status == "failed"]
    if len(failed):
        first = failed.iloc[0]
        warnings.warn(
            f"sweep: {len(failed)} of {len(table)} runs failed; the first, with "
            f"{', '.join(f'{name}={first[name]}' for name in [*settings, 'seed'])}: {first.error}",
            stacklevel=3,
        )
    return table
