"""Small networks to look at."""

import itertools

import numpy as np

import minigrad as mg


def bits(model: mg.nn.Module) -> dict[str, bytes]:
    return {name: array.tobytes() for name, array in model.state_dict().items()}


def network(*sizes: int, seed: int = 0, dtype=np.float64) -> mg.nn.Sequential:
    rng = np.random.default_rng(seed)
    layers: list[mg.nn.Module] = []
    for pair in itertools.pairwise(sizes):
        layers += [mg.nn.Linear(*pair, rng=rng, dtype=dtype), mg.nn.ReLU()]
    return mg.nn.Sequential(*layers[:-1])
