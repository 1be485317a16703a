"""A data set: examples to train on and examples to judge by."""

from dataclasses import dataclass

from ..arguments import check_rows
from .batches import Pair


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

    def __post_init__(self) -> None:
        for name, pair in (("train", self.train), ("test", self.test)):
            if not isinstance(pair, tuple) or len(pair) != 2:
                raise TypeError(f"Dataset: {name} is a pair of arrays, (x, y); got {pair!r}.")
            check_rows(f"Dataset: {name}", x=pair[0], y=pair[1])

    def __repr__(self) -> str:
        (x, _), (x_test, _) = self.train, self.test
        kind = f"{len(self.classes)} classes" if self.classes else "a value to predict"
        return f"Dataset({len(x)} train, {len(x_test)} test, {x.shape[1]} features, {kind})"
