"""The gate that a notebook must pass: strict nbval, in a fresh kernel, within a time budget."""

import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat

TESTS = Path(__file__).resolve().parent
BUDGET = 60.0  # seconds for a notebook on two cores, Numba's compiling included


def fault(notebook: Path, budget: float = BUDGET) -> str:
    """Say what is wrong with a notebook.

    Parameters
    ----------
    notebook : Path
        An executed notebook.
    budget : float
        Seconds that it may take from top to bottom, from a cold Numba cache.

    Returns
    -------
    str
        The fault with its evidence; empty when the notebook passes.
    """
    # nbval compares nothing in a cell that was never run, so such a cell must not get that far.
    cells = [c for c in nbformat.read(notebook, as_version=4).cells if c.cell_type == "code"]
    if [c.execution_count for c in cells] != list(range(1, len(cells) + 1)):
        return "the code cells were not run once each, from top to bottom: run `make notebooks`"

    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--color=no"]
    command += ["-c", str(TESTS.parent / "pyproject.toml"), "--nbval", "--nbval-current-env"]
    command += ["--nbval-sanitize-with", str(TESTS / "nbval_sanitize.cfg"), str(notebook)]
    with TemporaryDirectory() as cold:
        try:
            run = subprocess.run(
                command,
                env=os.environ | {"NUMBA_CACHE_DIR": cold},
                timeout=budget,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
        except subprocess.TimeoutExpired:
            return f"it is over its time budget of {budget:g} s"
    return run.stdout if run.returncode else ""
