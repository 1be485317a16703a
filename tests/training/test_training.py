"""`fit` is the plain loop, and records what it did."""

import math
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from networks import bits

import minigrad as mg
from minigrad.training import accuracy, evaluate, fit
from minigrad.training.callbacks import Callback

DIGITS = mg.data.digits()
SMALL = tuple(a[:200] for a in DIGITS.train)


def network(dropout: float = 0.0) -> mg.nn.Module:
    rng = np.random.default_rng(0)
    return mg.nn.Sequential(
        mg.nn.Linear(64, 16, rng=rng),
        mg.nn.ReLU(),
        mg.nn.Dropout(dropout, rng=np.random.default_rng(1)),
        mg.nn.Linear(16, 10, rng=rng),
    )


def batches(x=SMALL[0], y=SMALL[1], size=32, seed=0, **options):
    return mg.data.minibatches(x, y, size, rng=np.random.default_rng(seed), **options)


def trained(epochs=3, lr=0.1, dropout=0.5, **options):
    model = network(dropout)
    optimizer = mg.optim.SGD(model.parameters(), lr, momentum=0.9)
    history = fit(model, batches(), mg.nn.cross_entropy, optimizer, epochs, **options)
    return model, history


def test_fit_gives_the_bits_of_the_four_lines():
    model = network(dropout=0.5)
    optimizer = mg.optim.SGD(model.parameters(), 0.1, momentum=0.9)
    data = batches()
    for _ in range(3):
        for x, y in data:
            optimizer.zero_grad()
            mg.nn.cross_entropy(model(x), y).backward()
            optimizer.step()
    assert bits(trained(epochs=3)[0]) == bits(model)


def test_fit_takes_the_steps_that_need_a_closure_or_the_loss():
    x, y = SMALL

    def by_hand(make, take):
        model = network()
        optimizer = make(model.parameters())

        def closure():
            optimizer.zero_grad()
            loss = mg.nn.cross_entropy(model(x), y)
            loss.backward()
            return loss

        losses = [take(optimizer, closure).item() for _ in range(4)]
        return bits(model), losses

    def with_loss(optimizer, closure):
        loss = closure()
        optimizer.step(loss)
        return loss

    def with_closure(optimizer, closure):
        return optimizer.step(closure)

    for make, take in [
        (lambda params: mg.optim.SAM(mg.optim.SGD(params, 0.1), rho=0.5), with_closure),
        (lambda params: mg.optim.PolyakSGD(params), with_loss),
    ]:
        model = network()
        optimizer = make(model.parameters())
        history = fit(model, [SMALL] * 4, mg.nn.cross_entropy, optimizer, epochs=1)
        assert (bits(model), history.steps["loss"]) == by_hand(make, take)


def test_a_schedule_free_run_is_validated_and_handed_back_at_its_average():
    model = network()
    optimizer = mg.optim.ScheduleFreeSGD(model.parameters(), 0.5)
    history = fit(model, batches(), mg.nn.cross_entropy, optimizer, 2, validation=SMALL)
    at_average = evaluate(model, SMALL, mg.nn.cross_entropy)["loss"]
    assert history.epochs["validation_loss"][-1] == at_average
    optimizer.train()
    assert evaluate(model, SMALL, mg.nn.cross_entropy)["loss"] != at_average


def test_watching_a_run_does_not_change_it():
    watched, _ = trained(validation=DIGITS.test, metrics=[accuracy], progress=True)
    assert bits(watched) == bits(trained()[0])


def test_the_rate_recorded_is_the_rate_plotted():
    schedule = mg.schedules.cosine(0.1, steps=15, warmup=3)
    _, history = trained(lr=schedule)
    assert history.steps["lr"] == schedule(np.arange(21)).tolist()


@pytest.mark.parametrize("around", [lambda it: it, mg.optim.Lookahead, mg.optim.SAM])
def test_the_rate_recorded_is_the_one_that_a_self_tuning_optimizer_found(around):
    model = network()
    tuned = mg.optim.DAdaptSGD(model.parameters(), lr=1.0, d0=0.01)
    optimizer = around(tuned)
    used = []

    class Ask(Callback):
        def on_step(self, run):
            used.append(tuned.adapted_lr[0])

    history = fit(model, batches(), mg.nn.cross_entropy, optimizer, 1, callbacks=[Ask()])
    assert history.steps["lr"] == used
    assert len(set(used)) > 1
    assert 1.0 not in used


