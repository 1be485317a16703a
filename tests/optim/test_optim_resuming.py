"""A saved optimizer, loaded or copied, goes on as if nothing had happened."""

import copy
import pickle

import numpy as np
import pytest
from optimizers import CASES, SPECIAL, name_of, shapes_for
from steps import parameters, same_bits, train

import minigrad as mg

every_optimizer = pytest.mark.parametrize("case", CASES + SPECIAL, ids=name_of)


@every_optimizer
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_resumed_run_gives_the_bits_of_one_that_never_stopped(case, dtype, tmp_path):
    cls, options = case
    schedule = mg.schedules.cosine(0.05, steps=9)
    straight = parameters(dtype, shapes=shapes_for(case))
    whole = train(cls(straight, lr=schedule, **options), straight, 10)
    params = parameters(dtype, shapes=shapes_for(case))
    opt = cls(params, lr=schedule, **options)
    halfway = train(opt, params, 4)
    mg.save(opt.state_dict(), tmp_path / "opt.npz")
    later = [mg.tensor(p, requires_grad=True) for p in halfway]
    resumed = cls(later, lr=schedule, **options)
    resumed.load_state_dict(mg.load(tmp_path / "opt.npz"))
    assert resumed.steps == 4 and resumed.lr == opt.lr
    assert same_bits(train(resumed, later, 10, first=4), whole)


@every_optimizer
def test_saving_changes_nothing_and_later_steps_do_not_change_what_was_saved(case):
    cls, options = case
    params, unsaved = parameters(shapes=shapes_for(case)), parameters(shapes=shapes_for(case))
    opt = cls(params, lr=0.01, **options)
    train(opt, params, 3)
    saved, kept = opt.state_dict(), copy.deepcopy(opt.state_dict())
    after = train(opt, params, 6, first=3)
    assert same_bits(after, train(cls(unsaved, lr=0.01, **options), unsaved, 6))
    saved, kept = saved.get("inside", saved), kept.get("inside", kept)
    for memory, before in zip(saved["memory"], kept["memory"], strict=True):
        assert memory["numbers"] == before["numbers"]
        assert list(memory["states"]) == list(before["states"])
        for name, parts in memory["states"].items():
            assert same_bits(parts, before["states"][name])


@pytest.mark.parametrize(
    "clone", [copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))], ids=["deepcopy", "pickle"]
)
def test_a_copy_of_parameters_and_optimizer_trains_on_its_own(clone):
    params = parameters()
    opt = mg.optim.SGD(params, lr=0.1, momentum=0.9)
    train(opt, params, 3)
    their_params, their_opt = clone((params, opt))
    before = [p.numpy().copy() for p in params]
    theirs = train(their_opt, their_params, 6, first=3)
    assert same_bits([p.numpy() for p in params], before)
    assert same_bits(train(opt, params, 6, first=3), theirs)


def test_feedback_is_a_rate_and_resumes():
    params = parameters()
    plateau = mg.schedules.ReduceOnPlateau(0.5, factor=0.5, patience=0)
    opt = mg.optim.SGD(params, lr=plateau)
    plateau.observe(1.0)
    plateau.observe(1.0)
    assert opt.lr == 0.25
    fresh = mg.schedules.ReduceOnPlateau(0.5, factor=0.5, patience=0)
    resumed = mg.optim.SGD(parameters(), lr=fresh)
    resumed.load_state_dict(opt.state_dict())
    assert resumed.lr == 0.25 and fresh.best == 1.0


def test_a_state_that_does_not_fit_is_refused_and_nothing_changes():
    params = parameters()
    opt = mg.optim.SGD(params, lr=0.1, momentum=0.9)
    train(opt, params, 2)
    state = opt.state_dict()

    def refuse(other, message):
        before = copy.deepcopy(other.state_dict())
        with pytest.raises(ValueError, match=message):
            other.load_state_dict(state)
        assert repr(other.state_dict()) == repr(before)

    refuse(mg.optim.SGDW(parameters(), lr=0.1), "the state of SGD, and not of SGDW")
    refuse(mg.optim.SGD(parameters()[:2], lr=0.1), "of 4 parameters, this group has 2")
    refuse(
        mg.optim.SGD([parameters()[1], *parameters()[1:]], lr=0.1),
        r"of a parameter 0 of shape \(3, 4\), not \(4,\)",
    )
    a, b = parameters()[:2]
    refuse(mg.optim.SGD([{"params": [a]}, {"params": [b]}], lr=0.1), "has 1 groups")
    scheduled = mg.optim.SGD(parameters(), lr=mg.schedules.linear(0.1, steps=5))
    state = scheduled.state_dict()
    refuse(mg.optim.SGD(parameters(), lr=0.1), "SGD: lr was saved under a schedule")
