"""Whatever happens in a run, it leaves the world as it found it, and its record."""

import random

import numpy as np
import pytest
from networks import bits
from optimizers import CASES, SPECIAL, name_of
from test_training import SMALL, batches, network

import minigrad as mg
from minigrad.training.callbacks import Average, Callback, Checkpoint, Clip, EarlyStopping


def fit(model, callbacks=(), epochs=2, optimizer=None, data=None, **options):
    optimizer = optimizer or mg.optim.SGD(model.parameters(), 0.1)
    data = data or batches()
    return mg.fit(
        *(model, data, mg.nn.cross_entropy, optimizer, epochs), callbacks=callbacks, **options
    )


class Told(Callback):
    """Writes down what it is told; raises where it is to."""

    def __init__(self, log, name, raises=""):
        self.log, self.name, self.raises = log, name, raises

    def hear(self, what):
        if self.raises == what:
            raise RuntimeError(f"{self.name} {what}")
        self.log.append((self.name, what))

    def on_start(self, run):
        self.hear("start")

    def on_train(self, run):
        self.hear("train")

    def on_eval(self, run):
        self.hear("eval")

    def on_epoch(self, run):
        self.hear("epoch")

    def on_end(self, run):
        self.hear("end")


@pytest.mark.parametrize("raises", ["start", "train", "eval", "epoch", "end"])
def test_who_was_told_of_a_beginning_is_told_of_its_end_whoever_raises(raises):
    log = []
    model = network().train()
    with pytest.raises(RuntimeError, match=f"1 {raises}"):
        fit(model, [Told(log, 0), Told(log, 1, raises), Told(log, 2)], epochs=1)
    for begins, ends in (("start", "end"), ("train", "eval")):
        began = [name for name, what in log if what == begins]
        ended = [name for name, what in log if what == ends]
        assert ended == [name for name in reversed(began) if (name, raises) != (1, ends)]
    assert model.training == (raises == "start")


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, ZeroDivisionError])
@pytest.mark.parametrize("occasion", ["on_backward", "on_step", "on_epoch"])
def test_what_ends_a_run_carries_its_record(occasion, error):
    class Break(Callback):
        pass

    def end(self, run):
        if len(run.history.steps.get("loss", ())) >= 3:
            raise error

    setattr(Break, occasion, end)
    model = network()
    with pytest.raises(error) as raised:
        fit(model, [Break()])
    history = raised.value.history
    assert len(history.steps["loss"]) == (7 if occasion == "on_epoch" else 3)
    assert len(history.to_pandas()) == len(history.steps["loss"])
    assert "sys.last_value.history" in raised.value.__notes__[0]
    assert not model.training


def test_a_refused_run_has_no_record_to_carry():
    with pytest.raises(ValueError, match="monitor another") as raised:
        fit(network(), [EarlyStopping("val_loss")], epochs=1)
    assert len(raised.value.history.epochs["loss"]) == 1
    with pytest.raises(TypeError) as raised:
        fit(network(), [None])
    assert not hasattr(raised.value, "history")


# Callbacks that serve one run after another


@pytest.mark.parametrize(
    "make",
    [
        lambda: EarlyStopping("loss", patience=1),
        lambda: Clip(norm=0.1),
        lambda: Average(),
        lambda: Average(0.9, start=1),
    ],
    ids=["EarlyStopping", "Clip", "SWA", "EMA"],
)
def test_a_callback_that_has_served_a_run_serves_the_next_like_a_new_one(make):
    used = make()
    fit(network(), [used], 6)
    models = network(), network()
    for model, callback in zip(models, (used, make()), strict=True):
        fit(model, [callback], 3, mg.optim.SGD(model.parameters(), 1e-3))
    assert bits(models[0]) == bits(models[1])


# A resume that is refused


def everything(model, optimizer, data, file):
    """Return all bits that a run may change, as a file holds them."""
    parts = [model.state_dict(), optimizer.state_dict(), data.rng.bit_generator.state]
    mg.save([*parts, mg.random.default_rng().bit_generator.state, model.training], file)
    return file.read_bytes()


def setting(case, seed):
    cls, options = case
    model = network(dropout=0.5)
    params = [p for p in model.parameters() if cls is not mg.optim.Muon or p.ndim == 2]
    mg.seed(seed)
    return model, cls(params, lr=0.01, **options), batches(seed=seed)


class Refuses(EarlyStopping):
    def load_state_dict(self, state):
        super().load_state_dict(state)
        raise RuntimeError("no")


