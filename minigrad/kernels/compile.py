"""Compile loops with Numba."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba


def jit(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile ``function`` at its first call and keep the machine code on disk where possible.

    Division follows NumPy (infinity and NaN, no exception). The loop releases the interpreter
    lock and runs on the calling thread alone: safe from several threads and after a fork.
    """
    try:
        return numba.njit(function, cache=True, error_model="numpy", nogil=True)
    except RuntimeError:  # nowhere to write a cache, on a read-only installation for one
        return numba.njit(function, error_model="numpy", nogil=True)
