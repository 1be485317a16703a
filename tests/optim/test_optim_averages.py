"""Optimizers around an optimizer, averages, and what they are for."""

import copy

import numpy as np
import pytest
from bowls import TARGET, bowl, descend, zeros

import minigrad as mg
from minigrad import optim

# Wrappers


def test_sam_walks_along_a_valley_to_where_it_is_flat():
    """All points with x = 0 are minima, of curvature 0.1 + y² across the valley."""
    ends = []
    for rho in (0.0, 0.2):
        x, y = (mg.tensor(np.array(1.0), requires_grad=True) for _ in range(2))
        opt = optim.SAM(optim.SGD([x, y], lr=0.1), rho=rho)
        losses = descend(opt, lambda x=x, y=y: 0.5 * (0.1 + y * y) * x * x, 2000)
        ends.append(abs(y.item()))
        assert losses[-1] < 1e-3
    assert ends[0] > 0.3 and ends[1] < 0.05


def test_sam_with_a_failing_closure_leaves_the_parameters_where_they_were():
    p = zeros()
    opt = optim.SAM(optim.SGD([p], lr=0.1))
    calls = []

    def closure():
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        p.grad = mg.tensor(np.ones(4))

    with pytest.raises(KeyboardInterrupt):
        opt.step(closure)
    assert not p.numpy().any() and opt.steps == 0


def test_sam_without_a_closure_says_what_it_wants():
    with pytest.raises(TypeError, match=r"two gradients.*loss.backward\(\)"):
        optim.SAM(optim.SGD([zeros()], lr=0.1)).step(None)


def test_lookahead_goes_a_part_of_the_way_after_every_k_steps():
    p = zeros()
    opt = optim.Lookahead(optim.SGD([p], lr=1.0), sync_period=3, slow_step_size=0.25)
    seen = []
    for _ in range(6):
        p.grad = mg.tensor(-np.ones(4))
        opt.step()
        seen.append(p.numpy()[0])
    assert seen == [1.0, 2.0, 0.75, 1.75, 2.75, 1.5]


def test_wrappers_nest_and_resume():
    def make():
        p = zeros()
        inner = optim.SAM(optim.SGD([p], lr=0.1, momentum=0.9), rho=0.1)
        return p, optim.Lookahead(inner, sync_period=3)

    p, opt = make()
    descend(opt, lambda: bowl(p), 10)
    q, first = make()
    descend(first, lambda: bowl(q), 5)
    r, second = make()
    r.data = q.numpy()
    second.sync_period = 4  # comes with the state
    second.load_state_dict(copy.deepcopy(first.state_dict()))
    descend(second, lambda: bowl(r), 5)
    assert np.array_equal(p.numpy(), r.numpy()) and second.steps == 10


def test_a_wrapper_has_the_rate_and_the_groups_of_the_optimizer_inside():
    inner = optim.SGD([zeros()], lr=mg.schedules.linear(1.0, steps=10))
    opt = optim.Lookahead(inner)
    assert opt.lr == 1.0 and opt.param_groups is inner.param_groups
    opt.lr = 0.3
    assert inner.lr == 0.3


def test_wrappers_refuse_what_they_cannot_wrap_or_load():
    opt = optim.Lookahead(optim.SGD([zeros()], lr=0.1))
    with pytest.raises(TypeError, match="goes around an optimizer"):
        optim.Lookahead([zeros()])
    with pytest.raises(ValueError, match="sync_period is an integer, 1 or more"):
        optim.Lookahead(optim.SGD([zeros()], lr=0.1), sync_period=0)
    with pytest.raises(ValueError, match="the state of SGD, and not of Lookahead"):
        opt.load_state_dict(opt.optimizer.state_dict())


# Schedule-free


def noisy(seed):
    rng = np.random.default_rng(seed)
    return lambda p: bowl(p) + (rng.normal(size=4) * p).sum()


@pytest.mark.parametrize("seed", range(3))
def test_the_average_of_schedule_free_is_better_than_where_its_gradients_are_taken(seed):
    p, q = zeros(), zeros()
    opt, loss, same = optim.ScheduleFreeSGD([p], lr=0.3), noisy(seed), noisy(seed)
    descend(opt, lambda: loss(p), 2000)
    descend(optim.SGD([q], lr=0.3), lambda: same(q), 2000)
    opt.eval()
    assert bowl(p).item() - 3.0 < 0.2 * (bowl(q).item() - 3.0)


