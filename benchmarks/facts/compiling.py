"""How long a lesson waits until its kernels are compiled: ``python -m`` this, and a lesson."""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from . import Fact

ROOT = Path(__file__).parents[2]


def compiling(lesson: Path) -> float:
    """Run a lesson, and return the seconds that Numba compiled meanwhile."""
    import nbformat
    from IPython.core.interactiveshell import InteractiveShell
    from numba.core import event

    cells = nbformat.read(lesson, as_version=4).cells
    shell = InteractiveShell.instance()
    nowhere = io.StringIO()
    seconds: list[float] = []
    with (
        contextlib.chdir(lesson.parent),
        contextlib.redirect_stdout(nowhere),
        contextlib.redirect_stderr(nowhere),
        event.install_timer("numba:compile", seconds.append),
    ):
        for cell in cells:
            if cell.cell_type == "code":
                shell.run_cell(cell.source).raise_error()
    return sum(seconds)


def alone(lesson: Path) -> float:
    """Return the same from a process of its own, with nowhere to take kernels from."""
    with tempfile.TemporaryDirectory() as empty:
        environment = {**os.environ, "NUMBA_CACHE_DIR": empty, "MPLBACKEND": "agg"}
        command = [sys.executable, "-m", __name__, str(lesson)]
        done = subprocess.run(
            command, env=environment, cwd=ROOT, capture_output=True, text=True, check=True
        )
    return float(done.stdout)


def longest() -> float:
    """Return the seconds of the lesson that compiles for longest."""
    return max(map(alone, sorted(ROOT.glob("notebooks/*.ipynb"))))


MEASURED = [
    Fact(
        "lessons", "compiling, in the lesson that compiles most", "s", "≤ 5", {"minigrad": longest}
    ),
]

if __name__ == "__main__":
    print(compiling(Path(sys.argv[1])))
