"""Answers to exercises, judged at once and in plain words.

A lesson asks ``check.start_here.update(update)``. What comes back says whether the answer is right
and, where it is a common slip, which one; it never gives the answer away. It is true when the
answer is right, so that a worked solution can be asserted.
"""

from . import (
    batches,
    choosing,
    decay,
    derivatives,
    finding,
    gradient_descent,
    momentum,
    network,
    start_here,
    tensors,
    warmup,
)
from .verdict import Verdict

__all__ = [
    "Verdict",
    "batches",
    "choosing",
    "decay",
    "derivatives",
    "finding",
    "gradient_descent",
    "momentum",
    "network",
    "start_here",
    "tensors",
    "warmup",
]
