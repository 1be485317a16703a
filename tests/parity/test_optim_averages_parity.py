"""Wrappers and averages are those of their peers: the same numbers after 100 random gradients."""

import numpy as np
import pytest
from updates import (
    RATES,
    STEPS,
    assert_same,
    gradients,
    in_jax,
    keras_after,
    optax_after,
    ours_after,
    parameters,
    set_gradients,
    start,
    with_keras,
)

import minigrad as mg
from minigrad import optim

# Wrappers


def test_sam_is_that_of_optax_which_counts_the_climb_as_a_step(jax, optax):
    params = parameters()
    opt = optim.SAM(optim.Adam(params, 0.01), rho=0.3)
    turn = iter(range(STEPS))

    def closure():
        set_gradients(params, gradients(next(turn)))
        return mg.tensor(1.0)

    for _ in range(STEPS // 2):
        opt.step(closure)
    climb = optax.chain(optax.contrib.normalize(), optax.sgd(0.3))
    theirs = optax.contrib.sam(optax.adam(0.01), climb, sync_period=2)
    assert_same([p.numpy() for p in params], optax_after(jax, theirs)[1])


def test_lookahead_is_that_of_optax(jax, optax):
    _, ours = ours_after(
        lambda p: optim.Lookahead(optim.Adam(p, RATES.__getitem__), 7, slow_step_size=0.3)
    )
    fast = [jax.numpy.asarray(x) for x in start()]
    params = optax.LookaheadParams.init_synced(fast)
    transform = optax.lookahead(optax.adam(in_jax(RATES)), sync_period=7, slow_step_size=0.3)
    state = transform.init(params)
    for t in range(STEPS):
        grads = [jax.numpy.asarray(g) for g in gradients(t)]
        updates, state = transform.update(grads, state, params)
        params = optax.apply_updates(params, updates)
    assert_same(ours, params.fast)


# Schedule-free

SCHEDULE_FREE = {
    "ScheduleFreeSGD": (
        lambda p: optim.ScheduleFreeSGD(p, 0.02, beta=0.8, weight_decay=0.1),
        lambda o: o.contrib.schedule_free_sgd(0.02, b1=0.8, weight_decay=0.1),
    ),
    "ScheduleFreeAdamW": (
        lambda p: optim.ScheduleFreeAdamW(p, 0.02, (0.8, 0.95), 1e-3, weight_decay=0.1),
        lambda o: o.contrib.schedule_free_adamw(0.02, b1=0.8, b2=0.95, eps=1e-3, weight_decay=0.1),
    ),
}


@pytest.mark.parametrize("name", SCHEDULE_FREE)
def test_where_schedule_free_takes_its_gradients_is_where_optax_does(jax, optax, name):
    ours, theirs = SCHEDULE_FREE[name]
    assert_same(ours_after(ours)[1], optax_after(jax, theirs(optax))[1])


@pytest.mark.parametrize("name", SCHEDULE_FREE)
def test_eval_gives_the_average_of_optax_and_train_the_way_back(jax, optax, name):
    def now():
        return [p.numpy().copy() for p in opt.param_groups[0]["params"]]

    ours, theirs = SCHEDULE_FREE[name]
    opt, _ = ours_after(ours)
    training = now()
    state, params = optax_after(jax, theirs(optax))
    opt.eval()
    assert_same(now(), optax.contrib.schedule_free_eval_params(state, params))
    opt.train()
    assert all(np.array_equal(a, b) for a, b in zip(now(), training, strict=True))


# Averages


def averages_of(average, params):
    """Return the averages after each of 100 random changes of the parameters."""
    values = []
    for t in range(STEPS):
        for p, x in zip(params, gradients(t), strict=True):
            p.data = x
        average.update()
        values.append(average.values())
    return values


def test_an_average_without_bias_is_that_of_optax(jax, optax):
    params = parameters()
    ours = averages_of(optim.EMA(params, 0.9, debias=True), params)
    transform = optax.ema(0.9, debias=True)
    state = transform.init([jax.numpy.asarray(x) for x in start()])
    for t in range(STEPS):
        theirs, state = transform.update([jax.numpy.asarray(g) for g in gradients(t)], state)
        assert_same(ours[t], theirs)


@pytest.mark.parametrize("kind", ["EMA", "SWA"])
def test_averages_are_those_of_pytorch(torch, kind):
    params = parameters()
    ours = averages_of(optim.EMA(params, 0.9) if kind == "EMA" else optim.SWA(params), params)
    tools = torch.optim.swa_utils
    model = torch.nn.ParameterList([torch.tensor(x) for x in start()])
    average = tools.AveragedModel(
        model, multi_avg_fn=tools.get_ema_multi_avg_fn(0.9) if kind == "EMA" else None
    )
    for t in range(STEPS):
        with torch.no_grad():
            for p, x in zip(model, gradients(t), strict=True):
                p.copy_(torch.tensor(x))
        average.update_parameters(model)
        assert_same(ours[t], [p.detach().numpy() for p in average.module])


@with_keras
def test_an_exponential_average_is_that_of_keras(keras):
    params = parameters()
    opt, average = optim.SGD(params, lr=0.01), optim.EMA(params, 0.9)
    for t in range(STEPS):
        set_gradients(params, gradients(t))
        opt.step()
        average.update()
    theirs = keras.optimizers.SGD(0.01, use_ema=True, ema_momentum=0.9)
    keras_after(keras, theirs)
    assert_same(
        average.values(),
        [keras.ops.convert_to_numpy(v) for v in theirs._model_variables_moving_average],
    )
