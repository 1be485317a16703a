"""What a step depends on besides its arguments may change between calls: each call sees it."""

import copy
import functools
import os
import random
import types
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import minigrad as mg
from minigrad import nn

pytestmark = pytest.mark.filterwarnings("ignore:.*is not replayed:RuntimeWarning")

FACTOR = 1.0  # a global that steps read
CALLS = 7


@mg.primitive(lambda g, y, x: g * SETTINGS["slope"])
def scaled(x):
    return x * SETTINGS["slope"]


SETTINGS = {"slope": 1.0}


class Net(nn.Module):
    rate = 1.0  # an attribute of the class, which one of the object's own may hide

    def __init__(self):
        rng = np.random.default_rng(1)
        self.layers = [nn.Linear(4, 4, rng=rng) for _ in range(20)]
        self.norm = nn.BatchNorm1d(4)
        self.drop = nn.Dropout(0.5, rng=np.random.default_rng(2))
        self.head = nn.Linear(4, 2, rng=rng)

    def forward(self, x):
        for layer in self.layers[-2:]:
            x = mg.tanh(layer(x))
        return self.head(self.drop(self.norm(x))) * self.rate


def used(net):
    parts = [*net.layers[-2:], net.norm, net.head]
    return [parameter for part in parts for parameter in part.parameters()]


def helper(x):
    return x * FACTOR


class World:
    """A step, and all that it depends on."""

    def __init__(self):
        self.net = Net()
        self.optimizer = mg.optim.SGD(used(self.net), 0.1, momentum=0.5)
        self.config = types.SimpleNamespace(scale=1.0, unrelated=0)
        self.table = {"power": 2, "terms": [1.0, 0.5]}
        self.mask = np.array([1.0, 0.0], np.float32)
        self.activation = mg.sigmoid

    def step(self, x, *, bias=1.0):
        self.optimizer.zero_grad()
        y = self.activation(helper(scaled(self.net(x)))) * mg.tensor(self.mask) + bias
        loss = sum(c * (y ** self.table["power"]).mean() for c in self.table["terms"])
        loss = loss * self.config.scale
        loss.backward()
        self.optimizer.step()
        return loss


def new_head(world, n):
    world.net.head = nn.Linear(4, 2, rng=np.random.default_rng(n))
    new_optimizer(world, n)


def new_optimizer(world, n):
    world.optimizer = mg.optim.Adam(used(world.net), 0.01 * (n + 1))


def new_net(world, n):
    world.net = Net()
    new_optimizer(world, n)


CHANGES = {
    "nothing": lambda world, n: None,
    "what no code reads": lambda world, n: setattr(world.config, "unrelated", n),
    "a global": lambda world, n: globals().update(FACTOR=1.0 + n),
    "a setting of a primitive": lambda world, n: SETTINGS.update(slope=1.0 + n),
    "dropout": lambda world, n: setattr(world.net.drop, "p", 0.1 * n),
    "momentum": lambda world, n: setattr(world.net.norm, "momentum", 0.1 * (n + 1)),
    "eps": lambda world, n: setattr(world.net.norm, "eps", 10.0**-n),
    "training": lambda world, n: world.net.train(n % 2 == 0),
    "a layer": new_head,
    "a layer in a list": lambda world, n: (world.net.layers.reverse(), new_optimizer(world, n)),
    "one layer fewer": lambda world, n: (world.net.layers.pop(), new_optimizer(world, n)),
    "an attribute that hides the class's": lambda world, n: setattr(world.net, "rate", 1.0 + n),
    "an attribute of the class": lambda world, n: setattr(Net, "rate", 2.0 + n),
    "a model": new_net,
    "an optimizer": new_optimizer,
    "the rate": lambda world, n: setattr(world.optimizer, "lr", 0.1 * (n + 1)),
    "an option": lambda world, n: world.optimizer.param_groups[0].update(weight_decay=0.1 * n),
    "a configuration": lambda world, n: setattr(world.config, "scale", 1.0 + n),
    "a dictionary": lambda world, n: world.table.update(power=n),
    "a list": lambda world, n: world.table["terms"].append(1.0 * n),
    "an array in place": lambda world, n: world.mask.__setitem__(n % 2, n),
    "an array": lambda world, n: setattr(world, "mask", np.full(2, n, np.float32)),
    "a function": lambda world, n: setattr(world, "activation", [mg.tanh, mg.exp, mg.sin][n % 3]),
    "weights": lambda world, n: world.net.load_state_dict(
        {name: value * 0.5 for name, value in world.net.state_dict().items()}
    ),
    "a weight": lambda world, n: setattr(world.net.layers[-1].weight, "data", np.eye(4)),
}


