"""Update rules, written once: Numba fuses them into one loop, NumPy runs them on whole arrays.

A rule is a loop over the elements of flat arrays of one size::

    @fused
    def momentum_step(theta, grad, velocity, lr, momentum):
        for i in elements(theta):
            velocity[i] = momentum * velocity[i] + grad[i]
            theta[i] -= lr * velocity[i]

Compiled, ``elements`` counts, and the rule is a single pass without temporaries. Where Numba is not
installed ``elements`` gives one slice, everything, and the same lines are NumPy. For the two to
agree to the last bit a rule keeps to four points:

* It works element by element: ``np.sqrt``, ``np.abs``, ``np.sign``, ``np.maximum``; ``if`` only on
  flags that hold for all elements.
* ``g = grad[i]`` names a number in the loop and a view in NumPy: never update ``g`` in place, and
  do not read it again after writing to the array it came from.
* Numbers arrive in the dtype of the arrays, flags as ``bool``. A literal integer or a literal float
  would turn float32 into float64 in the loop, so ``1 - beta`` is computed by the caller.
* A state that is not needed arrives as an empty array, and the rule asks for its ``size``: with a
  flag for it, a wrong flag would write where there is no memory.

What decays for ever, like the momentum of a unit that is never used again, would end among the
subnormal numbers, below 1e-38, on which a processor may be a hundred times slower, and stay there,
because rounding keeps it from reaching 0. A momentum goes through ``without_tiny``, which leaves
room for a learning rate. A mean of squares goes through ``without_subnormal``: its root, which may
be all there is to divide by, is kept as long as it is exact.
"""

from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

import numpy as np

try:
    from numba.extending import overload

    from .jit import jit as fused
except ImportError:

    def fused(function: Callable[..., Any]) -> Callable[..., Any]:
        """Return the rule: NumPy runs it."""
        return function

    overload = None


Array: TypeAlias = np.ndarray


def elements(array: np.ndarray) -> Iterable[Any]:
    """Return what indexes the elements of ``array``: in NumPy one slice, compiled a range."""
    return (slice(None),)


# The least that is kept of a mean of squares, and of a momentum: times a learning rate it is still
# a normal number.
_LIMITS = [np.finfo(kind) for kind in (np.float32, np.float64)]
_NORMAL = {limits.dtype: limits.smallest_normal for limits in _LIMITS}
_TINY = {limits.dtype: limits.smallest_normal / limits.eps for limits in _LIMITS}


def without_tiny(x: Any) -> Any:
    """Return 0 for a number below 1e-31 (in double precision 1e-292), else ``x``."""
    return np.where(np.abs(x) < _TINY[x.dtype], x.dtype.type(0), x)


def without_subnormal(x: Any) -> Any:
    """Return 0 for a number below 1e-38 (in double precision 1e-308), else ``x``."""
    return np.where(np.abs(x) < _NORMAL[x.dtype], x.dtype.type(0), x)


def _without_less_than(least: Any) -> Callable[[Any], Any]:
    zero = least - least
    return lambda x: zero if abs(x) < least else x


if overload is not None:
    overload(elements, inline="always")(lambda array: lambda array: range(array.size))
    overload(without_tiny)(lambda x: _without_less_than(_TINY[np.dtype(x.name)]))
    overload(without_subnormal)(lambda x: _without_less_than(_NORMAL[np.dtype(x.name)]))

__all__ = ["Array", "elements", "fused", "without_subnormal", "without_tiny"]
