"""The website holds what there is: every lesson, every public name, every term twice."""

import importlib
import re
import sys
import zlib
from pathlib import Path

import nbformat
import pytest
from bs4 import BeautifulSoup
from building import ROOT

import minigrad as mg

sys.path.insert(0, str(ROOT / "book" / "extensions"))
import lessons

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
MODULES = ["minigrad"] + [
    f"minigrad.{name}"
    for name in (
        "core.ops",
        "course.figures",
        "data",
        "diagnostics",
        "nn",
        "optim",
        "plots",
        "schedules",
        "training.callbacks",
    )
]


@pytest.fixture(scope="module")
def contents(built) -> list[tuple[str, str]]:
    """Return the address and the words of every entry of the side bar, from the first page."""
    page = (built / "html" / "book" / "index.html").read_text(encoding="utf-8")
    entries = BeautifulSoup(page, "html.parser").select(".bd-sidebar-primary nav a.reference")
    return [(entry["href"], entry.get_text().strip()) for entry in entries]


def test_the_contents_name_every_lesson_in_order_by_number_and_name(contents):
    listed = [entry for entry in contents if "/notebooks/" in entry[0]]
    read = [(path.stem, lessons.read(path)) for path in NOTEBOOKS]
    assert listed == [(f"../notebooks/{s}.html", f"{r.number} {r.name}") for s, r in read]


def test_the_contents_name_every_page(contents):
    pages = [*(ROOT / "book").glob("*.md"), *(ROOT / "book" / "api").glob("*.md")]
    named = {Path(address).stem for address, _ in contents if address != "#"}  # "#" is here: index
    assert named | {"index"} == {path.stem for path in (*pages, *NOTEBOOKS)}


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_lesson_opens_with_its_question_and_how_long_it_takes(path):
    lesson = lessons.read(path)
    assert lesson.question.endswith("?")
    assert 5 <= lesson.minutes <= 60


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_what_is_folded_away_is_a_solution_a_check_of_the_text_or_code_without_its_output(path):
    for cell in nbformat.read(path, as_version=4).cells:
        tags = set(cell.metadata.get("tags", []))
        assert ("hide-cell" in tags) == bool({"solution", "claim"} & tags), cell.id
        assert "hide-output" not in tags, cell.id


@pytest.mark.parametrize(
    ("opening", "named"),
    [
        ("Batches\n\nHow many?\n\n| | |\n| --- | --- |\n| **Time** | 25 minutes |", "be able to"),
        ("Batches\n\nHow many?\n\n| **You will be able to** | ask |", "Time"),
        ("Batches\n\n| **You will be able to** | ask |\n| **Time** | 5 minutes |", "question"),
    ],
)
def test_a_lesson_without_question_or_table_is_told_what_it_lacks(tmp_path, opening, named):
    cells = [nbformat.v4.new_markdown_cell(f"# {opening}")]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path := tmp_path / "05_batches.ipynb")
    with pytest.raises(ValueError, match=rf"05_batches.*{named}"):
        lessons.read(path)


def test_every_term_of_the_glossary_is_in_english_and_chinese_and_names_its_lesson():
    text = (ROOT / "book" / "glossary.md").read_text(encoding="utf-8")
    entries = text.split("```{glossary}\n:sorted:\n")[1].split("```")[0].strip().split("\n\n")
    assert len(entries) > 30
    for entry in entries:
        assert re.match(r"[A-Za-z].*\n.*[\u4e00-\u9fff]+\n    ", entry), entry
        assert "{lesson}`" in entry, entry


def documented(built) -> set[str]:
    """Return what the reference describes, by the last part of its name, from objects.inv."""
    inventory = (built / "html" / "objects.inv").read_bytes().split(b"\n", 4)[4]
    lines = zlib.decompress(inventory).decode().splitlines()
    return {line.split()[0].rpartition(".")[2] for line in lines if " py:" in line}


@pytest.mark.parametrize("module", MODULES)
def test_the_reference_describes_every_public_name(built, module):
    names = {
        name
        for name in importlib.import_module(module).__all__
        if not isinstance(getattr(mg, name, None), type(sys))
    }
    others = {"bool_", "float32", "float64", "int64", "Pair"}  # NumPy's, and a type alias
    assert names - others - documented(built) == set()


@pytest.mark.parametrize("name", ["optimizers", "schedules"])
def test_each_name_of_the_tables_leads_to_its_description(built, name):
    page = built / "html" / "book" / f"{name}.html"
    soup = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")
    cells = [row.find("td") for row in soup.select("article tbody tr")]
    assert len(cells) > 20
    for cell in cells:
        assert cell.a["href"].endswith(f".{cell.get_text()}"), cell


def test_the_index_keeps_the_chinese_terms_together(built):
    page = (built / "html" / "genindex.html").read_text(encoding="utf-8")
    heads = [head.get_text() for head in BeautifulSoup(page, "html.parser").select("article h2")]
    assert [head for head in heads if not head.isascii()] == ["中文"]


def test_no_button_opens_a_list_that_is_not_there(built):
    for page in built.glob("html/**/*.html"):
        soup = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")
        button, opened = soup.select(".secondary-toggle"), soup.select(".bd-sidebar-secondary")
        assert bool(button) == bool(opened), page.name
