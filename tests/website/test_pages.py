"""Every page in a real browser: no error, no other host, and nobody shut out (WCAG 2.1 AA)."""

import pytest
from building import ROOT

SOURCES = [*ROOT.glob("notebooks/*.ipynb"), *ROOT.glob("book/*.md"), *ROOT.glob("book/api/*.md")]
PAGES = sorted(path.relative_to(ROOT).with_suffix("").as_posix() for path in SOURCES)
PAGES += ["search", "genindex"]
WIDTHS = {"phone": 390, "desktop": 1280}
WCAG = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"],
    "resultTypes": ["violations"],
    "preload": False,  # axe would fetch style sheets by itself, from the wrong place
}
COLOURS = WCAG | {"runOnly": {"type": "rule", "values": ["color-contrast"]}}


def violations(page, rules=WCAG) -> list[str]:
    """Return what axe-core finds on a page, each with the place where it is."""
    from axe_playwright_python.sync_playwright import Axe

    return [
        f"{found['id']}: {node['target'][-1]}: {node['failureSummary']}"
        for found in Axe().run(page, options=rules).response["violations"]
        for node in found["nodes"]
    ]


@pytest.mark.parametrize("name", PAGES)
def test_the_page_is_accessible_whole_and_asks_no_other_host(visit, name):
    for place, width in WIDTHS.items():
        page = visit(name, viewport={"width": width, "height": 844}, reduced_motion="reduce")
        wider = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wider <= 0, f"the page is {wider} px wider than a {place}"
        printed = page.locator("div.cell_output pre")
        sideways = "pres => pres.filter(pre => pre.scrollWidth > pre.clientWidth).length"
        assert printed.evaluate_all(sideways) == 0, "what a cell prints is wider than the page"
        assert violations(page) == [], place
        assert page.errors == []


@pytest.mark.parametrize("name", PAGES)
def test_the_page_can_be_read_in_the_dark(visit, name):
    # Only colours differ from the light, and the wide page shows all that a phone does.
    size = {"width": WIDTHS["desktop"], "height": 844}
    page = visit(name, viewport=size, color_scheme="dark", reduced_motion="reduce")
    assert page.locator("html").get_attribute("data-theme") == "dark"
    assert violations(page, COLOURS) == []
    assert page.errors == []


def test_what_is_folded_away_is_accessible_too(visit):
    page = visit("notebooks/00_start_here", color_scheme="dark")
    page.evaluate("document.querySelectorAll('details').forEach(fold => { fold.open = true })")
    assert violations(page) == []