def test_schedule_free_does_not_step_from_the_average():
    p = zeros()
    opt = optim.ScheduleFreeSGD([p], lr=0.1)
    descend(opt, lambda: bowl(p), 3)
    opt.eval()
    p.grad = mg.tensor(np.ones(4))
    with pytest.raises(RuntimeError, match=r"call train\(\) on the optimizer first"):
        opt.step()
    opt.train()
    opt.step()
    assert opt.steps == 4


def test_schedule_free_resumes_from_what_was_saved_while_evaluating():
    p, q = zeros(), zeros()
    opt = optim.ScheduleFreeAdamW([p], lr=0.1)
    descend(opt, lambda: bowl(p), 5)
    opt.eval()
    opt.eval()  # changes nothing
    q.data = p.numpy()
    resumed = optim.ScheduleFreeAdamW([q], lr=0.1)
    resumed.load_state_dict(opt.state_dict())
    for optimizer, x in ((opt, p), (resumed, q)):
        optimizer.train()
        descend(optimizer, lambda x=x: bowl(x), 5)
    straight = zeros()
    descend(optim.ScheduleFreeAdamW([straight], lr=0.1), lambda: bowl(straight), 10)
    assert np.array_equal(p.numpy(), q.numpy()) and np.array_equal(p.numpy(), straight.numpy())


# Averages


@pytest.mark.parametrize("make", [optim.EMA, lambda p: optim.EMA(p, debias=True), optim.SWA])
def test_the_average_of_what_does_not_change_is_the_same(make):
    p = mg.tensor(TARGET, requires_grad=True)
    average = make([p])
    for _ in range(5):
        average.update()
        np.testing.assert_allclose(average.values()[0], TARGET, rtol=1e-12)


def test_an_average_is_applied_for_a_block_and_the_parameters_come_back():
    p = zeros(4, np.float32)
    opt, average = optim.SGD([p], lr=0.5), optim.SWA([p])
    for _ in range(4):
        descend(opt, lambda: (p - 1.0).sum(), 1)
        average.update()
    before = p.numpy().copy()
    with pytest.raises(ZeroDivisionError), average.applied():
        assert p.numpy().tolist() == [-1.25] * 4 and p.dtype == np.float32
        raise ZeroDivisionError
    assert np.array_equal(p.numpy(), before)


def test_an_average_resumes_exactly(tmp_path):
    p = zeros()
    one, two = optim.EMA([p], 0.9, debias=True), optim.EMA([p], 0.9, debias=True)
    for t in range(6):
        p.data = np.full(4, float(t))
        one.update()
        if t == 2:
            mg.save(one.state_dict(), tmp_path / "average.npz")
            two.load_state_dict(mg.load(tmp_path / "average.npz"))
        elif t > 2:
            two.update()
    assert np.array_equal(one.values()[0], two.values()[0])
    with pytest.raises(ValueError, match="the saved average has shapes"):
        optim.EMA([zeros(3)], debias=True).load_state_dict(one.state_dict())
    with pytest.raises(ValueError, match="the state of EMA with debias, and not of EMA"):
        optim.EMA([p]).load_state_dict(one.state_dict())


def test_there_is_no_average_before_the_first_update():
    with pytest.raises(RuntimeError, match=r"no average before update\(\)"):
        optim.EMA([zeros()]).values()
    with pytest.raises(ValueError, match="below 1"):
        optim.EMA([zeros()], decay=1.0)


# Compiled steps

WAYS = {
    "SAM": lambda p: optim.SAM(optim.SGD(p, 0.01, momentum=0.9), rho=0.1),
    "Lookahead": lambda p: optim.Lookahead(optim.Adam(p, 0.01), sync_period=2),
    "PolyakSGD": lambda p: optim.PolyakSGD(p, 0.1),
    "Prodigy": lambda p: optim.Prodigy(p, d0=1e-2),
    "SGDHD": lambda p: optim.SGDHD(p, 0.01),
    "ScheduleFreeAdamW": lambda p: optim.ScheduleFreeAdamW(p, 0.01),
}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("name", WAYS)
def test_a_compiled_step_repeats_the_optimizer_and_the_average(name):
    def trained(wrap):
        p = zeros()
        opt, average = WAYS[name]([p]), optim.EMA([p], 0.5)

        def step(x):
            def closure():
                opt.zero_grad()
                loss = bowl(p * x)
                loss.backward()
                return loss

            loss = opt.step_with(closure)
            average.update()
            return loss

        step = wrap(step)
        rng = np.random.default_rng(0)
        losses = [step(rng.uniform(0.5, 1.5, 4)).item() for _ in range(8)]
        return [*losses, *p.numpy(), *average.values()[0]]

    assert trained(mg.compile) == trained(lambda step: step)
