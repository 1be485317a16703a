"""Arrays as kernels want them."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt


def in_order(x: Any, dtype: npt.DTypeLike | None = None) -> Any:
    """Return ``x`` in C order and of a type; ``x`` itself if it is so already."""
    dtype = x.dtype if dtype is None else dtype
    if x.flags.c_contiguous and x.dtype == dtype:
        return x
    return np.positive(x, out=np.empty(x.shape, dtype))
