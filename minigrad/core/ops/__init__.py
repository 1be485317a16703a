"""The primitives, forward and derivative side by side, by family."""

from .elementwise import *
from .products import *
from .reductions import *
from .shapes import *

# fmt: off
__all__ = [
    "abs", "add", "argmax", "argmin", "astype", "broadcast_to", "clip", "concat", "cos", "cumsum",
    "divide", "einsum", "equal", "erf", "exp", "expand_dims", "flip", "gelu", "getitem",
    "greater", "greater_equal", "less", "less_equal", "log", "log_softmax", "logsumexp", "matmul",
    "max", "maximum", "mean", "min", "minimum", "multiply", "negative", "norm", "not_equal", "pad",
    "permute_dims", "pow", "prod", "relu", "reshape", "scatter", "sigmoid", "sign", "silu", "sin",
    "softmax", "softplus", "sqrt", "squeeze", "stack", "std", "subtract", "sum", "take",
    "take_along_axis", "tanh", "transpose", "var", "where",
]
# fmt: on
