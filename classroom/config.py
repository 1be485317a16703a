"""How nbgrader is set up for this course. A course's own nbgrader_config.py calls `configure`."""

import atexit
import functools
import json
import os
import shutil
import sys
import tempfile
import warnings
from pathlib import Path
from typing import Any

from nbconvert.preprocessors import ClearMetadataPreprocessor
from nbgrader.preprocessors import (
    AssignLatePenalties,
    CheckCellMetadata,
    ClearOutput,
    DeduplicateIds,
    IgnorePattern,
    LimitOutput,
    OverwriteCells,
    OverwriteKernelspec,
    SaveAutoGrades,
)

from . import sandbox
from .execute import SteadyExecute
from .judge import Judge
from .restore import Restore
from .sources import ASSIGNMENTS

STUB = "raise NotImplementedError  # in place of this line: your answer"


def configure(c: Any, root: Path, course_id: str) -> None:
    """Set nbgrader up.

    Parameters
    ----------
    c : traitlets.config.Config
        What ``get_config()`` gives.
    root : Path
        The folder of the course: releases, submissions and the gradebook.
    course_id : str
        The name of the course. The tests' inputs are drawn anew for another name.
    """
    root = Path(root).resolve()
    warnings.filterwarnings("ignore", module="nbgrader")  # of its own use of SQLAlchemy
    c.CourseDirectory.root = str(root)
    c.CourseDirectory.course_id = course_id
    c.CourseDirectory.source_directory = str(ASSIGNMENTS)
    c.ClearSolutions.code_stub = {"python": STUB}
    c.ClearSolutions.text_stub = "*Your answer, in place of this line.*"

    c.Autograde.sanitize_preprocessors = [
        Restore, ClearOutput, DeduplicateIds, OverwriteKernelspec, OverwriteCells,
        CheckCellMetadata,
    ]  # fmt: skip
    c.Autograde.autograde_preprocessors = [
        SteadyExecute, IgnorePattern, ClearMetadataPreprocessor, Judge, LimitOutput,
        SaveAutoGrades, AssignLatePenalties, CheckCellMetadata,
    ]  # fmt: skip
    c.Restore.release = str(root / "release")
    c.Judge.course_id = course_id
    c.SteadyExecute.timeout = 20  # seconds for each cell

    _run_kernels_in_the_sandbox(c)


def _run_kernels_in_the_sandbox(c: Any) -> None:
    """Let a kernel talk through sockets in a folder, as it has no network."""
    sockets = _kernel_folder(os.getpid())
    c.KernelManager.transport = "ipc"
    c.KernelManager.ip = f"{sockets}/k"
    c.SteadyExecute.kernel_name = "enclosed"


@functools.cache  # nbgrader reads its configuration more than once
def _kernel_folder(process: int) -> str:
    """Make a process's folder for sockets, and tell Jupyter of the kernel that is enclosed."""
    if not sandbox.works() and not sandbox.trusted():
        print(sandbox.MISSING, file=sys.stderr)
    sockets = tempfile.mkdtemp(prefix="k")
    atexit.register(shutil.rmtree, sockets, ignore_errors=True)
    folder = Path(sockets) / "kernels" / "enclosed"
    folder.mkdir(parents=True)
    spec = {
        "argv": [
            sys.executable, sandbox.__file__, "--write", sockets, "--read", "{connection_file}",
            "--", sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}",
            "--HistoryManager.hist_file=:memory:", "--no-stdout",  # nothing in the terminal
        ],
        "display_name": "Python 3 (enclosed)",
        "language": "python",
        "interrupt_mode": "message",
    }  # fmt: skip
    (folder / "kernel.json").write_text(json.dumps(spec))
    before = os.environ.get("JUPYTER_PATH")
    os.environ["JUPYTER_PATH"] = os.pathsep.join([sockets, *([before] if before else [])])
    return sockets
