"""What pages take from the lessons, so that it cannot differ from them.

``{lessons}`` is the table of all lessons, ``{output}`` an output that a lesson stores, and
``{lesson}`` a link to a lesson by its number, or a word that it is to come.
The table of contents calls a lesson by its number and its name.
"""

import re
from dataclasses import dataclass
from pathlib import Path

import nbformat
from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective, SphinxRole

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"


@dataclass(frozen=True)
class Lesson:
    """What a lesson's first cell says about it.

    Attributes
    ----------
    number : str
        As its file's name begins: ``"04"``, ``"A2"``.
    name : str
        Its title without the question.
    question : str
        The question that it answers.
    able : str
        What the reader will be able to do, in Markdown.
    minutes : int
        How long it takes a reader.
    """

    number: str
    name: str
    question: str
    able: str
    minutes: int


def read(path: Path) -> Lesson:
    """Read a lesson's title, its question and the table below them.

    Parameters
    ----------
    path : Path
        The notebook. Its first cell begins ``# Name: the question?``, or asks the question in the
        text, and holds the rows **You will be able to** and **Time**.

    Raises
    ------
    ValueError
        When one of these is missing.
    """
    opening = nbformat.read(path, as_version=4).cells[0].source
    title = re.match(r"# (.+)", opening)
    table = dict(re.findall(r"^\| \*\*(.+?)\*\* \| (.+) \|$", opening, re.MULTILINE))
    minutes = re.match(r"\d+", table.get("Time", ""))
    if not (title and minutes and "You will be able to" in table):
        raise ValueError(
            f"{path.name} must open with a title and a table whose rows are **You need**, "
            "**You will be able to** and **Time** (in minutes)."
        )
    name, colon, question = title[1].partition(": ")
    if not colon:
        prose = opening[title.end() : opening.index("\n| ")]
        asked = re.findall(r"[^.?!\n][^.?!]*\?", prose)
        if not asked:
            raise ValueError(f"{path.name} must ask its question in its first cell.")
        question = " ".join(asked[-1].split())
    return Lesson(
        number=path.stem.split("_")[0],
        name=name,
        question=question[0].upper() + question[1:],
        able=table["You will be able to"],
        minutes=int(minutes[0]),
    )


def path_of(number: str) -> Path | None:
    """Return the notebook of a lesson, or None while there is none."""
    return next(NOTEBOOKS.glob(f"{number}_*.ipynb"), None)


def name_in_contents(app: Sphinx, doctree: nodes.document) -> None:
    """Call a lesson by its number and its name in the table of contents, ``04 Batches``."""
    path = NOTEBOOKS / f"{Path(app.env.docname).name}.ipynb"
    if app.env.docname.startswith("notebooks/"):
        lesson = read(path)
        title = next(app.env.tocs[app.env.docname].findall(nodes.reference))
        title.children = [nodes.Text(f"{lesson.number} {lesson.name}")]


class Lessons(SphinxDirective):
    """The table of all lessons, in order."""

    def run(self) -> list[nodes.Node]:
        rows = ["| No. | Lesson, and what it answers | Minutes |", "| --- | --- | --- |"]
        for path in sorted(NOTEBOOKS.glob("*.ipynb")):
            self.env.note_dependency(str(path))
            lesson = read(path)
            link = f"**[{lesson.name}](/notebooks/{path.name})** {lesson.question}"
            rows.append(f"| {lesson.number} | {link} | {lesson.minutes} |")
        table = nodes.Element()
        self.state.nested_parse(StringList(rows, source=self.get_source_info()[0]), 0, table)
        return table.children


class Output(SphinxDirective):
    """An HTML output of a lesson: ``{output} 00 three-walks`` names the lesson and the cell."""

    required_arguments = 2

    def run(self) -> list[nodes.Node]:
        number, name = self.arguments
        path = path_of(number)
        if path is None:
            raise self.error(f"there is no lesson {number}")
        self.env.note_dependency(str(path))
        for cell in nbformat.read(path, as_version=4).cells:
            for output in cell.get("outputs", []) if cell.id == name else []:
                if "text/html" in output.get("data", {}):
                    return [nodes.raw("", output.data["text/html"], format="html")]
        raise self.error(f"no cell {name!r} with an HTML output in lesson {number}")


class LessonLink(SphinxRole):
    """A link to a lesson by its number."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        words = f"lesson {self.text}"
        path = path_of(self.text)
        if path is None:
            return [nodes.Text(f"{words} (to come)")], []
        docname = f"notebooks/{path.stem}"
        here = self.env.docname
        link = nodes.reference("", words, internal=True)
        link["refuri"] = self.env.app.builder.get_relative_uri(here, docname)
        return [link], []


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directives and the role."""
    app.add_directive("lessons", Lessons)
    app.add_directive("output", Output)
    app.add_role("lesson", LessonLink())
    app.connect("doctree-read", name_in_contents, priority=900)  # when Sphinx has collected titles
    return {"parallel_read_safe": True, "parallel_write_safe": True}
