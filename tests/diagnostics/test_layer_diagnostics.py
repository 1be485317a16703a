"""Norms and dead units of layers are what was built into them."""

import numpy as np
import pytest
from networks import bits, network

import minigrad as mg
from minigrad.diagnostics import dead_units, layer_norms


def test_gradient_descent_moves_each_layer_by_the_rate_times_its_gradient():
    model, x = network(4, 8, 3), np.random.default_rng(0).normal(size=(20, 4))
    optimizer = mg.optim.SGD(model.parameters(), lr=0.25)
    mg.nn.cross_entropy(model(x), np.arange(20) % 3).backward()
    before = model.state_dict()
    optimizer.step()
    table = layer_norms(model, before)
    assert list(table.index) == ["0", "2"]
    assert list(table.columns) == ["weight", "gradient", "update", "ratio"]
    weight = np.hypot(np.linalg.norm(before["0.weight"]), np.linalg.norm(before["0.bias"]))
    assert table.weight["0"] == pytest.approx(weight)
    np.testing.assert_allclose(table["update"], 0.25 * table.gradient)
    np.testing.assert_allclose(table.ratio, table["update"] / table.weight)


def test_layer_norms_without_an_update_are_of_weights_and_gradients():
    model = network(4, 8, 3)
    table = layer_norms(model)
    assert list(table.columns) == ["weight", "gradient"]
    assert table.gradient.isna().all()


def test_a_parameter_outside_of_any_layer_is_one_of_its_own():
    class Scaled(mg.nn.Module):
        def __init__(self):
            self.scale = mg.tensor([3.0, 4.0], requires_grad=True)
            self.inner = mg.nn.Linear(2, 2)

    assert layer_norms(Scaled()).weight["scale"] == 5
    assert list(layer_norms(Scaled()).index) == ["scale", "inner"]


def test_dead_units_are_those_whose_bias_was_set_to_kill_them():
    model = network(4, 8, 5, 3)
    x = np.random.default_rng(0).normal(size=(100, 4))
    assert dead_units(model, x).units.to_dict() == {"1": 8, "3": 5}
    alive = dead_units(model, x).dead
    with mg.no_grad():
        model[0].bias[[1, 3, 4]] = -100.0
        model[2].bias[[0]] = -100.0
    table = dead_units(model, x)
    assert table.dead["1"] >= alive["1"] + 2
    with mg.no_grad():
        model[0].bias[list(range(8))] = -100.0
    assert dead_units(model, x).dead["1"] == 8
    assert model.training


def test_a_channel_is_dead_if_it_is_so_at_every_place():
    class Fixed(mg.nn.Module):
        def __init__(self):
            self.relu = mg.nn.ReLU()

        def forward(self, x):
            return self.relu(mg.tensor(x))

    x = np.full((2, 3, 4, 4), -1.0)
    x[1, 2, 3, 0] = 1.0
    assert dead_units(Fixed(), x).to_dict("index") == {"relu": {"dead": 2, "units": 3}}
    x = np.full((2, 5, 3), -1.0)  # sequences: units are on the last axis
    x[0, 4, 1] = 1.0
    assert dead_units(Fixed(), x).to_dict("index") == {"relu": {"dead": 2, "units": 3}}


def test_a_model_without_relu_layers_has_no_dead_units_to_count():
    with pytest.raises(ValueError, match=r"no mg\.nn\.ReLU layer"):
        dead_units(mg.nn.Linear(2, 2), np.ones((1, 2), np.float32))


def test_looking_at_layers_leaves_the_model_as_it_was():
    model = network(4, 8, 3).eval()
    model[1].forward = forward = lambda x: mg.relu(x)  # someone else's own way
    before = bits(model)
    dead_units(model, np.ones((2, 4)))
    assert model[1].forward is forward
    assert not model.training
    assert bits(model) == before
    assert "forward" not in vars(model[0])
