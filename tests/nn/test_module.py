"""Modules: what is found in them, saved from them and written back."""

import copy

import numpy as np
import pytest

import minigrad as mg
from minigrad import nn


def parameter(*shape):
    return mg.tensor(np.ones(shape, np.float32), requires_grad=True)


class Everything(nn.Module):
    def __init__(self):
        self.scale = parameter(2)
        self.stages = [nn.Linear(2, 3), (nn.ReLU(), nn.Linear(3, 2, bias=False))]
        self.heads = {"left": nn.Linear(2, 1), "right": parameter(1)}
        self.count = mg.tensor(np.zeros(4))
        self.name = "anything else is left alone"


def test_parameters_are_found_in_attributes_modules_and_containers():
    assert {name: p.shape for name, p in Everything().named_parameters()} == {
        "scale": (2,),
        "heads.right": (1,),
        "stages.0.weight": (2, 3),
        "stages.0.bias": (3,),
        "stages.1.1.weight": (3, 2),
        "heads.left.weight": (2, 1),
        "heads.left.bias": (1,),
    }


def test_modules_are_named_by_the_way_to_them_outermost_first():
    names = [name for name, _ in Everything().named_modules()]
    assert names == ["", "stages.0", "stages.1.0", "stages.1.1", "heads.left"]


def test_tensors_without_a_gradient_are_buffers():
    assert [name for name, _ in Everything().named_buffers()] == ["count"]


def test_a_frozen_parameter_is_saved_but_not_trained():
    layer = nn.Linear(2, 1)
    layer.weight.requires_grad = False
    assert [name for name, _ in layer.named_parameters()] == ["bias"]
    assert list(layer.buffers()) == [layer.weight]
    assert set(layer.state_dict()) == {"weight", "bias"}


def test_a_result_kept_in_an_attribute_is_no_parameter():
    layer = nn.Linear(2, 1)
    layer.last = layer(np.ones((1, 2), np.float32))
    assert set(layer.state_dict()) == {"weight", "bias"}


def test_what_is_shared_counts_once():
    layer = nn.Linear(2, 2)
    model = nn.Sequential(layer, nn.ReLU(), layer)
    model.tied = layer.weight
    assert len(list(model.modules())) == 3
    assert [name for name, _ in model.named_parameters()] == ["tied", "0.bias"]


def test_a_module_that_knows_its_parent_does_not_go_round_in_circles():
    child, parent = nn.Linear(1, 1), nn.Module()
    child.parent, parent.child = parent, child
    assert [name for name, _ in parent.named_parameters()] == ["child.weight", "child.bias"]


def test_train_and_eval_reach_every_module():
    model = Everything()
    assert all(not m.training for m in model.eval().modules())
    assert all(m.training for m in model.train().modules())


def test_zero_grad_forgets_the_gradients():
    model = nn.Linear(2, 1)
    model(np.ones((3, 2), np.float32)).sum().backward()
    assert model.weight.grad is not None
    model.zero_grad()
    assert model.weight.grad is None and model.bias.grad is None


def test_a_module_without_forward_says_so():
    with pytest.raises(NotImplementedError, match=r"Everything has no forward\(\)"):
        Everything()(1)


def test_a_state_is_a_copy():
    model = nn.Linear(2, 1)
    state = model.state_dict()
    state["weight"][:] = 7
    assert not (model.weight.numpy() == 7).any()


def test_a_loaded_state_is_the_saved_one_with_buffers():
    a, b = (nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4)) for _ in range(2))
    a(np.random.default_rng(0).normal(size=(5, 3)).astype(np.float32))
    b.load_state_dict(a.state_dict())
    for name, array in b.state_dict().items():
        np.testing.assert_array_equal(array, a.state_dict()[name])


def test_loading_writes_into_the_same_memory():
    model = nn.Linear(2, 1)
    memory = model.weight.data
    model.load_state_dict({"weight": np.full((2, 1), 3.0), "bias": np.array([4])})
    np.testing.assert_array_equal(memory, np.full((2, 1), 3.0, np.float32))
    assert model.weight.dtype == np.float32


