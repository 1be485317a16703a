"""Figures that a reader moves on any page: what `player.js` is told, and the page around it."""

import json
from collections.abc import Mapping, Sequence
from importlib.resources import files
from itertools import pairwise

from .style import BACKGROUND


def player(picture: str, film: Mapping[str, object], width: int) -> str:
    """Return a picture with the controls that play a film over it, as HTML that stands on its own.

    Parameters
    ----------
    picture : str
        An ``<img>`` element: what remains where no script runs.
    film : mapping
        What ``player.js`` plays.
    width : int
        Width in CSS pixels on a page that is wide enough.
    """
    # "<" is escaped because the data stands inside a script element.
    data = json.dumps(film, separators=(",", ":")).replace("<", "\\u003c")
    script = files(__package__).joinpath("player.js").read_text(encoding="utf-8")
    frame = f"margin:0;max-width:{width}px;background:{BACKGROUND}"
    return (
        f'<figure class="minigrad-player" style="{frame};border-radius:6px">'
        f'<div style="position:relative">{picture}</div>'
        f'<script type="application/json">{data}</script></figure>\n'
        f"<script>\n{script}</script>"
    )


def shared_lines(pictures: Sequence[str]) -> tuple[list[str], list[list[tuple[int, int]]]]:
    """Return the lines that SVG pictures are made of, each once, and each picture as runs of them.

    The pictures of a film have most of their lines in common: the letters, the axes, the ground. A
    run is the number of its first line, and how many follow one another.
    """
    numbers: dict[str, int] = {}
    runs = []
    for picture in pictures:
        lines = [numbers.setdefault(line, len(numbers)) for line in picture.splitlines()]
        starts = [i for i, n in enumerate(lines) if not i or n != lines[i - 1] + 1]
        runs.append([(lines[a], b - a) for a, b in pairwise([*starts, len(lines)])])
    return list(numbers), runs
