"""A sweep gives every run, the same wherever it ran, or the error of the run."""

import functools
import os
import signal
import sys
import threading
import time
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context

import numpy as np
import pytest
from sweeping import one_by_one, same, square

import minigrad as mg
from minigrad.training.sweeps import sweep

# What comes back


def test_every_configuration_is_run_with_every_seed_in_the_order_of_the_grid():
    table = sweep(square, {"x": [3, 1, 2]}, seeds=range(2), executor=one_by_one())
    assert list(table.columns) == ["x", "seed", "result", "status", "error"]
    assert table.x.tolist() == [3, 3, 1, 1, 2, 2]
    assert table.seed.tolist() == [0, 1] * 3
    assert table.result.tolist() == [9, 10, 1, 2, 4, 5]
    assert set(table.status) == {"done"}
    assert table.error.isna().all()


GRID = {"lr": [0.1, 1.0], "momentum": [0.0, 0.9]}


def trained(lr, momentum, seed):
    """Train on digits for a moment; the loss and the accuracy have all their bits."""
    rng = np.random.default_rng(seed)
    digits = mg.data.digits()
    model = mg.nn.Sequential(
        mg.nn.Linear(64, 32, rng=rng), mg.nn.ReLU(), mg.nn.Linear(32, 10, rng=rng)
    )
    optimizer = mg.optim.SGD(model.parameters(), lr, momentum=momentum)
    data = mg.data.minibatches(*digits.train, 256, rng=rng)
    history = mg.fit(model, data, mg.nn.cross_entropy, optimizer, 1)
    scores = mg.evaluate(model, digits.test, mg.nn.cross_entropy, [mg.accuracy])
    return {"losses": history.steps["loss"], **scores}


def test_all_cores_give_the_bits_of_one_run_after_the_other():
    serial = sweep(trained, GRID, range(2), one_by_one())
    assert np.isfinite(serial.loss).all()
    same(sweep(trained, GRID, range(2)), serial)


def test_any_executor_fits():
    serial = sweep(square, {"x": [1, 2]}, [0], one_by_one())
    with ThreadPoolExecutor(3) as threads:
        same(sweep(square, {"x": [1, 2]}, [0], threads), serial)
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as processes:
        same(sweep(square, {"x": [1, 2]}, [0], processes), serial)


def test_a_function_that_only_a_notebook_knows_can_be_run_on_all_cores():
    offset = np.float64(0.5)
    table = sweep(lambda x, seed: x + offset, {"x": [1.0]}, [0])  # no module has this function
    assert table.result.tolist() == [1.5]


def test_a_run_cannot_disturb_the_next_one():
    rng = np.random.default_rng(0)

    def draw(x, seed):
        return rng.random()  # a mistake, but the same one in every process

    table = sweep(draw, {"x": [1, 2, 3]}, [0], one_by_one())
    assert table.result.tolist() == [np.random.default_rng(0).random()] * 3
    assert rng.random() == np.random.default_rng(0).random()


