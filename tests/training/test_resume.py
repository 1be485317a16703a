"""A run that was interrupted and resumed gives the bits of one that never stopped."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import resuming
from resuming import AVERAGES, EPOCHS, KILLED_IN, OPTIMIZERS, SCHEDULES, prepare, train

import minigrad as mg
from minigrad.training.callbacks import Checkpoint, Clip


class Died(BaseException):
    """Stands for the end of the process."""


def die():
    raise Died


def bits(tree, name="") -> dict[str, object]:
    """Return the leaves of nested dicts and lists by their path, arrays as dtype, shape, bytes."""
    if isinstance(tree, dict):
        parts = tree.items()
    elif isinstance(tree, list | tuple):
        parts = enumerate(tree)
    elif isinstance(tree, np.ndarray):
        return {name: (tree.dtype, tree.shape, tree.tobytes())}
    else:
        return {name: repr(tree)}
    return {path: leaf for key, part in parts for path, leaf in bits(part, f"{name}.{key}").items()}


def differences(a, b) -> list[str]:
    a, b = bits(a), bits(b)
    return [path for path in a | b if a.get(path) != b.get(path)]


def test_every_optimizer_and_every_schedule_is_resumed_here():
    params = [mg.tensor(np.zeros((2, 2)), requires_grad=True)]
    optimizers = {type(prepare(case, params)[0]).__name__ for case in OPTIMIZERS}
    assert {*optimizers, *AVERAGES, "Optimizer", "minimize"} == set(mg.optim.__all__)
    assert {*SCHEDULES, "Schedule", "ReduceOnPlateau"} == set(mg.schedules.__all__)


@pytest.mark.parametrize("case", [*OPTIMIZERS, *AVERAGES, *SCHEDULES, "ReduceOnPlateau"])
def test_an_interrupted_run_ends_with_the_bits_of_one_that_was_not(case, tmp_path):
    whole = train(case, tmp_path / "whole.npz")
    with pytest.raises(Died):
        train(case, tmp_path / "run.npz", die)
    assert mg.load(tmp_path / "run.npz")["epoch"] == KILLED_IN
    resumed = train(case, tmp_path / "run.npz")
    assert differences(whole, resumed) == []
    assert resumed["run"]["epoch"] == EPOCHS
    losses = resumed["run"]["history"]["steps"]["loss"]
    assert np.isfinite(losses).all()
    assert len(set(losses)) == len(losses)


def start(case: str, file: Path, *options: str, threads: int = 1) -> int:
    """Train in a process of its own and return its exit status."""
    limits = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), str(threads))
    command = [sys.executable, resuming.__file__, case, str(file), *options]
    return subprocess.run(command, env=os.environ | limits, timeout=300).returncode


@pytest.mark.parametrize("case", [next(iter(OPTIMIZERS)), "cosine"])
def test_a_killed_process_is_resumed_by_another(case, tmp_path):
    assert start(case, tmp_path / "whole.npz") == 0
    assert start(case, tmp_path / "run.npz", "--die") != 0
    assert mg.load(tmp_path / "run.npz")["epoch"] == KILLED_IN
    assert not (tmp_path / "run.end.npz").exists()
    assert start(case, tmp_path / "run.npz") == 0
    whole, resumed = (mg.load(tmp_path / f"{name}.end.npz") for name in ("whole", "run"))
    assert differences(whole, resumed) == []


def test_a_finished_run_is_not_trained_again(tmp_path):
    whole = train("constant", tmp_path / "run.npz")
    again = train("constant", tmp_path / "run.npz")
    assert again["batches"] == []
    assert differences({**whole, "batches": []}, again) == []


@pytest.mark.parametrize("threads", [1, 2])
def test_the_same_seed_gives_the_same_bits_on_as_many_threads(threads, tmp_path):
    assert [start("wide", tmp_path / f"{i}.npz", threads=threads) for i in range(2)] == [0, 0]
    first, second = (mg.load(tmp_path / f"{i}.end.npz") for i in range(2))
    assert differences(first, second) == []


def train_an_epoch(file, dropout=False, callbacks=()):
    layers = [mg.nn.Linear(64, 10)]
    if dropout:
        layers.append(mg.nn.Dropout(0.5, np.random.default_rng(0)))
    model = mg.nn.Sequential(*layers)
    optimizer = mg.optim.SGD(model.parameters(), 0.1)
    data = mg.data.minibatches(resuming.X, resuming.Y, 32)
    keep = Checkpoint(file, resume=True)
    mg.fit(model, data, mg.nn.cross_entropy, optimizer, 1, callbacks=[*callbacks, keep])


def test_a_run_with_other_callbacks_is_not_resumed(tmp_path):
    train_an_epoch(tmp_path / "run.npz")
    with pytest.raises(
        ValueError, match="other callbacks than this one, which has Clip, Checkpoint"
    ):
        train_an_epoch(tmp_path / "run.npz", callbacks=[Clip(norm=1.0)])


def test_a_run_with_other_generators_is_not_resumed(tmp_path):
    train_an_epoch(tmp_path / "run.npz")
    with pytest.raises(ValueError, match=r"data\.rng, default; this one has model\.1\.rng"):
        train_an_epoch(tmp_path / "run.npz", dropout=True)


@pytest.mark.parametrize(("every", "written"), [(1, [1, 2, 3, 4, 5]), (2, [2, 4, 5])])
def test_a_checkpoint_is_written_every_so_often_and_at_the_end(tmp_path, every, written):
    file, seen = tmp_path / "run.npz", []

    class Look(Checkpoint):
        def on_epoch(self, run):
            super().on_epoch(run)
            if file.exists() and mg.load(file)["epoch"] == run.epoch:
                seen.append(run.epoch)

    model = mg.nn.Linear(64, 10)
    optimizer = mg.optim.SGD(model.parameters(), 0.1)
    data = [(resuming.X, resuming.Y)]
    mg.fit(model, data, mg.nn.cross_entropy, optimizer, 5, callbacks=[Look(file, every)])
    assert seen == written


def test_a_checkpoint_is_written_after_some_whole_number_of_epochs():
    with pytest.raises(ValueError, match="1 or more; got 0"):
        Checkpoint("run.npz", every=0)
