"""The table of the optimizers has all of them."""

import re
from pathlib import Path

import minigrad as mg

TABLE = Path(__file__).parents[2] / "book" / "optimizers.md"


def rows():
    """Return the cells of each row that names an optimizer."""
    lines = TABLE.read_text("utf-8").splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]
    return [row for row in cells if re.fullmatch(r"\|? ?`\w+`", row[0])]


def test_the_table_in_the_book_has_a_row_for_each_optimizer():
    names = [row[0].strip("| `") for row in rows()]
    assert sorted(names) == sorted(set(mg.optim.__all__) - {"Optimizer"})


def test_each_row_names_its_rule_its_source_and_who_agrees():
    for row in rows():
        assert len(row) == 6 and all(row)
        assert re.search(r"\d{4}", row[2]), row[0]


def test_each_optimizer_cites_the_years_that_the_table_gives():
    for row in rows():
        documented = getattr(mg.optim, row[0].strip("| `")).__doc__
        for year in re.findall(r"\d{4}", row[2]):
            assert year in documented, (row[0], year)
