"""Momenta that pass through zero, and states that come to rest there."""

import numpy as np
import pytest
from optimizers import CASES, SPECIAL, name_of, shapes_for, take_step
from steps import parameters, train

import minigrad as mg

every_optimizer = pytest.mark.parametrize("case", CASES + SPECIAL, ids=name_of)
PASSING = [[0.9, 0.9, 0.0, 0.9, 0.9], [0.0, 0.9, 0.0, 0.0, 0.9], [0.0, 0.0, 0.5, 0.9, 0.9]]


def declared(opt):
    """Return the options of the optimizer, or of the one inside."""
    return declared(opt.optimizer) if hasattr(opt, "optimizer") else opt.param_groups[0]


@every_optimizer
@pytest.mark.parametrize("values", PASSING, ids=str)
def test_a_momentum_that_passes_zero_is_the_limit_of_small_ones(case, values):
    """No state is skipped where its momentum is 0: the recurrence goes on."""
    cls, options = case
    found = []
    for least in (0.0, 1e-30):
        params = parameters(shapes=shapes_for(case))
        opt = cls(params, lr=0.05, **options)
        group = declared(opt)

        def passing(t, least=least):
            return max(values[min(t, 4)], least)

        if "betas" in group:
            group["betas"] = (passing, group["betas"][1])
        for name in {"momentum", "beta"} & set(group):
            group[name] = passing
        found.append(train(opt, params, 6))
    for a, b in zip(*found, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-15)


def test_a_velocity_goes_on_where_momentum_is_set_to_zero_and_back():
    p = mg.tensor(np.array([1.0]), requires_grad=True)
    opt = mg.optim.SGD([p], lr=0.1)
    seen = []
    for momentum in (0.9, 0.9, 0.0, 0.9):
        opt.momentum = momentum
        p.grad = mg.tensor(np.ones(1))
        opt.step()
        seen.append(p.item())
    np.testing.assert_allclose(seen, [0.9, 0.71, 0.61, 0.42])


@every_optimizer
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_no_state_stays_among_the_subnormal_numbers(case, dtype):
    """One gradient, then none: what decays for ever comes to rest at 0."""
    cls, options = case
    params = parameters(dtype, shapes=shapes_for(case))
    opt = cls(params, lr=1e-4, **options)
    group = declared(opt)
    fast = {"betas": (0.5, 0.6), "momentum": 0.5, "alpha": 0.6, "rho": 0.6}
    group.update({name: value for name, value in fast.items() if name in group})
    if "weight_decay" in group:
        group["weight_decay"] = 0.0  # whose gradient never ends
    tiny = np.finfo(dtype).smallest_normal
    for t in range(2500):
        if t < 2:

            def closure(t=t):
                for i, p in enumerate(params):
                    g = np.random.default_rng(i).normal(size=p.shape) * (1 - t)
                    p.grad = mg.tensor(np.asarray(g, dtype))
                return 1.0

        take_step(opt, closure)
        if t % 250 == 0 or t == 2499:
            for flats in opt.flats:
                for flat in flats:
                    for name, state in flat.states.items():
                        left = np.abs(state[state != 0])
                        assert not left.size or left.min() >= tiny, (name, t)
