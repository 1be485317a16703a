"""How long a lesson waits until its kernels are compiled."""

from __future__ import annotations

import contextlib
import io
import os
import tempfile
from pathlib import Path

from . import Fact, alone

LESSONS = Path(__file__).parents[2] / "notebooks"


def compiling(lesson: Path) -> float:
    """Return the seconds that Numba compiles in a lesson, with nowhere to take kernels from."""
    with tempfile.TemporaryDirectory() as empty:
        os.environ |= {"NUMBA_CACHE_DIR": empty, "MPLBACKEND": "agg"}
        import nbformat
        from IPython.core.interactiveshell import InteractiveShell
        from numba.core import event

        os.chdir(lesson.parent)
        shell = InteractiveShell.instance()
        nowhere = io.StringIO()
        seconds: list[float] = []
        with (
            contextlib.redirect_stdout(nowhere),
            contextlib.redirect_stderr(nowhere),
            event.install_timer("numba:compile", seconds.append),
        ):
            for cell in nbformat.read(lesson, as_version=4).cells:
                if cell.cell_type == "code":
                    shell.run_cell(cell.source).raise_error()
    return sum(seconds)


def longest() -> float:
    """Return the seconds of the lesson that compiles for longest."""
    return max(alone(compiling, lesson) for lesson in sorted(LESSONS.glob("*.ipynb")))


MEASURED = [
    Fact(
        "lessons", "compiling, in the lesson that compiles most", "s", "≤ 5", {"minigrad": longest}
    ),
]
