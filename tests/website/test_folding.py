"""What a lesson folds on the page."""

import subprocess
import sys
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

EXTENSIONS = Path(__file__).resolve().parents[2] / "book" / "extensions"

CONF = f"""
import sys
sys.path.insert(0, {str(EXTENSIONS)!r})
extensions = ["myst_parser", "folding"]
root_doc = "notebooks/lesson"
myst_enable_extensions = ["dollarmath"]
"""

PAGE = """# A lesson

## One

Words before.

> **Predict.** Which ends lower?
>
> - [ ] the first
> - [ ] the second, $x^2$

A figure.

> **Predict.** How many? Your number: `____`

Another figure.

<details class="answer"><summary>What happened</summary>

Nine.

</details>

## Two

> **Predict.** Sketch it, without a choice.

In sight.

> **Try it.** A quotation of another kind.

In sight, too.

## Deeper: why

A teaser.

The rest.
"""


@pytest.fixture(scope="module")
def pages(tmp_path_factory) -> dict[str, BeautifulSoup]:
    source = tmp_path_factory.mktemp("source")
    (source / "notebooks").mkdir()
    (source / "conf.py").write_text(CONF)
    (source / "notebooks" / "lesson.md").write_text(PAGE)
    found = {}
    for form, ending in (("html", "html"), ("epub", "xhtml")):
        command = [sys.executable, "-m", "sphinx", "-qE", "-b", form, "-d", source / "trees"]
        subprocess.run([*command, source, source / form], check=True)
        text = (source / form / "notebooks" / f"lesson.{ending}").read_text()
        found[form] = BeautifulSoup(text, "html.parser")
    return found


@pytest.fixture
def page(pages) -> BeautifulSoup:
    return pages["html"]


def test_what_follows_a_prediction_in_its_section_is_folded(page):
    outer, inner = page.select("details.predicted")
    assert "A figure." in outer.text and "Words before." not in outer.text
    assert outer in inner.parents, "the second question waits behind the first"
    assert "Another figure." in inner.text and "In sight." not in outer.text
    assert outer.summary.text == "Show what happens"


def test_each_fold_knows_its_question(page):
    for fold in page.select("details.predicted"):
        question = page.find(id=f"predict-{fold['data-prediction']}")
        assert question.text.strip().startswith("Predict.")
        assert "predict" in question["class"]


def test_the_boxes_of_the_notebook_are_gone_and_a_formula_stays(page):
    choices = page.select("blockquote.predict ul.choices > li")
    assert [choice.text.strip()[:10] for choice in choices] == ["the first", "the second"]
    assert choices[1].select(".math")


def test_a_question_without_a_choice_folds_nothing(page):
    for text in ("In sight.", "In sight, too."):
        assert not page.find("p", string=text).find_parents("details")


def test_the_answer_needs_no_second_click(page):
    assert page.select_one("details.answer").has_attr("open")


def test_a_deeper_section_shows_its_teaser_alone(page):
    assert not page.find("p", string="A teaser.").find_parents("details")
    assert page.find("p", string="The rest.").find_parent("details")["class"] == ["deeper"]


def test_in_a_book_every_fold_is_open(pages):
    folds = pages["epub"].find_all("details")
    assert len(folds) == 4 and all(fold.has_attr("open") for fold in folds)
