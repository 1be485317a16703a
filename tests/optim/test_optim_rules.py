"""What a pencil says of SGD, RMSprop and Adam."""

import numpy as np
import pytest
from steps import parameters, train

import minigrad as mg


def run(make, steps=30):
    params = parameters()
    return train(make(params), params, steps)


def close(a, b):
    return all(np.allclose(x, y, rtol=1e-12, atol=1e-12) for x, y in zip(a, b, strict=True))


@pytest.mark.parametrize("nesterov", [False, True])
def test_the_forms_of_momentum_convert_at_a_rate_that_never_changes(nesterov):
    def form(name, lr):
        return run(lambda p: mg.optim.SGD(p, lr, momentum=0.9, nesterov=nesterov, form=name))

    assert close(form("rate_inside", 0.1), form("heavy_ball", 0.1))
    assert close(form("average", 0.1), form("heavy_ball", 0.1 * (1 - 0.9)))


def test_when_the_rate_drops_to_zero_only_a_rate_inside_the_velocity_goes_on():
    def moved(form):
        lr = mg.schedules.piecewise_constant([0.1, 0.0], [10])
        before, after = (
            run(lambda p: mg.optim.SGD(p, lr, momentum=0.9, form=form), steps) for steps in (10, 20)
        )
        return not close(before, after)

    assert [moved(f) for f in ("heavy_ball", "average", "rate_inside")] == [False, False, True]


def test_decoupled_decay_and_l2_are_the_same_without_momentum_and_differ_with_it():
    def decayed(cls, momentum):
        return run(lambda p: cls(p, 0.1, momentum=momentum, weight_decay=0.1))

    assert close(decayed(mg.optim.SGD, 0.0), decayed(mg.optim.SGDW, 0.0))
    assert not close(decayed(mg.optim.SGD, 0.9), decayed(mg.optim.SGDW, 0.9))


def test_adamw_without_a_gradient_shrinks_by_the_rate_times_the_decay():
    p = mg.tensor(np.ones(3), requires_grad=True)
    opt = mg.optim.AdamW([p], lr=mg.schedules.linear(0.1, steps=4), weight_decay=0.5)
    for _ in range(3):
        p.grad = mg.tensor(np.zeros(3))
        opt.step()
    shrunk = (1 - 0.1 * 0.5) * (1 - 0.075 * 0.5) * (1 - 0.05 * 0.5)
    assert np.allclose(p.numpy(), shrunk, rtol=1e-14)


def test_the_first_step_of_adam_is_the_rate_whatever_the_gradient():
    p = mg.tensor(np.zeros(4), requires_grad=True)
    p.grad = mg.tensor(np.array([1e-3, -1.0, 1e3, 0.0]))
    mg.optim.Adam([p], lr=0.1).step()
    assert np.allclose(p.numpy(), [-0.1, 0.1, -0.1, 0.0], rtol=1e-4)


def test_centred_rmsprop_survives_a_gradient_that_never_changes():
    p = mg.tensor([1.0], requires_grad=True)
    opt = mg.optim.RMSprop([p], lr=1e-6, alpha=0.5, centered=True)
    for _ in range(50):
        p.grad = mg.tensor([0.3])  # whose square rounds down
        opt.step()
    assert np.isfinite(p.numpy()).all()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(
    "make",
    [
        lambda p: mg.optim.SGD(p, lr=0.1, momentum=0.5),
        lambda p: mg.optim.SGD(p, lr=0.1, momentum=0.5, nesterov=True),
        lambda p: mg.optim.Adam(p, lr=0.1, betas=(0.5, 0.9)),
        lambda p: mg.optim.RMSprop(p, lr=0.1, momentum=0.5),
        lambda p: mg.optim.NAdam(p, lr=0.1, betas=(0.5, 0.9)),
    ],
    ids=["SGD", "Nesterov", "Adam", "RMSprop", "NAdam"],
)
def test_the_momentum_of_a_dead_unit_comes_to_rest(make, dtype):
    """Rounding alone would keep it for ever at the least number above 0."""
    p = mg.tensor(np.array([1.0, -1.0], dtype), requires_grad=True)
    opt = make([p])
    p.grad = mg.tensor(np.array([0.3, -0.7], dtype))
    opt.step()
    p.grad = mg.tensor(np.zeros(2, dtype))
    for _ in range(1100):
        opt.step()
    states = opt.state_dict()["memory"][0]["states"]
    momentum = states["velocity"] if "velocity" in states else states["m"]
    assert not np.any(momentum)
