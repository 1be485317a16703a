"""Small data sets, split and scaled, and the minibatches that training takes them in."""

from .batches import Minibatches, Pair, minibatches
from .dataset import Dataset
from .embedded import breast_cancer, digits, moons, regression
from .openml import fashion_mnist, mnist
from .prose import python_prose
from .texts import Text, contexts, text

__all__ = [
    "Dataset",
    "Minibatches",
    "Pair",
    "Text",
    "breast_cancer",
    "contexts",
    "digits",
    "fashion_mnist",
    "minibatches",
    "mnist",
    "moons",
    "python_prose",
    "regression",
    "text",
]
