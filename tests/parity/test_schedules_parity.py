"""Schedules are those of PyTorch, optax and Keras: to 1e-12 at every step of a run and beyond it.

All three are evaluated in float64. Where a peer means another thing, the test's name says what.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest

from minigrad.schedules import (
    ReduceOnPlateau,
    Schedule,
    clamp,
    constant,
    cosine,
    cosine_restarts,
    exp_range,
    exponential,
    inverse_time,
    join,
    linear,
    one_cycle,
    one_cycle_momentum,
    piecewise_constant,
    piecewise_interpolated,
    polynomial,
    step_decay,
    triangular,
    triangular2,
    warmup,
    warmup_stable_decay,
)

RUN = 1000
BEYOND = 1300


@pytest.fixture(scope="module")
def torch() -> ModuleType:
    return pytest.importorskip("torch")


@pytest.fixture(scope="module")
def jax() -> Iterator[ModuleType]:
    jax = pytest.importorskip("jax")
    before = jax.config.jax_enable_x64
    jax.config.update("jax_enable_x64", True)
    yield jax
    jax.config.update("jax_enable_x64", before)


@pytest.fixture(scope="module")
def optax(jax: ModuleType) -> ModuleType:
    return pytest.importorskip("optax")


@pytest.fixture(scope="module")
def keras(torch: ModuleType) -> Iterator[ModuleType]:
    os.environ.setdefault("KERAS_BACKEND", "torch")
    keras = pytest.importorskip("keras")
    if keras.config.backend() == "jax":
        pytest.skip("Keras on JAX computes its cosines in float32; set KERAS_BACKEND=torch")
    before = keras.config.floatx()
    keras.config.set_floatx("float64")
    yield keras
    keras.config.set_floatx(before)


def assert_same(schedule: Schedule, peer: np.ndarray) -> None:
    """Hold a schedule to a peer's rates for updates 0, 1, ..., relative to the largest of them."""
    ours = schedule(np.arange(len(peer)))
    np.testing.assert_allclose(ours, peer, rtol=1e-12, atol=1e-12 * np.max(np.abs(peer)))


def torch_curve(
    torch: ModuleType, make: Callable[[Any], Any], lr: float, n: int = BEYOND, key: str = "lr"
) -> np.ndarray:
    """Return what ``n`` updates under a PyTorch scheduler find in the optimizer."""
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=lr, momentum=0.9)
    scheduler = make(optimizer)
    curve = []
    for t in range(n):
        curve.append(float(optimizer.param_groups[0][key]))
        optimizer.step()
        if t < n - 1:
            scheduler.step()
    return np.array(curve)


def optax_curve(jax: ModuleType, schedule: Callable[[Any], Any], n: int = BEYOND) -> np.ndarray:
    curve = np.asarray(jax.vmap(schedule)(jax.numpy.arange(n)))
    assert curve.dtype == np.float64
    return curve


def keras_curve(keras: ModuleType, schedule: Callable[[Any], Any], n: int = BEYOND) -> np.ndarray:
    assert keras.backend.standardize_dtype(schedule(0).dtype) == "float64"
    return np.array([float(schedule(t)) for t in range(n)])


# PyTorch.