def test_loading_between_forward_and_backward_is_reported():
    model = nn.Linear(2, 1)
    x = mg.tensor(np.ones((1, 2)), requires_grad=True)
    loss = model(x).sum()
    model.load_state_dict(model.state_dict())
    with pytest.raises(RuntimeError, match="changed in place"):
        loss.backward()


def test_a_state_that_does_not_fit_is_refused_with_every_reason_and_nothing_is_written():
    model = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3))
    before = model.state_dict()
    state = {
        **before,
        "0.weight": np.full((3, 2), 9.0),
        "1.weight": np.ones(3, complex),
        "extra": np.ones(1),
        "1.bias": np.full(3, 9.0),
    }
    del state["0.bias"]
    with pytest.raises(ValueError) as refusal:
        model.load_state_dict(state)
    assert str(refusal.value).splitlines() == [
        "load_state_dict: the state does not fit this Sequential:",
        "  0.weight: shape (3, 2) instead of (2, 3)",
        "  1.weight: complex128 instead of float32",
        "  missing: 0.bias",
        "  unexpected: extra",
    ]
    for name, array in model.state_dict().items():
        np.testing.assert_array_equal(array, before[name])


def test_two_tensors_of_one_name_are_no_state():
    model = nn.Module()
    model.parts = {1: parameter(2), "1": parameter(2)}
    with pytest.raises(ValueError, match=r"two tensors of this Module are 'parts\.1'"):
        model.state_dict()
    with pytest.raises(ValueError, match="two tensors"):
        model.load_state_dict({"parts.1": np.zeros(2)})


def test_a_copy_is_a_model_of_its_own():
    model = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3))
    twin = copy.deepcopy(model)
    twin(np.ones((4, 2), np.float32)).sum().backward()
    assert all(p.grad is None for p in model.parameters())
    assert (twin[1].running_mean.numpy() != model[1].running_mean.numpy()).any()


def test_a_model_prints_as_a_tree():
    model = nn.Sequential(nn.Linear(4, 2), nn.Sequential(nn.ReLU(), nn.Dropout(0.1)))
    assert repr(model).splitlines() == [
        "Sequential(",
        "  (0): Linear(in_features=4, out_features=2, bias=True)",
        "  (1): Sequential(",
        "    (0): ReLU()",
        "    (1): Dropout(p=0.1)",
        "  )",
        ")",
    ]


def test_sequential_applies_its_layers_in_order():
    layers = [nn.Linear(2, 2) for _ in range(12)]
    model = nn.Sequential(*layers)
    x = np.ones((3, 2), np.float32)
    y = x
    for layer in layers:
        y = layer(y)
    np.testing.assert_array_equal(model(x).numpy(), y.numpy())
    assert len(model) == 12 and list(model) == layers and model[-1] is layers[-1]


def test_a_part_of_a_sequential_is_one_too_and_shares_its_layers():
    model = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 1))
    features = model[:-1]
    assert isinstance(features, nn.Sequential) and list(features) == list(model)[:2]
    assert features(np.ones((4, 2), np.float32)).shape == (4, 3)


def test_a_state_may_hold_the_arrays_of_the_module_itself():
    model = nn.Module()
    model.a, model.b = (mg.tensor([k, k], requires_grad=True) for k in (1.0, 2.0))
    model.load_state_dict({"a": model.b.data, "b": model.a.data})
    np.testing.assert_array_equal(model.a.numpy(), [2, 2])
    np.testing.assert_array_equal(model.b.numpy(), [1, 1])


def test_an_array_in_the_place_of_a_parameter_is_refused():
    layer = nn.Linear(2, 1)
    with pytest.raises(TypeError, match=r"weight of this Linear is a tensor.*\.weight\.data ="):
        layer.weight = np.zeros((2, 1))
    layer.weight = mg.tensor(np.zeros((2, 1)), requires_grad=True)
    layer.table = np.zeros(3)  # what never was a tensor may be an array
    assert {name for name, _ in layer.named_parameters()} == {"weight", "bias"}
