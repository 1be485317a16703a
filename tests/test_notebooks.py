"""Every committed notebook passes the gate."""

import pytest
from notebook_gate import TESTS, fault

NOTEBOOKS = TESTS.parent / "notebooks"


@pytest.mark.parametrize("name", sorted(p.name for p in NOTEBOOKS.glob("*.ipynb")))
def test_the_notebook_runs_and_shows_what_is_stored(name: str):
    assert not (found := fault(NOTEBOOKS / name)), found