def test_the_record_of_a_step_is_loss_gradient_and_move_of_that_step():
    model = mg.nn.Linear(1, 1, bias=False)
    model.weight.data = [[2.0]]
    optimizer = mg.optim.SGD(model.parameters(), 0.25)
    x, y = np.full((4, 1), 1.0, np.float32), np.zeros((4, 1), np.float32)
    history = fit(model, [(x, y)], mg.nn.mse_loss, optimizer, epochs=2)
    # The loss is θ², its gradient 2θ, and θ goes 2, 1, 0.5.
    assert history.steps == {
        "loss": [4.0, 1.0],
        "gradient_norm": [4.0, 2.0],
        "lr": [0.25, 0.25],
        "update_ratio": [0.5, 0.5],
    }
    assert history.epochs == {"loss": [4.0, 1.0]}


@pytest.mark.parametrize("size", [1e-30, 1.0, 1e30])
def test_norms_are_right_where_their_squares_leave_float32(size):
    model = mg.nn.Linear(4, 1, bias=False)
    optimizer = mg.optim.SGD(model.parameters(), 0.0)
    x = np.full((1, 4), size, np.float32)
    history = fit(model, [(x, x)], lambda prediction, y: prediction.sum(), optimizer, epochs=1)
    assert history.steps["gradient_norm"] == [pytest.approx(2 * size)]


def test_an_epoch_weighs_its_batches_by_their_examples():
    model = mg.nn.Linear(1, 1, bias=False)
    model.weight.data = [[1.0]]
    optimizer = mg.optim.SGD(model.parameters(), 0.0)
    sizes = {3: 1.0, 1: 2.0}
    data = [
        (np.full((n, 1), v, np.float32), np.zeros((n, 1), np.float32)) for n, v in sizes.items()
    ]
    history = fit(model, data, mg.nn.mse_loss, optimizer, epochs=1)
    assert history.epochs["loss"] == [(3 * 1 + 1 * 4) / 4]


def test_metrics_and_validation_are_recorded_by_epoch():
    _, history = trained(validation=DIGITS.test, metrics=[accuracy], dropout=0)
    assert list(history.epochs) == ["loss", "accuracy", "validation_loss", "validation_accuracy"]
    assert all(len(values) == 3 for values in history.epochs.values())
    model, _ = trained(dropout=0)
    assert history.epochs["validation_accuracy"][-1] == pytest.approx(
        np.mean(model(DIGITS.test[0]).numpy().argmax(axis=1) == DIGITS.test[1])
    )


def test_a_model_is_trained_in_training_mode_and_handed_back_in_evaluation_mode():
    modes = []

    class Watch(Callback):
        def on_backward(self, run):
            modes.append(run.model.training)

    model, _ = trained(validation=DIGITS.test, callbacks=[Watch()])
    assert modes == [True] * 21
    assert not model.training


def test_callbacks_hear_of_everything_in_order():
    heard = []
    occasions = [name for name in vars(Callback) if name.startswith("on_")]
    tell = {name: lambda self, run, name=name: heard.append(name) for name in occasions}
    Listen = type("Listen", (Callback,), tell)
    model = network()
    optimizer = mg.optim.SGD(model.parameters(), 0.1)
    fit(model, [SMALL, SMALL], mg.nn.cross_entropy, optimizer, 2, callbacks=[Listen()])
    epoch = ["on_train", *["on_backward", "on_step"] * 2, "on_eval", "on_epoch"]
    assert heard == ["on_start", *epoch, *epoch, "on_end"]


def test_an_error_in_mid_run_still_ends_it():
    ended = []

    class Break(Callback):
        def on_step(self, run):
            raise KeyboardInterrupt

        def on_end(self, run):
            ended.append(len(run.history.steps["loss"]))

    with pytest.raises(KeyboardInterrupt):
        trained(callbacks=[Break()])
    assert ended == [1]


def test_a_run_that_diverges_is_recorded_to_its_end():
    _, history = trained(lr=1e12, dropout=0)
    assert len(history.steps["loss"]) == 21
    assert not math.isfinite(history.steps["loss"][-1])


@pytest.mark.parametrize(
    ("data", "error", "words"),
    [
        (SMALL, TypeError, r"pair of arrays.*minibatches\(x, y"),
        (iter(batches()), TypeError, "used up after one epoch"),
        ([], ValueError, "no batches"),
    ],
    ids=["a pair", "an iterator", "nothing"],
)
def test_data_that_cannot_be_trained_on_is_refused(data, error, words):
    model = network()
    optimizer = mg.optim.SGD(model.parameters(), 0.1)
    with pytest.raises(error, match=words):
        fit(model, data, mg.nn.cross_entropy, optimizer, epochs=1)


@given(size=st.integers(1, 400))
def test_evaluating_in_parts_is_evaluating_at_once(size):
    model = network()
    whole = evaluate(model, DIGITS.test, mg.nn.cross_entropy, [accuracy], batch_size=360)
    parts = evaluate(model, DIGITS.test, mg.nn.cross_entropy, [accuracy], batch_size=size)
    assert parts == pytest.approx(whole, rel=1e-5)


