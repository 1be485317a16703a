"""Every lesson in a real JupyterLab: Run All finishes, its claims hold, and its figures move."""

from pathlib import Path

import pytest
from test_jupyterlab import RUN_ALL

LESSONS = sorted(path.name for path in Path(__file__).parents[2].glob("notebooks/*.ipynb"))
TIMEOUT = 180_000  # milliseconds for one wait; Run All is the longest


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_lesson_runs_plays_and_follows_its_sliders(open_page, jupyterlab, lesson):
    page = open_page(viewport={"width": 1200, "height": 900})
    page.set_default_timeout(TIMEOUT)
    page.goto(jupyterlab.format(lesson))
    page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-Cell").first.wait_for()

    cells = page.evaluate(RUN_ALL)
    assert [cell["execution_count"] for cell in cells] == list(range(1, len(cells) + 1))
    outputs = [output for cell in cells for output in cell["outputs"]]
    assert not [output for output in outputs if output["output_type"] == "error"]
    assert not [output for output in outputs if output.get("name") == "stderr"]

    page.evaluate("window.jupyterapp.commands.execute('notebook:expand-all-headings')")  # Deeper
    figures = page.locator("figure.minigrad-player").all()
    players = [figure for figure in figures if figure.get_by_role("button").count()]
    for player in players:
        player.get_by_role("button", name="Play").click()
        place = player.get_by_role("slider").element_handle()
        page.wait_for_function("place => Number(place.value) >= 1", arg=place)
        player.get_by_role("button", name="Pause").click()

    for strip in (figure for figure in figures if figure not in players):
        place = strip.get_by_role("slider")
        before = strip.locator("img").get_attribute("src"), int(place.input_value())
        place.focus()
        page.keyboard.press("ArrowRight" if before[1] == 0 else "ArrowLeft")
        assert strip.locator("img").get_attribute("src") != before[0]
    assert not page.errors
