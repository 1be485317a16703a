"""Every lesson in a real JupyterLab: its figures move; where its code is new, its claims hold."""

from pathlib import Path

import nbformat
import pytest
from held_claims import shifts_held
from nbformat.sign import NotebookNotary
from test_jupyterlab import RUN_ALL

LESSONS = sorted(Path(__file__).parents[2].glob("notebooks/*.ipynb"))
SHIFT = "1"  # of the seeds of these kernels
MODEL = "06_momentum"  # runs always: JupyterLab may change as well
TO_RUN = [lesson for lesson in LESSONS if lesson.stem == MODEL or SHIFT not in shifts_held(lesson)]
TIMEOUT = 180_000  # milliseconds for one wait; Run All is the longest


def name(lesson):
    return lesson.stem


@pytest.fixture
def open_lesson(open_page, jupyterlab):
    def open_lesson(lesson):
        page = open_page(viewport={"width": 1200, "height": 900})
        page.set_default_timeout(TIMEOUT)
        page.goto(jupyterlab.format(lesson.name))
        page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-Cell").first.wait_for()
        return page

    return open_lesson


@pytest.mark.parametrize("lesson", LESSONS, ids=name)
def test_the_figures_of_a_lesson_play_and_follow_their_sliders(open_lesson, lesson, tmp_path):
    # As `jupyter trust` does: pages that JupyterLab does not trust have no buttons.
    notary = NotebookNotary(data_dir=str(tmp_path / "data"))
    notary.sign(nbformat.read(tmp_path / "notebooks" / lesson.name, as_version=4))
    page = open_lesson(lesson)
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


@pytest.mark.parametrize("lesson", TO_RUN, ids=name)
def test_run_all_finishes_with_other_seeds_and_every_claim_holds(open_lesson, lesson):
    cells = open_lesson(lesson).evaluate(RUN_ALL)
    assert [cell["execution_count"] for cell in cells] == list(range(1, len(cells) + 1))
    outputs = [output for cell in cells for output in cell["outputs"]]
    assert not [output for output in outputs if output["output_type"] == "error"]
    assert not [output for output in outputs if output.get("name") == "stderr"]
