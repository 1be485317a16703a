"""Run the benchmark: ``python -m benchmarks --help``."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

from . import catalogue, machine, report, results
from .facts import Fact
from .harness import Row

ROUNDS = 9

# Each library has its own word for it, and reads it when it starts.
WORDS = (
    "OMP_NUM_THREADS",
    "MKL_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "NUMBA_NUM_THREADS",
)


def worker(module: str, threads: int, *arguments: str) -> Iterator[dict[str, Any]]:
    """Yield what a process of its own, with this many threads, measures."""
    environment = {
        **os.environ,
        **dict.fromkeys(WORDS, str(threads)),
        "XLA_FLAGS": f"--xla_cpu_multi_thread_eigen={str(threads > 1).lower()}",
    }
    command = [sys.executable, "-m", "benchmarks.worker", module, str(threads), *arguments]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            yield json.loads(line)
    if process.returncode:
        print(f"{module} ended with exit code {process.returncode}.", file=sys.stderr)


def chosen(names: list[str], threads: int) -> Iterator[tuple[str, dict[str, Row | Fact]]]:
    """Yield each module with those of its rows and facts that are wanted; facts on one thread."""
    for module, items in catalogue.measured().items():
        wanted = {
            item.name: item
            for item in items
            if (item.name in names or not names) and (isinstance(item, Row) or threads == 1)
        }
        if wanted:
            yield module, wanted


def main() -> None:
    """Measure, store, and report."""
    every = [item.name for items in catalogue.measured().values() for item in items]
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Measure minigrad beside its peers; write the tables and the picture.",
        epilog="Rows: " + " ".join(every),
    )
    parser.add_argument("--rows", nargs="*", default=[], choices=every, metavar="ROW",
                        help="measure only these; the figures of the others stay")  # fmt: skip
    parser.add_argument("--threads", nargs="*", type=int, default=[1, 2], metavar="N")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--quick", action="store_true", help="leave out torch.compile")
    options = parser.parse_args()

    for threads in options.threads:
        if threads > machine.cores():
            print(f"No {threads} threads: this process may use {machine.cores()} cores.")
            continue
        print(f"\nThreads: {threads}\n")
        for module, items in chosen(options.rows, threads):
            quick = "quick" if options.quick else "full"
            for found in worker(module, threads, str(options.rounds), quick, *items):
                results.store(threads, found)
                print(report.summary(items, found), flush=True)
    report.write()


if __name__ == "__main__":
    main()
