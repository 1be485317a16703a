"""Newton's method and its relatives, by SciPy."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from ..arguments import NOT_NEGATIVE, Word, check_function, check_kind
from ..core.autograd import grad, hvp
from ..core.modes import recording
from ..core.tensor import Tensor, write
from ..kernels.sums import as_parts, as_vector
from .groups import parameters_in

_WITH_GRADIENT = ("CG", "BFGS", "L-BFGS-B", "TNC", "SLSQP")
_WITH_HESSIAN = ("Newton-CG", "trust-ncg", "trust-krylov")


def minimize(
    loss: Callable[[], Tensor],
    params: Iterable[Tensor] | Iterable[tuple[str, Tensor]],
    method: str = "L-BFGS-B",
    tol: float | None = None,
    options: Mapping[str, Any] | None = None,
    callback: Callable[[Any], Any] | None = None,
) -> Any:
    """Minimise a loss by a method of :func:`scipy.optimize.minimize`, which finds its own steps.

    With the gradient g and the Hessian H at θ, Newton's method takes the step that solves
    H p = −g, "Newton-CG" by conjugate gradients on products H v (:func:`minigrad.hvp`), so that H
    is never formed. "BFGS" builds an approximation of H⁻¹ from differences of gradients, and
    "L-BFGS-B" from the last few of them. A line search then chooses how far to go.

    The loss must be the same function at every call: all the data, no dropout.

    Parameters
    ----------
    loss : callable
        ``loss()`` computes the loss, a scalar tensor, from the present parameters.
    params : iterable of Tensors, or of (name, Tensor) pairs
        What to change. In the end they hold the best values found, in their own dtype; SciPy
        computes in float64.
    method : {"L-BFGS-B", "BFGS", "CG", "TNC", "SLSQP", "Newton-CG", "trust-ncg", "trust-krylov"}
        The last three use products with the Hessian.
    tol : float, optional
        Passed on to SciPy, as ``options`` (a dict) and ``callback`` are.
    options, callback
        See :func:`scipy.optimize.minimize`.

    Returns
    -------
    scipy.optimize.OptimizeResult
        ``fun`` is the least loss, ``nit`` the number of iterations, ``message`` why it stopped.

    References
    ----------
    Liu & Nocedal (1989) (L-BFGS); Nocedal & Wright (2006), Numerical optimization, ch. 6 and 7.

    Examples
    --------
    >>> result = mg.optim.minimize(lambda: mg.nn.mse_loss(model(x), y), model.parameters())
    """
    from scipy import optimize

    tensors, _ = parameters_in("minimize", params, set())
    Word(_WITH_GRADIENT + _WITH_HESSIAN).read("minimize: method", method)
    if tol is not None:
        NOT_NEGATIVE.read("minimize: tol", tol)
    check_function("minimize: loss", loss, "it computes the loss")
    if callback is not None:
        check_function("minimize: callback", callback, "SciPy calls it after each iteration")
    check_kind("minimize: options", options, Mapping | None, "a dict of SciPy's options")

    def move(x: np.ndarray) -> None:
        for p, part in zip(tensors, as_parts(x, tensors), strict=True):
            write(p, part)

    def loss_and_gradient(x: np.ndarray) -> tuple[float, np.ndarray]:
        move(x)
        with recording():
            value = loss()
        if not isinstance(value, Tensor) or value.size != 1:
            raise ValueError(
                f"minimize: loss() is to return a tensor of one element; got {value!r}."
            )
        return float(value._data), as_vector(g._data for g in grad(value, tensors))

    def product(x: np.ndarray, v: np.ndarray) -> np.ndarray:
        move(x)
        return as_vector(h._data for h in hvp(lambda *_: loss(), tensors, as_parts(v, tensors)))

    result = optimize.minimize(
        loss_and_gradient,
        as_vector(p._data for p in tensors),
        jac=True,
        hessp=product if method in _WITH_HESSIAN else None,
        method=method,
        tol=tol,
        options=dict(options or {}),
        callback=callback,
    )
    move(result.x)
    return result
