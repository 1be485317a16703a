"""The first lesson in a real JupyterLab: Run All finishes, and what it shows works."""

import pytest

LESSON = "00_start_here.ipynb"

RUN_ALL = """async () => {
    const { commands, shell } = window.jupyterapp;
    const panel = shell.currentWidget;
    await panel.context.ready;
    await panel.sessionContext.ready;
    await commands.execute("notebook:run-all-cells");
    return panel.content.model.toJSON().cells.filter(cell => cell.cell_type === "code");
}"""


@pytest.fixture
def lab(open_page, jupyterlab):
    page = open_page(viewport={"width": 1200, "height": 900})
    page.goto(jupyterlab.format(LESSON))
    page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-Cell").first.wait_for(timeout=60_000)
    return page


def test_run_all_finishes_without_an_error_and_shows_the_lesson(lab):
    cells = lab.evaluate(RUN_ALL)

    assert [cell["execution_count"] for cell in cells] == list(range(1, len(cells) + 1))
    outputs = [output for cell in cells for output in cell["outputs"]]
    assert not [output for output in outputs if output["output_type"] == "error"]
    printed = "".join("".join(o["text"]) for o in outputs if o["output_type"] == "stream")
    assert "accuracy" in printed

    pictures = lab.locator(".jp-OutputArea-output img")
    assert pictures.count() >= 3
    assert all(picture.get_attribute("alt") for picture in pictures.all())

    player = lab.locator("figure.minigrad-player").first
    player.get_by_role("button", name="Play").click()
    slider = player.get_by_role("slider", name="Update")
    lab.wait_for_function("slider => Number(slider.value) >= 3", arg=slider.element_handle())
    player.get_by_role("button", name="Pause").click()
    before = int(slider.input_value())
    slider.focus()
    lab.keyboard.press("ArrowRight")
    assert int(slider.input_value()) == before + 1

    strip = lab.locator("figure.minigrad-player", has=lab.get_by_label("learning rate"))
    assert "rate 0.45" in strip.locator("img").get_attribute("alt")
    strip.get_by_role("slider").focus()
    lab.keyboard.press("ArrowRight")
    assert "rate 0.47" in strip.locator("img").get_attribute("alt")
    assert not lab.errors


def test_a_lesson_that_is_not_trusted_yet_shows_its_pictures_and_no_dead_button(lab):
    pictures = lab.locator(".jp-OutputArea-output img")
    pictures.first.wait_for()
    assert all(picture.get_attribute("alt") for picture in pictures.all())
    assert not lab.locator("figure.minigrad-player button").count()
