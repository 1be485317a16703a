"""Measure contenders against each other: agree first, then take turns."""

from __future__ import annotations

import gc
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

BLOCK = 0.02  # seconds that a contender works in each round
FRESH = 300  # steps before parameters are put back: momentum that decays for longer turns subnormal
REST = 0.1  # seconds before each block, for the threads of the contender before it to fall asleep
WARM_UP = 3  # steps after which everybody has compiled or recorded what there is
SLOW = 0.5  # seconds; a step that takes as long needs no warming up
TOLERANCE = 1e-5


class Absent(Exception):
    """A contender needs what this machine lacks."""


class Contender(NamedTuple):
    """One library's way to do the work of a row.

    Attributes
    ----------
    step : callable
        Does it once.
    numbers : callable
        Waits until the last step is done and returns what all contenders must agree on: its
        loss, or a list of sums over its results. None for a limit, which computes less.
    reset : callable
        Puts parameters and the optimizer's state back to their start.
    """

    step: Callable[[], Any]
    numbers: Callable[[], Any]
    reset: Callable[[], Any] = lambda: None


@dataclass(frozen=True)
class Row:
    """One row of the table.

    Attributes
    ----------
    name : str
        What the command line calls it.
    work : str
        What the table calls it.
    contenders : dict
        From a contender's name to a function that makes it.
    sizes : dict
        What these functions are called with.
    goals : dict
        For each way to run minigrad, how many times as fast as PyTorch it wants to be.
    baselines : tuple of str
        The fastest of these is what ratios refer to.
    check : dict
        Sizes that differ when the contenders are asked whether they agree.
    age : int
        Steps that are taken first, and never taken back. 0: parameters stay fresh.
    """

    name: str
    work: str
    contenders: Mapping[str, Callable[..., Contender]]
    sizes: Mapping[str, Any]
    goals: Mapping[str, float] = field(default_factory=dict)
    baselines: tuple[str, ...] = ("PyTorch",)
    check: Mapping[str, Any] = field(default_factory=dict)
    age: int = 0

    def build(self, **other_sizes: Any) -> tuple[dict[str, Contender], dict[str, str]]:
        """Make every contender; say of those that are absent why."""
        made, absent = {}, {}
        for name, make in self.contenders.items():
            try:
                made[name] = make(**{**self.sizes, **other_sizes})
            except (Absent, ModuleNotFoundError) as reason:
                absent[name] = str(reason)
        return made, absent


def check(contenders: Mapping[str, Contender], steps: int = 3) -> None:
    """Raise unless all contenders give the same numbers in each of the first steps.

    Raises
    ------
    AssertionError
        Naming the contender that differs from the first one, and by how much.
    """
    first = None
    for name, contender in contenders.items():
        found = []
        contender.reset()
        for _ in range(steps):
            contender.step()
            found.append(contender.numbers())
        if found[0] is None:
            continue
        if first is None:
            first, expected = name, found
        np.testing.assert_allclose(
            found, expected, rtol=TOLERANCE, err_msg=f"{name} against {first}"
        )


def aged(contender: Contender, steps: int) -> Contender:
    """Take ``steps`` steps from fresh parameters, and let no reset take them back."""
    contender.reset()
    for _ in range(steps):
        contender.step()
    return Contender(contender.step, contender.numbers)


def measure(
    contenders: Mapping[str, Contender], rounds: int, rest: float = 0.0
) -> dict[str, list[float]]:
    """Return the seconds per step of each contender in each round.

    They take turns, in another order in every round, so that whatever the machine does besides
    hits all of them, and none always follows the same other one.
    """
    lengths = {name: _length(contender) for name, contender in contenders.items()}
    times: dict[str, list[float]] = {name: [] for name in contenders}
    gc.collect()
    gc.freeze()  # what is here already is nobody's garbage: let nobody pay for looking through it
    rng = np.random.default_rng(0)
    for _ in range(rounds):
        for name in rng.permutation(list(contenders)):
            time.sleep(rest)
            times[name].append(_block(contenders[name], lengths[name]))
    gc.unfreeze()
    return times


def _length(contender: Contender) -> int:
    """Return how many steps fill a block, or as many as are taken from fresh parameters."""
    contender.reset()
    _warm_up(contender)
    steps = 1
    while steps < FRESH:
        spent = _timed(contender, steps)
        if spent > BLOCK / 4:
            return min(FRESH, math.ceil(steps * BLOCK / spent))
        steps = min(FRESH, steps * 4)
    return FRESH


def _block(contender: Contender, steps: int) -> float:
    """Return the seconds per step over at least a block's time."""
    spent, done = 0.0, 0
    while spent < BLOCK:
        contender.reset()
        _warm_up(contender)
        spent += _timed(contender, steps)
        done += steps
    return spent / done


def _warm_up(contender: Contender) -> None:
    for _ in range(WARM_UP):
        if _timed(contender, 1) > SLOW:
            break


def _timed(contender: Contender, steps: int) -> float:
    step = contender.step
    start = time.perf_counter()
    for _ in range(steps):
        step()
    contender.numbers()
    return time.perf_counter() - start
