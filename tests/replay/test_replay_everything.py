"""Whatever the engine can do gives the same bits when it is replayed."""

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from optimizers import CASES, SPECIAL, name_of, shapes_for, take_step
from primitives import DIFFERENTIABLE, LAYOUTS, MINIGRAD, REGISTRY, distinct, laid_out

import minigrad as mg

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning:minigrad")


def assert_same_bits(a, b):
    np.testing.assert_array_equal(a._data, b._data, strict=True)
    np.testing.assert_array_equal(np.signbit(a._data), np.signbit(b._data))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", sorted(REGISTRY))
def test_a_primitive_and_its_derivative_replay(name, dtype):
    entry = REGISTRY[name]

    def run(*xs, params):
        y = entry.call(MINIGRAD, name, xs, params)
        return [y] if name not in DIFFERENTIABLE else [y, *mg.grad((y * y).sum(), xs)]

    @settings(max_examples=30)
    @given(entry.calls, st.sampled_from(LAYOUTS), st.integers(0, 2**32 - 1))
    def check(call, layout, seed):
        shapes, params = call
        compiled = mg.compile(lambda *xs: run(*xs, params=params))
        for i in range(5):
            arrays = distinct(shapes, seed + i, entry.positive)
            arrays = [laid_out(a, layout, dtype) for a in arrays]
            xs = [mg.Tensor(a, requires_grad=True) for a in arrays]
            for a, b in zip(run(*xs, params=params), compiled(*xs), strict=True):
                assert_same_bits(a, b)

    check()


@pytest.mark.parametrize("case", CASES + SPECIAL, ids=name_of)
def test_an_optimizer_replays(case):
    def trainer():
        cls, options = case
        rng = np.random.default_rng(0)
        ps = [mg.tensor(rng.normal(size=s), requires_grad=True) for s in shapes_for(case)]
        opt = cls(ps, mg.schedules.cosine(0.1, steps=6), **options)

        def step(target):
            def closure():
                opt.zero_grad()
                loss = sum(((p - target) * (p - target)).sum() for p in ps)
                loss.backward()
                return loss

            take_step(opt, closure)

        return ps, opt, step

    ps, opt, step = trainer()
    qs, replayed, other = trainer()
    compiled = mg.compile(other)
    with warnings.catch_warnings():
        # those that read the loss into Python run as they are
        warnings.filterwarnings("ignore", "step.. is not replayed, because it reads the numbers")
        for i in range(8):
            step(mg.tensor(np.array(float(i))))
            compiled(np.array(float(i)))
            for p, q in zip(ps, qs, strict=True):
                assert_same_bits(p, q)
                assert_same_bits(p.grad, q.grad)
    assert opt.steps == replayed.steps
    assert opt.last_lr == replayed.last_lr


def test_a_rate_that_is_set_between_steps_is_used():
    p, q = (mg.tensor([1.0], requires_grad=True) for _ in range(2))
    opt, replayed = mg.optim.SGD([p], 0.1), mg.optim.SGD([q], 0.1)

    def step(p, opt):
        opt.zero_grad()
        (p * p).sum().backward()
        opt.step()

    compiled = mg.compile(lambda: step(q, replayed))
    for rate in [0.1, 0.1, 0.1, 0.1, 0.2, 0.3]:
        opt.lr = replayed.lr = rate
        step(p, opt)
        compiled()
        assert_same_bits(p, q)


@pytest.mark.parametrize(
    ("cls", "options", "others"),
    [
        (mg.optim.SGD, dict(momentum=0.9), dict(momentum=0.0)),
        (mg.optim.SGD, dict(momentum=0.0), dict(momentum=0.9)),
        (mg.optim.SGD, dict(momentum=0.9), dict(nesterov=True)),
        (mg.optim.Adam, dict(amsgrad=False), dict(amsgrad=True)),
        (mg.optim.Adam, dict(amsgrad=True), dict(amsgrad=False)),
        (mg.optim.AdamW, dict(betas=(0.9, 0.99)), dict(weight_decay=0.3, betas=(0.5, 0.6))),
    ],
    ids=str,
)
@pytest.mark.parametrize("lr", [0.1, mg.schedules.cosine(0.1, steps=20)], ids=["fixed", "cosine"])
def test_options_that_are_set_between_steps_are_used(cls, options, others, lr):
    found = []
    for wrap in (lambda f: f, mg.compile):
        p = mg.tensor([1.0, 2.0], requires_grad=True)
        opt = cls([p], lr, **options)

        @wrap
        def step(p=p, opt=opt):
            opt.zero_grad()
            (p * p).sum().backward()
            opt.step()

        for i in range(12):
            opt.param_groups[0].update({4: others, 8: options}.get(i, {}))
            step()
            found.append(p.numpy().copy())
    np.testing.assert_array_equal(found[12:], found[:12])
