"""Run the benchmark: ``python -m benchmarks --help``."""

from __future__ import annotations

import argparse
import importlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

from . import results
from .work import FAMILIES

# Each library has its own word for it, and reads it when it starts.
WORDS = (
    "OMP_NUM_THREADS",
    "MKL_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "NUMBA_NUM_THREADS",
)


def worker(threads: int, *arguments: str) -> Iterator[dict[str, Any]]:
    """Yield what a process of its own, with this many threads, measures."""
    environment = {
        **os.environ,
        **dict.fromkeys(WORDS, str(threads)),
        "XLA_FLAGS": f"--xla_cpu_multi_thread_eigen={str(threads > 1).lower()}",
    }
    command = [sys.executable, "-m", "benchmarks.worker", *arguments]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            yield json.loads(line)
    if process.returncode:
        print(f"  {' '.join(arguments)} failed; see above.", file=sys.stderr)


def chosen(names: list[str]) -> Iterator[tuple[str, list[str]]]:
    """Yield each family with those of its rows that are wanted."""
    rows = {f: [row.name for row in module(f).ROWS] for f in FAMILIES}
    if unknown := set(names) - {name for of_family in rows.values() for name in of_family}:
        sys.exit(f"There is no row {', '.join(sorted(unknown))}. The rows are:\n" + listed(rows))
    for family, of_family in rows.items():
        if wanted := [name for name in of_family if name in names or not names]:
            yield family, wanted


def listed(rows: dict[str, list[str]]) -> str:
    """Return all rows, a family a line."""
    return "\n".join("  " + " ".join(names) for names in rows.values())


def module(family: str) -> Any:
    """Return the module of a family."""
    return importlib.import_module(f".work.{family}", __package__)


def main() -> None:
    """Measure, store, and show."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--rows", nargs="*", default=[], help="only these; the others stay")
    parser.add_argument("--threads", nargs="*", type=int, default=[1, 2])
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--quick", action="store_true", help="leave out torch.compile")
    options = parser.parse_args()

    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    quick = "quick" if options.quick else "full"
    for threads in options.threads:
        if threads > (cores or 1):
            print(f"No {threads} threads: this process may use {cores}.", file=sys.stderr)
            continue
        for family, names in chosen(options.rows):
            for found in worker(threads, family, str(threads), str(options.rounds), quick, *names):
                results.store(threads, found)
                print(results.summary(found), flush=True)


if __name__ == "__main__":
    main()
