"""The record of claims that held: it knows a lesson's code, and forgets what was changed."""

import nbformat
import pytest
from held_claims import RECORDS, record, shifts_held

NOTEBOOKS = RECORDS.parents[1] / "notebooks"


@pytest.fixture
def lesson(tmp_path):
    return write(tmp_path / "lesson.ipynb", "Words.", "assert 1 < 2")


def write(file, words, code):
    cells = [nbformat.v4.new_markdown_cell(words), nbformat.v4.new_code_cell(code)]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), file)
    return file


def test_what_held_is_known_until_it_falls(lesson, tmp_path):
    assert shifts_held(lesson, tmp_path) == set()
    record(lesson, "1", True, tmp_path)
    record(lesson, "2", True, tmp_path)
    assert shifts_held(lesson, tmp_path) == {"1", "2"}
    record(lesson, "1", False, tmp_path)
    assert shifts_held(lesson, tmp_path) == {"2"}


def test_other_words_change_nothing_and_other_code_has_held_nowhere(lesson, tmp_path):
    record(lesson, "1", True, tmp_path)
    write(lesson, "Other words.", "assert 1 < 2")
    assert shifts_held(lesson, tmp_path) == {"1"}
    write(lesson, "Other words.", "assert 1 < 3")
    assert shifts_held(lesson, tmp_path) == set()
    record(lesson, "2", True, tmp_path)
    assert shifts_held(lesson, tmp_path) == {"2"}


def test_every_record_is_of_a_lesson():
    lessons = {notebook.stem for notebook in NOTEBOOKS.glob("*.ipynb")}
    assert {file.stem for file in RECORDS.glob("*.json")} <= lessons
