"""A sweep that was interrupted goes on from its record, wherever it was."""

import json
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sweeping import one_by_one, same, square

import minigrad as mg
from minigrad.training.sweeps import sweep


def test_a_sweep_goes_on_from_its_record(tmp_path):
    path, calls = tmp_path / "sweep.jsonl", tmp_path / "calls"

    def count(x, seed):
        with calls.open("a") as file:
            file.write(f"{x}\n")
        return x / 3

    sweep(count, {"x": [1, 2]}, [0], one_by_one(), path=path)
    table = sweep(count, {"x": [3, 2, 1]}, [0], one_by_one(), path=path)
    assert table.result.tolist() == [1.0, 2 / 3, 1 / 3]
    assert calls.read_text().split() == ["1", "2", "3"]
    assert len(path.read_text().splitlines()) == 3


def test_failed_runs_are_run_again(tmp_path):
    path, mended = tmp_path / "sweep.jsonl", tmp_path / "mended"

    def fragile(x, seed):
        if not mended.exists():
            raise OSError("the disk is full")
        return x

    with pytest.warns(UserWarning, match="disk is full"):
        sweep(fragile, {"x": [1]}, [0], one_by_one(), path=path)
    mended.touch()
    table = sweep(fragile, {"x": [1]}, [0], one_by_one(), path=path)
    assert table.status.tolist() == ["done"]
    same(sweep(fragile, {"x": [1]}, [0], one_by_one(), path=path), table)


KILLED = """
import sys, time
from pathlib import Path
import minigrad as mg

here = Path(sys.argv[1])

def train(lr, seed):
    if lr == 3 and not (here / "killed").exists():
        (here / "reached").touch()
        time.sleep(600)
    with (here / "calls").open("a") as file:
        file.write(f"{lr}\\n")
    return {"third": lr / 3, "list": [lr / 7]}

# No `if __name__ == "__main__":`, as a learner would write it.
table = mg.sweep(train, {"lr": [1, 2, 3, 4]}, [0], path=here / "sweep.jsonl", **OPTIONS)
print(table.to_json(orient="split"))
"""


def start(directory: Path, options: str) -> subprocess.Popen:
    script = directory / "script.py"
    script.write_text(KILLED.replace("**OPTIONS", options))
    command = [sys.executable, str(script), str(directory)]
    path = {**os.environ, "PYTHONPATH": str(Path(mg.__file__).parent.parent)}
    return subprocess.Popen(command, env=path, stdout=subprocess.PIPE, text=True)


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL is a signal of POSIX systems")
def test_a_sweep_that_is_killed_goes_on_where_it_was(tmp_path):
    serial = "executor=__import__('concurrent.futures').futures.ThreadPoolExecutor(1)"
    process = start(tmp_path, serial)
    record = tmp_path / "sweep.jsonl"
    # the third run begins while the first two are still being written down
    while not ((tmp_path / "reached").exists() and len(record.read_text().splitlines()) == 2):
        assert process.poll() is None
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    with record.open("a") as file:
        file.write('{"config": {"lr": 3}, "se')  # it was killed while it wrote
    (tmp_path / "killed").touch()

    output, _ = start(tmp_path, "").communicate()
    assert sorted((tmp_path / "calls").read_text().split()) == ["1", "2", "3", "4"]
    table = json.loads(output)
    assert table["columns"] == ["lr", "seed", "third", "list", "status", "error"]
    assert [row[2:4] for row in table["data"]] == [
        [pytest.approx(lr / 3), [pytest.approx(lr / 7)]] for lr in [1, 2, 3, 4]
    ]
    for line in record.read_text().splitlines():
        row = json.loads(line)
        assert row["results"] == {
            "third": row["config"]["lr"] / 3,
            "list": [row["config"]["lr"] / 7],
        }


@given(cut=st.integers(0, 400))
def test_a_record_cut_short_anywhere_loses_at_most_the_line_it_was_cut_in(tmp_path_factory, cut):
    directory = tmp_path_factory.mktemp("cut")
    path, calls = directory / "sweep.jsonl", directory / "calls"

    def count(x, seed):
        with calls.open("a") as file:
            file.write(f"{x}\n")
        return x / 3

    whole = sweep(count, {"x": [1, 2, 3]}, [0], one_by_one(), path=path)
    left = path.read_bytes()[:cut]
    path.write_bytes(left)
    same(sweep(count, {"x": [1, 2, 3]}, [0], one_by_one(), path=path), whole)
    assert len(calls.read_text().split()) <= 3 + 3 - left.count(b"\n")
    assert len(path.read_text().splitlines()) == 3


@pytest.mark.parametrize("content", ["notes", "notes\n", '{"a": 1}\n', "[1]\n", "1\n", "\x00\n"])
def test_another_file_is_not_taken_for_a_record(tmp_path, content):
    path = tmp_path / "notes.txt"
    path.write_text(content)
    with pytest.raises(ValueError, match=r"notes\.txt' is not the record of a sweep"):
        sweep(square, {"x": [1]}, [0], one_by_one(), path=path)
    assert path.read_text() == content


def test_an_interruption_leaves_what_is_done_in_the_record(tmp_path):
    class Interrupted(ThreadPoolExecutor):
        def submit(self, *args, **kwargs):
            future = super().submit(*args, **kwargs)
            if args[3] == 2:  # the seed
                future.result()
                raise KeyboardInterrupt
            return future

    path = tmp_path / "sweep.jsonl"
    with pytest.raises(KeyboardInterrupt):
        sweep(square, {"x": [1]}, [0, 1, 2], Interrupted(1), path=path)
    assert sweep(square, {"x": [1]}, range(4), path=path).result.tolist() == [1, 2, 3, 4]
