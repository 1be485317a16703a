"""Sweeps: one training function, run for many configurations and seeds, on all cores."""

from __future__ import annotations

import json
import os
import warnings
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from concurrent.futures import BrokenExecutor, Executor, Future, as_completed
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cloudpickle
import numpy as np
from threadpoolctl import threadpool_limits

from ..arguments import check_flags, check_kind
from ..core.tensor import Tensor
from ..progress import bar
from .checkpoints import as_path
from .configurations import RESERVED, Config, Planned, key_of, pickled, planned

if TYPE_CHECKING:
    from pandas import DataFrame

Row = dict[str, Any]
Ended = Generator[tuple[str, Future[str]], None, None]  # runs by key, as they end
_HEAD = '{"config": '  # how each line of a record begins


def sweep(
    train: Callable[..., Any],
    grid: Mapping[str, Iterable[Any]] | Iterable[Config],
    seeds: Iterable[int],
    executor: Executor | None = None,
    *,
    path: str | os.PathLike[str] | None = None,
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
        themselves, such as `random_search` draws (one that is listed twice is run once). A value
        may be a function or a schedule, of which the table shows the name, an array, or a list;
        NumPy's numbers reach ``train`` as Python's.
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
        Where ``executor`` is not given, a run that kills its process fails alone: those that it
        took with it are run once more, one after the other.

    Raises
    ------
    TypeError, ValueError
        If there is nothing to run, ``train`` does not take a configuration, a value or seed stands
        there twice or cannot be told from others in the next session, or ``path`` is no record of a
        sweep. Then nothing has been run.

    Examples
    --------
    >>> table = mg.sweep(train, {"lr": [0.01, 0.1, 1], "momentum": [0, 0.9]}, seeds=range(5))
    >>> table.groupby(["lr", "momentum"]).accuracy.median()
    """
    runs = planned(train, grid, seeds)
    an_executor = "one such as ThreadPoolExecutor(1)"
    check_kind("sweep: executor", executor, Executor | None, an_executor)
    if progress is not None:
        check_flags("sweep", progress=progress)
    code = pickled("train", train)
    record_path = None if path is None else as_path("sweep: path", path)
    rows = {
        key: row
        for key, row in _recorded(record_path).items()
        if key in runs and row["status"] == "done"
    }
    todo = {key: run for key, run in runs.items() if key not in rows}
    ended = _on_all_cores(code, todo) if executor is None else _on(executor, code, todo)
    with (
        closing(ended),  # leaves nothing at work, whatever happens here
        warnings.catch_warnings(),
        threadpool_limits(1),  # for runs in this process; put back at the end
        bar(progress, total=len(runs), initial=len(rows), unit="run") as shown,
        open(record_path or os.devnull, "a", newline="\n") as record,
    ):
        # loky says so when it replaces a worker that has grown; no run is lost by it
        warnings.filterwarnings("ignore", "A worker stopped while some jobs were given")
        for key, future in ended:
            outcome = _outcome(future)
            rows[key] = json.loads(outcome)
            record.write(f"{key[:-1]}, {outcome[1:]}\n")
            record.flush()
            shown.update()
    return _table(runs, rows)


def _on(executor: Any, code: bytes, runs: Mapping[str, Planned]) -> Ended:
    """Run everything on an executor; yield each run as it ends. None is left when this ends."""
    futures: dict[Future[str], str] = {}
    try:
        for key, run in runs.items():
            try:
                future = executor.submit(_run, code, run.arguments, run.seed)
            except BrokenExecutor as error:  # by an earlier run
                future = Future()
                future.set_exception(error)
            futures[future] = key
        for future in as_completed(futures):
            yield futures[future], future
    finally:
        for future in futures:
            future.cancel()


def _on_all_cores(code: bytes, runs: Mapping[str, Planned]) -> Ended:
    """Run everything on the cores of this machine; run alone what a killed process took along."""
    lost: dict[str, Planned] = {}
    with _workers(len(runs)) as pool:
        for key, future in _on(pool, code, runs):
            if isinstance(future.exception(), BrokenExecutor):
                lost[key] = runs[key]
            else:
                yield key, future
    while lost:
        with _workers(1) as pool:
            broken = False
            while lost and not broken:
                for ended in _on(pool, code, dict([lost.popitem()])):
                    broken = isinstance(ended[1].exception(), BrokenExecutor)
                    yield ended


@contextmanager
def _workers(most: int) -> Iterator[Any]:
    import loky  # its executor wants no `if __name__ == "__main__":` in scripts

    pool = loky.ProcessPoolExecutor(max(1, min(loky.cpu_count(), most)))
    try:
        yield pool
    finally:
        pool.shutdown(kill_workers=True)  # none is at work, unless the user pressed Ctrl-C


def _run(code: bytes, config: bytes, seed: int) -> str:
    """Run once, wherever this is; return what came of it as JSON."""
    threadpool_limits(1)  # for good: a worker does nothing else
    try:
        arguments = cloudpickle.loads(config)
        results = cloudpickle.loads(code)(**arguments, seed=seed)
        results = results if isinstance(results, dict) else {"result": results}
        if names := [name for name in results if not isinstance(name, str)]:
            raise TypeError(f"train returned {names[0]!r} for the name of a result: use a string")
        if taken := results.keys() & {*arguments, *RESERVED}:
            raise ValueError(f"train returned {taken.pop()!r}, which names another column")
        plain = {name: _plain(name, value) for name, value in results.items()}
        return json.dumps({"status": "done", "results": plain, "error": None})
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # SystemExit among them: one run does not end the others
        return _failed(error)


def _plain(name: str, value: Any) -> Any:
    if isinstance(value, Tensor):
        value = value.numpy()
    if isinstance(value, np.ndarray | np.generic):
        value = value.tolist()
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


def _recorded(path: Path | None) -> dict[str, Row]:
    """Read what a record holds; cut off the line that an interrupted sweep was writing."""
    if path is None or not path.exists():
        return {}
    content = path.read_bytes()
    whole, newline, torn = content.rpartition(b"\n")
    rows: dict[str, Row] = {}
    try:
        if not _HEAD.encode().startswith(torn[: len(_HEAD)]):
            raise ValueError("its last line is something else")
        for line in whole.decode().splitlines():
            row = json.loads(line)
            rows[key_of(row["config"], row["seed"])] = row
    except (ValueError, LookupError, TypeError) as error:
        raise ValueError(f"sweep: {str(path)!r} is not the record of a sweep: {error}.") from error
    if torn:
        os.truncate(path, len(whole) + len(newline))
    return rows


def _table(runs: Mapping[str, Planned], rows: Mapping[str, Row]) -> DataFrame:
    import pandas as pd

    settings = list(dict.fromkeys(name for run in runs.values() for name in run.shown))
    results = list(dict.fromkeys(name for key in runs for name in rows[key]["results"]))
    end = ("status", "error")
    table = pd.DataFrame(
        [
            {
                **run.shown,
                "seed": run.seed,
                **rows[key]["results"],
                **{name: rows[key][name] for name in end},
            }
            for key, run in runs.items()
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
