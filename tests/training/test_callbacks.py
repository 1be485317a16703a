"""What callbacks do to a run."""

import re

import numpy as np
import pytest
from test_training import DIGITS, SMALL, bits, trained

import minigrad as mg
from minigrad.training.callbacks import Callback, Clip, EarlyStopping, TensorBoard


def scripted(*values):
    """Return a metric that gives these values, whatever the model does."""
    remaining = list(values)

    def scripted(prediction, y):
        return remaining.pop(0)

    return scripted


class Weights(Callback):
    """Keeps the bits of the weights after each epoch."""

    def __init__(self):
        self.after = []

    def on_epoch(self, run):
        self.after.append(bits(run.model))


def stopped(values, epochs=10, **options):
    """Train on one batch an epoch, of which the metric is `values`, with early stopping."""
    weights, stopping = Weights(), EarlyStopping("scripted", **options)
    model = mg.nn.Linear(64, 10, rng=np.random.default_rng(0))
    optimizer = mg.optim.SGD(model.parameters(), 0.1)
    history = mg.fit(
        *(model, [SMALL], mg.nn.cross_entropy, optimizer, epochs),
        callbacks=[weights, stopping],
        metrics=[scripted(*values)],
    )
    return stopping, len(history.epochs["loss"]), weights.after.index(bits(model)) + 1


def test_a_run_stops_after_more_than_patience_epochs_without_improvement():
    stopping, epochs, kept = stopped([5, 4, 6, 6, 6, 1], patience=2)
    assert (stopping.best, stopping.best_epoch, epochs, kept) == (4, 2, 5, 2)


def test_an_improvement_starts_patience_anew():
    stopping, epochs, kept = stopped([5, 6, 4, 6, 3, 6, 6, 6], patience=1)
    assert (stopping.best, stopping.best_epoch, epochs, kept) == (3, 5, 7, 5)


def test_without_patience_the_first_bad_epoch_is_the_last():
    assert stopped([5, 6], patience=0)[1:] == (2, 1)


def test_a_change_by_no_more_than_min_delta_is_no_improvement():
    assert stopped([5, 4.5, 4.25, 1], patience=1, min_delta=1)[1:] == (3, 1)


def test_an_accuracy_is_better_the_higher_it_is():
    assert stopped([0.5, 0.7, 0.6, 0.6], patience=1, mode="max")[1:] == (4, 2)


def test_nan_is_no_improvement():
    assert stopped([5, np.nan, np.nan], patience=1)[1:] == (3, 1)


def test_the_best_weights_come_back_also_when_the_epochs_ran_out():
    assert stopped([5, 1, 4], epochs=3, patience=5)[1:] == (3, 2)


def test_early_stopping_names_what_it_could_monitor():
    with pytest.raises(ValueError, match="no 'validation_loss' in the history, which has loss;"):
        trained(callbacks=[EarlyStopping()])


@pytest.mark.parametrize("options", [{"mode": "low"}, {"patience": -1}, {"min_delta": -0.1}])
def test_early_stopping_checks_its_options(options):
    with pytest.raises(ValueError, match=re.escape(f"{next(iter(options.values()))}")):
        EarlyStopping(**options)


# Clipping


class Gradients(Callback):
    """Keeps the gradients as the optimizer is going to see them."""

    def __init__(self):
        self.seen = []

    def on_backward(self, run):
        self.seen.append([p.grad.numpy().copy() for p in run.parameters()])


def test_the_norm_is_clipped_and_recorded_as_it_was():
    gradients = Gradients()
    _, history = trained(callbacks=[Clip(norm=0.5), gradients])
    norms = [np.sqrt(sum((g**2).sum() for g in step)) for step in gradients.seen]
    before = np.array(history.steps["gradient_norm"])
    assert np.allclose(norms, np.minimum(before, 0.5), rtol=1e-4)
    assert history.steps["clipped"] == (before > 0.5).tolist()
    assert 0 < np.mean(history.steps["clipped"]) < 1


def test_the_value_is_clipped_and_the_share_recorded():
    clipped, gradients = Gradients(), Gradients()
    _, history = trained(epochs=1, callbacks=[gradients, Clip(value=0.01), clipped])
    before = np.concatenate([g.ravel() for g in gradients.seen[0]])
    after = np.concatenate([g.ravel() for g in clipped.seen[0]])
    assert np.array_equal(after, before.clip(-0.01, 0.01))
    assert history.steps["clipped"][0] == pytest.approx(np.mean(np.abs(before) > np.float32(0.01)))


def test_the_gradient_of_a_unit_is_clipped_to_its_weights():
    _, history = trained(epochs=1, callbacks=[Clip(adaptive=0.01)])
    assert 0 < history.steps["clipped"][0] <= 1
    assert max(history.steps["update_ratio"]) < 0.02


@pytest.mark.parametrize("options", [{}, {"norm": 1.0, "value": 1.0}])
def test_one_way_of_clipping_is_chosen(options):
    with pytest.raises(ValueError, match="one of norm, value and adaptive"):
        Clip(**options)


def test_a_limit_is_positive():
    with pytest.raises(ValueError, match="norm is a positive number; got 0"):
        Clip(norm=0)


# TensorBoard


def scalars(directory):
    """Read all event files of a directory with TensorBoard's own reader."""
    accumulator = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    events = accumulator.EventAccumulator(str(directory))
    events.Reload()
    return {
        tag: {event.step: event.value for event in events.Scalars(tag)}
        for tag in events.Tags()["scalars"]
    }


def columns(history):
    """Return the history as event files hold it: in float32, by step."""
    steps = {f"step/{k}": dict(enumerate(v)) for k, v in history.steps.items()}
    epochs = {f"epoch/{k}": dict(enumerate(v, start=1)) for k, v in history.epochs.items()}
    return {
        tag: {step: float(np.float32(value)) for step, value in column.items()}
        for tag, column in {**steps, **epochs}.items()
    }


def test_tensorboard_reads_back_the_history(tmp_path):
    pytest.importorskip("tensorboardX")
    _, history = trained(validation=DIGITS.test, callbacks=[TensorBoard(tmp_path)])
    assert scalars(tmp_path) == columns(history)


def test_what_is_done_again_replaces_what_was_written_before(tmp_path):
    pytest.importorskip("tensorboardX")
    saved, logs = tmp_path / "run.npz", tmp_path / "logs"

    class Interrupt(Callback):
        def on_step(self, run):
            if run.epoch == 2:
                raise KeyboardInterrupt

    def run(*more, resume):
        checkpoint = mg.callbacks.Checkpoint(saved, resume=resume)
        return trained(callbacks=[TensorBoard(logs), checkpoint, *more])

    with pytest.raises(KeyboardInterrupt):
        run(Interrupt(), resume=False)
    # The callbacks of the run that goes on must be those of the one that was interrupted.
    _, history = run(Callback(), resume=True)
    assert scalars(logs) == columns(history)
