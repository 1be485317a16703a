"""The gate that a notebook must pass: run, described, and the same again within a time budget."""

import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat

TESTS = Path(__file__).resolve().parent
BUDGET = 100.0  # seconds for a notebook, Numba's compiling included, while another runs beside it
# Other tests run beside a notebook, so the clock on the wall says little: what is held to the
# budget is the processor time of its kernel. The clock ends a notebook that waits, or that leaves
# its work to processes that outlive the kernel and are not counted.
PATIENCE = 2  # times the budget


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
    cells = nbformat.read(notebook, as_version=4).cells
    return _unrun(cells) or _undescribed(cells) or _unlike(notebook, budget)


def _unrun(cells: list[nbformat.NotebookNode]) -> str:
    # nbval compares nothing in a cell that was never run, so such a cell must not get that far.
    counts = [cell.execution_count for cell in cells if cell.cell_type == "code"]
    if counts == list(range(1, len(counts) + 1)):
        return ""
    return "the code cells were not run once each, from top to bottom: run `make notebooks`"


def _undescribed(cells: list[nbformat.NotebookNode]) -> str:
    for cell in cells:
        pages = [cell.source] if cell.cell_type == "markdown" else []
        bare = any(re.search(r"!\[\s*\]", page) for page in pages)
        for data in (output.get("data", {}) for output in cell.get("outputs", [])):
            bare |= any(kind.startswith("image/") for kind in data)  # no page gives these an alt
            pages.append(data.get("text/html", ""))
        if bare or not all(map(_described, pages)):
            return (
                f"a picture without alternative text, in the cell that starts {cell.source[:80]!r}"
            )
    return ""


def _described(page: str) -> bool:
    """Whether every image of a piece of HTML has alternative text."""
    images = []
    parser = HTMLParser()
    parser.handle_starttag = lambda tag, attributes: images.append((tag, dict(attributes)))
    parser.feed(page)
    return all((attributes.get("alt") or "").strip() for tag, attributes in images if tag == "img")


def _unlike(notebook: Path, budget: float) -> str:
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--color=no"]
    command += ["-c", str(TESTS.parent / "pyproject.toml"), "--nbval", "--nbval-current-env"]
    command += ["--nbval-sanitize-with", str(TESTS / "nbval_sanitize.cfg"), str(notebook)]
    over = f"it is over its time budget of {budget:g} s"
    before = _time_of_children()
    with TemporaryDirectory() as cold:
        try:
            run = subprocess.run(
                command,
                # Two notebooks run at a time. Threads of BLAS that wait for a core would slow both.
                env=os.environ
                | {"NUMBA_CACHE_DIR": cold, "OMP_NUM_THREADS": "1", "PYTHONUTF8": "1"},
                timeout=PATIENCE * budget,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                encoding="utf-8",
            )
        except subprocess.TimeoutExpired:
            return f"{over}: it did not end in {PATIENCE * budget:g} s"
    if run.returncode:
        return run.stdout
    spent = _time_of_children() - before
    return f"{over}: {spent:.0f} s of processor time" if spent > budget else ""


def _time_of_children() -> float:
    """Return the processor time of the processes that this one started and that have ended."""
    times = os.times()
    return times.children_user + times.children_system
