"""What was measured, kept in a file, so that rows can be measured again one by one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

FILE = Path(__file__).parent / "results.json"


def load() -> dict[str, Any]:
    """Return all that is stored."""
    return json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else {}


def store(threads: int, found: dict[str, Any]) -> None:
    """Put the times of a row in place of the older ones."""
    everything = load()
    rows = everything.setdefault("rows", {})
    seconds = {k: [float(f"{t:.4g}") for t in v] for k, v in found["seconds"].items()}
    rows.setdefault(found["row"], {})[str(threads)] = {
        "absent": found["absent"],
        "seconds": seconds,
    }
    FILE.write_text(json.dumps(everything, indent=1) + "\n", encoding="utf-8")


def summary(found: dict[str, Any]) -> str:
    """Return a row for the terminal."""
    lines = [found["row"]]
    lines += [
        f"  {name:30} {1e6 * np.median(times):12.1f} µs" for name, times in found["seconds"].items()
    ]
    lines += [f"  {name:30} absent: {why}" for name, why in found["absent"].items()]
    return "\n".join(lines)
