"""What was measured, kept in a file, so that rows can be measured again one by one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from . import machine
from .harness import Row

FILE = Path(__file__).parent / "results.json"


def load() -> dict[str, Any]:
    """Return all that is stored: the machine, rows by threads and name, facts by name."""
    if FILE.exists():
        return json.loads(FILE.read_text(encoding="utf-8"))
    return {"machine": {}, "rows": {}, "facts": {}}


def store(threads: int, found: dict[str, Any]) -> None:
    """Put what was found in place of what was there; what another machine found is dropped."""
    everything = load()
    here = machine.description()
    if everything["machine"] != here:
        everything = {"machine": here, "rows": {}, "facts": {}}
    if "row" in found:
        seconds = {k: [float(f"{t:.4g}") for t in v] for k, v in found["seconds"].items()}
        rows = everything["rows"].setdefault(str(threads), {})
        rows[found["row"]] = {"absent": found["absent"], "seconds": seconds}
    else:
        values = {name: float(f"{value:.4g}") for name, value in found["values"].items()}
        everything["facts"][found["fact"]] = values
    FILE.write_text(_compact(everything), encoding="utf-8")


def _compact(everything: dict[str, Any]) -> str:
    """Return JSON with each list of numbers on one line."""
    lists: list[str] = []

    def shelve(item: Any) -> Any:
        if isinstance(item, dict):
            return {key: shelve(value) for key, value in item.items()}
        if isinstance(item, list):
            lists.append(json.dumps(item))
            return f"@{len(lists) - 1}@"
        return item

    text = json.dumps(shelve(everything), indent=1, ensure_ascii=False)
    for i, line in enumerate(lists):
        text = text.replace(f'"@{i}@"', line)
    return text + "\n"


def baseline(row: Row, seconds: dict[str, list[float]]) -> str | None:
    """Return which contender the others are compared with: the fastest of the row's baselines."""
    there = [name for name in row.baselines if name in seconds]
    return min(there, key=lambda name: np.median(seconds[name]), default=None)


def ratios(row: Row, seconds: dict[str, list[float]]) -> dict[str, np.ndarray]:
    """Return for each contender how many times as fast as the baseline it was, round by round."""
    against = baseline(row, seconds)
    if against is None:
        return {}
    return {name: np.array(seconds[against]) / np.array(times) for name, times in seconds.items()}
