"""The learner's copy of the lessons: without outputs, and never overwritten.

    python minigrad/course/learner.py               hand out what is new
    python minigrad/course/learner.py --afresh 06   set yours aside, hand lesson 06 out again

A copy carries the fingerprint of what was handed out. While its cells still have it, a new version
of the lesson replaces it; once they differ, it is the learner's.

It is run as a file, with nothing imported but Python's own: `make lab` waits for it.
"""

import argparse
import hashlib
import json
import os
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
LESSONS = ROOT / "notebooks"
MINE = ROOT / "my_lessons"  # as deep as LESSONS, so that links between pages hold
CLAIM = "claim"  # the tag of cells that check the text: they would stop who changes a number

Notebook = dict[str, Any]


def handed_out(lesson: Path) -> Notebook:
    """Return a lesson as a learner gets it: no outputs, no checks of the text.

    Parameters
    ----------
    lesson : Path
        The notebook as it is stored.
    """
    notebook: Notebook = json.loads(lesson.read_text(encoding="utf-8"))
    cells = [cell for cell in notebook["cells"] if CLAIM not in cell["metadata"].get("tags", [])]
    for cell in cells:
        if cell["cell_type"] == "code":
            cell |= {"outputs": [], "execution_count": None}
    notebook["cells"] = cells
    notebook["metadata"]["minigrad"] = {"handed_out": fingerprint(notebook)}
    return notebook


def fingerprint(notebook: Notebook) -> str:
    """Tell one text of the cells from another, whatever they have put out and however folded."""
    texts = [(cell["cell_type"], "".join(cell["source"])) for cell in notebook["cells"]]
    return hashlib.sha256(json.dumps(texts).encode()).hexdigest()[:16]


def is_outdated(copy: Path, new: Notebook) -> tuple[bool, bool]:
    """Say whether the lesson has a newer version than the copy, and whether the copy was changed.

    What cannot be read as something handed out is the learner's own.
    """
    try:
        mine = json.loads(copy.read_text(encoding="utf-8"))
        given = mine["metadata"]["minigrad"]["handed_out"]
        return given != new["metadata"]["minigrad"]["handed_out"], fingerprint(mine) != given
    except (ValueError, KeyError, TypeError):
        return True, True


def hand_out(lessons: Path = LESSONS, mine: Path = MINE) -> Iterator[tuple[Path, str]]:
    """Bring the learner's folder up to date; what the learner changed stays as it is.

    Yields
    ------
    tuple of Path and str
        A copy, and what there is to say of it.
    """
    for lesson in sorted(lessons.glob("*.ipynb")):
        new, copy = handed_out(lesson), mine / lesson.name
        if not copy.exists():
            write(copy, new)
            yield copy, "new"
            continue
        outdated, changed = is_outdated(copy, new)
        if outdated and not changed:
            write(copy, new)
            yield copy, "brought up to date"
        elif outdated:
            number = lesson.name.split("_")[0]
            yield (
                copy,
                "there is a new version of the lesson; yours is kept as it is "
                f"(`make afresh LESSON={number}` sets it aside and hands the new one out)",
            )


def afresh(number: str, lessons: Path = LESSONS, mine: Path = MINE) -> Iterator[tuple[Path, str]]:
    """Set the learner's copy of a lesson aside, and hand the lesson out again.

    Parameters
    ----------
    number : str
        As the name of the lesson's file begins: ``"06"``.
    """
    lesson = next(lessons.glob(f"{number}_*.ipynb"), None)
    if lesson is None:
        numbers = ", ".join(path.name.split("_")[0] for path in sorted(lessons.glob("*.ipynb")))
        raise SystemExit(f"There is no lesson {number!r}. There are {numbers}.")
    copy = mine / lesson.name
    if copy.exists():
        aside = mine / "set aside" / f"{copy.stem} {datetime.now():%Y-%m-%d %H.%M.%S}.ipynb"
        aside.parent.mkdir(exist_ok=True)
        copy.rename(aside)
        yield aside, "yours until now"
    write(copy, handed_out(lesson))
    yield copy, "new"


def write(path: Path, notebook: Notebook) -> None:
    """Write a notebook whole or not at all."""
    path.parent.mkdir(exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    text = json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"
    part.write_text(text, encoding="utf-8", newline="\n")
    os.replace(part, path)


def main(arguments: list[str] | None = None) -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description="Hand out the lessons; yours are never changed.")
    parser.add_argument("--afresh", metavar="NUMBER", help="set yours aside, start a lesson anew")
    options = parser.parse_args(arguments)
    for path, said in afresh(options.afresh) if options.afresh else hand_out():
        print(f"{os.path.relpath(path)}: {said}", file=sys.stderr)


if __name__ == "__main__":
    main()
