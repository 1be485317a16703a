"""Measure rows of one family in this process; started by ``__main__``, which sets the threads.

    python -m benchmarks.worker FAMILY THREADS ROUNDS full|quick [ROW ...]

Prints one JSON object a row.
"""

from __future__ import annotations

import importlib
import json
import os
import sys

from .harness import Row, check, measure


def measured(row: Row, rounds: int, quick: bool) -> dict[str, object]:
    """Return the times of a row, once its contenders agree."""
    contenders, absent = row.build()
    if quick:
        contenders.pop("torch.compile", None)
    check(row.build(**row.check)[0] if row.check else contenders)
    return {"row": row.name, "absent": absent, "seconds": measure(contenders, rounds)}


def main(family: str, threads: str, rounds: str, quick: str, *names: str) -> None:
    """Measure the rows of these names, or all."""
    if hasattr(os, "sched_setaffinity"):  # some libraries count cores and ask nobody
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: int(threads)])
    for row in importlib.import_module(f".work.{family}", __package__).ROWS:
        if row.name in names or not names:
            print(json.dumps(measured(row, int(rounds), quick == "quick")), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
