"""What `make book` builds holds together, and is the same each time."""

import base64
import posixpath
import re
import shutil
import tomllib
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlsplit
from xml.etree import ElementTree
from zipfile import ZIP_STORED, ZipFile

import nbformat
import pytest
from bs4 import BeautifulSoup
from building import ROOT, build

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


@pytest.fixture(scope="module")
def pages(built) -> dict[Path, BeautifulSoup]:
    """Return every page of the website by its path."""
    html = built / "html"
    return {
        path: BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
        for path in html.rglob("*.html")
        if "_static" not in path.parts
    }


@pytest.fixture(scope="module")
def epub(built) -> ZipFile:
    (path,) = (built / "epub").glob("*.epub")
    return ZipFile(path)


def files(directory: Path) -> dict[str, bytes]:
    """Return the content of every file below a directory."""
    paths = (path for path in directory.rglob("*") if path.is_file())
    return {path.relative_to(directory).as_posix(): path.read_bytes() for path in paths}


def test_two_builds_in_two_places_give_equal_bytes(built, tmp_path):
    """The other build has another source directory, another time, and hashes another way."""
    source = tmp_path / "elsewhere"
    for name in ("book", "minigrad", "notebooks"):
        ignored = shutil.ignore_patterns("_build", "__pycache__", ".ipynb_checkpoints")
        shutil.copytree(ROOT / name, source / name, ignore=ignored)
    for name in ("pyproject.toml", "CITATION.cff"):
        shutil.copy(ROOT / name, source / name)
    build(source, tmp_path / "again", PYTHONHASHSEED="7", TZ="Asia/Shanghai")
    for form in ("html", "epub"):
        first, second = files(built / form), files(tmp_path / "again" / form)
        assert first.keys() == second.keys()
        assert [name for name in first if first[name] != second[name]] == []


def test_every_link_within_the_site_leads_somewhere(pages):
    places = {path: {tag["id"] for tag in page.find_all(id=True)} for path, page in pages.items()}
    astray = []
    for path, page in pages.items():
        if path.name == "404.html":  # it stands at any address, so its links are whole
            continue
        for tag in page.find_all(["a", "img", "link", "script"]):
            link = tag.get("href") or tag.get("src") or ""
            url, place = urldefrag(link)
            if urlsplit(url).scheme or tag.get("rel") == ["canonical"]:
                continue
            target = (path.parent / unquote(urlsplit(url).path)).resolve() if url else path
            there = target.is_file() and (
                not place or target not in places or unquote(place) in places[target]
            )
            if not there:
                astray.append(f"{path.name}: {link}")
    assert astray == []


def test_a_lesson_can_be_downloaded_as_it_is_stored(built, pages):
    for notebook in NOTEBOOKS:
        path = built / "html" / "notebooks" / f"{notebook.stem}.html"
        (link,) = {
            a["href"] for a in pages[path].select("a[href$='.ipynb'][class*=download-source]")
        }
        assert (path.parent / link).read_bytes() == notebook.read_bytes()


def test_a_lesson_can_be_opened_on_binder_and_colab(built, pages):
    for notebook in NOTEBOOKS:
        page = pages[built / "html" / "notebooks" / f"{notebook.stem}.html"]
        links = {urlsplit(a["href"]).netloc: a["href"] for a in page.select("a[href^='https://']")}
        for host in ("mybinder.org", "colab.research.google.com"):
            assert links[host].endswith(f"/notebooks/{notebook.name}")


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_first_cell_of_a_lesson_says_what_colab_has_to_install(notebook):
    urls = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["urls"]
    cells = nbformat.read(notebook, as_version=4).cells
    first = next(cell.source for cell in cells if cell.cell_type == "code")
    assert f"# %pip install git+{urls['Repository']}\n" in first


def test_the_first_page_shows_the_animation_that_lesson_00_stores(built):
    cells = nbformat.read(ROOT / "notebooks" / "00_start_here.ipynb", as_version=4).cells
    (output,) = next(cell for cell in cells if cell.id == "three-walks").outputs
    page = (built / "html" / "book" / "index.html").read_text(encoding="utf-8")
    _, frames = output.data["text/html"].split('<script type="application/json">')
    assert frames in page


def test_every_stored_figure_is_on_the_page(built, pages):
    for notebook in NOTEBOOKS:
        page = pages[built / "html" / "notebooks" / f"{notebook.stem}.html"]
        folder = built / "html" / "notebooks"
        shown = [(folder / tag["src"]).read_bytes() for tag in page.select("div.cell_output img")]
        stored = [
            base64.b64decode(image["src"].partition(",")[2])
            for cell in nbformat.read(notebook, as_version=4).cells
            for output in cell.get("outputs", [])
            for image in BeautifulSoup(
                output.get("data", {}).get("text/html", ""), "html.parser"
            ).select("img[src^='data:']")
        ]
        assert shown == stored


def test_the_epub_starts_with_its_type_and_lists_what_it_holds(epub):
    first = epub.infolist()[0]
    assert (first.filename, first.compress_type) == ("mimetype", ZIP_STORED)
    assert epub.read("mimetype") == b"application/epub+zip"
    package = ElementTree.fromstring(epub.read("content.opf"))
    listed = {item.get("href") for item in package.iter("{http://www.idpf.org/2007/opf}item")}
    around = {"mimetype", "content.opf", "META-INF/container.xml"}
    assert listed == set(epub.namelist()) - around


def test_every_file_that_the_epub_refers_to_is_in_it(epub):
    files = set(epub.namelist())
    for name in files:
        if name.endswith(".xhtml"):
            page = BeautifulSoup(epub.read(name), "html.parser")
            used = [
                tag.get("href") or tag.get("src") for tag in page.find_all(["link", "img", "a"])
            ]
        elif name.endswith(".css"):
            used = re.findall(r"url\([\"']?([^)\"']+)", epub.read(name).decode())
        else:
            continue
        for url in filter(None, used):
            path = unquote(urlsplit(url).path)
            if path and not urlsplit(url).scheme:
                assert posixpath.normpath(posixpath.join(posixpath.dirname(name), path)) in files


def test_every_page_of_the_epub_is_well_formed_and_has_no_script(epub):
    pages = [name for name in epub.namelist() if name.endswith(".xhtml")]
    assert len(pages) > len(NOTEBOOKS)
    for name in pages:
        page = ElementTree.fromstring(epub.read(name))
        assert not list(page.iter("{http://www.w3.org/1999/xhtml}script")), name


def test_the_epub_holds_the_formulas_and_the_pictures(epub):
    page = epub.read("notebooks/00_start_here.xhtml").decode()
    assert '<math xmlns="http://www.w3.org/1998/Math/MathML"' in page
    pictures = page.split("data:image/svg+xml;base64,")[1:]
    assert len(pictures) > 3
    for picture in pictures:
        ElementTree.fromstring(base64.b64decode(picture.split('"')[0]))
