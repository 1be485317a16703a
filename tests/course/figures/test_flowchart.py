"""The charts: what stands in them is in their words, and they fit a phone."""

import re
from html import unescape

from minigrad.course import figures, words
from minigrad.plots.graph import width_of


def test_a_flowchart_draws_every_box_and_every_word_beside_an_arrow():
    boxes = {"a": "Does it\nfall?", "b": 'say "yes"'}
    svg = figures.flowchart(boxes, [("a", "b", "it\ndoes"), ("b", "a", "")], alt="Two.").svg()
    words = [unescape(word).strip() for word in re.findall(r"<text.*?>(.*?)</text>", svg)]
    assert sorted(words) == ["Does it", "does", "fall?", "it", 'say "yes"']


def test_a_question_looks_different():
    dot = figures.flowchart({"a": "why?", "b": "so"}, [], alt="Two.").dot
    assert [line.count("rounded") for line in dot.splitlines() if "label=" in line] == [1, 0]


def test_the_rate_chart_is_narrow_enough_to_read_on_a_phone_and_says_each_step_in_words():
    chart = figures.rate_chart(**words("A2")("chart"))
    assert width_of(chart.svg()) < 560  # its letters, 15 px high, shrink to 10 on 358 px
    for step in range(1, 6):
        assert f"{step}. " in chart.dot and f" {step}: " in chart.alt


def test_from_a_new_rate_the_chart_leads_back_to_the_short_run():
    dot = figures.rate_chart(alt="A chart.").dot
    for box in ("down", "up"):
        assert f"short -> {box} " in dot and f"{box} -> short " in dot
