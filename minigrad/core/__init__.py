"""The engine: tensors, the operations on them, and the walk that takes derivatives."""

from . import operators, ops
from .autograd import grad, hvp, value_and_grad
from .modes import is_recording, no_grad
from .primitive import primitive
from .tensor import Tensor, tensor

__all__ = [
    "Tensor",
    "grad",
    "hvp",
    "is_recording",
    "no_grad",
    "operators",
    "ops",
    "primitive",
    "tensor",
    "value_and_grad",
]
