"""What a reader does on the website, with no kernel behind it."""

import pytest

LESSON = "notebooks/00_start_here"


def test_the_address_of_the_site_leads_to_the_first_page(visit):
    page = visit("index")
    page.wait_for_url("**/book/index.html")
    assert page.locator("article h1").inner_text().startswith("How big a step?")
    assert not page.errors


def test_the_first_page_says_all_of_it_on_one_screen(visit):
    page = visit("book/index", viewport={"width": 1280, "height": 800})
    for shown in (
        page.get_by_role("link", name="Begin with lesson 00"),
        page.get_by_role("button", name="Play"),
    ):
        box = shown.bounding_box()
        assert box["y"] + box["height"] <= 800


@pytest.mark.parametrize("name", ["book/index", LESSON])
def test_an_animation_plays_on_a_click(visit, name):
    page = visit(name)
    for fold in page.locator("details.predicted").all():  # as after a prediction
        fold.evaluate("fold => { fold.open = true }")
    figure = page.locator("figure.minigrad-player").first
    figure.get_by_text("update 0 of 30").wait_for()
    figure.get_by_role("button", name="Play").click()
    figure.get_by_text("update 30 of 30").wait_for()
    assert not page.errors


def test_formulas_are_drawn_in_the_font_that_comes_along(visit):
    page = visit(LESSON)
    formulas = page.locator("math")
    assert formulas.count() > 20
    assert formulas.first.bounding_box()["width"] > 5
    assert page.evaluate(
        "document.fonts.ready.then(() => document.fonts.check('16px STIX Two Math'))"
    )
    assert "$" not in page.locator("article p").all_inner_texts()
    fraction_and_more = page.locator("math[display='block'] msub")
    assert fraction_and_more.count() > 3


def test_the_search_field_opens_by_key_on_any_page(visit):
    page = visit(LESSON)
    page.keyboard.press("Control+k")
    page.locator("#pst-search-dialog input").fill("gradient")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search.html?q=gradient")
    page.locator("#search-results li").first.wait_for()


def test_a_solution_is_folded_and_opens(visit):
    page = visit(LESSON)
    solution = page.locator("details", has_text="def limit_solution").first
    code = solution.get_by_text("1 / max(a, b)")
    assert not code.is_visible()
    solution.get_by_text("Show the solution").click()
    assert code.is_visible()


def test_a_hint_is_folded_and_opens(visit):
    page = visit(LESSON)
    hint = page.locator("details", has_text="Near the best rate").first
    hint.get_by_text("Hint").click()
    assert hint.locator("math").first.is_visible()


def test_the_theme_can_be_chosen_and_is_kept(visit, address):
    page = visit(LESSON, color_scheme="light")
    page.locator(".bd-header-article .theme-switch-button").click()
    page.get_by_role("button", name="Dark").click()
    page.goto(f"{address}/book/index.html")
    assert page.locator("html").get_attribute("data-theme") == "dark"


def test_what_is_too_wide_for_a_phone_scrolls_and_can_be_reached_by_key(visit):
    page = visit("book/schedules", viewport={"width": 390, "height": 844})
    table = page.locator(".pst-scrollable-table-container").first
    assert table.get_attribute("tabindex") == "0"
    assert table.evaluate("box => box.scrollWidth > box.clientWidth")
