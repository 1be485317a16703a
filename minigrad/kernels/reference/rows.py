"""Rows of a table."""

import numpy as np


def outer(column: np.ndarray, row: np.ndarray, out: np.ndarray) -> None:
    """Multiply each element of ``column`` by each of ``row``."""
    np.multiply(column[:, None], row, out=out)


def sum_rows(rows: np.ndarray, values: np.ndarray, out: np.ndarray) -> bool:
    """Write zeros, and add ``values[i]`` to ``out[rows[i]]`` for each i; a row may come up again.

    Returns whether every row exists.
    """
    out[...] = 0
    exist = bool(np.all((-len(out) <= rows) & (rows < len(out))))
    if exist:
        np.add.at(out, rows, values)
    return exist
