"""Pictures that follow one another, on a page without a kernel."""

import pytest

from minigrad import plots


@pytest.fixture(scope="module")
def pages() -> str:
    frames = [
        (plots.Diagram(f'digraph {{ a [label="{word}"] }}', word), f"The word is {word}.")
        for word in ("one", "two", "three")
    ]
    return f"<!doctype html><title>page</title>{plots.Flipbook(frames, 'Three words.').html()}"


@pytest.fixture
def flipbook(open_page, pages):
    def flipbook(**settings):
        page = open_page(**settings)
        page.set_content(pages)
        return page, page.locator("figure.minigrad-player")

    return flipbook


def test_it_waits_at_the_first_picture(flipbook):
    page, figure = flipbook()
    page.wait_for_timeout(2000)
    assert "The word is one." in figure.inner_text()
    assert "step 0 of 2" in figure.inner_text()


def test_play_shows_every_picture_with_its_caption(flipbook):
    page, figure = flipbook()
    pictures = {figure.get_by_role("img").get_attribute("src")}
    figure.get_by_role("button", name="Play").click()
    for word in ("two", "three"):
        figure.get_by_text(f"The word is {word}.").wait_for()
        pictures.add(figure.get_by_role("img").get_attribute("src"))
    figure.get_by_role("button", name="Play").wait_for()
    assert len(pictures) == 3
    assert not page.errors


def test_the_slider_says_what_is_seen(flipbook):
    _, figure = flipbook()
    slider = figure.get_by_role("slider", name="Step")
    slider.fill("1")
    assert slider.get_attribute("aria-valuetext") == "step 1 of 2. The word is two."


def test_without_scripts_the_last_picture_remains(flipbook):
    _, figure = flipbook(java_script_enabled=False)
    assert figure.get_by_role("img").get_attribute("alt") == "Three words."
    assert figure.get_by_role("button").count() == 0


def test_a_wide_diagram_scrolls_on_a_phone_and_its_letters_stay_readable(open_page):
    boxes = " -> ".join(f'"a word {n}"' for n in range(8))
    wide = plots.Diagram(f"digraph {{ rankdir=LR; node [fontsize=10]; {boxes} }}", "Eight boxes.")
    page = open_page(viewport={"width": 360, "height": 700})
    page.set_content(f"<!doctype html><title>page</title>{wide.html()}")
    picture = page.get_by_role("img").bounding_box()
    natural = int(page.get_by_role("img").get_attribute("width"))
    assert 10 * 96 / 72 * picture["width"] / natural >= 9
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    page.wait_for_function("document.activeElement.scrollLeft > 0")
