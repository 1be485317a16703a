"""What is true of every optimizer."""

import numpy as np
import pytest
from optimizers import CASES, SEPARATE, SPECIAL, name_of, shapes_for, take_step
from steps import gradients, parameters, same_bits, train

import minigrad as mg

every_optimizer = pytest.mark.parametrize("case", CASES + SPECIAL, ids=name_of)
every_separate_optimizer = pytest.mark.parametrize("case", SEPARATE, ids=name_of)

rates = mg.schedules
SCHEDULES = [
    rates.constant(0.01),
    rates.step_decay(0.1, 0.5, 3),
    rates.piecewise_constant([0.1, 0.01], [5]),
    rates.piecewise_interpolated([0.01, 0.1, 0.0], [4, 8]),
    rates.linear(0.1, steps=8),
    rates.exponential(0.1, 0.9),
    rates.polynomial(0.1, steps=8, power=2.0),
    rates.inverse_time(0.1, 0.5),
    rates.inverse_sqrt(0.1, warmup=3),
    rates.cosine(0.1, steps=8, warmup=3),
    rates.cosine_restarts(0.1, 3, growth=2),
    rates.triangular(0.01, 0.1, 3),
    rates.triangular2(0.01, 0.1, 3),
    rates.exp_range(0.01, 0.1, 3, factor=0.9),
    rates.one_cycle(0.1, 8),
    rates.warmup_stable_decay(0.1, 10, 2, 3),
    rates.warmup(rates.inverse_sqrt(0.1, 1), 4),
    rates.join([rates.constant(0.1), rates.linear(0.1, 5)], [4]),
    rates.scale(rates.linear(0.1, 8), 0.5),
    rates.clamp(rates.exponential(0.1, 0.8), 0.02, 0.08),
]


def test_the_schedules_above_are_all_there_are():
    makers = {name for name in rates.__all__ if name.islower()} - {"one_cycle_momentum"}
    assert {schedule.make.__name__ for schedule in SCHEDULES} == makers


@every_optimizer
def test_the_rate_of_every_update_is_the_one_that_plotting_shows(case):
    cls, options = case
    for schedule in SCHEDULES:
        plotted = schedule(np.arange(12))
        params = parameters(shapes=shapes_for(case))
        opt = cls(params, lr=schedule, **options)
        by_hand = parameters(shapes=shapes_for(case))
        twin = cls(by_hand, lr=plotted[0], **options)
        for t, rate in enumerate(plotted):
            assert opt.lr == rate and opt.steps == t
            train(opt, params, t + 1, first=t)
            assert opt.last_lr == [rate]
            twin.lr = rate
            train(twin, by_hand, t + 1, first=t)
        assert same_bits([p._data for p in params], [p._data for p in by_hand]), schedule


@every_optimizer
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_parameters_and_states_keep_their_dtype(case, dtype):
    cls, options = case
    params = parameters(dtype, shapes=shapes_for(case))
    opt = cls(params, lr=0.05, **options)
    assert {x.dtype for x in train(opt, params, 2)} == {np.dtype(dtype)}
    state = opt.state_dict()
    for memory in state.get("inside", state)["memory"]:
        for parts in memory["states"].values():
            assert {part.dtype for part in parts} == {np.dtype(dtype)}


@every_optimizer
def test_a_rate_of_zero_moves_nothing(case):
    cls, options = case
    if "hypergrad_lr" in options:  # the rate of the rate
        options = {**options, "hypergrad_lr": 0.0}
    params = parameters(shapes=shapes_for(case))
    before = [p.numpy().copy() for p in params]
    after = train(cls(params, lr=0.0, **options), params, 3)
    assert all(np.array_equal(a, b) for a, b in zip(after, before, strict=True))


@every_separate_optimizer
def test_float32_and_float64_parameters_share_a_group(case):
    cls, options = case
    shapes = shapes_for(case)
    single, double = parameters(np.float32, shapes=shapes), parameters(np.float64, shapes=shapes)
    mixed = [p for pair in zip(single, double, strict=True) for p in pair]
    opt = cls(mixed, lr=0.05, **options)
    for t in range(5):
        gradients(single, t)
        gradients(double, t)
        opt.step()
    for together in (single, double):
        alone = parameters(together[0].dtype, shapes=shapes)
        after = train(cls(alone, lr=0.05, **options), alone, 5)
        assert same_bits(after, [p.numpy() for p in together])


@every_separate_optimizer
def test_groups_have_rates_and_options_of_their_own(case):
    cls, options = case
    a, b = (parameters(seed=seed, shapes=shapes_for(case)) for seed in (2, 3))
    opt = cls([{"params": a, "lr": 0.1}, {"params": b, **options}], lr=0.01)
    for t in range(5):
        gradients(a, t)
        gradients(b, t)
        opt.step()
    assert opt.last_lr == [0.1, 0.01]
    alone_a, alone_b = (parameters(seed=seed, shapes=shapes_for(case)) for seed in (2, 3))
    assert same_bits([p.numpy() for p in a], train(cls(alone_a, lr=0.1), alone_a, 5))
    assert same_bits([p.numpy() for p in b], train(cls(alone_b, lr=0.01, **options), alone_b, 5))


@every_optimizer
def test_a_missing_gradient_is_named_and_nothing_has_moved(case):
    cls, options = case
    params = [mg.tensor(np.ones(s), requires_grad=True) for s in shapes_for(case)]
    opt = cls(params, lr=0.1, **options)
    for p in params[:-1]:
        p.grad = mg.tensor(np.ones(p.shape))
    with pytest.raises(RuntimeError, match=r"parameter \d of shape .* has no gradient"):
        take_step(opt, lambda: 1.0)
    assert opt.steps == 0 and all((p.numpy() == 1).all() for p in params)
