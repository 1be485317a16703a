"""Whatever happens inside a diagnostic, the model is afterwards what it was before."""

import copy

import numpy as np
import pytest

import minigrad as mg
from minigrad.diagnostics import (
    DivergenceDetector,
    dead_units,
    gradient_noise,
    layer_norms,
    per_example_gradients,
    sharpness,
)
from minigrad.nn import BatchNorm1d, Dropout, Linear, Module, ReLU, Sequential

X = np.random.default_rng(0).normal(size=(12, 4)).astype(np.float32)
Y = np.arange(12) % 3


class Fails(Module):
    """Passes on what it gets, a number of times."""

    def __init__(self, times: int) -> None:
        self.left = [times]

    def forward(self, x):
        if not self.left[0]:
            raise OSError("the disk is full")
        self.left[0] -= 1
        return x


def network(times: int = 10_000) -> Sequential:
    """Return a network whose every part can change when it is run; one of them is frozen."""
    rng = np.random.default_rng(1)
    model = Sequential(
        Linear(4, 8, rng=rng), BatchNorm1d(8), ReLU(), Dropout(0.5), Dropout(0.5, rng=rng),
        Fails(times), Linear(8, 3, rng=rng),
    )  # fmt: skip
    model[1].eval()
    model[1].bias.requires_grad = False
    mg.nn.cross_entropy(model[6](mg.relu(model[0](X))), Y).backward()
    model[0].forward = model[0].forward  # someone else's own way
    model[2].note = "kept"
    return model


def picture(model: Module) -> list:
    """Return everything that a look at the model could have changed."""
    return [
        {name: array.tobytes() for name, array in model.state_dict().items()},
        [(id(p.grad), p.grad is None or p.grad.numpy().tobytes()) for p in model.parameters()],
        {name: rng.bit_generator.state for name, rng in model.named_generators()},
        mg.default_rng().bit_generator.state,
        [(name, module.training, dict(vars(module))) for name, module in model.named_modules()],
        mg.is_recording(),
    ]


def looks(model):
    """Return every diagnostic that does not train, as a call."""
    parameters = [model[0].weight, model[6].bias]

    def loss(*batch):
        x, y = batch if len(batch) == 2 and isinstance(batch[1], np.ndarray) else (X, Y)
        return mg.nn.cross_entropy(model(x), y)

    def watched():
        with DivergenceDetector(model) as detector:
            mg.nn.cross_entropy(model(X), Y)
            detector.check()

    return {
        "layer_norms": lambda: layer_norms(model, model.state_dict()),
        "dead_units": lambda: dead_units(model, X),
        "sharpness": lambda: sharpness(loss, parameters),
        "gradient_noise": lambda: gradient_noise(loss, parameters, X, Y),
        "per_example_gradients": lambda: per_example_gradients(loss, parameters, X, Y),
        "DivergenceDetector": watched,
    }


@pytest.mark.parametrize("times", [0, 1, 3, 10_000], ids=lambda n: f"fails after {n} calls")
@pytest.mark.parametrize("name", looks(network()))
def test_looking_changes_nothing_even_if_the_model_fails(name, times):
    model = network(times)
    if name == "DivergenceDetector":  # it watches what the caller runs, dropout and all
        model.eval()
    before = picture(model)
    try:
        looks(model)[name]()
    except OSError:
        assert times < 10_000
    assert picture(model) == before


def test_a_bound_method_and_a_partial_name_their_model_too():
    from functools import partial

    model = network()
    before = picture(model)

    class Task:
        net = model

        def loss(self, *_):
            return mg.nn.cross_entropy(model(X), Y)

    def of(net, *_):
        return mg.nn.cross_entropy(net(X), Y)

    for f in (Task().loss, partial(of, model), lambda *_, net=model: of(net)):
        sharpness(f, model[6].bias)
        assert picture(model) == before


