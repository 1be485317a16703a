"""The picture that a link to a lesson carries where it is shared: its question, and a figure."""

import base64
import html
import re
import textwrap
from pathlib import Path
from typing import Any

import lessons
import matplotlib
import nbformat
import resvg_py
from sphinx.application import Sphinx

FOLDER = "_static/cards"
FONTS = str(Path(matplotlib.get_data_path()) / "fonts" / "ttf")
FIGURE = re.compile(r'<img [^>]*?src="data:image/svg\+xml;base64,([^"]+)"')
CARD = """<svg xmlns="http://www.w3.org/2000/svg" width="1200" height="630">
<rect width="1200" height="630" fill="#faf9f6"/>
<g font-family="{family}" fill="#222">
<text x="56" y="54" font-size="22" fill="#555">{site}</text>
<text x="56" y="112" font-size="50" font-weight="bold">{name}</text>
<g font-size="28" fill="#444">{question}</g></g>
{figure}
</svg>"""
LINE = 68  # characters
FAMILY = "DejaVu Sans"


def card(lesson: lessons.Lesson, figure: str, site: str) -> bytes:
    """Return a card of 1200 by 630 pixels, a PNG.

    Parameters
    ----------
    lesson : Lesson
    figure : str
        An SVG picture, in base64.
    site : str
        What the course is called.
    """
    lines = textwrap.wrap(lesson.question, LINE)
    top = 150 + 38 * len(lines)
    question = "".join(
        f'<text x="56" y="{162 + 38 * i}">{html.escape(line)}</text>'
        for i, line in enumerate(lines)
    )
    svg = CARD.format(
        family=FAMILY,
        name=html.escape(f"{lesson.number} {lesson.name}"),
        site=html.escape(site),
        question=question,
        figure=_placed(base64.b64decode(figure).decode(), top),
    )
    fonts = {"font_dirs": [FONTS], "skip_system_fonts": True}  # the same bytes on every machine
    return bytes(resvg_py.svg_to_bytes(svg, sans_serif_family=FAMILY, font_family=FAMILY, **fonts))


def _placed(picture: str, top: int) -> str:
    """Return an SVG picture as a part of the card, below ``top``."""
    root = re.search(r"<svg\b[^>]*>", picture)
    place = f'<svg x="56" y="{top}" width="1088" height="{610 - top}" '
    kept = re.sub(r'\b(width|height)="[^"]*"', "", root[0].removeprefix("<svg"))
    return place + kept + picture[root.end() :]


def name_card(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object
) -> None:
    """Draw the card of a lesson's page, and have the page name it."""
    notebook = lessons.NOTEBOOKS.parent / f"{pagename}.ipynb"
    if app.builder.name != "html" or not notebook.exists():
        return
    cells = nbformat.read(notebook, as_version=4).cells
    outputs = (output for cell in cells for output in cell.get("outputs", []))
    pages = (output.get("data", {}).get("text/html", "") for output in outputs)
    figure = next(found[1] for page in pages if (found := FIGURE.search(page)))
    file = Path(app.outdir) / FOLDER / f"{notebook.stem}.png"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(card(lessons.read(notebook), figure, app.config.project))
    address = f"{app.config.html_baseurl}{FOLDER}/{file.name}"
    context["meta"] = {**(context.get("meta") or {}), "og:image": address}


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the cards, before the extension that writes what links carry."""
    app.connect("html-page-context", name_card, priority=400)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
