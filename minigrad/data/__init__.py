"""Small data sets, split and scaled, and the minibatches that training takes them in."""

from .batches import Minibatches, Pair, minibatches
from .dataset import Dataset
from .embedded import breast_cancer, digits, moons, regression
from .openml import fashion_mnist, mnist

__all__ = [
    "Dataset",
    "Minibatches",
    "Pair",
    "breast_cancer",
    "digits",
    "fashion_mnist",
    "minibatches",
    "mnist",
    "moons",
    "regression",
]
