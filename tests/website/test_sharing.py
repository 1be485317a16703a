"""What other sites, search engines and printers get of the website."""

import gzip
import re
import struct
import tomllib
from urllib.parse import urlsplit

import pytest
import yaml
from bs4 import BeautifulSoup
from building import ROOT

URLS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["urls"]
HOME = URLS["Homepage"]
LESSONS = sorted(path.stem for path in ROOT.glob("notebooks/*.ipynb"))


@pytest.fixture(scope="module")
def html(built):
    return built / "html"


def head(page):
    return BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser").head


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_link_to_a_lesson_carries_its_question_its_first_words_and_its_figure(html, lesson):
    tags = head(html / "notebooks" / f"{lesson}.html")
    carried = {tag["property"]: tag["content"] for tag in tags.select("meta[property]")}
    assert tags.select_one("link[rel=canonical]")["href"] == f"{HOME}notebooks/{lesson}.html"
    assert carried["og:title"] in tags.title.text
    assert len(tags.select_one("meta[name=description]")["content"]) > 80
    card = html / carried["og:image"].removeprefix(HOME)
    assert struct.unpack(">II", card.read_bytes()[16:24]) == (1200, 630)  # a PNG's size


def test_every_page_is_in_the_sitemap_and_the_robots_are_told(html):
    listed = set(re.findall(r"<loc>(.+?)</loc>", (html / "sitemap.xml").read_text()))
    pages = {f"{HOME}{page.relative_to(html).as_posix()}" for page in html.glob("[!_]*/**/*.html")}
    assert pages <= listed
    assert len(pages) > len(LESSONS)
    assert f"Sitemap: {HOME}sitemap.xml\n" in (html / "robots.txt").read_text()


def test_the_page_on_citing_agrees_with_the_citation_file_and_offers_the_epub(html):
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    page = BeautifulSoup((html / "book" / "carry.html").read_text(encoding="utf-8"), "html.parser")
    entry = page.select_one(".highlight-bibtex").text
    year = str(citation["date-released"].year)
    for value in (citation["title"], citation["version"], year, URLS["Repository"]):
        assert f"{{{value}}}" in entry
    links = [tag["href"] for tag in page.select("article a[href]")]
    (book,) = (link.removeprefix(HOME) for link in links if link.endswith(".epub"))
    assert (html / book).is_file()
    assert f"{URLS['Repository']}/issues/new" in links


def test_whoever_is_lost_finds_back_from_any_address(html):
    page = BeautifulSoup((html / "404.html").read_text(encoding="utf-8"), "html.parser")
    places = [
        tag.get("href") or tag.get("src") for tag in page.select("a[href], link[href], [src]")
    ]
    relative = [place for place in places if not urlsplit(place).netloc and place[0] != "#"]
    assert relative
    assert all(place.startswith(urlsplit(HOME).path) for place in relative)


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_lesson_is_light_and_its_pictures_come_when_they_are_near(html, lesson):
    page = html / "notebooks" / f"{lesson}.html"
    assert len(gzip.compress(page.read_bytes())) < 400_000
    tags = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")
    scripts = " ".join(tag["src"] for tag in tags.select("script[src]"))
    assert "fontawesome" not in scripts and "searchindex" not in scripts
    pictures = tags.select("div.cell_output img")
    assert all(tag["src"].startswith("../_images/") for tag in pictures)
    assert all(tag["loading"] == "lazy" and int(tag["height"]) > 0 for tag in pictures)


def test_on_paper_the_article_stands_alone_and_nothing_is_folded(visit):
    page = visit("notebooks/06_momentum", viewport={"width": 794, "height": 1123})
    page.emulate_media(media="print")
    shown = "places => places.filter(place => place.checkVisibility()).length"
    for place in (
        "#pst-primary-sidebar",
        ".bd-header-article",
        ".bd-article .cell button",
        ".sure",
    ):
        assert page.locator(place).evaluate_all(shown) == 0
    choices = page.locator(".predict ul.choices button")
    assert choices.evaluate_all(shown) == choices.count() > 10
    folded = page.locator(".bd-article details pre")
    assert folded.count() > 10
    assert folded.evaluate_all(shown) == folded.count()
    sideways = "pres => pres.filter(pre => pre.scrollWidth > pre.clientWidth).length"
    assert page.locator(".bd-article pre").evaluate_all(sideways) == 0


def test_what_a_reader_types_has_a_button_to_copy_it(visit):
    page = visit("notebooks/06_momentum")
    typed = page.locator("div.cell_input pre")
    page.locator("button.copybtn").first.wait_for(state="attached")
    assert page.locator("button.copybtn").count() == typed.count()
    assert page.locator("div.cell_output button.copybtn").count() == 0
