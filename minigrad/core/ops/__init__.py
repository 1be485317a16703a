"""The primitives, forward and derivative side by side, by family."""

from ..primitive import astype
from .elementwise import *
from .products import *
from .reductions import *
from .shapes import *

# fmt: off
__all__ = [
    "abs", "add", "all", "any", "argmax", "argmin", "astype", "broadcast_to", "clip", "concat",
    "cos", "cumsum", "divide", "einsum", "equal", "erf", "exp", "expand_dims", "expm1", "flip",
    "gelu", "getitem", "greater", "greater_equal", "isfinite", "isnan", "less", "less_equal", "log",
    "log1p", "log_softmax", "logical_and", "logical_not", "logical_or", "logsumexp", "matmul",
    "max", "maximum", "mean", "min", "minimum", "multiply", "negative", "norm", "not_equal", "pad",
    "permute_dims", "pow", "prod", "relu", "reshape", "scatter", "sigmoid", "sign", "silu", "sin",
    "softmax", "softplus", "sqrt", "squeeze", "stack", "std", "subtract", "sum", "take",
    "take_along_axis", "tanh", "transpose", "var", "where",
]
# fmt: on