TORCH: dict[str, tuple[Schedule, Callable[[Any], Callable[[Any], Any]]]] = {
    "StepLR": (
        step_decay(0.3, factor=0.7, every=90),
        lambda s: lambda o: s.StepLR(o, step_size=90, gamma=0.7),
    ),
    "MultiStepLR": (
        piecewise_constant([0.3, 0.03, 0.003], [300, 777]),
        lambda s: lambda o: s.MultiStepLR(o, milestones=[300, 777], gamma=0.1),
    ),
    "ConstantLR": (
        piecewise_constant([0.3 / 4, 0.3], [50]),
        lambda s: lambda o: s.ConstantLR(o, factor=1 / 4, total_iters=50),
    ),
    "LinearLR, falling": (
        linear(0.3, steps=RUN, end=0.03),
        lambda s: lambda o: s.LinearLR(o, start_factor=1, end_factor=0.1, total_iters=RUN),
    ),
    "LinearLR, rising: a warmup": (
        warmup(constant(0.3), steps=200),
        lambda s: lambda o: s.LinearLR(o, start_factor=1 / 200, total_iters=200),
    ),
    "ExponentialLR": (
        exponential(0.3, factor=0.99),
        lambda s: lambda o: s.ExponentialLR(o, gamma=0.99),
    ),
    "PolynomialLR": (
        polynomial(0.3, steps=RUN, power=2.5),
        lambda s: lambda o: s.PolynomialLR(o, total_iters=RUN, power=2.5),
    ),
    "CosineAnnealingWarmRestarts": (
        cosine_restarts(0.3, period=100, end=0.01),
        lambda s: lambda o: s.CosineAnnealingWarmRestarts(o, T_0=100, eta_min=0.01),
    ),
    "CosineAnnealingWarmRestarts, growing": (
        cosine_restarts(0.3, period=30, growth=2, end=0.01),
        lambda s: lambda o: s.CosineAnnealingWarmRestarts(o, T_0=30, T_mult=2, eta_min=0.01),
    ),
    "CyclicLR triangular": (
        triangular(0.01, 0.3, up=70, down=50),
        lambda s: (
            lambda o: s.CyclicLR(
                o, 0.01, 0.3, step_size_up=70, step_size_down=50, cycle_momentum=False
            )
        ),
    ),
    "CyclicLR triangular2": (
        triangular2(0.01, 0.3, up=70),
        lambda s: (
            lambda o: s.CyclicLR(
                o, 0.01, 0.3, step_size_up=70, mode="triangular2", cycle_momentum=False
            )
        ),
    ),
    "CyclicLR exp_range": (
        exp_range(0.01, 0.3, up=70, down=90, factor=0.995),
        lambda s: (
            lambda o: s.CyclicLR(
                *(o, 0.01, 0.3, 70, 90), mode="exp_range", gamma=0.995, cycle_momentum=False
            )
        ),
    ),
    "SequentialLR": (
        join([constant(0.3), exponential(0.3, 0.98), step_decay(0.3, 0.5, 60)], [100, 400]),
        lambda s: (
            lambda o: s.SequentialLR(
                o,
                [s.ConstantLR(o, factor=1), s.ExponentialLR(o, 0.98), s.StepLR(o, 60, 0.5)],
                milestones=[100, 400],
            )
        ),
    ),
}


@pytest.mark.parametrize("name", TORCH)
def test_a_schedule_is_that_of_pytorch(torch: ModuleType, name: str) -> None:
    schedule, make = TORCH[name]
    assert_same(schedule, torch_curve(torch, make(torch.optim.lr_scheduler), lr=0.3))


def test_a_cosine_is_that_of_pytorch_which_rises_again_after_its_end(torch: ModuleType) -> None:
    annealing = torch.optim.lr_scheduler.CosineAnnealingLR
    theirs = torch_curve(torch, lambda o: annealing(o, T_max=RUN, eta_min=0.01), 0.3, n=2 * RUN + 1)
    ours = cosine(0.3, steps=RUN, end=0.01)
    assert_same(ours, theirs[: RUN + 1])
    assert theirs[2 * RUN] == pytest.approx(0.3, rel=1e-9)
    assert ours(2 * RUN) == 0.01


def test_a_cosine_with_warmup_is_a_sequence_of_pytorch_schedulers(torch: ModuleType) -> None:
    s = torch.optim.lr_scheduler
    theirs = torch_curve(
        torch,
        lambda o: s.SequentialLR(
            o,
            [s.LinearLR(o, start_factor=0.01, total_iters=100), s.CosineAnnealingLR(o, RUN - 100)],
            milestones=[100],
        ),
        lr=0.3,
        n=RUN + 1,
    )
    assert_same(cosine(0.3, steps=RUN, warmup=100), theirs)


