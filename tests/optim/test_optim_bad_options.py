"""Whatever an option is given, in whichever way, it is taken as what it says or refused by name."""

import copy
import math
from decimal import Decimal
from fractions import Fraction
from types import SimpleNamespace

import numpy as np
import pytest
from naming import shown
from optimizers import CASES, SPECIAL, shapes_for
from steps import parameters, same_bits, train

import minigrad as mg

nan, inf = math.nan, math.inf
CLASSES = sorted({cls for cls, _ in CASES + SPECIAL if isinstance(cls, type)}, key=str)
BELOW_ONE = {"momentum", "betas", "alpha", "rho", "beta", "decay"}
WITHOUT_BOUND = {(mg.optim.NAdam, "momentum_decay"), (mg.optim.PolyakSGD, "lr")}
ABOVE_ZERO = {"d0", "c"}

NO_NUMBER = [
    None,
    True,
    np.True_,
    "0.1",
    b"0.1",
    [0.1],
    (0.1, 0.2),
    {},
    {0.1},
    0.1j,
    Decimal("0.1"),
]
NO_NUMBER += [float, object(), np.array([0.1]), np.array([]), np.datetime64("2020"), mg.tensor(0.1)]
NO_NUMBER += [SimpleNamespace(), slice(1)]
NO_FLAG = [
    None,
    0,
    1,
    0.0,
    nan,
    "",
    "no",
    "False",
    [],
    [True],
    (),
    np.array([True]),
    lambda t: True,
]
NO_FLAG += [np.int64(1), bool, {}]
NO_WORD = [
    None,
    "",
    "x",
    True,
    0,
    b"inside",
    ["inside"],
    ("inside",),
    {"inside"},
    str,
    lambda t: "x",
]
NO_PAIR = [None, 0.9, "ab", (), (0.9,), (0.9, 0.9, 0.9), [0.9], {0.8, 0.9}, {0: 0.9, 1: 0.9}]
NO_PAIR += [
    np.array(0.9),
    np.zeros((2, 2)),
    np.zeros(3),
    ((0.9, 0.9), (0.9, 0.9)),
    lambda t: (0, 0),
]
NO_COUNT = [
    None,
    0,
    -1,
    1.5,
    5.0,
    nan,
    "5",
    True,
    [5],
    np.array([5]),
    np.float64(5),
    lambda t: 5,
    int,
]


def out_of_range(name, cls=None):
    """Return numbers that the option may not be."""
    if name == "f_min":
        return [nan, inf, -inf, 10**400]
    bad = [nan, -inf, -1, -1e-300, np.float32(-1), Fraction(-1, 2), -(10**400)]
    bad += [] if (cls, name) in WITHOUT_BOUND else [inf, np.float64(inf), 10**400]
    bad += [1, 1.0, np.float32(1), 2] if name in BELOW_ONE and cls is not mg.optim.SAM else []
    return bad + ([0, 0.0] if name in ABOVE_ZERO else [])


def bad_values(cls, name):
    """Return what an option of an optimizer may not be."""
    default = cls.__signature__.parameters[name].default
    if isinstance(default, bool):
        return NO_FLAG
    if isinstance(default, str):
        return NO_WORD
    if isinstance(default, tuple):
        halves = [*NO_NUMBER, *out_of_range(name)]
        return NO_PAIR + [(x, 0.9) for x in halves] + [(0.9, x) for x in halves]
    return NO_NUMBER + out_of_range(name, cls)


def made(cls, **options):
    params = parameters(shapes=shapes_for((cls, {})))
    return cls(params, **{"lr": 0.1, **options})


OPTIONS = [
    (cls, name) for cls in CLASSES for name in cls.__signature__.parameters if name != "params"
]
OPTIONS = [(cls, name) for cls, name in OPTIONS if not issubclass(cls, mg.optim.Lookahead.__base__)]
every_option = pytest.mark.parametrize(
    ("cls", "name"), OPTIONS, ids=[f"{cls.__name__}-{name}" for cls, name in OPTIONS]
)


def refused(act, cls, name, value, kinds=(TypeError, ValueError)):
    with pytest.raises(kinds) as caught:
        act()
    said = str(caught.value)
    assert cls.__name__ in said and name in said, (value, said)


@every_option
def test_a_bad_value_is_refused_by_name_wherever_it_is_given(cls, name):
    opt = made(cls)
    before = repr(opt.state_dict())
    for value in bad_values(cls, name):
        refused(lambda v=value: made(cls, **{name: v}), cls, name, value)
        group = {"params": parameters(shapes=shapes_for((cls, {}))), name: value}
        refused(lambda g=group: cls([g], lr=0.1), cls, name, value)
        refused(lambda v=value: opt.param_groups[0].update({name: v}), cls, name, value)
        refused(lambda v=value: setattr(opt, name, v), cls, name, value)
        state = opt.state_dict()
        state["options"][0][name] = value
        refused(lambda s=state: opt.load_state_dict(s), cls, name, value, ValueError)
        assert repr(opt.state_dict()) == before


@every_option
def test_a_function_of_the_step_is_held_to_what_it_gives(cls, name):
    default = cls.__signature__.parameters[name].default
    if isinstance(default, (bool, str)):
        pytest.skip("never a function")
    pair = isinstance(default, tuple)
    for value in [*NO_NUMBER, *out_of_range(name, cls)]:
        now = lambda t, v=value: v if t else 0.5  # noqa: E731
        opt = made(cls, **{name: (now, 0.5) if pair else now})
        opt.steps = 1
        with pytest.raises((TypeError, ValueError), match=f"{cls.__name__}: {name} at step 1"):
            opt.options_now()
    unfit = lambda: 0.5  # noqa: E731
    refused(lambda: made(cls, **{name: (unfit, 0.5) if pair else unfit}), cls, name, unfit)