def test_evaluating_drops_nothing_out_and_puts_the_modes_back():
    model = network(dropout=0.5)
    model[0].eval()
    before = [module.training for module in model.modules()]
    first, second = (evaluate(model, DIGITS.test, mg.nn.cross_entropy) for _ in range(2))
    assert first == second
    assert [module.training for module in model.modules()] == before


# Several batches an update


@given(size=st.integers(1, 20), times=st.integers(1, 5), n=st.integers(1, 40))
def test_accumulated_batches_are_one_batch(size, times, n):
    x, y = (a[:n] for a in SMALL)

    def run(size, accumulate):
        model = network()
        optimizer = mg.optim.SGD(model.parameters(), 0.1, momentum=0.9)
        data = [(x[i : i + size], y[i : i + size]) for i in range(0, n, size)]
        history = fit(
            *(model, data, mg.nn.cross_entropy, optimizer, 2),
            metrics=[accuracy],
            accumulate=accumulate,
        )
        return [p.numpy() for p in model.parameters()], history, optimizer.steps

    apart, history, steps = run(size, times)
    whole, wanted, wanted_steps = run(size * times, 1)
    assert steps == wanted_steps == len(history.steps["loss"]) == 2 * math.ceil(n / size / times)
    for p, q in zip(apart, whole, strict=True):
        np.testing.assert_allclose(p, q, rtol=1e-4, atol=1e-6)
    for name, values in wanted.steps.items():
        np.testing.assert_allclose(history.steps[name], values, rtol=1e-3, atol=1e-6)
    for name, values in wanted.epochs.items():
        np.testing.assert_allclose(history.epochs[name], values, rtol=1e-4)


def test_the_bar_counts_accumulated_updates(capsys):
    trained(accumulate=3, progress=True)
    assert "9/9" in capsys.readouterr().err  # 7 batches are 3 updates


# The history


def test_a_history_is_a_table_of_steps_and_one_of_epochs():
    _, history = trained(validation=DIGITS.test)
    steps, epochs = history.to_pandas(), history.to_pandas(per="epoch")
    assert steps.index.tolist() == list(range(21))
    assert epochs.index.tolist() == [1, 2, 3]
    assert {name: steps[name].tolist() for name in steps} == history.steps
    assert {name: epochs[name].tolist() for name in epochs} == history.epochs


def test_a_history_has_no_other_tables():
    with pytest.raises(ValueError, match='"step" or "epoch"; got \'run\''):
        mg.History().to_pandas(per="run")


def test_a_column_that_starts_late_or_pauses_is_nan_elsewhere():
    history = mg.History()
    for row in ({"loss": 1}, {"loss": 2, "extra": 3}, {"loss": 4}):
        history.add_step(row)
    assert history.steps["loss"] == [1, 2, 4]
    assert np.array_equal(history.steps["extra"], [math.nan, 3, math.nan], equal_nan=True)
    assert list(history.steps) == ["loss", "extra"]


def test_a_history_draws_its_losses_and_tells_them():
    _, history = trained(validation=DIGITS.test)
    figure = history.plot(title="It learns", yscale="log")
    (axes,) = figure.axes
    training, validation = axes.get_lines()
    assert training.get_ydata()[1:].tolist() == history.epochs["loss"]
    assert validation.get_ydata()[1:].tolist() == history.epochs["validation_loss"]
    assert training.get_xdata()[-1] == 3
    assert (figure.get_suptitle(), axes.get_yscale()) == ("It learns", "log")
    first, last = history.epochs["loss"][0], history.epochs["loss"][-1]
    assert f"the training loss goes from {first:.3g} to {last:.3g}" in figure.alt


def test_an_empty_history_has_nothing_to_draw():
    with pytest.raises(ValueError, match="no epoch has ended"):
        mg.History().plot()


@pytest.mark.parametrize("bad", ["x", None, 1j, [1, 2]])
def test_a_row_that_is_refused_leaves_the_history_as_it_was(bad):
    history = mg.History()
    history.add_epoch({"loss": 1, "a": 2})
    with pytest.raises(TypeError, match="'a' is one number"):
        history.add_epoch({"loss": 2, "a": bad})
    assert history.epochs == {"loss": [1.0], "a": [2.0]}


def test_a_history_names_what_it_ended_with():
    _, history = trained()
    assert re.fullmatch(r"History\(21 steps, 3 epochs: loss=[\d.]+\)", repr(history))
    assert repr(mg.History()) == "History(0 steps, 0 epochs)"
