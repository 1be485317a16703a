"""A short run that can be killed and resumed; a program as well, for tests that kill it.

python resuming.py CASE FILE [--die] trains CASE, keeps it in FILE, and writes how it ended beside.
"""

import argparse
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from optimizers import CASES, SPECIAL, name_of

import minigrad as mg
from minigrad import schedules as s
from minigrad.training.callbacks import Average, Callback, Checkpoint, Clip, EarlyStopping

EPOCHS, KILLED_IN = 10, 4  # counted from 0: four epochs are done by then
STEPS = 3 * EPOCHS
X, Y = (a[:90] for a in mg.data.digits().train)

SCHEDULES = {
    "clamp": s.clamp(s.exponential(0.1, 0.9), 0.02, 0.08),
    "constant": s.constant(0.05),
    "cosine": s.cosine(0.1, STEPS, warmup=4),
    "cosine_restarts": s.cosine_restarts(0.1, 5, growth=2),
    "exp_range": s.exp_range(0.01, 0.1, 4, factor=0.98),
    "exponential": s.exponential(0.1, 0.95),
    "inverse_sqrt": s.inverse_sqrt(0.1, 5),
    "inverse_time": s.inverse_time(0.1, 0.1),
    "join": s.join([s.constant(0.1), s.linear(0.1, 10)], [14]),
    "linear": s.linear(0.1, STEPS),
    "one_cycle": s.one_cycle(0.1, STEPS),
    "one_cycle_momentum": s.one_cycle_momentum(STEPS),
    "piecewise_constant": s.piecewise_constant([0.1, 0.05, 0.01], [6, 14]),
    "piecewise_interpolated": s.piecewise_interpolated([0.01, 0.1, 0.01], [9, 29]),
    "polynomial": s.polynomial(0.1, STEPS, 2.0),
    "scale": s.scale(s.linear(0.1, STEPS), 0.5),
    "step_decay": s.step_decay(0.1, 0.5, 7),
    "triangular": s.triangular(0.01, 0.1, 4),
    "triangular2": s.triangular2(0.01, 0.1, 4),
    "warmup": s.warmup(s.constant(0.1), 14),
    "warmup_stable_decay": s.warmup_stable_decay(0.1, STEPS, 4, 10),
}
OPTIMIZERS = {name_of(case): case for case in CASES + SPECIAL}
AVERAGES = {"EMA": lambda: Average(0.9, start=2), "SWA": Average}


class Observe(Callback):
    """Tells a rate with feedback the validation loss."""

    def __init__(self, plateau: s.ReduceOnPlateau) -> None:
        self.plateau = plateau

    def on_epoch(self, run):
        self.plateau.observe(run.history.epochs["validation_loss"][-1])


def prepare(case: str, params) -> tuple[mg.optim.Optimizer, list[Callback]]:
    """Return the optimizer of a case, and the callbacks that it needs."""
    params = list(params)
    if case in OPTIMIZERS:
        cls, options = OPTIMIZERS[case]
        wanted = [p for p in params if p.ndim == 2] if cls is mg.optim.Muon else params
        return cls(wanted, lr=s.cosine(0.01, STEPS, warmup=4), **options), []
    if case == "wide":
        return mg.optim.Adam(params, 0.01), []
    if case in AVERAGES:
        return mg.optim.SGD(params, 0.1), [AVERAGES[case]()]
    if case == "ReduceOnPlateau":
        plateau = s.ReduceOnPlateau(0.1, factor=0.5, patience=0, threshold=0.1)
        return mg.optim.SGD(params, plateau, momentum=0.9), [Observe(plateau)]
    rate, momentum = SCHEDULES[case], 0.9
    if case == "one_cycle_momentum":
        rate, momentum = SCHEDULES["one_cycle"], rate
    return mg.optim.SGD(params, rate, momentum=momentum), []


def train(case: str, file: Path, die: Callable[[], None] | None = None) -> dict[str, Any]:
    """Train with dropout and with noise on the data, going on from ``file`` if it exists.

    Parameters
    ----------
    case : str
        An optimizer or a schedule.
    file : Path
        Where to keep the run.
    die : callable, optional
        Called in the middle of epoch `KILLED_IN`.

    Returns
    -------
    dict
        The state of the run after its last epoch, the weights that it returned, and the batches
        of the last six epochs in the order they were dealt.
    """
    batches: list[np.ndarray] = []

    def with_noise(x, rng):
        if die and len(batches) == KILLED_IN * len(data) + 1:
            die()
        batches.append(x)
        return x + rng.normal(0, 0.1, x.shape).astype(np.float32)

    rng = np.random.default_rng(0)
    width = 1024 if case == "wide" else 12  # wide enough for BLAS to share its work out
    model = mg.nn.Sequential(
        mg.nn.Linear(64, width, rng=rng),
        mg.nn.BatchNorm1d(width),
        mg.nn.Tanh(),
        mg.nn.Dropout(0.3, rng=np.random.default_rng(1)),
        mg.nn.Linear(width, 10, rng=rng),
        mg.nn.Dropout(0.1),  # draws from the default generator
    )
    mg.seed(2)
    data = mg.data.minibatches(X, Y, 32, rng=np.random.default_rng(3), transform=with_noise)
    optimizer, needed = prepare(case, model.parameters())
    mg.fit(
        *(model, data, mg.nn.cross_entropy, optimizer, EPOCHS, (X[:20], Y[:20])),
        callbacks=[
            Checkpoint(file, resume=True),
            EarlyStopping(patience=EPOCHS),
            Clip(norm=1.0),
            *needed,
        ],
    )
    return {
        "run": mg.load(file),
        "weights": model.state_dict(),
        "batches": batches[-(EPOCHS - KILLED_IN) * len(data) :],
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("case")
    parser.add_argument("file", type=Path)
    parser.add_argument("--die", action="store_true")
    options = parser.parse_args()
    # SIGKILL where there is one: nothing can be done about it, so nothing can be tidied up.
    kill = getattr(signal, "SIGKILL", signal.SIGTERM)
    end = train(options.case, options.file, options.die and (lambda: os.kill(os.getpid(), kill)))
    mg.save(end, options.file.with_suffix(".end.npz"))
