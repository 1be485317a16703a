"""Put a submission back into the form of its release: only the answers are the student's."""

import re
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path
from typing import Any

import nbformat
from nbformat.v4 import new_markdown_cell
from nbgrader import utils
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Unicode

DEFINITION = re.compile(r"^(?:def|class)\s+(\w+)", re.M)
LONGEST = 100_000  # characters of a cell


class Restore(NbGraderPreprocessor):
    """The released notebook, with the answers and the own cells of a submission.

    Cells that were deleted, changed, moved, copied, or that lost their metadata do no harm: an
    answer is found by its name in nbgrader, the cell's id, the function it defines, or its place.
    What was done is said in a cell at the top.
    """

    release = Unicode(help="Where the release versions are.").tag(config=True)

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Restore a notebook."""
        of = resources["nbgrader"]
        path = Path(self.release) / of["assignment"] / f"{of['notebook']}.ipynb"
        released = nbformat.read(path, as_version=4)
        notes = restored(released, nb.cells)
        for note in notes:
            self.log.warning("%s, %s: %s", of["student"], of["notebook"], note)
        return released, resources


def restored(released: Any, submitted: Iterable[Any]) -> list[str]:
    """Fill the answers of a submission into a released notebook, and say what was mended."""
    names = [_name(cell) for cell in released.cells]
    told = list(map(_told, submitted))
    found = _found(released.cells, told)
    claimed: dict[str, list[Any]] = {}
    own: dict[str, list[Any]] = {}
    at = names[0]
    for cell, name in zip(told, found, strict=True):
        if name is None:
            own.setdefault(at, []).append(cell)
        else:
            at = name
            claimed.setdefault(name, []).append(cell)
    notes, cells = [], []
    if [n for n in found if n] != [n for n in names if n in claimed]:
        notes.append("Cells were copied or moved. They stand in their order again.")
    for cell in released.cells:
        name = _name(cell)
        theirs = claimed.get(name, [])
        spare = []
        if not theirs:
            notes.append(f"The cell `{name}` was missing and was put back.")
        elif utils.is_solution(cell):
            changed = [each for each in theirs if each.source.strip() != cell.source.strip()]
            if changed:
                cell.source = changed[-1].source
            spare = [each for each in changed[:-1] if each.source != cell.source]
            if spare:
                notes.append(
                    f"Of several cells `{name}` the last one counts; the others follow it."
                )
        elif any(each.source.strip() != cell.source.strip() for each in theirs):
            notes.append(f"The cell `{name}` is not to be changed, and was put back.")
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
        cells.append(cell)
        cells += [_kept(each) for each in spare]
        cells += own.get(name, [])
    for number, cell in enumerate(cells):
        if not utils.is_grade(cell) and "nbgrader" not in cell.metadata:
            cell.id = f"own-{number}"
    if notes:
        words = "**Before grading this notebook was restored.**\n\n"
        cells.insert(0, new_markdown_cell(words + "\n".join(f"- {note}" for note in notes)))
        cells[0].id = "restored"
    released.cells = cells
    return notes


def _name(cell: Any) -> Any:
    mark = cell.get("metadata", {}).get("nbgrader")
    name = mark.get("grade_id") if isinstance(mark, dict) else None
    return name if isinstance(name, str) else None


def _told(cell: Any) -> Any:
    """Return a cell of the student's without metadata, but remember what it said of itself."""
    fresh = new_markdown_cell() if cell.cell_type == "markdown" else nbformat.v4.new_code_cell()
    if cell.cell_type == "raw":
        fresh = new_markdown_cell()
    fresh.source = str(cell.get("source", ""))[:LONGEST]
    fresh.metadata = nbformat.NotebookNode()
    marks = _name(cell), cell.get("id"), cell.get("metadata", {}).get("id")
    object.__setattr__(fresh, "marks", marks)
    return fresh


def _found(released: list[Any], told: list[Any]) -> list[str | None]:
    """Return for each cell of a submission which of the released cells it is, if any."""
    names = {_name(cell) for cell in released}
    by_id = {cell.id: _name(cell) for cell in released}
    by_text = {cell.source.strip(): _name(cell) for cell in released}
    answers = [cell for cell in released if utils.is_solution(cell)]
    by_definition = {
        match[1]: _name(cell) for cell in answers if (match := DEFINITION.search(cell.source))
    }
    found: list[str | None] = []
    for cell in told:
        name, *ids = cell.marks
        if name not in names:
            name = next((by_id[each] for each in ids if each in by_id), None)
        name = name or by_text.get(cell.source.strip())
        found.append(name)
    for number, cell in enumerate(told):
        if found[number] is None and cell.cell_type == "code":
            for defined in DEFINITION.findall(cell.source):
                if (name := by_definition.get(defined)) and name not in found:
                    found[number] = name
    # What stands where an answer belongs, between its neighbours, is that answer.
    for before, answer in pairwise(released):
        if not utils.is_solution(answer) or _name(answer) in found or _name(before) not in found:
            continue
        place = found.index(_name(before)) + 1
        if place < len(told) and found[place] is None:
            found[place] = _name(answer)
    return found


def _kept(cell: Any) -> Any:
    """Return an answer that does not count as text: nothing that a student wrote is lost."""
    fence = "````"
    return new_markdown_cell(
        f"*Another version of the answer above:*\n\n{fence}\n{cell.source}\n{fence}"
    )