def test_the_sharpness_of_a_network_with_dropout_is_that_of_one_mask():
    model = network()
    model.train()

    def loss(*_):
        return mg.nn.cross_entropy(model(X), Y)

    first = sharpness(loss, [model[6].weight], tol=1e-6)
    assert sharpness(loss, [model[6].weight], tol=1e-6) == first


def test_dead_units_leaves_a_frozen_batch_norm_frozen():
    model = network()
    dead_units(model, X)
    assert [module.training for module in model] == [True, False, True, True, True, True, True]


def test_a_relu_that_is_used_twice_is_counted_at_each_use():
    class Shared(Module):
        def __init__(self):
            self.first, self.second = Linear(4, 8), Linear(8, 5)
            self.relu = ReLU()

        def forward(self, x):
            return self.relu(self.second(self.relu(self.first(x))))

    model = Shared()
    with mg.no_grad():
        model.second.weight[:] = 0.0
        model.second.bias[:] = [1.0, -1.0, -1.0, 1.0, -1.0]
        model.first.bias[:] = 100.0
    table = dead_units(model, X)
    assert table.to_dict("index") == {
        "relu, use 1": {"dead": 0, "units": 8},
        "relu, use 2": {"dead": 3, "units": 5},
    }


def test_two_watches_of_a_model_may_end_in_any_order():
    model = network().eval()
    before = picture(model)
    first, second = DivergenceDetector(model), DivergenceDetector(model)
    first.__enter__()
    second.__enter__()
    first.__exit__()
    model(X)
    assert second.check() is False
    second.__exit__()
    assert picture(model) == before


def test_a_copy_of_a_watched_model_is_not_watched_and_has_its_own_weights():
    model = Sequential(Linear(4, 3))
    with DivergenceDetector(model):
        other = copy.deepcopy(model)
    with mg.no_grad():
        other[0].weight[:] = 0.0
        other[0].bias[:] = 0.0
    assert not other(X).numpy().any()
    assert model(X).numpy().any()


class StartFails(mg.callbacks.Callback):
    def on_start(self, run):
        raise OSError("no such folder")


def test_a_detector_can_be_used_again_and_keeps_nothing_of_the_run_before():
    model = Sequential(Linear(4, 3))
    detector = DivergenceDetector(model)
    data = mg.data.minibatches(X, Y, 4, rng=np.random.default_rng(0))
    loss = mg.nn.cross_entropy
    with pytest.raises(OSError, match="no such folder"):
        optimizer = mg.optim.SGD(model.parameters(), 0.1)
        mg.fit(model, data, loss, optimizer, 1, callbacks=[detector, StartFails()])
    mg.fit(model, data, loss, mg.optim.SGD(model.parameters(), 1e30), 1, callbacks=[detector])
    assert detector.found is not None
    assert "forward" not in vars(model[0])
    model = Sequential(Linear(4, 3))
    detector.model = model
    mg.fit(model, data, loss, mg.optim.SGD(model.parameters(), 0.1), 1, callbacks=[detector])
    assert detector.found is None
    assert "forward" not in vars(model[0])


def test_a_detector_of_another_model_says_so():
    model, other = Sequential(Linear(4, 3)), Sequential(Linear(4, 3))
    data = mg.data.minibatches(X, Y, 4, rng=np.random.default_rng(0))
    optimizer = mg.optim.SGD(model.parameters(), 0.1)
    with pytest.raises(ValueError, match="not the model of this run, nor a part of it"):
        mg.fit(
            model, data, mg.nn.cross_entropy, optimizer, 1, callbacks=[DivergenceDetector(other)]
        )
    mg.fit(model, data, mg.nn.cross_entropy, optimizer, 1, callbacks=[DivergenceDetector(model[0])])
    with DivergenceDetector(other) as detector:
        mg.nn.cross_entropy(model(X), Y).backward()
        with pytest.raises(RuntimeError, match="Is it the model that you train"):
            detector.check()
