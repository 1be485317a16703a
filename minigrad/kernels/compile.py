"""Compile loops with Numba."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

import numba
from numba.core.caching import FunctionCache


class _Cache(FunctionCache):
    """Numba's cache on disk; where the disk is full, the machine code is not kept, that is all."""

    def save_overload(self, sig: Any, data: Any) -> None:
        with contextlib.suppress(OSError):
            super().save_overload(sig, data)


def jit(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile ``function`` at its first call and keep the machine code on disk where possible.

    Division follows NumPy (infinity and NaN, no exception). The loop releases the interpreter
    lock and runs on the calling thread alone: safe from several threads and after a fork.
    """
    compiled: Any = numba.njit(function, error_model="numpy", nogil=True)
    with contextlib.suppress(RuntimeError):  # nowhere to write: a read-only installation, for one
        compiled._cache = _Cache(function)
    return compiled