def losses(changes, wrap):
    """Return the loss of each call, before which the change of that name has been made."""
    globals().update(FACTOR=1.0)
    SETTINGS.update(slope=1.0)
    Net.rate = 1.0
    world, rng = World(), np.random.default_rng(0)
    step = wrap(world.step)
    found = []
    for call, (name, n) in enumerate(changes):
        CHANGES[name](world, n)
        x = rng.normal(size=(3, 4)).astype(np.float32)
        loss = step(mg.tensor(x)) if call % 5 else step(mg.tensor(x), bias=1.0)
        found.append(loss.item())
    weights = [value.tobytes() for value in world.net.state_dict().values()]
    return found, weights, world.optimizer.steps


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_between_calls_is_seen(name):
    changes = [("nothing", 0)] * 4 + [(name, 2)] + [("nothing", 0)] * 4 + [(name, 1)] * 3
    assert losses(changes, mg.compile) == losses(changes, lambda step: step)


STEPS = st.tuples(st.sampled_from(sorted(CHANGES)), st.integers(0, 3))


@settings(max_examples=int(os.environ.get("MINIGRAD_FUZZ", "200")) // 5)
@given(st.lists(st.one_of(st.just(("nothing", 0)), STEPS), min_size=3, max_size=16))
def test_any_changes_between_calls_are_seen(changes):
    assert losses(changes, mg.compile) == losses(changes, lambda step: step)


# Whether it is replayed


def runs_of(step, calls=CALLS):
    """Return how often Python ran in some calls, and what was said."""
    count = [0]

    @functools.wraps(step)
    def counted(*args):
        count[0] += 1
        return step(*args)

    compiled = mg.compile(counted)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for call in range(calls):
            compiled(mg.tensor([1.0 + call, 2.0]))
    said = [str(warning.message) for warning in caught]
    return count[0], said


def parameter(*numbers):
    return mg.tensor(numbers, requires_grad=True)


def test_what_the_code_does_not_read_may_change():
    world = World()

    def step(x):
        world.config.unrelated = random.Random(0)
        return x * world.config.scale

    assert runs_of(step) == (2, [])


def test_what_is_only_added_to_is_no_dependence():
    kept, count, total = [], {"calls": 0}, 0

    def step(x):
        nonlocal total
        kept.append(1)
        count["calls"] += 1
        total += 1
        return x * 2

    assert runs_of(step) == (2, [])
    assert (len(kept), count["calls"], total) == (2, 2, 2)


def test_a_counter_that_is_read_is_noticed():
    count = [0]

    def step(x):
        count[0] += 1
        return x * 2 if count[0] == 5 else x

    compiled = mg.compile(step)
    assert [compiled(mg.tensor(1.0)).item() for _ in range(12)] == [1] * 4 + [2] + [1] * 7


def test_equal_numbers_are_the_same():
    config = types.SimpleNamespace(scale=1.5)

    def step(x):
        return x * config.scale

    compiled = mg.compile(step)
    for _ in range(6):
        config.scale = float("1.5")
        compiled(mg.tensor(1.0))
    assert len(compiled.programs()) == 1


@pytest.mark.parametrize("change", [lambda c: c + 1, lambda c: object()], ids=["number", "object"])
def test_what_is_another_at_each_call_is_said_once(change):
    world = types.SimpleNamespace(thing=0)

    def step(x):
        return (x * 2, world.thing)[0]

    compiled, said = mg.compile(step), []
    for call in range(12):
        world.thing = change(call)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            compiled(mg.tensor(1.0))
        said += [str(warning.message) for warning in caught]
    assert len(said) == 1
    assert "SimpleNamespace.thing is not the same from call to call" in said[0]


def test_gradients_that_are_added_up_over_calls_replay():
    w, v = parameter(1.0, 2.0), parameter(1.0, 2.0)

    def step(w, x):
        loss = ((w * x) ** 2).sum()
        loss.backward()
        return loss

    count = [0]

    def counted(x):
        count[0] += 1
        return step(v, x)

    compiled = mg.compile(counted)
    optimizers = [mg.optim.SGD([p], 0.01) for p in (w, v)]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for call in range(12):
            x = mg.tensor([1.0 + call, -0.0])
            assert step(w, x).item() == compiled(x).item()
            assert w.grad.numpy().tobytes() == v.grad.numpy().tobytes()
            if call % 4 == 3:
                for optimizer in optimizers:
                    optimizer.step()
                    optimizer.zero_grad()
    assert count[0] == 2


def test_two_optimizers_over_one_parameter_do_not_build_programs_for_ever():
    w = parameter(1.0, 2.0)
    a, b = mg.optim.SGD([w], lr=0.01), mg.optim.Adam([w], lr=0.001)

    def step(x):
        a.zero_grad()
        ((w * x) ** 2).sum().backward()
        a.step()
        b.step()

    _, said = runs_of(step, calls=30)
    assert len(said) == 1 and "is not replayed" in said[0]


def reads_the_rate(w, optimizer):
    return optimizer.lr


def reads_the_last_rate(w, optimizer):
    return optimizer.last_lr


def reads_the_count(w, optimizer):
    return w * 2.0 if optimizer.steps % 4 == 0 else w


@pytest.mark.parametrize("read", [reads_the_rate, reads_the_last_rate, reads_the_count])
def test_a_step_that_reads_what_steps_change_runs_as_it_is_and_says_so(read):
    found = []
    for wrap in (lambda step: step, mg.compile):
        w = parameter(1.0, 2.0)
        optimizer = mg.optim.SGD([w], lr=lambda t: 0.1 if t < 4 else 0.01)

        def step(x, w=w, optimizer=optimizer):
            optimizer.zero_grad()
            ((w * x) ** 2).sum().backward()
            optimizer.step()
            return read(w, optimizer)

        step = wrap(step)
        results = [step(mg.tensor([1.0, 1.0])) for _ in range(9)]
        found.append([np.array(x._data if isinstance(x, mg.Tensor) else x) for x in results])
    np.testing.assert_array_equal(*found)


def draws_with_its_own(x, rng=np.random.default_rng(0)):  # noqa: B008
    return x * 2.0 if rng.random() < 0.1 else x


def draws_with_numpys(x):
    return x * 2.0 if np.random.random() < 0.1 else x


def draws_with_pythons(x):
    return x * 2.0 if random.random() < 0.1 else x


def draws_with_the_engines(x):
    return x * 2.0 if mg.default_rng().random() < 0.1 else x


@pytest.mark.parametrize(
    "step", [draws_with_its_own, draws_with_numpys, draws_with_pythons, draws_with_the_engines]
)
def test_a_rare_choice_at_random_is_noticed(step):
    runs, said = runs_of(step)
    assert runs == CALLS
    assert "draws random numbers by itself" in said[0]


def test_a_seed_within_a_step_is_set_in_each_replay():
    drop = nn.Dropout(0.5)

    def step(x):
        mg.seed(0)
        return drop(x)

    compiled = mg.compile(step)
    masks = {compiled(mg.tensor(np.ones(64, np.float32))).numpy().tobytes() for _ in range(6)}
    assert len(masks) == 1
    assert compiled.programs()


def test_a_compiled_step_is_pickled_as_its_step():
    cloudpickle = pytest.importorskip("cloudpickle")
    double = mg.compile(lambda x: x * 2)
    for _ in range(4):
        double(mg.tensor(1.0))
    for other in (cloudpickle.loads(cloudpickle.dumps(double)), copy.deepcopy(double)):
        assert other(mg.tensor(3.0)).item() == 6
        assert not other.programs()


def test_a_method_may_be_compiled():
    class Doubler:
        def __init__(self, by):
            self.by = by

        @mg.compile
        def step(self, x):
            return x * self.by

    two, three = Doubler(2), Doubler(3)
    for _ in range(5):
        assert two.step(mg.tensor(1.0)).item() == 2
        assert three.step(mg.tensor(1.0)).item() == 3
    two.by = 4
    assert two.step(mg.tensor(1.0)).item() == 4