@pytest.mark.parametrize("shape", ["cosine", "linear"])
@pytest.mark.parametrize("phases", [2, 3])
def test_one_cycle_is_that_of_pytorch_whose_steps_count_to_the_last_update(
    torch: ModuleType, shape: str, phases: int
) -> None:
    def make(optimizer: Any) -> Any:
        return torch.optim.lr_scheduler.OneCycleLR(
            optimizer,
            max_lr=0.3,
            total_steps=RUN,
            pct_start=0.25,
            anneal_strategy=shape[:3] if shape == "cosine" else shape,
            three_phase=phases == 3,
        )

    # Their peak is at 0.25 N - 1 and their end at N - 1, where the last of N updates is.
    ours = {"steps": RUN - 1, "warmup": 249, "final": 501 if phases == 3 else 0, "shape": shape}
    assert_same(one_cycle(0.3, **ours), torch_curve(torch, make, 0.3, RUN))
    assert_same(one_cycle_momentum(**ours), torch_curve(torch, make, 0.3, RUN, "momentum"))


def test_one_cycle_of_pytorch_fails_after_its_end_where_ours_stays(torch: ModuleType) -> None:
    def make(optimizer: Any) -> Any:
        return torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.3, total_steps=20)

    with pytest.raises(ValueError, match="Tried to step 21 times"):
        torch_curve(torch, make, 0.3, n=22)
    ours = one_cycle(0.3, steps=19, warmup=5)
    assert ours(1000) == ours(19)


PLATEAU_OPTIONS = [*itertools.product(["min", "max"], ["rel", "abs"], [0, 7], [0, 3], [0.0, 0.02])]


@pytest.mark.parametrize(
    ("mode", "threshold_mode", "patience", "cooldown", "floor"), PLATEAU_OPTIONS
)
def test_reduce_on_plateau_is_that_of_pytorch(
    torch: ModuleType, mode: str, threshold_mode: str, patience: int, cooldown: int, floor: float
) -> None:
    options: dict[str, Any] = {
        "mode": mode,
        "factor": 0.6,
        "patience": patience,
        "threshold": 0.01,
        "threshold_mode": threshold_mode,
        "cooldown": cooldown,
        "min_lr": floor,
    }
    rng = np.random.default_rng(7)
    metrics = np.exp(-np.arange(RUN) / 200) + 0.1 * rng.normal(size=RUN)
    metrics = metrics if mode == "min" else -metrics
    metrics[500] = np.nan
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.3)
    theirs = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, **options)
    ours = ReduceOnPlateau(0.3, **options)
    cuts = 0
    for metric in metrics:
        before = ours.lr
        theirs.step(metric)
        assert ours.observe(metric) == optimizer.param_groups[0]["lr"]
        cuts += ours.lr < before
    assert cuts > 2


# optax.

