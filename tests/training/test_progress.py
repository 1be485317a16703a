"""Progress is shown to people, and to nobody else."""

import multiprocessing
import sys
from types import SimpleNamespace

import nbformat
import pytest
from nbclient import NotebookClient
from test_training import trained

from minigrad.progress import somebody_watches


def test_the_bar_shows_epoch_loss_and_rate(capsys):
    _, history = trained(progress=True, lr=0.125)
    shown = capsys.readouterr().err
    assert "21/21" in shown
    assert "epoch 3/3: 100%|██████████| 21/21" in shown.splitlines()[-1].rpartition("\r")[2]
    assert f"loss {history.steps['loss'][-1]:.4g}, lr 0.125" in shown


def test_nothing_is_shown_where_nobody_watches(capsys):
    trained()
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("terminal", [True, False])
def test_a_person_watches_a_terminal_and_not_a_file(monkeypatch, terminal):
    monkeypatch.setattr(sys, "stderr", SimpleNamespace(isatty=lambda: terminal))
    assert somebody_watches() is terminal


def test_nobody_watches_a_worker_process(monkeypatch):
    monkeypatch.setattr(sys, "stderr", SimpleNamespace(isatty=lambda: True))
    monkeypatch.setattr(multiprocessing, "parent_process", lambda: object())
    assert not somebody_watches()


@pytest.mark.parametrize("asked", [True, False])
def test_a_person_watches_a_notebook_if_the_kernel_may_ask_for_input(monkeypatch, asked):
    kernel = SimpleNamespace(get_parent=lambda: {"content": {"allow_stdin": asked}})
    shell = SimpleNamespace(kernel=kernel)
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))
    assert somebody_watches() is asked


def test_a_notebook_that_is_executed_unattended_stores_no_bar():
    source = """
import numpy as np
import minigrad as mg
model = mg.nn.Linear(1, 1, rng=np.random.default_rng(0))
batches = [(np.ones((1, 1), np.float32), np.ones((1, 1), np.float32))]
optimizer = mg.optim.SGD(model.parameters(), 0.1)
history = mg.fit(model, batches, mg.nn.mse_loss, optimizer, epochs=3)
print(len(history.steps["loss"]))
"""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)])
    NotebookClient(notebook, kernel_name="python3").execute()
    (output,) = notebook.cells[0].outputs
    assert (output.name, output.text) == ("stdout", "3\n")
