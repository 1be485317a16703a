"""The one loop of NumPy's that is not a ufunc, and that derivatives use everywhere."""

from .jit import jit


@jit
def select(condition, a, b, out):  # type: ignore
    """``out = where(condition, a, b)`` over rows; a row of one number stands for all."""
    x, y = a[0], b[0]  # apart from the loops that need them not, so that each is vectorised
    if condition.size < out.size:
        out[:] = a if condition[0] else b
    elif a.size < out.size and b.size < out.size:
        for i in range(out.size):
            out[i] = x if condition[i] else y
    elif a.size < out.size:
        for i in range(out.size):
            out[i] = x if condition[i] else b[i]
    elif b.size < out.size:
        for i in range(out.size):
            out[i] = a[i] if condition[i] else y
    else:
        for i in range(out.size):
            out[i] = a[i] if condition[i] else b[i]
