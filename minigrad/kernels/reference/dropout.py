"""Dropout."""

from typing import Any

import numpy as np


def dropout(x: np.ndarray, seed: np.ndarray, threshold: int, scale: float, y: np.ndarray) -> None:
    """Zero elements of a row, scale the others: which ones depends on the seed alone.

    Draw i of 64 bits is the i-th of the generator SplitMix64 (Steele, Lea & Flood 2014), which
    needs no draw before it. Its lower half is for element i, its upper half for the element half
    a row further: an element is zeroed if its 32 bits are less than ``threshold``.

    Parameters
    ----------
    seed : (1,), integer
    """
    half = (x.size + 1) // 2
    z: Any = seed.astype(np.uint64) + np.arange(1, half + 1, dtype=np.uint64) * 0x9E3779B97F4A7C15
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB
    z ^= z >> 31
    bits = np.concatenate([z & 0xFFFFFFFF, z >> 32])[: x.size]
    np.multiply(x, (bits >= threshold) * x.dtype.type(scale), out=y)
