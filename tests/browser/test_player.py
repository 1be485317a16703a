"""The animations on a page without a kernel."""

import re
from base64 import b64decode
from urllib.parse import unquote

import numpy as np
import pytest

from minigrad import plots


@pytest.fixture(scope="module")
def animation() -> str:
    """Three updates down a bowl, twice on one page."""
    path = 8.0 * 0.5 ** np.arange(4)[:, None] * [1, -0.25]
    animation = plots.animate_paths(
        lambda x1, x2: x1**2 + x2**2,
        {"halving": path},
        title="Each update halves the distance",
        alt="A point that halves its distance to the centre three times.",
        xlim=(-10, 10),
        ylim=(-3, 3),
    )
    return f"<!doctype html><title>page</title>{animation.html()}{animation.html()}"


@pytest.fixture
def player(open_page, animation):
    def player(**settings):
        page = open_page(**settings)
        page.set_content(animation)
        return page, page.locator("figure.minigrad-player").last

    return player


def test_nothing_moves_before_the_reader_says_so(player):
    page, figure = player()
    page.wait_for_timeout(600)
    assert figure.get_by_role("slider").input_value() == "0"


def test_play_goes_to_the_last_update_and_stops_there(player):
    page, figure = player()
    figure.get_by_role("button", name="Play").click()
    figure.get_by_text("update 3 of 3").wait_for()
    figure.get_by_role("button", name="Play").wait_for()
    assert "f = 1.06" in figure.inner_text()
    assert figure.get_by_role("slider").get_attribute("aria-valuetext") == (
        "update 3 of 3. halving: f = 1.06"
    )
    assert not page.errors


def test_the_point_stands_where_the_still_picture_shows_it(player, animation):
    _, figure = player()
    figure.get_by_role("slider").fill("3")
    still = b64decode(re.search('src="data:[^,]*,([^"]*)"', animation)[1]).decode()
    last = re.findall(r'<use [^>]*x="([\d.]+)" y="([\d.]+)" style="[^"]*1f6fc4', still)[-1]
    head = figure.locator("circle")
    point = [float(head.get_attribute("cx")), float(head.get_attribute("cy"))]
    assert point == pytest.approx([float(side) for side in last], abs=0.06)


def test_before_play_the_picture_holds_nothing_of_the_path(player):
    _, figure = player()
    shown = unquote(figure.locator("img").get_attribute("src"))
    assert "stroke: #66666e" in shown and "stroke: #1f6fc4" not in shown
    assert len(figure.locator("polyline").get_attribute("points").split(" ")) <= 2
    figure.get_by_role("button", name="Play").click()
    figure.get_by_text("update 3 of 3").wait_for()
    assert len(figure.locator("polyline").get_attribute("points").split(" ")) >= 4
    _, figure = player(java_script_enabled=False)
    assert figure.locator("img").get_attribute("src").startswith("data:image/svg+xml;base64")


def test_the_moving_points_lie_exactly_over_the_picture(player):
    _, figure = player()
    picture = figure.locator("img").bounding_box()
    overlay = figure.locator("svg").first.bounding_box()
    assert overlay == pytest.approx(picture, abs=0.01)


def test_two_players_on_a_page_are_independent(player):
    page, figure = player()
    figure.get_by_role("slider").fill("2")
    assert page.get_by_role("slider").first.input_value() == "0"


def test_the_keyboard_is_enough(player):
    page, figure = player()
    figure.get_by_role("slider").focus()
    page.keyboard.press("End")
    assert figure.get_by_role("slider").input_value() == "3"
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Space")
    figure.get_by_text("Pause").wait_for()


def test_less_motion_means_whole_updates(player):
    page, figure = player(reduced_motion="reduce")
    page.evaluate(
        """figure => {
            window.places = new Set();
            const head = figure.querySelector("circle");
            const note = () => window.places.add(head.getAttribute("cx"));
            new MutationObserver(note).observe(head, { attributes: true });
        }""",
        figure.element_handle(),
    )
    figure.get_by_role("button", name="Play").click()
    figure.get_by_text("update 3 of 3").wait_for()
    assert page.evaluate("window.places.size") <= 4


def test_without_scripts_the_picture_remains_and_no_button(player):
    _, figure = player(java_script_enabled=False)
    assert figure.get_by_role("img").get_attribute("alt").startswith("A point that halves")
    assert figure.get_by_role("button").count() == 0


def test_it_fits_a_phone(player):
    page, _ = player(viewport={"width": 360, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
