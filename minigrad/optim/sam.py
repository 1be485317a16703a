"""Sharpness-aware minimisation."""

from collections.abc import Callable
from itertools import chain

import numpy as np

from ..arguments import NOT_NEGATIVE, Setting
from ..core.modes import effect
from ..core.tensor import Tensor
from ..kernels.fused import elements, fused
from ..kernels.sums import norm
from .optimizer import Optimizer
from .wrapper import Wrapper


@fused
def _climb(theta, grad, start, scale):  # type: ignore
    for i in elements(theta):
        start[i] = theta[i]
        theta[i] += scale * grad[i]


class SAM(Wrapper):
    """Step with the gradient from the worst place nearby, so that flat minima are preferred.

    ::

        e_t = ρ g_t / ‖g_t‖                  g_t at θ_t; the norm over all parameters
        ĝ_t = gradient at θ_t + e_t
        θ_{t+1} = the step of the optimizer inside from θ_t, with ĝ_t for its gradient

    A step takes two gradients, so it is given the means to compute them: a closure that clears the
    gradients, computes the loss on the present batch, goes backward and returns the loss, as
    PyTorch's LBFGS has it.

    Parameters
    ----------
    optimizer : Optimizer
        Makes the step.
    rho : float
        ρ, how far "nearby" is.

    Notes
    -----
    optax's ``contrib.sam`` agrees, with ``chain(normalize(), sgd(rho))`` and a period of 2; it
    counts the climb as a step. PyTorch and Keras have none. The statistics of batch normalisation
    see both places.

    References
    ----------
    Foret et al. (2021), Sharpness-aware minimization for efficiently improving generalization.

    Examples
    --------
    >>> opt = mg.optim.SAM(mg.optim.SGD(model.parameters(), lr=0.1), rho=0.05)
    >>> def closure():
    ...     opt.zero_grad()
    ...     loss = mg.nn.cross_entropy(model(x), y)
    ...     loss.backward()
    ...     return loss
    >>> loss = opt.step(closure)
    """

    rho = Setting(NOT_NEGATIVE)

    def __init__(self, optimizer: Optimizer, rho: float = 0.05) -> None:
        super().__init__(optimizer)
        self.rho = rho

    def step(self, closure: Callable[[], Tensor]) -> Tensor:  # type: ignore[override]
        """Update every parameter once.

        Parameters
        ----------
        closure : callable
            Clears the gradients, computes the loss, goes backward, returns the loss. It is called
            twice, and must see the same batch.

        Returns
        -------
        Tensor
            The loss at θ_t.

        Raises
        ------
        TypeError
            If there is no closure.
        RuntimeError
            If a parameter has no gradient. Then none has been updated.
        """
        if not callable(closure):
            raise TypeError(
                "SAM.step(closure) takes two gradients: give it a function that calls zero_grad(), "
                "computes the loss, calls loss.backward() and returns the loss."
            )
        loss = closure()
        self._climb()
        try:
            closure()
        finally:
            self._return()
        self.optimizer.step()
        return loss

    def step_with(self, closure: Callable[[], Tensor]) -> Tensor:
        """Do what ``step`` does."""
        return self.step(closure)

    @effect
    def _climb(self) -> None:
        flats = list(chain.from_iterable(self.flats))
        for flat in flats:
            flat.gather()
        size = norm(*(flat.grad for flat in flats))
        self._starts = [np.empty_like(flat.theta) for flat in flats]
        for flat, start in zip(flats, self._starts, strict=True):
            flat.apply(_climb, start, self.rho / size if size > 0 else 0.0)
            flat.stamp()

    @effect
    def _return(self) -> None:
        for flat, start in zip(chain.from_iterable(self.flats), self._starts, strict=True):
            flat.theta[:] = start
            flat.stamp()
        self._starts = []
