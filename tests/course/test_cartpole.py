"""Several policies balance poles in one world, and none notices the others."""

import gymnasium as gym
import numpy as np
import pytest

import minigrad as mg
from minigrad.course import cartpole


def leaning(right):
    """Return a policy that always scores a push to the right higher by ``right``."""
    model = cartpole.policy(np.random.default_rng(0))
    *_, weight, bias = model.parameters()
    weight.data[...], bias.data[...] = 0, [0, right]
    return model


def test_each_policy_plays_its_own_episodes():
    left, right = cartpole.play([leaning(-100), leaning(100)], 5, np.random.default_rng(0))
    assert left.seen.shape == (*left.pushed.shape, 4) and left.pushed.shape[1] == 5
    assert (left.pushed == 0).all() and (right.pushed == 1).all()
    assert (left.seen[left.alive].sum(axis=0)[1] < 0) and (
        right.seen[right.alive].sum(axis=0)[1] > 0
    )


def test_an_episode_is_what_gymnasium_plays():
    (episodes,) = cartpole.play(
        [cartpole.policy(np.random.default_rng(1))], 3, np.random.default_rng(2)
    )
    lengths = episodes.alive.sum(axis=0)
    for i, length in enumerate(lengths):
        world = gym.make("CartPole-v1").unwrapped
        world.reset(seed=0)
        world.state = tuple(episodes.seen[0, i].astype(float))
        ended = []
        for t in range(length):
            assert np.allclose(world.state, episodes.seen[t, i], atol=1e-4)
            ended.append(world.step(int(episodes.pushed[t, i]))[2])
        assert ended == [False] * (length - 1) + [True]


def test_once_over_an_episode_stays_over():
    (episodes,) = cartpole.play([leaning(-100)], 8, np.random.default_rng(3))
    assert episodes.alive[0].all()
    assert (np.diff(episodes.alive.astype(int), axis=0) <= 0).all()
    assert episodes.alive[-1].any()


def test_the_same_generator_plays_the_same():
    model = cartpole.policy(np.random.default_rng(1))
    one, two = (cartpole.play([model], 4, np.random.default_rng(5))[0] for _ in range(2))
    assert all(np.array_equal(a, b) for a, b in zip(one, two, strict=True))


def test_pushes_are_drawn_by_the_softmax_of_the_scores():
    (episodes,) = cartpole.play([leaning(np.log(3))], 400, np.random.default_rng(6))
    assert episodes.pushed[episodes.alive].mean() == pytest.approx(0.75, abs=0.02)


def test_side_by_side_each_pushes_by_its_own_scores():
    models = [cartpole.policy(np.random.default_rng(seed)) for seed in (7, 8)]
    for model, episodes in zip(
        models, cartpole.play(models, 300, np.random.default_rng(9)), strict=True
    ):
        right = mg.softmax(model(mg.tensor(episodes.seen)), axis=-1).numpy()[..., 1]
        gap = (episodes.pushed - right)[episodes.alive]
        assert abs(gap.mean()) < 4 * gap.std() / np.sqrt(gap.size)
        assert np.corrcoef(right[episodes.alive], episodes.pushed[episodes.alive])[0, 1] > 0.02
