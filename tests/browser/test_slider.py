"""A figure that follows a slider, on a page without a kernel."""

from urllib.parse import unquote

import pytest

from minigrad import plots


@pytest.fixture(scope="module")
def sliders() -> str:
    def draw(power):
        values = {f"x^{power:g}": [0.0, 1.0, 2.0**power]}
        return plots.functions([0, 1, 2], values, title="A power", alt=f"The power {power:g}.")

    slider = plots.Slider(draw, label="power", start=2.0, low=1.0, high=3.0, step=0.5)
    return f"<!doctype html><title>page</title>{slider.html()}{slider.html()}"


@pytest.fixture
def slider(open_page, sliders):
    def slider(**settings):
        page = open_page(**settings)
        page.set_content(sliders)
        return page, page.locator("figure.minigrad-player").last

    return slider


def test_it_begins_where_it_was_told_and_has_nothing_to_play(slider):
    page, figure = slider()
    assert figure.get_by_role("img").get_attribute("alt") == "The power 2."
    assert figure.get_by_role("button").count() == 0
    assert figure.inner_text().split() == ["power", "2.0"]
    assert not page.errors


def test_the_arrow_keys_move_it_and_it_says_what_is_seen(slider):
    page, figure = slider()
    control = figure.get_by_role("slider", name="power")
    before = figure.get_by_role("img").get_attribute("src")
    control.focus()
    page.keyboard.press("ArrowRight")
    assert control.get_attribute("aria-valuetext") == "2.5. The power 2.5."
    assert figure.get_by_role("img").get_attribute("alt") == "The power 2.5."
    assert figure.get_by_role("img").get_attribute("src") != before
    page.keyboard.press("Home")
    assert "1.0" in figure.inner_text()
    assert not page.errors


def test_its_pictures_are_whole(slider):
    page, figure = slider()
    figure.get_by_role("slider").fill("4")
    picture = figure.get_by_role("img")
    assert unquote(picture.get_attribute("src")).rstrip().endswith("</svg>")
    page.wait_for_function("image => image.complete && image.naturalWidth > 100",
                           arg=picture.element_handle())  # fmt: skip


def test_two_sliders_on_a_page_are_independent(slider):
    page, figure = slider()
    figure.get_by_role("slider").fill("0")
    assert page.get_by_role("img").first.get_attribute("alt") == "The power 2."


def test_without_scripts_the_picture_of_the_start_remains_and_no_dead_slider(slider):
    _, figure = slider(java_script_enabled=False)
    assert figure.get_by_role("img").get_attribute("alt") == "The power 2."
    assert figure.get_by_role("slider").count() == 0


def test_it_fits_a_phone(slider):
    page, _ = slider(viewport={"width": 360, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
