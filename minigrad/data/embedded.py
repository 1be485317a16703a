"""Data sets that come with scikit-learn, or are drawn by it: no network is needed.

scikit-learn is imported where it is used, because that takes longer than all of minigrad.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..arguments import check_integers, check_numbers
from .batches import Pair
from .dataset import Dataset


def digits(seed: int = 0) -> Dataset:
    """Return 1,797 handwritten digits of 8x8 pixels: 1,437 to train on, 360 to test.

    Each row of ``x`` is an image read row by row, 64 pixels between 0 (paper) and 1 (ink);
    ``x.reshape(-1, 1, 8, 8)`` gives images for convolutions. The classes are "0" to "9".

    Parameters
    ----------
    seed : int
        Chooses the split, which keeps the share of each class.

    References
    ----------
    Alpaydin and Kaynak, Optical Recognition of Handwritten Digits, UCI Repository, 1998.
    """
    from sklearn.datasets import load_digits

    _check_seed("digits", seed)
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

    References
    ----------
    Street, Wolberg and Mangasarian, Nuclear feature extraction for breast tumor diagnosis, 1993.
    """
    from sklearn.datasets import load_breast_cancer

    _check_seed("breast_cancer", seed)
    raw = load_breast_cancer()
    split = _split(raw.data, raw.target, seed, [str(name) for name in raw.target_names])
    x = split.train[0]
    mean, std = x.mean(axis=0, dtype=np.float64), x.std(axis=0, dtype=np.float64)

    def scaled(pair: Pair) -> Pair:
        return ((pair[0] - mean) / std).astype(np.float32), pair[1]

    return Dataset(scaled(split.train), scaled(split.test), split.classes)


def moons(n: int = 500, noise: float = 0.2, seed: int = 0) -> Dataset:
    """Return points of the plane on two half circles that reach into each other.

    Parameters
    ----------
    n : int
        Number of points, 6 or more, a fifth of them to test.
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

    check_integers("moons", 6, n=n)
    check_numbers("moons", 0, noise=noise)
    _check_seed("moons", seed)
    x, y = make_moons(n, noise=noise, random_state=seed)
    return _split(x, y, seed, ["upper", "lower"])


def regression(n: int = 200, features: int = 1, noise: float = 0.5, seed: int = 0) -> Dataset:
    """Return a noisy line, ``y = 3x + 2``, or with more features ``y = x·w + 2`` where ‖w‖ = 3.

    Parameters
    ----------
    n : int
        Number of examples, 2 or more, a fifth of them to test.
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

    check_integers("regression", 2, n=n)
    check_integers("regression", 1, features=features)
    check_numbers("regression", 0, noise=noise)
    _check_seed("regression", seed)
    x, signal, w = make_regression(
        n, features, n_informative=features, coef=True, random_state=seed
    )
    errors = np.random.default_rng(seed).normal(0, noise, n)
    return _split(x, 3 * signal / np.linalg.norm(w) + 2 + errors, seed, [])


def _check_seed(where: str, seed: int) -> None:
    check_integers(where, 0, 2**32 - 1, seed=seed)  # None would split differently each time


def _split(x: NDArray[Any], y: NDArray[Any], seed: int, classes: list[str]) -> Dataset:
    """Set a fifth of the examples aside, in the dtypes a `Dataset` promises."""
    from sklearn.model_selection import train_test_split

    x, y = x.astype(np.float32), y.astype(np.int64 if classes else np.float32)
    x_train, x_test, y_train, y_test = train_test_split(
        x, y, test_size=0.2, random_state=seed, stratify=y if classes else None
    )
    return Dataset((x_train, y_train), (x_test, y_test), tuple(classes))
