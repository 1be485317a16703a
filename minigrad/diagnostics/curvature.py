"""Sharpness: the largest curvature of the loss, which bounds the rate."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..arguments import check_kind, check_numbers
from ..core.autograd import hvp
from ..core.tensor import Tensor
from ..kernels.sums import as_parts, as_vector
from ..optim import Adam, Optimizer
from ..optim.terms import epsilon
from .undisturbed import as_found, loss_function, models_of, parameters

Floats = NDArray[np.float64]


def sharpness(
    f: Callable[..., Tensor],
    inputs: Tensor | Sequence[Tensor],
    optimizer: Optimizer | None = None,
    *,
    tol: float = 1e-4,
    rng: np.random.Generator | None = None,
) -> float:
    """Return the largest eigenvalue of the Hessian of ``f``, or of what Adam makes of it.

    Gradient descent on a bowl diverges when the rate is above 2/λ_max. On a network the sharpness
    rises until it hovers there, the edge of stability (Cohen et al. 2021). It is found by
    Lanczos's method from Hessian-vector products (`minigrad.hvp`); the Hessian is never formed.

    With Adam, the Hessian H counts as P^(-1/2) H P^(-1/2) (Cohen et al. 2022), where::

        P = (1 − β₁^t) diag(√ŝ + ε)        after t updates, t = 1, 2, ...

    and the edge is at 2 (1 + β₁) / ((1 − β₁) η), which for β₁ = 0.9 is 38/η.

    Parameters
    ----------
    f : callable
        ``f(*inputs)`` returns the loss, a scalar tensor. For a model that finds its parameters
        itself: ``lambda *_: loss(model(x), y)``. Weight decay counts only if ``f`` contains it. A
        model that ``f`` names is left as it was found, and draws the same numbers in every call.
    inputs : Tensor or sequence of Tensors
        The parameters; each requires a gradient.
    optimizer : Adam or AdamW, optional
        Over these parameters, and with at least one update done. By default the Hessian is taken
        as it is: the measure for gradient descent.
    tol : float
        Relative accuracy of the eigenvalue.
    rng : numpy.random.Generator, optional
        Draws the vector that the method starts from. By default always the same one.

    Returns
    -------
    float
        λ_max. Negative if the loss curves downwards in every direction; NaN where the loss or its
        curvature is not finite.

    Raises
    ------
    ValueError
        If the optimizer knows too little.
    scipy.sparse.linalg.ArpackNoConvergence
        If the eigenvalue is not found to that accuracy.

    References
    ----------
    Cohen et al. (2021), Gradient descent on neural networks typically occurs at the edge of
    stability; Cohen et al. (2022), Adaptive gradient methods at the edge of stability.

    Examples
    --------
    >>> x = mg.tensor([1.0, 1.0], requires_grad=True)
    >>> round(mg.diagnostics.sharpness(lambda x: 0.1 * x[0] ** 2 + 2 * x[1] ** 2, x), 3)
    4.0
    """
    from scipy.sparse.linalg import LinearOperator, eigsh

    xs = parameters("sharpness", inputs)
    check_kind("sharpness: optimizer", optimizer, (Optimizer, type(None)), "an Adam, or None")
    check_kind("sharpness: rng", rng, (np.random.Generator, type(None)), "a numpy.random.Generator")
    check_numbers("sharpness", most=1, positive=True, tol=tol)
    loss, models = loss_function("sharpness", f), models_of(f)
    root = np.ones(1) if optimizer is None else np.sqrt(_preconditioner(optimizer, xs))
    n = sum(x.size for x in xs)

    def finite(*args: Any) -> Tensor:
        value = loss(*args)
        if not np.isfinite(value._data).all():
            raise FloatingPointError
        return value

    def product(vector: Floats) -> Floats:
        with as_found(models):
            products = hvp(finite, xs, as_parts(vector.ravel() / root, xs))
        result = as_vector([p._data for p in products]) / root
        if not np.isfinite(result).all():
            raise FloatingPointError
        return result

    try:
        if n == 1:  # Lanczos's method wants more dimensions than eigenvalues
            return float(product(np.ones(1))[0])
        start = (rng or np.random.default_rng(0)).standard_normal(n)
        if not product(start).any():  # f is linear, and the method has nothing to iterate on
            return 0.0
        operator = LinearOperator((n, n), matvec=product, dtype=np.float64)
        values = eigsh(operator, k=1, which="LA", v0=start, tol=tol, return_eigenvectors=False)
    except FloatingPointError:
        return float("nan")
    return float(values[0])


def _preconditioner(optimizer: Optimizer, inputs: Sequence[Tensor]) -> Floats:
    """Return the diagonal of Adam's P for the given parameters."""
    if not isinstance(optimizer, Adam):
        raise TypeError(
            f"sharpness: the preconditioner of {type(optimizer).__name__} is not known, only that "
            "of Adam and AdamW; for gradient descent give no optimizer."
        )
    t = optimizer.steps
    if not t:
        raise ValueError("sharpness: Adam knows no second moment before its first update.")
    found: dict[int, Any] = {}
    for group, flats in zip(optimizer.param_groups, optimizer.flats, strict=True):
        used = group.now(t - 1)
        beta1, beta2 = used.betas
        correct = 1 / (1 - beta2**t)
        outside, inside = epsilon(used, correct)
        for flat in flats:
            s = flat.states["s_max" if used.amsgrad else "s"].astype(np.float64)
            done = used.amsgrad and used.amsgrad_max == "corrected"
            root = np.sqrt(s * (1.0 if done else correct) + inside) + outside
            parts = flat.split((1 - beta1**t) * root)
            found.update(zip(map(id, flat.params), parts, strict=True))
    missing = [x.shape for x in inputs if id(x) not in found]
    if missing:
        raise ValueError(
            f"sharpness: inputs of shapes {', '.join(map(str, missing))} are not among the "
            f"{len(found)} parameters of this {type(optimizer).__name__}."
        )
    diagonal = as_vector([found[id(x)] for x in inputs])
    if not diagonal.all():
        raise ValueError(
            "sharpness: Adam's second moment is 0 for some parameters, and eps is 0 too: "
            "their curvature would be divided by 0."
        )
    return diagonal
