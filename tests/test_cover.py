"""The picture on the README is the one that lesson 00 draws."""

import runpy

from notebook_gate import TESTS


def test_the_cover_is_the_picture_stored_in_the_lesson():
    book = runpy.run_path(str(TESTS.parent / "book" / "cover.py"))
    assert book["COVER"].read_bytes() == book["cover"](), "run `python book/cover.py`"
