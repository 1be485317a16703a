"""Build the website and the EPUB.

    python book/build.py          into book/_build
    python book/build.py PLACE    into another directory

A warning is an error: a reference that leads nowhere, a formula that is none, a page that no table
of contents names.
"""

import shutil
import subprocess
import sys
from pathlib import Path

BOOK = Path(__file__).resolve().parent
ALWAYS = ["--quiet", "--fail-on-warning", "--keep-going", "--fresh-env", "--write-all"]


def build(form: str, place: Path) -> None:
    """Build all pages.

    Parameters
    ----------
    form : {"html", "epub"}
        What to build.
    place : Path
        Where to: the result is in a directory named after its form.

    Raises
    ------
    subprocess.CalledProcessError
        If there is a warning.
    """
    command = [sys.executable, "-m", "sphinx", "--builder", form, *ALWAYS]
    command += ["--conf-dir", str(BOOK), "--doctree-dir", str(place / f"{form}.doctrees")]
    subprocess.run([*command, str(BOOK.parent), str(place / form)], check=True)


if __name__ == "__main__":
    where = Path(sys.argv[1]) if len(sys.argv) > 1 else BOOK / "_build"
    for form in ("html", "epub"):
        build(form, where)
    (book,) = (where / "epub").glob("*.epub")
    shutil.copy(book, where / "html")  # the website offers it
    print(f"the website: {where / 'html' / 'index.html'}")
    print(f"the EPUB:    {book}")
