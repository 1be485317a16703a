"""Rows of a table."""

from ..jit import jit


@jit
def outer(column, row, out):
    for i in range(column.size):
        for j in range(row.size):
            out[i, j] = column[i] * row[j]


@jit
def sum_rows(rows, values, out):
    out[:] = 0
    for i in range(rows.size):
        row = rows[i]
        if row < -out.shape[0] or row >= out.shape[0]:
            return False
        for j in range(out.shape[1]):
            out[row, j] += values[i, j]
    return True