OPTAX: dict[str, tuple[Schedule, Callable[[Any], Any]]] = {
    "constant_schedule": (constant(0.3), lambda o: lambda t: o.constant_schedule(0.3)(t) + 0.0 * t),
    "linear_schedule": (
        linear(0.3, steps=RUN, end=0.01),
        lambda o: o.linear_schedule(0.3, 0.01, RUN),
    ),
    "polynomial_schedule": (
        polynomial(0.3, steps=RUN, power=1.7, end=0.01),
        lambda o: o.polynomial_schedule(0.3, 0.01, 1.7, RUN),
    ),
    "exponential_decay": (
        exponential(0.3, factor=0.8, every=70),
        lambda o: o.exponential_decay(0.3, 70, 0.8),
    ),
    "exponential_decay, staircase": (
        step_decay(0.3, factor=0.8, every=70),
        lambda o: o.exponential_decay(0.3, 70, 0.8, staircase=True),
    ),
    "exponential_decay, end_value": (
        clamp(exponential(0.3, factor=0.8, every=70), low=0.1),
        lambda o: o.exponential_decay(0.3, 70, 0.8, end_value=0.1),
    ),
    "piecewise_constant_schedule": (
        piecewise_constant([0.3, 0.06, 0.12], [300, 777]),
        lambda o: o.piecewise_constant_schedule(0.3, {300: 0.2, 777: 2.0}),
    ),
    "piecewise_interpolate_schedule, linear": (
        piecewise_interpolated([0.3, 0.06, 0.12], [300, 777]),
        lambda o: o.piecewise_interpolate_schedule("linear", 0.3, {300: 0.2, 777: 2.0}),
    ),
    "piecewise_interpolate_schedule, cosine": (
        piecewise_interpolated([0.3, 0.06, 0.12], [300, 777], shape="cosine"),
        lambda o: o.piecewise_interpolate_schedule("cosine", 0.3, {300: 0.2, 777: 2.0}),
    ),
    "cosine_decay_schedule": (
        cosine(0.3, steps=RUN, end=0.03),
        lambda o: o.cosine_decay_schedule(0.3, RUN, alpha=0.1),
    ),
    "warmup_cosine_decay_schedule": (
        cosine(0.3, steps=RUN, end=0.03, warmup=100),
        lambda o: o.warmup_cosine_decay_schedule(0.003, 0.3, 100, RUN, end_value=0.03),
    ),
    "warmup_exponential_decay_schedule": (
        warmup(exponential(0.3, factor=0.8, every=70), steps=100, start=0.05),
        lambda o: o.warmup_exponential_decay_schedule(0.05, 0.3, 100, 70, 0.8),
    ),
    "join_schedules": (
        join([constant(0.3), exponential(0.3, 0.98), cosine(0.1, 500)], [100, 400]),
        lambda o: o.join_schedules(
            [
                o.constant_schedule(0.3),
                o.exponential_decay(0.3, 1, 0.98),
                o.cosine_decay_schedule(0.1, 500),
            ],
            [100, 400],
        ),
    ),
    "warmup-stable-decay by join_schedules": (
        warmup_stable_decay(0.3, steps=RUN, warmup=100, cooldown=200, end=0.01),
        lambda o: o.join_schedules(
            [
                o.linear_schedule(0.003, 0.3, 100),
                o.constant_schedule(0.3),
                o.linear_schedule(0.3, 0.01, 200),
            ],
            [100, 800],
        ),
    ),
    "cosine_onecycle_schedule": (
        one_cycle(0.3, steps=RUN),
        lambda o: o.cosine_onecycle_schedule(RUN, 0.3),
    ),
    "linear_onecycle_schedule": (
        one_cycle(0.3, steps=RUN, final=150, shape="linear"),
        lambda o: o.linear_onecycle_schedule(RUN, 0.3),
    ),
}


@pytest.mark.parametrize("name", OPTAX)
def test_a_schedule_is_that_of_optax(jax: ModuleType, optax: ModuleType, name: str) -> None:
    schedule, make = OPTAX[name]
    assert_same(schedule, optax_curve(jax, make(optax)))


def test_restarts_are_those_of_optax_which_stays_at_the_end_of_its_last_cycle(
    jax: ModuleType, optax: ModuleType
) -> None:
    cycles = [
        {
            "init_value": 0.3,
            "peak_value": 0.3,
            "warmup_steps": 0,
            "decay_steps": 100 * 2**i,
            "end_value": 0.01,
        }
        for i in range(3)
    ]
    theirs = optax_curve(jax, optax.sgdr_schedule(cycles))
    ours = cosine_restarts(0.3, period=100, growth=2, end=0.01)
    assert_same(ours, theirs[:700])
    assert theirs[700] == pytest.approx(0.01, rel=1e-12)
    assert ours(700) == 0.3


def test_a_warmup_of_optax_is_given_its_first_rate_and_0_wastes_an_update(
    jax: ModuleType, optax: ModuleType
) -> None:
    theirs = optax_curve(jax, optax.warmup_cosine_decay_schedule(0.0, 0.3, 100, RUN))
    assert_same(warmup(cosine(0.3, steps=RUN - 100), steps=100, start=0), theirs)
    assert theirs[0] == 0
    assert cosine(0.3, steps=RUN, warmup=100)(0) == 0.3 / 100


