"""A rate, or another option, is a number or a function of the step, of all groups or of one."""

import inspect
import re

import numpy as np
import pytest
from steps import parameters, same_bits, train

import minigrad as mg


@pytest.mark.parametrize(
    "functions",
    [
        {"momentum": mg.schedules.linear(0.9, steps=5), "weight_decay": lambda t: 0.1 / (t + 1)},
        {"lr": mg.schedules.one_cycle(0.1, 8), "momentum": mg.schedules.one_cycle_momentum(8)},
    ],
    ids=["momentum and decay", "one cycle of rate and momentum"],
)
def test_an_option_that_is_a_function_is_asked_before_every_step(functions):
    params, by_hand = parameters(), parameters()
    opt = mg.optim.SGD(params, **{"lr": 0.1, **functions})
    twin = mg.optim.SGD(by_hand, lr=0.1, momentum=0.9)
    for t in range(8):
        twin.param_groups[0].update({name: f(t) for name, f in functions.items()})
        train(twin, by_hand, t + 1, first=t)
    assert same_bits(train(opt, params, 8), [p.numpy() for p in by_hand])


def test_setting_the_rate_sets_it_for_every_group_and_param_groups_can_be_changed():
    a, b = parameters()[:2]
    opt = mg.optim.SGD([{"params": [a], "lr": 1.0}, {"params": [b]}], lr=2.0)
    assert opt.lr == 1.0 and [g["lr"] for g in opt.param_groups] == [1.0, 2.0]
    opt.lr = 0.5
    assert [g["lr"] for g in opt.param_groups] == [0.5, 0.5]
    opt.param_groups[1]["lr"] = 0.0
    before = b.numpy().copy()
    train(opt, [a, b], 1)
    assert opt.last_lr == [0.5, 0.0] and np.array_equal(b.numpy(), before)


def test_an_option_that_is_set_between_steps_is_read_and_checked():
    p = mg.tensor(np.array([1.0]), requires_grad=True)
    opt = mg.optim.SGD([p], lr=1.0, momentum=0.0)
    p.grad = mg.tensor(np.array([1.0]))
    for _ in range(2):
        opt.step()
    opt.param_groups[0]["lr"] = 0.25
    opt.step()
    assert p.item() == -1.25
    with pytest.raises(ValueError, match="lr is a number, 0 or more"):
        opt.param_groups[0]["lr"] = -1.0
    opt.param_groups[0]["lr"] = lambda t: 0.5 * t
    opt.step()
    assert p.item() == -1.25 - 0.5 * 3


RULES = [getattr(mg.optim, name) for name in mg.optim.__all__]
RULES = [c for c in RULES if isinstance(c, type) and c is not mg.optim.Optimizer]


@pytest.mark.parametrize("cls", RULES, ids=lambda cls: cls.__name__)
def test_help_shows_every_option_with_its_default_and_says_what_it_means(cls):
    shown = inspect.signature(cls).parameters
    said = "".join(base.__doc__ or "" for base in cls.__mro__[:2])
    for name in shown:
        assert re.search(rf"^    (\w+, )*{name}(, \w+)*( : .*)?$", said, re.MULTILINE), name
    assert next(iter(shown)) in ("params", "optimizer")


def test_a_class_of_other_defaults_has_all_else_of_its_base():
    adam, adamw = (inspect.signature(c).parameters for c in (mg.optim.Adam, mg.optim.AdamW))
    assert list(adam) == list(adamw)
    differ = {n for n in adam if adam[n].default != adamw[n].default}
    assert differ == {"weight_decay", "decoupled_weight_decay"}
