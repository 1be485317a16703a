"""Products of matrices, and of anything with indices."""

import string
from typing import Any

import numpy as np

from ... import kernels
from ..primitive import primitive
from ..tensor import Array, Operand, Tensor
from .shapes import broadcast_to, expand_dims, getitem, permute_dims, squeeze


@primitive(lambda g, y, a, b: _matmul(g, b.mT), lambda g, y, a, b: _matmul(a.mT, g))
def _matmul(a: Any, b: Any) -> Any:
    if a.shape[-1] == b.shape[-2] == 1:  # an outer product, on which NumPy and BLAS are slow
        if a.ndim > 2 or b.ndim > 2 or a.dtype != b.dtype:
            return a * b
        y = np.empty((a.shape[0], b.shape[1]), a.dtype)
        kernels.outer(a.reshape(-1), b.reshape(-1), y)
        return y
    return np.matmul(a, b)


def matmul(a: Operand, b: Operand) -> Tensor:
    """Matrix product ``a @ b`` of the last two axes; the axes before them broadcast.

    A vector on the left is a row, a vector on the right a column; the result has no axis for it.
    """
    a = a if hasattr(a, "ndim") else np.asarray(a)
    b = b if hasattr(b, "ndim") else np.asarray(b)
    left, right = a.ndim, b.ndim
    if left == 0 or right == 0:
        raise ValueError(
            f"matmul of shape {np.shape(a)} and shape {np.shape(b)}: a single number has no rows "
            "and columns, multiply it with `*`."
        )
    try:
        y = _matmul(
            expand_dims(a, 0) if left == 1 else a,
            expand_dims(b, -1) if right == 1 else b,
        )
    except ValueError as error:
        raise ValueError(
            f"matmul of shape {np.shape(a)} and shape {np.shape(b)}: the left one must have as "
            "many columns as the right one has rows, and the axes before them must broadcast."
        ) from error
    if left >= 2 and right >= 2:
        return y
    return squeeze(y, tuple([-2] * (left == 1) + [-1] * (right == 1)))


def _einsum_share(i: int, g: Any, y: Any, *operands: Any, subscripts: str) -> Any:
    """Sum over every index that operand ``i`` lacks.

    An index that only operand ``i`` has was summed away alone: its gradient is the same all along
    it, so a vector of ones brings it back.
    """
    inputs, output = subscripts.split("->")
    terms = inputs.split(",")
    mine, x = terms[i], operands[i]
    others = [(t, o) for j, (t, o) in enumerate(zip(terms, operands, strict=True)) if j != i]
    present = set(output).union(*(t for t, _ in others))
    others += [
        (c, np.ones(n, x.dtype)) for c, n in zip(mine, x.shape, strict=True) if c not in present
    ]
    names = ",".join([output, *(t for t, _ in others)])
    return _einsum(g, *(o for _, o in others), subscripts=f"{names}->{mine}")


@primitive(each=_einsum_share)
def _einsum(*operands: Any, subscripts: str) -> Any:
    return np.einsum(subscripts, *operands, optimize=len(operands) > 2)


def einsum(subscripts: str, *operands: Array) -> Tensor:
    """Sum of products over named indices: ``einsum("ij,jk->ik", a, b)`` is ``a @ b``.

    Each letter names an axis, ``...`` the axes in front that broadcast; letters that the result
    does not name are summed over. A letter repeated within one operand walks its diagonal.
    """
    if not isinstance(subscripts, str):
        raise TypeError(f"einsum: subscripts must be a string, got {type(subscripts).__name__}.")
    shapes = [np.shape(o) for o in operands]
    inputs, arrow, output = subscripts.replace(" ", "").partition("->")
    terms = inputs.split(",")
    misfit = f"einsum: {subscripts!r} does not fit operands of shapes " + ", ".join(
        map(str, shapes)
    )
    if len(terms) != len(shapes):
        raise ValueError(misfit)
    counts = [len(s) - len(t.replace("...", "")) for t, s in zip(terms, shapes, strict=True)]
    unused = [c for c in string.ascii_letters if c not in subscripts]
    rest = "".join(
        unused[: max([n for n, t in zip(counts, terms, strict=True) if "..." in t] + [0])]
    )
    if not arrow:  # NumPy's rule: letters that occur once, in alphabetical order
        letters = inputs.replace(",", "").replace(".", "")
        output = "..." + "".join(sorted(c for c in set(letters) if letters.count(c) == 1))
    terms = [t.replace("...", rest[len(rest) - n :]) for t, n in zip(terms, counts, strict=True)]
    if [len(t) for t in terms] != list(map(len, shapes)):
        raise ValueError(misfit)
    pairs = [_diagonals(t, o) for t, o in zip(terms, operands, strict=True)]
    lengths: dict[str, int] = {}
    for term, x in pairs:
        for letter, n in zip(term, np.shape(x), strict=True):
            lengths[letter] = n if lengths.get(letter, 1) == 1 else lengths[letter]
    full = (
        x if 1 not in np.shape(x) else broadcast_to(x, tuple(lengths[c] for c in term))
        for term, x in pairs
    )
    names = ",".join(term for term, _ in pairs)
    return _einsum(*full, subscripts=f"{names}->{output.replace('...', rest)}")


def _diagonals(term: str, x: Any) -> tuple[str, Any]:
    """Take the diagonal along the axes of each repeated letter, so that ``ii`` becomes ``i``."""
    for letter in sorted(set(term)):
        if term.count(letter) > 1:
            axes = [i for i, c in enumerate(term) if c == letter]
            rest = [i for i, c in enumerate(term) if c != letter]
            lengths = {np.shape(x)[i] for i in axes}
            if len(lengths) > 1:
                raise ValueError(f"einsum: axis {letter!r} has the lengths {sorted(lengths)}.")
            x = getitem(permute_dims(x, axes + rest), (np.arange(*lengths),) * len(axes))
            term = letter + term.replace(letter, "")
    return term, x
