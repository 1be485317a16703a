"""How long a lesson takes, from what stands in it."""

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

# Fitted to how long eleven lessons took to read. Take a fifth more or less for granted.
WORDS = 75  # a minute: the pace of a textbook, read with a pencil
LINES = 12  # of code, a minute
EXERCISE = 4  # minutes each

FOLDED = {"claim", "hide-cell", "hide-input", "solution"}  # the tags of code that is not read


class Minutes(NamedTuple):
    """How long the parts of a lesson take, in minutes, to the nearest five."""

    core: int
    deeper: int
    exercises: int


def minutes(cells: Sequence[Any]) -> Minutes:
    """Estimate how long a lesson takes.

    The headings tell its parts: ``## Deeper: ...`` begins a deeper section, ``## Exercises`` the
    exercises (each a ``### 1. ...``), any other ``## ...`` belongs to the core.

    Parameters
    ----------
    cells : sequence of notebook cells
        The cells of the lesson.

    Returns
    -------
    Minutes
        For the core, the deeper sections and the exercises.
    """
    spent = dict.fromkeys(Minutes._fields, 0.0)
    part = "core"
    for cell in cells:
        source = cell["source"]
        if cell["cell_type"] == "markdown":
            for section in re.split(r"^(?=## )", source, flags=re.MULTILINE):
                part = _part(section, part)
                if part == "exercises":
                    spent[part] += EXERCISE * len(re.findall(r"^### \d", section, re.MULTILINE))
                else:
                    spent[part] += _words(section) / WORDS
        elif part != "exercises" and not FOLDED & set(cell["metadata"].get("tags", [])):
            spent[part] += sum(bool(line.strip()) for line in source.splitlines()) / LINES
    return Minutes(**{name: 5 * round(value / 5) for name, value in spent.items()})


def _part(section: str, before: str) -> str:
    """Name the part that a piece of text belongs to: its heading's, or that of the text before."""
    if not section.startswith("## "):
        return before
    heading = section.partition("\n")[0].removeprefix("## ").strip()
    if heading == "Exercises":
        return "exercises"
    return "deeper" if heading.startswith("Deeper:") else "core"


def _words(markdown: str) -> int:
    """Count the words that are read: a formula in a line is one, a displayed one or a fold none."""
    text = re.sub(r"<details>.*?</details>|\$\$.*?\$\$", " ", markdown, flags=re.DOTALL)
    text = re.sub(r"\$[^$]+\$", " x ", text)
    text = re.sub(r"\]\([^)]*\)", "]", text)  # where a link leads
    return sum(bool(re.search(r"\w", word)) for word in text.split())
