"""How long a learner waits for the first step."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from functools import partial

from . import Fact

REPEATS = 3

AFTER_NUMBA = """
import time, numba
start = time.time()
import minigrad
print(time.time() - start)
"""

MINIGRAD = """
import time
import numpy as np
import minigrad as mg

model = mg.nn.Sequential(mg.nn.Linear(784, 128), mg.nn.ReLU(), mg.nn.Linear(128, 10))
optimizer = mg.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
loss = mg.nn.cross_entropy(model(mg.tensor(np.ones((64, 784), np.float32))), np.arange(64) % 10)
loss.backward()
optimizer.step()
print(time.time())
"""

TORCH = """
import time
import torch

model = torch.nn.Sequential(torch.nn.Linear(784, 128), torch.nn.ReLU(), torch.nn.Linear(128, 10))
optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
loss = torch.nn.functional.cross_entropy(model(torch.ones((64, 784))), torch.arange(64) % 10)
loss.backward()
optimizer.step()
print(time.time())
"""

JAX = """
import time
import jax, optax
from jax import numpy as jnp

def loss(p, x, y):
    logits = jax.nn.relu(x @ p[0] + p[1]) @ p[2] + p[3]
    return optax.softmax_cross_entropy_with_integer_labels(logits, y).mean()

optimizer = optax.sgd(0.1, 0.9)

@jax.jit
def step(p, state, x, y):
    value, g = jax.value_and_grad(loss)(p, x, y)
    updates, state = optimizer.update(g, state)
    return optax.apply_updates(p, updates), state, value

a, b = jax.random.split(jax.random.key(0))
p = [jax.random.normal(a, (784, 128)), jnp.zeros(128), jax.random.normal(b, (128, 10)), jnp.zeros(10)]
jax.block_until_ready(step(p, optimizer.init(p), jnp.ones((64, 784)), jnp.arange(64) % 10))
print(time.time())
"""  # noqa: E501


def printed(code: str, **environment: str) -> float:
    """Run code in a fresh Python and return the number it prints."""
    command = [sys.executable, "-c", code]
    done = subprocess.run(
        command, env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )
    if "ModuleNotFoundError" in done.stderr:
        raise ModuleNotFoundError(done.stderr)
    return float(done.stdout)


def after_numba() -> float:
    """Return the seconds that importing minigrad adds to importing Numba."""
    printed(AFTER_NUMBA)
    return statistics.median(printed(AFTER_NUMBA) for _ in range(REPEATS))


def to_first_step(code: str, **environment: str) -> float:
    """Return the seconds from the start of Python to the end of the first step."""
    start = time.time()
    return printed(code, **environment) - start


def warm(code: str) -> float:
    """Return the median once all caches are warm."""
    to_first_step(code)
    return statistics.median(to_first_step(code) for _ in range(REPEATS))


def cold(code: str) -> float:
    """Return the median with nowhere to take compiled kernels from."""
    times = []
    for _ in range(REPEATS):
        with tempfile.TemporaryDirectory() as empty:
            times.append(to_first_step(code, NUMBA_CACHE_DIR=empty))
    return statistics.median(times)


STEP = "from the start of Python to the end of the first step of the MLP"
MEASURED = [
    Fact("import", "importing, beyond importing Numba", "s", "< 0.15", {"minigrad": after_numba}),
    Fact(
        "first-step",
        STEP,
        "s",
        "< 0.8",
        {
            "minigrad": partial(warm, MINIGRAD),
            "PyTorch": partial(warm, TORCH),
            "JAX": partial(warm, JAX),
        },
    ),
    Fact(
        "first-step-cold",
        "the same, compiling every kernel that it needs",
        "s",
        "< 2",
        {"minigrad": partial(cold, MINIGRAD)},
    ),
]
