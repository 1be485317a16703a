"""Continuous integration fails when a notebook fails: the gate is fed good ones and bad ones."""

from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_notebook, new_output
from notebook_gate import fault


def notebook(directory: Path, source: str, printed: str, count: int | None = 1) -> Path:
    """Write a notebook of one cell that claims to have printed something."""
    cell = new_code_cell(source, execution_count=count)
    cell.outputs = [new_output("stream", name="stdout", text=printed)]
    path = directory / "lesson.ipynb"
    nbformat.write(new_notebook(cells=[cell]), path)
    return path


def test_a_good_notebook_passes(tmp_path):
    assert fault(notebook(tmp_path, "print(1 + 1)", "2\n")) == ""


def test_a_broken_cell_fails(tmp_path):
    assert "ZeroDivisionError" in fault(notebook(tmp_path, "print(1 / 0)", "2\n"))


def test_a_changed_output_fails(tmp_path):
    assert "Cell outputs differ" in fault(notebook(tmp_path, "print(1 + 2)", "2\n"))


def test_a_notebook_over_its_time_budget_fails(tmp_path):
    slow = notebook(tmp_path, "import time; time.sleep(60); print(2)", "2\n")
    assert "over its time budget of 5 s" in fault(slow, budget=5.0)


def test_a_notebook_that_was_never_run_fails(tmp_path):
    unrun = notebook(tmp_path, "print(1 + 1)", "2\n", count=None)
    assert "were not run once each" in fault(unrun)


def test_a_picture_may_differ_in_its_pixels_but_not_be_missing(tmp_path):
    cell = new_code_cell("from IPython.display import HTML\n", execution_count=1)
    cell.source += "HTML('<p>seen</p><img src=\"data:image/png;base64,iVBORw0KGgo=\">')"
    for stored, passes in [
        ("<p>seen</p>{}", True),
        ("<p>other</p>{}", False),
        ("<p>seen</p>", False),
    ]:
        html = stored.format('<img src="data:image/png;base64,AAAABBBB\\\\\nCCCC">')
        data = {"text/html": html, "text/plain": "<IPython.core.display.HTML object>"}
        cell.outputs = [new_output("execute_result", data, execution_count=1)]
        nbformat.write(new_notebook(cells=[cell]), path := tmp_path / "picture.ipynb")
        assert (fault(path) == "") == passes
