"""Compile loops with Numba."""

import contextlib
import functools
from collections.abc import Callable
from typing import Any

from numba.core.caching import FunctionCache
from numba.core.registry import CPUDispatcher

from .active import active


class _Cache(FunctionCache):
    """Numba's cache on disk; where the disk is full, the machine code is not kept, that is all."""

    def save_overload(self, sig: Any, data: Any) -> None:
        with contextlib.suppress(OSError):
            super().save_overload(sig, data)


class Kernel(CPUDispatcher):
    """What Numba makes of a loop: a function that is compiled for each combination of types.

    A tracer hands in stand-ins for arrays. Numba knows no such type and turns here; a call that
    is not traced pays nothing for this.
    """

    def _compile_for_args(self, *args: Any, **named: Any) -> Any:
        if active.tracer is not None:
            return functools.partial(active.tracer.kernel, self)
        return super()._compile_for_args(*args, **named)

    def enable_caching(self) -> None:
        """Keep the machine code on disk, where there is a place for it."""
        with contextlib.suppress(RuntimeError):  # a read-only installation, for one
            self._cache = _Cache(self.py_func)


def jit(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile ``function`` at its first call and keep the machine code on disk where possible.

    Division follows NumPy (infinity and NaN, no exception). The loop releases the interpreter
    lock and runs on the calling thread alone: safe from several threads and after a fork.
    """
    return _kernel(function)


def jit_sums(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile a loop that adds up: as :func:`jit`, but a sum may be split among vector lanes.

    A product may be rounded together with the sum it goes to, too. Both are settled when the loop
    is compiled: the same numbers give the same bits. Infinities and NaN stay what they are.
    """
    return _kernel(function, fastmath={"contract", "reassoc"})


def _kernel(function: Callable[..., Any], **options: Any) -> Callable[..., Any]:
    options = dict(nopython=True, error_model="numpy", nogil=True, **options)
    kernel = Kernel(function, targetoptions=options)
    kernel.enable_caching()
    return kernel
