"""Lesson 19 runs on MNIST when its flag is set: here on a stand-in of it, downloaded and cached."""

import re
import urllib.request
from dataclasses import replace
from pathlib import Path

import nbformat
import numpy as np
import pytest
from sklearn.datasets import load_digits
from stand_in import StandIn

from minigrad.data import openml
from minigrad.plots.figure import Figure

LESSON = Path(__file__).resolve().parents[1] / "notebooks" / "19_images.ipynb"
CHECKED = {"claim", "solution"}  # what is asserted there is true of the digits of 8 x 8


@pytest.fixture
def downloads(monkeypatch, tmp_path):
    """Answer for openml.org with 500 digits drawn on 28 x 28 pixels; return the stand-in."""
    raw = load_digits()
    large = np.kron(raw.images[:500] * 255 // 16, np.ones((3, 3))).astype(int)
    pixels = np.pad(large, ((0, 0), (2, 2), (2, 2))).reshape(500, 784)
    small = replace(openml.MNIST, train=400, test=100, ink=int(pixels[:400].sum()))
    stand_in = StandIn(pixels, raw.target[:500])
    monkeypatch.setattr(openml, "MNIST", small)
    monkeypatch.setattr(urllib.request, "_opener", urllib.request.build_opener(stand_in))
    monkeypatch.setenv("SCIKIT_LEARN_DATA", str(tmp_path))
    return stand_in


def core() -> list[str]:
    """Return the code of the lesson up to its exercises, without what is asserted."""
    cells = nbformat.read(LESSON, as_version=4).cells
    end = next(i for i, cell in enumerate(cells) if "\n## Exercises" in f"\n{cell.source}")
    return [
        cell.source
        for cell in cells[:end]
        if cell.cell_type == "code" and not CHECKED & set(cell.metadata.get("tags", []))
    ]


def test_every_cell_runs_on_28_by_28_pixels(downloads, capsys):
    flags, names = 0, {}
    for source in core():
        source, found = re.subn(r"^MNIST = False", "MNIST = True", source, flags=re.MULTILINE)
        flags += found
        exec(compile(source, "cell", "exec"), names)
    assert flags == 1
    said = capsys.readouterr().out
    assert "to learn, choose, judge: 300 100 100" in said
    assert "dense, 101,770 parameters" in said and "small, 25,450 parameters" in said
    assert names["maps"].shape == (8, 28, 28) and names["table"].sum() == 500
    assert isinstance(names["plots"].images(names["shown"], [""] * 9, title="t", alt="a"), Figure)
    assert downloads.asked.count("https://www.openml.org/data/v1/download/1/mnist_784.arff") == 1
