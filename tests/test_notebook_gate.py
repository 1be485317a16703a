"""Continuous integration fails when a notebook fails: the gate is fed good ones and bad ones."""

from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
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
    busy = "import subprocess, sys\nsubprocess.run([sys.executable, '-c', {!r}])\nprint(2)"
    slow = notebook(
        tmp_path, busy.format("import time\nwhile time.process_time() < 9: pass"), "2\n"
    )
    assert "over its time budget of 8 s" in fault(slow, budget=8.0)


def test_a_notebook_that_does_not_end_fails(tmp_path):
    waiting = notebook(tmp_path, "import threading; threading.Event().wait()", "")
    assert "did not end" in fault(waiting, budget=1.0)


def test_a_notebook_that_was_never_run_fails(tmp_path):
    unrun = notebook(tmp_path, "print(1 + 1)", "2\n", count=None)
    assert "were not run once each" in fault(unrun)


def shown(directory: Path, html: str, stored: str) -> Path:
    """Write a notebook of one cell that displays HTML, and claims to have displayed some."""
    data = {"text/html": stored, "text/plain": "<IPython.core.display.HTML object>"}
    source = f"from IPython.display import HTML\n\nHTML({html!r})"
    cell = new_code_cell(source, execution_count=1)
    cell.outputs = [new_output("execute_result", data, execution_count=1)]
    path = directory / "picture.ipynb"
    nbformat.write(new_notebook(cells=[cell]), path)
    return path


PICTURE = '<img alt="{}" src="data:image/svg+xml;base64,{}">'


def test_the_pixels_of_a_picture_may_differ(tmp_path):
    html, stored = PICTURE.format("a line", "PHN2Zz4="), PICTURE.format("a line", "PHN2Z+5=")
    assert not (found := fault(shown(tmp_path, html, stored))), found


def test_the_alternative_text_of_a_picture_may_not_differ(tmp_path):
    html, stored = PICTURE.format("a line", "PHN2Zz4="), PICTURE.format("a circle", "PHN2Zz4=")
    assert "Cell outputs differ" in fault(shown(tmp_path, html, stored))


def test_a_picture_without_alternative_text_fails(tmp_path):
    html = PICTURE.format("", "PHN2Zz4=")
    assert "without alternative text" in fault(shown(tmp_path, html, html))


def test_a_picture_that_can_carry_no_alternative_text_fails(tmp_path):
    path = notebook(tmp_path, "print(1 + 1)", "2\n")
    lesson = nbformat.read(path, as_version=4)
    lesson.cells[0].outputs.append(new_output("display_data", {"image/png": "iVBORw0KGgo="}))
    nbformat.write(lesson, path)
    assert "without alternative text" in fault(path)


def test_a_picture_in_the_text_without_alternative_text_fails(tmp_path):
    path = tmp_path / "lesson.ipynb"
    nbformat.write(new_notebook(cells=[new_markdown_cell("![](bowl.svg)")]), path)
    assert "without alternative text" in fault(path)
