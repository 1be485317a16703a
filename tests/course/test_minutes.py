"""How long a lesson takes: core, deeper sections and exercises apart."""

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell

from minigrad.course import Minutes, minutes

TEN_MINUTES = " ".join(["word"] * 750)
TEN_MINUTES_OF_CODE = "\n\n".join(["theta -= lr * grad"] * 120)


def test_words_and_lines_of_code_add_up():
    cells = [new_markdown_cell(TEN_MINUTES), new_code_cell(TEN_MINUTES_OF_CODE)]
    assert minutes(cells) == Minutes(core=20, deeper=0, exercises=0)


def test_headings_tell_the_parts():
    cells = [
        new_markdown_cell(f"# Name: the question?\n\n{TEN_MINUTES}"),
        new_markdown_cell("## Exercises\n\nReplace the dots.\n\n### 1. Predict"),
        new_markdown_cell("### 2. Find the bug"),
        new_code_cell(TEN_MINUTES_OF_CODE),  # the learner's own
        new_markdown_cell("### 3. Extend\n\n### 4. Explain\n\n### 5. Compare"),
        new_markdown_cell(f"## Three things to remember\n\n{TEN_MINUTES}"),
        new_markdown_cell("## Deeper: why?"),
        new_markdown_cell(TEN_MINUTES),
        new_code_cell(TEN_MINUTES_OF_CODE),
    ]
    assert minutes(cells) == Minutes(core=20, deeper=20, exercises=20)


def test_a_cell_may_end_one_part_and_begin_another():
    cells = [new_markdown_cell(f"{TEN_MINUTES}\n\n## Deeper: why?\n\n{TEN_MINUTES}")]
    assert minutes(cells) == Minutes(core=10, deeper=10, exercises=0)


@pytest.mark.parametrize("tag", ["claim", "solution", "hide-cell", "hide-input"])
def test_code_that_is_folded_takes_no_time(tag):
    cells = [new_code_cell(TEN_MINUTES_OF_CODE, metadata={"tags": [tag]})]
    assert minutes(cells).core == 0


@pytest.mark.parametrize(
    "text",
    [
        f"<details><summary>Hint</summary>\n\n{TEN_MINUTES}\n\n</details>",
        f"$$\n{TEN_MINUTES}\n$$",
        f"[lesson](https://example.org/{TEN_MINUTES.replace(' ', '/ ')})",
    ],
    ids=["fold", "displayed formula", "where a link leads"],
)
def test_what_is_not_read_takes_no_time(text):
    assert minutes([new_markdown_cell(text)]).core == 0


def test_a_formula_in_a_line_is_a_word():
    assert minutes([new_markdown_cell(r"$\eta \lambda < 2$ " * 750)]).core == 10
