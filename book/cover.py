"""Take the README's picture from lesson 00, where it is drawn.

python book/cover.py
"""

import base64
import re
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parent.parent
LESSON = ROOT / "notebooks" / "00_start_here.ipynb"
COVER = ROOT / "book" / "_static" / "how-big-a-step.svg"


def cover() -> bytes:
    """Return the picture of the lesson's three loss curves, an SVG."""
    cells = {cell.id: cell for cell in nbformat.read(LESSON, as_version=4).cells}
    (output,) = cells["three-curves"].outputs
    (data,) = re.findall(r"data:image/svg\+xml;base64,([^\"]+)", output.data["text/html"])
    return base64.b64decode(data)


if __name__ == "__main__":
    COVER.parent.mkdir(exist_ok=True)
    COVER.write_bytes(cover())
