"""Derivatives against finite differences."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .arguments import check_integers, check_numbers
from .core.autograd import grad
from .core.tensor import Tensor
from .core.tensor import tensor as make_tensor


def gradcheck(
    f: Callable[..., Any],
    inputs: Tensor | Sequence[Tensor],
    order: int = 1,
    eps: float = 1e-6,
    rtol: float = 1e-5,
    atol: float = 1e-7,
) -> bool:
    """Check the derivatives of ``f`` against central differences.

    The result is projected on fixed random weights, so that one scalar function stands for all
    its elements; of that scalar, the slope in each element of each input is compared. For
    ``order=2`` the same is done to the gradient, and so on.

    Parameters
    ----------
    f : callable
        ``f(*inputs)`` returns a float64 tensor.
    inputs : Tensor or sequence of Tensors
        Float64 tensors at which ``f`` is smooth. Those that require a gradient are checked.
    order : int
        The highest order of derivative to check.
    eps : float
        Half the width of the central difference, relative to inputs of size one.
    rtol, atol : float
        Tolerances, as in :func:`numpy.allclose`; higher orders get looser ones.

    Returns
    -------
    bool
        True.

    Raises
    ------
    AssertionError
        If a derivative differs; names the order, the input, the element and both values.
    TypeError
        If an input is not float64: float32 is too coarse for differences.
    """
    xs = [_checked(x) for x in ([inputs] if isinstance(inputs, Tensor) else inputs)]
    check_integers("gradcheck()", least=1, order=order)
    check_numbers("gradcheck()", positive=True, most=1, eps=eps)
    check_numbers("gradcheck()", least=0, rtol=rtol, atol=atol)
    rng = np.random.default_rng(0)
    weights = _weights(f(*xs), rng)

    def scalar(*args: Tensor) -> Tensor:
        return (f(*args) * weights).sum()

    for k in range(1, order + 1):
        _compare(scalar, xs, k, eps, rtol * 10 ** (k - 1), atol * 10 ** (k - 1))
        scalar = _slope(scalar, xs, rng)
    return True


def _checked(x: Tensor) -> Tensor:
    if not isinstance(x, Tensor):
        raise TypeError(f"gradcheck: inputs must be Tensors, got {x!r}.")
    if x.requires_grad and x.dtype != np.float64:
        raise TypeError(f"gradcheck wants float64 inputs, got {x.dtype}: pass dtype=mg.float64.")
    if x._data.flags.writeable:
        return x  # itself, which f may know without being given it
    return make_tensor(x, requires_grad=x.requires_grad)  # one whose elements can be moved alone


def _weights(y: Tensor, rng: np.random.Generator) -> np.ndarray:
    return rng.uniform(0.5, 1.5, y.shape) * rng.choice([-1.0, 1.0], y.shape)


def _gradients(
    scalar: Callable[..., Tensor], xs: Sequence[Tensor], create_graph: bool
) -> list[Tensor]:
    y = scalar(*xs)
    if not y.requires_grad:  # constant in what is left
        return [Tensor(np.zeros_like(x._data)) for x in xs]
    return grad(y, xs, create_graph=create_graph)


def _slope(
    scalar: Callable[..., Tensor], xs: Sequence[Tensor], rng: np.random.Generator
) -> Callable[..., Tensor]:
    """Return the derivative of ``scalar`` along one fixed random direction."""
    directions = [_weights(x, rng) for x in xs]

    def slope(*args: Tensor) -> Tensor:
        gradients = _gradients(scalar, args, create_graph=True)
        total = Tensor(np.zeros(()))
        for x, g, d in zip(args, gradients, directions, strict=True):
            if x.requires_grad:
                total = total + (g * d).sum()
        return total

    return slope


def _compare(
    scalar: Callable[..., Tensor],
    xs: Sequence[Tensor],
    order: int,
    eps: float,
    rtol: float,
    atol: float,
) -> None:
    gradients = _gradients(scalar, xs, create_graph=False)
    for number, (x, g) in enumerate(zip(xs, gradients, strict=True)):
        if not x.requires_grad:
            continue
        numbers = x._data
        for index in np.ndindex(x.shape):
            centre = float(numbers[index])
            step = eps * max(1.0, abs(centre))
            sides: list[float] = []
            for moved in (centre + step, centre - step):
                numbers[index] = moved
                sides.append(scalar(*xs).item())
            numbers[index] = centre
            numeric = (sides[0] - sides[1]) / (2 * step)
            analytic = g._data[index]
            if not abs(analytic - numeric) <= atol + rtol * abs(numeric):
                raise AssertionError(
                    f"derivative of order {order}, input {number}, element {index}: "
                    f"the engine says {analytic:.10g}, central differences say {numeric:.10g}."
                )
