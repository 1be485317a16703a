"""The range test: train while the rate grows, and see where the loss falls and where it breaks."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..arguments import as_number, check_function, check_integers, check_numbers
from ..core.tensor import Tensor

if TYPE_CHECKING:
    from ..plots import Figure

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False, repr=False)
class RangeTest:
    """What a range test found; `range_test` returns one.

    Attributes
    ----------
    rates : numpy.ndarray, shape (updates,)
        The rate of each update, growing by the same factor from one to the next.
    losses : numpy.ndarray, shape (updates,)
        The loss before the update with that rate, so after the one with the rate before.
    smoothed : numpy.ndarray, shape (updates,)
        The mean of each loss and its neighbours.
    valid : int
        How many updates were made before the loss diverged.
    """

    rates: Floats
    losses: Floats
    smoothed: Floats
    valid: int

    @property
    def diverged(self) -> bool:
        """Whether the loss diverged within the range; if it did not, the range was too short."""
        return self.valid < len(self.rates)

    @property
    def minimum(self) -> float:
        """What the loss-minimum rule finds: the rate at which the smoothed loss was lowest.

        Beyond it updates do harm, so it is the greatest rate worth trying. To stay clear of the
        edge, fastai suggests a tenth of it.
        """
        return float(self.rates[self._lowest])

    @property
    def steepest(self) -> float:
        """What the steepest rule finds: the rate at which the smoothed loss falls fastest.

        It falls from one update to the next, so with equal steps of log(rate). Searched up to
        `minimum` only: the loss often falls much faster once it has exploded, on its way back from
        there, and that says nothing about a good rate.
        """
        before = self.smoothed[: self._lowest + 1]
        return float(self.rates[np.gradient(before).argmin() if len(before) > 1 else 0])

    @property
    def _lowest(self) -> int:
        return int(self.smoothed[: self.valid].argmin())

    def plot(self, title: str | None = None) -> Figure:
        """Draw the loss against the rate, with what both rules find.

        Parameters
        ----------
        title : str, optional
            What the figure shows, as a sentence.

        Returns
        -------
        Figure
            Show it with ``plt.show()``.
        """
        from ..plots import range_curve

        end = (
            f"diverges at {self.rates[self.valid]:.2g}"
            if self.diverged
            else f"has not diverged at {self.rates[-1]:.2g}"
        )
        return range_curve(
            self.rates,
            self.losses,
            self.smoothed,
            {"lowest": self.minimum, "steepest": self.steepest},
            title=title or f"Range test: the loss is lowest at {self.minimum:.2g}",
            alt=f"Loss against learning rate, as the rate grows from {self.rates[0]:.2g}. The "
            f"loss starts at {self.losses[0]:.3g}, falls fastest at {self.steepest:.2g}, is lowest "
            f"at {self.minimum:.2g}, and {end}.",
        )

    def __repr__(self) -> str:
        end = "" if self.diverged else ", diverged=False"
        return f"RangeTest(minimum={self.minimum:.3g}, steepest={self.steepest:.3g}{end})"


def range_test(
    step: Callable[[float], Tensor | float],
    low: float = 1e-6,
    high: float = 10.0,
    steps: int = 100,
    smoothing: int = 5,
    stop: float = 4.0,
) -> RangeTest:
    """Train while the rate grows exponentially, until the loss diverges (Smith 2017).

    Update t uses the rate ``low * (high / low)**(t / (steps - 1))``. Where the loss begins to fall
    is about the least rate worth using, where it is lowest the greatest.

    The model has been trained when this returns, and was driven to divergence at the end: use a
    fresh one, or put its weights back.

    Parameters
    ----------
    step : callable
        ``step(lr)`` makes one update with that rate and returns the loss before it.
    low, high : float
        The first and the last rate.
    steps : int
        How many updates, from ``low`` to ``high``.
    smoothing : int
        How many losses to take the mean over; odd. 1 for a loss without noise.
    stop : float
        Stop when the smoothed loss is this many times its lowest value. A loss that is not finite
        stops in any case.

    Returns
    -------
    RangeTest
        The curve, what the loss-minimum rule and the steepest rule find, and ``.plot()``.

    Raises
    ------
    TypeError
        If ``step`` returns something else than a number.
    ValueError
        If the range is empty, or the first loss is not finite.

    References
    ----------
    Smith (2017), Cyclical learning rates for training neural networks, Section 3.3. Both
    rules and the factor 4 are fastai's (Howard & Gugger 2020).

    Examples
    --------
    >>> def step(lr):
    ...     x, y = next(batches)
    ...     optimizer.lr = lr
    ...     optimizer.zero_grad()
    ...     loss = mg.nn.cross_entropy(model(x), y)
    ...     loss.backward()
    ...     optimizer.step()
    ...     return loss
    >>> found = mg.diagnostics.range_test(step)
    >>> found.minimum
    """
    check_function("range_test: step", step, "step(lr) makes an update and returns the loss")
    check_numbers("range_test", positive=True, low=low, high=high)
    check_integers("range_test", least=2, steps=steps)
    check_integers("range_test", least=1, smoothing=smoothing)
    if low >= high:
        raise ValueError(f"range_test: low is below high; got {low} and {high}.")
    if smoothing % 2 == 0:
        raise ValueError(f"range_test: smoothing is odd, to have a middle; got {smoothing}.")
    if stop != math.inf:
        check_numbers("range_test", stop=stop)
        if stop <= 1:
            raise ValueError(f"range_test: stop is above 1; got {stop}.")
    rates = np.geomspace(low, high, steps)
    losses: list[float] = []
    for lr in rates.tolist():
        losses.append(as_number("range_test: what step returns, the loss,", step(lr)))
        if _valid(np.array(losses), smoothing, stop) < len(losses):
            break
    if not math.isfinite(losses[0]):
        raise ValueError(f"range_test: the loss is {losses[0]} before any update was made.")
    measured = np.array(losses)
    valid = _valid(measured, smoothing, stop)
    return RangeTest(rates[: len(losses)], measured, _smooth(measured, smoothing), valid)


def _smooth(losses: Floats, window: int) -> Floats:
    """Return the mean of each loss and its neighbours; NaN from the first not finite one on."""
    finite = np.isfinite(losses)
    end = len(losses) if finite.all() else int(finite.argmin())
    smoothed, half = np.full(len(losses), np.nan), window // 2
    if end:
        sums, counts = (
            np.convolve(values, np.ones(window))[half : half + end]
            for values in (losses[:end], np.ones(end))
        )
        smoothed[:end] = sums / counts
    return smoothed


def _valid(losses: Floats, smoothing: int, stop: float) -> int:
    """Return how many losses come before the first that is not finite, or far above the lowest."""
    smoothed = _smooth(losses, smoothing)
    lowest = np.minimum.accumulate(smoothed)
    with np.errstate(invalid="ignore"):  # stop may be infinite, the lowest loss 0
        fine = smoothed - lowest <= np.nan_to_num((stop - 1) * np.abs(lowest), nan=np.inf)
    return len(losses) if fine.all() else int(fine.argmin())
