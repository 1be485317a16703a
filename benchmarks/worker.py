"""Measure in this process; started by ``__main__``, which sets the threads.

    python -m benchmarks.worker MODULE THREADS ROUNDS full|quick NAME ...

Prints one JSON object for each row or fact of the module that is named.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
from typing import Any

from .harness import REST, Row, aged, check, measure

SLOW = ("scalars",)  # seconds a step, on one thread whatever it is given
SLOW_TO_COMPILE = ("torch.compile",)


def measured(row: Row, threads: int, rounds: int, quick: bool) -> dict[str, Any]:
    """Return the times of a row, once its contenders agree."""
    contenders, absent = row.build()
    for name in (*SLOW_TO_COMPILE * quick, *SLOW * (threads > 1)):
        contenders.pop(name, None)
    check(row.build(**row.check)[0] if row.check else contenders)
    if row.age:
        contenders = {name: aged(contender, row.age) for name, contender in contenders.items()}
    seconds = measure(contenders, rounds, REST if threads > 1 else 0.0)
    return {"row": row.name, "absent": absent, "seconds": seconds}


def main(module: str, threads: str, rounds: str, quick: str, *names: str) -> None:
    """Measure the rows and facts of these names."""
    if hasattr(os, "sched_setaffinity"):  # some libraries count cores and ask nobody
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: int(threads)])
    for item in importlib.import_module(f".{module}", __package__).MEASURED:
        if item.name not in names:
            continue
        if isinstance(item, Row):
            found = measured(item, int(threads), int(rounds), quick == "quick")
        else:
            found = {"fact": item.name, "values": item.values()}
        print(json.dumps(found), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
