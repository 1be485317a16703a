"""Small data sets, split and scaled, and the minibatches that training takes them in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .random import default_rng

# scikit-learn is imported where it is used: it takes longer than all of minigrad.

__all__ = [
    "Dataset",
    "Minibatches",
    "breast_cancer",
    "digits",
    "minibatches",
    "moons",
    "regression",
]

Pair = tuple[NDArray[Any], NDArray[Any]]
Transform = Callable[[NDArray[Any], np.random.Generator], NDArray[Any]]


@dataclass(frozen=True, repr=False)
class Dataset:
    """Examples to train on and examples to judge by.

    Attributes
    ----------
    train, test : pair of numpy.ndarray
        Features ``x``, float32 of shape ``(n, features)``, and targets ``y`` of shape ``(n,)``:
        int64 class numbers, or float32 values where there are no classes.
    classes : tuple of str
        The name of each class: ``classes[y[i]]`` is what example ``i`` shows. Empty for regression.
    """

    train: Pair
    test: Pair
    classes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        (x, _), (x_test, _) = self.train, self.test
        kind = f"{len(self.classes)} classes" if self.classes else "a value to predict"
        return f"Dataset({len(x)} train, {len(x_test)} test, {x.shape[1]} features, {kind})"


@dataclass(frozen=True)
class Minibatches:
    """Examples in random order, batch by batch, each pass in a new order; see `minibatches`."""

    x: NDArray[Any] = field(repr=False)
    y: NDArray[Any] = field(repr=False)
    batch_size: int
    rng: np.random.Generator
    drop_last: bool = False
    transform: Transform | None = None

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
            yield x if self.transform is None else self.transform(x, self.rng), self.y[chosen]


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
    x, y = np.asarray(x), np.asarray(y)
    if x.ndim == 0 or y.ndim == 0 or len(x) != len(y):
        raise ValueError(
            "minibatches: x and y need one row for each example; "
            f"got shapes {x.shape} and {y.shape}."
        )
    if len(x) == 0:
        raise ValueError(f"minibatches: there are no examples, x has shape {x.shape}.")
    if isinstance(batch_size, bool) or not isinstance(batch_size, int | np.integer):
        raise TypeError(f"minibatches: batch_size is a number of examples; got {batch_size!r}.")
    if not 1 <= batch_size <= len(x):
        raise ValueError(
            f"minibatches: batch_size must be between 1 and the {len(x)} examples there are; "
            f"got {batch_size}. Full-batch descent is batch_size={len(x)}."
        )
    return Minibatches(x, y, int(batch_size), rng or default_rng(), drop_last, transform)


def digits(seed: int = 0) -> Dataset:
    """Return 1,797 handwritten digits of 8x8 pixels: 1,437 to train on, 360 to test.

    Each row of ``x`` is an image read row by row, 64 pixels between 0 (paper) and 1 (ink);
    ``x.reshape(-1, 1, 8, 8)`` gives images for convolutions. The classes are "0" to "9".

    Parameters
    ----------
    seed : int
        Chooses the split, which keeps the share of each class.

    Returns
    -------
    Dataset

    References
    ----------
    Alpaydin and Kaynak, Optical Recognition of Handwritten Digits, UCI Repository, 1998.
    """
    from sklearn.datasets import load_digits

    raw = load_digits()
    return _split(raw.data / 16, raw.target, seed, [str(name) for name in raw.target_names])


def breast_cancer(seed: int = 0) -> Dataset:
    """Return 569 tumours, malignant (0) or benign (1): 455 to train on, 114 to test.

    The 30 features are measurements of cell nuclei in units as different as areas and angles.
    Each is given in standard deviations from its mean, both taken over the training examples.

    Parameters
    ----------
    seed : int
        Chooses the split, which keeps the share of each class.

    Returns
    -------
    Dataset

    References
    ----------
    Street, Wolberg and Mangasarian, Nuclear feature extraction for breast tumor diagnosis, 1993.
    """
    from sklearn.datasets import load_breast_cancer

    raw = load_breast_cancer()
    split = _split(raw.data, raw.target, seed, [str(name) for name in raw.target_names])
    (x, y), (x_test, y_test) = split.train, split.test
    mean, std = x.mean(axis=0, dtype=np.float64), x.std(axis=0, dtype=np.float64)
    return Dataset(
        (((x - mean) / std).astype(np.float32), y),
        (((x_test - mean) / std).astype(np.float32), y_test),
        split.classes,
    )


def moons(n: int = 500, noise: float = 0.2, seed: int = 0) -> Dataset:
    """Return points of the plane on two half circles that reach into each other.

    Parameters
    ----------
    n : int
        Number of points, a fifth of them to test.
    noise : float
        Standard deviation of the normal noise on each coordinate. The circles have radius 1.
    seed : int
        Draws the points and chooses the split, which keeps the share of each class.

    Returns
    -------
    Dataset
        Two features, the coordinates, and the classes "upper" (0) and "lower" (1).
    """
    from sklearn.datasets import make_moons

    x, y = make_moons(n, noise=noise, random_state=seed)
    return _split(x, y, seed, ["upper", "lower"])


def regression(n: int = 200, features: int = 1, noise: float = 0.5, seed: int = 0) -> Dataset:
    """Return a noisy line, ``y = 3x + 2``, or with more features ``y = x·w + 2`` where ‖w‖ = 3.

    Parameters
    ----------
    n : int
        Number of examples, a fifth of them to test.
    features : int
        Number of features, each drawn from the standard normal distribution.
    noise : float
        Standard deviation of the normal noise on ``y``.
    seed : int
        Draws the examples and, with more than one feature, ``w``; chooses the split.

    Returns
    -------
    Dataset
        Without classes: ``y`` holds float32 values of shape ``(n,)``.
    """
    from sklearn.datasets import make_regression

    x, signal, w = make_regression(
        n, features, n_informative=features, coef=True, random_state=seed
    )
    errors = np.random.default_rng(seed).normal(0, noise, n)
    return _split(x, 3 * signal / np.linalg.norm(w) + 2 + errors, seed, [])


def _split(x: NDArray[Any], y: NDArray[Any], seed: int, classes: list[str]) -> Dataset:
    """Set a fifth of the examples aside, in the dtypes a `Dataset` promises."""
    from sklearn.model_selection import train_test_split

    x, y = x.astype(np.float32), y.astype(np.int64 if classes else np.float32)
    x_train, x_test, y_train, y_test = train_test_split(
        x, y, test_size=0.2, random_state=seed, stratify=y if classes else None
    )
    return Dataset((x_train, y_train), (x_test, y_test), tuple(classes))
