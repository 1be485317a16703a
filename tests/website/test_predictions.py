"""What the website remembers of a reader, in the reader's browser."""

import json

import pytest
from test_pages import violations

LESSON = "notebooks/04_gradient_descent"


@pytest.fixture
def predicted(visit, address):
    """Predict twice in a lesson, right and wrong, and open the page that lists it."""

    def predicted(**settings):
        page = visit(LESSON, **settings)
        for place, choice, verdict, sure in ((0, 2, "Yes", "90 %"), (1, 0, "No", "50 %")):
            question = page.locator("blockquote.predict").nth(place)
            question.get_by_label("How sure are you?").select_option(sure)
            question.get_by_role("button").nth(choice).click()
            judge = page.get_by_role("group", name="Were you right?").nth(place)
            judge.get_by_role("button", name=verdict).click()
        page.goto(f"{address}/book/predictions.html")
        return page

    return predicted


def test_the_predictions_are_listed_and_counted(predicted):
    page = predicted()
    box = page.locator("#predictions")
    counted = "2 predictions. Of the 2 that you judged, 1 came true: 50 %."
    assert box.locator("p").first.inner_text() == counted
    assert "You were 70 % sure on average, and 50 % came true." in box.inner_text()
    calibration, rows = box.locator("table").all()
    assert calibration.locator("tbody tr").all_inner_texts() == [
        "50 %\t1\t0, that is 0 %",
        "90 %\t1\t1, that is 100 %",
    ]
    first = rows.locator("tbody tr").first.locator("td").all_inner_texts()
    assert first[0] == "04 Gradient descent"
    assert first[1].startswith("The curvature is") and first[2] == "both are equally near"
    assert first[3:] == ["90 %", "yes"]
    assert not page.errors


def test_each_leads_back_to_its_question_inside_the_folds(predicted):
    page = predicted()
    page.get_by_role("link", name="04 Gradient descent", exact=True).last.click()
    page.locator("blockquote.predict").nth(1).wait_for()
    assert page.locator("blockquote.predict").nth(1).is_visible()


def test_they_are_saved_as_a_file(predicted):
    page = predicted()
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save as a file").click()
    assert saved.value.suggested_filename == "predictions.json"
    kept = json.loads(saved.value.path().read_text(encoding="utf-8"))
    assert [(entry["sure"], entry["right"]) for entry in kept] == [(90, True), (50, False)]


def test_they_are_erased_by_a_button_that_asks_first(predicted):
    page = predicted()
    page.once("dialog", lambda dialog: dialog.dismiss())
    page.get_by_role("button", name="Erase all").click()
    assert page.locator("#predictions table").count() == 2
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Erase all").click()
    assert page.locator("#predictions").inner_text() == "There are none yet."
    page.reload()
    assert page.locator("#predictions").inner_text() == "There are none yet."
    assert page.evaluate("Object.keys(localStorage).filter(k => /^(predict|read):/.test(k))") == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_list_and_the_verdicts_can_be_read_by_all(predicted, scheme, address):
    page = predicted(color_scheme=scheme, viewport={"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert violations(page) == []
    page.goto(f"{address}/{LESSON}.html")
    page.locator(".judge").first.wait_for()
    assert violations(page) == []


def test_a_lesson_read_to_its_end_is_marked_in_the_contents(visit, address):
    page = visit(LESSON)
    entry = page.locator(".bd-sidebar-primary nav a.reference", has_text="04 Gradient descent")
    assert entry.locator(".read").count() == 0
    page.locator(".prev-next-area").scroll_into_view_if_needed()
    entry.locator(".read").wait_for(state="attached")
    page.goto(f"{address}/book/lessons.html")
    assert page.locator(".bd-sidebar-primary .read").count() == 1
    assert entry.get_by_role("img", name="read").count() == 1


def test_without_scripts_the_page_says_what_it_would_show(visit):
    page = visit("book/predictions", java_script_enabled=False)
    assert page.get_by_text("This list needs the website").is_visible()
