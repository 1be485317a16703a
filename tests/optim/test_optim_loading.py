"""Weights and states that are loaded: what follows, and what is refused."""

import copy
import math

import numpy as np
import pytest
from optimizers import CASES, SPECIAL, name_of, shapes_for
from steps import parameters, same_bits, train

import minigrad as mg
from minigrad import optim

every_optimizer = pytest.mark.parametrize("case", CASES + SPECIAL, ids=name_of)


def make(case, lr=0.05, seed=0, shapes=None):
    params = parameters(seed=seed, shapes=shapes or shapes_for(case))
    return params, case[0](params, lr=lr, **case[1])


def write(params, values):
    """Overwrite the parameters as ``model.load_state_dict`` does."""
    for p, value in zip(params, values, strict=True):
        p.data = value


@every_optimizer
def test_training_goes_on_from_weights_that_were_loaded(case):
    """Not from slow, average or first weights of the time before. A momentum may go on."""
    options = {**case[1], **({"hypergrad_lr": 0.0} if "hypergrad_lr" in case[1] else {})}
    rate = mg.schedules.piecewise_constant([0.05, 0.0], [4])
    params, opt = make((case[0], options), lr=rate)
    train(opt, params, 4)
    loaded = [p.numpy() + 1000.0 for p in parameters(seed=7, shapes=shapes_for(case))]
    write(params, loaded)
    for a, b in zip(train(opt, params, 10, first=4), loaded, strict=True):
        assert np.abs(a - b).max() < 100


@every_optimizer
def test_weights_that_are_put_back_as_they_were_change_nothing(case):
    """As an average does that is used for a validation."""
    params, opt = make(case)
    untouched, twin = make(case)
    for t in range(0, 9, 3):
        train(opt, params, t + 3, first=t)
        train(twin, untouched, t + 3, first=t)
        kept = [p.numpy().copy() for p in params]
        write(params, [0 * k for k in kept])
        write(params, kept)
    assert same_bits([p.numpy() for p in params], [p.numpy() for p in untouched])


@every_optimizer
@pytest.mark.parametrize("order", ["weights first", "state first"])
@pytest.mark.parametrize("used", [False, True])
def test_a_run_resumes_whichever_of_weights_and_state_is_loaded_first(case, order, used):
    params, opt = make(case)
    halfway = train(opt, params, 4)
    state = copy.deepcopy(opt.state_dict())
    whole = train(opt, params, 9, first=4)
    later, resumed = make(case, seed=5)
    if used:
        train(resumed, later, 3)
    if order == "weights first":
        write(later, halfway)
    resumed.load_state_dict(state)
    if order == "state first":
        write(later, halfway)
    assert same_bits(train(resumed, later, 9, first=4), whole)


@pytest.mark.parametrize("average", ["y", "x"])
def test_schedule_free_starts_anew_from_weights_loaded_in_either_place(average):
    [p] = params = parameters(shapes=[(3,)])
    opt = optim.ScheduleFreeSGD(params, lr=0.1)
    train(opt, params, 3)
    if average == "x":
        opt.eval()
    p.data = np.array([5.0, 6.0, 7.0])
    opt.train()
    assert p.numpy().tolist() == [5.0, 6.0, 7.0]
    opt.eval()
    assert p.numpy().tolist() == [5.0, 6.0, 7.0]


def test_lookahead_goes_around_once():
    inner = optim.Lookahead(optim.SGD(parameters(), lr=0.1))
    with pytest.raises(ValueError, match="Lookahead: there is one inside"):
        optim.Lookahead(optim.SAM(inner))


def foreign(case):
    """Return states that are not of the optimizer of a case."""
    model = mg.nn.Sequential(mg.nn.Linear(3, 2), mg.nn.BatchNorm1d(2))
    _, other = make((optim.Lion, {}) if case[0] is not optim.Lion else (optim.Adam, {}))
    _, larger = make(case, shapes=[(3, 4), (4, 2), (1, 3), (2, 2)])
    _, wider = make(case, shapes=[(s[0] + 1, *s[1:]) if s else (1,) for s in shapes_for(case)])
    states = [None, {}, [], "state", 5, model.state_dict(), other.state_dict(), {"optimizer": None}]
    return [*states, {"optimizer": case[0].__name__}, larger.state_dict(), wider.state_dict()]


