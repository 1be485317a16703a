"""Arrays as kernels want them."""

from typing import Any

import numpy as np
import numpy.typing as npt


def in_order(x: Any, dtype: npt.DTypeLike | None = None) -> Any:
    """Return ``x`` in C order, of a type, and in the machine's byte order; ``x`` itself if it is.

    Without a type it keeps its own.
    """
    if dtype is None:
        dtype = x.dtype if x.dtype.isnative else x.dtype.newbyteorder("=")
    if x.flags.c_contiguous and x.dtype == dtype:
        return x
    return np.positive(x, out=np.empty(x.shape, dtype))
