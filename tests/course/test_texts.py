"""The words of the lessons' figures: looked up by name, filled with values, translated in part."""

import importlib
import tomllib

import pytest

from minigrad.course import words

texts = importlib.import_module("minigrad.course.texts")
TABLES = sorted(texts.files("minigrad.course.texts").glob("*.toml"))

ENGLISH = """
[noise]
title = "The ball stays"
ylim = [0, 1.5]
xticklabels = ["1/8", "{most} images"]
marks = { limit = 2.0 }

[slider]
title = "After {updates} updates f = {f:.2g}, $x^{{2}}$"
"""


@pytest.fixture
def lesson(tmp_path, monkeypatch):
    (tmp_path / "06.toml").write_text(ENGLISH, encoding="utf-8")
    (tmp_path / "06.zh.toml").write_text('[noise]\ntitle = "球仍在"\n', encoding="utf-8")
    monkeypatch.setattr(texts, "files", lambda package: tmp_path)
    monkeypatch.delenv("MINIGRAD_LANGUAGE", raising=False)


@pytest.mark.usefixtures("lesson")
def test_a_figure_gets_all_that_stands_under_its_name():
    assert words("06")("noise", most=16) == {
        "title": "The ball stays",
        "ylim": [0, 1.5],
        "xticklabels": ["1/8", "16 images"],
        "marks": {"limit": 2.0},
    }


@pytest.mark.usefixtures("lesson")
def test_values_take_their_places_and_doubled_braces_are_braces():
    title = words("06")("slider", updates=40, f=0.01234)["title"]
    assert title == "After 40 updates f = 0.012, $x^{2}$"


@pytest.mark.usefixtures("lesson")
def test_a_place_without_a_value_is_an_error_that_names_it():
    with pytest.raises(KeyError, match="'slider' of lesson 06 needs a value for 'f'"):
        words("06")("slider", updates=40)


@pytest.mark.usefixtures("lesson")
def test_an_unknown_figure_is_an_error_that_names_the_known_ones():
    with pytest.raises(KeyError, match=r"no figure 'nois'. It has noise, slider"):
        words("06")("nois")


@pytest.mark.usefixtures("lesson")
def test_another_language_gives_the_words_that_it_has(monkeypatch):
    monkeypatch.setenv("MINIGRAD_LANGUAGE", "zh")
    of_figure = words("06")
    assert of_figure("noise", most=16)["title"] == "球仍在"
    assert of_figure("noise", most=16)["ylim"] == [0, 1.5]
    assert of_figure("slider", updates=40, f=1)["title"].startswith("After 40")


@pytest.mark.usefixtures("lesson")
def test_a_figure_may_be_changed_without_changing_the_next():
    of_figure = words("06")
    of_figure("noise", most=16)["ylim"].append(9)
    assert of_figure("noise", most=16)["ylim"] == [0, 1.5]


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_each_table_says_what_a_figure_shows_to_those_who_do_not_see_it(table):
    for name, entry in tomllib.loads(table.read_text(encoding="utf-8")).items():
        assert entry["alt"].strip() and entry.get("title", "a drawn graph has none").strip(), name
