"""The lessons as an EPUB: well-formed pages without scripts, and the same bytes every time."""

from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from bs4 import BeautifulSoup
from sphinx.application import Sphinx

OF_THE_WEBSITE = ("mystnb", "copybutton")  # named by their extensions on every page there is


def as_xhtml(html: str) -> str:
    """Return HTML as XHTML, without its scripts; an animation leaves its still picture.

    Parameters
    ----------
    html : str
        The body of a page, as a browser would take it.
    """
    page = BeautifulSoup(html, "html.parser")
    for script in page.find_all("script"):
        script.decompose()
    return page.decode(formatter="minimal")


def leave_out_the_redirect(app: Sphinx) -> None:
    """Drop the page that sends a browser from the site's address to the first page."""
    if app.builder.name == "epub":
        app.config.html_additional_pages = {}


def tidy_page(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object
) -> None:
    """Make a page XHTML, for what a notebook stores is HTML; name no style sheet of the website."""
    if app.builder.name == "epub":
        context["css_files"] = [
            sheet
            for sheet in context["css_files"]
            if not any(name in str(sheet.filename) for name in OF_THE_WEBSITE)
        ]
        if "body" in context:
            context["body"] = as_xhtml(context["body"])


def pack_again(app: Sphinx, exception: Exception | None) -> None:
    """Forget when the files inside the EPUB were written."""
    if app.builder.name != "epub" or exception:
        return
    book = Path(app.outdir) / f"{app.config.epub_basename}.epub"
    with ZipFile(book) as packed:
        files = {name: packed.read(name) for name in packed.namelist()}
    files["content.opf"] = _declare_formulas(files)
    with ZipFile(book, "w") as packed:
        for name, content in files.items():  # "mimetype" is first, and stored as it is
            method = ZIP_STORED if name == "mimetype" else ZIP_DEFLATED
            packed.writestr(ZipInfo(name), content, compress_type=method)


def _declare_formulas(files: dict[str, bytes]) -> bytes:
    """Return the list of the files, which must say what has MathML inside (EPUB 3.3, 5.6.2)."""
    listed = files["content.opf"].decode()
    for name, content in files.items():
        if b"<math" in content:
            listed = listed.replace(f'href="{name}"', f'href="{name}" properties="mathml"')
    return listed.encode()


def setup(app: Sphinx) -> dict[str, bool]:
    """Listen to the builder."""
    app.connect("builder-inited", leave_out_the_redirect)
    app.connect("html-page-context", tidy_page, priority=900)  # when the body is complete
    app.connect("build-finished", pack_again)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
