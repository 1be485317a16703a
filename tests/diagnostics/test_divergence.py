"""Where a run blew up is named: the layer, and the way, forward or back."""

import math

import numpy as np
import pytest
from networks import bits, network

import minigrad as mg
from minigrad.diagnostics import Divergence, DivergenceDetector
from minigrad.training.callbacks import Callback


def chain(gains: list[float], width: int = 8) -> mg.nn.Sequential:
    """Return linear layers, each an isometry times its gain."""
    rng, layers = np.random.default_rng(0), []
    for gain in gains:
        layer = mg.nn.Linear(width, width, bias=False, rng=rng, dtype=np.float64)
        layer.weight.data = gain * mg.nn.init.orthogonal((width, width), rng, dtype=np.float64)
        layers.append(layer)
    return mg.nn.Sequential(*layers)


X = np.random.default_rng(5).normal(size=(16, 8))


@pytest.mark.parametrize("guilty", range(5))
def test_in_a_chain_the_layer_that_amplifies_is_named(guilty):
    model = chain([1e4 if i == guilty else 1.0 for i in range(5)])
    with DivergenceDetector(model) as detector:
        (model(X) ** 2).mean().backward()
        assert detector.check()
    assert (detector.found.layer, detector.found.what) == (str(guilty), "output")
    assert detector.found.size == pytest.approx(1e4 * np.sqrt(np.mean(X**2)))


@pytest.mark.parametrize("guilty", range(5))
def test_the_layer_whose_rate_is_too_large_is_named_when_its_weights_explode(guilty):
    model = chain([1.0] * 5)
    rates = [{"params": [layer.weight], "lr": 1e-4} for layer in model]
    rates[guilty]["lr"] = 1e5
    optimizer = mg.optim.SGD(rates, lr=1e-4)
    with DivergenceDetector(model) as detector:
        for _ in range(10):
            optimizer.zero_grad()
            (model(X) ** 2).mean().backward()
            if detector.check():
                break
            optimizer.step()
    assert detector.found.layer == str(guilty)
    assert detector.found.step == 1


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_the_layer_that_is_not_finite_first_is_named(bad):
    model = chain([1.0] * 4)
    with mg.no_grad():
        model[2].weight[0, 0] = bad
    with DivergenceDetector(model) as detector:
        (model(X) ** 2).mean().backward()
        assert detector.check()
    assert detector.found.layer == "2"
    assert not math.isfinite(detector.found.size)
    assert f"layer '2' was {bad}" in str(detector.found)


@mg.primitive(lambda g, y, x: g * 1e8)
def amplified_backwards(x):
    return x.copy()


def test_an_explosion_on_the_way_back_is_named_where_it_began():
    class Trap(mg.nn.Module):
        armed = False

        def forward(self, x):
            return amplified_backwards(x) if self.armed else x

    trap, layers = Trap(), list(chain([1.0] * 4))
    model = mg.nn.Sequential(*layers[:2], trap, *layers[2:])  # named 0, 1, 2 the trap, 3, 4
    with DivergenceDetector(model) as detector:
        for armed in (False, True):
            trap.armed = armed
            model.zero_grad()
            (model(X) ** 2).mean().backward()
            assert detector.check() == armed
    assert (detector.found.step, detector.found.layer, detector.found.what) == (1, "1", "gradient")


def test_what_follows_the_first_explosion_does_not_change_the_verdict():
    model = chain([1e4, 1.0])
    with DivergenceDetector(model) as detector:
        (model(X) ** 2).mean().backward()
        detector.check()
        first = detector.found
        model[1].weight.data = np.full((8, 8), math.nan)
        (model(X) ** 2).mean().backward()
        assert detector.check()
    assert detector.found is first
    assert isinstance(first, Divergence)
    assert str(first).startswith("before update 0 the output of layer '0' reached 9.")


def trained(lr: float, **options):
    digits = mg.data.digits()
    model = network(64, 32, 10, dtype=np.float32)
    optimizer = mg.optim.SGD(model.parameters(), lr, momentum=0.9)
    data = mg.data.minibatches(*digits.train, 64, rng=np.random.default_rng(0))
    detector = DivergenceDetector(model)
    options = {"validation": digits.test, "callbacks": [detector], **options}
    history = mg.fit(model, data, mg.nn.cross_entropy, optimizer, 5, **options)
    return model, history, detector


def test_training_that_goes_well_sets_off_no_alarm_and_is_not_changed_by_the_watching():
    model, history, detector = trained(0.1)
    assert detector.found is None
    assert history.epochs["validation_loss"][-1] < 0.5
    unwatched, _, _ = trained(0.1, callbacks=[])
    assert bits(model) == bits(unwatched)
    assert all("forward" not in vars(module) for module in model.modules())


def test_fit_ends_after_the_epoch_in_which_a_layer_blew_up():
    _, history, detector = trained(1e6)
    assert len(history.epochs["loss"]) == 1
    assert detector.found is not None


def test_an_error_in_fit_ends_the_watching():
    class Fails(Callback):
        def on_step(self, run):
            raise RuntimeError("stop")

    model = network(64, 32, 10, dtype=np.float32)
    data = mg.data.minibatches(*mg.data.digits().train, 64, rng=np.random.default_rng(0))
    optimizer = mg.optim.SGD(model.parameters(), 0.1)
    with pytest.raises(RuntimeError, match="stop"):
        mg.fit(
            model,
            data,
            mg.nn.cross_entropy,
            optimizer,
            1,
            callbacks=[DivergenceDetector(model), Fails()],
        )
    assert "forward" not in vars(model[0])


def test_a_model_of_integers_is_watched_from_its_embedding_on():
    rng = np.random.default_rng(0)
    model = mg.nn.Sequential(mg.nn.Embedding(5, 4, rng=rng), mg.nn.Linear(4, 2, rng=rng))
    with DivergenceDetector(model) as detector:
        for weight in (1.0, 1e6):
            model[1].weight.data = np.full((4, 2), weight)
            model(np.array([[0, 1], [2, 3]])).sum().backward()
            assert detector.check() == (weight == 1e6)
    assert detector.found.layer == "1"


def test_a_detector_that_watches_nothing_says_so():
    with pytest.raises(RuntimeError, match="sees nothing"):
        DivergenceDetector(network(2, 2)).check()
    with pytest.raises(ValueError, match="factor is above 1"):
        DivergenceDetector(network(2, 2), factor=1.0)
