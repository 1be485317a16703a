"""Pictures of the lessons as files of the website: they load when a reader comes near.

A notebook stores a picture inside its page, so that it is whole wherever it is opened. On the
website that makes pages of two megabytes, all of which come before the first word is laid out.
"""

import base64
import hashlib
import re
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

STORED = re.compile(r'(<img [^>]*?width="(\d+)"[^>]*?)src="data:image/svg\+xml;base64,([^"]+)"')
SIZE = re.compile(r'<svg [^>]*?viewBox="[\d.]+ [\d.]+ ([\d.]+) ([\d.]+)"')


def as_files(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object
) -> None:
    """Write each stored picture of a page to a file of its own, and let the page name it."""
    if app.builder.name != "html" or "body" not in context:
        return
    place = Path(app.outdir) / app.builder.imagedir
    place.mkdir(exist_ok=True)

    def as_file(stored: re.Match[str]) -> str:
        tag, width, data = stored.groups()
        picture = base64.b64decode(data)
        name = f"{hashlib.sha256(picture).hexdigest()[:16]}.svg"
        (place / name).write_bytes(picture)
        address = context["pathto"](f"{app.builder.imagedir}/{name}", 1)
        across, down = map(float, SIZE.search(picture.decode()).groups())
        height = round(int(width) * down / across)  # the browser leaves room, and nothing jumps
        return f'{tag}height="{height}" loading="lazy" src="{address}"'

    context["body"] = STORED.sub(as_file, context["body"])


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the writing of pictures."""
    app.connect("html-page-context", as_files)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
