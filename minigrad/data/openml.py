"""Data sets that are downloaded once, from OpenML, and kept on disk."""

import contextlib
import os
import threading
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import URLError

import numpy as np
from numpy.typing import NDArray

from ..progress import bar
from .dataset import Dataset


@dataclass(frozen=True)
class Images:
    """Where a set of images is found, and what must have been found there."""

    name: str
    train: int
    test: int
    ink: int  # the sum of all pixels of the training images
    classes: tuple[str, ...]


MNIST = Images("mnist_784", 60_000, 10_000, 1_567_298_545, tuple("0123456789"))
_CLOTHES = "T-shirt/top, Trouser, Pullover, Dress, Coat, Sandal, Shirt, Sneaker, Bag, Ankle boot"
FASHION_MNIST = Images(
    "Fashion-MNIST",
    60_000,
    10_000,
    3_431_114_169,
    tuple(_CLOTHES.split(", ")),
)


def mnist(data_home: str | Path | None = None) -> Dataset:
    """Return 70,000 handwritten digits of 28x28 pixels: 60,000 to train on, 10,000 to test.

    Each row of ``x`` is an image read row by row, 784 pixels between 0 (paper) and 1 (ink);
    ``x.reshape(-1, 1, 28, 28)`` gives images for convolutions. The split is the authors'.

    The first call downloads about 15 MB from openml.org; later ones read them from disk.

    Parameters
    ----------
    data_home : path, optional
        Where to keep the download, by default where scikit-learn keeps its data sets:
        ``~/scikit_learn_data``, or what the environment variable ``SCIKIT_LEARN_DATA`` names.

    Raises
    ------
    ConnectionError
        If the data is not on disk and OpenML cannot be reached.
    ValueError
        If what arrived is not the data set.

    References
    ----------
    LeCun, Bottou, Bengio and Haffner, Gradient-based learning applied to document recognition,
    1998.
    """
    return _load(MNIST, "mnist", data_home)


def fashion_mnist(data_home: str | Path | None = None) -> Dataset:
    """Return 70,000 pictures of clothes, of 28x28 pixels: 60,000 to train on, 10,000 to test.

    Made to be used where `mnist` is, and harder; pixels, split, download and errors are as there.

    Parameters
    ----------
    data_home : path, optional
        Where to keep the download; see `mnist`.

    References
    ----------
    Xiao, Rasul and Vollgraf, Fashion-MNIST, 2017.
    """
    return _load(FASHION_MNIST, "fashion_mnist", data_home)


def _load(images: Images, where: str, data_home: str | Path | None) -> Dataset:
    from sklearn.datasets import fetch_openml, get_data_home

    if data_home is not None and not (isinstance(data_home, (str, os.PathLike)) and data_home):
        raise TypeError(f"{where}: data_home is the path of a directory; got {data_home!r}.")
    if data_home is not None and os.path.exists(data_home) and not os.path.isdir(data_home):
        raise NotADirectoryError(f"{where}: data_home is a directory; {data_home} is a file.")
    home = Path(get_data_home(data_home))
    try:
        with _progress(images.name, home), warnings.catch_warnings():
            # A retry is no news to a reader who learns from the error below that it failed.
            warnings.filterwarnings("ignore", "A network error occurred")
            raw = fetch_openml(
                images.name,
                version=1,
                data_home=home,
                as_frame=False,
                parser="pandas",
                n_retries=1,
                delay=0.1,
                read_csv_kwargs={"dtype": np.uint8},  # an eighth of the memory of the default
            )
    except (URLError, TimeoutError, ConnectionError) as error:
        raise ConnectionError(
            f"{images.name} is not on disk in {home}, and openml.org cannot be reached ({error}). "
            "mg.data.digits() is real handwriting that needs no network."
        ) from error
    x, y = np.asarray(raw.data), np.asarray(raw.target).astype(np.int64)
    _check(images, x, y, home)
    x = np.divide(x, 255, dtype=np.float32)
    n = images.train
    return Dataset((x[:n], y[:n]), (x[n:], y[n:]), images.classes)


def _check(images: Images, x: NDArray[Any], y: NDArray[Any], home: Path) -> None:
    """Raise unless this is the data set, in its order; scikit-learn has checked the MD5."""
    size = (images.train + images.test, 784)
    ink = int(x[: images.train].sum()) if x.shape == size else None
    if ink != images.ink or not np.array_equal(np.unique(y), np.arange(len(images.classes))):
        raise ValueError(
            f"what OpenML calls {images.name} is not that data set: it has shape {x.shape} instead "
            f"of {size}, or other pixels or labels. Remove {home / 'openml'} to download it again."
        )


@contextlib.contextmanager
def _progress(name: str, home: Path) -> Iterator[None]:
    """Show how much has arrived on disk, because scikit-learn downloads without a word."""

    def size() -> int:
        total = 0
        for path in (home / "openml").rglob("*"):
            with contextlib.suppress(OSError):  # a file may be moved away meanwhile
                total += path.stat().st_size
        return total

    def watch() -> None:
        with bar(desc=f"loading {name}", unit="B", unit_scale=True) as shown:
            while not done.wait(0.2):
                shown.update(size() - before - shown.n)

    before = size()
    done = threading.Event()
    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
