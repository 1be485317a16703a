"""Schedule-free: an average of the iterates does what a falling rate would do."""

from itertools import chain

import numpy as np

from ..core.modes import effect
from ..core.tensor import write
from ..kernels.fused import Array, elements, fused, without_subnormal
from .flat import Flat
from .optimizer import Groups, Optimizer, Options, Rules
from .options import Amount, Betas, Rate, Share


@fused
def _sgd(theta, grad, z, x, lr, l2, beta, share):  # type: ignore
    for i in elements(theta):
        z[i] = z[i] - lr * (grad[i] + l2 * theta[i])
        x[i] = x[i] + share * (z[i] - x[i])
        theta[i] = z[i] + beta * (x[i] - z[i])


@fused
def _adam(theta, grad, z, x, s, lr, l2, beta, share, beta2, new2, correct2, eps):  # type: ignore
    for i in elements(theta):
        s[i] = without_subnormal(beta2 * s[i] + new2 * (grad[i] * grad[i]))
        u = grad[i] / (np.sqrt(correct2 * s[i]) + eps) + l2 * theta[i]
        z[i] = z[i] - lr * u
        x[i] = x[i] + share * (z[i] - x[i])
        theta[i] = z[i] + beta * (x[i] - z[i])


class _ScheduleFree(Optimizer):
    """The three sequences: y where gradients are taken, z that steps, and x, the average."""

    @effect
    def eval(self) -> None:
        """Put the average x into the parameters: what to validate, to save and to use."""
        for flat in chain.from_iterable(self.flats):
            self._follow(flat)
            if "evaluating" not in flat.numbers and "x" in flat.states:
                self._put(flat, flat.state("x"))
            flat.numbers["evaluating"] = 1.0

    @effect
    def train(self) -> None:
        """Put y, where the next gradient is to be taken, back into the parameters."""
        for flat in chain.from_iterable(self.flats):
            self._follow(flat)
            if flat.numbers.pop("evaluating", None) is not None and "x" in flat.states:
                self._put(flat, _y(flat))

    def _put(self, flat: Flat, values: np.ndarray) -> None:
        for p, value in zip(flat.params, flat.split(values), strict=True):
            write(p, value)
        flat.stamp()

    def _follow(self, flat: Flat) -> None:
        """Start z and x anew where others have written the parameters."""
        touched = flat.touched() if "x" in flat.states else []
        if not touched:
            return
        held = flat.state("x") if "evaluating" in flat.numbers else _y(flat)
        for i in touched:
            now = flat.params[i]._data
            if not np.array_equal(now, flat.split(held)[i]):
                for name in ("z", "x"):
                    flat.split(flat.state(name))[i][...] = now

    def _prepare(self, groups: Groups) -> None:
        if "evaluating" in self.flats[0][0].numbers:
            raise RuntimeError(
                f"{type(self).__name__}: the parameters hold the average since eval(), and steps "
                "start from elsewhere: call train() on the optimizer first."
            )
        for flats, _ in groups:
            for flat in flats:
                self._follow(flat)

    def _sequences(self, flat: Flat, lr: float, beta: float) -> tuple[list[Array], list[float]]:
        """Return z and x, and the numbers that mix them; count this step into the average."""
        largest = max(flat.numbers.get("largest_lr", 0.0), lr)
        weight = largest**2
        total = flat.numbers.get("total", 0.0) + weight
        flat.numbers.update(largest_lr=largest, total=total, beta=beta)
        share = weight / total if total > 0 else 0.0
        sequences = [flat.state("z", flat.theta), flat.state("x", flat.theta)]
        return sequences, [beta, share]


def _y(flat: Flat) -> np.ndarray:
    """Return where gradients are taken, as the step left it, to the bit."""
    z, beta = flat.state("z"), flat.theta.dtype.type(flat.numbers["beta"])
    return z + beta * (flat.state("x") - z)


class ScheduleFreeSGD(_ScheduleFree):
    """Gradient descent with an average in place of a schedule, for runs of any length.

    The gradient g_t is taken at y_t, which is what the parameters hold during training::

        y_t = (1 − β) z_t + β x_t
        z_{t+1} = z_t − η_t (g_t + λ y_t)
        x_{t+1} = (1 − c_t) x_t + c_t z_{t+1},    c_t = w_t / Σ_{i≤t} w_i,    w_t = max_{i≤t} η_i²

    x, z and y start at θ_0. At a constant rate, x is the plain average of z_1, ..., z_{t+1}. The
    loss is to be judged at x: call ``eval()`` before validation, and ``train()`` afterwards. Where
    others than the optimizer write the parameters, z and x start anew.

    Parameters
    ----------
    params : iterable of Tensors, (name, Tensor) pairs or group dicts
        See :class:`Optimizer`.
    lr : float or schedule
        η: constant, or with a warmup,
        ``mg.schedules.warmup(mg.schedules.constant(1.0), steps=100)``, and no decay.
    beta : float
        β, what momentum is elsewhere: 0.9, up to 0.98 for long runs.
    weight_decay : float
        λ, taken at y.

    Notes
    -----
    The authors' code agrees, which stores y and z, and finds x from them. So does optax's
    ``contrib.schedule_free_sgd`` at a constant rate; where the rate is a schedule, optax weighs by
    the rate of the step to come. PyTorch has none.

    References
    ----------
    Defazio et al. (2024), The road less scheduled.

    Examples
    --------
    >>> opt = mg.optim.ScheduleFreeSGD(model.parameters(), lr=1.0)
    >>> opt.train()  # the training loop; then:
    >>> opt.eval()
    >>> accuracy(model(x_test), y_test)
    """

    lr: Rate = 1.0
    beta: Share = 0.9
    weight_decay: Amount = 0.0

    def _update(self, flat: Flat, now: Options) -> Rules:
        sequences, numbers = self._sequences(flat, now.lr, now.beta)
        yield _sgd, *sequences, now.lr, now.weight_decay, *numbers


class ScheduleFreeAdamW(_ScheduleFree):
    """AdamW with an average in place of momentum and of a schedule.

    The sequences are those of :class:`ScheduleFreeSGD`, with β₁ for β and, in place of g_t, ::

        s_t = β₂ s_{t−1} + (1 − β₂) g_t²
        u_t = g_t / (√(s_t / (1 − β₂^{t+1})) + ε)

    Call ``eval()`` before validation, and ``train()`` afterwards.

    Parameters
    ----------
    params, lr, weight_decay
        As for :class:`ScheduleFreeSGD`; the decay is decoupled.
    betas, eps
        As for :class:`Adam`.

    Notes
    -----
    optax's ``contrib.schedule_free_adamw`` agrees at a constant rate, and the authors' code at any.
    The first version of that code had √(1 − β₂^{t+1}) in η_t, hence in w_t. Keras has w_t = 1 at
    any rate, and decays y alone. PyTorch has none.

    References
    ----------
    Defazio et al. (2024), The road less scheduled.
    """

    lr: Rate = 0.0025
    betas: Betas = (0.9, 0.999)
    eps: Amount = 1e-8
    weight_decay: Amount = 0.0

    def _update(self, flat: Flat, now: Options) -> Rules:
        beta1, beta2 = now.betas
        sequences, numbers = self._sequences(flat, now.lr, beta1)
        correct2 = 1 / (1 - beta2 ** (self.steps + 1))
        rest = beta2, 1 - beta2, correct2, now.eps
        yield _adam, *sequences, flat.state("s"), now.lr, now.weight_decay, *numbers, *rest