@pytest.mark.parametrize("case", CASES + SPECIAL, ids=name_of)
def test_a_refused_resume_has_changed_nothing(case, tmp_path):
    model, optimizer, data = setting(case, seed=0)
    saved = [EarlyStopping("loss"), Checkpoint(tmp_path / "run")]
    fit(model, saved, 1, optimizer, data)
    model, optimizer, data = setting(case, seed=1)
    fit(model, [], 1, optimizer, data)  # something to lose
    model.train()
    before = everything(model, optimizer, data, tmp_path / "before")
    with pytest.raises(ValueError, match=r"cannot go on from .*run': no"):
        resume = Checkpoint(tmp_path / "run", resume=True)
        fit(model, [Refuses("loss"), resume], 2, optimizer, data)
    assert everything(model, optimizer, data, tmp_path / "after") == before


def test_a_resume_of_something_else_is_refused_with_the_file_named(tmp_path):
    for state in (network().state_dict(), {"model": 1}, 3, [1]):
        mg.save(state, tmp_path / "weights")
        model = network()
        before = bits(model)
        with pytest.raises(
            ValueError, match=r"cannot go on from .*weights.*not the state of a run"
        ):
            fit(model, [Checkpoint(tmp_path / "weights", resume=True)])
        assert bits(model) == before


def test_a_run_with_callbacks_of_another_kind_or_of_fewer_epochs_is_not_resumed(tmp_path):
    fit(network(), [Clip(norm=1.0), Checkpoint(tmp_path / "run")], epochs=3)
    resume = Checkpoint(tmp_path / "run", resume=True)
    with pytest.raises(ValueError, match="other callbacks than this one, which has EarlyStopping"):
        fit(network(), [EarlyStopping("loss"), resume], epochs=3)
    with pytest.raises(ValueError, match="has done 3 epochs, and this one is of 2"):
        fit(network(), [Clip(norm=1.0), resume], epochs=2)


# A run that cannot be saved


class Loader:
    """Deals batches in an order of its own."""

    def __init__(self, rng):
        self.order = rng

    def __iter__(self):
        x, y = SMALL
        for _ in range(3):
            i = self.order.permutation(len(x))[:32]
            yield x[i], y[i]


class Unsaveable(Callback):
    def state_dict(self):
        return {"seen": {1, 2}}


@pytest.mark.parametrize(
    ("where", "options", "error", "words"),
    [
        ("no/where", {}, FileNotFoundError, "no directory"),
        (".", {}, OSError, "is a directory"),
        ("run", {"data": Loader(np.random.RandomState(0))}, TypeError, "order=RandomState"),
        ("run", {"data": Loader(random.Random(0))}, TypeError, "order=<random.Random"),
        ("run", {"more": [Unsaveable()]}, TypeError, r"\['seen'\] is of type set"),
    ],
)
def test_a_run_that_cannot_be_saved_is_refused_before_its_first_update(
    where, options, error, words, tmp_path
):
    model, more = network(), options.pop("more", [])
    before = bits(model)
    with pytest.raises(error, match=words):
        fit(model, [*more, Checkpoint(tmp_path / where, every=4)], epochs=4, **options)
    assert bits(model) == before
    assert list(tmp_path.iterdir()) == []


def test_a_loader_of_ones_own_is_resumed_with_its_generator(tmp_path):
    models = network(), network(), network()
    for model, epochs, file in zip(models, (4, 2, 4), ("whole", "run", "run"), strict=True):
        keep = Checkpoint(tmp_path / file, resume=True)
        fit(model, [keep], epochs, data=Loader(np.random.default_rng(0)))
    assert bits(models[0]) == bits(models[2]) != bits(models[1])


# Modes


@pytest.mark.parametrize("culprit", ["model", "loss", "metric"])
def test_evaluating_puts_the_modes_back_whatever_raises(culprit):
    class Breaks(mg.nn.Module):
        def forward(self, x):
            assert culprit != "model"
            return x[:, :10]

    def breaks(prediction, y):
        raise AssertionError

    model = mg.nn.Sequential(network(dropout=0.5), Breaks()).train()
    model[0][1].eval()
    before = [module.training for module in model.modules()]
    loss = breaks if culprit == "loss" else mg.nn.cross_entropy
    with pytest.raises(AssertionError):
        mg.evaluate(model, SMALL, loss, [breaks])
    assert [module.training for module in model.modules()] == before
