"""The form of a lesson: nothing spoils a prediction, cells are short, minutes are honest."""

import re
from pathlib import Path

import nbformat
import pytest

from minigrad.course.minutes import minutes

NOTEBOOKS = Path(__file__).resolve().parents[1] / "notebooks"
LESSONS = sorted(path.stem for path in NOTEBOOKS.glob("*.ipynb"))
FOLDED = {"claim", "hide-cell", "hide-input", "solution"}
CLOSING = ["Three things to remember", "What this page did not say", "References"]


class Page:
    """A lesson's cells, sorted."""

    def __init__(self, name: str) -> None:
        self.cells = nbformat.read(NOTEBOOKS / f"{name}.ipynb", as_version=4).cells
        self.text = "\n\n".join(c.source for c in self.cells if c.cell_type == "markdown")
        self.headings = re.findall(r"^## (.+)$", self.text, re.MULTILINE)
        self.code = [c for c in self.cells if c.cell_type == "code"]
        self.shown = [c for c in self.code if not FOLDED & self.tags(c)]

    @staticmethod
    def tags(cell) -> set[str]:
        return set(cell.metadata.get("tags", []))

    def tagged(self, tag: str) -> list:
        return [cell for cell in self.code if tag in self.tags(cell)]


@pytest.fixture(params=LESSONS, scope="module")
def page(request) -> Page:
    return Page(request.param)


def test_a_cell_shows_at_most_25_lines_of_at_most_76_characters(page):
    for cell in page.shown:
        lines = cell.source.splitlines()
        assert len(lines) <= 25, cell.source
        assert not [line for line in lines if len(line) > 76]


def test_no_answer_stands_in_the_code_in_sight(page):
    for cell in page.shown:
        assert not re.search(r"\b(alt|title)=|^ *assert\b", cell.source, re.MULTILINE), cell.source


def test_a_claim_is_folded_and_begins_by_saying_what_it_checks(page):
    assert page.tagged("claim")
    for cell in page.tagged("claim"):
        assert "hide-cell" in page.tags(cell)
        assert cell.metadata.get("jupyter", {}).get("source_hidden")
        assert cell.source.startswith("# ")
        assert re.search(r"^ *assert\b", cell.source, re.MULTILINE), cell.source


def test_a_prediction_is_a_choice_or_a_number_and_is_answered_before_the_next(page):
    asked = re.split(r"^> \*\*Predict\.\*\*", page.text, flags=re.MULTILINE)[1:]
    assert asked
    for part in asked:
        question = re.split(r"\n(?!>)", part, maxsplit=1)[0]
        assert "> - [ ] " in question or "`____`" in question, question
        assert '<details class="answer"><summary>What happened</summary>' in part, question
        assert not re.search(r"- \[ \].*`____`", question), "a blank cannot stand in a button"


def test_deeper_sections_are_folded_and_come_after_the_core(page):
    deeper = [c for c in page.cells if c.source.startswith("## Deeper:")]
    assert len(deeper) == sum(heading.startswith("Deeper:") for heading in page.headings)
    for cell in deeper:
        assert cell.metadata.get("jp-MarkdownHeadingCollapsed"), cell.source
    places = [i for i, h in enumerate(page.headings) if h.startswith("Deeper:")]
    if places:
        after = page.headings[places[-1] + 1]
        assert after in ("The same in PyTorch", "Exercises")
        assert places == list(range(places[0], places[-1] + 1))


def test_an_exercise_has_a_hint_and_a_worked_solution(page):
    exercises = page.text.split("\n## Exercises", 1)[1].split("\n## ", 1)[0]
    titles = re.findall(r"^### \d\. ", exercises, re.MULTILINE)
    assert 4 <= len(titles) <= 6
    assert exercises.count("<summary>Hint</summary>") == len(titles)
    solved = len(page.tagged("solution")) + exercises.count("<summary>Solution</summary>")
    assert solved == len(titles)


def test_a_lesson_closes_with_what_to_remember_and_the_next_question(page):
    assert [heading for heading in page.headings if heading in CLOSING] == CLOSING
    assert page.headings[-3:] == CLOSING
    assert "**Next: " in page.cells[-1].source


def test_the_same_is_said_in_pytorch(page):
    cells = [cell for cell in page.code if "import torch" in cell.source]
    assert cells and all("hide-input" in page.tags(cell) for cell in cells)


def test_the_minutes_are_those_that_the_text_takes(page):
    core, deeper, exercises = minutes(page.cells)
    said = re.search(r"^\| \*\*Time\*\* \| (.+?);", page.cells[0].source, re.MULTILINE)[1]
    parts = [f"{core} minutes"]
    parts += [f"{deeper} more for the deeper sections"] * bool(deeper)
    parts += [f"{exercises} for the exercises"]
    assert said == ", ".join(parts)
