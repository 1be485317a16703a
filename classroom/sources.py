"""The assignments' sources, in the repository."""

from pathlib import Path
from typing import Any

import nbformat

ASSIGNMENTS = Path(__file__).resolve().parents[1] / "notebooks" / "assignments"


def notebook(assignment: str) -> Path:
    """Return the path of an assignment's notebook."""
    (path,) = sorted((ASSIGNMENTS / assignment).glob("*.ipynb"))
    return path


def cells(assignment: str) -> dict[str, Any]:
    """Return the cells of an assignment's source by their names in nbgrader."""
    read = nbformat.read(notebook(assignment), as_version=4)
    return {cell.metadata.nbgrader.grade_id: cell for cell in read.cells}


def defined(assignment: str, *named: str) -> dict[str, Any]:
    """Return what cells of a source define, so that what students are given is written once."""
    names: dict[str, Any] = {"__name__": f"{assignment}.{named[0]}"}
    for cell in named:
        exec(compile(cells(assignment)[cell].source, cell, "exec"), names)
    return names
