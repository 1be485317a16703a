"""Polyak's step size: the rate from the loss itself."""

import math
from collections.abc import Callable

from ..arguments import as_number
from ..core.modes import effect
from ..core.tensor import Tensor
from ..kernels.sums import dot
from .flat import Flat
from .optimizer import Groups, Options, Rules
from .options import Bound, Finite, Positive
from .selftuning import SelfTuning
from .sgd import descend


class PolyakSGD(SelfTuning):
    """Gradient descent with the step that would reach the least loss, were it a straight line.

    ::

        α_t = min( max(L_t − L*, 0) / (c ‖g_t‖²), η_t )
        θ_{t+1} = θ_t − α_t g_t

    L_t is the loss that g_t is the gradient of: give it to ``step``. Where L* is the least loss, no
    step of this size overshoots on a convex function. The norm is over all parameters.

    Parameters
    ----------
    params : iterable of Tensors, (name, Tensor) pairs or group dicts
        See :class:`Optimizer`.
    lr : float or schedule
        η, the cap. Infinity for none.
    f_min : float
        L*: the least loss that can be reached, or a bound below it. A network that can fit all of
        its data reaches 0.
    c : float
        1 for Polyak's step; 1/2 is what the theory of the stochastic one likes.

    Notes
    -----
    optax's ``polyak_sgd(variant="sps+")`` agrees; its ``scaling`` s is inside the norm, so that it
    is c = s, and a factor on the cap. Its "sps" climbs where L_t < L*. PyTorch and Keras have none.

    References
    ----------
    Polyak (1987), Introduction to optimization; Loizou et al. (2021), Stochastic Polyak step-size
    for SGD (the cap); Garrigos et al. (2023) (the positive part).

    Examples
    --------
    >>> opt = mg.optim.PolyakSGD(model.parameters(), lr=1.0)
    >>> loss.backward()
    >>> opt.step(loss)
    >>> opt.adapted_lr
    """

    lr: Bound = 1.0
    f_min: Finite = 0.0
    c: Positive = 1.0

    @effect
    def step(self, loss: Tensor | float) -> None:  # type: ignore[override]
        """Update every parameter once.

        Parameters
        ----------
        loss : Tensor or float
            The loss whose gradients ``backward()`` has left.

        Raises
        ------
        TypeError, ValueError
            If the loss is not one finite number. Then nothing has been updated.
        RuntimeError
            If a parameter has no gradient. Then none has been updated.
        """
        self._loss = as_number("PolyakSGD.step(): the loss", loss)
        if not math.isfinite(self._loss):
            raise ValueError(f"PolyakSGD.step(): the loss is finite; got {loss}.")
        super().step()

    def step_with(self, closure: Callable[[], Tensor]) -> Tensor:
        """Compute the gradients and step with their loss."""
        loss = closure()
        self.step(loss)
        return loss

    def _prepare(self, groups: Groups) -> None:
        squared = sum(dot(flat.grad, flat.grad) for flats, _ in groups for flat in flats)
        for flats, now in groups:
            gap = max(self._loss - now.f_min, 0.0)
            rate = min(gap / (now.c * squared), now.lr) if squared > 0 else 0.0
            for flat in flats:
                flat.numbers["adapted_lr"] = rate

    def _update(self, flat: Flat, now: Options) -> Rules:
        yield descend, flat.numbers["adapted_lr"], 1.0, 0.0
