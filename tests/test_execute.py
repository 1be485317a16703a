"""Running notebooks again: equal bytes when nothing changed, nothing stored on a failure."""

import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from notebook_gate import TESTS, fault

SOURCE = """
import sys
import matplotlib.pyplot as plt
from IPython.display import display
from ipywidgets import IntSlider
from minigrad import plots
print("out"); print("err", file=sys.stderr)
_, axes = plots.subplots(alt="A line that rises.")
axes.plot([1, 2, 4])
plt.show()
display(IntSlider())
"""


def execute(*arguments: Path | str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(TESTS.parent / "book" / "execute.py"), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True)


@pytest.fixture
def lesson(tmp_path):
    path = tmp_path / "lesson.ipynb"
    nbformat.write(new_notebook(cells=[new_code_cell(SOURCE.strip())]), path)
    return path


def test_a_second_run_gives_equal_bytes_that_pass_the_gate(lesson):
    assert execute(lesson).returncode == 0
    stored = lesson.read_bytes()
    assert b"image/svg+xml" in stored
    assert execute(lesson).returncode == 0
    assert lesson.read_bytes() == stored
    assert not (found := fault(lesson)), found


def test_the_check_fails_where_outputs_would_change_and_stores_nothing(lesson):
    before = lesson.read_bytes()
    run = execute("--check", lesson)
    assert run.returncode == 1
    assert "its outputs would change" in run.stderr
    assert lesson.read_bytes() == before


def test_a_failing_cell_leaves_the_notebook_as_it_was(tmp_path):
    path = tmp_path / "broken.ipynb"
    nbformat.write(new_notebook(cells=[new_code_cell("1 / 0")]), path)
    before = path.read_bytes()
    run = execute(path)
    assert run.returncode == 1
    assert "ZeroDivisionError" in run.stderr
    assert path.read_bytes() == before


def test_nothing_of_the_machine_is_stored(lesson):
    execute(lesson)
    notebook = nbformat.read(lesson, as_version=4)
    assert "version" not in notebook.metadata.language_info
    assert "widgets" not in notebook.metadata
    assert "execution" not in notebook.cells[0].metadata
    assert "widget-view" not in lesson.read_text()
