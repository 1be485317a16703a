"""Compare this version of minigrad with another checkout of it, in turns, on one thread.

    python -m benchmarks.turns ../minigrad-before             every row
    python -m benchmarks.turns ../minigrad-before mlp-64 cnn  these rows

Each version has a process of its own, and the two work by turns, in an order that changes: what
the machine does besides hits both. What it does besides only ever adds time, so the least of many
short blocks says most; the ratios of pairs show how far to trust it. Where a process happens to
get its memory moves a row by up to a fifth, so both are started several times. A ratio over 1 says
that this version takes longer.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np

STARTS, ROUNDS = 5, 10
HERE = Path(__file__).resolve()


def serve() -> None:
    """Answer each line, a row's and a contender's name, with the seconds a step of a block."""
    from benchmarks import catalogue, harness

    rows = {row.name: row for row in catalogue.rows()}
    made: dict[tuple[str, str], Any] = {}
    for line in sys.stdin:
        key = row, contender = tuple(json.loads(line))
        if key not in made:
            mine = rows[row].contenders[contender](**rows[row].sizes)
            if rows[row].age:
                mine = harness.aged(mine, rows[row].age)
            made = {key: (mine, harness._length(mine))}  # one at a time has memory
        print(json.dumps(harness._block(*made[key])), flush=True)


class Version:
    """A process that measures one checkout."""

    def __init__(self, checkout: Path) -> None:
        command = [sys.executable, "-P", str(HERE), "--serve"]  # -P: import from the path alone
        environment = {**os.environ, "PYTHONPATH": str(checkout), "OMP_NUM_THREADS": "1"}
        pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        self.process = subprocess.Popen(
            command, cwd=checkout, env=environment, text=True, bufsize=1, **pipes
        )

    def block(self, row: str, contender: str) -> float:
        """Return the seconds per step over one block."""
        assert self.process.stdin is not None and self.process.stdout is not None
        print(json.dumps([row, contender]), file=self.process.stdin, flush=True)
        return json.loads(self.process.stdout.readline())


def compare(other: Path, names: list[str]) -> None:
    """Print, for each row that both have, how many times as long this version takes."""
    from benchmarks import catalogue

    rng = np.random.default_rng(0)
    measured = [
        (row.name, contender)
        for row in catalogue.rows()
        for contender in row.contenders
        if contender.startswith("minigrad") and (not names or row.name in names)
    ]
    times = {key: np.empty((STARTS, ROUNDS, 2)) for key in measured}
    for start in range(STARTS):
        versions = [Version(HERE.parents[1]), Version(other)]
        for key in measured:
            for i in range(ROUNDS):
                for j in rng.permutation(2):
                    times[key][start, i, j] = versions[j].block(*key)
        for version in versions:
            version.process.terminate()
    for (row_name, contender), taken in times.items():
        least = taken.min(axis=(0, 1))
        low, middle, high = np.quantile(taken[..., 0] / taken[..., 1], [0.25, 0.5, 0.75])
        print(
            f"{row_name:<24} {contender:<26} {1e6 * least[0]:10.1f} µs  "
            f"{least[0] / least[1]:.3f}  (pairs: {middle:.3f}, {low:.3f} to {high:.3f})",
        )


if __name__ == "__main__":
    if sys.argv[1:] == ["--serve"]:
        serve()
    else:
        parser = argparse.ArgumentParser(description="Compare this version with another checkout.")
        parser.add_argument("other", type=Path, help="its directory")
        parser.add_argument("rows", nargs="*", help="default: all of them")
        options = parser.parse_args()
        compare(options.other.resolve(), options.rows)
