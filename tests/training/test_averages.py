"""The average of the weights is what a run is validated with and ends with, and no more."""

import numpy as np
import pytest
from networks import bits
from test_training import DIGITS, batches, network

import minigrad as mg
from minigrad.training.callbacks import Average, Callback, EarlyStopping


def fit(callbacks, epochs=3, make=mg.optim.SGD, **options):
    model = network()
    optimizer = make(model.parameters(), 0.1)
    data = batches()
    history = mg.fit(
        *(model, data, mg.nn.cross_entropy, optimizer, epochs, DIGITS.test),
        callbacks=callbacks,
        **options,
    )
    return model, history


class Weights(Callback):
    """Keeps the weights after each update, before whatever stands in for them."""

    def __init__(self):
        self.steps = []

    def on_step(self, run):
        self.steps.append([p.numpy().copy() for p in run.parameters()])


@pytest.mark.parametrize(
    "make",
    [
        mg.optim.Adam,
        mg.optim.ScheduleFreeSGD,
        lambda params, lr: mg.optim.Lookahead(mg.optim.SGD(params, lr), sync_period=4),
        lambda params, lr: mg.optim.SAM(mg.optim.SGD(params, lr)),
    ],
    ids=["Adam", "schedule-free", "Lookahead", "SAM"],
)
def test_an_average_does_not_change_the_way(make):
    plain, averaged = Weights(), Weights()
    fit([plain], make=make)
    fit([averaged, Average(0.9)], make=make)
    for a, b in zip(plain.steps, averaged.steps, strict=True):
        for p, q in zip(a, b, strict=True):
            np.testing.assert_array_equal(p, q)


@pytest.mark.parametrize("start", [0, 2])
def test_without_decay_it_is_the_mean_of_the_epochs_ends(start):
    weights = Weights()
    model, _ = fit([weights, Average(start=start)])
    ends = weights.steps[6::7][start:]
    for i, p in enumerate(model.parameters()):
        np.testing.assert_allclose(p.numpy(), np.mean([e[i] for e in ends], axis=0), rtol=1e-5)


@pytest.mark.parametrize("start", [0, 2])
def test_with_decay_it_is_the_exponential_average_of_the_updates(start):
    weights = Weights()
    model, _ = fit([weights, Average(0.8, start=start)])
    taken = weights.steps[7 * start :]
    for i, p in enumerate(model.parameters()):
        average = taken[0][i].astype(float)
        for step in taken[1:]:
            average = 0.8 * average + 0.2 * step[i]
        np.testing.assert_allclose(p.numpy(), average, rtol=1e-4, atol=1e-6)


def test_before_its_start_there_is_no_average():
    assert bits(fit([Average(start=3)])[0]) == bits(fit([])[0])


def test_validation_and_the_best_weights_are_of_the_average():
    model, history = fit([Average(0.9), EarlyStopping(patience=9)])
    best = min(history.epochs["validation_loss"])
    assert mg.evaluate(model, DIGITS.test, mg.nn.cross_entropy)["loss"] == best
    assert history.epochs["validation_loss"] != fit([])[1].epochs["validation_loss"]


@pytest.mark.parametrize("make", [mg.optim.ScheduleFreeSGD, mg.optim.Adam])
def test_an_interrupted_run_ends_with_its_average(make):
    class Break(Callback):
        def on_step(self, run):
            if len(run.history.steps["loss"]) == 10:
                raise KeyboardInterrupt

    average = Average(0.9)
    model = network()
    optimizer = make(model.parameters(), 0.1)
    with pytest.raises(KeyboardInterrupt):
        mg.fit(*(model, batches(), mg.nn.cross_entropy, optimizer, 3), callbacks=[average, Break()])
    for p, value in zip(model.parameters(), average.average.values(), strict=True):
        np.testing.assert_array_equal(p.numpy(), value)
