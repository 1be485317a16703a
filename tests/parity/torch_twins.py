"""Numbers for minigrad and PyTorch alike, and how close the results are to be."""

import numpy as np
from hypothesis import strategies as st

TOLERANCE = {np.float32: 1e-5, np.float64: 1e-12}
dtypes = st.sampled_from([np.float32, np.float64])
sizes = st.integers(1, 5)
seeds = st.integers(0, 2**32 - 1)


def assert_close(ours, theirs, dtype, what="", each=False):
    """Within the tolerance, on the scale of the greatest element: what is summed may cancel.

    With ``each``, every element on its own scale, or on that of 1.
    """
    ours, theirs = np.asarray(ours), theirs.detach().numpy()
    assert ours.dtype == theirs.dtype == dtype
    scale = 1.0 if each else max(1.0, np.abs(theirs).max(initial=0.0))
    tolerance = TOLERANCE[dtype]
    np.testing.assert_allclose(ours, theirs, rtol=tolerance, atol=tolerance * scale, err_msg=what)


def normal(shape, seed, dtype):
    return np.asarray(np.random.default_rng(seed).normal(size=shape), dtype)