def test_a_run_has_one_thread_of_linear_algebra_and_the_session_keeps_its_own():
    from threadpoolctl import threadpool_info

    def threads(seed):
        return [pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"]

    before = threads(0)
    assert set(sweep(threads, {}, [0], one_by_one()).result[0]) == {1}
    assert set(sweep(threads, {}, [0]).result[0]) == {1}
    assert threads(0) == before


def test_results_keep_every_bit_and_become_plain_python():
    def results(seed):
        return {
            "double": np.pi,
            "single": np.float32(0.1),
            "tensor": mg.tensor([0.1, 0.2]),
            "nothing": float("nan"),
            "much": float("inf"),
            "count": np.int64(3),
            "word": "ok",
        }

    row = sweep(results, {}, [0], one_by_one()).iloc[0]
    assert row.double == np.pi
    assert row.single == float(np.float32(0.1))
    assert row.tensor == [float(np.float32(0.1)), float(np.float32(0.2))]
    assert np.isnan(row.nothing)
    assert row.much == float("inf")
    assert row["count"] == 3
    assert row.word == "ok"


def test_functions_and_schedules_stand_in_the_table_by_name():
    schedules = [mg.schedules.cosine(0.1, steps=10), mg.schedules.constant(0.1)]

    def rate(schedule, wrap, seed):
        return wrap(schedule(10))

    def double(x):
        return 2 * x

    table = sweep(rate, {"schedule": schedules, "wrap": [double]}, [0], one_by_one())
    assert table.schedule.tolist() == ["cosine(0.1, steps=10)", "constant(0.1)"]
    assert table.wrap.tolist() == ["double", "double"]
    assert table.result.tolist() == [0.0, 0.2]


# Failures


def root(x, seed):
    if x < 0:
        raise ValueError(f"no root of {x}")
    return x**0.5


@pytest.mark.parametrize("executor", [None, one_by_one()], ids=["all cores", "one by one"])
def test_a_failed_run_stands_in_the_table_with_its_error(executor):
    with pytest.warns(UserWarning, match=r"1 of 3 runs failed; the first, with x=-1, seed=0: Val"):
        table = sweep(root, {"x": [4, -1, 9]}, [0], executor)
    assert table.status.tolist() == ["done", "failed", "done"]
    assert table.error[1] == "ValueError: no root of -1"
    np.testing.assert_array_equal(table.result, [2, np.nan, 3])


def test_the_warning_names_the_line_that_called_sweep():
    with pytest.warns(UserWarning) as warned:
        sweep(root, {"x": [-1]}, [0], one_by_one())
    assert warned[0].filename == __file__


def test_a_run_that_kills_its_process_fails_alone():
    def die(x, seed):
        return os._exit(1) if x in (1, 3) else x

    with pytest.warns(UserWarning, match="2 of 5 runs failed"):
        table = sweep(die, {"x": range(5)}, [0])
    assert table.status.tolist() == ["done", "failed", "done", "failed", "done"]
    assert table.error.isna().tolist() == [True, False, True, False, True]
    assert sweep(square, {"x": [1, 2]}, [0]).result.tolist() == [1, 4]  # the next one has new ones


def test_an_executor_that_breaks_fails_what_is_left():
    def die(x, seed):
        os._exit(1)

    with (
        pytest.warns(UserWarning, match="2 of 2 runs failed"),
        ProcessPoolExecutor(1, mp_context=get_context("spawn")) as processes,
    ):
        table = sweep(die, {"x": [1, 2]}, [0], processes)
    assert table.error.str.contains("terminated abruptly").all()


@pytest.mark.parametrize("executor", [None, one_by_one()], ids=["all cores", "one by one"])
def test_a_run_that_exits_fails_alone(executor):
    with pytest.warns(UserWarning, match="SystemExit: 3"):
        table = sweep(lambda x, seed: sys.exit(3) if x else 1.0, {"x": [1, 0]}, [0], executor)
    assert table.status.tolist() == ["failed", "done"]


@pytest.mark.parametrize("make", [lambda: None, one_by_one], ids=["all cores", "one by one"])
def test_an_interrupted_run_ends_the_sweep_and_leaves_its_record(make, tmp_path):
    def interrupt(x, seed):
        if x == 1:
            raise KeyboardInterrupt
        return x * x

    with pytest.raises(KeyboardInterrupt):
        sweep(interrupt, {"x": [0, 1, 2]}, [0], make(), path=tmp_path / "record")
    table = sweep(square, {"x": [0, 1, 2]}, [0], one_by_one(), path=tmp_path / "record")
    assert table.result.tolist() == [0, 1, 4]


@pytest.mark.parametrize(
    ("returned", "error"),
    [
        (object(), "'result' of type object"),
        ({"x": 1}, "'x', which names another column"),
        ({1: 2}, "1 for the name of a result"),
        (1j, "'result' of type complex"),
    ],
)
def test_a_result_that_cannot_be_kept_is_an_error_in_the_table(returned, error):
    with pytest.warns(UserWarning, match="failed"):
        table = sweep(lambda x, seed: returned, {"x": [1]}, [0], one_by_one())
    assert error in table.error[0]


@pytest.mark.parametrize(
    ("grid", "seeds", "error", "message"),
    [
        ({"x": "cosine"}, [0], TypeError, "is a list of values"),
        ({"x": 0.1}, [0], TypeError, "is a list of values"),
        ({"y": [1]}, [0], TypeError, "missing a required argument: 'x'"),
        ({"x": [1], "seed": [1]}, [0], ValueError, "'seed' of its own"),
        ({"x": [1, 1]}, [0], ValueError, "stands there twice"),
        ({"x": [1]}, [0, 0], ValueError, "stands there twice"),
        ({"x": []}, [0], ValueError, "nothing to run"),
        ({"x": [1]}, [], ValueError, "nothing to run"),
        ({"x": [lambda: 0]}, [0], ValueError, "has no name"),
        ({"x": [functools.partial(square, seed=object())]}, [0], ValueError, "has no name"),
    ],
)
def test_what_cannot_be_swept_is_refused_before_anything_runs(grid, seeds, error, message):
    class Idle(Executor):
        def submit(self, *_, **__):
            pytest.fail("something ran")

    with pytest.raises(error, match=message):
        sweep(square, grid, seeds, Idle())


@pytest.mark.parametrize(("train", "grid"), [("lock", [1]), ("plain", ["lock"])])
def test_what_cannot_be_sent_is_refused_before_anything_runs(train, grid, tmp_path):
    lock = threading.Lock()
    trains = {"lock": lambda x, seed: lock and 1, "plain": square}
    values = [lock if value == "lock" else value for value in grid]
    with pytest.raises((TypeError, ValueError), match=r"cannot be sent|has no name"):
        sweep(trains[train], {"x": values}, [0], one_by_one(), path=tmp_path / "record")
    assert not (tmp_path / "record").exists()


@pytest.mark.filterwarnings("ignore")  # what happens when a process is killed is noise
def test_no_result_is_lost_when_a_worker_of_a_cluster_is_killed(tmp_path):
    distributed = pytest.importorskip("distributed")

    def train(lr, seed):
        (tmp_path / f"{os.getpid()}.pid").touch()
        reached = tmp_path / "reached"
        if lr == 4 and not reached.exists():
            reached.write_text(str(os.getpid()))
            time.sleep(600)
        return {"third": lr / 3, "draw": np.random.default_rng(seed).random()}

    grid, seeds = {"lr": list(range(10))}, range(2)
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
        ) as cluster,
        distributed.Client(cluster) as client,
        ThreadPoolExecutor(1) as background,
    ):
        table = background.submit(sweep, train, grid, seeds, client.get_executor())
        while not (tmp_path / "reached").exists() or not (tmp_path / "reached").read_text():
            assert not table.done()
            time.sleep(0.05)
        os.kill(int((tmp_path / "reached").read_text()), getattr(signal, "SIGKILL", signal.SIGTERM))
        table = table.result()
    assert len(list(tmp_path.glob("*.pid"))) >= 2  # both workers had a part
    same(table, sweep(train, grid, seeds, one_by_one()))
    assert set(table.status) == {"done"}
