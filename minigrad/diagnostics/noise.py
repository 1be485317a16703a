"""Gradient noise: how much the gradients of single examples differ, and what batch size that asks.

References
----------
McCandlish et al. (2018), An empirical model of large-batch training.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..arguments import as_numbers, check_integers, check_rows, shown
from ..core.autograd import grad
from ..core.modes import recording
from ..core.tensor import Tensor
from ..kernels.sums import squared
from .undisturbed import as_found, loss_function, models_of, parameters


class GradientNoise(NamedTuple):
    """How noisy gradients are.

    Attributes
    ----------
    variance : float
        tr(Σ), the summed variance of the gradient of one example. That of the mean over a batch
        of B is tr(Σ)/B.
    signal : float
        ‖G‖², of the gradient G over all examples.
    scale : float
        The simple noise scale tr(Σ)/‖G‖²: the batch size at which noise and signal are equal. Much
        smaller batches can be doubled at almost twice the rate, much larger ones for nothing.
    """

    variance: float
    signal: float

    @property
    def scale(self) -> float:
        """tr(Σ)/‖G‖²; infinite where there is no signal, NaN where the gradients are not finite."""
        return np.inf if self.signal <= 0 else self.variance / self.signal


def per_example_gradients(
    f: Callable[..., Tensor], inputs: Tensor | Sequence[Tensor], *data: NDArray[Any]
) -> Any:
    """Return the gradient of the loss of each example alone.

    One backward pass an example; ``n`` times the memory of the parameters.

    Parameters
    ----------
    f : callable
        ``f(*batch)`` returns the mean loss over a batch, a scalar tensor. It is called with one
        example at a time, so what mixes the examples of a batch, such as batch normalisation, has
        to be in evaluation mode. A model that ``f`` names is left as it was found.
    inputs : Tensor or sequence of Tensors
        The parameters; each requires a gradient. Their ``.grad`` is left alone.
    *data : arrays of shape (n, ...)
        The examples, as ``f`` takes them: ``x, y``.

    Returns
    -------
    numpy.ndarray or list of numpy.ndarray
        Like ``inputs``: for each parameter an array of shape ``(n, *parameter.shape)``. Its mean
        over the first axis is the gradient of the loss over all examples.

    Examples
    --------
    >>> def f(x, y):
    ...     return mg.nn.cross_entropy(model(x), y)
    >>> gradients = per_example_gradients(f, list(model.parameters()), x, y)
    """
    xs = parameters("per_example_gradients", inputs)
    rows = list(_gradients("per_example_gradients", f, xs, data))
    stacks = [np.stack(arrays) for arrays in zip(*rows, strict=True)]
    return stacks[0] if isinstance(inputs, Tensor) else stacks


def gradient_noise(
    f: Callable[..., Tensor], inputs: Tensor | Sequence[Tensor], *data: NDArray[Any]
) -> GradientNoise:
    """Measure the gradient noise over given examples, one by one (McCandlish et al. 2018).

    The examples count as all there are, and batches as drawn from them with replacement: then
    ``variance`` and ``signal`` are exact. If they are only a sample, take many more of them than
    ``scale``, because their own noise adds to ``signal``.

    Parameters
    ----------
    f, inputs, *data
        As for `per_example_gradients`; but memory does not grow with ``n``.

    Returns
    -------
    GradientNoise
        With ``variance``, ``signal`` and the noise ``scale``.
    """
    xs = parameters("gradient_noise", inputs)
    n, squares = 0, 0.0
    total = [np.zeros(x.shape) for x in xs]
    for gradients in _gradients("gradient_noise", f, xs, data):
        n += 1
        squares += squared(gradients)
        for sum_, g in zip(total, gradients, strict=True):
            sum_ += g
    signal = squared([sum_ / n for sum_ in total])
    return GradientNoise(max(squares / n - signal, 0.0), signal)


def gradient_noise_from_norms(
    small: ArrayLike, big: ArrayLike, small_batch: int, big_batch: int
) -> GradientNoise:
    """Estimate the gradient noise from the gradient norms of batches of two sizes.

    Costs nothing where both sizes occur anyway (micro-batches, or many machines). It solves
    ``E‖G_B‖² = ‖G‖² + tr(Σ)/B`` for the two unknowns (McCandlish et al. 2018, Appendix A.1), so it
    is unbiased in ``variance`` and ``signal``, but noisy: take means over many batches.

    Parameters
    ----------
    small, big : float or array-like
        ‖G_B‖, the norms (not squared) of the gradients of batches of either size.
    small_batch, big_batch : int
        The two sizes.

    Returns
    -------
    GradientNoise
        ``signal`` may come out negative where there is little of it; ``scale`` is infinite then.
    """
    check_integers(
        "gradient_noise_from_norms", least=1, small_batch=small_batch, big_batch=big_batch
    )
    if small_batch >= big_batch:
        raise ValueError(
            "gradient_noise_from_norms: small_batch is below big_batch; "
            f"got {small_batch} and {big_batch}."
        )
    s, b = _mean_square("small", small), _mean_square("big", big)
    signal = (big_batch * b - small_batch * s) / (big_batch - small_batch)
    return GradientNoise((s - b) / (1 / small_batch - 1 / big_batch), signal)


def _mean_square(name: str, norms: ArrayLike) -> float:
    name = f"gradient_noise_from_norms: {name}"
    array = as_numbers(name, norms, "the norm of each gradient", 0, 1)
    if not np.all(np.isfinite(array) & (array >= 0)):
        raise ValueError(f"{name} holds norms: finite, and none below 0; got {shown(norms)}.")
    return float(np.mean(np.square(array)))


def _gradients(
    where: str, f: Callable[..., Tensor], inputs: list[Tensor], data: Sequence[NDArray[Any]]
) -> Iterator[list[NDArray[Any]]]:
    loss = loss_function(where, f)
    check_rows(where, **{f"data[{i}]": array for i, array in enumerate(data)})
    with as_found(models_of(f)):
        for i in range(len(data[0])):
            with recording():
                value = loss(*(array[i : i + 1] for array in data))
            yield [g._data for g in grad(value, inputs)]
