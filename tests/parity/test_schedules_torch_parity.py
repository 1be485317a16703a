"""Schedules are those of PyTorch; where it means another thing, the test's name says what."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest
from curves import RUN, assert_same, torch_curve

from minigrad.schedules import (
    Schedule,
    constant,
    cosine,
    cosine_restarts,
    exp_range,
    exponential,
    join,
    linear,
    one_cycle,
    one_cycle_momentum,
    piecewise_constant,
    polynomial,
    step_decay,
    triangular,
    triangular2,
    warmup,
)

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
