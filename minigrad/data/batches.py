"""Minibatches: the examples in random order, a few at a time."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..arguments import check_flags, check_function, check_integers, check_rows
from ..random import generator_or_default

Pair = tuple[NDArray[Any], NDArray[Any]]
Transform = Callable[[NDArray[Any], np.random.Generator], NDArray[Any]]


@dataclass(frozen=True)
class Minibatches:
    """Examples in random order, batch by batch, each pass in a new order; see `minibatches`."""

    x: Any = field(repr=False)
    y: Any = field(repr=False)
    batch_size: int
    rng: Any = None
    drop_last: bool = False
    transform: Transform | None = None

    def __post_init__(self) -> None:
        x, y = _rows("x", self.x), _rows("y", self.y)
        check_rows("minibatches", x=x, y=y)
        where = f"minibatches of {len(x)} examples"
        check_integers(where, 1, len(x), batch_size=self.batch_size)
        rng = generator_or_default(self.rng, "minibatches")
        check_flags("minibatches", drop_last=self.drop_last)
        if self.transform is not None:
            check_function("minibatches: transform", self.transform, "transform(x_batch, rng)")
        # as an int, because NumPy's short ones overflow
        vars(self).update(x=x, y=y, batch_size=int(self.batch_size), rng=rng)

    def __len__(self) -> int:
        """Return the number of batches in one pass."""
        whole, rest = divmod(len(self.x), self.batch_size)
        return whole + (rest > 0 and not self.drop_last)

    def __iter__(self) -> Iterator[Pair]:
        """Pass once over the examples, in an order drawn now."""
        order = self.rng.permutation(len(self.x))
        for i in range(len(self)):
            chosen = order[i * self.batch_size : (i + 1) * self.batch_size]
            x = self.x[chosen]
            if self.transform is not None:
                x = self.transform(x, self.rng)
                if np.shape(x)[:1] != (len(chosen),):
                    raise ValueError(
                        f"minibatches: transform returns what is dealt in place of its "
                        f"{len(chosen)} examples; got {type(x).__name__} of shape {np.shape(x)}."
                    )
            yield x, self.y[chosen]


def minibatches(
    x: ArrayLike,
    y: ArrayLike,
    batch_size: int,
    *,
    rng: np.random.Generator | None = None,
    drop_last: bool = False,
    transform: Transform | None = None,
) -> Minibatches:
    """Deal the examples out in random order, ``batch_size`` at a time.

    What is returned can be looped over again and again: each pass is one epoch, in a new order
    that depends on the state of ``rng`` and on nothing else. A generator put back to an earlier
    state deals the same batches again, which is how an interrupted run is continued.

    Parameters
    ----------
    x, y : array-like of shape (n, ...)
        Features and targets; example ``i`` is ``x[i], y[i]``.
    batch_size : int
        Examples in a batch, from 1 to ``n``; ``n`` is full-batch descent.
    rng : numpy.random.Generator, optional
        Draws the order. By default the generator that `minigrad.seed` sets.
    drop_last : bool
        Leave out the last batch of a pass if it is short, so that all have the same size.
    transform : callable, optional
        Augmentation: ``transform(x_batch, rng)`` returns what is dealt in place of ``x_batch``,
        which is a copy and may be written to.

    Returns
    -------
    Minibatches
        Gives pairs ``(x_batch, y_batch)``; its length is the number of batches in a pass.

    Raises
    ------
    ValueError
        If there are no examples, ``x`` and ``y`` differ in length, or the batch size does not fit.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> batches = minibatches(np.zeros((10, 2)), np.arange(10), 4, rng=rng)
    >>> [len(y) for x, y in batches]
    [4, 4, 2]
    """
    return Minibatches(x, y, batch_size, rng, drop_last, transform)


def _rows(name: str, values: ArrayLike) -> NDArray[Any]:
    try:
        return np.asarray(values)
    except ValueError as error:  # lists of different lengths
        raise ValueError(
            f"minibatches: {name} is an array, or rows of one length; got other lists ({error})."
        ) from error
