"""What a lesson folds on the page."""

import subprocess
import sys
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

BOOK = Path(__file__).resolve().parents[2] / "book"

CONF = f"""
import sys
sys.path.insert(0, {str(BOOK / "extensions")!r})
extensions = ["myst_parser", "folding", "mathml"]
html_math_renderer = epub_math_renderer = "mathml"
root_doc = "notebooks/lesson"
myst_enable_extensions = ["dollarmath"]
html_static_path = [{str(BOOK / "_static")!r}]
html_js_files = [("predict.js", {{"defer": "defer"}})]
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

> **Predict.** Which, and how many? `____`
>
> - [ ] this
> - [ ] that

A third figure.

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
def site(tmp_path_factory) -> Path:
    source = tmp_path_factory.mktemp("source")
    (source / "notebooks").mkdir()
    (source / "conf.py").write_text(CONF)
    (source / "notebooks" / "lesson.md").write_text(PAGE)
    for form in ("html", "epub"):
        command = [sys.executable, "-m", "sphinx", "-qE", "-b", form, "-d", source / "trees"]
        subprocess.run([*command, source, source / form], check=True)
    return source


@pytest.fixture(scope="module")
def page(site) -> BeautifulSoup:
    return BeautifulSoup((site / "html/notebooks/lesson.html").read_text(), "html.parser")


def test_what_follows_a_prediction_in_its_section_is_folded(page):
    outer, inner, _ = page.select("details.predicted")
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
    choices = page.select_one("blockquote.predict").select("ul.choices > li")
    assert [choice.text.strip()[:10] for choice in choices] == ["the first", "the second"]
    assert choices[1].select("math")


def test_a_question_without_a_choice_folds_nothing(page):
    for text in ("In sight.", "In sight, too."):
        assert not page.find("p", string=text).find_parents("details")


def test_the_answer_needs_no_second_click(page):
    assert page.select_one("details.answer").has_attr("open")


def test_a_deeper_section_shows_its_teaser_alone(page):
    assert not page.find("p", string="A teaser.").find_parents("details")
    assert page.find("p", string="The rest.").find_parent("details")["class"] == ["deeper"]


def test_in_a_book_every_fold_is_open(site):
    page = BeautifulSoup((site / "epub/notebooks/lesson.xhtml").read_text(), "html.parser")
    folds = page.find_all("details")
    assert len(folds) == 5 and all(fold.has_attr("open") for fold in folds)


@pytest.fixture
def visit(site, open_page):
    def visit(**settings):
        page = open_page(**settings)
        page.goto((site / "html/notebooks/lesson.html").as_uri())
        return page

    return visit


def test_a_choice_opens_what_follows_and_is_remembered(visit):
    page = visit()
    figure = page.get_by_text("A figure.")
    assert not figure.is_visible()
    page.get_by_role("button", name="the first").click()
    assert figure.is_visible()
    assert page.locator("p.said").inner_text() == "You predicted: the first"
    page.reload()
    assert figure.is_visible()
    assert page.get_by_role("button", name="the first").get_attribute("aria-pressed") == "true"
    assert not page.errors


def test_a_reader_may_change_their_mind(visit):
    page = visit()
    page.get_by_role("button", name="the first").click()
    page.get_by_role("button", name="the second").click()
    assert page.locator("p.said").inner_text().startswith("You predicted: the second")
    assert page.locator("button[aria-pressed=true]").count() == 1


def test_keys_suffice_and_passing_over_a_choice_does_not_make_it(visit):
    page = visit()
    page.get_by_role("button", name="the first").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    assert not page.get_by_text("A figure.").is_visible()
    page.keyboard.press("Enter")
    assert page.get_by_text("A figure.").is_visible()


def test_a_number_is_typed_and_opens_what_follows(visit):
    page = visit()
    page.get_by_role("button", name="the first").click()
    page.get_by_label("Your number").first.fill("9")
    page.get_by_label("Your number").first.press("Enter")
    assert page.get_by_text("Another figure.").is_visible()
    assert page.get_by_text("Nine.").is_visible()
    assert page.locator("p.said").last.inner_text() == "You predicted: 9"


def test_what_was_right_is_said_by_the_reader_and_is_remembered(visit):
    page = visit()
    page.get_by_role("button", name="the first").click()
    assert page.get_by_role("group", name="Were you right?").count() == 0, "nothing to judge yet"
    page.get_by_label("Your number").first.fill("8")
    page.get_by_label("Your number").first.press("Enter")
    verdict = page.get_by_role("group", name="Were you right?")
    assert verdict.inner_text().startswith("You said 8.")
    verdict.get_by_role("button", name="No").press("Enter")
    page.reload()
    assert verdict.get_by_role("button", name="No").get_attribute("aria-pressed") == "true"
    page.get_by_label("Your number").first.fill("9")
    page.get_by_label("Your number").first.press("Enter")
    assert verdict.locator("[aria-pressed=true]").count() == 0, "another number, another verdict"
    assert not page.errors


def test_how_sure_a_reader_is_is_said_with_the_prediction(visit):
    page = visit()
    page.get_by_label("How sure are you?").first.select_option("70 %")
    page.get_by_role("button", name="the first").click()
    assert page.locator("p.said").inner_text() == "You predicted: the first, 70 % sure"
    page.reload()
    assert page.get_by_label("How sure are you?").first.input_value() == "70"


def test_a_question_of_two_parts_waits_for_both(visit):
    page = visit()
    page.get_by_role("button", name="the first").click()
    page.get_by_label("Your number").first.fill("9")
    page.get_by_label("Your number").first.press("Enter")
    page.get_by_role("button", name="that").click()
    assert not page.get_by_text("A third figure.").is_visible()
    page.get_by_label("Your number").last.fill("2")
    page.get_by_label("Your number").last.press("Enter")
    assert page.get_by_text("A third figure.").is_visible()
    page.reload()
    assert page.get_by_label("Your number").last.input_value() == "2"
    assert page.locator("p.said").last.inner_text() == "You predicted: that; 2"


def test_without_scripts_the_choices_are_read_and_a_click_opens_what_follows(visit):
    page = visit(java_script_enabled=False)
    assert page.get_by_text("the second").is_visible()
    page.get_by_text("Show what happens").first.click()
    assert page.get_by_text("A figure.").is_visible()


def test_a_link_into_a_deeper_section_opens_it(visit):
    page = visit()
    assert not page.get_by_text("The rest.").is_visible()
    page.evaluate("location.hash = 'deeper-why'")
    page.get_by_text("The rest.").wait_for()


def test_on_paper_everything_is_open_and_afterwards_as_it_was(visit):
    page = visit()
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.get_by_text("Another figure.").is_visible()
    assert page.get_by_text("The rest.").is_visible()
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert not page.get_by_text("A figure.").is_visible()