@every_optimizer
def test_the_state_of_something_else_is_refused_by_name_and_nothing_has_changed(case):
    params, opt = make(case)
    train(opt, params, 2)
    name, before = type(opt).__name__, repr(opt.state_dict())
    for state in foreign(case):
        with pytest.raises(ValueError) as caught:
            opt.load_state_dict(state)
        assert name in str(caught.value) or "the state is of" in str(caught.value)
        assert repr(opt.state_dict()) == before


def damaged(state, path=()):
    """Yield copies of a state in which one thing is missing, or is another kind of thing."""
    for key, value in state.items():
        for bad in (None, "bad", [], {}, -5, math.nan):
            if repr(bad) != repr(value) and not (path and path[-1] == "numbers" and bad == -5):
                yield (*path, key), {**state, key: bad}
        yield (*path, key), {k: v for k, v in state.items() if k != key}
        if isinstance(value, dict):
            for where, inner in damaged(value, (*path, key)):
                yield where, {**state, key: inner}
        if isinstance(value, list) and value and isinstance(value[0], dict):
            for where, inner in damaged(value[0], (*path, key)):
                yield where, {**state, key: [inner, *value[1:]]}


# What may be missing, or be another thing that is right as well.
FREE = {"numbers", "states", "last_lr", "steps"}


@every_optimizer
def test_a_damaged_state_is_refused_and_nothing_has_changed(case):
    params, opt = make(case)
    train(opt, params, 2)
    before = repr(opt.state_dict())
    for where, state in damaged(opt.state_dict()):
        try:
            opt.load_state_dict(state)
        except ValueError:
            assert repr(opt.state_dict()) == before, where
        else:
            assert FREE & set(where) or where[-1] in ("f_min", "lr"), where
            train(opt, params, 2, first=1)
            opt.load_state_dict(opt.state_dict())
            before = repr(opt.state_dict())


@pytest.mark.parametrize("make", [optim.EMA, optim.SWA])
def test_an_average_refuses_the_state_of_something_else(make):
    average = make(parameters())
    average.update()
    before = repr(average.state_dict())
    states = [None, {}, [], parameters(), optim.SGD(parameters(), lr=0.1).state_dict()]
    states += [make(parameters()[:2]).state_dict(), {**average.state_dict(), "updates": -1}]
    states += [{**average.state_dict(), "average": None}, {**average.state_dict(), "updates": 1.5}]
    states += [optim.EMA(parameters(), debias=True).state_dict()]
    for state in states:
        with pytest.raises(ValueError, match=make.__name__):
            average.load_state_dict(state)
        assert repr(average.state_dict()) == before


def test_a_run_goes_on_at_another_rate():
    first, opt = make((optim.Adam, {}))
    train(opt, first, 3)
    for lr in (0.01, mg.schedules.constant(0.01)):
        params, resumed = make((optim.Adam, {}), lr=lr)
        resumed.load_state_dict(opt.state_dict())
        assert resumed.lr == (0.05 if lr == 0.01 else 0.01)
        resumed.lr = 0.01
        train(resumed, params, 4, first=3)
        assert resumed.last_lr == [0.01] and resumed.steps == 4


def test_feedback_that_would_refuse_its_state_leaves_all_as_it_was():
    plateaus = [mg.schedules.ReduceOnPlateau(0.5) for _ in range(2)]
    a, b = parameters()[:2]
    groups = [{"params": [p], "lr": lr} for p, lr in zip((a, b), plateaus, strict=True)]
    opt = optim.SGD(groups, lr=0.1)
    state = opt.state_dict()
    state["options"][0]["lr"] = {**state["options"][0]["lr"], "lr": 0.25}
    state["options"][1]["lr"] = {**state["options"][1]["lr"], "best": "none"}
    with pytest.raises(ValueError, match="best"):
        opt.load_state_dict(state)
    assert [plateau.lr for plateau in plateaus] == [0.5, 0.5]
