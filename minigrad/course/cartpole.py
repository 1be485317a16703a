"""A pole on a cart, balanced by several policies at once, for the lesson on policy gradients.

The lesson plays one policy in one world. Here the carts of several stand in one world, because a
step of many carts takes hardly longer than a step of one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import gymnasium as gym
import numpy as np
from numpy.typing import NDArray

import minigrad as mg


class Episodes(NamedTuple):
    """What a policy saw and did, step by step; row 0 is the first step.

    Attributes
    ----------
    seen : array, shape (steps, episodes, 4)
        Place of the cart, its speed, angle of the pole, its speed.
    pushed : array of int, shape (steps, episodes)
        0 to the left, 1 to the right.
    alive : array of bool, shape (steps, episodes)
        Whether the episode was still going on: the reward of the step is 1 where it was. What
        stands in the other rows belongs to no episode.
    """

    seen: NDArray[np.float32]
    pushed: NDArray[np.int64]
    alive: NDArray[np.bool_]


def policy(rng: np.random.Generator) -> mg.nn.Sequential:
    """Return a network 4-32-2: a score for each of the two pushes, from what is seen."""
    hidden, scores = mg.nn.Linear(4, 32, rng=rng), mg.nn.Linear(32, 2, rng=rng)
    return mg.nn.Sequential(hidden, mg.nn.ReLU(), scores)


def play(policies: Sequence[mg.nn.Module], n: int, rng: np.random.Generator) -> list[Episodes]:
    """Let each policy play ``n`` episodes, all side by side, until the last has ended.

    A push is drawn by its probability, the softmax of the policy's two scores.

    Parameters
    ----------
    policies : sequence of modules
        Made by `policy`.
    n : int
        Episodes of each policy.
    rng : Generator
        Draws where the carts start, and the pushes.

    Returns
    -------
    list of Episodes
        One for each policy, all with the same number of steps.
    """
    runs = len(policies)
    # The same matrix of all policies in one array: a product multiplies each with its own carts.
    alike = zip(*(model.parameters() for model in policies), strict=True)
    w1, b1, w2, b2 = (np.stack([np.atleast_2d(p.numpy()) for p in each]) for each in alike)
    world: Any = gym.make_vec("CartPole-v1", runs * n, vectorization_mode="vector_entry_point")
    seen, _ = world.reset(seed=int(rng.integers(2**31)))
    alive, steps = np.ones((runs, n), bool), []
    while alive.any():
        carts = seen.reshape(runs, n, 4)
        scores = np.maximum(carts @ w1 + b1, 0) @ w2 + b2
        right = np.exp(-np.logaddexp(0, scores[..., 0] - scores[..., 1]))  # safe from overflow
        pushed = (rng.random((runs, n)) < right).astype(np.int64)
        steps.append((carts, pushed, alive))
        seen, _, fell, timed_out, _ = world.step(pushed.ravel())
        alive = alive & ~(fell | timed_out).reshape(runs, n)  # what ended begins anew, unasked
    world.close()
    seen, pushed, alive = (np.stack(part, axis=1) for part in zip(*steps, strict=True))
    return [Episodes(seen[run], pushed[run], alive[run]) for run in range(runs)]