@every_option
def test_numpys_values_are_taken_for_what_they_are(cls, name):
    default = cls.__signature__.parameters[name].default
    if isinstance(default, bool):
        given = [np.bool_(default), np.array(default)]
    elif isinstance(default, str):
        given = [np.str_(default), np.array(default)]
    elif isinstance(default, tuple):
        given = [[0.5, 0.25], np.array([0.5, 0.25]), (Fraction(1, 2), np.float32(0.25))]
    else:
        given = [
            np.float32(0.5),
            np.float16(0.5),
            np.array(0.5),
            Fraction(1, 2),
            np.longdouble(0.5),
        ]
    kept = [made(cls, **{name: value}).param_groups[0][name] for value in given]
    assert {repr(value) for value in kept} == {repr(kept[0])}
    assert type(kept[0]) in (bool, str, float, tuple)


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_an_unknown_option_is_refused_and_those_that_there_are_are_named(cls):
    with pytest.raises(
        TypeError, match=rf"{cls.__name__} has no option momentun; it has params, lr"
    ):
        made(cls, momentun=0.9)
    opt = made(cls)
    for act in (
        lambda: opt.param_groups[0].update(momentun=0.9),
        lambda: cls([{"params": [], "a": 1}], 1),
    ):
        with pytest.raises(ValueError, match=f"{cls.__name__}"):
            act()


def around(cls):
    return lambda **options: cls(mg.optim.SGD(parameters(), lr=0.1), **options)


SETTINGS = [
    (around(mg.optim.Lookahead), mg.optim.Lookahead, "sync_period", NO_COUNT),
    (around(mg.optim.Lookahead), mg.optim.Lookahead, "slow_step_size", NO_NUMBER),
    (around(mg.optim.SAM), mg.optim.SAM, "rho", NO_NUMBER),
    (lambda **options: mg.optim.EMA(parameters(), **options), mg.optim.EMA, "decay", NO_NUMBER),
    (lambda **options: mg.optim.EMA(parameters(), **options), mg.optim.EMA, "debias", NO_FLAG),
]


@pytest.mark.parametrize(
    ("make", "cls", "name", "bad"), SETTINGS, ids=[f"{s[1].__name__}-{s[2]}" for s in SETTINGS]
)
def test_what_goes_around_an_optimizer_refuses_bad_values_too(make, cls, name, bad):
    bad = [*bad, *out_of_range(name, cls), lambda t: 0.5] if bad is NO_NUMBER else bad
    opt = make()
    before = copy.deepcopy(opt.state_dict())
    for value in bad:
        refused(lambda v=value: make(**{name: v}), cls, name, value)
        refused(lambda v=value: setattr(opt, name, v), cls, name, value)
        if cls is not mg.optim.EMA:
            state = opt.state_dict()
            state["options"][name] = value
            refused(lambda s=state: opt.load_state_dict(s), cls, name, value, ValueError)
    assert repr(opt.state_dict()) == repr(before)


def test_the_period_of_lookahead_may_be_numpys():
    assert around(mg.optim.Lookahead)(sync_period=np.int64(5)).sync_period == 5


@pytest.mark.parametrize(
    "arguments",
    [
        {"method": None},
        {"method": ["CG"]},
        {"tol": nan},
        {"tol": "small"},
        {"tol": -1},
        {"options": 5},
        {"options": [1]},
        {"callback": 5},
        {"loss": None},
        {"loss": lambda: 1.0},
        {"loss": lambda: mg.tensor([1.0, 2.0])},
        {"params": 5},
    ],
    ids=shown,
)
def test_minimize_refuses_bad_arguments_by_name(arguments):
    p = parameters()[0]
    good = {"loss": lambda: (p * p).sum(), "params": [p]}
    with pytest.raises((TypeError, ValueError), match=f"minimize.*{next(iter(arguments))[:5]}"):
        mg.optim.minimize(**{**good, **arguments})


def test_every_option_is_an_attribute_of_all_groups():
    a, b = parameters()[:2]
    opt = mg.optim.SGD([{"params": [a], "momentum": 0.5}, {"params": [b]}], 0.1, momentum=0.9)
    assert opt.momentum == 0.5
    opt.momentum = mg.schedules.linear(0.8, steps=4)
    opt.steps = 2
    assert opt.momentum == 0.4 and opt.param_groups[1].now(2).momentum == 0.4


def test_what_parameters_there_are_is_settled():
    opt = mg.optim.SGD(parameters(), lr=0.1)
    group, more = opt.param_groups[0], parameters()[0]
    with pytest.raises(AttributeError, match="append"):
        group["params"].append(more)
    with pytest.raises(ValueError, match="params of a group stay what they were"):
        group["params"] = [more]
    with pytest.raises(TypeError, match="cannot be taken out"):
        del group["lr"]
    with pytest.raises(AttributeError):
        opt.param_groups.append({"params": [more]})
    with pytest.raises(AttributeError):
        opt.param_groups = []


def test_a_group_of_one_optimizer_serves_another():
    params = parameters()
    options = {**mg.optim.Adam(params, lr=0.1, betas=(0.5, 0.5)).param_groups[0]}
    again = mg.optim.Adam([options])
    assert again.betas == (0.5, 0.5) and same_bits(
        train(again, params, 2),
        train(mg.optim.Adam(twin := parameters(), lr=0.1, betas=(0.5, 0.5)), twin, 2),
    )
