"""The record of the claims that held with other seeds: of each lesson's code, under which shifts.

A lesson run again with other seeds takes as long as the lesson. So who changes a lesson's code runs
`make claims`, which keeps the record, and `.ci/run` runs again what the record does not know.
"""

import hashlib
import json
from pathlib import Path

RECORDS = Path(__file__).resolve().parent / "claims_held"


def digest(notebook: Path) -> str:
    """Return a short digest of a notebook's code: its words may change."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    return hashlib.sha256(json.dumps(code).encode()).hexdigest()[:16]


def shifts_held(notebook: Path, records: Path = RECORDS) -> set[str]:
    """Return the shifts of the seeds under which a notebook's claims held, its code as it is."""
    return _shifts(records / f"{notebook.stem}.json", digest(notebook))


def record(notebook: Path, shift: str, held: bool, records: Path = RECORDS) -> None:
    """Write down whether the claims of a notebook held under a shift of the seeds."""
    file, code = records / f"{notebook.stem}.json", digest(notebook)
    records.mkdir(exist_ok=True)
    shifts = _shifts(file, code) - {shift} | ({shift} if held else set())
    file.write_text(json.dumps({"code": code, "shifts": sorted(shifts)}) + "\n")


def _shifts(file: Path, code: str) -> set[str]:
    if not file.exists():
        return set()
    entry = json.loads(file.read_text())
    return set(entry["shifts"]) if entry["code"] == code else set()
