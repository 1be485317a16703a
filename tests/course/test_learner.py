"""What a learner opens is theirs: it shows no result, and no update touches their work."""

import json
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from minigrad.course import learner

ROOT = Path(__file__).resolve().parents[2]


def lesson(text: str = "x = 1") -> dict:
    cells = [
        nbformat.v4.new_markdown_cell("# A lesson"),
        nbformat.v4.new_code_cell(text, execution_count=1, outputs=[]),
        nbformat.v4.new_code_cell("assert x == 1", metadata={"tags": ["claim", "hide-cell"]}),
    ]
    cells[1].outputs = [nbformat.v4.new_output("stream", text="1")]
    return nbformat.v4.new_notebook(cells=cells)


@pytest.fixture
def folders(tmp_path):
    lessons = tmp_path / "notebooks"
    lessons.mkdir()
    nbformat.write(lesson(), lessons / "06_momentum.ipynb")
    return lessons, tmp_path / "my_lessons"


def hand_out(folders) -> list[str]:
    return [said for _, said in learner.hand_out(*folders)]


def publish(folders, text: str) -> None:
    nbformat.write(lesson(text), folders[0] / "06_momentum.ipynb")


def copy_of(folders) -> nbformat.NotebookNode:
    return nbformat.read(folders[1] / "06_momentum.ipynb", as_version=4)


def change(folders, text: str = "x = 2  # mine") -> None:
    mine = copy_of(folders)
    mine.cells[1].source = text
    nbformat.write(mine, folders[1] / "06_momentum.ipynb")


def test_a_copy_has_no_outputs_and_no_checks_of_the_text(folders):
    assert hand_out(folders) == ["new"]
    mine = copy_of(folders)
    nbformat.validate(mine)
    assert [cell.source for cell in mine.cells] == ["# A lesson", "x = 1"]
    assert mine.cells[1].outputs == [] and mine.cells[1].execution_count is None


def test_handing_out_twice_says_and_does_nothing(folders):
    hand_out(folders)
    before = (folders[1] / "06_momentum.ipynb").read_bytes()
    assert hand_out(folders) == []
    assert (folders[1] / "06_momentum.ipynb").read_bytes() == before


def test_a_copy_that_was_only_run_and_folded_is_brought_up_to_date(folders):
    hand_out(folders)
    mine = copy_of(folders)
    mine.cells[1].outputs = [nbformat.v4.new_output("stream", text="1")]
    mine.cells[1].metadata["collapsed"] = True
    nbformat.write(mine, folders[1] / "06_momentum.ipynb")
    publish(folders, "x = 3")
    assert hand_out(folders) == ["brought up to date"]
    assert copy_of(folders).cells[1].source == "x = 3"


def test_what_the_learner_wrote_stays_and_the_new_version_is_named(folders):
    hand_out(folders)
    change(folders)
    assert hand_out(folders) == []
    publish(folders, "x = 3")
    (said,) = hand_out(folders)
    assert "yours is kept" in said and "make afresh LESSON=06" in said
    assert copy_of(folders).cells[1].source == "x = 2  # mine"


@pytest.mark.parametrize("text", ["no notebook", "{}", '{"metadata": 3}'])
def test_what_was_not_handed_out_is_never_touched(folders, text):
    folders[1].mkdir()
    (folders[1] / "06_momentum.ipynb").write_text(text)
    assert "yours is kept" in hand_out(folders)[0]
    assert (folders[1] / "06_momentum.ipynb").read_text() == text


def test_afresh_sets_the_learners_copy_aside_and_loses_nothing(folders):
    hand_out(folders)
    change(folders)
    (aside, _), (new, _) = learner.afresh("06", *folders)
    assert nbformat.read(aside, as_version=4).cells[1].source == "x = 2  # mine"
    assert nbformat.read(new, as_version=4).cells[1].source == "x = 1"
    assert hand_out(folders) == []


def test_a_lesson_that_does_not_exist_is_said_to_be_none(folders):
    with pytest.raises(SystemExit, match=r"no lesson '6'. There are 06"):
        list(learner.afresh("6", *folders))


def test_it_runs_as_a_file_and_imports_nothing_slow():
    script = ROOT / "minigrad" / "course" / "learner.py"
    code = f"import runpy, sys; runpy.run_path({str(script)!r}); print('numpy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_git_never_sees_the_learners_folder():
    ignored = (ROOT / ".gitignore").read_text().splitlines()
    assert f"{learner.MINE.name}/" in ignored
    assert learner.MINE.parent == learner.LESSONS.parent, "links between pages would break"


def test_the_lab_asks_nobody_about_news():
    settings = json.loads((ROOT / "book" / "lab.json").read_text())
    assert settings["@jupyterlab/apputils-extension:notification"]["fetchNews"] == "false"