# Keras.

KERAS: dict[str, tuple[Schedule, Callable[[Any], Any]]] = {
    "ExponentialDecay": (
        exponential(0.3, factor=0.8, every=70),
        lambda k: k.ExponentialDecay(0.3, 70, 0.8),
    ),
    "ExponentialDecay, staircase": (
        step_decay(0.3, factor=0.8, every=70),
        lambda k: k.ExponentialDecay(0.3, 70, 0.8, staircase=True),
    ),
    "PolynomialDecay": (
        polynomial(0.3, steps=RUN, power=1.7, end=0.01),
        lambda k: k.PolynomialDecay(0.3, RUN, 0.01, power=1.7),
    ),
    "PolynomialDecay, linear": (
        linear(0.3, steps=RUN, end=0.01),
        lambda k: k.PolynomialDecay(0.3, RUN, 0.01),
    ),
    "InverseTimeDecay": (
        inverse_time(0.3, decay=0.5 / 70),
        lambda k: k.InverseTimeDecay(0.3, 70, 0.5),
    ),
    "CosineDecay": (
        cosine(0.3, steps=RUN, end=0.03),
        lambda k: k.CosineDecay(0.3, RUN, alpha=0.1),
    ),
    "CosineDecayRestarts": (
        cosine_restarts(0.3, period=100, end=0.03),
        lambda k: k.CosineDecayRestarts(0.3, 100, t_mul=1.0, alpha=0.1),
    ),
    "CosineDecayRestarts, growing": (
        cosine_restarts(0.3, period=100, growth=2, end=0.03),
        lambda k: k.CosineDecayRestarts(0.3, 100, t_mul=2.0, alpha=0.1),
    ),
}


@pytest.mark.parametrize("name", KERAS)
def test_a_schedule_is_that_of_keras(keras: ModuleType, name: str) -> None:
    schedule, make = KERAS[name]
    assert_same(schedule, keras_curve(keras, make(keras.optimizers.schedules)))


def test_a_warmup_of_keras_comes_on_top_of_its_decay_steps(keras: ModuleType) -> None:
    theirs = keras.optimizers.schedules.CosineDecay(
        0.003, RUN - 100, alpha=0.1, warmup_target=0.3, warmup_steps=100
    )
    assert_same(cosine(0.3, steps=RUN, end=0.03, warmup=100), keras_curve(keras, theirs))


def test_keras_changes_a_piecewise_rate_one_update_after_the_boundary(keras: ModuleType) -> None:
    rates, boundaries = [0.3, 0.06, 0.12], [300, 777]
    theirs = keras_curve(
        keras, keras.optimizers.schedules.PiecewiseConstantDecay(boundaries, rates)
    )
    assert_same(piecewise_constant(rates, [b + 1 for b in boundaries]), theirs)
    assert theirs[300] == 0.3
    assert piecewise_constant(rates, boundaries)(300) == 0.06


# Keras on PyTorch reads its rate by a way that NumPy 2 deprecates.
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
def test_keras_cuts_at_a_plateau_one_observation_sooner(keras: ModuleType) -> None:
    model = SimpleNamespace(optimizer=keras.optimizers.SGD(0.5))
    callback = keras.callbacks.ReduceLROnPlateau("loss", factor=0.5, patience=3, min_delta=0)
    callback.set_model(model)
    callback.on_train_begin()
    ours = ReduceOnPlateau(0.5, factor=0.5, patience=3, threshold=0)
    theirs = []
    for epoch in range(5):
        callback.on_epoch_end(epoch, {"loss": 1.0})
        theirs.append(float(model.optimizer.learning_rate))
    assert theirs == [0.5, 0.5, 0.5, 0.25, 0.25]
    assert [ours.observe(1.0) for _ in range(5)] == [0.5, 0.5, 0.5, 0.5, 0.25]
